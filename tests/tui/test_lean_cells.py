"""Sending only what changed shows the same as sending everything, on terminals of several opinions."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from tests.tui.emulator import Emulator, Widths, as_counted, by_character
from tui.driver import styles
from tui.driver.cells import Cells
from tui.driver.graphemes import is_sure

Cell: TypeAlias = tuple[str, str]

_SURE = ("a", "b", "0", " ", "  ", "é", "Ж", "│", "日", "本", "한", "…")
_UNSURE = (
    "e\u0301",
    "日\u0301",
    "م",
    "ح",
    "मा",
    "स्ते",
    "😀",
    "👩\u200d👩\u200d👧",
    "❤\ufe0f",
    "❤",
    "🇨🇴",
    "\u200dz",
)
_STYLES = (
    "",
    "1",
    "3;4;31",
    "9;38;5;12",
    "7;44",
    "38;2;215;219;217;48;2;20;24;26",
    "1;38;2;215;219;217;48;2;20;24;26",
    "38;2;148;152;152;48;2;20;24;26",
    "53;35",
)
_HARMLESS = ("\x1b]0;title\x07", "\x1b]52;c;YQ==\x07", "\x1b[?1000h", "\x07", "\x1b[?2026$p", "\x1b[>1u")

_words = st.lists(st.sampled_from(_SURE * 3 + _UNSURE), min_size=1, max_size=14).map("".join)
_painted = st.lists(st.tuples(st.sampled_from(_STYLES), _words), min_size=1, max_size=4)
_places = st.floats(0, 1, exclude_max=True)


@dataclass
class Program:
    """Draws as Textual does: positions, styles, text, line ends; and remembers what it has drawn."""

    columns: int
    rows: int
    canvas: list[list[Cell]] = field(init=False)

    def __post_init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.canvas = [[(" ", "")] * self.columns for _ in range(self.rows)]

    def paint(self, row: int, column: int, painted: list[tuple[str, str]]) -> str:
        """Draw into one row, as far as there is room."""
        cells: list[Cell] = []
        for sgr, text in painted:
            for part, width in as_counted(text):
                if width and column + len(cells) + width <= self.columns:
                    cells += [(part, sgr), *[("", sgr)] * (width - 1)]
        line = self.canvas[row]
        end = column + len(cells)
        for x in self._halves(line, column, end):
            line[x] = (" ", line[x][1])
        line[column:end] = cells
        return self._sequences(row, column, cells)

    def _halves(self, line: list[Cell], start: int, end: int) -> Iterator[int]:
        left = start
        while left > 0 and not line[left][0]:
            left -= 1
        yield from range(left, start)
        while end < self.columns and not line[end][0]:
            yield end
            end += 1

    def scroll(self, top: int, bottom: int, by: int, painted: list[tuple[str, str]]) -> str:
        """Draw rows again where they have moved to, and something new into those that became free."""
        block = self.canvas[top : bottom + 1]
        by %= len(block)
        moved = block[by:] + block[:by]
        self.canvas[top : bottom + 1] = moved
        drawn = [self._sequences(row, 0, self.canvas[row]) for row in range(top, bottom + 1)]
        return "\n".join(drawn) + "\n" * (bottom + 1 < self.rows) + self.paint(bottom, 0, painted)

    def draw_all(self) -> str:
        """Everything, as after a change of size."""
        return "\n".join(self._sequences(row, 0, self.canvas[row]) for row in range(self.rows))

    def _sequences(self, row: int, column: int, cells: list[Cell]) -> str:
        runs: list[tuple[str, str]] = []
        for text, sgr in cells:
            if runs and runs[-1][1] == sgr:
                runs[-1] = (runs[-1][0] + text, sgr)
            else:
                runs.append((text, sgr))
        written = "".join(f"\x1b[{sgr}m{text}\x1b[0m" if sgr else text for text, sgr in runs)
        return f"\x1b[{row + 1};{column + 1}H{written}"

    @property
    def sure_cells(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of what stands in the same place on all terminals.

        That is not so right behind what they disagree about, but behind two blanks, a cut, and of lines.
        """
        for y, line in enumerate(self.canvas):
            is_loose, before = False, ""
            for x, (text, _sgr) in enumerate(line):
                if text.strip():
                    is_loose &= not before.endswith(("  ", "…")) and text not in "│█"
                    is_loose |= not is_sure(text)
                    if not is_loose:
                        yield y, x, text
                before += text


