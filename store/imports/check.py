"""Read a whole file without writing, and tell what an import of it would do, row by row.

A check is a job; what it finds lies in a file of its own beside the database until it is discarded.
"""

import json
import os
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from store import contacts, database, imports, jobs
from store.contacts import Known
from store.errors import NotFound, Wound
from store.imports import judging, wording
from store.imports.judging import CREATED, DUPLICATE, DUPLICATE_IN_FILE, REJECTED
from store.jobs import State
from store.language import _
from store.reading import columns, reader
from store.reading.rows import CheckedRow, Fault

INCOMPLETE = "incomplete"
"""The kind of rows that would be created with a value missing or left out."""
KINDS = (CREATED, INCOMPLETE, DUPLICATE, DUPLICATE_IN_FILE, REJECTED)
"""What rows are told apart by: their result, and those that would be created but not whole."""
FAULTS_LIMIT = 200
"""Different faults that are counted; a file has a handful."""
_CUT_OFF = "000000"
"""How numbers end that were 5.73E+11 for a while."""
_CUT_OFF_SHARE = 0.01
"""Of a column, from which on that is no chance any more."""
_CUT_OFF_COUNT = 2
"""The fewest of a column: one alone, in a short file more than its share, may be a number easy to keep."""
_SCHEMA = """
CREATE TABLE checked (row INTEGER PRIMARY KEY, kind TEXT, phone TEXT, name TEXT, detail TEXT);
CREATE TABLE seen (phone TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID;
CREATE TABLE summary (found TEXT);
"""
_INDEX = "CREATE INDEX checked_kind ON checked (kind, row)"
_PRAGMAS = "PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -64000;"
"""Nobody needs what a check that broke off has found."""


@dataclass(frozen=True, slots=True)
class ColumnFault:
    """What is wrong with many cells of a column, or to be known of them."""

    column: int
    reason: str
    count: int
    example: str
    """The sentence of the first such cell."""
    wound: Wound | None
    """Set where one choice cures the whole column."""


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check as it stands; numbers are 0 until it has finished."""

    id: int
    state: State
    progress: int
    """Thousandths."""
    message: str
    file: str
    headers: tuple[str, ...]
    kinds: dict[str, int] = field(default_factory=dict)
    """Rows by kind."""
    faults: tuple[ColumnFault, ...] = ()
    """The most frequent first."""
    phones: dict[str, int] = field(default_factory=dict)
    """Numbers that came without + or 00, by the country they would be read as."""

    @property
    def is_running(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in jobs.RUNNING

    @property
    def rows(self) -> int:
        """Rows that hold anything below the header."""
        return sum(self.kinds.values())

    @property
    def created(self) -> int:
        """Rows that would be created, whole or not."""
        return self.kinds.get(CREATED, 0) + self.kinds.get(INCOMPLETE, 0)

    @property
    def duplicates(self) -> int:
        """Rows whose number a contact or an earlier row has."""
        return self.kinds.get(DUPLICATE, 0) + self.kinds.get(DUPLICATE_IN_FILE, 0)

    @property
    def rejected(self) -> int:
        """Rows that would be rejected."""
        return self.kinds.get(REJECTED, 0)


class Row(NamedTuple):
    """A row of the file and what would become of it."""

    number: int
    kind: str
    phone: str
    name: str
    result: str
    detail: str


def start(plan: imports.Plan) -> int:
    """Begin to check a file; the check's id."""
    about = {"file": plan.name, "sheet": plan.sheet, "headers": list(plan.headers)}
    return imports.start_job("check", plan, about)


def get(check_id: int) -> CheckView:
    """The check as it stands; raises NotFound."""
    job = jobs.get(check_id)
    view = CheckView(
        id=check_id,
        state=job.state,
        progress=job.progress,
        message=job.message,
        file=job.parameters["file"],
        headers=tuple(job.parameters["headers"]),
    )
    return view if job.state is not State.FINISHED else _with_summary(view)


