"""Choose one of a list, with type-ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from store.language import N_, _
from store.values.text import fold
from tui.page import Dialog
from tui.text import plain
from tui.widgets.keys_line import KeysLine
from tui.widgets.line import Line

V = TypeVar("V")

FILTER_FROM = 8
"""Choices from which on a line to type in stands above them."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[V]):
    """One thing to choose; its label is what is shown and searched."""

    label: str
    value: V


class ChoiceScreen(Dialog[Choice[V]], Generic[V]):
    """Ends with the choice taken, or None."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, title: str, choices: Sequence[Choice[V]], *, value: V | None = None) -> None:
        super().__init__()
        self._heading = title
        self._choices = choices
        self._found = list(choices)
        self._value = value
        self._typed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog choice"):
            yield Static(plain(self._heading), classes="title")
            if len(self._choices) >= FILTER_FROM:
                yield Line(self._typed, placeholder=_("Type to find"))
            yield OptionList(markup=False)
            yield Static(plain(_("Nothing fits what you typed.")), classes="muted")
            yield KeysLine()

    def on_mount(self) -> None:
        """Show all, the present value under the cursor."""
        for line in self.query(Line):
            self._fill(line.value)
            line.focus()
            line.cursor_position = len(line.value)
            return
        self._fill("")
        self.query_one(OptionList).focus()

    def type(self, char: str) -> None:
        """Take a key that was pressed before the list was there; without a line to type in it is lost."""
        if not self.is_mounted:
            self._typed += char
        for line in self.query(Line):
            line.insert(char, len(line.value))

    def _fill(self, words: str) -> None:
        wanted = fold(words).split()
        self._found = [c for c in self._choices if all(word in fold(c.label) for word in wanted)]
        if wanted:
            # A name that begins with the word comes before one that merely has it.
            self._found.sort(key=lambda choice: not fold(choice.label).startswith(wanted[0]))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(plain(choice.label)) for choice in self._found)
        values = [choice.value for choice in self._found]
        if self._found:
            options.highlighted = values.index(self._value) if not wanted and self._value in values else 0
        self.query_one(".muted").display = not self._found

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    @on(Input.Submitted)
    def _take_highlighted(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and self._found:
            self.dismiss(self._found[index])

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])

    def action_move(self, rows: int) -> None:
        """Move in the list while typing."""
        options = self.query_one(OptionList)
        if options.highlighted is not None and self._found:
            options.highlighted = (options.highlighted + rows) % len(self._found)
