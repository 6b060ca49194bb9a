"""Rows of cells: how text is laid into them, and how one is turned into another on the terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count
from operator import itemgetter, ne

from tui.driver.graphemes import Cell, ink, is_sure
from tui.driver.pen import Pen
from tui.driver.styles import of_blank

_TEXT = itemgetter(0)
_SHORTEST_MOVE = 4
"""How many characters it takes to go on by more than one column; as many are rather written again."""
_CHANGED = re.compile(rb"\x01(?:\x00{0,%d}\x01)*" % _SHORTEST_MOVE)
"""Neighbours among columns that are 1 where a row has changed, with what is too short to be passed over."""

_GAP = 2
"""Blanks that surely stand between two columns of a table, not between two words."""
_CUT = "…"
"""What ends a text that did not fit: nothing of what follows it is worth a shift."""
_FRAMES = frozenset(map(chr, range(0x2500, 0x2600)))
"""What stands between texts and must be straight: lines and blocks."""


class Row(list[Cell | None]):
    """The cells of a row; None where it is not known what the terminal shows.

    They are laid before anything is asked of them.
    """

    def __init__(self, cells: Iterable[Cell | None]) -> None:
        super().__init__(cells)
        self._text: str | None = None

    @property
    def text(self) -> str:
        """All that is known of what stands in them."""
        if self._text is None:
            self._text = text_of(self)
        return self._text

    @property
    def is_sure(self) -> bool:
        """Whether all terminals put every part of the text into the same cells."""
        return is_sure(self.text)

    @property
    def is_plain(self) -> bool:
        """Whether every cell is known and has one character, of which terminals agree how wide it is."""
        return len(self.text) == len(self) and self.is_sure


def lay(row: Row, column: int, cells: Sequence[Cell]) -> None:
    """Put cells into a row; of wider text that they cover in part, blanks remain, as on terminals."""
    end = column + len(cells)
    start = column
    while start > 0 and _is_rest(row, start):
        start -= 1
    rest = end
    while _is_rest(row, rest):
        rest += 1
    for covered in chain(range(start, column), range(end, rest)):
        cell = row[covered]
        row[covered] = (" ", cell[1] if cell else "")
    row[column:end] = cells


def text_of(cells: Iterable[Cell | None]) -> str:
    """All that is known of what stands in them."""
    return "".join(map(_TEXT, filter(None, cells)))


def write(pen: Pen, row: int, old: Row | None, new: Row) -> None:
    """Turn what a row shows into something new; unknown cells of `new` stay as they are."""
    if old == new:
        return
    if not new.is_sure or (old is not None and not old.is_sure):
        _write_spans(pen, row, _stretches(new), new)
    elif old is not None and old.is_plain and new.is_plain:
        _write_plain(pen, row, old, new)
    else:
        _write_spans(pen, row, _spans(_changes(old, new), new), new)


def _write_plain(pen: Pen, row: int, old: Row, new: Row) -> None:
    """Most rows: cells of one style are compared and written as a whole."""
    for place in _CHANGED.finditer(bytes(map(ne, old, new))):
        start, end = place.span()
        style = _style_of_all(new[start:end], new.text[start:end], pen.sgr)
        if style is None:
            _write_spans(pen, row, _spans(_changes(old, new, start, end), new), new)
        else:
            pen.move(row, start)
            pen.write(new.text[start:end], end - start, style)


def _style_of_all(cells: Sequence[Cell | None], text: str, sgr: str) -> str | None:
    """The style in which all these look as they should, `sgr` rather than another; None if there is none."""
    if list(map(ink(sgr).__getitem__, text)) == cells:
        return sgr
    blanks = len(text) - len(text.lstrip(" "))
    first = _style(cells[min(blanks, len(cells) - 1)])
    return first if list(map(ink(first).__getitem__, text)) == cells else None


def _write_spans(pen: Pen, row: int, spans: Iterable[tuple[int, int]], new: Row) -> None:
    for start, end in spans:
        pen.move(row, start)
        text = text_of(new[start:end])
        style = _style(new[start])
        if style != pen.sgr and all(_goes_with(cell, pen.sgr) for cell in new[start:end]):
            style = pen.sgr
        if is_sure(text):
            pen.write(text, end - start, style)
        else:
            pen.write_unsure(text, start, end - start, style)


def _is_rest(row: Row, column: int) -> bool:
    """Whether here is not the first cell of wider text."""
    if column >= len(row):
        return False
    cell = row[column]
    return cell is not None and not cell[0]


def _changes(old: Row | None, new: Row, start: int = 0, end: int | None = None) -> list[int]:
    if old is None:
        return [column for column, cell in enumerate(new) if cell]
    changed = compress(count(start), map(ne, old[start:end], new[start:end]))
    return [column for column in changed if new[column]]


def _spans(columns: Sequence[int], row: Row) -> Iterator[tuple[int, int]]:
    """Starts and ends of neighbours in one style, wide characters whole.

    What is between neighbours is a part of it where writing it again is not longer than to go on behind it.
    """
    start = end = 0
    style = blank = ""
    for column in columns:
        if column < end:
            continue
        if 0 < column - end <= _SHORTEST_MOVE and end > start and _may_be_written(row[end:column], style):
            end = column
        cell = row[column]
        goes_on = _style(cell) == style or (_style(cell) == blank and _text(cell) == " ")
        if column > end or not goes_on:
            if end > start:
                yield start, end
            start = column
            style = _style(cell)
            blank = of_blank(style)
        end = _end(row, column)
    if end > start:
        yield start, end


def _stretches(row: Row) -> Iterator[tuple[int, int]]:
    """Starts and ends of what is written at once where something is unsure: all that is known, whole.

    Behind what is unsure all goes on where the terminal stands, up to the next column of a table: put into
    its own place it would cover letters where a terminal gives room to marks. Blanks are a part of it, which
    may need them.
    """
    start = end = blanks = 0
    style = before = ""
    is_loose = False
    for column, cell in enumerate(row):
        if column < end or cell is None:
            continue
        text, sgr = cell
        is_new = column > end or not (sgr == style or (sgr == of_blank(style) and text == " "))
        if text != " ":
            is_sure_here = is_sure(text)
            is_new |= is_loose and is_sure_here and (blanks >= _GAP or before == _CUT or text in _FRAMES)
            is_new |= not is_loose and not is_sure_here
        if is_new:
            if end > start:
                yield start, end
            start, style, is_loose = column, sgr, not is_sure(text)
        before, blanks = (before, blanks + 1) if text == " " else (text, 0)
        end = _end(row, column)
    if end > start:
        yield start, end


def _end(row: Row, column: int) -> int:
    """Where the text that begins in a column ends."""
    end = column + 1
    while _is_rest(row, end):
        end += 1
    return end


def _may_be_written(cells: Sequence[Cell | None], style: str) -> bool:
    """Whether these look as they should in this style, one character each."""
    text = "".join([cell[0] for cell in cells if cell and _goes_with(cell, style)])
    return len(text) == len(cells) and text.isascii()


def _text(cell: Cell | None) -> str:
    return cell[0] if cell else ""


def _style(cell: Cell | None) -> str:
    return cell[1] if cell else ""


def _goes_with(cell: Cell | None, sgr: str) -> bool:
    """Whether a cell looks as it should when it is written in this style."""
    return cell is not None and (cell[1] == sgr or (cell[0] == " " and cell[1] == of_blank(sgr)))
