"""Jump to a place in a list: a row, a share of it, or a name."""

import re
from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Static

from store.language import N_, _
from tui.page import Dialog
from tui.text import lines, plain
from tui.widgets.line import Line

_ROW = re.compile(r"[\d\s.,'’]*\d[\d\s.,'’]*")
_SHARE = re.compile(r"(\d{1,9}(?:[.,]\d{0,9})?)\s*%")


def place_meant(words: str, count: int) -> int | None:
    """The place in a list of `count` that a row number ("1,234") or a share ("50%") means; None for others.

    What lies beyond the list means its end.
    """
    words = words.strip()
    if share := _SHARE.fullmatch(words):
        return _within(int(count * float(share[1].replace(",", ".")) / 100), count)
    if _ROW.fullmatch(words):
        digits = "".join(char for char in words if char.isdigit())
        return _within(int(digits[:18]) - 1, count)
    return None


def _within(place: int, count: int) -> int:
    return min(max(place, 0), max(count - 1, 0))


class Jump(Dialog[bool]):
    """Goes where the typed words say while they are typed; ends with True to stay there."""

    CSS_PATH = "jump.tcss"
    BINDINGS = [
        Binding("enter", "dismiss(True)", N_("Stay here")),
        Binding("escape", "dismiss(None)", N_("Back")),
    ]

    def __init__(self, question: str, go: Callable[[str], str]) -> None:
        """`go` goes to a place, and returns a sentence where it cannot."""
        super().__init__()
        self._question = question
        self._go = go
        self._typed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._question))
            yield Line(placeholder=_("enter stays there, esc goes back"))
            yield Static(classes="fault")

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed right behind the key, before there is a line to type in."""
        if event.is_printable and not isinstance(self.focused, Line):
            self._typed += event.character or ""

    def on_mount(self) -> None:
        """Begin with what was typed already."""
        line = self.query_one(Line)
        line.focus()
        line.insert_text_at_cursor(self._typed)

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        fault = self._go(event.value) if event.value.strip() else ""
        shown = self.query_one(".fault", Static)
        shown.update(lines(fault))
        shown.set_class(bool(fault), "-shown")

    @on(Input.Submitted)
    def _stay(self) -> None:
        self.dismiss(True)
