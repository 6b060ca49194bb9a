"""How soon the first rows stand on the screen, beside programs that have less to do."""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import crowd, product, tables
from tests.benchmarks.figures import Figure, Report, Unable, pairs, ratios
from tests.benchmarks.terminal import Terminal

_TIMES_LINE = 1.35
_TIMES_EMPTY = 1.1
_PART_OF_VISIDATA = 0.75
_PAIRS = 9
"""At least: a start is short, and what else a machine does is long beside it."""
_LINE_PROGRAM = "from tests.benchmarks.bare import main; main()"
_LINE = "Nothing but a line"
_EMPTY = "No contacts yet"
_WARM_UPS = 2
"""Starts before those that count: files are read, modules compiled."""

_Start = Callable[[], float]


def measure(folder: Path, large: Path, small: Path, count: int, report: Report) -> None:
    """Seconds from before a process begins until its first rows are in the terminal, in turns with ours."""
    empty = product.make_database(folder / "empty.db")
    ours = partial(_seconds, product.command(), crowd.landmark(large), large)
    times: list[float] = []

    def compare(name: str, alone: str, theirs: _Start, goal: float) -> None:
        for _turn in range(_WARM_UPS):
            ours(), theirs()
        measured = pairs(max(count, _PAIRS), ours, theirs)
        times.extend(first for first, _second in measured)
        report.add(
            Figure(f"Start to first rows, {name}", ratios(measured), most=goal),
            Figure(alone, [1000 * second for _first, second in measured], "ms"),
        )

    line = partial(_seconds, [sys.executable, "-P", "-c", _LINE_PROGRAM], _LINE, None)
    compare(
        "times a Textual program of one line", "Start of a Textual program of one line", line, _TIMES_LINE
    )
    nothing = partial(_seconds, product.command(), _EMPTY, empty)
    compare("times that on an empty database", "Start on an empty database", nothing, _TIMES_EMPTY)
    try:
        visidata = tables.visidata(folder, small)
    except Unable as reason:
        report.say(str(reason))
    else:
        theirs = partial(_seconds, visidata.command, crowd.landmark(small), None)
        rows = f"VisiData's on {tables.ROWS:,} rows"
        compare(f"as a part of {rows}", f"Start to first rows, {rows}", theirs, _PART_OF_VISIDATA)
    report.add(Figure("Start to first rows", [1000 * seconds for seconds in times], "ms"))


def _seconds(command: Sequence[str], shown: str, database: Path | None) -> float:
    with Terminal(command, database) as terminal:
        terminal.wait_for(shown.encode())
        return time.perf_counter() - terminal.begun
