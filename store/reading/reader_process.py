"""The process that reads a workbook, under limits; `store.reading.readers` starts it.

It takes one Request from standard input and sends pairs: ("fault", sentence), ("found", a Preview), or
("found", (batch, progress, rows counted, whether it is the end)).
"""

import gc
import importlib
import os
import pickle
import resource
import select
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice

from store import language
from store.errors import FileUnusable
from store.language import _
from store.reading import container, workbook
from store.reading.reader import Preview, Request
from store.reading.rows import Checker
from store.reading.sheet import SheetRow

BATCH = 2_000
"""Rows that are sent at once, and written in one transaction while others write too: with 4,000 an edit
beside it waited up to 0.27 s (p99) on a busy machine."""
SAMPLE = 200
"""Data rows that a preview has at most."""
_MEMORY_LIMIT = 400 * 1024**2
"""Bytes of address space; a million rows need a third of it."""
_SECONDS_LIMIT = 60
"""Of processor time without a single batch."""


def main() -> None:
    """Serve one request, if one comes; the words of the command are modules that it will need."""
    for module in sys.argv[1:]:
        importlib.import_module(module)
    try:
        request: Request = pickle.load(sys.stdin.buffer)
    except EOFError:
        # It was started ahead, and is not needed.
        return
    language.use(request.language)
    _limit(resource.RLIMIT_AS, _MEMORY_LIMIT)
    _allow_time()
    # Rows are trees without cycles, freed as they go: looking for garbage among them costs a sixth.
    gc.disable()
    try:
        if request.preview:
            _send("found", _preview(request))
        else:
            _stream(request)
    except FileUnusable as error:
        _send("fault", str(error))
    except MemoryError:
        _send("fault", str(container.too_large(request.called)))
    except BrokenPipeError:
        # Nobody wants more of it; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:
        # Nobody foresaw it: a file of a kind that was never seen, or our bug; the log tells.
        traceback.print_exc()
        _send("fault", str(container.damaged(request.called)))


def _send(kind: str, found: object) -> None:
    pickle.dump((kind, found), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


def _allow_time() -> None:
    """Let the process live until it has worked for _SECONDS_LIMIT more."""
    _limit(resource.RLIMIT_CPU, int(time.process_time()) + _SECONDS_LIMIT)


def _limit(kind: int, value: int) -> None:
    # macOS refuses that of memory.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _preview(request: Request) -> Preview:
    with workbook.open_sheet(request.file, request.sheet, called=request.called) as sheet:
        rows = list(islice(sheet.rows(), SAMPLE + 1))
        if not rows:
            raise FileUnusable(
                _("The sheet “{sheet}” of {file} is empty.").format(sheet=sheet.name, file=request.called)
            )
        header = workbook.header(rows)
        width = len(header.names)
        data = [row for row in rows if row.number > header.row][:SAMPLE]
        texts = [tuple(workbook.as_text(value) for value in row.cells[:width]) for row in data]
        return Preview(
            sheet=sheet.name,
            sheets=sheet.visible_names,
            header_row=header.row,
            headers=header.names,
            rows=tuple(row + ("",) * (width - len(row)) for row in texts),
            epoch=sheet.epoch,
        )


def _stream(request: Request) -> None:
    with workbook.open_sheet(request.file, request.sheet, called=request.called) as sheet:
        take: Callable[[SheetRow], tuple[object, ...]] = tuple
        if request.rules is not None:
            take = Checker(request.rules, sheet.epoch).check
        batch: list[tuple[object, ...]] = []
        counted = 0
        is_wanted = True
        try:
            for row in _checked(sheet.rows(), request):
                if row.number <= request.header_row:
                    continue
                counted += 1
                if is_wanted and row.number > request.position:
                    batch.append(take(row))
                if counted % BATCH == 0:
                    _send_batch(batch, sheet.progress, counted)
                    batch = []
                    _allow_time()
                    is_wanted = not _is_asked_to_count()
        except FileUnusable:
            # What stands before the break is whole.
            _send_batch(batch, sheet.progress, counted)
            raise
        _send_batch(batch, sheet.progress, counted, is_end=True)


def _checked(rows: Iterator[SheetRow], request: Request) -> Iterator[SheetRow]:
    """The same rows; raises FileUnusable if their header is not the one for which the rules were made."""
    first = next(rows, None)
    if first is None:
        return rows
    rules = request.rules
    if rules is not None and not workbook.has_header(first, request.header_row, rules.headers):
        raise FileUnusable(
            _("{file} has changed since its columns were shown; choose it again.").format(file=request.called)
        )
    return chain((first,), rows)


def _send_batch(batch: list[tuple[object, ...]], progress: int, counted: int, is_end: bool = False) -> None:
    # Plain tuples: those with a class of their own took four times as long on their way.
    _send("found", ([tuple(row) for row in batch], progress, counted, is_end))


def _is_asked_to_count() -> bool:
    """Whether the taker wants no more rows, but to know how many there are."""
    return bool(select.select([sys.stdin], [], [], 0)[0])
