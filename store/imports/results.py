"""The rows of an import's file once more, each with what became of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from store import database, imports, jobs
from store.errors import FileUnusable
from store.imports.judging import CREATED, NOT_PROCESSED
from store.models import ImportResult
from store.reading import reader
from store.reading.sheet import CellValue

_WINDOW = 5_000


class RowResult(NamedTuple):
    """A row of the file."""

    number: int
    """As Excel counts."""
    cells: list[CellValue]
    result: str
    detail: dict[str, Any]


def walk(view: imports.ImportView, job_id: int) -> Iterator[RowResult]:
    """Every row below the header; of a file that breaks off, those before the break.

    Inside the job `job_id`: tells how far it is, and raises Stopped when asked to stop.
    """
    imports.check_kept(view)
    kept = imports.kept_copy(view.id)
    stored = _stored(view.id)
    following = next(stored, None)
    with reader.open_raw_rows(kept, view.file, view.sheet, view.parameters["header_row"]) as stream:
        for batch in _unbroken(view, stream):
            jobs.check_stop(job_id)
            for number, cells in batch:
                while following is not None and following[0] < number:
                    following = next(stored, None)
                if number > view.position:
                    yield RowResult(number, cells, NOT_PROCESSED, {})
                elif following is not None and following[0] == number:
                    yield RowResult(number, cells, following[1], following[2])
                else:
                    yield RowResult(number, cells, CREATED, {})
            with database.writing():
                jobs.report_progress(job_id, stream.progress)


def _unbroken(
    view: imports.ImportView, stream: reader.RowStream[tuple[int, list[CellValue]]]
) -> Iterator[list[tuple[int, list[CellValue]]]]:
    try:
        yield from stream.batches()
    except FileUnusable:
        # Others have not come to the break, or failed at it.
        if view.state in (imports.State.FINISHED, imports.State.STOPPED):
            raise


def _stored(import_id: int) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Row, result and detail in the order of rows, in windows: no cursor is held open while writing."""
    last = 0
    while True:
        query = (
            ImportResult.select(ImportResult.row, ImportResult.result, ImportResult.detail)
            .where(ImportResult.import_id == import_id, ImportResult.row > last)
            .order_by(ImportResult.row)
            .limit(_WINDOW)
        )
        window: list[Any] = list(database.tuples(query))
        if not window:
            return
        yield from window
        last = window[-1][0]
