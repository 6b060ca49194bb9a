"""What a terminal shows after what was written to it, by pyte; to be looked at afterwards, off the clock."""

import importlib
import re
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figures import Unable
from tests.benchmarks.terminal import COLUMNS, LINES

_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][\d;]*u|\x1b\[\?\d+\$p")
"""It would write the ends of these onto the screen."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the screen, from its left border on."""

    top: int
    bottom: int
    right: int
    """The latter two are the first that are outside."""


class Display:
    """The lines of a terminal; raises Unable where pyte is missing."""

    def __init__(self) -> None:
        try:
            pyte: Any = importlib.import_module("pyte")
        except ImportError:
            raise Unable("To look at screens, install pyte: pip install .[bench]") from None
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Show what a program has written: whole sequences, from its start on."""
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))

    def place(self) -> Place:
        """Where contacts stand: the lines with a time, which all have at the start."""
        found = [(line, _TIME.search(text)) for line, text in enumerate(self._screen.display)]
        rows = [(line, match.end()) for line, match in found if match]
        if not rows:
            raise Unable("The screen shows no contacts.")
        return Place(rows[0][0], rows[-1][0] + 1, rows[0][1])

    def texts(self, place: Place) -> list[str]:
        """What stands there, line by line."""
        return [text[: place.right] for text in self._screen.display[place.top : place.bottom]]
