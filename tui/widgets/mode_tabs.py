"""The line of modes on top of every page, to be read or to be clicked."""

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from store import database
from store.language import N_, _

MODES = (
    ("1", "contacts", N_("Contacts")),
    ("2", "imports", N_("Imports")),
    ("3", "downloads", N_("Downloads")),
    ("4", "flows", N_("Flows")),
    ("5", "settings", N_("Settings")),
)
"""Key, mode and name."""
_GAPS = ("  ", " ")
"""On each side of a name: where there is room, and where there is not."""


class ModeTabs(Widget):
    """All modes, the current one marked; one widget, since each costs a start 1 ms."""

    DEFAULT_CSS = "ModeTabs { height: 1; background: $panel; color: $text-muted; }"
    ALLOW_SELECT = False

    _pointed: reactive[str | None] = reactive(None)
    """The mode under the mouse."""

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def render(self) -> Content:
        parts = [(text, self._style(mode)) for text, mode in self._tabs()]
        if database.is_read_only():
            parts.append((f"{_GAPS[0]}{_('read only')}", "$warning"))
        return Content.assemble(*parts)

    def _tabs(self) -> list[tuple[str, str]]:
        """The text and the mode of each tab."""
        tabs: list[tuple[str, str]] = []
        for gap in _GAPS:
            tabs = [(f"{gap}{key} {_(name)}{gap}", mode) for key, mode, name in MODES]
            if sum(cell_len(text) for text, _mode in tabs) <= self.size.width:
                break
        return tabs

    def _style(self, mode: str) -> str:
        if mode == self._current:
            return "bold $primary on $background"
        return "$foreground" if mode == self._pointed else ""

    def _mode_at(self, column: int) -> str | None:
        end = 0
        for text, mode in self._tabs():
            end += cell_len(text)
            if column < end:
                return mode
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what a click would open."""
        self._pointed = self._mode_at(event.x)

    def on_leave(self) -> None:
        """Point to nothing."""
        self._pointed = None

    async def on_click(self, event: events.Click) -> None:
        """Go to the mode that was clicked."""
        mode = self._mode_at(event.x)
        if mode is not None:
            await self.app.switch_mode(mode)
