"""What a person sees: the screen, and the `contacts` command."""
