"""Rows and shared strings as Excel itself writes them, taken by regular expressions in half a parser's time.

What matches can mean only one thing in XML: known elements, one after the other, without comments, CDATA
sections or entities other than XML's own. From the first that does not match on, all is left to the parser.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from itertools import groupby
from typing import NamedTuple

from store.reading.elements import Part, is_open

_PIECE = 1 << 14
"""Bytes that are looked at at a time."""
_HEAD = 1 << 16
"""Bytes in which the first element has to begin."""
_ROW = re.compile(
    r'<row r="([1-9]\d{0,6})"(?: (?!r=)[\w:]+="[^"<&]*")*'
    r'(?:/>|>((?:<c r="[A-Z]{1,3}\1"(?: s="\d+")?(?: t="[sn]")?(?:/>|><v>[-+.\dEe]+</v></c>))*+)</row>)',
    re.ASCII,
)
_CELL = re.compile(r'<c r="([A-Z]+)\d+"( s="\d+")?( t="[sn]")?(?:/>|><v>([^<]+))')
_ROW_START = r'<row r="([1-9]\d{0,6})"(?: (?!r=)[\w:]+="[^"<&]*")*>'
_KINDS_LIMIT = 128
"""Kinds of cells that rows are expected to have; with more of them they are walked cell by cell."""
_CHARACTER = r"[^<&\r\x00-\x08\x0b\x0c\x0e-\x1f]"
_ENTITY = "&(?:amp|lt|gt|quot|apos);"
# Runs of characters, a third of the time of one choice a character.
_CHARACTERS = f"{_CHARACTER}*+(?:{_ENTITY}{_CHARACTER}*+)*+"
_STRING = rf"<si><t(?: xml:space=\"preserve\")?>({_CHARACTERS})</t></si>"
_STRINGS, _TEXT = re.compile(f"(?:{_STRING})*+"), re.compile(_STRING)
_STRINGS_START = re.compile(
    rb'(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="yes")?\?>)?\s*'
    rb'<sst(?: [\w:]+="[^"<&]*")*>'
)


class Cell(NamedTuple):
    """What the cells of a column have in common."""

    letters: str
    style: str
    """As the attribute is written, or empty, like `kind`."""
    kind: str


class _Expected:
    """A pattern of the rows so far; it takes one more in a third of the time of its cells one by one."""

    def __init__(self) -> None:
        self.cells: tuple[Cell, ...] = ()
        """What the groups of `match`, behind the row's number, are the values of."""
        self.match = re.compile("(?!)").match

    def learn(self, met: Iterable[Cell]) -> bool:
        """Expect these cells too; whether any of them is new."""
        cells = {*self.cells, *met}
        if len(cells) == len(self.cells) or len(cells) > _KINDS_LIMIT:
            return False
        self.cells = tuple(sorted(cells, key=lambda cell: (len(cell.letters), cell)))
        columns = groupby(self.cells, key=lambda cell: cell.letters)
        pattern = "".join(
            rf'(?:<c r="{letters}\1"(?:{"|".join(map(_value_of, kinds))}))?+' for letters, kinds in columns
        )
        self.match = re.compile(f"{_ROW_START}{pattern}</row>", re.ASCII).match
        return True


def _value_of(cell: Cell) -> str:
    return rf"{cell.style}{cell.kind}(?:/>|><v>([-+.\dEe]+)</v></c>)"


class PlainPart:
    """A part whose plain elements can be taken; what is left reads like a part that never had them."""

    def __init__(self, part: Part, start: Callable[[bytes], int], end: bytes) -> None:
        """`start` finds where the first element begins (0: nowhere); each ends with `end`."""
        self._part = part
        self._start = start
        self._end = end
        self._left = b""
        self._untaken = ""

    def take(self) -> Iterator[str]:
        """Whole elements as text, many at a time; to be read to its end before the rest is."""
        buffer = self._part.read(_HEAD)
        begin = self._start(buffer)
        head, buffer = buffer[:begin], buffer[begin:]
        while begin and not self._untaken:
            cut = buffer.rfind(self._end) + len(self._end)
            if cut >= len(self._end):
                try:
                    text = buffer[:cut].decode()
                except UnicodeDecodeError:
                    break
                yield text
                buffer = self._untaken.encode() + buffer[cut:]
            elif len(buffer) > _HEAD:
                break
            more = self._part.read(_PIECE)
            if not more:
                break
            buffer += more
        self._left = head + buffer

    def give_back(self, text: str) -> None:
        """Leave the end of a piece, and all behind it, to the parser."""
        self._untaken = text

    def read(self, size: int, /) -> bytes:
        """The bytes that have not been taken."""
        if not self._left:
            return self._part.read(size)
        data, self._left = self._left[:size], self._left[size:]
        return data


def rows(part: PlainPart) -> Iterator[tuple[str, tuple[Cell, ...], Sequence[str | None]]]:
    """The number of each plain row, cells and their values; None for those that it has not, or are empty."""
    expected, match_row, find_cells = _Expected(), _ROW.match, _CELL.findall
    for text in part.take():
        position = 0
        while position < len(text):
            if match := expected.match(text, position):
                position = match.end()
                yield match[1], expected.cells, match.groups()[1:]
                continue
            match = match_row(text, position)
            if match is None:
                part.give_back(text[position:])
                break
            found = find_cells(match[2] or "")
            cells = tuple(Cell(*cell[:3]) for cell in found)
            if expected.learn(cells):
                continue
            position = match.end()
            yield match[1], cells, [cell[3] or None for cell in found]


def strings(part: PlainPart) -> Iterator[list[str]]:
    """Plain shared strings, many at a time."""
    for text in part.take():
        match = _STRINGS.match(text)
        end = match.end() if match is not None and "]]>" not in text else 0
        if end < len(text):
            part.give_back(text[end:])
        found = _TEXT.findall(text, 0, end)
        yield [unescape(string) if "&" in string else string for string in found] if "&" in text else found


def rows_start(data: bytes) -> int:
    """Where the first row of a sheet begins; 0 if it is not plain how the sheet begins."""
    mark = b"<sheetData>"
    begin = data.find(mark) + len(mark)
    head = data[:begin]
    is_plain = begin >= len(mark) and b"<!" not in head and is_open(head, "worksheet", "sheetData")
    return begin if is_plain else 0


def strings_start(data: bytes) -> int:
    """Where the first shared string begins; 0 if it is not plain how they begin."""
    match = _STRINGS_START.match(data)
    return match.end() if match is not None else 0
