"""A conversation as on WhatsApp: theirs on the left, ours on the right."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from store.flows.rehearsal import Said
from tui.text import lines, plain


class OptionTapped(Message):
    """An option of a block was tapped."""

    def __init__(self, block: int, position: int) -> None:
        super().__init__()
        self.block = block
        self.position = position


class TapOption(Static):
    """An option to be tapped, with its number to be typed."""

    def __init__(self, block: int, position: int, text: str) -> None:
        super().__init__(plain(f"{position + 1}. {text}"), classes="option")
        self._block = block
        self._position = position

    def on_click(self) -> None:
        """As a finger would."""
        self.post_message(OptionTapped(self._block, self._position))


class Bubble(Vertical):
    """One entry of the conversation."""

    def __init__(self, said: Said) -> None:
        super().__init__(classes=f"-{said.voice}")
        self._said = said

    def compose(self) -> ComposeResult:
        said = self._said
        yield Static(lines(said.text), classes="text")
        if said.menu:
            yield Static(plain(f"≡ {said.menu}"), classes="menu")
        for position, option in enumerate(said.options):
            assert said.block is not None
            yield TapOption(said.block, position, option)


class Chat(VerticalScroll, can_focus=False):
    """Grows at its end."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = 0

    def show(self, said: Sequence[Said]) -> None:
        """Show a conversation that goes on from what is shown."""
        fresh = [Bubble(entry) for entry in said[self._shown :]]
        self._shown = len(said)
        if fresh:
            self.mount(*fresh)
            self.call_after_refresh(self.scroll_end, animate=False)

    def on_resize(self) -> None:
        """What was said last stays to be seen."""
        self.scroll_end(animate=False)

    def clear(self) -> None:
        """Empty it, to begin anew."""
        self._shown = 0
        self.query(Bubble).remove()
