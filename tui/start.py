"""Where `contacts` starts: as little as can be stands before the rest is loaded."""

import gc


def main() -> None:
    """The entry point of `contacts`."""
    # Modules are no garbage: to look for it among them while they come takes 4 ms.
    gc.disable()
    from tui import cli

    cli.main()
