"""The least that a Textual program can be: it draws one line."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One line, until q is pressed."""

    BINDINGS = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Static("Nothing but a line.")


def main() -> None:
    """Draw it."""
    Bare().run()