def numbers(check_id: int, kind: str | None = None) -> "array[int]":
    """The numbers of all rows, or of those of a kind, in their order."""
    with _scratch(check_id) as scratch:
        if kind is None:
            found = scratch.execute("SELECT row FROM checked ORDER BY row")
        else:
            found = scratch.execute("SELECT row FROM checked WHERE kind = ? ORDER BY row", (kind,))
        return array("q", (row[0] for row in found))


def rows(view: CheckView, wanted: Sequence[int]) -> dict[int, Row]:
    """Rows by their number (at most some hundreds at a time)."""
    with _scratch(view.id) as scratch:
        found = scratch.execute(
            "SELECT row, kind, phone, name, detail FROM checked"
            " WHERE row IN (SELECT value FROM json_each(?))",
            (json.dumps(list(wanted)),),
        ).fetchall()
    return {row[0]: _outward(view.headers, *row) for row in found}


def discard(check_id: int) -> None:
    """Stop a check if it runs, and remove all that it left."""
    jobs.stop(check_id)
    jobs.wait(check_id, 10)
    for path in (imports.kept_copy(check_id), scratch_file(check_id)):
        path.unlink(missing_ok=True)
    jobs.delete([check_id])


def scratch_file(check_id: int) -> Path:
    """Where what a check found lies."""
    return database.files_folder() / f"check-{check_id}.db"


def run(job_id: int) -> None:
    """Check the kept copy of the file; called in the process of the job."""
    parameters = jobs.get(job_id).parameters
    assignment = columns.Assignment.from_json(parameters["assignment"])
    faults = _Faults(assignment.column_of(columns.PHONE))
    regions: Counter[str] = Counter()
    with (
        reader.open_rows(
            imports.kept_copy(job_id),
            parameters["file"],
            parameters["sheet"],
            parameters["header_row"],
            rules=imports.rules_by(parameters, parameters["headers"]),
        ) as stream,
        _new_scratch(job_id) as scratch,
    ):
        for batch in stream.batches():
            jobs.check_stop(job_id)
            checked = [CheckedRow._make(row) for row in batch]
            faults.add(checked)
            regions.update(_judge(job_id, checked, scratch))
            with database.writing():
                jobs.report_progress(job_id, stream.progress)
        if not stream.counted:
            raise imports.no_rows(parameters["file"], parameters["sheet"])
        scratch.execute(_INDEX)
        found = {"faults": faults.as_json(), "phones": regions}
        scratch.execute("INSERT INTO summary VALUES (?)", (json.dumps(found),))


@contextmanager
def _new_scratch(check_id: int) -> Iterator[sqlite3.Connection]:
    path = scratch_file(check_id)
    path.unlink(missing_ok=True)
    # Made beforehand, so that it has the mode of the database.
    os.close(database.open_beside(path.name))
    with closing(sqlite3.connect(path, isolation_level=None)) as scratch:
        scratch.executescript(_PRAGMAS + _SCHEMA)
        scratch.execute("BEGIN")
        yield scratch
        scratch.execute("COMMIT")


@contextmanager
def _scratch(check_id: int) -> Iterator[sqlite3.Connection]:
    path = scratch_file(check_id)
    if not path.exists():
        raise NotFound(_("What this check found is not there any more; check the file again."))
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as scratch:
        yield scratch


def _with_summary(view: CheckView) -> CheckView:
    with _scratch(view.id) as scratch:
        kinds = dict(scratch.execute("SELECT kind, count(*) FROM checked GROUP BY kind").fetchall())
        found = json.loads(scratch.execute("SELECT found FROM summary").fetchone()[0])
    faults = tuple(
        ColumnFault(column, reason, count, example, Wound(wound) if wound else None)
        for column, reason, wound, count, example in found["faults"]
    )
    return replace(view, kinds=kinds, faults=faults, phones=found["phones"])


