"""Carry out an import: rows in batches, each batch one transaction with its results and position."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from store import contacts, database, imports, jobs, properties, settings
from store.contacts import search_key
from store.errors import FileUnusable
from store.imports import columns, rows, workbook
from store.imports.rows import CheckedRow
from store.imports.sheet import SheetRow
from store.language import _
from store.models import Contact, Import, ImportResult
from store.values import phone, times

BATCH = 2_000
"""Rows a transaction; checked before it begins, so that others wait for milliseconds only."""

CREATED, DUPLICATE, DUPLICATE_IN_FILE, REJECTED = "created", "duplicate", "duplicate_in_file", "rejected"
"""Results of rows; `created` is stored only with something to say."""


def run(job_id: int) -> None:
    """Import the kept copy of the file; called in the process of the job."""
    view = imports.get(job_id)
    with workbook.open_sheet(imports.kept_copy(job_id), view.sheet, called=view.file) as sheet:
        rules = _rules(view, sheet.epoch)
        data = _Rest(sheet, view)
        stopped = False
        while batch := list(islice(data, BATCH)):
            try:
                jobs.check_stop(job_id)
            except jobs.Stopped:
                stopped = True
                break
            checked = [rows.check(row, rules) for row in batch]
            with database.writing():
                _write(job_id, checked)
                jobs.report_progress(job_id, sheet.progress)
        # Stopped: the rest is counted without writing, so that the numbers always add up.
        for _row in data:
            pass
        if not data.counted:
            raise FileUnusable(
                _("The sheet “{sheet}” of {file} has headers but no rows.").format(
                    sheet=view.sheet, file=view.file
                )
            )
        with database.writing():
            Import.update(rows=data.counted).where(Import.job == job_id).execute()
    if stopped:
        raise jobs.Stopped


class _Rest:
    """The rows that have not been handled yet; counts all below the header on the way."""

    def __init__(self, sheet: workbook.Sheet, view: imports.ImportView) -> None:
        self.counted = 0
        self._rows = self._walk(sheet, view.parameters["header_row"], view.position)

    def __iter__(self) -> Iterator[SheetRow]:
        return self._rows

    def _walk(self, sheet: workbook.Sheet, header_row: int, position: int) -> Iterator[SheetRow]:
        for row in sheet.rows():
            if row.number <= header_row:
                continue
            self.counted += 1
            if row.number > position:
                yield row


def _rules(view: imports.ImportView, epoch: datetime) -> rows.Rules:
    return rows.Rules(
        assignment=columns.Assignment.from_json(view.parameters["assignment"]),
        properties={item.id: item for item in properties.list_all()},
        formats=settings.load().formats,
        country=view.parameters["country"],
        accept_unknown=view.parameters["accept_unknown"],
        epoch=epoch,
    )


@dataclass
class _Outcome:
    """What a batch comes to."""

    people: list[CheckedRow] = field(default_factory=list)
    results: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    """Row, result and detail of the rows that have anything to say."""
    counts: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)


def _write(job_id: int, batch: Sequence[CheckedRow]) -> None:
    outcome = _judge(job_id, batch)
    _insert_people(job_id, outcome.people)
    _insert_results(job_id, outcome.results)
    row = Import.get_by_id(job_id)
    row.position = batch[-1].number
    row.created_rows += outcome.counts[CREATED]
    row.duplicates += outcome.counts[DUPLICATE] + outcome.counts[DUPLICATE_IN_FILE]
    row.rejected += outcome.counts[REJECTED]
    row.incomplete += sum("missing" in detail for _number, _result_, detail in outcome.results)
    row.unsaved += sum("unsaved" in detail for _number, _result_, detail in outcome.results)
    row.phones = dict(Counter(row.phones) + outcome.regions)
    row.save()


def _judge(job_id: int, batch: Sequence[CheckedRow]) -> _Outcome:
    outcome = _Outcome()
    existing = contacts.existing([row.phone for row in batch if not row.rejected])
    own: dict[str, int] = {}
    for row in batch:
        result, detail = _result(job_id, row, existing, own)
        outcome.counts[result] += 1
        if result == CREATED:
            own[row.phone] = row.number
            outcome.people.append(row)
        if row.bare_region:
            outcome.regions[row.bare_region] += 1
        if detail:
            outcome.results.append((row.number, result, detail))
    return outcome


def _result(
    job_id: int,
    row: CheckedRow,
    existing: dict[str, tuple[str, int | None, int | None]],
    own: dict[str, int],
) -> tuple[str, dict[str, Any]]:
    if row.rejected:
        return REJECTED, {"reason": row.rejected}
    if row.phone in existing:
        number, import_id, import_row = existing[row.phone]
        if import_id == job_id:
            return DUPLICATE_IN_FILE, {"row": import_row}
        return DUPLICATE, {"phone": number}
    for writing in (row.phone, *phone.variants(row.phone)):
        if writing in own:
            return DUPLICATE_IN_FILE, {"row": own[writing]}
    detail: dict[str, Any] = {}
    if row.missing:
        detail["missing"] = list(row.missing)
    if row.unsaved:
        detail["unsaved"] = [list(pair) for pair in row.unsaved]
    if row.notes:
        detail["notes"] = [list(pair) for pair in row.notes]
    return CREATED, detail


def _insert_people(job_id: int, people: Sequence[CheckedRow]) -> None:
    now = times.now()
    _insert_many(
        Contact,
        (
            {
                "phone": person.phone,
                "name": person.name,
                "email": person.email,
                "created": now,
                "changed": now,
                "origin": "import",
                "import_id": job_id,
                "import_row": person.number,
                "properties": _json(person.values),
                "search_key": search_key(person.name, person.phone, person.email),
            }
            for person in people
        ),
    )


def _insert_results(job_id: int, results: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
    _insert_many(
        ImportResult,
        (
            {"import_id": job_id, "row": number, "result": result, "detail": _json(detail)}
            for number, result, detail in results
        ),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _insert_many(model: type[Contact] | type[ImportResult], records: Iterator[dict[str, Any]]) -> None:
    """Insert records that name their columns alike, JSON as text.

    One statement given to `executemany` made 263,000 rows a second, Peewee's `insert_many` 41,000.
    """
    first = next(records, None)
    if first is None:
        return
    names = list(first)
    table = model._meta.table_name
    marks = ", ".join("?" * len(names))
    columns_named = ", ".join(f'"{name}"' for name in names)
    statement = f'INSERT INTO "{table}" ({columns_named}) VALUES ({marks})'
    connection = database.db.connection()
    connection.execute(statement, tuple(first.values()))
    connection.executemany(statement, (tuple(record.values()) for record in records))
