"""What a table of any length is made of when it stands on the screen."""

from dataclasses import dataclass
from typing import NamedTuple

from rich.style import Style


@dataclass(frozen=True, slots=True)
class LaidColumn:
    """A column as it stands on the screen."""

    key: str
    lines: tuple[str, ...]
    """Its header."""
    width: int
    """In cells, the gap before it included."""
    right: bool = False


class Spot(NamedTuple):
    """Where the mouse points to."""

    row: int
    """-1 for the header."""
    column: int


class Frame(NamedTuple):
    """What all lines of a paint share."""

    style: Style
    styles: dict[int, Style]
    """Of the rows under the cursor and the mouse."""
    header_height: int
    top: int
    left: int
