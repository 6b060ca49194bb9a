"""The words of the `contacts` command, loaded when they are used."""
