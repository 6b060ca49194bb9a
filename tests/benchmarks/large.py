"""A file ten times as long: does the import keep its speed, and does its memory stay where it was?"""

from pathlib import Path

from tests.benchmarks import processes, product
from tests.benchmarks.figures import Figure, Report, pairs
from tests.benchmarks.product import Imported

_SPEED = 0.6
_MEGABYTES = 600
_READER_GROWTH = 1.3
"""Room for pools and caches that fill once; a reader that holds its rows would grow tenfold."""


def measure(folder: Path, rows: int, many: int, count: int, report: Report) -> None:
    """The long file in turns with the short one; then once more with strings that do not grow with rows."""
    empty = product.make_database(folder / "empty.db")
    if not processes.can_watch_memory():
        report.say("Only Linux tells how much memory processes take: those figures are left out.")
    measured = _in_turns(folder, rows, many, count, empty, kind="workbook")
    kept = [(many / long.seconds) / (rows / short.seconds) for long, short in measured]
    report.add(
        Figure(f"Speed at {many:,} rows, as a part of that at {rows:,}", kept, least=_SPEED),
        Figure(f"{many:,} rows imported", [long.seconds for long, _short in measured], "s"),
        Figure(f"{many:,} rows imported, speed", [many / long.seconds for long, _ in measured], "rows/s"),
    )
    if not processes.can_watch_memory():
        return
    together = [long.memory.together for long, _short in measured]
    report.add(
        Figure(f"Memory of all processes at {many:,} rows", together, "MB", most=_MEGABYTES),
        Figure(f"Memory of the reader at {many:,} rows", [long.memory.reader for long, _ in measured], "MB"),
    )
    plain = _in_turns(folder, rows, many, count, empty, kind="repeated")
    growth = [long.memory.reader / short.memory.reader for long, short in plain]
    report.add(
        Figure("The same with few shared strings", [long.memory.reader for long, _ in plain], "MB"),
        Figure(f"As a part of the reader's at {rows:,} rows", growth, most=_READER_GROWTH),
    )


def _in_turns(
    folder: Path, rows: int, many: int, count: int, empty: Path, *, kind: str
) -> list[tuple[Imported, Imported]]:
    watch = processes.can_watch_memory()
    long = product.make_file(folder / f"{kind}-long.xlsx", many, kind=kind)
    short = product.make_file(folder / f"{kind}-short.xlsx", rows, kind=kind)
    return pairs(
        count,
        lambda: product.import_file(long, many, empty, watch_memory=watch),
        lambda: product.import_file(short, rows, empty, watch_memory=watch),
    )