def _steps(data: st.DataObject, program: Program) -> Iterator[tuple[str, bool]]:
    """What the program writes, step by step, and whether its terminal has got another size before."""
    yield program.draw_all(), False
    for _ in range(data.draw(st.integers(1, 8))):
        kind = data.draw(
            st.sampled_from(("paint", "paint", "scroll", "scroll", "all", "size", "clear", "harmless"))
        )
        row, other = (int(data.draw(_places) * program.rows) for _ in range(2))
        column = int(data.draw(_places) * program.columns)
        cursor = f"\x1b[{other + 1};{column + 1}H"
        if kind == "paint":
            paints = [program.paint(row, column, data.draw(_painted))]
            paints.append(program.paint(other, 0, data.draw(_painted)))
            yield "".join(paints) + cursor, False
        elif kind == "scroll":
            top, bottom = min(row, other), max(row, other)
            yield (
                program.scroll(top, bottom, data.draw(st.integers(-2, 2)), data.draw(_painted)) + cursor,
                False,
            )
        elif kind == "all":
            yield "\x1b[?2026h" + program.draw_all() + cursor + "\x1b[?2026l", False
        elif kind == "size":
            program.columns, program.rows = data.draw(_sizes)
            program.clear()
            program.paint(0, 0, data.draw(_painted))
            yield program.draw_all() + cursor, True
        elif kind == "clear":
            program.clear()
            program.paint(row, 0, data.draw(_painted))
            yield "\x1b[0m\x1b[2J" + program.draw_all(), False
        else:
            yield data.draw(st.sampled_from(_HARMLESS)), False


_kinds = st.sampled_from(("paint", "paint", "scroll", "scroll", "all", "size", "clear", "harmless"))
_sizes = st.tuples(st.integers(4, 30), st.integers(2, 12))
_wrap = st.sampled_from(("\x1b[?7l", "\x1b[?7h"))


@given(st.data(), _sizes, _wrap)
@settings(deadline=None, max_examples=150)
def test_the_screen_is_as_if_all_had_been_sent(data: st.DataObject, size: tuple[int, int], wrap: str) -> None:
    """Where the terminal counts cells as the program does: characters, colours, attributes and cursor."""
    program, cells = Program(*size), Cells()
    plain, lean = Emulator(*size), Emulator(*size)
    plain.feed(wrap)
    lean.feed(cells.send(wrap, *size))
    for written, is_resized in _steps(data, program):
        if is_resized:
            plain.resize(program.rows, program.columns)
            lean.resize(program.rows, program.columns)
        plain.feed(written)
        lean.feed(cells.send(written, program.columns, program.rows))
        assert lean.shown == plain.shown


@pytest.mark.parametrize("widths", [as_counted, by_character(0), by_character(1), by_character(2)])
@given(data=st.data(), size=_sizes)
@settings(deadline=None, max_examples=60)
def test_columns_stay_straight_on_terminals_that_count_otherwise(
    data: st.DataObject, size: tuple[int, int], widths: Widths
) -> None:
    """And the screen is the same as if it had just been drawn, whatever stood there before."""
    program, cells = Program(*size), Cells()
    terminal = Emulator(*size, widths)
    terminal.feed(cells.send("\x1b[?7l", *size))
    for written, is_resized in _steps(data, program):
        if is_resized:
            terminal.resize(program.rows, program.columns)
        terminal.feed(cells.send(written, program.columns, program.rows))
    for y, x, text in program.sure_cells:
        assert terminal.buffer[y][x].data.startswith(text)
    fresh = Emulator(program.columns, program.rows, widths)
    fresh.feed("\x1b[?7l" + Cells().send(program.draw_all(), program.columns, program.rows))
    assert terminal.shown[0] == fresh.shown[0]


def test_letters_stay_whole_where_a_terminal_gives_room_to_their_marks() -> None:
    name = "दिया शर्मा Posujufi"
    program, cells = Program(60, 1), Cells()
    terminal = Emulator(60, 1, by_character(1))
    for words in ("x" * 60, f" {name}".ljust(30) + "2026-09-21  0"):
        program.clear()
        program.paint(0, 0, [("", words)])
        terminal.feed(cells.send(program.draw_all(), 60, 1))
    row = "".join(terminal.buffer[0][x].data for x in range(60))
    assert name in row
    assert [text for _y, _x, text in program.sure_cells] == list("2026-09-210")


