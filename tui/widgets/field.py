"""A field of a form: its label, its input, and the sentence that says what is wrong with it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.text import lines, plain


class Field(Vertical):
    """Label above input above fault."""

    DEFAULT_CSS = "Field { height: auto; margin-bottom: 1; }"

    def __init__(self, label: str, widget: Widget, *, key: str) -> None:
        super().__init__()
        self.key = key
        """The name under which the store reports on the field."""
        self.input = widget
        self._label = label

    def compose(self) -> ComposeResult:
        yield Static(plain(self._label), classes="label")
        yield self.input
        yield Static(classes="fault")

    @on(Input.Changed)
    def _corrected(self) -> None:
        self.say(None)

    def say(self, sentence: str | None) -> None:
        """Show what is wrong, or that nothing is."""
        fault = self.query_one(".fault", Static)
        fault.update(lines(sentence or ""))
        fault.set_class(bool(sentence), "-shown")


def say_faults(form: Widget, faults: dict[str, str]) -> None:
    """Show each fault at its field and go to the first."""
    wrong = None
    for field in form.query(Field):
        field.say(faults.get(field.key))
        if field.key in faults and wrong is None:
            wrong = field
    if wrong is not None:
        wrong.input.focus()
        wrong.scroll_visible(animate=False)
