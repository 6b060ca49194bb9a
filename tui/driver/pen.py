"""What is sent to the terminal, piece by piece, by one who knows where its cursor and its style are."""

from functools import lru_cache

from tui.driver.styles import change


class Pen:
    """Collects sequences; rows and columns count from 0."""

    def __init__(self, cursor: tuple[int, int] | None, columns: int) -> None:
        self._row: int | None = cursor[0] if cursor else None
        self._column: int | None = cursor[1] if cursor else None
        self._columns = columns
        self._sgr = ""
        self._out: list[str] = []

    @property
    def sgr(self) -> str:
        """The style of the next text."""
        return self._sgr

    def move(self, row: int, column: int) -> None:
        """Go to a cell by the shortest way."""
        if row != self._row or column != self._column:
            self._out.append(self._way(row, column))
            self._row, self._column = row, column

    def write(self, text: str, width: int, sgr: str) -> None:
        """Write text of so many cells, which every terminal counts alike."""
        if sgr != self._sgr:
            self.style(sgr)
        self._out.append(text)
        if self._column is not None:
            self._column += width
            if self._column >= self._columns:
                # Some terminals stay in the last column now, others are behind it.
                self._column = None

    def write_unsure(self, text: str, column: int, width: int, sgr: str) -> None:
        """Write text at the present column that a terminal may count differently, over as many blanks."""
        self.style(sgr)
        self._out.append(f"{' ' * width}\x1b[{column + 1}G{text.rstrip(' ')}")
        self._column = None

    def style(self, sgr: str) -> None:
        """Write in another style."""
        self._out.append(change(self._sgr, sgr))
        self._sgr = sgr

    def raw(self, sequence: str) -> None:
        """Send what may move the cursor, but leaves the style alone."""
        self._out.append(sequence)
        self._row = self._column = None

    def end(self) -> str:
        """All that was collected; the style is the terminal's own again."""
        self.style("")
        return "".join(self._out)

    def _way(self, row: int, column: int) -> str:
        if row == self._row:
            return _along(self._column, column)
        absolute = f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H"
        if self._row is None:
            return absolute
        if row == self._row + 1 and column == 0:
            return "\r\n"
        if column == self._column:
            return min(absolute, _by(row - self._row, "B", "A"), key=len)
        return absolute


@lru_cache(4096)
def _along(start: int | None, column: int) -> str:
    """From a column to another in the same row; the places of columns are the same in most rows."""
    if column == 0:
        return "\r"
    absolute = f"\x1b[{column + 1}G"
    if start is None:
        return absolute
    return min(absolute, _by(column - start, "C", "D"), key=len)


def _by(distance: int, forward: str, back: str) -> str:
    count = abs(distance)
    return f"\x1b[{count if count > 1 else ''}{forward if distance > 0 else back}"
