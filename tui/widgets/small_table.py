"""A DataTable of some dozens of rows that always fits its width."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events

from tui.text import cell
from tui.widgets.walking import WalkingTable

_WIDE = 110
_PADDING = 2
_LEAST = 8


@dataclass(frozen=True, slots=True)
class SmallColumn:
    """A column of a small table."""

    title: str
    width: int = 0
    """0 takes what is left over."""
    wide_only: bool = False
    """Shown only where there is room."""
    least: int = 0
    """The width of the table from which on it is shown."""


class SmallTable(WalkingTable[Text]):
    """Rows by key, filled as a whole; only what changed is drawn anew."""

    def __init__(self, columns: Sequence[SmallColumn], *, id: str) -> None:
        super().__init__(cursor_type="row", id=id)
        self._all = columns
        self._shown: list[SmallColumn] = []
        self._texts: dict[str, list[Text]] = {}

    @property
    def selected(self) -> str | None:
        """The key of the row under the cursor."""
        keys = list(self._texts)
        return keys[self.cursor_row] if 0 <= self.cursor_row < len(keys) else None

    def fill(self, rows: dict[str, list[Text]], select: str | None = None) -> None:
        """Show these rows, a cell for each column; the cursor stays on its row, or goes to `select`."""
        before, self._texts = self._texts, rows
        if not self._shown:
            return
        if list(before) == list(rows) and self.row_count == len(rows):
            for row, (old, new) in enumerate(zip(before.values(), rows.values(), strict=True)):
                self._update(row, old, new)
        else:
            self._refill(list(before))
        if select in rows:
            self.move_cursor(row=list(rows).index(str(select)))

    def on_resize(self, event: events.Resize) -> None:
        """Columns by the width there is."""
        width = event.size.width
        shown = [column for column in self._all if width >= (_WIDE if column.wide_only else column.least)]
        taken = sum(column.width + _PADDING for column in shown)
        # One cell is kept free for the scroll bar.
        rest = max(self.outer_size.width - 1 - taken, _LEAST)
        widths = [column.width or rest for column in shown]
        if widths == [column.width for column in self.ordered_columns]:
            return
        self._shown = shown
        keys = list(self._texts)
        row = self.cursor_row
        self.clear(columns=True)
        for column, width in zip(shown, widths, strict=True):
            self.add_column(cell(column.title), width=width)
        self._refill(keys)
        self.move_cursor(row=row)

    def _refill(self, keys_before: list[str]) -> None:
        row = self.cursor_row
        key = keys_before[row] if 0 <= row < len(keys_before) else None
        self.clear()
        for texts in self._texts.values():
            self.add_row(*self._fitting(texts))
        keys = list(self._texts)
        self.move_cursor(row=keys.index(key) if key in keys else row)

    def _update(self, row: int, old: list[Text], new: list[Text]) -> None:
        for column, (was, text) in enumerate(zip(self._fitting(old), self._fitting(new), strict=True)):
            if was != text:
                self.update_cell_at((row, column), text)  # type: ignore[arg-type]

    def _fitting(self, texts: list[Text]) -> list[Text]:
        return [text for column, text in zip(self._all, texts, strict=True) if column in self._shown]
