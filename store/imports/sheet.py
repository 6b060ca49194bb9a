"""The XML of a sheet and of its shared strings, as streams: memory does not grow with the number of rows.

Both are walked by ElementTree's parser (expat), which builds their elements outside of Python; of the tree
only what has not been handled yet is kept.
"""

import math
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from store.values.text import clean

ROWS_LIMIT = 1_048_576
"""Rows of a sheet, by the format."""
COLUMNS_LIMIT = 512
"""Columns that are read; a file with more is refused with a sentence."""
_CHUNK = 1 << 14
"""Inflated bytes that are parsed at a time; larger ones leave the processor's cache."""
_WHOLE_NUMBER_LIMIT = 17
"""Characters of a number that is read as a whole one; Excel keeps 15 digits."""
_QUICK_STRINGS = 1 << 17
"""Shared strings that are kept as `str`: 0.1 s less for 100,000 rows of them, and 16 MB more."""
_ESCAPE = re.compile("(?:_x[0-9A-Fa-f]{4}_)+")
_LETTERS = re.compile(r"([A-Z]{1,3})\d*")


class Broken(Exception):
    """The XML does not hold together."""


class TooWide(Exception):
    """A row has something beyond COLUMNS_LIMIT."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a value: it has an error such as #N/A, or a formula whose result was not stored."""

    code: str

    @property
    def is_formula(self) -> bool:
        """Whether it is a formula without a result."""
        return not self.code


FORMULA = CellError("")

CellValue: TypeAlias = str | int | float | bool | datetime | date | time | timedelta | CellError | None


class SheetRow(NamedTuple):
    """A row that holds anything."""

    number: int
    """As Excel counts."""
    cells: list[CellValue]
    """From column A on; columns behind the last one that holds anything may be absent."""


class SharedStrings:
    """The strings that cells share, by their index; read as far as they are asked for."""

    def __init__(self, part: IO[bytes] | None) -> None:
        self.first: list[str] = []
        """The first ones, quick at hand."""
        # The others are one run of bytes with an array of offsets: a million as `str` would take 120 MB.
        self._bytes = bytearray()
        self._offsets = array("Q", [0])
        self._more = _children(part, "sst", "") if part is not None else iter(())

    def __getitem__(self, index: int) -> str:
        """The string; raises Broken if there is none."""
        if index < 0:
            raise Broken
        while index >= len(self.first) + len(self._offsets) - 1:
            self._read_on()
        if index < len(self.first):
            return self.first[index]
        place = index - len(self.first)
        return self._bytes[self._offsets[place] : self._offsets[place + 1]].decode()

    def _read_on(self) -> None:
        items = next(self._more, None)
        if items is None:
            raise Broken
        texts = [_shared_text(item) for item in items]
        if len(self.first) < _QUICK_STRINGS:
            self.first += texts
            return
        for text in texts:
            self._bytes += text.encode()
            self._offsets.append(len(self._bytes))


class SheetReader:
    """Walks one sheet."""

    def __init__(
        self, part: IO[bytes], strings: SharedStrings, moments: Mapping[str, Callable[[str], CellValue]]
    ) -> None:
        """`moments` reads the numbers of cells whose style is that of a date or time, by the style."""
        self.bytes_read = 0
        self._part = part
        self._strings = strings
        self._moments = moments
        self._columns: dict[str, int] = {}

    def rows(self) -> Iterator[SheetRow]:
        """Every row that holds anything, from the top; raises Broken or TooWide."""
        last, tag = 0, ""
        for rows in _children(self, "worksheet", "sheetData"):
            for row in rows:
                if row.tag != tag:
                    if not _is(row, "row"):
                        continue
                    tag = row.tag
                number = _row_number(row.get("r"), last)
                if number <= last or number > ROWS_LIMIT:
                    raise Broken
                last = number
                try:
                    cells = self._cells(row, len(str(number)))
                except ValueError as error:
                    raise Broken from error
                if cells:
                    yield SheetRow(number, cells)

    def read(self, size: int) -> bytes:
        """The next inflated bytes of the part, counted."""
        data = self._part.read(size)
        self.bytes_read += len(data)
        return data

    def _cells(self, row: Element, digits: int) -> list[CellValue]:
        """The values of a row up to its last one; empty if there are none."""
        cells: list[CellValue] = []
        columns, moments = self._columns, self._moments
        strings, first_strings = self._strings, self._strings.first
        value: CellValue
        column = -1
        for cell in row:
            get = cell.get
            reference = get("r")
            column += 1
            if reference is not None:
                # Cut by the length of the row's number: a dictionary finds the letters that are left.
                column = columns.get(reference[:-digits], -1)
                if column < 0:
                    column = self._column(reference)
            kind = get("t")
            if len(cell) == 1 and (text := cell[0].text) is not None and (kind == "s" or kind is None):
                if kind == "s":
                    index = int(text)
                    known = 0 <= index < len(first_strings)
                    value = (first_strings[index] if known else strings[index]) or None
                elif cell[0].tag[-1] == "f":
                    # A formula alone: its result was not stored.
                    value = FORMULA
                else:
                    moment = moments.get(get("s", ""), number_of)
                    value = moment(text)
            else:
                value = self._special(cell, kind)
            if value is None:
                continue
            if column == len(cells):
                cells.append(value)
            else:
                _place(cells, column, value)
        if len(cells) > COLUMNS_LIMIT:
            raise TooWide
        return cells

    def _special(self, cell: Element, kind: str | None) -> CellValue:
        """A cell that is not simply a number or a shared string."""
        text, has_formula = None, False
        for child in cell:
            name = child.tag.rpartition("}")[2]
            if name == "v":
                text = child.text
            elif name == "f":
                has_formula = True
            elif name == "is" and kind == "inlineStr":
                return _text_of(child) or None
        if text is None:
            unset = has_formula and not any(child.tag.endswith("v") for child in cell)
            return FORMULA if unset else None
        match kind:
            case None | "n":
                return self._moments.get(cell.get("s", ""), number_of)(text)
            case "s":
                return self._strings[int(text)] or None
            case "b":
                return bool(int(text))
            case "e":
                return CellError(text)
            case "d":
                return _iso_moment(text)
            case _:
                return plain_text(text) or None

    def _column(self, reference: str) -> int:
        match = _LETTERS.fullmatch(reference)
        if match is None:
            raise Broken
        column = 0
        for char in match[1]:
            column = column * 26 + ord(char) - 64
        self._columns[match[1]] = column - 1
        return column - 1


