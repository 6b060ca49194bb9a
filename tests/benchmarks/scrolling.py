"""Keys that move in the list: how soon they are answered, and with how many bytes."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import crowd, tables, visiting
from tests.benchmarks.answers import Answer
from tests.benchmarks.figures import Figure, Report, Unable, pairs, ratios
from tests.benchmarks.tables import Program
from tests.benchmarks.terminal import Terminal
from tests.benchmarks.visiting import DOWN, PAGE_DOWN

_TIMES_DOWN = 1.2
_TIMES_PAGE = 1.5
_PART_OF_DATA_TABLE = 0.25
_SCROLL_BYTES = 400
_PART_OF_VISIDATA = 0.8
_PART_OF_LESS = 1.0
_KEYS, _PAGES = 20, 10
"""How often each key is pressed, and the one that turns the page: among rows that are much alike, those of
contacts who have interacted."""
_SETTLED_SECONDS = 1.0
_BETWEEN_KEYS = 0.2


@dataclass(frozen=True, slots=True)
class _Moves:
    """How keys were answered, each pressed some times."""

    down: Sequence[Answer]
    """Only the cursor moved."""
    scroll: Sequence[Answer]
    """All rows moved by one."""
    page: Sequence[Answer]


def measure_keys(_folder: Path, large: Path, small: Path, count: int, report: Report) -> None:
    """From a key to the last byte of its answer: beside few contacts, and beside Textual's own table."""
    rows = visiting.rows_in_sight(small)
    measured = pairs(count, lambda: _moves(large, rows), lambda: _moves(small, rows))
    many, few = [pair[0] for pair in measured], [pair[1] for pair in measured]
    down, few_down = _ms([run.down for run in many]), _ms([run.down for run in few])
    page, few_page = _ms([run.page for run in many]), _ms([run.page for run in few])
    report.add(
        Figure(
            "Key to last byte, down, times that of few contacts", _parts(down, few_down), most=_TIMES_DOWN
        ),
        Figure("Key to last byte, page down, times that of few", _parts(page, few_page), most=_TIMES_PAGE),
    )
    data_table = tables.data_table(small)
    beside = pairs(count, lambda: _pages(large), lambda: _pages_of(data_table, small, rows))
    parts = _parts(
        _ms([ours for ours, _theirs in beside]), theirs := _ms([theirs for _ours, theirs in beside])
    )
    report.add(
        Figure(
            f"Key to last byte, page down, as a part of {data_table.name}", parts, most=_PART_OF_DATA_TABLE
        ),
        Figure(f"Key to last byte, page down in {data_table.name}", theirs, "ms"),
        Figure("Key to last byte, page down", page, "ms"),
        Figure("Key to last byte, down", down, "ms"),
        Figure("Key to last byte, scroll by one row", _ms([run.scroll for run in many]), "ms"),
    )


def measure_bytes(folder: Path, large: Path, small: Path, count: int, report: Report) -> None:
    """What keys send to the terminal: beside other programs that show as many rows of the same at once."""
    rows = visiting.rows_in_sight(small)
    runs = [_moves(large, rows) for _turn in range(count)]
    report.add(
        Figure(
            "Bytes of a scroll by one row", _sizes([run.scroll for run in runs]), "bytes", most=_SCROLL_BYTES
        ),
        Figure("Bytes of down", _sizes([run.down for run in runs]), "bytes"),
        Figure(f"Bytes of page down, {rows} rows", _sizes([run.page for run in runs]), "bytes"),
    )
    for program, goal in _rivals(folder, small, report):
        _compare_pages(program, goal, rows, large, small, count, report)


def _rivals(folder: Path, small: Path, report: Report) -> Iterator[tuple[Program, float]]:
    makers: tuple[tuple[Callable[[Path, Path], Program], float], ...] = (
        (tables.visidata, _PART_OF_VISIDATA),
        (tables.less, _PART_OF_LESS),
    )
    for make, goal in makers:
        try:
            yield make(folder, small), goal
        except Unable as reason:
            report.say(str(reason))


def _compare_pages(
    program: Program, goal: float, rows: int, large: Path, small: Path, count: int, report: Report
) -> None:
    measured = pairs(count, lambda: _pages(large), lambda: _pages_of(program, small, rows))
    ours, theirs = (_sizes([pair[side] for pair in measured]) for side in (0, 1))
    report.add(
        Figure(f"Bytes of page down, as a part of {program.name}", _parts(ours, theirs), most=goal),
        Figure(f"Bytes of page down in {program.name}", theirs, "bytes"),
    )


def _moves(database: Path, rows: int) -> _Moves:
    with visiting.opened(database) as visit:
        down = visit.answers(DOWN, _KEYS)
        for _row in range(rows):
            visit.terminal.answer(DOWN)
        # The cursor is on the lowest row now.
        return _Moves(down, visit.answers(DOWN, _KEYS), visit.answers(PAGE_DOWN, _PAGES))


def _pages(database: Path) -> list[Answer]:
    with visiting.opened(database) as visit:
        return visit.answers(PAGE_DOWN, _PAGES)


def _pages_of(program: Program, database: Path, rows: int) -> list[Answer]:
    with Terminal(program.command, None, lines=rows + program.other_lines) as terminal:
        terminal.wait_for(crowd.landmark(database).encode())
        terminal.settle(_SETTLED_SECONDS)
        found = []
        for _turn in range(_PAGES):
            found.append(terminal.answer(program.page_down, program.quiet))
            terminal.drain(_BETWEEN_KEYS)
        return found


def _ms(runs: Sequence[Sequence[Answer]]) -> list[float]:
    """By run the median of the times to the last byte."""
    return [1000 * statistics.median(answer.last for answer in run) for run in runs]


def _sizes(runs: Sequence[Sequence[Answer]]) -> list[float]:
    """By run the median of the bytes."""
    return [statistics.median(answer.size for answer in run) for run in runs]


def _parts(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return ratios(zip(ours, theirs, strict=True))
