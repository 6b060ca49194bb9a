"""Searches by generated terms: `python -m tests.benchmarks.searching DATABASE SEED TERMS` makes some, and
prints, as JSON, of each the seconds to the first rows and to the whole order, and how many were found.
"""

import json
import random
import sqlite3
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import processes, terms, visiting
from tests.benchmarks.answers import Answer
from tests.benchmarks.display import Display, Place
from tests.benchmarks.figures import Figure, Report, p99, pairs
from tests.benchmarks.visiting import ESCAPE

_FIRST_MS = 100
_TERMS = 200
_FIRST = 200
"""Rows that the screen asks for before the whole order."""
_RARE = 3
"""Of terms that more than one contact in so many has the list is walked along; that is no search."""
_SAMPLE = 5_000
"""Contacts whose keys terms are taken from."""
_TYPED = ("valentina", "gonçalves m", "57310", "佐藤", "example.org", "xylophone")
_UNHURRIED = 0.3
"""Seconds without output after which the answer to a letter is over."""


class _Search(NamedTuple):
    """How one went."""

    first: float
    whole: float
    """Seconds, both."""
    found: int


def measure(_folder: Path, large: Path, small: Path, count: int, report: Report) -> None:
    """Without a screen, other terms in each run; then typed into the screen, letter by letter."""
    runs = [_searched(large, seed) for seed in range(count)]
    report.add(
        Figure(
            f"Search, {_TERMS} terms, first rows, p99",
            [1000 * p99([search.first for search in run]) for run in runs],
            "ms",
            most=_FIRST_MS,
        ),
        Figure(
            "Search, first rows, median",
            [1000 * statistics.median(search.first for search in run) for run in runs],
            "ms",
        ),
        Figure("Search, all rows, p99", [1000 * p99([search.whole for search in run]) for run in runs], "ms"),
        Figure("Search, contacts found", [search.found for run in runs for search in run]),
    )
    typed = pairs(count, lambda: _typed(large), lambda: _typed(small))
    report.add(
        Figure(
            "Letter to first changed rows", [1000 * statistics.median(many) for many, _few in typed], "ms"
        ),
        Figure("Letter to first changed rows, p99", [1000 * p99(many) for many, _few in typed], "ms"),
        Figure(
            "Letter to first changed rows, of few contacts",
            [1000 * statistics.median(few) for _many, few in typed],
            "ms",
        ),
    )


def _searched(database: Path, seed: int) -> list[_Search]:
    command = processes.module("tests.benchmarks.searching", database, seed, _TERMS)
    return [_Search(*values) for values in json.loads(processes.run(command).out)]


def _typed(database: Path) -> list[float]:
    """The seconds from each letter to the first change of the rows, of those letters that change any."""
    display = Display()
    found = []
    with visiting.opened(database) as visit:
        display.feed(visit.begun_with)
        place = display.place()
        for term in _TYPED:
            _first_change(display, place, visit.terminal.answer(b"/", _UNHURRIED))
            for letter in term:
                answer = visit.terminal.answer(letter.encode(), _UNHURRIED)
                found.append(_first_change(display, place, answer))
            _first_change(display, place, visit.terminal.answer(ESCAPE, _UNHURRIED))
    return [seconds for seconds in found if seconds is not None]


def _first_change(display: Display, place: Place, answer: Answer) -> float | None:
    """The seconds until what stands in a place was changed by an answer, which is shown in the display."""
    before = display.texts(place)
    found = None
    for seconds, data in answer.pieces:
        display.feed(data)
        if found is None and display.texts(place) != before:
            found = seconds
    return found


# The process without a screen


def main(path: str, seed: int, count: int) -> None:
    """Search in random orders, both ways, for terms that at most a third of all contacts have."""
    from store import database, listing
    from store.listing import Listing, Order

    database.open_database(path, create=False)
    chance = random.Random(seed)
    most = listing.count() // _RARE
    searches: list[_Search] = []
    for term in terms.endless(chance, _keys(path, chance)):
        wanted = Listing(chance.choice(list(Order)), chance.random() < 0.5, term)
        begun = time.perf_counter()
        listing.first_ids(wanted, _FIRST)
        between = time.perf_counter()
        found = len(listing.ids(wanted))
        if found <= most:
            searches.append(_Search(between - begun, time.perf_counter() - between, found))
        if len(searches) == count:
            break
    print(json.dumps(searches))


def _keys(path: str, chance: random.Random) -> list[str]:
    """What some contacts are found by."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        [last] = connection.execute("SELECT max(id) FROM contact").fetchone()
        ids = [chance.randint(1, last) for _turn in range(_SAMPLE)]
        query = "SELECT search_key FROM contact WHERE id IN (SELECT value FROM json_each(?))"
        return [key for (key,) in connection.execute(query, [json.dumps(ids)])]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
