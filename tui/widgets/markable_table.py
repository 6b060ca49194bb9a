"""A table of any length whose rows can be marked, for actions on many."""

from array import array
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from store.language import N_
from tui.widgets.laid import Spot
from tui.widgets.marks import Marks
from tui.widgets.virtual_table import VirtualTable

R = TypeVar("R")

_SIGN = "*"


class MarkableTable(VirtualTable[R]):
    """Marks belong to ids: they stay through other orders, searches and changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"markable--marked"}
    DEFAULT_CSS = "MarkableTable > .markable--marked { color: $accent; text-style: bold; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", N_("Mark or unmark"), show=False),
        Binding("shift+down", "extend('down')", N_("Mark downwards"), show=False),
        Binding("shift+up", "extend('up')", N_("Mark upwards"), show=False),
        Binding("shift+pagedown", "extend('page_down')", N_("Mark a page down"), show=False),
        Binding("shift+pageup", "extend('page_up')", N_("Mark a page up"), show=False),
        Binding("shift+end", "extend('last')", N_("Mark to the last"), show=False),
        Binding("shift+home", "extend('first')", N_("Mark to the first"), show=False),
    ]

    class MarksChanged(Message):
        """Other rows are marked than before."""

    def __init__(
        self, fetch: Callable[[Sequence[int]], dict[int, R]], *, header_lines: int, id: str | None = None
    ) -> None:
        self._marks = Marks()
        self._anchor = (-1, -1)
        """Where marking by shift began, and where it has come to."""
        super().__init__(fetch, header_lines=header_lines, id=id)

    @property
    def marks(self) -> Marks:
        """The marked ids; to be changed by `mark` and its sisters."""
        return self._marks

    def mark(self, ids: Sequence[int]) -> None:
        """Mark these too."""
        self._marks.add(ids)
        self._show_marks()

    def unmark(self, ids: Sequence[int]) -> None:
        """Let these not be marked."""
        self._marks.remove(ids)
        self._show_marks()

    def unmark_all(self) -> None:
        """Let none be marked."""
        self._marks.clear()
        self._show_marks()

    def keep_marks(self, living: Marks) -> None:
        """Unmark those that are gone."""
        before = len(self._marks)
        self._marks.keep(living)
        if len(self._marks) != before:
            self._show_marks()

    def _show_marks(self) -> None:
        self.refresh()
        self.post_message(self.MarksChanged())

    def sign(self, row_id: int) -> str:
        return _SIGN if row_id in self._marks else " "

    def row_style(self, row_id: int, style: Style) -> Style:
        if row_id not in self._marks:
            return style
        return style + self.get_component_rich_style("markable--marked", partial=True)

    def show_ids(self, ids: "array[int]", row: int, top: int) -> None:
        self._anchor = (-1, -1)
        super().show_ids(ids, row, top)

    # Keys

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go on to the next."""
        if self.is_valid_row_index(self.cursor_row):
            self._toggle(self.cursor_row)
            self.action_cursor_down()

    def action_extend(self, towards: str) -> None:
        """Move the cursor, and mark all from where shift was pressed first; going back unmarks."""
        if not self.is_valid_row_index(self.cursor_row):
            return
        moves = {"down": 1, "up": -1, "page_down": self.rows_in_sight, "page_up": -self.rows_in_sight}
        moves |= {"first": -len(self._ids), "last": len(self._ids)}
        self._extend_to(min(max(self.cursor_row + moves[towards], 0), len(self._ids) - 1))

    def _extend_to(self, row: int) -> None:
        start, end = self._anchor
        if end != self.cursor_row:
            start = end = self.cursor_row
        self._marks.remove(self._between(start, end))
        self._marks.add(self._between(start, row))
        self._anchor = (start, row)
        self._set_hover_cursor(False)
        self.stand(row, self._top_for(row, self.top))
        self._show_marks()

    def _between(self, one: int, other: int) -> "array[int]":
        return self._ids[min(one, other) : max(one, other) + 1]

    def _toggle(self, row: int) -> None:
        ids = self._ids[row : row + 1]
        if ids[0] in self._marks:
            self._marks.remove(ids)
        else:
            self._marks.add(ids)
        self.refresh_row(row)
        self.post_message(self.MarksChanged())

    # The mouse

    def clicked(self, spot: Spot, event: events.Click) -> None:
        """With ctrl a click marks, with shift it marks all from the cursor on."""
        if event.shift:
            self._extend_to(spot.row)
        elif event.ctrl:
            self._toggle(spot.row)
            self.move_cursor(row=spot.row, scroll=False)
        else:
            super().clicked(spot, event)
