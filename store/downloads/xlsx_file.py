"""The table as an Excel file: texts stay texts, phones too, and an import takes it back without loss."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from store import excel
from store.downloads import Plan
from store.downloads.columns import Kind
from store.downloads.csv_file import Output
from store.downloads.moments import Clock
from store.downloads.table import Table
from store.errors import FileUnusable
from store.language import _
from store.values.property_type import BOOLEANS, FALSE, TRUE

ROWS_LIMIT = 1_048_576
"""Rows of a sheet, by the format."""
_EXACT_DIGITS = 15
"""Digits that Excel keeps of a number."""
_TITLES = {"en": "Contacts", "es": "Contactos", "pt": "Contatos"}
_WIDTHS = (28, 18, 30, 26, 26, 26)
"""Of the first columns, in characters."""


def write(table: Table, plan: Plan, clock: Clock, file: Output, after_batch: Callable[[], None]) -> None:
    """Write the whole table, batch by batch; raises FileUnusable if it is longer than a sheet."""
    from openpyxl import Workbook

    if table.count() >= ROWS_LIMIT:
        raise FileUnusable(
            _("These are more contacts than an Excel file can hold ({limit:,}); download a CSV.").format(
                limit=ROWS_LIMIT - 1
            )
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_TITLES[plan.language])
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([excel.text_cell(sheet, column.title, bold=True) for column in table.columns])
    makers = [_maker(column.kind, sheet, BOOLEANS[plan.language], clock) for column in table.columns]
    for batch in table.batches():
        for row in zip(*batch, strict=True):
            sheet.append([make(value) for make, value in zip(makers, row, strict=True)])
        after_batch()
    book.save(file)


def _maker(kind: Kind, sheet: Any, booleans: tuple[str, str], clock: Clock) -> Callable[[Any], Any]:
    """What makes a cell of a stored value of a column."""

    def text(value: str | None) -> Any:
        return excel.text_cell(sheet, value) if value else None

    match kind:
        case Kind.TEXT | Kind.PHONE:
            return text
        case Kind.MOMENT:
            return lambda moment: text(clock.write(moment))
        case Kind.COUNT:
            return int
        case Kind.NUMBER:
            return lambda value: text(value) if value is None else _number(value) or text(value)
        case Kind.BOOLEAN:
            words = {TRUE: booleans[0], FALSE: booleans[1], None: None}
            return lambda value: text(words[value])


def _number(stored: str) -> Decimal | None:
    """A canonical decimal as a number, if Excel keeps all its digits."""
    digits = stored.lstrip("-").replace(".", "").strip("0")
    return Decimal(stored) if len(digits) <= _EXACT_DIGITS else None
