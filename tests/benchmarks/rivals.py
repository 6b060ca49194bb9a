"""The programs that imports are compared with: their commands and versions."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.figures import Unable

PROGRAMS = ("sqlite-utils", "pandas", "openpyxl", "phonenumbers", "peewee")
"""The packages compared with, or made use of by the scripts."""


def versions() -> str:
    """The versions of all programs; raises Unable where one is missing."""
    missing, found = [], []
    for name in PROGRAMS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise Unable(f"To compare with {' and '.join(missing)}, install them: pip install .[bench]")
    return ", ".join(found)


def sqlite_utils(file: Path, database: Path) -> list[str]:
    """The command of sqlite-utils that inserts a CSV file."""
    words = ("insert", database, "contacts", file, "--csv", "--pk", "phone", "--ignore")
    return processes.module("sqlite_utils", *words)


def script(name: str, file: Path, *database: Path) -> list[str]:
    """The command of one of `scripts`."""
    return processes.module("tests.benchmarks.scripts", name, file, *database)
