"""The rows of a checked file, with what would become of each."""

from array import array
from collections.abc import Callable, Sequence

from store.imports.check import Row
from store.language import _
from tui.widgets.laid import LaidColumn
from tui.widgets.virtual_table import VirtualTable

_ROW_WIDTH, _PHONE_WIDTH, _NAME_WIDTH = 9, 18, 22
_WIDE = 110


class CheckTable(VirtualTable[Row]):
    """A list of checked rows of any length."""

    def __init__(self, fetch: Callable[[Sequence[int]], dict[int, Row]]) -> None:
        super().__init__(fetch, header_lines=1)

    def show(self, numbers: "array[int]") -> None:
        """Show the rows with these numbers, from the first on."""
        self.show_ids(numbers, 0, 0)

    def cell(self, row: Row, key: str) -> str:
        match key:
            case "row":
                return f"{row.number:,}"
            case "phone":
                return row.phone
            case "name":
                return row.name
            case _:
                return f"{row.result} {row.detail}" if row.detail else row.result

    def on_resize(self) -> None:
        """The result takes what is left over."""
        width = self.outer_size.width - 1
        if width <= 0:
            return
        name = _NAME_WIDTH if width >= _WIDE else _NAME_WIDTH // 2
        rest = max(width - _ROW_WIDTH - _PHONE_WIDTH - name, 10)
        self.lay(
            [
                LaidColumn("row", (_("Row"),), _ROW_WIDTH, right=True),
                LaidColumn("phone", (_("Phone number"),), _PHONE_WIDTH),
                LaidColumn("name", (_("Name"),), name),
                LaidColumn("result", (_("Result"),), rest),
            ]
        )
