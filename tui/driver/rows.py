"""Rows of cells: how text is laid into them, and how one is turned into another on the terminal."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from tui.driver.graphemes import Cell, is_sure
from tui.driver.pen import Pen
from tui.driver.styles import of_blank

Row: TypeAlias = list[Cell | None]
"""The cells of a row; None where it is not known what the terminal shows."""

_LONGEST_MOVE = 6
"""No more characters than these are written again in the place of a move along the row."""


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


def write(pen: Pen, row: int, old: Row | None, new: Row) -> None:
    """Turn what a row shows into something new; unknown cells of `new` stay as they are."""
    if old == new:
        return
    is_whole = not _is_sure(new) or (old is not None and not _is_sure(old))
    for start, end in _spans(_changes(None if is_whole else old, new), new, is_whole):
        _approach(pen, row, start, new)
        cells = [cell for cell in new[start:end] if cell]
        text = "".join([cell[0] for cell in cells])
        style = cells[0][1]
        if style != pen.sgr and all(_goes_with(cell, pen.sgr) for cell in cells):
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
    return is_sure("".join([cell[0] for cell in row if cell]))


def _is_of_like(first: Cell | None, cell: Cell | None) -> bool:
    if first is None or cell is None:
        return False
    return is_sure(first[0]) == is_sure(cell[0]) or cell[0] == " "


def _changes(old: Row | None, new: Row) -> list[int]:
    if old is None:
        return [column for column, cell in enumerate(new) if cell]
    return [
        column
        for column, (was, cell) in enumerate(zip(old, new, strict=True))
        if was is not cell and was != cell and cell
    ]


def _spans(columns: Sequence[int], row: Row, has_unsure: bool) -> Iterator[tuple[int, int]]:
    """Starts and ends of neighbours in one style, wide characters whole; what is unsure among its like.

    Blanks behind it are a part of it: it may need them.
    """
    start = end = 0
    style = ""
    for column in columns:
        if column < end:
            continue
        is_other = has_unsure and end > start and not _is_of_like(row[start], row[column])
        if column > end or is_other or not _goes_with(row[column], style):
            if end > start:
                yield start, end
            start = column
            style = _style(row, start)
        end = column + 1
        while _is_rest(row, end):
            end += 1
    if end > start:
        yield start, end


def _style(row: Row, column: int) -> str:
    cell = row[column]
    return cell[1] if cell else ""


def _goes_with(cell: Cell | None, sgr: str) -> bool:
    """Whether a cell looks as it should when it is written in this style."""
    return cell is not None and (cell[1] == sgr or (cell[0] == " " and cell[1] == of_blank(sgr)))


def _approach(pen: Pen, row: int, column: int, cells: Row) -> None:
    """Go to a cell, over what stands in between where writing it again is shorter."""
    between = pen.gap(row, column)
    if 0 < between <= _LONGEST_MOVE:
        skipped = cells[column - between : column]
        text = "".join([cell[0] for cell in skipped if cell and _goes_with(cell, pen.sgr)])
        if len(text) == between <= pen.length_of_move(row, column) and text.isascii():
            pen.write(text, between, pen.sgr)
            return
    pen.move(row, column)
