"""`python -m tests.benchmarks scale`: a million contacts, measured as a person meets them."""

import argparse
import os
import platform
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from tests.benchmarks import crowd, paging, resting, scrolling, searching, starting
from tests.benchmarks.display import Display
from tests.benchmarks.figures import PAIRS, Report, add_pairs_argument, positive

_FEW = 1_000
"""Contacts of the small database that the large one is compared with."""
_PARTS: dict[str, Callable[[Path, Path, Path, int, Report], None]] = {
    "start": starting.measure,
    "pages": paging.measure,
    "search": searching.measure,
    "keys": scrolling.measure_keys,
    "bytes": scrolling.measure_bytes,
    "idle": resting.measure_idle,
    "memory": resting.measure_memory,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--contacts", type=positive, default=1_000_000, help="in the database (1,000,000)")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where its databases are kept (your cache folder)"
    )
    parser.add_argument("--only", action="append", choices=_PARTS, help="one part; can be repeated")
    add_pairs_argument(parser)


def run(options: argparse.Namespace, report: Report) -> None:
    """Measure the parts that are asked for, all with the same two databases."""
    report.say(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    if options.pairs < PAIRS:
        report.say(f"Fewer than {PAIRS} pairs show nothing yet.")
    # Told now, not after minutes.
    Display()
    kept: Path = options.folder or user_cache_path("contacts-benchmarks", appauthor=False)
    kept.mkdir(parents=True, exist_ok=True)
    large, small = (crowd.made(kept.absolute(), contacts) for contacts in (options.contacts, _FEW))
    report.say(f"{options.contacts:,} contacts: {large}")
    for name in options.only or _PARTS:
        with TemporaryDirectory() as folder:
            _PARTS[name](Path(folder), large, small, options.pairs, report)
