"""The inside of a workbook: its sheets, and the rows of one of them. Only for processes that may die."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache, partial
from pathlib import Path

from store.errors import FileUnusable
from store.language import _
from store.reading import container, moments, package
from store.reading.columns import letter
from store.reading.elements import Broken
from store.reading.package import Book, Package, SheetEntry
from store.reading.sheet import (
    COLUMNS_LIMIT,
    CellError,
    CellValue,
    SharedStrings,
    SheetReader,
    SheetRow,
    TooLong,
    TooWide,
    number_of,
)

_FLOATS_EXACT_BELOW = 1e15

_BROKEN = (Broken, zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError, OverflowError)
"""What is raised on files that do not hold together, by zipfile and ourselves."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the data of a sheet begins and what its columns are called."""

    row: int
    """The row of the headers; 0 where the first row is a contact already."""
    names: tuple[str, ...]


class Sheet:
    """One sheet of an open workbook."""

    def __init__(self, called: str, name: str, visible_names: tuple[str, ...], epoch: datetime) -> None:
        self.name = name
        self.visible_names = visible_names
        self.epoch = epoch
        """The day from which the workbook counts its dates."""
        self._called = called
        self._reader: SheetReader
        self._size = 1

    def begin(self, reader: SheetReader, size: int) -> None:
        """Give it the reader of its part, of `size` bytes."""
        self._reader, self._size = reader, max(size, 1)

    @property
    def progress(self) -> int:
        """Thousandths of the sheet's bytes that have been read; never what the sheet claims to be long."""
        return min(1000 * self._reader.bytes_read // self._size, 1000)

    def rows(self) -> Iterator[SheetRow]:
        """Every row that holds anything, from the top; raises FileUnusable where the file breaks off."""
        try:
            yield from self._reader.rows()
        except TooWide as error:
            raise FileUnusable(
                _("{file} has more than {limit} columns; take out those that are not needed.").format(
                    file=self._called, limit=COLUMNS_LIMIT
                )
            ) from error
        except TooLong as error:
            raise container.too_large(self._called) from error
        except _BROKEN as error:
            raise container.damaged(self._called) from error


@contextmanager
def open_sheet(path: Path, name: str | None = None, *, called: str | None = None) -> Iterator[Sheet]:
    """One sheet of a workbook: `name`, or the first visible one; raises FileUnusable, which says `called`."""
    called = called or path.name
    container.check(path, called)
    with ExitStack() as stack:
        try:
            sheet = _open(stack, path, called, name)
        except _BROKEN as error:
            raise container.damaged(called) from error
        yield sheet


def _open(stack: ExitStack, path: Path, called: str, name: str | None) -> Sheet:
    parts = Package(stack.enter_context(container.open_zip(path)))
    book = package.read_book(parts)
    chosen = _choose(called, book.sheets, name)
    # Some programs name them without having any.
    has_strings = book.strings is not None and parts.has(book.strings)
    strings = stack.enter_context(parts.open(book.strings)) if book.strings and has_strings else None
    found = Sheet(called, chosen.name, _visible(book.sheets), book.epoch)
    found.begin(
        SheetReader(
            stack.enter_context(parts.open(chosen.part)),
            SharedStrings(strings),
            _moments(parts, book),
        ),
        parts.size(chosen.part),
    )
    return found


def _visible(sheets: Sequence[SheetEntry]) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in sheets if sheet.is_visible)


def _choose(called: str, sheets: Sequence[SheetEntry], name: str | None) -> SheetEntry:
    for sheet in sheets:
        if sheet.name == name or (not name and sheet.is_visible):
            return sheet
    names = _visible(sheets)
    if name and names:
        raise FileUnusable(
            _("{file} has no sheet “{name}”; it has: {names}.").format(
                file=called, name=name, names=", ".join(names)
            )
        )
    raise FileUnusable(_("{file} has no visible sheet.").format(file=called))


def _moments(parts: Package, book: Book) -> dict[str, Callable[[str], CellValue]]:
    """By the style of a cell, what makes a date or time of its number."""
    styles = package.date_styles(parts, book.styles) if book.styles else {}
    date_of, duration_of = (
        lru_cache(1 << 15)(partial(_moment, book.epoch, is_duration)) for is_duration in (False, True)
    )
    return {style: duration_of if is_duration else date_of for style, is_duration in styles.items()}


def _moment(epoch: datetime, is_duration: bool, text: str) -> CellValue:
    number = number_of(text)
    if number is None or isinstance(number, CellError):
        return number
    try:
        return moments.duration_of(number) if is_duration else moments.moment_of(number, epoch)
    except (OverflowError, ValueError):
        # So does openpyxl: the cell is marked as a date, but no date has this number.
        return CellError("#VALUE!")


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


def has_header(first: SheetRow, number: int, headers: Sequence[str]) -> bool:
    """Whether the first row of a sheet is the header that `header` found there; 0: whether there is none."""
    found = header([first])
    # Of those without any, the letters of the columns tell nothing.
    return found.row == number and (number == 0 or _stripped(found.names) == _stripped(headers))


def _stripped(names: Sequence[str]) -> list[str]:
    """Without what has no name at its end: whether that is a column, the rows below tell."""
    stripped = list(names)
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


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
            return code or _("(formula without a result)")
        case _:
            return str(value)


def _looks_like_phone(value: CellValue) -> bool:
    text = as_text(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    digits = sum(char.isdigit() for char in text)
    return digits >= 7 and not any(char.isalpha() for char in text)
