"""A text of a flow to type, of several lines."""

from textual import events
from textual.widgets import TextArea

from tui.text import shown

_LIMIT = 4_000


def shown_lines(raw: str) -> str:
    """`raw` made harmless line by line."""
    return "\n".join(shown(line, _LIMIT) for line in raw.split("\n"))


class BlockText(TextArea):
    """A TextArea that never blinks and never draws what would act on the terminal."""

    def __init__(self, *, id: str) -> None:
        super().__init__(
            id=id, tab_behavior="focus", soft_wrap=True, compact=True, highlight_cursor_line=False
        )
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted may hold anything."""
        event.prevent_default()
        self.insert("\n".join(shown(line, _LIMIT) for line in event.text.splitlines()))
