"""Finds out whether a block of rows has only moved up or down."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from tui.driver.graphemes import Cell
from tui.driver.rows import Row

_BLANK: Cell = (" ", "")
"""What stands in rows that scrolling makes."""

_FEWEST_ROWS = 4
"""Fewer rows than these are written sooner than compared."""
_SEEN = slice(2, 42)
"""The characters that rows are known again by: the first words of lists."""


class Shift(NamedTuple):
    """The rows from `top` to `bottom`, both included, move up by `rows`, or down where it is negative."""

    top: int
    bottom: int
    rows: int

    @property
    def block(self) -> range:
        """The rows concerned."""
        return range(self.top, self.bottom + 1)

    def sequence(self) -> str:
        """How a terminal is told, with its margins as they were; where the cursor is afterwards, is open."""
        way = "M" if self.rows > 0 else "L"
        count = abs(self.rows) if abs(self.rows) > 1 else ""
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{self.top + 1}H\x1b[{count}{way}\x1b[r"

    def moved(self, rows: Mapping[int, Row], columns: int) -> dict[int, Row]:
        """What the rows concerned show afterwards."""
        blank = Row([_BLANK] * columns)
        return {
            row: rows[row + self.rows] if self.top <= row + self.rows <= self.bottom else blank
            for row in self.block
        }


def find(shown: Mapping[int, Row], wanted: Mapping[int, Row]) -> Shift | None:
    """How most rows that are to change may have moved, of all those that are shown; None where none has.

    Only what is known all over is moved: what must not move has to be written again.
    """
    if len(wanted) < _FEWEST_ROWS:
        return None
    shift = _most_likely(shown, wanted)
    return shift if shift and _is_known(shown, shift) else None


def _most_likely(shown: Mapping[int, Row], wanted: Mapping[int, Row]) -> Shift | None:
    places: dict[str, int | None] = {}
    for row, cells in shown.items():
        words = _words(cells)
        # Rows that look alike, blank ones first of all, say nothing.
        places[words] = None if words in places else row
    found = [
        (row, place) for row, cells in wanted.items() if (place := places.get(_words(cells))) is not None
    ]
    votes = Counter(place - row for row, place in found if place != row)
    if not votes:
        return None
    rows, _votes = votes.most_common(1)[0]
    ends = [end for row, place in found if place - row == rows for end in (row, place)]
    return Shift(min(ends), max(ends), rows)


def _words(cells: Row) -> str:
    # Shorter where a row is not known all over: it is not moved then.
    return cells.text[_SEEN]


def _is_known(shown: Mapping[int, Row], shift: Shift) -> bool:
    return all(row in shown and None not in shown[row] for row in shift.block)
