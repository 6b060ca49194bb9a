"""The table of contacts: a DataTable of which only the visible rows exist.

Textual's own took 10 s and 430 MB for 100,000 rows. This one knows the ids in their order and fetches rows
by pages; it leans on private parts of DataTable, which `tests/tui/test_safety.py` watches.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.coordinate import Coordinate
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import DataTable
from textual.widgets.data_table import ColumnKey, RowKey

from store.language import N_, _
from store.listing import Listing, Order, Row
from store.values import times
from tui.text import shown
from tui.widgets.small_table import WALKING_KEYS

PAGE = 64
"""Rows that are fetched at once."""
_PAGES_KEPT = 64
_HEADER_LINES = 2
_NAME_AT_LEAST = 14
_NAME_COMFORTABLE = 20
_OPTIONS = "⋮"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: its header in two lines, in full and shortened, and what it shows of a row."""

    key: str
    order: Order | None
    full: str
    short: str
    text: Callable[[Row, str], str]
    """The cell, given the row and the name of the time zone."""
    width: int = 0
    """What the cells need; 0 takes what is left over."""
    right: bool = False
    expendable: int = 0
    """The higher, the sooner it goes where there is no room; 0 stays."""


def _moment(row: Row, zone: str) -> str:
    return times.shown(row.last_interaction, zone) or _("Never")


COLUMNS = (
    ColumnSpec("contact", Order.NAME, N_("Contact"), N_("Contact"), lambda row, _zone: row.name),
    ColumnSpec(
        "last_interaction",
        Order.LAST_INTERACTION,
        N_("Last\ninteraction"),
        N_("Last\ninteraction"),
        _moment,
        width=16,
    ),
    ColumnSpec(
        "user_initiated",
        Order.USER_INITIATED,
        N_("User\ninitiated conv."),
        N_("User\ninit."),
        lambda row, _zone: f"{row.user_initiated:,}",
        width=5,
        right=True,
        expendable=1,
    ),
    ColumnSpec(
        "business_initiated",
        Order.BUSINESS_INITIATED,
        N_("Business\ninitiated conv."),
        N_("Business\ninit."),
        lambda row, _zone: f"{row.business_initiated:,}",
        width=5,
        right=True,
        expendable=2,
    ),
    ColumnSpec(
        "cancelled_outbounds",
        Order.CANCELLED_OUTBOUNDS,
        N_("Cancelled\noutbounds"),
        N_("Cancel.\noutb."),
        lambda row, _zone: f"{row.cancelled_outbounds:,}",
        width=5,
        right=True,
        expendable=4,
    ),
    ColumnSpec(
        "received_notifications",
        Order.RECEIVED_NOTIFICATIONS,
        N_("Received\nnotifications"),
        N_("Received\nnotif."),
        lambda row, _zone: f"{row.received_notifications:,}",
        width=5,
        right=True,
        expendable=3,
    ),
    ColumnSpec("options", None, N_("Options"), N_("Op-\ntions"), lambda _row, _zone: _OPTIONS),
)


def full_name(spec: ColumnSpec) -> str:
    """A column's name on one line."""
    return _(spec.full).replace("\n", " ")


