"""The cells of a sheet and its shared strings, as streams: memory does not grow with the number of rows."""

import math
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from store.reading import plain
from store.reading.elements import Broken, Part, children, local_name
from store.reading.plain import Cell, PlainPart
from store.values.text import clean

ROWS_LIMIT = 1_048_576
"""Rows of a sheet, by the format."""
COLUMNS_LIMIT = 512
"""Columns that are read; a file with more is refused with a sentence."""
_FORMAT_COLUMNS = 16_384
_WHOLE_NUMBER_LIMIT = 17
"""Characters of a number that is read as a whole one; Excel keeps 15 digits."""
_QUICK_STRINGS = 1 << 17
"""Shared strings that are kept as `str`: 0.1 s less for 100,000 rows of them, and 16 MB more."""
_QUICK_CHARACTERS = 1 << 23
"""Characters that those may have together."""
_STRINGS_LIMIT = 192 * 1024**2
"""Bytes of all shared strings; a million rows with five texts of their own each need half of it."""
_STRINGS_COUNT_LIMIT = 1 << 23
"""Seven texts of their own for each row of the longest sheet."""
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_ESCAPE = re.compile("(?:_x[0-9A-Fa-f]{4}_)+")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class TooWide(Exception):
    """A row has something beyond COLUMNS_LIMIT."""


class TooLong(Exception):
    """The shared strings need more memory than a list of contacts may."""


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

    def __init__(self, part: Part | None) -> None:
        self.first: list[str] = []
        """The first ones, quick at hand."""
        self._characters = 0
        # The others are one run of bytes with an array of offsets: a million as `str` would take 120 MB.
        self._bytes = bytearray()
        self._offsets = array("Q", [0])
        self._more = _texts(part) if part is not None else iter(())

    def __getitem__(self, index: int) -> str:
        """The string; raises Broken if there is none, TooLong if it cannot be held."""
        if index < 0:
            raise Broken
        while index >= len(self.first) + len(self._offsets) - 1:
            self._read_on()
        if index < len(self.first):
            return self.first[index]
        place = index - len(self.first)
        return self._bytes[self._offsets[place] : self._offsets[place + 1]].decode()

    def _read_on(self) -> None:
        texts = next(self._more, None)
        if texts is None:
            raise Broken
        if len(self._offsets) == 1 and len(self.first) < _QUICK_STRINGS:
            self._characters += sum(map(len, texts))
            if self._characters <= _QUICK_CHARACTERS:
                self.first += texts
                return
        for text in texts:
            self._bytes += text.encode()
            self._offsets.append(len(self._bytes))
        if len(self._bytes) > _STRINGS_LIMIT or len(self._offsets) > _STRINGS_COUNT_LIMIT:
            raise TooLong


class SheetReader:
    """Walks one sheet."""

    def __init__(
        self, part: Part, strings: SharedStrings, moments: Mapping[str, Callable[[str], CellValue]]
    ) -> None:
        """`moments` reads the numbers of cells whose style is that of a date or time, by the style."""
        self.bytes_read = 0
        self._part = part
        self._strings = strings
        self._moments = moments
        self._columns: dict[str, int] = {}
        self._kinds: tuple[Cell, ...] = ()
        self._readers: list[tuple[int, Callable[[str], CellValue] | None]] = []

    def rows(self) -> Iterator[SheetRow]:
        """Every row that holds anything, from the top; raises Broken, TooWide or TooLong."""
        last = 0
        try:
            for digits, cells in self._all_rows():
                number = int(digits)
                if not last < number <= ROWS_LIMIT:
                    raise Broken
                last = number
                if len(cells) > COLUMNS_LIMIT:
                    raise TooWide
                if cells:
                    yield SheetRow(number, cells)
        except ValueError as error:
            raise Broken from error

    def _all_rows(self) -> Iterator[tuple[str, list[CellValue]]]:
        part = PlainPart(self, plain.rows_start, b"</row>")
        digits, tag, value_tag = "0", "", ""
        for digits, kinds, values in plain.rows(part):
            yield digits, self._plain_cells(kinds, values, digits)
        for group in children(part, "worksheet", "sheetData"):
            for row in group:
                if row.tag != tag:
                    if local_name(row) != "row":
                        raise Broken
                    tag = row.tag
                    value_tag = tag.removesuffix("row") + "v"
                digits = _row_number(row, int(digits))
                yield digits, self._cells(row, digits, value_tag)

    def read(self, size: int, /) -> bytes:
        """The next inflated bytes of the part, counted."""
        data = self._part.read(size)
        self.bytes_read += len(data)
        return data

    def _plain_cells(
        self, kinds: tuple[Cell, ...], values: Sequence[str | None], digits: str
    ) -> list[CellValue]:
        """The cells of a row, as `_cells` has them, given its plain ones."""
        if kinds is not self._kinds:
            self._kinds, self._readers = kinds, [self._reader_of(kind, digits) for kind in kinds]
        cells: list[CellValue] = []
        strings, first_strings = self._strings, self._strings.first
        value: CellValue
        for (column, read), text in zip(self._readers, values, strict=True):
            if text is None:
                continue
            if read is None:
                index = int(text)
                known = 0 <= index < len(first_strings)
                value = (first_strings[index] if known else strings[index]) or None
            else:
                value = read(text)
            if value is None:
                continue
            if column == len(cells):
                cells.append(value)
            else:
                _place(cells, column, value)
        return cells

    def _reader_of(self, kind: Cell, digits: str) -> tuple[int, Callable[[str], CellValue] | None]:
        """The column of plain cells, and what reads their values; None for shared strings."""
        column = self._column(kind.letters + digits, digits)
        if "s" in kind.kind:
            return column, None
        return column, self._moments.get(kind.style[len(' s="') : -1], number_of)

    def _cells(self, row: Element, digits: str, value_tag: str) -> list[CellValue]:
        """The values of a row, whose number is `digits`, up to its last one; empty if there are none."""
        cells: list[CellValue] = []
        columns, moments, cut = self._columns, self._moments, -len(digits)
        strings, first_strings = self._strings, self._strings.first
        value: CellValue
        column = -1
        for cell in row:
            get = cell.get
            reference = get("r")
            column += 1
            if reference is not None:
                # A dictionary finds the letters that are left when the row's number is cut off.
                column = columns.get(reference[:cut], -1)
                if column < 0 or reference[cut:] != digits:
                    column = self._column(reference, digits)
            kind = get("t")
            if len(cell) != 1 or (child := cell[0]).tag != value_tag or (text := child.text) is None:
                value = self._special(cell, kind)
            elif kind == "s":
                index = int(text)
                known = 0 <= index < len(first_strings)
                value = (first_strings[index] if known else strings[index]) or None
            elif kind is None:
                value = moments.get(get("s", ""), number_of)(text)
            else:
                value = self._of_kind(cell, kind, text)
            if value is None:
                continue
            if column == len(cells):
                cells.append(value)
            else:
                _place(cells, column, value)
        return cells

    def _special(self, cell: Element, kind: str | None) -> CellValue:
        """A cell that has not simply a value: nothing, a formula, a string of its own."""
        text, names = None, []
        for child in cell:
            name = local_name(child)
            names.append(name)
            if name == "v":
                text = child.text
            elif name == "is":
                return _text_of(child) or None
        if text is not None:
            return self._of_kind(cell, kind, text)
        # An empty value is how openpyxl writes a formula; in a text of Excel it is a result like any other.
        is_unset = "f" in names and (kind != "str" or "v" not in names)
        return FORMULA if is_unset else None

    def _of_kind(self, cell: Element, kind: str | None, text: str) -> CellValue:
        match kind:
            case None | "n":
                return self._moments.get(cell.get("s", ""), number_of)(text)
            case "s":
                return self._strings[int(text)] or None
            case "b":
                boolean = _BOOLEANS.get(text.strip().lower())
                return CellError(text) if boolean is None else boolean
            case "e":
                return CellError(text)
            case "d":
                return _iso_moment(text)
            case _:
                return plain_text(text) or None

    def _column(self, reference: str, digits: str) -> int:
        match = _REFERENCE.fullmatch(reference)
        if match is None or match[2] != digits:
            raise Broken
        column = 0
        for char in match[1].upper():
            column = column * 26 + ord(char) - 64
        if column > _FORMAT_COLUMNS:
            raise Broken
        self._columns[match[1]] = column - 1
        return column - 1


