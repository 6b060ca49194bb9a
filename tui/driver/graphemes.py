"""Text as cells of a terminal: what surely takes one cell or two, and what terminals disagree about."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from rich.cells import split_graphemes

from tui.driver.styles import of_blank

Cell: TypeAlias = tuple[str, str]
"""Text, and SGR parameters. The first cell of what is wider has all its text, the others have none.

A blank has as much of its style as can be seen: two that look alike are equal.
"""

# Letters, punctuation, box drawing, blocks and Braille. Not those that are emoji too: ↔ ▶ ◼ ‼.
_NARROW = (
    r" -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u203b\u20a0-\u20bf"
    r"\u2190-\u2193\u2200-\u22ff\u2500-\u25a9\u25ac-\u25b5\u25b7-\u25bf\u25c1-\u25fa\u2713\u2717\u2800-\u28ff"
)
# Kana, Han, Hangul syllables and full-width forms.
_WIDE = r"\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
_FIRST_WIDE = "\u3000"

_SURE = re.compile(rf"[{_NARROW}{_WIDE}]*")
# With a neighbour on each side, which a mark or joiner may belong to.
_UNSURE = re.compile(rf"(?:.?[^{_NARROW}{_WIDE}]+)+.?", re.DOTALL)
_PAINTED = re.compile(r"\x1b\[([\d;:]*)m|([^\x1b]+)")


class _Ink(dict[str, Cell]):
    """The cells of one style: the same object for the same text, so that most comparisons are of identity."""

    def __init__(self, sgr: str) -> None:
        self.sgr = sgr

    def __missing__(self, text: str) -> Cell:
        cell = self[text] = (text, of_blank(self.sgr) if text == " " else self.sgr)
        return cell


ink = lru_cache(256)(_Ink)


@lru_cache(4096)
def is_sure(text: str) -> bool:
    """Whether all terminals put every part of the text into the same cells."""
    return text.isascii() or _SURE.fullmatch(text) is not None


@lru_cache(1024)
def painted(sgr: str, data: str) -> tuple[tuple[Cell, ...], str]:
    """What text and SGR sequences paint, begun in a style; and the style at their end."""
    cells: list[Cell] = []
    for parameters, text in _PAINTED.findall(data):
        if text:
            _join(cells, _marks(text))
            cells.extend(_cells(text, ink(sgr)))
        else:
            sgr = _after(sgr, parameters)
    return tuple(cells), sgr


def _marks(text: str) -> str:
    """Marks at its beginning: a cursor on a letter separates it from them."""
    if is_sure(text[0]):
        return ""
    _start, end, width = split_graphemes(text)[0][0]
    return "" if width else text[:end]


def _join(cells: list[Cell], marks: str) -> None:
    if not cells or not marks:
        return
    first = next(place for place in range(len(cells) - 1, -1, -1) if cells[place][0])
    text, sgr = cells[first]
    cells[first] = (text + marks, sgr)


def _after(sgr: str, parameters: str) -> str:
    if parameters.strip("0") == "":
        return ""
    return f"{sgr};{parameters}" if sgr else parameters


def _cells(text: str, ink: _Ink) -> Iterable[Cell]:
    if is_sure(text):
        return _sure_cells(text, ink)
    return _mixed_cells(text, ink)


def _mixed_cells(text: str, ink: _Ink) -> Iterator[Cell]:
    done = 0
    for match in _UNSURE.finditer(text):
        yield from _sure_cells(text[done : match.start()], ink)
        yield from _unsure_cells(match.group(), ink)
        done = match.end()
    yield from _sure_cells(text[done:], ink)


def _sure_cells(text: str, ink: _Ink) -> Iterable[Cell]:
    if text.isascii() or max(text) < _FIRST_WIDE:
        return map(ink.__getitem__, text)
    return _wide_cells(text, ink)


def _wide_cells(text: str, ink: _Ink) -> Iterator[Cell]:
    for char in text:
        yield ink[char]
        if char >= _FIRST_WIDE:
            yield ink[""]


def _unsure_cells(text: str, ink: _Ink) -> Iterator[Cell]:
    """As many cells as the program counts; none for a mark without a letter."""
    for start, end, width in split_graphemes(text)[0]:
        if width:
            yield ink[text[start:end]]
        for _ in range(width - 1):
            yield ink[""]
