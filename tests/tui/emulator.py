"""A terminal that can be looked into: pyte's, with what it leaves out or gets wrong put right."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import pyte
from pyte import modes
from rich.cells import split_graphemes
from wcwidth import wcwidth

from tui.driver.graphemes import is_sure

Widths: TypeAlias = Callable[[str], list[tuple[str, int]]]
"""A terminal's opinion of how a text falls into parts, and how many cells each of them takes."""

# pyte writes the end of these onto the screen.
_NOT_FOR_PYTE = re.compile(r"\x1b\[[<>=][\d;]*u")

_OTHER_SCREEN = 1049


def as_counted(text: str) -> list[tuple[str, int]]:
    """The opinion of the library that the screen is drawn with: wide emoji, joiners join."""
    return [(text[start:end], width) for start, end, width in split_graphemes(text)[0]]


def by_character(width: int) -> Widths:
    """The opinion of a terminal to which all that is not sure is so wide, character by character."""

    def widths(text: str) -> list[tuple[str, int]]:
        return [(char, wcwidth(char) if is_sure(char) else width) for char in text]

    return widths


class Emulator(pyte.Screen):
    """Knows text as a terminal with its own opinion of widths does; a half of what is wide becomes blank.

    pyte stops at joiners and variation selectors, leaves halves standing, takes rows that were never written
    for unmoved when lines are deleted or inserted, does not put the cursor home when margins are reset, and
    has no other screen.
    """

    def __init__(self, columns: int, lines: int, widths: Widths = as_counted) -> None:
        self._widths = widths
        super().__init__(columns, lines)
        self._stream = pyte.Stream(self)

    def feed(self, data: str) -> None:
        """Show what a program writes."""
        self._stream.feed(_NOT_FOR_PYTE.sub("", data))

    def draw(self, data: str) -> None:
        """Write text at the cursor."""
        for text, width in self._widths(data):
            if width:
                self._put(text, width)
            elif self.cursor.x:
                self._join(text)

    def _put(self, text: str, width: int) -> None:
        if self.cursor.x + width > self.columns:
            if modes.DECAWM in self.mode:
                self.carriage_return()
                self.linefeed()
            elif width == 1:
                self.cursor.x = self.columns - 1
            else:
                return
        line, x = self.buffer[self.cursor.y], self.cursor.x
        self._blank_halves(line, x, x + width)
        line[x] = self.cursor.attrs._replace(data=text)
        for rest in range(x + 1, x + width):
            line[rest] = self.cursor.attrs._replace(data="")
        self.cursor.x += width

    def _join(self, text: str) -> None:
        line, x = self.buffer[self.cursor.y], self.cursor.x - 1
        while x > 0 and not line[x].data:
            x -= 1
        line[x] = line[x]._replace(data=line[x].data + text)

    def _blank_halves(self, line: Any, start: int, end: int) -> None:
        left = start
        while left > 0 and not line[left].data:
            left -= 1
        right = end
        while right < self.columns and not line[right].data:
            right += 1
        for x in (*range(left, start), *range(end, right)):
            line[x] = line[x]._replace(data=" ")

    def delete_lines(self, count: int | None = None) -> None:
        """Move lines up to the cursor."""
        self._have_all_lines()
        super().delete_lines(count)

    def insert_lines(self, count: int | None = None) -> None:
        """Move lines down from the cursor."""
        self._have_all_lines()
        super().insert_lines(count)

    def _have_all_lines(self) -> None:
        for y in range(self.lines):
            self.buffer[y]

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """Set or reset what scrolls."""
        super().set_margins(top, bottom)
        self.cursor_position()

    def set_mode(self, *numbers: int, **kwargs: Any) -> None:
        """Turn modes on: the other screen comes up empty."""
        super().set_mode(*numbers, **kwargs)
        if _OTHER_SCREEN in numbers:
            self.erase_in_display(2)

    def reset_mode(self, *numbers: int, **kwargs: Any) -> None:
        """Turn modes off: of what was there before the other screen, nothing is kept."""
        super().reset_mode(*numbers, **kwargs)
        if _OTHER_SCREEN in numbers:
            self.erase_in_display(2)

    @property
    def text(self) -> str:
        """What can be read."""
        return "\n".join(self.display)

    @property
    def shown(self) -> tuple[list[list[Any]], tuple[int, int]]:
        """What can be seen: every cell, of blanks what tells them apart, and where the cursor is."""
        cells = [[self._seen(self.buffer[y][x]) for x in range(self.columns)] for y in range(self.lines)]
        return cells, (self.cursor.y, min(self.cursor.x, self.columns - 1))

    def _seen(self, char: Any) -> Any:
        if char.data == " " and not (char.underscore or char.strikethrough or char.reverse):
            return self.default_char._replace(bg=char.bg)
        return char
