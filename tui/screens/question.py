"""Ask before something that cannot be taken back lightly."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from store.language import N_
from tui.page import Dialog
from tui.text import lines, plain
from tui.widgets.keys_line import KeysLine


class Question(Dialog[bool]):
    """Ends with True if the person agrees; the safe answer has the focus."""

    BINDINGS = [
        Binding("escape,n", "dismiss(False)", N_("No")),
        Binding("y", "dismiss(True)", N_("Yes")),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question = question
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog question"):
            yield Static(lines(self._question))
            with Horizontal(classes="buttons"):
                yield Button(plain(self._yes), id="yes", variant="error", compact=True)
                yield Button(plain(self._no), id="no", compact=True)
            yield KeysLine()

    def on_mount(self) -> None:
        """The safe answer first."""
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