class ContactTable(DataTable[str]):
    """A list of contacts of any length, of which the ids are known and the visible rows fetched."""

    BINDINGS = WALKING_KEYS

    class OptionsAsked(Message):
        """The options of a contact were clicked."""

        def __init__(self, contact_id: int) -> None:
            super().__init__()
            self.contact_id = contact_id

    def __init__(self, fetch: Callable[[Sequence[int]], dict[int, Row]], *, id: str | None = None) -> None:
        # Before DataTable's own, which asks how many rows there are.
        self._fetch = fetch
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()
        self._listing = Listing()
        self._zone = ""
        self._layout_key: tuple[object, ...] = ()
        self._specs: list[tuple[ColumnSpec, list[str], int]] = []
        """The columns on screen: spec, two header lines, width with the gap before it."""
        super().__init__(cursor_type="row", cell_padding=0, header_height=_HEADER_LINES, id=id)

    # What it shows

    def show(
        self,
        ids: "array[int]",
        listing: Listing,
        zone: str,
        *,
        keep: int | None = None,
        is_new: bool = True,
    ) -> None:
        """Show these contacts: `keep` under the cursor where it was on screen, or the first of a new list.

        A list that is not new stays where it is, on the contact that was chosen.
        """
        top = int(self.scroll_offset.y)
        lines_above = self.cursor_row - top
        if not is_new and keep is None and self.cursor_row > 0:
            keep = self.selected_id
        row = 0
        if keep is not None:
            try:
                row = ids.index(keep)
            except ValueError:
                row = min(self.cursor_row, max(len(ids) - 1, 0))
            top = max(row - lines_above, 0)
        elif is_new:
            top = 0
        self._ids = ids
        self._zone = zone
        self._listing = listing
        self.forget_rows()
        self._lay_out()
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
        """The contacts in their order."""
        return self._ids

    @property
    def selected_id(self) -> int | None:
        """The contact under the cursor."""
        return self._ids[self.cursor_row] if self.is_valid_row_index(self.cursor_row) else None

    def row_at(self, index: int) -> Row | None:
        """What is shown at a place; None if the contact is gone for good."""
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

    def on_resize(self) -> None:
        """Columns by the width there is."""
        self._lay_out()

    def _lay_out(self) -> None:
        # The scroll bar's column is kept free, so that nothing moves when it appears.
        width = self.outer_size.width - 1
        key = (width, self._listing.order, self._listing.descending)
        if width <= 0 or key == self._layout_key:
            return
        self._layout_key = key
        specs = list(COLUMNS)
        measured = self._measure(specs, full=True)
        if self._left_over(measured, width) < _NAME_COMFORTABLE:
            measured = self._measure(specs, full=False)
        while self._left_over(measured, width) < _NAME_AT_LEAST and any(spec.expendable for spec in specs):
            specs.remove(max(specs, key=lambda spec: spec.expendable))
            measured = self._measure(specs, full=False)
        rest = max(self._left_over(measured, width), 1)
        self._specs = [(spec, lines, cells or rest) for spec, lines, cells in measured]
        self.columns.clear()
        self._column_locations = type(self._column_locations)({})
        for spec, lines, cells in self._specs:
            self.add_column(Text("\n".join(lines)), width=cells, key=spec.key)
        self._set_height()
        self.refresh()

    def _measure(self, specs: list[ColumnSpec], *, full: bool) -> list[tuple[ColumnSpec, list[str], int]]:
        """Header lines and widths, the gap of one cell included; 0 for the column that takes the rest."""
        found = []
        for spec in specs:
            lines = _(spec.full if full else spec.short).split("\n")
            if self._listing.order is spec.order:
                lines[-1] += " ▼" if self._listing.descending else " ▲"
            lines += [""] * (_HEADER_LINES - len(lines))
            width = 0 if spec.key == "contact" else max(spec.width, *map(cell_len, lines)) + 1
            found.append((spec, lines, width))
        return found

    @staticmethod
    def _left_over(measured: list[tuple[ColumnSpec, list[str], int]], width: int) -> int:
        return width - sum(cells for _spec, _lines, cells in measured)

    def _set_height(self) -> None:
        width = sum(cells for _spec, _lines, cells in self._specs)
        self.virtual_size = self.virtual_size.with_width(width).with_height(len(self._ids) + _HEADER_LINES)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        scroll_x, scroll_y = self.scroll_offset
        if y < _HEADER_LINES:
            strip = self._header_line(y)
        else:
            index = y - _HEADER_LINES + int(scroll_y)
            if not self.is_valid_row_index(index):
                return Strip.blank(width, self.rich_style)
            strip = self._row_line(index)
        return strip.crop_extend(int(scroll_x), int(scroll_x) + width, self.rich_style)

    def _header_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("datatable--header")
        segments = []
        for column, (spec, lines, width) in enumerate(self._specs):
            text = _fitted(lines[y], width, spec.right)
            segments.append(Segment(text, style + Style.from_meta({"row": -1, "column": column})))
        return Strip(segments).extend_cell_length(self.size.width, style)

    def _row_line(self, index: int) -> Strip:
        style = self.rich_style
        if self.show_cursor and index == self.cursor_row:
            style += self.get_component_rich_style("datatable--cursor")
        elif self._show_hover_cursor and index == self.hover_row:
            style += self.get_component_rich_style("datatable--hover")
        row = self.row_at(index)
        segments = []
        for column, (spec, _lines, width) in enumerate(self._specs):
            text = "" if row is None else shown(spec.text(row, self._zone))
            cell_style = style + Style.from_meta({"row": index, "column": column})
            if row is not None and spec.key == "last_interaction" and not row.last_interaction:
                cell_style += Style(dim=True)
            segments.append(Segment(_fitted(text, width, spec.right), cell_style))
        return Strip(segments).extend_cell_length(self.size.width, style)

    # The parts of DataTable that would otherwise walk over all rows

    @property
    def row_count(self) -> int:
        """How many contacts are listed."""
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
        return Region(0, row_index + _HEADER_LINES, self.size.width, 1)

    def _key_at(self, row_index: int) -> RowKey:
        return RowKey(str(self._ids[row_index]))

    def _highlight_row(self, row_index: int) -> None:
        self.refresh_row(row_index)
        if self.is_valid_row_index(row_index):
            self.post_message(DataTable.RowHighlighted(self, row_index, self._key_at(row_index)))

    def _post_selected_message(self) -> None:
        if self.is_valid_row_index(self.cursor_row):
            self.post_message(DataTable.RowSelected(self, self.cursor_row, self._key_at(self.cursor_row)))

    # The mouse

    async def _on_click(self, event: events.Click) -> None:
        meta = event.style.meta
        column = self._key_of(meta.get("column", -1))
        if column == "options" and self.is_valid_row_index(meta.get("row", -1)):
            # At the first click, not only on a row that is under the cursor already.
            event.prevent_default()
            event.stop()
            self.move_cursor(row=meta["row"], scroll=False)
            self.post_message(self.OptionsAsked(self._ids[meta["row"]]))

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        meta = event.style.meta
        in_header = meta.get("row") == -1
        spec = next((s for s, _l, _w in self._specs if s.key == self._key_of(meta.get("column", -1))), None)
        self.tooltip = full_name(spec) if in_header and spec is not None else None

    def _key_of(self, column: int) -> str | None:
        return self._specs[column][0].key if 0 <= column < len(self._specs) else None

    def order_of(self, key: ColumnKey) -> Order | None:
        """What a column sorts by."""
        return next((spec.order for spec in COLUMNS if spec.key == key.value), None)


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
