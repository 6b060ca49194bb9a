"""What a program in a terminal writes after a key."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.figures import Unable


@dataclass(frozen=True, slots=True)
class Answer:
    """In pieces, each with its seconds since the key."""

    pieces: Sequence[tuple[float, bytes]]

    @property
    def last(self) -> float:
        """The seconds until its last byte; raises Unable where there is none."""
        if not self.pieces:
            raise Unable("The screen did not answer a key.")
        return self.pieces[-1][0]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(len(data) for _seconds, data in self.pieces)
