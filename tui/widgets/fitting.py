"""Text for the columns of a table."""

from functools import lru_cache
from unicodedata import category

from rich.cells import cell_len, set_cell_size

from tui.text import steady

_FIRST_MARK = "\u0900"


@lru_cache(4096)
def fitted(raw: str, width: int, right: bool) -> str:
    """`raw` as `steady` shows it in exactly `width` cells, the first of them a gap.

    Where some terminals give room to its marks, so much of the cells is left blank.
    """
    text = steady(raw)
    room = width - 1
    if text.isascii():
        length, marks = len(text), 0
    else:
        length, marks = cell_len(text), _marks(text)
    if length + marks > room:
        kept = room - 1 - marks
        return f" {set_cell_size(text, kept)}…{' ' * marks}" if kept > 0 else " " + set_cell_size(text, room)
    padding = " " * (room - length)
    return f" {padding}{text}" if right else f" {text}{padding}"


def _marks(text: str) -> int:
    """Marks that libraries count as nothing, and terminals as a cell: vowels of Indic scripts."""
    if max(text) < _FIRST_MARK:
        return 0
    return sum(category(char) == "Mc" for char in text)
