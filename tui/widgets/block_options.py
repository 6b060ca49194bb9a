"""The options of a block, a line each, and one more to add another."""

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from store.flows.blocks import OPTIONS_LIMIT
from store.language import N_, _
from tui.widgets.line import Line


class OptionLine(Line):
    """One option."""

    async def _on_key(self, event: events.Key) -> None:
        """Walk between the lines; backspace where nothing is left takes the option away."""
        options = self.parent
        assert isinstance(options, BlockOptions)
        if event.key in ("up", "down"):
            event.stop()
            options.go(self, 1 if event.key == "down" else -1)
        elif event.key == "backspace" and not self.value:
            event.stop()
            options.take_away(self)
        else:
            await super()._on_key(event)


class BlockOptions(Vertical):
    """Enter goes to the next line, the last of which adds an option."""

    DEFAULT_CSS = "BlockOptions { height: auto; } BlockOptions OptionLine { margin-bottom: 0; }"
    BINDINGS = [
        Binding("ctrl+up", "move(-1)", N_("Move up"), show=False),
        Binding("ctrl+down", "move(1)", N_("Move down"), show=False),
    ]

    class Moved(Message):
        """An option is to move."""

        def __init__(self, index: int, by: int) -> None:
            super().__init__()
            self.index = index
            self.by = by

    class Removed(Message):
        """An option is to go."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._count = 0

    def compose(self) -> ComposeResult:
        for _index in range(OPTIONS_LIMIT):
            yield OptionLine()

    @property
    def _lines(self) -> list[OptionLine]:
        return list(self.query(OptionLine))

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in the lines, the last one only if something does."""
        found = [line.value.strip() for line in self._lines[: self._count + 1]]
        return tuple(found[:-1] if len(found) > self._count and not found[-1] else found)

    @texts.setter
    def texts(self, texts: Sequence[str]) -> None:
        self.fit(len(texts))
        for line, text in zip(self._lines, [*texts, ""], strict=False):
            if line.value != text:
                line.value = text
                line.cursor_position = len(text)

    def fit(self, count: int) -> None:
        """Show lines for so many options and one more."""
        missing = count - len(self._lines)
        if missing > 0:
            self.mount(*(OptionLine() for _index in range(missing)))
        self._count = count
        for index, line in enumerate(self._lines):
            line.display = index <= count
            line.placeholder = _("another option") if index == count else ""

    def focus_line(self, index: int) -> None:
        """Go to an option, or to the line that adds one."""
        lines = self._lines
        lines[min(max(index, 0), self._count, len(lines) - 1)].focus()

    def go(self, line: OptionLine, by: int) -> None:
        """From a line to the one above or below, or out."""
        index = self._lines.index(line) + by
        if index < 0:
            self.screen.focus_previous()
        elif index > min(self._count, len(self._lines) - 1):
            self.screen.focus_next()
        else:
            self.focus_line(index)

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        # What was typed into the last line has to become an option first.
        assert isinstance(event.input, OptionLine)
        self.call_later(self.go, event.input, 1)

    def take_away(self, line: OptionLine) -> None:
        """Ask for the option of a line to be removed."""
        index = self._lines.index(line)
        if index < self._count:
            self.post_message(self.Removed(index))
        else:
            self.focus_line(index - 1)

    def action_move(self, by: int) -> None:
        """Ask for the option under the cursor to be moved."""
        focused = self.screen.focused
        index = self._lines.index(focused) if isinstance(focused, OptionLine) else self._count
        if index < self._count and 0 <= index + by < self._count:
            self.post_message(self.Moved(index, by))
