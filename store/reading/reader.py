"""Workbooks are read by a process of its own: a hostile file ends that process only.

`preview` and `open_rows` tell such a process (`store.reading.reader_process`) what is wanted and take what it
sends.
"""

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from store import language
from store.errors import FileUnusable
from store.language import _
from store.reading import container, readers
from store.reading.rows import CheckedRow, Rules
from store.reading.sheet import CellValue

if TYPE_CHECKING:
    import subprocess

R = TypeVar("R")

_PIPE_BYTES = 1 << 20
"""So much is read ahead while its taker is busy; without it the two would work in turns."""
_COUNT_ONLY = b"count\n"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees of a file before its import."""

    sheet: str
    sheets: tuple[str, ...]
    """The visible ones."""
    header_row: int
    """As Excel counts; 0 where the first row is a contact already."""
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first data rows as text, each as long as `headers`."""
    epoch: datetime = datetime(1899, 12, 30)
    """The day from which the workbook counts its dates."""

    def samples(self, column: int) -> list[str]:
        """The first values of a column that are not empty."""
        return [row[column] for row in self.rows if row[column]]


@dataclass(frozen=True, slots=True)
class Request:
    """What the reader process is to do."""

    file: Path
    called: str
    """What people call the file."""
    sheet: str | None
    """None: the first visible one."""
    language: str
    header_row: int = 0
    position: int = 0
    """Rows up to this one are counted, not sent."""
    rules: Rules | None = None
    """By what rows are judged; None: they are sent as they are."""
    preview: bool = False


class RowStream(Generic[R]):
    """The rows below the header, in batches, as they come from the reader process."""

    def __init__(self, process: "subprocess.Popen[bytes]", called: str) -> None:
        self.progress = 0
        """Thousandths of the sheet's bytes that have been read."""
        self.counted = 0
        """Rows below the header that have been read, sent or not."""
        self._process = process
        self._called = called

    def batches(self) -> Iterator[list[R]]:
        """The batches in the order of rows; raises FileUnusable where the file breaks off."""
        while True:
            batch, self.progress, self.counted, is_end = _receive(self._process, self._called)
            if batch:
                yield batch
            if is_end:
                return

    def count_rest(self) -> None:
        """Read to the end without judging, so that the number of rows is known; `counted` has it."""
        assert self._process.stdin is not None
        # It may be at its end already, and gone.
        with suppress(BrokenPipeError):
            self._process.stdin.write(_COUNT_ONLY)
            self._process.stdin.flush()
        for _batch in self.batches():
            pass


def preview(path: Path, sheet: str | None = None) -> Preview:
    """The headers and first rows of a sheet (None: the first visible one); raises FileUnusable."""
    container.check(path)
    request = Request(path.absolute(), path.name, sheet, language.current(), preview=True)
    with _reading(request) as process:
        found: Preview = _receive(process, path.name)
    return found


@contextmanager
def open_rows(
    file: Path, called: str, sheet: str, header_row: int, *, rules: Rules, position: int = 0
) -> Iterator[RowStream[CheckedRow]]:
    """The rows of a sheet below `header_row` and behind `position`, judged by `rules`."""
    request = Request(file, called, sheet, language.current(), header_row, position, rules)
    with _reading(request) as process:
        stream: RowStream[CheckedRow] = RowStream(process, called)
        yield stream


@contextmanager
def open_raw_rows(
    file: Path, called: str, sheet: str, header_row: int
) -> Iterator[RowStream[tuple[int, list[CellValue]]]]:
    """The rows of a sheet below `header_row` as they are: number and cells."""
    with _reading(Request(file, called, sheet, language.current(), header_row)) as process:
        stream: RowStream[tuple[int, list[CellValue]]] = RowStream(process, called)
        yield stream


@contextmanager
def _reading(request: Request) -> Iterator["subprocess.Popen[bytes]"]:
    process = readers.take()
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        _widen(process.stdout)
        # A process that died at once is told when nothing comes from it.
        with suppress(BrokenPipeError):
            pickle.dump(request, process.stdin)
            process.stdin.flush()
        yield process
    finally:
        readers.end(process)


def _widen(pipe: IO[bytes]) -> None:
    # Linux only; elsewhere less is read ahead.
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _receive(process: "subprocess.Popen[bytes]", called: str) -> Any:
    """The next thing that the process sends; raises FileUnusable for what it says, or if it died."""
    assert process.stdout is not None
    try:
        kind, found = pickle.load(process.stdout)
    except (EOFError, pickle.UnpicklingError) as error:
        # Killed by a limit, or brought down by the file: either way nothing more of it can be used.
        raise FileUnusable(
            _("{file} cannot be read: it needs too much memory or time, or is damaged.").format(file=called)
        ) from error
    if kind == "fault":
        raise FileUnusable(found)
    return found
