"""The screen while an import runs: does its event loop come late, and how soon is a key answered?"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TypeAlias

from tests.benchmarks import processes, product
from tests.benchmarks.figures import Figure, Report, p99, pairs
from tests.benchmarks.product import Running, RunningImport
from tests.benchmarks.terminal import Terminal

_LAG_MS = 4
_KEY_MS = 50
_SETTLED_SECONDS = 1
"""Without any output: the screen has started."""
_BETWEEN_KEYS = 0.06
_DOWN, _UP = b"\x1b[B", b"\x1b[A"
_PAGES = (b"1", b"2")
_KEYS = (_DOWN, _UP, b"1", _DOWN, _DOWN, _UP, b"2")
"""Each changes something on the screen: the cursor on the page of imports, the page, that of contacts."""

_Answers: TypeAlias = list[tuple[bytes, float, float]]
"""Keys, with the seconds to the first and to the last byte of their answers."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """What all runs share."""

    folder: Path
    base: Path
    book: Path
    rows: int


def measure(folder: Path, rows: int, count: int, report: Report) -> None:
    """The page of imports, watched and typed to, with and without an import; and a loop without a screen."""
    empty = product.make_database(folder / "empty.db")
    base = product.make_lived_in(folder / "lived-in.db", empty)
    stage = _Stage(folder, base, product.make_file(folder / "people.xlsx", rows), rows)
    looked_at = pairs(count, lambda: _lag(stage), lambda: _lag(stage, bare=True))
    report.add(
        Figure("The screen's loop late beside an import, p99", p99s(looked_at, 0), "ms", most=_LAG_MS),
        Figure("A loop without a screen late beside an import, p99", p99s(looked_at, 1), "ms"),
    )
    typed_to = pairs(count, lambda: _answers(stage), lambda: _answers(stage, importing=False))
    beside, alone = [pair[0] for pair in typed_to], [pair[1] for pair in typed_to]
    report.add(
        Figure("A key that moves answered beside an import, p99", _moves(beside), "ms", most=_KEY_MS),
        Figure("A key that moves answered without an import, p99", _moves(alone), "ms"),
        Figure(
            "A key that turns the page answered to the last byte beside an import, p99",
            _turns(beside),
            "ms",
            most=_KEY_MS,
        ),
        Figure(
            "A key that turns the page answered to the last byte without an import, p99",
            _turns(alone),
            "ms",
            most=_KEY_MS,
        ),
    )


def _lag(stage: _Stage, *, bare: bool = False) -> list[float]:
    """By how many seconds the loop was late at each step while an import ran."""
    with product.fresh(stage.base) as database:
        return lag(database, lambda: RunningImport(stage.book, database), stage.rows, bare=bare)


def lag(
    database: Path, start: Callable[[], Running], rows: int, *, page: bytes = b"2", bare: bool = False
) -> list[float]:
    """By how many seconds the loop was late at each step while something ran that comes to `rows` rows."""
    file = database.with_name("late.json")
    with _opened(file, database, bare, page) as terminal:
        begun = time.monotonic()
        running = start()
        while running.is_running:
            terminal.drain(0.05)
        ended = time.monotonic()
        running.end(rows)
    return [late for moment, late in json.loads(file.read_text()) if begun <= moment <= ended]


def _answers(stage: _Stage, *, importing: bool = True) -> _Answers:
    """What keys were answered while an import ran, or without one."""
    file = stage.folder / "late.json"
    with product.fresh(stage.base) as database, _opened(file, database) as terminal:
        if not importing:
            return [_press(terminal, key) for key in _KEYS * 6]
        running = RunningImport(stage.book, database)
        answers = list(_pressed(terminal, running))
        running.end(stage.rows)
        return answers


def _pressed(terminal: Terminal, running: RunningImport) -> Iterator[tuple[bytes, float, float]]:
    for key in cycle(_KEYS):
        if not running.is_running:
            return
        yield _press(terminal, key)


def _press(terminal: Terminal, key: bytes) -> tuple[bytes, float, float]:
    first, last = terminal.press(key)
    terminal.drain(_BETWEEN_KEYS)
    return key, first, last


@contextmanager
def _opened(file: Path, database: Path, bare: bool = False, page: bytes = b"2") -> Iterator[Terminal]:
    """A page of the screen in a terminal; its loop's lateness is in `file` when it is closed."""
    command = processes.module("tests.benchmarks.launcher", file, *(["bare"] if bare else []))
    with Terminal(command, database) as terminal:
        terminal.wait_for(b"bare" if bare else b"Imports")
        terminal.settle(_SETTLED_SECONDS)
        if not bare:
            terminal.press(page)
            terminal.settle(_SETTLED_SECONDS)
        yield terminal
        terminal.end(b"q\n" if bare else b"q")


def _moves(runs: list[_Answers]) -> list[float]:
    return [1000 * p99([first for key, first, _last in run if key not in _PAGES]) for run in runs]


def _turns(runs: list[_Answers]) -> list[float]:
    return [1000 * p99([last for key, _first, last in run if key in _PAGES]) for run in runs]


def p99s(measured: list[tuple[list[float], list[float]]], side: int) -> list[float]:
    """By pair the value in ms that 99 of 100 steps of one side were not later than."""
    return [1000 * p99(pair[side]) for pair in measured]
