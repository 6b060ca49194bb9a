"""Rows of cells: how text is laid into them, and how one is turned into another on the terminal."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from tui.driver.graphemes import Cell, is_sure
from tui.driver.pen import Pen

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
    if not _is_sure(new) or (old is not None and not _is_sure(old)):
        _write_whole(pen, row, new)
        return
    for start, end in _spans(_changes(old, new), new):
        _approach(pen, row, start, new)
        cell = new[start]
        assert cell is not None
        pen.write("".join([cell[0] for cell in new[start:end] if cell]), end - start, cell[1])


def _write_whole(pen: Pen, row: int, new: Row) -> None:
    for column, cell in enumerate(new):
        if cell is None or not cell[0]:
            continue
        width = 1
        while _is_rest(new, column + width):
            width += 1
        pen.move(row, column)
        if is_sure(cell[0]):
            pen.write(cell[0], width, cell[1])
        else:
            pen.write_unsure(cell[0], column, width, cell[1])


def _is_rest(row: Row, column: int) -> bool:
    """Whether here is not the first cell of wider text."""
    if column >= len(row):
        return False
    cell = row[column]
    return cell is not None and not cell[0]


def _is_sure(row: Row) -> bool:
    return is_sure("".join([cell[0] for cell in row if cell]))


def _changes(old: Row | None, new: Row) -> list[int]:
    if old is None:
        return [column for column, cell in enumerate(new) if cell]
    return [
        column
        for column, (was, cell) in enumerate(zip(old, new, strict=True))
        if was is not cell and was != cell and cell
    ]


def _spans(columns: Sequence[int], row: Row) -> Iterator[tuple[int, int]]:
    """Starts and ends of neighbours in one style, wide characters whole."""
    start = end = 0
    for column in columns:
        if column < end:
            continue
        if column > end or _style(row, column) != _style(row, start):
            if end > start:
                yield start, end
            start = column
        end = column + 1
        while _is_rest(row, end):
            end += 1
    if end > start:
        yield start, end


def _style(row: Row, column: int) -> str | None:
    cell = row[column]
    return cell[1] if cell else None


def _approach(pen: Pen, row: int, column: int, cells: Row) -> None:
    """Go to a cell, over what stands in between where writing it again is shorter."""
    between = pen.gap(row, column)
    if 0 < between <= _LONGEST_MOVE:
        same = cells[column - between : column]
        if all(cell and cell[1] == pen.sgr and len(cell[0]) == 1 and cell[0].isascii() for cell in same) and (
            between <= pen.length_of_move(row, column)
        ):
            pen.write("".join([cell[0] for cell in same if cell]), between, pen.sgr)
            return
    pen.move(row, column)
