"""Contacts in Textual's own table: `python -m tests.benchmarks.plain_table DATABASE CONTACTS`."""

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.benchmarks import crowd


class PlainTable(App[None]):
    """Rows of text, until q is pressed."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [("q", "quit", "Quit")]

    def __init__(self, rows: list[tuple[str, ...]]) -> None:
        super().__init__()
        self.animation_level = "none"
        self._rows = rows

    def compose(self) -> ComposeResult:
        table: DataTable[str] = DataTable(cursor_type="row")
        table.add_columns(*crowd.HEADERS)
        table.add_rows(self._rows)
        yield table


def main(database: Path, contacts: int) -> None:
    """Show the first contacts of a database."""
    PlainTable(crowd.texts(database, contacts)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
