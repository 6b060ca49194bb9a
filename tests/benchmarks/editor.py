"""A process that edits contacts as long as an import runs: `python -m tests.benchmarks.editor DATABASE`.

It prints a line when it is at work; at the end, as JSON, the seconds of the edits it made meanwhile.
"""

import json
import random
import sys
import time

from store import contacts, database, imports, listing
from store.imports import State

_PAUSE_SECONDS = 0.02
_PATIENCE_SECONDS = 60
"""Until an import is seen."""


def main(path: str) -> None:
    """Edit random contacts, by the clock."""
    database.open_database(path, create=False)
    people = list(listing.ids(listing.Listing(listing.Order.NAME, False)))
    before = imports.list_all()[0].id
    chance = random.Random(1)
    seconds: list[float] = []
    failures = 0
    print("ready", flush=True)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        taken = _edit(chance.choice(people), f"Changed {chance.randrange(10**6)}")
        latest = imports.list_all()[0]
        if latest.id == before and time.monotonic() > deadline:
            break
        if latest.id != before and not latest.is_running:
            break
        # What comes before the import has begun to write would make its figures look better.
        if latest.id != before and latest.state is State.IN_PROGRESS:
            seconds.append(abs(taken))
            failures += taken < 0
        time.sleep(_PAUSE_SECONDS)
    print(json.dumps({"seconds": seconds, "failures": failures}))


def _edit(contact_id: int, name: str) -> float:
    """The seconds that it took; negative if it failed."""
    begun = time.perf_counter()
    try:
        contacts.edit(contact_id, name=name)
    except Exception as error:
        if database.explain(error) is None:
            raise
        return begun - time.perf_counter()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(sys.argv[1])
