"""`python -m tests.benchmarks import`: what an import costs, and what it costs others."""

import argparse
import os
import platform
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import large, neighbours, reading, rivals, screen, whole
from tests.benchmarks.figures import PAIRS, Report, add_pairs_argument, positive

_PARTS = {
    "whole": whole.measure,
    "reading": reading.measure,
    "neighbours": neighbours.measure,
    "screen": screen.measure,
}
_LARGE = "large"
_TIMES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--rows", type=positive, default=100_000, help="rows of the file (100,000)")
    parser.add_argument("--large", type=positive, help="rows of the long file (ten times as many)")
    parser.add_argument(
        "--only", action="append", choices=[*_PARTS, _LARGE], help="one part, instead of all; can be repeated"
    )
    add_pairs_argument(parser)


def run(options: argparse.Namespace, report: Report) -> None:
    """Measure the parts that are asked for, each in a folder that goes away with it."""
    parts = options.only or [*_PARTS, _LARGE]
    report.say(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    if "whole" in parts:
        report.say(rivals.versions())
    if options.pairs < PAIRS:
        report.say(f"Fewer than {PAIRS} pairs show nothing yet.")
    for name, measure in _PARTS.items():
        if name in parts:
            with TemporaryDirectory() as folder:
                measure(Path(folder), options.rows, options.pairs, report)
    if _LARGE in parts:
        many = options.large or _TIMES * options.rows
        with TemporaryDirectory() as folder:
            large.measure(Path(folder), options.rows, many, options.pairs, report)
