"""`python -m tests.benchmarks download`: what a download costs, beside `sqlite3 -csv` and with a screen open.

`python -m tests.benchmarks.downloads DATABASE` carries one out and prints the most memory that its job took.
"""

import argparse
import os
import platform
import resource
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import processes, product, screen
from tests.benchmarks.figures import (
    PAIRS,
    Figure,
    Report,
    Unable,
    add_pairs_argument,
    pairs,
    positive,
    ratios,
)
from tests.benchmarks.product import RunningDownload

_TIMES_SQLITE = 2.5
_MEMORY_GROWTH = 1.1
_LAG_MS = 4
_FEW = 10_000
"""Contacts of the small database, whose job's memory is compared with."""
_PARTS = ("speed", "memory", "screen")
_PAGE = b"3"
_COLUMNS = (
    *("name", "phone", "email", "created", "first_interaction", "last_interaction"),
    *("user_initiated", "business_initiated", "cancelled_outbounds", "received_notifications"),
    *(f"json_extract(properties, '$.\"{number}\"')" for number in (1, 2, 3)),
)
_FILL = """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO contact (
        phone, name, email, user_initiated, business_initiated, cancelled_outbounds, received_notifications,
        first_interaction, last_interaction, created, changed, origin, properties, search_key
    )
    SELECT
        '+57300' || printf('%07d', i),
        'María José Rodríguez ' || i,
        CASE WHEN i % 5 THEN 'maria.rodriguez' || i || '@example.com' END,
        i % 7, i % 5, i % 3, i % 11,
        CASE WHEN i % 4 THEN 1690000000 + i * 7919 % 90000000 ELSE 0 END,
        CASE WHEN i % 4 THEN 1700000000 + i * 104729 % 80000000 ELSE 0 END,
        1690000000 + i * 31 % 90000000, 1690000000, 'import',
        json_object(
            '1', 'Ciudad ' || i % 11,
            '2', CASE WHEN i % 10 THEN 'Muebles Peña & Hijos ' || i % 10 ELSE 'Ferretería "El Tornillo"' END,
            '3', date('2015-01-01', '+' || i % 4000 || ' days')
        ),
        'maria jose rodriguez ' || i || char(10) || '57300' || printf('%07d', i) || char(10)
    FROM n
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--contacts", type=positive, default=1_000_000, help="in the database (1,000,000)")
    parser.add_argument("--only", action="append", choices=_PARTS, help="one part; can be repeated")
    add_pairs_argument(parser)


def run(options: argparse.Namespace, report: Report) -> None:
    """Measure the parts that are asked for, all with one database."""
    parts = options.only or _PARTS
    report.say(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    if options.pairs < PAIRS:
        report.say(f"Fewer than {PAIRS} pairs show nothing yet.")
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = _filled(folder / "large.db", options.contacts)
        if "speed" in parts:
            _measure_speed(database, options.contacts, options.pairs, report)
        if "memory" in parts:
            _measure_memory(database, options.contacts, options.pairs, report)
        if "screen" in parts:
            _measure_screen(database, options.contacts, options.pairs, report)


def _filled(path: Path, contacts: int) -> Path:
    """A database with three properties and so many contacts, put there by SQL."""
    product.make_database(path)
    with closing(sqlite3.connect(path)) as connection:
        with connection:
            connection.execute(_FILL, (contacts,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def _measure_speed(database: Path, contacts: int, count: int, report: Report) -> None:
    if shutil.which("sqlite3") is None:
        raise Unable("To compare with the sqlite3 shell, install it: apt install sqlite3")
    measured = pairs(count, lambda: _download(database, contacts), lambda: _by_sqlite(database))
    ours = [first for first, _second in measured]
    report.add(
        Figure(f"{contacts:,} contacts downloaded, times sqlite3 -csv", ratios(measured), most=_TIMES_SQLITE),
        Figure("contacts download FILE", ours, "s"),
        Figure("sqlite3 -csv", [second for _first, second in measured], "s"),
        Figure("Contacts downloaded, speed", [contacts / seconds for seconds in ours], "contacts/s"),
    )


def _download(database: Path, contacts: int) -> float:
    with _target(database) as target:
        return RunningDownload(target, database).end(contacts)


def _by_sqlite(database: Path) -> float:
    with _target(database) as target:
        query = f"SELECT {', '.join(_COLUMNS)} FROM contact WHERE deleted = 0"
        return processes.run(["sqlite3", "-csv", str(database), f".once '{target}'", query]).seconds


@contextmanager
def _target(database: Path) -> Iterator[Path]:
    """A place for a file that goes away, and with it the files that the product keeps."""
    target = database.with_name("target.csv")
    try:
        yield target
    finally:
        target.unlink(missing_ok=True)
        for kept in product.files_folder(database).glob("download-*.csv"):
            kept.unlink()


def _measure_memory(database: Path, contacts: int, count: int, report: Report) -> None:
    small = _filled(database.with_name("small.db"), _FEW)
    measured = pairs(count, lambda: _memory(database), lambda: _memory(small))
    report.add(
        Figure(
            f"Memory of the job at {contacts:,} contacts, times that at {_FEW:,}",
            ratios(measured),
            most=_MEMORY_GROWTH,
        ),
        Figure(f"Memory of the job at {contacts:,} contacts", [large for large, _few in measured], "MB"),
    )


def _memory(database: Path) -> float:
    with _target(database):
        done = processes.run(processes.module("tests.benchmarks.downloads", database))
        return int(done.out) / 1024


def _measure_screen(database: Path, contacts: int, count: int, report: Report) -> None:
    def lag(bare: bool) -> list[float]:
        with _target(database) as target:
            return screen.lag(
                database, lambda: RunningDownload(target, database), contacts, page=_PAGE, bare=bare
            )

    looked_at = pairs(count, lambda: lag(False), lambda: lag(True))
    report.add(
        Figure(
            "The screen's loop late beside a download, p99", screen.p99s(looked_at, 0), "ms", most=_LAG_MS
        ),
        Figure("A loop without a screen late beside a download, p99", screen.p99s(looked_at, 1), "ms"),
    )


def main(database_path: str) -> None:
    """Carry out a download and print the most memory, in KB, that its job took."""
    from store import database, downloads, jobs

    database.open_database(database_path, create=False)
    job = jobs.wait(downloads.start(downloads.Plan()), 600)
    if job.state is not downloads.State.FINISHED:
        raise Unable(f"The download ended as {job.state}: {job.message}")
    # A thread of ours waits for the job's process; then the system counts it.
    while not (most := resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss):
        time.sleep(0.01)
    print(most)


if __name__ == "__main__":
    main(sys.argv[1])
