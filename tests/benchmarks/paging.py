"""Pages of the list without a screen: `python -m tests.benchmarks.paging DATABASE` fetches some and prints,
as JSON, the seconds of each page and of each order.
"""

import json
import random
import sys
import time
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.figures import Figure, Report, p99, pairs

_PAGE_MS = 16
_TIMES_FEW = 10
_PAGES = 100
"""Of each order and direction."""


def measure(_folder: Path, large: Path, small: Path, count: int, report: Report) -> None:
    """Pages at random places of every order, both ways, of many contacts and of few in turns."""
    measured = pairs(count, lambda: _looked_at(large), lambda: _looked_at(small))
    pages = [(1000 * p99(many["pages"]), 1000 * p99(few["pages"])) for many, few in measured]
    report.add(
        Figure("A page at any place of any order, p99", [many for many, _few in pages], "ms", most=_PAGE_MS),
        Figure(
            "A page at any place, p99, times that of few contacts",
            [many / few for many, few in pages],
            most=_TIMES_FEW,
        ),
        Figure("A page at any place of few contacts, p99", [few for _many, few in pages], "ms"),
        Figure("A whole order, the slowest", [1000 * max(many["orders"]) for many, _few in measured], "ms"),
    )


def _looked_at(database: Path) -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(
        processes.run(processes.module("tests.benchmarks.paging", database)).out
    )
    return found


def main(path: str) -> None:
    """Fetch pages as the table does."""
    from store import database, listing
    from store.listing import Listing, Order
    from tui.widgets.row_pages import PAGE

    database.open_database(path, create=False)
    chance = random.Random(1)
    seconds: dict[str, list[float]] = {"orders": [], "pages": []}
    for order in Order:
        for descending in (False, True):
            begun = time.perf_counter()
            ids = listing.ids(Listing(order, descending))
            seconds["orders"].append(time.perf_counter() - begun)
            for _turn in range(_PAGES):
                start = chance.randrange(len(ids)) // PAGE * PAGE
                begun = time.perf_counter()
                listing.rows(ids[start : start + PAGE])
                seconds["pages"].append(time.perf_counter() - begun)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(sys.argv[1])
