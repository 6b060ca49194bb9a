"""The program at work in a terminal, with its list of contacts shown and nothing left to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import crowd, product
from tests.benchmarks.answers import Answer
from tests.benchmarks.display import Display
from tests.benchmarks.terminal import Terminal

DOWN, PAGE_DOWN, END, ESCAPE = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\x1b"
_SETTLED_SECONDS = 1.5
"""Without any output: the whole order is known, and so is how many there are."""
_BETWEEN_KEYS = 0.2
"""The details beside the list have followed the cursor."""


class Visit:
    """What is typed to it, and how it answers."""

    def __init__(self, terminal: Terminal, begun_with: bytes) -> None:
        self.terminal = terminal
        self.begun_with = begun_with
        """All that it wrote until it had nothing left to do."""

    def answers(self, key: bytes, times: int) -> list[Answer]:
        """What comes of a key, time after time, what follows when it rests left out."""
        found = []
        for _turn in range(times):
            found.append(self.terminal.answer(key))
            self.terminal.drain(_BETWEEN_KEYS)
        return found


@contextmanager
def opened(database: Path) -> Iterator[Visit]:
    """The program on a database."""
    with Terminal(product.command(), database) as terminal:
        begun_with = terminal.wait_for(crowd.landmark(database).encode())
        begun_with += terminal.settle(_SETTLED_SECONDS)
        yield Visit(terminal, begun_with)


def rows_in_sight(database: Path) -> int:
    """How many contacts the program shows at once."""
    with opened(database) as visit:
        display = Display()
        display.feed(visit.begun_with)
    place = display.place()
    return place.bottom - place.top
