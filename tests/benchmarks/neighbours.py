"""Others are not starved: people edit contacts in the database that an import writes to, and both go on."""

import json
from pathlib import Path

from tests.benchmarks import processes, product
from tests.benchmarks.figures import Figure, Report, p99, pairs, ratios
from tests.benchmarks.product import RunningImport

_KEPT = 0.6
_P99_MS = 250


def measure(folder: Path, rows: int, count: int, report: Report) -> None:
    """Imports alone and beside a process that edits, in turns."""
    empty = product.make_database(folder / "empty.db")
    base = product.make_lived_in(folder / "lived-in.db", empty)
    book = product.make_file(folder / "people.xlsx", rows)
    edits: list[list[float]] = []
    failures: list[float] = []

    def beside() -> float:
        with product.fresh(base) as copy:
            editor = processes.start(processes.module("tests.benchmarks.editor", copy))
            assert editor.stdout is not None
            editor.stdout.readline()  # It has found its contacts and is at work.
            seconds = RunningImport(book, copy).end(rows)
            found = json.loads(processes.finish(editor))
        edits.append([1000 * edit for edit in found["seconds"]])
        failures.append(found["failures"])
        return seconds

    measured = pairs(count, lambda: product.import_file(book, rows, base).seconds, beside)
    report.add(
        Figure("An edit by another process, p99", [p99(run) for run in edits], "ms", most=_P99_MS),
        Figure("The slowest edit", [max(run) for run in edits], "ms"),
        Figure("Edits beside an import", [len(run) for run in edits]),
        Figure("Edits that failed", failures, most=0),
        Figure("Speed of the import beside edits, as a part of that alone", ratios(measured), least=_KEPT),
    )
