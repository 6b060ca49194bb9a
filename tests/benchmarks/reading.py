"""Reading alone: our reader against the least that any must do, and against openpyxl's."""

from pathlib import Path

from tests.benchmarks import processes, product, rivals
from tests.benchmarks.figures import Figure, Report, Unable, pairs, ratios


def measure(folder: Path, rows: int, count: int, report: Report) -> None:
    """Each in a process of its own, by a clock inside that process."""
    book = product.make_file(folder / "people.xlsx", rows)
    times: list[float] = []

    def ours() -> float:
        times.append(_seconds("ours", book, rows + 1))
        return times[-1]

    least = pairs(count, ours, lambda: _seconds("expat", book, 0))
    report.add(Figure(f"{rows:,} rows read, as a part of unzip + expat", ratios(least), most=3.5))
    theirs = pairs(count, ours, lambda: _seconds("openpyxl", book, rows + 1))
    report.add(Figure(f"{rows:,} rows read, as a part of openpyxl read-only", ratios(theirs), most=0.4))
    report.add(Figure(f"{rows:,} rows read", times, "s"))


def _seconds(name: str, book: Path, rows: int) -> float:
    count, seconds = processes.run(rivals.script(name, book)).out.split()
    if int(count) != rows:
        raise Unable(f"{name} has read {count} rows instead of {rows}.")
    return float(seconds)