def number_of(text: str) -> int | float | CellError | None:
    """The number that a cell holds, or what it holds instead."""
    if len(text) <= _WHOLE_NUMBER_LIMIT and (text if text[0] != "-" else text[1:]).isdecimal():
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return CellError(text) if text.strip() else None
    return number if math.isfinite(number) else CellError(text)


def plain_text(text: str) -> str:
    """A string of the file as it is kept: escapes such as _x000D_ undone, no white space at its ends."""
    # XML has neither NUL nor halves of characters: only where escapes were undone is there much to clean.
    return clean(_ESCAPE.sub(_unescape, text)) if "_x" in text else text.strip()


def _row_number(row: Element, last: int) -> str:
    """The number of a row as its cells name it: its own, that of its first cell, or the next one."""
    written = row.get("r")
    if written is None:
        match = _REFERENCE.fullmatch(row[0].get("r", "")) if len(row) else None
        return match[2] if match else str(last + 1)
    if not written.isdecimal() or len(written) > len(str(ROWS_LIMIT)):
        raise Broken
    return str(int(written))


def _place(cells: list[CellValue], column: int, value: CellValue) -> None:
    """Put a value behind a gap, or into one; raises Broken where something stands there already."""
    if column >= len(cells):
        cells.extend([None] * (column - len(cells)))
        cells.append(value)
    elif cells[column] is None:
        cells[column] = value
    else:
        raise Broken


def _texts(part: Part) -> Iterator[list[str]]:
    """All shared strings, many at a time."""
    plain_part = PlainPart(part, plain.strings_start, b"</si>")
    for found in plain.strings(plain_part):
        yield [plain_text(text) for text in found]
    for items in children(plain_part, "sst"):
        yield [_text_of(item) for item in items]


def _text_of(item: Element) -> str:
    """The text of a shared or inline string: its own, or that of its runs; never how it is pronounced."""
    if len(item) == 1 and not len(item[0]):
        # One plain run is what nearly all of them are; what else is empty has no text.
        return plain_text(item[0].text or "")
    found = []
    for child in item:
        name = local_name(child)
        if name == "t":
            found.append(child.text or "")
        elif name == "r":
            found.extend(run.text or "" for run in child if local_name(run) == "t")
    return plain_text("".join(found))


def _unescape(match: re.Match[str]) -> str:
    """Characters of a run of escapes, which may be the two halves of one."""
    units = bytes.fromhex("".join(match[0][i + 2 : i + 6] for i in range(0, len(match[0]), 7)))
    return units.decode("utf-16-be", "surrogatepass")


def _iso_moment(text: str) -> CellValue:
    """A date, time or both as ISO 8601 has them; the strict variant of the format writes them so."""
    for read in (datetime.fromisoformat, time.fromisoformat):
        try:
            return read(text).replace(tzinfo=None)
        except ValueError:
            continue
    return plain_text(text) or None