def number_of(text: str) -> int | float | CellError:
    """The number that a cell holds, or what it holds instead."""
    if len(text) <= _WHOLE_NUMBER_LIMIT and (text if text[0] != "-" else text[1:]).isdecimal():
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return CellError(text)
    return number if math.isfinite(number) else CellError(text)


def plain_text(text: str) -> str:
    """A string of the file as it is kept: escapes such as _x000D_ undone, no white space at its ends."""
    if "_x" in text:
        return clean(_ESCAPE.sub(_unescape, text))
    return text.strip()


def refuse_doctype(part: IO[bytes]) -> None:
    """Raise Broken if the part declares a document type: no workbook does, and entities can explode."""

    def refuse(*_declared: Any) -> None:
        raise Broken

    def leave(*_element: Any) -> None:
        raise _RootSeen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = leave
    try:
        while data := part.read(_CHUNK):
            parser.Parse(data, False)
    except _RootSeen:
        return
    except expat.ExpatError as error:
        raise Broken from error


class _RootSeen(Exception):
    """The prolog is over."""


def _children(part: Any, root_name: str, parent_name: str) -> Iterator[list[Element]]:
    """The children of an element in small lists: those of the root, or of its child `parent_name`.

    They are taken out of the tree; so is everything else that lies in it already.
    """
    builder = TreeBuilder()
    parser = XMLParser(target=builder)
    root: Element | None = None
    while data := part.read(_CHUNK):
        _feed(parser, data)
        if root is None:
            root = _root(builder, root_name)
            if root is None:
                continue
        parent = _last_of(root, parent_name)
        if parent is None:
            continue
        if len(parent) > 1:
            # The last one may not be whole yet.
            whole = parent[:-1]
            del parent[:-1]
            yield whole
        if len(parent) and len(parent[0]) > 64 * COLUMNS_LIMIT:
            raise TooWide
    try:
        parser.close()
    except ParseError as error:
        raise Broken from error
    if root is None:
        raise Broken
    parent = root if not parent_name else next((e for e in root if _is(e, parent_name)), None)
    if parent is not None:
        yield list(parent)


def _feed(parser: Any, data: bytes) -> None:
    try:
        parser.feed(data)
    except (ParseError, LookupError, ValueError) as error:
        raise Broken from error


def _root(builder: Any, name: str) -> Element | None:
    """The root of a tree that is being built, once its start was seen."""
    root: Element | None = builder.close()
    if root is not None and not _is(root, name):
        raise Broken
    return root


def _last_of(root: Element, parent_name: str) -> Element | None:
    """The element whose children are wanted, if it is open; what else the root has is dropped."""
    if not parent_name:
        return root
    if not len(root):
        return None
    *others, last = root
    if not _is(last, parent_name):
        del last[:-1]
        return None
    if any(_is(element, parent_name) for element in others):
        raise Broken
    for element in others:
        root.remove(element)
    return last


def _is(element: Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name


def _row_number(written: str | None, last: int) -> int:
    if written is None:
        return last + 1
    if not written.isdecimal() or len(written) > len(str(ROWS_LIMIT)):
        raise Broken
    return int(written)


def _place(cells: list[CellValue], column: int, value: CellValue) -> None:
    """Put a value behind a gap, or into one; raises Broken where something stands there already."""
    if column >= len(cells):
        cells.extend([None] * (column - len(cells)))
        cells.append(value)
    elif cells[column] is None:
        cells[column] = value
    else:
        raise Broken


def _shared_text(item: Element) -> str:
    # One plain run is what nearly all of them are.
    text = item[0].text if len(item) == 1 else None
    return _text_of(item) if text is None or "_x" in text or len(item[0]) else text.strip()


def _text_of(item: Element) -> str:
    """The text of a shared or inline string: its own, or that of its runs; never how it is pronounced."""
    if len(item) == 1 and not len(item[0]):
        return plain_text(item[0].text or "")
    found = []
    for child in item:
        if _is(child, "t"):
            found.append(child.text or "")
        elif _is(child, "r"):
            found.extend(run.text or "" for run in child if _is(run, "t"))
    return plain_text("".join(found))


def _unescape(match: re.Match[str]) -> str:
    """Characters of a run of escapes, which may be the two halves of one."""
    units = bytes.fromhex("".join(match[0][i + 2 : i + 6] for i in range(0, len(match[0]), 7)))
    return units.decode("utf-16-be", "surrogatepass")


def _iso_moment(text: str) -> CellValue:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return plain_text(text) or None
