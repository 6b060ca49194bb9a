"""The same contacts in other programs that show tables: VisiData, less, and Textual's own table."""

import csv
import importlib.util
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import crowd, processes
from tests.benchmarks.figures import Unable

ROWS = 1_000
_WIDTHS = (26, 16, 9, 9, 9, 13)
"""In cells, of the columns of the text: together as wide as our table where the details are beside it."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that shows a table."""

    name: str
    command: Sequence[str]
    page_down: bytes
    other_lines: int
    """Of the terminal, those that are not for contacts."""
    quiet: float
    """The seconds without output after which an answer is over: VisiData thinks after its first word."""


def visidata(folder: Path, database: Path) -> Program:
    """With a CSV of contacts, and without what a person has set; raises Unable where it is missing."""
    if importlib.util.find_spec("visidata") is None:
        raise Unable("VisiData is missing (pip install .[bench]): what is compared with it is left out.")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    file = folder / "contacts.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([crowd.HEADERS, *crowd.texts(database, ROWS)])
    # Without the message of the day, which would come over the network.
    words = processes.module("visidata", "--motd-url=", file)
    return Program("VisiData", ["env", f"HOME={home}", *words], b"\x1b[6~", other_lines=2, quiet=0.3)


def less(folder: Path, database: Path) -> Program:
    """With contacts as lines of text; raises Unable where it is missing."""
    if shutil.which("less") is None:
        raise Unable("less is missing: what is compared with it is left out.")
    file = folder / "contacts.txt"
    lines = [_line(row) for row in crowd.texts(database, ROWS)]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Program("less -S", ["less", "-S", str(file)], b" ", other_lines=1, quiet=0.1)


def data_table(database: Path) -> Program:
    """Textual's own."""
    command = processes.module("tests.benchmarks.plain_table", database, ROWS)
    return Program("Textual's DataTable", command, b"\x1b[6~", other_lines=1, quiet=0.06)


def _line(row: Sequence[str]) -> str:
    return " ".join(_fitted(cell, width) for cell, width in zip(row, _WIDTHS, strict=True)).rstrip()


def _fitted(text: str, width: int) -> str:
    while (cells := _cells(text)) > width:
        text = text[:-1]
    return text + " " * (width - cells)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
