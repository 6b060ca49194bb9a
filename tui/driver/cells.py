"""What the terminal shows, cell by cell: of all that the program draws, only what differs is to be sent.

Textual draws with cursor positions (CUP), styles (SGR), text and line ends. All else is passed on as it is,
in its place; unless it is known to leave cells, cursor and style alone, everything known is forgotten.

A row with text of which terminals disagree how wide it is (emoji, marks, joiners, most scripts beside the
Latin, Greek, Cyrillic and East Asian) is written as a whole or not at all, with a new position after every
such text and the blanks behind it. So its other columns stay straight, and what it shows depends on nothing
that stood there before.
"""

import re

from tui.driver import rows as rows_
from tui.driver import scrolling
from tui.driver.graphemes import painted
from tui.driver.pen import Pen
from tui.driver.rows import Row
from tui.driver.scrolling import Shift
from tui.driver.styles import change

_TOKENS = re.compile(
    r"""
      (?P<position>\x1b\[(?P<row>\d*)(?:;(?P<column>\d*))?H)
      (?P<text>(?:\x1b\[[\d;:]*m|[^\x00-\x1f\x7f-\x9f]+)*)
    | (?P<paint>(?:\x1b\[[\d;:]*m|[^\x00-\x1f\x7f-\x9f]+)+)
    # Whether the terminal's driver adds a return to a line feed is open: it only counts before a position.
    | (?P<line_end>\r\n?|\n(?=\x1b\[\d*(?:;\d*)?H))
    | (?P<update_begins>\x1b\[\?2026h)
    | (?P<update_ends>\x1b\[\?2026l)
    # The bell; titles, the clipboard, the pointer's shape; modes of cursor, mouse, keys and paste; questions.
    | (?P<harmless>\x07
        | \x1b\](?:0|1|2|22|52);[^\x07\x1b]*(?:\x07|\x1b\\)
        | \x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|2004|2048)[hl]
        | \x1b\[\?\d+\$p
        | \x1b\[[<>=][\d;]*u
      )
    # Cut off at the end: the rest comes with what is written next.
    | (?P<unfinished>\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z)
    | (?P<other>\x1b\[[0-?]*[ -/]*[@-~]
        | \x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)
        | \x1b[ -/]*[0-~]
        | [\x00-\x1f\x7f-\x9f]
      )
    """,
    re.VERBOSE,
)
_UPDATE_BEGINS, _UPDATE_ENDS = "\x1b[?2026h", "\x1b[?2026l"


class Cells:
    """The cells of a terminal as far as they are known; it has to be told all that the program writes."""

    def __init__(self) -> None:
        self._columns = self._rows = 0
        self._shown: dict[int, Row] = {}
        self._wanted: dict[int, Row] = {}
        self._cursor: tuple[int, int] | None = None
        """Row and column, from 0, where the program writes next."""
        self._real_cursor: tuple[int, int] | None = None
        """Where the terminal's cursor is, between two answers."""
        self._sgr = ""
        """The program's style; the terminal's is its own between two answers."""
        self._held = False
        """An update has begun, and nothing in it had to be sent yet."""
        self._unfinished = ""
        self._times_forgotten = 0

    def forget(self) -> None:
        """Nothing is known of what the terminal shows: all that is drawn from now on is sent.

        A signal's handler may call it while `send` is at work.
        """
        self._times_forgotten += 1
        self._lose()

    def send(self, data: str, columns: int, rows: int) -> str:
        """What to send to a terminal of this size in the place of `data`."""
        if (columns, rows) != (self._columns, self._rows):
            self._columns, self._rows = columns, rows
            self.forget()
        times_forgotten = self._times_forgotten
        data, self._unfinished = self._unfinished + data, ""
        out: list[str] = []
        for token in _TOKENS.finditer(data):
            self._take(token, out)
        self._flush(out)
        if times_forgotten != self._times_forgotten:
            self._lose()
        return "".join(out)

    def _lose(self) -> None:
        self._shown = {}
        self._cursor = self._real_cursor = None

    def _take(self, token: re.Match[str], out: list[str]) -> None:
        match token.lastgroup:
            case "text":
                self._cursor = self._within(int(token["row"] or 1) - 1, int(token["column"] or 1) - 1)
                if token["text"]:
                    self._paint(token["text"], out)
            case "paint":
                self._paint(token[0], out)
            case "line_end":
                self._end_line(token[0], out)
            case "update_begins":
                self._flush(out)
                self._held = True
            case "update_ends":
                self._end_update(out)
            case "harmless":
                self._flush(out)
                self._append(token[0], out)
            case "unfinished":
                self._unfinished = token[0]
            case _:
                self._pass(token[0], out)

    def _paint(self, data: str, out: list[str]) -> None:
        cells, sgr = painted(self._sgr, data)
        if self._cursor is None:
            self._pass(data, out, sgr)
        elif cells:
            row, column = self._cursor
            if row not in self._wanted:
                self._wanted[row] = Row(self._shown.get(row) or [None] * self._columns)
            end = min(column + len(cells), self._columns)
            rows_.lay(self._wanted[row], column, cells[: end - column])
            self._cursor = row, end
        self._sgr = sgr

    def _end_line(self, end: str, out: list[str]) -> None:
        if self._cursor is None or (end != "\r" and self._cursor[0] + 1 >= self._rows):
            self._pass(end, out)
            return
        self._cursor = self._cursor[0] + (end != "\r"), 0

    def _end_update(self, out: list[str]) -> None:
        self._flush(out)
        if not self._held:
            out.append(_UPDATE_ENDS)
        self._held = False

    def _pass(self, sequence: str, out: list[str], sgr: str = "") -> None:
        """Pass on, in the program's style, what may do anything to what is shown; it leaves `sgr` behind."""
        self._flush(out)
        self._append(f"{change('', self._sgr)}{sequence}{change(self._sgr or sgr, '')}", out)
        self._lose()

    def _append(self, data: str, out: list[str]) -> None:
        if self._held and data:
            out.append(_UPDATE_BEGINS)
            self._held = False
        out.append(data)

    def _flush(self, out: list[str]) -> None:
        """Bring the terminal to what is wanted."""
        wanted, self._wanted = self._wanted, {}
        shown = self._shown
        changed = {row: cells for row, cells in wanted.items() if shown.get(row) != cells}
        data = self._drawn(changed)
        if shift := scrolling.find(shown, changed):
            data = min(self._drawn(changed, shift), data, key=len)
        shown.update(changed)
        if self._cursor is not None:
            self._real_cursor = self._within(*self._cursor)
        self._append(data, out)

    def _drawn(self, changed: dict[int, Row], shift: Shift | None = None) -> str:
        """What makes the terminal show the changed rows, after rows were moved or not."""
        pen = Pen(self._real_cursor, self._columns)
        shown = self._shown
        if shift:
            pen.raw(shift.sequence())
            changed = {row: shown[row] for row in shift.block} | changed
            shown = shown | shift.moved(shown, self._columns)
        for row in sorted(changed):
            rows_.write(pen, row, shown.get(row), changed[row])
        if self._cursor is not None:
            pen.move(*self._within(*self._cursor))
        return pen.end()

    def _within(self, row: int, column: int) -> tuple[int, int]:
        return max(0, min(row, self._rows - 1)), max(0, min(column, self._columns - 1))
