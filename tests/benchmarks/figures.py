"""Pairs, medians, and figures with their goals: what all benchmarks share."""

import argparse
import math
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

PAIRS = 3
"""The fewest pairs that show anything."""


class Unable(Exception):
    """The benchmark cannot be run, or what it ran went wrong; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as it was measured several times; without a goal where it depends on the machine alone."""

    name: str
    values: Sequence[float]
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def is_short(self) -> bool:
        """Whether it misses its goal."""
        too_much = self.most is not None and self.value > self.most
        return too_much or (self.least is not None and self.value < self.least)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        low, high = _number(min(self.values)), _number(max(self.values))
        line = f"{self.name}: {_number(self.value)}{unit} ({low}–{high})"
        if self.most is None and self.least is None:
            return line
        goal = f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"
        return f"{line} goal {goal}{unit} {'short' if self.is_short else 'ok'}"


@dataclass
class Report:
    """Prints figures as they come and remembers whether one was short."""

    is_short: bool = field(default=False, init=False)

    def add(self, *figures: Figure) -> None:
        """Print figures, one line each."""
        for figure in figures:
            print(figure, flush=True)
            self.is_short = self.is_short or figure.is_short

    def say(self, sentence: str) -> None:
        """Print what is no figure, away from them."""
        print(sentence, file=sys.stderr, flush=True)


def pairs(count: int, ours: Callable[[], A], theirs: Callable[[], B]) -> list[tuple[A, B]]:
    """Measure both in turns; every second pair begins with the other, so that neither always comes first."""
    found: list[tuple[A, B]] = []
    for index in range(count):
        if index % 2:
            second = theirs()
            found.append((ours(), second))
        else:
            found.append((ours(), theirs()))
    return found


def ratios(measured: Iterable[tuple[float, float]]) -> list[float]:
    """The first of each pair as a part of the second."""
    return [first / second for first, second in measured]


def p99(values: Sequence[float]) -> float:
    """The value that 99 of 100 do not exceed."""
    if not values:
        raise Unable("Nothing was measured: the runs were too short.")
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def add_pairs_argument(parser: argparse.ArgumentParser) -> None:
    """`--pairs`, for every benchmark."""
    parser.add_argument("--pairs", type=positive, default=PAIRS, help="runs of each side (at least 3 count)")


def positive(word: str) -> int:
    """A whole number from 1 on, for argparse."""
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _number(value: float) -> str:
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 100 else 0
    return f"{value:,.{decimals}f}"
