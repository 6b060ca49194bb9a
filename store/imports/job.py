"""Carry out an import: rows in batches, each batch one transaction with its results and position."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from operator import attrgetter
from typing import Any

from store import contacts, database, imports, jobs, search
from store.errors import FileUnusable
from store.imports import judging
from store.imports.judging import CREATED, DUPLICATE, DUPLICATE_IN_FILE, REJECTED, Outcome
from store.models import Import
from store.reading import reader
from store.reading.reader import RowStream
from store.reading.rows import CheckedRow
from store.values import times

_TOGETHER = 4_000
"""Rows that are written in one transaction while nobody else writes: a tenth less than with 2,000, since
every transaction writes most pages of the indexes anew."""

_of_person = attrgetter("phone", "name", "email", "number", "values", "search_key")
"""What a row says of the person."""


def run(job_id: int) -> None:
    """Import the kept copy of the file; called in the process of the job."""
    view = imports.get(job_id)
    with _open(view, view.position) as stream:
        database.tune(database.BULK_PRAGMAS)
        # Rows come and go without cycles: looking for garbage among them costs a tenth.
        gc.disable()
        is_stopped = _write_all(job_id, stream)
        if is_stopped:
            stream.count_rest()
        _keep_count(view, stream)
    if is_stopped:
        raise jobs.Stopped


def count(job_id: int) -> None:
    """Count the rows of an import that is not carried out, so that its numbers add up all the same."""
    view = imports.get(job_id)
    with _open(view, sys.maxsize) as stream:
        stream.count_rest()
        _keep_count(view, stream)


def _open(view: imports.ImportView, position: int) -> AbstractContextManager[RowStream[CheckedRow]]:
    return reader.open_rows(
        imports.kept_copy(view.id),
        view.file,
        view.sheet,
        view.parameters["header_row"],
        rules=imports.rules_of(view),
        position=position,
    )


def _keep_count(view: imports.ImportView, stream: RowStream[CheckedRow]) -> None:
    if not stream.counted:
        raise imports.no_rows(view.file, view.sheet)
    with database.writing():
        Import.update(rows=stream.counted).where(Import.job == view.id).execute()


def _write_all(job_id: int, stream: RowStream[CheckedRow]) -> bool:
    """Write batch after batch; whether a person has stopped it."""
    courtesy = database.Courtesy()
    for batch in _batches(stream, courtesy):
        if jobs.is_stop_asked(job_id):
            return True
        prepared = [CheckedRow._make(row) for row in batch]
        courtesy.give_way()
        with database.writing():
            _write(job_id, prepared)
            jobs.report_progress(job_id, stream.progress)
    return False


def _batches(stream: RowStream[CheckedRow], courtesy: database.Courtesy) -> Iterator[list[CheckedRow]]:
    """The rows that are written at once: as they come while others write too, else some batches together."""
    waiting: list[CheckedRow] = []
    # The first at once: until they come there is nothing to do.
    enough = 1
    try:
        for batch in stream.batches():
            waiting += batch
            if len(waiting) >= enough or courtesy.is_due():
                yield waiting
                waiting, enough = [], _TOGETHER
    except FileUnusable:
        # What stands before the break is whole.
        if waiting:
            yield waiting
        raise
    if waiting:
        yield waiting


def _write(job_id: int, batch: Sequence[CheckedRow]) -> None:
    known = contacts.existing(row.phone for row in batch if not row.rejected)
    outcome = judging.judge(batch, known, job_id)
    _insert_people(job_id, outcome.people)
    _insert_results(job_id, outcome.results)
    _add_up(job_id, outcome, batch[-1].number)


def _add_up(job_id: int, outcome: Outcome, position: int) -> None:
    counts = outcome.counts
    row = Import.get_by_id(job_id)
    row.position = position
    row.created_rows += counts[CREATED]
    row.duplicates += counts[DUPLICATE] + counts[DUPLICATE_IN_FILE]
    row.rejected += counts[REJECTED]
    row.incomplete += counts["incomplete"]
    row.unsaved += counts["unsaved"]
    row.phones = dict(Counter(row.phones) + Counter(outcome.regions))
    row.save()


def _insert_people(job_id: int, people: Sequence[CheckedRow]) -> None:
    """One statement for all: so 263,000 rows a second were inserted, by Peewee's `insert_many` 41,000."""
    now = times.now()
    last = search.last_id()
    # What all have in common stands in it: to hand that over for each takes a twentieth of it all.
    database.db.connection().executemany(
        "INSERT INTO contact (phone, name, email, import_row, properties, search_key, "
        "created, changed, origin, import_id) "
        f"VALUES (?, ?, ?, ?, ?, ?, {now:d}, {now:d}, 'import', {job_id:d})",
        map(_of_person, people),
    )
    search.add_after(last)


def _insert_results(job_id: int, results: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
    database.db.connection().executemany(
        "INSERT INTO import_result (import_id, row, result, detail) VALUES (?, ?, ?, ?)",
        ((job_id, number, result, _json(detail)) for number, result, detail in results),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