def _outward(headers: Sequence[str], number: int, kind: str, phone: str, name: str, detail: str) -> Row:
    result, said = wording.say(headers, CREATED if kind == INCOMPLETE else kind, json.loads(detail))
    return Row(number, kind, phone, name, result, said)


def _judge(job_id: int, batch: Sequence[CheckedRow], scratch: sqlite3.Connection) -> dict[str, int]:
    """Put the outcome of a batch into the scratch file; its numbers without + or 00 by country."""
    asked = [row.phone for row in batch if not row.rejected]
    known = _seen(scratch, asked, job_id) | contacts.existing(asked)
    outcome = judging.judge(batch, known, job_id)
    results = {number: (result, detail) for number, result, detail in outcome.results}
    scratch.executemany(
        "INSERT INTO checked VALUES (?, ?, ?, ?, ?)",
        (
            (row.number, _kind(row, result), row.phone, row.name, json.dumps(detail, ensure_ascii=False))
            for row in batch
            for result, detail in [results.get(row.number, (CREATED, {}))]
        ),
    )
    scratch.executemany(
        "INSERT INTO seen VALUES (?, ?)", ((person.phone, person.number) for person in outcome.people)
    )
    return outcome.regions


def _kind(row: CheckedRow, result: str) -> str:
    is_incomplete = result == CREATED and (row.missing or row.unsaved)
    return INCOMPLETE if is_incomplete else result


def _seen(scratch: sqlite3.Connection, numbers: Iterable[str], job_id: int) -> dict[str, Known]:
    """Of the numbers given, those that an earlier row of the file has, itself or by a variant."""
    asked = frozenset(numbers)
    found = scratch.execute(
        "SELECT phone, row FROM seen WHERE phone IN (SELECT value FROM json_each(?))",
        (json.dumps(contacts.writings(asked)),),
    ).fetchall()
    return contacts.match(asked, (Known(phone, job_id, row) for phone, row in found))


def _cut_off(column: int, number: str) -> Fault:
    sentence = _("{number} ends in six zeros or more: Excel may have cut its digits off.")
    reason = _("it ends in six zeros or more; Excel may have cut its digits off")
    return Fault(column, sentence.format(number=number), reason, Wound.DIGITS_LOST)


class _Faults:
    """Counts what is wrong, by column and reason."""

    def __init__(self, phone_column: int | None) -> None:
        self._phone_column = phone_column or 0
        self._rows = 0
        self._cut_off: list[str] = []
        self._lost = 0
        """Numbers that are 5.73E+11 still: where there is one, others may have been so."""
        self._counts: Counter[tuple[int, str, str]] = Counter()
        self._examples: dict[tuple[int, str, str], str] = {}

    def add(self, batch: Iterable[CheckedRow]) -> None:
        """Count the faults of these rows."""
        for row in batch:
            self._rows += 1
            if row.fault is not None:
                self._add(row.fault)
                self._lost += row.fault.wound == Wound.DIGITS_LOST
            for fault in (*row.unsaved, *row.notes):
                self._add(fault)
            # With + or 00 it is text, whose digits Excel leaves alone.
            if row.bare and row.phone.endswith(_CUT_OFF):
                self._cut_off.append(row.phone)

    def _add(self, fault: Fault) -> None:
        key = (fault.column, fault.reason, fault.wound)
        if key not in self._examples and len(self._examples) == FAULTS_LIMIT:
            return
        self._counts[key] += 1
        self._examples.setdefault(key, fault.sentence)

    def as_json(self) -> list[list[Any]]:
        """The most frequent first: column, reason, wound, count, example."""
        if self._is_no_chance():
            for number in self._cut_off:
                self._add(_cut_off(self._phone_column, number))
        return [[*key, count, self._examples[key]] for key, count in self._counts.most_common()]

    def _is_no_chance(self) -> bool:
        """Whether the numbers that end in zeros are so many that Excel must have had a hand in it."""
        found = len(self._cut_off) + self._lost
        return found == self._rows or found >= max(_CUT_OFF_COUNT, _CUT_OFF_SHARE * self._rows)
