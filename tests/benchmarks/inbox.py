"""`python -m tests.benchmarks inbox`: what WhatsApp delivers, stored and processed, by the second."""

import argparse
import os
import platform
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import processes, product, senders
from tests.benchmarks.figures import PAIRS, Figure, Report, Unable, add_pairs_argument, p99, pairs, positive
from tests.benchmarks.product import RunningImport
from tests.store.listening import SECRETS

_KEPT = 0.3
_P99_MS = 250
_BESIDE_IMPORT = 50
_MOST_BESIDE_IMPORT = 20_000
"""Deliveries beside an import, at most: none takes that long."""
_PATIENCE_SECONDS = 120
_LOOK_SECONDS = 0.01


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--deliveries", type=positive, default=3_000, help="of each run (3,000)")
    parser.add_argument("--rows", type=positive, default=100_000, help="rows of the import (100,000)")
    add_pairs_argument(parser)


def run(options: argparse.Namespace, report: Report) -> None:
    """Measure alone, beside the floor, and beside an import."""
    report.say(f"Python {platform.python_version()}, {os.cpu_count()} processors, {senders.SENDERS} senders")
    if options.pairs < PAIRS:
        report.say(f"Fewer than {PAIRS} pairs show nothing yet.")
    with TemporaryDirectory() as folder:
        _beside_floor(Path(folder), options.deliveries, options.pairs, report)
    with TemporaryDirectory() as folder:
        _beside_import(Path(folder), options.rows, options.pairs, report)


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of one server."""

    rate: float
    """Deliveries a second; ours until the last one is processed."""
    answers: Sequence[float]


def _beside_floor(folder: Path, count: int, turns: int, report: Report) -> None:
    empty = product.make_database(folder / "empty.db")
    load = senders.requests(count)
    measured = pairs(turns, lambda: _ours(empty, load), lambda: _floor(load))
    kept = [ours.rate / floor.rate for ours, floor in measured]
    report.add(
        Figure("Deliveries stored and processed, as a part of those only answered", kept, least=_KEPT),
        Figure("An answer, p99", [1000 * p99(ours.answers) for ours, _floor in measured], "ms", most=_P99_MS),
        Figure("Deliveries stored and processed", [ours.rate for ours, _floor in measured], "/s"),
        Figure("Deliveries only answered", [floor.rate for _ours, floor in measured], "/s"),
        Figure("Only an answer, p99", [1000 * p99(floor.answers) for _ours, floor in measured], "ms"),
    )


def _ours(empty: Path, load: list[bytes]) -> _Run:
    with product.fresh(empty) as copy, _server(_listen(), copy) as url:
        begun = time.perf_counter()
        found = senders.deliver(url, load)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (processed := _processed(copy)) < len(load):
            if time.monotonic() > deadline:
                raise Unable(f"Only {processed} of {len(load)} deliveries were processed.")
            time.sleep(_LOOK_SECONDS)
        return _Run(len(load) / (time.perf_counter() - begun), found.answers)


def _floor(load: list[bytes]) -> _Run:
    with _server(processes.module("tests.benchmarks.floor"), None) as url:
        found = senders.deliver(url, load)
        return _Run(len(load) / found.seconds, found.answers)


def _beside_import(folder: Path, rows: int, turns: int, report: Report) -> None:
    empty = product.make_database(folder / "empty.db")
    base = product.make_lived_in(folder / "lived-in.db", empty)
    book = product.make_file(folder / "people.xlsx", rows)
    load = senders.requests(_MOST_BESIDE_IMPORT)
    measured = [_importing(base, book, rows, load) for _turn in range(turns)]
    report.add(
        Figure(
            f"Deliveries stored and processed beside an import of {rows:,} rows",
            [found.rate for found in measured],
            "/s",
            least=_BESIDE_IMPORT,
        ),
        Figure("An answer beside an import, p99", [1000 * p99(found.answers) for found in measured], "ms"),
    )


def _importing(base: Path, book: Path, rows: int, load: list[bytes]) -> _Run:
    with product.fresh(base) as copy, _server(_listen(), copy) as url:
        running = RunningImport(book, copy)
        watch = _Watch(copy)
        found = senders.deliver(url, load, goes_on=lambda: not watch.ended.is_set())
        running.end(rows)
        return _Run(watch.rate(), found.answers)


class _Watch:
    """Counts what is processed from the import's first row to its last; its start is nobody's hindrance."""

    def __init__(self, database: Path) -> None:
        self.ended = threading.Event()
        self._database = database
        self._seen: list[tuple[float, int]] = []
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def rate(self) -> float:
        """Deliveries a second."""
        self._thread.join()
        if len(self._seen) < 2:
            raise Unable("The import was not seen at work.")
        (begun, before), (ended, after) = self._seen[0], self._seen[-1]
        return (after - before) / (ended - begun)

    def _look(self) -> None:
        with closing(_reader(self._database)) as reader:
            [before] = reader.execute("SELECT max(id) FROM job").fetchone()
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while time.monotonic() < deadline:
                row = reader.execute(
                    "SELECT state FROM job WHERE id > ? AND kind = 'import'", [before]
                ).fetchone()
                if row is not None and row[0] not in ("queued", "in_progress"):
                    break
                if row is not None and row[0] == "in_progress":
                    self._seen.append((time.perf_counter(), _count(reader)))
                time.sleep(_LOOK_SECONDS)
        self.ended.set()


def _listen() -> list[str]:
    secrets = [f"{name}={value}" for name, value in SECRETS.items()]
    return ["env", *secrets, *product.command("listen", "--port", "0")]


@contextmanager
def _server(command: list[str], database: Path | None) -> Iterator[str]:
    """Where a server receives that runs meanwhile."""
    process = processes.start(command, database)
    assert process.stdout is not None
    said = process.stdout.readline()
    try:
        if not said.startswith("Listening on "):
            raise Unable(f"No server was started: {processes.finish(process)}")
        yield said.split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        processes.finish(process)


def _reader(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_SECONDS)


def _processed(database: Path) -> int:
    with closing(_reader(database)) as reader:
        return _count(reader)


def _count(reader: sqlite3.Connection) -> int:
    """Deliveries that are processed; raises Unable if one could not be."""
    states = dict(reader.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall())
    if states.get("failed"):
        raise Unable(f"{states['failed']} deliveries could not be understood.")
    return int(states.get("processed", 0))
