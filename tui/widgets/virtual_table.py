"""A DataTable of any length, of which only the visible rows exist.

Textual's own took 10 s and 430 MB for 100,000 rows. This one knows the ids of its rows in their order and
fetches rows by pages; it leans on private parts of DataTable, which `tests/tui/test_safety.py` watches.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.color import TRANSPARENT, Color
from textual.coordinate import Coordinate
from textual.filter import LineFilter
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollDown, ScrollMessage, ScrollUp
from textual.strip import Strip
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey

from store import database
from tui.page import OurScreen
from tui.widgets.fitting import fitted
from tui.widgets.laid import Frame, LaidColumn, Spot
from tui.widgets.row_pages import Heights, RowPages
from tui.widgets.scroll_bar import LeanScrollBar
from tui.widgets.walking import WalkingTable

R = TypeVar("R")

_LINES_KEPT = 256


class VirtualTable(WalkingTable[str], Generic[R]):
    """Rows by their ids; a subclass says which columns there are and what stands in them."""

    def __init__(
        self, fetch: Callable[[Sequence[int]], dict[int, R]], *, header_lines: int, id: str | None = None
    ) -> None:
        """`fetch` gets rows by their ids, some dozens at a time."""
        # Before DataTable's own, which asks how many rows there are.
        self._ids: array[int] = array(database.ID)
        self._pages = RowPages(fetch)
        self._laid: list[LaidColumn] = []
        self._laid_width = 0
        self._finish: tuple[int, Color, tuple[LineFilter, ...]] = (0, TRANSPARENT, ())
        """How wide lines are, and what is done to their colours at the end."""
        self._drawn: dict[int, tuple[R | None, str, Style, Strip]] = {}
        """Lines by the ids of their rows, with all that they depend on beside the columns."""
        self._height = 0
        super().__init__(cursor_type="row", cell_padding=0, header_height=header_lines, id=id)

    # What a subclass says

    def cell(self, row: R, key: str) -> str:
        """The text of a cell."""
        raise NotImplementedError

    def cell_style(self, row: R, key: str, style: Style) -> Style:
        """The style of a cell, given that of its row."""
        return style

    def sign(self, row_id: int) -> str:
        """One cell at the very left that says something of a row."""
        return " "

    def row_style(self, row_id: int, style: Style) -> Style:
        """The style of a row, given that of the table; the cursor's comes over it."""
        return style

    def clicked(self, spot: Spot, event: events.Click) -> None:
        """A click on a row: the first moves the cursor there, another opens it."""
        if spot.row == self.cursor_row:
            self._post_selected_message()
        else:
            self.move_cursor(row=spot.row, scroll=False)

    # What it shows

    def show_ids(self, ids: "array[int]", row: int, top: int) -> None:
        """Show these rows, the cursor on the one at `row`, the one at `top` uppermost."""
        self._ids = ids
        self.forget_rows()
        self._set_height()
        self.stand(row, top)

    def stand(self, row: int, top: int) -> None:
        """Put the cursor on a row, and let another be uppermost; both at once, for one repaint."""
        before = self.cursor_row
        # Without its watcher, which would scroll to the cursor wherever the person looks.
        self.set_reactive(DataTable.cursor_coordinate, self._clamp_cursor_coordinate(Coordinate(row, 0)))
        self.refresh_row(before)
        self._highlight_row(self.cursor_row)
        self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def go_to(self, row: int) -> None:
        """Put the cursor on a row; where that is out of sight, in the middle."""
        top = self.top
        if not top <= row < top + self.rows_in_sight:
            top = row - self.rows_in_sight // 2
        self.stand(row, self._top_for(row, top))

    @property
    def top(self) -> int:
        """The uppermost row."""
        return int(self.scroll_offset.y)

    @property
    def rows_in_sight(self) -> int:
        """How many rows there is room for."""
        return max(self.scrollable_content_region.height - self.header_height, 1)

    # Keys that are pressed again and again do without the way to the program and back, 0.3 ms.

    def key_pagedown(self, event: events.Key) -> None:
        """As its binding, at once."""
        event.stop()
        self.action_page_down()

    def key_pageup(self, event: events.Key) -> None:
        """As its binding, at once."""
        event.stop()
        self.action_page_up()

    def action_page_down(self) -> None:
        """Cursor and list go on by what is in sight."""
        self._turn_page(self.rows_in_sight)

    def action_page_up(self) -> None:
        """Cursor and list go back by what is in sight."""
        self._turn_page(-self.rows_in_sight)

    def _turn_page(self, rows: int) -> None:
        self._set_hover_cursor(False)
        row = self._clamp_cursor_coordinate(Coordinate(self.cursor_row + rows, 0)).row
        if row == self.cursor_row:
            self._scroll_cursor_into_view()
            return
        # Of many keys at once only what the last one leads to is painted.
        is_last = not self.message_queue_size and not self.app.message_queue_size
        self.stand(row, self._top_for(row, self.top + rows))
        self.call_after_refresh(self._draw_ahead, rows)
        if is_last and isinstance(self.screen, OurScreen):
            bar = [self.vertical_scrollbar] if self.show_vertical_scrollbar else []
            self.screen.paint_parts(self, *bar)

    def _draw_ahead(self, rows: int) -> None:
        """Have the next page ready: whoever turns one turns another, and this is half of what it takes."""
        frame = self._frame(self._finish[0])
        if self.cursor_row in frame.styles:
            frame.styles[self.cursor_row + rows] = frame.styles.pop(self.cursor_row)
        expect, console = getattr(self.app._driver, "expect", None), self.app.console
        start = self.top + rows
        for index in range(max(start, 0), min(start + self.rows_in_sight, len(self._ids))):
            text = self._row_line(index, frame).render(console)
            if expect is not None:
                expect(text)

    def _top_for(self, row: int, top: int) -> int:
        """The uppermost row nearest to `top` that leaves `row` in sight."""
        return max(min(max(top, row - self.rows_in_sight + 1), row, len(self._ids) - self.rows_in_sight), 0)

    def keep_cursor_in_sight(self, height: int) -> None:
        """Scroll by the rows that a new height takes away, where the cursor stands in them."""
        lost, self._height = self._height - height, height
        below = self.cursor_row + self.header_height - int(self.scroll_offset.y) - height + 1
        if 0 < below <= lost:
            self.scroll_to(y=self.scroll_offset.y + below, animate=False, force=True, immediate=True)

    def forget_rows(self) -> None:
        """Fetch the visible rows anew when they are drawn next."""
        self._pages.clear()
        self._drawn.clear()
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
        return self._pages.row(self._ids, index)

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
        self._drawn.clear()
        self._set_height()
        self.refresh()

    def _set_height(self) -> None:
        self._laid_width = width = sum(column.width for column in self._laid)
        height = len(self._ids) + self.header_height
        self.virtual_size = self.virtual_size.with_width(width).with_height(height)

    def _key_of(self, column: int) -> str | None:
        return self._laid[column].key if 0 <= column < len(self._laid) else None

    # Drawing

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar beside the rows, made when it is asked for first."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = LeanScrollBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some lines of the screen; the table has no border, and no line of it is drawn twice."""
        frame = self._frame(crop.right)
        lines = [self._line(y, frame) for y in crop.line_range]
        return [line.crop(crop.x, crop.right) for line in lines] if crop.x else lines

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        return self._line(y, self._frame(self.size.width))

    def _frame(self, width: int) -> Frame:
        style, (_base, background) = self.rich_style, self.background_colors
        styles = {}
        if self._show_hover_cursor:
            styles[self.hover_row] = self.get_component_rich_style("datatable--hover")
        if self.show_cursor:
            styles[self.cursor_row] = self.get_component_rich_style("datatable--cursor")
        finish = (width, background, tuple(self.get_line_filters()))
        if finish != self._finish:
            self._finish = finish
            self._drawn.clear()
        return Frame(style, styles, self.header_height, self.top, int(self.scroll_offset.x))

    def _line(self, y: int, frame: Frame) -> Strip:
        if y < frame.header_height:
            line = self._header_line(y)
        else:
            index = y - frame.header_height + frame.top
            line = self._row_line(index, frame) if index < len(self._ids) else self._whole([], frame.style)
        width = self._finish[0]
        if frame.left == 0 and line.cell_length == width:
            return line
        return line.crop_extend(frame.left, frame.left + width, frame.style)

    def _header_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("datatable--header")
        text = "".join(fitted(column.lines[y], column.width, column.right) for column in self._laid)
        return self._whole([Segment(text, style)], style)

    def _row_line(self, index: int, frame: Frame) -> Strip:
        row_id = self._ids[index]
        row, sign, style = self.row_at(index), self.sign(row_id), self.row_style(row_id, frame.style)
        if index in frame.styles:
            style += frame.styles[index]
        drawn = self._drawn.get(row_id)
        if drawn is None or drawn[:3] != (row, sign, style):
            line = self._whole([], style) if row is None else self._draw(row, sign, style)
            if len(self._drawn) >= _LINES_KEPT:
                del self._drawn[next(iter(self._drawn))]
            drawn = self._drawn[row_id] = (row, sign, style, line)
        return drawn[3]

    def _draw(self, row: R, sign: str, style: Style) -> Strip:
        # Cells of one style are one segment: each costs its colours again, 40 bytes and 20 µs.
        segments = []
        run, run_style = "", style
        for column in self._laid:
            cell_style = self.cell_style(row, column.key, style)
            if cell_style is not run_style:
                segments.append(Segment(run, run_style))
                run, run_style = "", cell_style
            run += fitted(self.cell(row, column.key), column.width, column.right)
        segments.append(Segment(run, run_style))
        # The first cell is a gap.
        segments[0] = Segment(sign + segments[0].text[1:], style)
        return self._whole(segments, style)

    def _whole(self, segments: list[Segment], style: Style) -> Strip:
        """Segments of all columns or of none, and blanks behind them."""
        width, background, line_filters = self._finish
        length = self._laid_width if segments else 0
        if length < width:
            segments = [*segments, Segment(" " * (width - length), style)]
        for line_filter in line_filters:
            segments = line_filter.apply(segments, background)
        return Strip(segments, max(length, width))

    # The mouse: places are reckoned, so that lines need not carry them

    def _spot(self, event: events.MouseEvent) -> Spot | None:
        """The cell under the mouse; None beside all cells."""
        x, y = event.x + int(self.scroll_offset.x), event.y
        row = -1 if y < self.header_height else y - self.header_height + self.top
        if row >= len(self._ids):
            return None
        for column, laid in enumerate(self._laid):
            if 0 <= x < laid.width:
                return Spot(row, column)
            x -= laid.width
        return None

    async def _on_click(self, event: events.Click) -> None:
        event.prevent_default()
        event.stop()
        spot = self._spot(event)
        if spot is None:
            return
        if spot.row >= 0:
            self.clicked(spot, event)
            return
        column = self.ordered_columns[spot.column]
        self.post_message(DataTable.HeaderSelected(self, column.key, spot.column, label=column.label))

    def _on_scroll_down(self, event: ScrollDown) -> None:
        self._scroll_by(event, self.rows_in_sight)

    def _on_scroll_up(self, event: ScrollUp) -> None:
        self._scroll_by(event, -self.rows_in_sight)

    def _scroll_by(self, event: ScrollMessage, rows: int) -> None:
        """A click beside the bar's thumb: Textual would pass over as many rows as the header has lines."""
        event.prevent_default()
        event.stop()
        self.scroll_relative(y=rows, animate=False, force=True)

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        event.prevent_default()
        spot = self._spot(event)
        row = -1 if spot is None else spot.row
        if row < 0:
            if self._show_hover_cursor:
                self._set_hover_cursor(False)
        elif row != self.hover_row or not self._show_hover_cursor:
            self._set_hover_cursor(True)
            self.set_reactive(DataTable.hover_coordinate, Coordinate(row, 0))
            self.refresh_row(row)

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
        return Heights(len(self._ids))

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