@given(st.text(alphabet="\x1b[]?;:>0123456789hJK78\r\n\x07abP^\\日é\u0301\x9b", max_size=60), st.data())
@settings(deadline=None)
def test_what_is_not_understood_is_passed_on_as_it_is(written: str, data: st.DataObject) -> None:
    """However it is cut into pieces; and the next full drawing puts all right."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(written)), max_size=3)))
    cells, program = Cells(), Program(12, 4)
    pieces = [written[start:end] for start, end in pairwise([0, *cuts, len(written)])]
    sent = "".join(cells.send(piece, 12, 4) for piece in pieces)
    unfinished = written.removeprefix(sent)
    assert written == sent + unfinished
    assert unfinished == "" or unfinished.startswith("\x1b")
    assert cells.send("\x1b\\", 12, 4) == unfinished + "\x1b\\"
    program.paint(1, 2, [("31", "abc")])
    plain, lean = Emulator(12, 4), Emulator(12, 4)
    plain.feed(program.draw_all())
    lean.feed(cells.send(program.draw_all(), 12, 4))
    assert lean.shown == plain.shown


@pytest.mark.parametrize(
    "letter", ["\x1b[7mद\x1b[0mि या", "\x1b[7m日\x1b[0m\u0301x", "\x1b[7me\x1b[0m\u0301"]
)
def test_a_cursor_on_a_letter_does_not_take_its_mark_away(letter: str) -> None:
    cells, plain, lean = Cells(), Emulator(12, 4), Emulator(12, 4)
    written = f"{Program(12, 4).draw_all()}\x1b[2;3H{letter}"
    plain.feed(written)
    lean.feed(cells.send(written, 12, 4))
    assert lean.shown[0] == plain.shown[0]


def test_text_at_an_unknown_place_leaves_no_style_behind() -> None:
    cells, program = Cells(), Program(12, 4)
    plain, lean = Emulator(12, 4), Emulator(12, 4)
    for written in ("\x1b[?1049h\x1b[31mred", "\x1b[44m\x1b[2J", "\x1b[0m", program.draw_all()):
        plain.feed(written)
        lean.feed(cells.send(written, 12, 4))
        assert lean.shown == plain.shown


_attributes = st.sampled_from(
    ("1", "2", "3", "4", "5", "7", "9", "31", "97", "42", "105", "38;5;9", "48;2;1;2;3", "53")
)
_sgr = st.lists(_attributes, max_size=5).map(";".join)


def _look(sequence: str, look: dict[str, str]) -> dict[str, str]:
    """What a terminal makes of an SGR sequence: its look by what each code is about."""
    ends = {
        "22": "12",
        "23": "3",
        "24": "4",
        "25": "5",
        "27": "7",
        "29": "9",
        "39": "f",
        "49": "b",
        "55": "o",
    }
    codes = sequence.removeprefix("\x1b[").removesuffix("m").split(";") if sequence else []
    while codes:
        code = codes.pop(0)
        if code in ("38", "48"):
            rest, codes = (codes[:2], codes[2:]) if codes[0] == "5" else (codes[:4], codes[4:])
            look["f" if code == "38" else "b"] = ";".join(rest)
        elif code in ("", "0"):
            look = {}
        elif code in ends:
            look = {about: value for about, value in look.items() if about not in ends[code]}
        elif len(code) == 1:
            look[code] = code
        else:
            look["o" if code == "53" else "f" if code[0] in "39" else "b"] = code
    return look


@given(_sgr, _sgr)
def test_a_style_is_reached_from_any_other_by_no_more_than_needed(old: str, new: str) -> None:
    sequence = styles.change(old, new)
    assert _look(sequence, _look(old, {})) == _look(new, {})
    assert len(sequence) <= len(f"\x1b[0;{new}m")


def test_sure_characters_are_counted_alike_by_all() -> None:
    """By the library that draws, and by Unicode's own tables that terminals use."""
    for code in range(0x20, sys.maxunicode):
        char = chr(code)
        if not 0xD800 <= code < 0xE000 and not 0x7F <= code < 0xA0 and is_sure(char):
            assert wcwidth(char) == cell_len(char) == (2 if code >= 0x3000 else 1), f"U+{code:04X}"


def test_nothing_is_sent_where_nothing_changed() -> None:
    cells, program = Cells(), Program(20, 5)
    program.paint(2, 3, [("31", "hello")])
    written = "\x1b[?2026h" + program.draw_all() + "\x1b[1;1H\x1b[?2026l"
    assert cells.send(written, 20, 5)
    assert cells.send(written, 20, 5) == ""
