"""The inside of a workbook: the rows of one sheet as a stream. Only for processes that may die."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from store.errors import FileUnusable
from store.imports import container
from store.language import _
from store.values.text import clean

ROWS_LIMIT = 1_048_576
"""Rows of a sheet, by the format."""
COLUMNS_LIMIT = 512
"""Columns that are looked at; more are named to the person as an error if they hold anything."""
_FLOATS_EXACT_BELOW = 1e15

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    EOFError,
    OSError,
)
"""What openpyxl raises on files that do not hold together."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell with an error such as #N/A instead of a value."""

    code: str


CellValue = str | int | float | bool | datetime | date | time | timedelta | CellError | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds anything."""

    number: int
    """As Excel counts."""
    cells: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the data of a sheet begins and what its columns are called."""

    row: int
    """The row of the headers; 0 where the first row is a contact already."""
    names: tuple[str, ...]


class Sheet:
    """One sheet of an open workbook."""

    def __init__(self, called: str, worksheet: Any, names: tuple[str, ...], counter: "_CountingFile") -> None:
        self.name: str = worksheet.title
        self.visible_names = names
        self.epoch: datetime = worksheet.parent.epoch
        """The day from which the workbook counts its dates."""
        self._called = called
        self._worksheet = worksheet
        self._counter = counter
        part = worksheet.parent._archive.getinfo(worksheet._worksheet_path)
        self._size: int = max(part.compress_size, 1)

    @property
    def progress(self) -> int:
        """Thousandths of the sheet's bytes that have been read; never what the sheet claims to be long."""
        return min(1000 * self._counter.count // self._size, 1000)

    def rows(self) -> Iterator[SheetRow]:
        """Every row that holds anything, from the top; raises FileUnusable where the file breaks off."""
        self._counter.begin()
        try:
            for number, cells in enumerate(self._worksheet.iter_rows(), 1):
                if number > ROWS_LIMIT:
                    raise container.damaged(self._called)
                if len(cells) > COLUMNS_LIMIT and any(c.value is not None for c in cells[COLUMNS_LIMIT:]):
                    raise FileUnusable(
                        _("{file} has more than {limit} columns; take out those that are not needed.").format(
                            file=self._called, limit=COLUMNS_LIMIT
                        )
                    )
                row = SheetRow(number, tuple(_value(cell) for cell in cells[:COLUMNS_LIMIT]))
                if any(value is not None for value in row.cells):
                    yield row
        except MemoryError:
            raise
        except _BROKEN as error:
            raise container.damaged(self._called) from error


@contextmanager
def open_sheet(path: Path, name: str | None = None, *, called: str | None = None) -> Iterator[Sheet]:
    """One sheet of a workbook: `name`, or the first visible one; raises FileUnusable, which says `called`."""
    # Imported here: 150 ms, and nothing but readers may parse.
    import openpyxl

    container.check(path)
    called = called or path.name
    counter = _CountingFile(FileIO(str(path)))
    try:
        with warnings.catch_warnings():
            # It warns of parts that it does not know (images, validations); rows are not touched by them.
            warnings.simplefilter("ignore")
            try:
                book = openpyxl.load_workbook(counter, read_only=True, data_only=True, keep_links=False)
            except MemoryError:
                raise
            except _BROKEN as error:
                raise container.damaged(called) from error
            try:
                yield Sheet(called, *_choose(called, book, name), counter)
            finally:
                book.close()
    finally:
        counter.close()


def header(rows: Sequence[SheetRow]) -> Header:
    """The headers, given the first rows of a sheet (at least one).

    A first row that has a phone number in it is a contact: then the columns are called by their letters.
    """
    first = rows[0]
    width = max(len(row.cells) for row in rows)
    texts = [as_text(value) for value in first.cells] + [""] * (width - len(first.cells))
    if any(_looks_like_phone(value) for value in first.cells):
        return Header(0, tuple(_("Column {letter}").format(letter=letter(i)) for i in range(width)))
    while (
        texts
        and not texts[-1]
        and all(len(r.cells) < len(texts) or r.cells[len(texts) - 1] is None for r in rows)
    ):
        texts.pop()
    return Header(first.number, tuple(texts))


def letter(index: int) -> str:
    """The name of a column, counted from 0, as Excel has it: A, B, … AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def as_text(value: CellValue) -> str:
    """A cell as text, with every digit of a whole number."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            whole = value.is_integer() and abs(value) < _FLOATS_EXACT_BELOW
            return str(int(value)) if whole else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case CellError(code):
            return code
        case _:
            return str(value)


def _choose(called: str, book: Any, name: str | None) -> tuple[Any, tuple[str, ...]]:
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    names = tuple(sheet.title for sheet in visible)
    wanted = [sheet for sheet in book.worksheets if sheet.title == name] if name else visible
    if not wanted:
        if name and names:
            raise FileUnusable(
                _("{file} has no sheet “{name}”; it has: {names}.").format(
                    file=called, name=name, names=", ".join(names)
                )
            )
        raise FileUnusable(_("{file} has no visible sheet.").format(file=called))
    # The size that a sheet claims may be wrong, and rows beyond it would be lost without a word.
    wanted[0].reset_dimensions()
    return wanted[0], names


def _value(cell: Any) -> CellValue:
    value: Any = cell.value
    if value is None:
        return None
    if cell.data_type == "e":
        return CellError(str(value))
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, bool | int | float | datetime | date | time | timedelta):
        return value
    return clean(str(value)) or None


def _looks_like_phone(value: CellValue) -> bool:
    text = as_text(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    digits = sum(char.isdigit() for char in text)
    return digits >= 7 and not any(char.isalpha() for char in text)


class _CountingFile(BufferedReader):
    """A file that knows how many bytes of it have been read since `begin`."""

    count = 0

    def begin(self) -> None:
        """Count from here."""
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data
