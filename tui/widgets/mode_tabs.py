"""The line of modes on top of every page."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

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


class ModeTab(Static):
    """One mode, to be clicked."""

    def __init__(self, key: str, mode: str, name: str, current: bool) -> None:
        super().__init__(Content(f"{key} {name}"), classes="-current" if current else "")
        self._mode = mode

    async def on_click(self) -> None:
        """Go there."""
        await self.app.switch_mode(self._mode)


class ModeTabs(Horizontal):
    """All modes, the current one marked."""

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def compose(self) -> ComposeResult:
        for key, mode, name in MODES:
            yield ModeTab(key, mode, _(name), mode == self._current)
        if database.is_read_only():
            yield Static(Content(_("read only")), id="read-only")
