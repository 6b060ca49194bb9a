"""The line to search in, how many were found, and below it how a line may go on, or what is wrong with it."""

from typing import TYPE_CHECKING
from unicodedata import category

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from store.language import N_, _
from tui.text import plain, shown
from tui.widgets.line import Line

if TYPE_CHECKING:
    from store.completion import Suggestion

_HINT_LIMIT = 400


class _SearchLine(Line):
    BINDINGS = [Binding("tab", "complete", N_("Complete"), show=False)]

    class CompletionAsked(Message):
        """What is begun is to be completed."""

    def validate_value(self, value: str) -> str:
        """Numbers are pasted with marks of the reading direction around them: they are left out."""
        return super().validate_value("".join(char for char in value if not _is_unseen_mark(char)))

    @property
    def cursor_at_end(self) -> bool:
        """Whether what is typed next comes last."""
        return self.cursor_position == len(self.value)

    def action_complete(self) -> None:
        """Complete the last word, or go on to the next widget where nothing is to be completed."""
        self.post_message(self.CompletionAsked())


def _is_unseen_mark(char: str) -> bool:
    # Joiners (ZWJ, ZWNJ) belong to names, in Persian for instance, and are drawn as they are.
    return category(char) == "Cf" and shown(char) != char


def _suggested(line: str) -> "list[Suggestion]":
    if not line:
        return []
    # Imported here: the first screen searches for nothing.
    from store.completion import complete

    return complete(line)


class SearchBar(Vertical):
    """Words and filters; the lowest line is there while somebody types, or something is wrong."""

    DEFAULT_CSS = """
    SearchBar { height: auto; }
    SearchBar > Horizontal { height: 1; }
    SearchBar #search { width: 1fr; }
    SearchBar #count { width: auto; min-width: 16; padding: 0 1; text-align: right; color: $text-muted; }
    SearchBar #hint { height: 1; padding: 0 2; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._suggestions: list[Suggestion] = []
        self._fault = ""
        self._is_typed_in = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield _SearchLine(placeholder=_("Search names, numbers, addresses"), id="search")
            yield Static(id="count")

    def on_descendant_focus(self) -> None:
        """Say how a line may go on, while somebody types."""
        self._is_typed_in = True
        self._show_hint()

    def on_descendant_blur(self) -> None:
        """Give the room back, unless something is wrong with the line."""
        self._is_typed_in = False
        self._show_hint()

    def say_count(self, text: str) -> None:
        """Show how many there are, or were found."""
        self.query_one("#count", Static).update(plain(text))

    def say_fault(self, sentence: str) -> None:
        """Show what is wrong with the line; nothing if it is empty."""
        if sentence != self._fault:
            self._fault = sentence
            self._show_hint()

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        self._suggestions = _suggested(event.value)
        self._show_hint()

    @on(_SearchLine.CompletionAsked)
    def _complete(self) -> None:
        line = self.query_one(_SearchLine)
        if self._suggestions and line.cursor_at_end:
            line.value = self._suggestions[0].line
            line.cursor_position = len(line.value)
        else:
            self.screen.focus_next()

    def _show_hint(self) -> None:
        wanted = self._is_typed_in or bool(self._fault)
        if wanted and not self.query("#hint"):
            self.mount(Static(id="hint"))
        for hint in self.query("#hint").results(Static):
            hint.update(self._hint())
            hint.display = wanted

    def _hint(self) -> Content:
        if self._suggestions and self._is_typed_in:
            parts: list[Content | tuple[str, str] | str] = [_("Tab: ")]
            for item in self._suggestions:
                parts += [(shown(item.word, 40), "bold $primary"), f" {shown(item.meaning, 60)}   "]
            return Content.assemble(*parts)
        if self._fault:
            return Content.styled(shown(self._fault, _HINT_LIMIT), "$text-error")
        return plain(_("Words, or filters: country:co last:>2026-01-01 client:acme -email: origin:import"))
