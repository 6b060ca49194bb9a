"""`contacts` as the benchmarks use it: databases to begin with, and imports whose counts are looked at."""

import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from tests.benchmarks import people, processes
from tests.benchmarks.figures import Unable
from tests.benchmarks.processes import Memory

_ROWS_REJECTED = 4
"""The exit code of an import that rejected rows."""
_NEIGHBOURS_FROM = 6_000_000
"""Rows of `people` that no other file has."""
_SETTLE_SECONDS = 0.3
"""After an import, until its job's process is gone too."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that went well."""

    seconds: float
    """From the start of `contacts import` to its end."""
    memory: Memory = field(default_factory=Memory)


def command(*words: str | Path) -> list[str]:
    """The command line of `contacts`."""
    return [sys.executable, "-P", "-c", "from tui.start import main; main()", *map(str, words)]


def make_file(path: Path, rows: int, *, kind: str = "workbook", start: int = 0) -> Path:
    """A file of `rows` rows, see `excel.main`."""
    processes.run(processes.module("tests.benchmarks.excel", kind, path, rows, start))
    return path


def make_database(path: Path) -> Path:
    """A database without contacts, with the properties that the files fill."""
    for name, kind in people.PROPERTIES:
        processes.run(command("property", "add", name, "--type", kind), path)
    return path


def make_lived_in(path: Path, empty: Path) -> Path:
    """A database with 1,000 contacts that came in two imports, for those who work beside another one."""
    with TemporaryDirectory(dir=path.parent) as folder:
        used = Path(shutil.copy(empty, Path(folder) / "used.db"))
        for turn in range(2):
            file = make_file(Path(folder) / "some.xlsx", 500, start=_NEIGHBOURS_FROM + 500 * turn)
            RunningImport(file, used).end(500)
        with closing(sqlite3.connect(used)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
    return path


@contextmanager
def fresh(database: Path) -> Iterator[Path]:
    """A copy of a database, with a folder of its own for all that is made beside it."""
    with TemporaryDirectory(dir=database.parent) as folder:
        copy = Path(shutil.copy(database, Path(folder) / "contacts.db"))
        yield copy
        time.sleep(_SETTLE_SECONDS)


def files_folder(database: Path) -> Path:
    """Where the product keeps files of a database."""
    return database.with_name(database.name + "-files")


class Running(Protocol):
    """Something at work beside others."""

    @property
    def is_running(self) -> bool:
        """Whether it has not come to its end."""

    def end(self, rows: int) -> float:
        """The seconds that it took; raises Unable if it did not make of the rows what it should."""


class RunningDownload:
    """`contacts download` at work."""

    def __init__(self, target: Path, database: Path) -> None:
        self._begun = time.perf_counter()
        self._process = processes.start(command("download", target, "--json"), database)

    @property
    def is_running(self) -> bool:
        """Whether it has not come to its end."""
        return self._process.poll() is None

    def end(self, rows: int) -> float:
        """The seconds that it took; raises Unable if the file has not so many contacts."""
        out = processes.finish(self._process)
        seconds = time.perf_counter() - self._begun
        if json.loads(out)["rows"] != rows:
            raise Unable(f"The download has {json.loads(out)['rows']} contacts instead of {rows}.")
        return seconds


class RunningImport:
    """`contacts import` at work."""

    def __init__(self, file: Path, database: Path) -> None:
        self._begun = time.perf_counter()
        self._process = processes.start(command("import", file, "--json"), database)
        self.pid = self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not come to its end."""
        return self._process.poll() is None

    def end(self, rows: int) -> float:
        """The seconds that it took; raises Unable if it did not make of the rows what it should."""
        out = processes.finish(self._process, (0, _ROWS_REJECTED))
        seconds = time.perf_counter() - self._begun
        _check(out, rows)
        return seconds


def import_file(file: Path, rows: int, database: Path, *, watch_memory: bool = False) -> Imported:
    """A whole import into a copy of `database`."""
    memory = Memory()
    with fresh(database) as copy:
        running = RunningImport(file, copy)
        if not watch_memory:
            return Imported(running.end(rows))
        with processes.watched(running.pid, memory):
            return Imported(running.end(rows), memory)


def _check(out: str, rows: int) -> None:
    found = json.loads(out)
    wanted = people.counts(rows)
    state = (found["state"], found["rows"], found["created"], found["duplicates"], found["rejected"])
    if state != ("finished", wanted.rows, wanted.created, wanted.duplicates, wanted.rejected):
        raise Unable(f"The import made {state} of the rows instead of {wanted}.")
