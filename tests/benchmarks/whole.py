"""Whole imports, from the start of a process to its end, against what people would use otherwise."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import processes, product, rivals
from tests.benchmarks.figures import Figure, Report, pairs, ratios


def measure(folder: Path, rows: int, count: int, report: Report) -> None:
    """Each rival in turns with ours, into a new database every time."""
    empty = product.make_database(folder / "empty.db")
    book = product.make_file(folder / "people.xlsx", rows)
    table = product.make_file(folder / "people.csv", rows, kind="csv")
    times: list[float] = []

    def ours() -> float:
        times.append(product.import_file(book, rows, empty).seconds)
        return times[-1]

    for name, goal, command in (
        ("sqlite-utils insert --pk phone --ignore", 0.45, partial(rivals.sqlite_utils, table)),
        ("openpyxl + phonenumbers + insert_many", 0.3, partial(rivals.script, "peewee", book)),
        ("pandas.read_excel + to_sql", 0.5, partial(rivals.script, "pandas", book)),
    ):
        measured = pairs(count, ours, partial(_theirs, folder, command))
        report.add(
            Figure(f"{rows:,} rows imported, as a part of {name}", ratios(measured), most=goal),
            Figure(f"{name} alone", [theirs for _ours, theirs in measured], "s"),
        )
    report.add(Figure(f"{rows:,} rows imported", times, "s"))
    report.add(Figure(f"{rows:,} rows imported, speed", [rows / seconds for seconds in times], "rows/s"))


def _theirs(folder: Path, command: Callable[[Path], list[str]]) -> float:
    with TemporaryDirectory(dir=folder) as place:
        return processes.run(command(Path(place) / "contacts.db")).seconds
