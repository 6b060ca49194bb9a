"""The keys that every table understands beside the arrows, and that they bring the cursor back into sight."""

from collections.abc import Callable
from typing import TypeVar

from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from store.language import N_

T = TypeVar("T")

WALKING_KEYS: list[BindingType] = [
    Binding("home", "scroll_top", N_("First"), show=False),
    Binding("end", "scroll_bottom", N_("Last"), show=False),
    Binding("G", "scroll_bottom", N_("Last"), show=False),
    Binding("j", "cursor_down", N_("Down"), show=False),
    Binding("k", "cursor_up", N_("Up"), show=False),
]


class WalkingTable(DataTable[T]):
    """A table that goes to its cursor where a key cannot move it: the wheel may have moved the rows away."""

    BINDINGS = WALKING_KEYS

    def action_scroll_top(self) -> None:
        """To the first row."""
        self._walk(super().action_scroll_top)

    def action_scroll_bottom(self) -> None:
        """To the last row."""
        self._walk(super().action_scroll_bottom)

    def action_cursor_up(self) -> None:
        """To the row above."""
        self._walk(super().action_cursor_up)

    def action_cursor_down(self) -> None:
        """To the row below."""
        self._walk(super().action_cursor_down)

    def _walk(self, step: Callable[[], None]) -> None:
        before = self.cursor_row
        step()
        if self.cursor_row == before:
            self._scroll_cursor_into_view()
