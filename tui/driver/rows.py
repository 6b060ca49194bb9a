"""Rows of cells: how text is laid into them, and how one is turned into another on the terminal."""

from collections.abc import Iterator, Sequence
from itertools import chain, compress, count
from operator import itemgetter, ne
from typing import TypeAlias

from tui.driver.graphemes import Cell, is_sure
from tui.driver.pen import Pen
from tui.driver.styles import of_blank

Row: TypeAlias = list[Cell | None]
"""The cells of a row; None where it is not known what the terminal shows."""

_TEXT = itemgetter(0)
_SHORTEST_MOVE = 4
"""How many characters it takes to go on by more than one column; as many are rather written again."""


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


def text_of(cells: Row) -> str:
    """All that is known of what stands in them."""
    return "".join(map(_TEXT, filter(None, cells)))


def write(pen: Pen, row: int, old: Row | None, new: Row) -> None:
    """Turn what a row shows into something new; unknown cells of `new` stay as they are."""
    if old == new:
        return
    is_whole = not _is_sure(new) or (old is not None and not _is_sure(old))
    for start, end in _spans(_changes(None if is_whole else old, new), new, is_whole):
        pen.move(row, start)
        text = text_of(new[start:end])
        style = _style(new[start])
        if style != pen.sgr and all(_goes_with(cell, pen.sgr) for cell in new[start:end]):
            style = pen.sgr
        if is_whole and not is_sure(text):
            pen.write_unsure(text, start, end - start, style)
        else:
            pen.write(text, end - start, style)


def _is_rest(row: Row, column: int) -> bool:
    """Whether here is not the first cell of wider text."""
    if column >= len(row):
        return False
    cell = row[column]
    return cell is not None and not cell[0]


def _is_sure(row: Row) -> bool:
    return is_sure(text_of(row))


def _is_of_like(first: Cell | None, cell: Cell | None) -> bool:
    if first is None or cell is None:
        return False
    return is_sure(first[0]) == is_sure(cell[0]) or cell[0] == " "


def _changes(old: Row | None, new: Row) -> list[int]:
    changed = range(len(new)) if old is None else compress(count(), map(ne, old, new))
    return [column for column in changed if new[column]]


def _spans(columns: Sequence[int], row: Row, has_unsure: bool) -> Iterator[tuple[int, int]]:
    """Starts and ends of neighbours in one style, wide characters whole; what is unsure among its like.

    Blanks behind it are a part of it: it may need them. So is what stands between neighbours where writing it
    again is not longer than to go on behind it.
    """
    start = end = 0
    style = blank = ""
    for column in columns:
        if column < end:
            continue
        if 0 < column - end <= _SHORTEST_MOVE and end > start and _may_be_written(row[end:column], style):
            end = column
        cell = row[column]
        goes_on = cell is not None and (cell[1] == style or (cell[1] == blank and cell[0] == " "))
        if column > end or not goes_on or (has_unsure and end > start and not _is_of_like(row[start], cell)):
            if end > start:
                yield start, end
            start = column
            style = _style(cell)
            blank = of_blank(style)
        end = column + 1
        while end < len(row) and (rest := row[end]) is not None and not rest[0]:
            end += 1
    if end > start:
        yield start, end


def _may_be_written(cells: Row, style: str) -> bool:
    """Whether these look as they should in this style, one character each."""
    text = "".join([cell[0] for cell in cells if cell and _goes_with(cell, style)])
    return len(text) == len(cells) and text.isascii()


def _style(cell: Cell | None) -> str:
    return cell[1] if cell else ""


def _goes_with(cell: Cell | None, sgr: str) -> bool:
    """Whether a cell looks as it should when it is written in this style."""
    return cell is not None and (cell[1] == sgr or (cell[0] == " " and cell[1] == of_blank(sgr)))
