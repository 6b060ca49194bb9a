"""A DataTable of any length, of which only the visible rows exist.

Textual's own took 10 s and 430 MB for 100,000 rows. This one knows the ids of its rows in their order and
fetches rows by pages; it leans on private parts of DataTable, which `tests/tui/test_safety.py` watches.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.coordinate import Coordinate
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey

from tui.text import shown
from tui.widgets.small_table import WALKING_KEYS

R = TypeVar("R")

PAGE = 64
"""Rows that are fetched at once."""
_PAGES_KEPT = 64


@dataclass(frozen=True, slots=True)
class LaidColumn:
    """A column as it stands on the screen."""

    key: str
    lines: tuple[str, ...]
    """Its header."""
    width: int
    """In cells, the gap before it included."""
    right: bool = False


class VirtualTable(DataTable[str], Generic[R]):
    """Rows by their ids; a subclass says which columns there are and what stands in them."""

    BINDINGS = WALKING_KEYS

    def __init__(
        self, fetch: Callable[[Sequence[int]], dict[int, R]], *, header_lines: int, id: str | None = None
    ) -> None:
        """`fetch` gets rows by their ids, some dozens at a time."""
        # Before DataTable's own, which asks how many rows there are.
        self._fetch = fetch
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, R]] = OrderedDict()
        self._laid: list[LaidColumn] = []
        super().__init__(cursor_type="row", cell_padding=0, header_height=header_lines, id=id)

    # What a subclass says

    def cell(self, row: R, key: str) -> str:
        """The text of a cell."""
        raise NotImplementedError

    def cell_style(self, row: R, key: str, style: Style) -> Style:
        """The style of a cell, given that of its row."""
        return style

    # What it shows

    def show_ids(self, ids: "array[int]", row: int, top: int) -> None:
        """Show these rows, the cursor on the one at `row`, the one at `top` uppermost."""
        self._ids = ids
        self.forget_rows()
        self._set_height()
        # Without its watcher, which would scroll to the cursor wherever the person looks.
        self.set_reactive(DataTable.cursor_coordinate, Coordinate(row, 0))
        self._highlight_row(row)
        self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def forget_rows(self) -> None:
        """Fetch the visible rows anew when they are drawn next."""
        self._pages.clear()
        self.refresh()

    @property
    def ids(self) -> "array[int]":
        """The rows in their order."""
        return self._ids

    @property
    def selected_id(self) -> int | None:
        """The row under the cursor."""
        return self._ids[self.cursor_row] if self.is_valid_row_index(self.cursor_row) else None

    def row_at(self, index: int) -> R | None:
        """What is shown at a place; None if the row is gone for good."""
        page = index // PAGE
        rows = self._pages.get(page)
        if rows is None:
            rows = self._pages[page] = self._fetch(self._ids[page * PAGE : (page + 1) * PAGE])
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page)
        return rows.get(self._ids[index])

    # Columns

    @property
    def laid(self) -> Sequence[LaidColumn]:
        """The columns from left to right."""
        return self._laid

    def lay(self, columns: list[LaidColumn]) -> None:
        """Stand these columns side by side."""
        self._laid = columns
        self.columns.clear()
        self._column_locations = type(self._column_locations)({})
        for column in columns:
            self.add_column(Text("\n".join(column.lines)), width=column.width, key=column.key)
        self._set_height()
        self.refresh()

    def _set_height(self) -> None:
        width = sum(column.width for column in self._laid)
        height = len(self._ids) + self.header_height
        self.virtual_size = self.virtual_size.with_width(width).with_height(height)

    def _key_of(self, column: int) -> str | None:
        return self._laid[column].key if 0 <= column < len(self._laid) else None

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        scroll_x, scroll_y = self.scroll_offset
        if y < self.header_height:
            strip = self._header_line(y)
        else:
            index = y - self.header_height + int(scroll_y)
            if not self.is_valid_row_index(index):
                return Strip.blank(width, self.rich_style)
            strip = self._row_line(index)
        return strip.crop_extend(int(scroll_x), int(scroll_x) + width, self.rich_style)

    def _header_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("datatable--header")
        segments = []
        for place, column in enumerate(self._laid):
            text = _fitted(column.lines[y], column.width, column.right)
            segments.append(Segment(text, style + Style.from_meta({"row": -1, "column": place})))
        return Strip(segments).extend_cell_length(self.size.width, style)

    def _row_line(self, index: int) -> Strip:
        style = self.rich_style
        if self.show_cursor and index == self.cursor_row:
            style += self.get_component_rich_style("datatable--cursor")
        elif self._show_hover_cursor and index == self.hover_row:
            style += self.get_component_rich_style("datatable--hover")
        row = self.row_at(index)
        segments = []
        for place, column in enumerate(self._laid):
            text = "" if row is None else shown(self.cell(row, column.key))
            cell_style = style + Style.from_meta({"row": index, "column": place})
            if row is not None:
                cell_style = self.cell_style(row, column.key, cell_style)
            segments.append(Segment(_fitted(text, column.width, column.right), cell_style))
        return Strip(segments).extend_cell_length(self.size.width, style)

    # The parts of DataTable that would otherwise walk over all rows

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._ids)

    @property
    def _total_row_height(self) -> int:
        return len(self._ids)

    @property
    def ordered_rows(self) -> Sequence[object]:  # type: ignore[override]
        """As long as the list, for those who only measure it."""
        return _Heights(len(self._ids))

    def is_valid_row_index(self, row_index: int) -> bool:
        return 0 <= row_index < len(self._ids)

    def _get_row_region(self, row_index: int) -> Region:
        if not self.is_valid_row_index(row_index):
            return Region(0, 0, 0, 0)
        return Region(0, row_index + self.header_height, self.size.width, 1)

    def _key_at(self, row_index: int) -> RowKey:
        return RowKey(str(self._ids[row_index]))

    def _highlight_row(self, row_index: int) -> None:
        self.refresh_row(row_index)
        if self.is_valid_row_index(row_index):
            self.post_message(DataTable.RowHighlighted(self, row_index, self._key_at(row_index)))

    def _post_selected_message(self) -> None:
        if self.is_valid_row_index(self.cursor_row):
            self.post_message(DataTable.RowSelected(self, self.cursor_row, self._key_at(self.cursor_row)))


def _fitted(text: str, width: int, right: bool) -> str:
    """`text` in exactly `width` cells, the first of them a gap."""
    room = width - 1
    length = cell_len(text)
    if length > room:
        return " " + (set_cell_size(text, room - 1) + "…" if room > 1 else set_cell_size(text, room))
    padding = " " * (room - length)
    return f" {padding}{text}" if right else f" {text}{padding}"


class _Height:
    height = 1


class _Heights(Sequence[_Height]):
    """Rows of one line each, as many as are asked for."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int | slice) -> "_Height | _Heights":  # type: ignore[override]
        if isinstance(index, slice):
            return _Heights(len(range(*index.indices(self._length))))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return _Height()
