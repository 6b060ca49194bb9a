"""Rows to fix: just the rejected rows of an import's file, ready to be imported again once mended.

Every cell is read as it was the first time, but for those of phones: as text, Excel keeps all their digits.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from store import excel, imports, jobs
from store.imports import results
from store.imports.judging import NOT_PROCESSED, REJECTED
from store.language import _
from store.reading import columns, reader, workbook
from store.reading.sheet import CellError, CellValue

_DATE_FORMAT, _MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_TIME_FORMAT, _DURATION_FORMAT = "hh:mm:ss", "[h]:mm:ss"
_DATE = re.compile(r"\d{4}-[01]\d-[0-3]\d( [0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?)?", re.ASCII)
"""How dates are written that stand among the headers."""
_WHOLE_FORMAT = "0"
_SHOWN_WHOLE_BELOW = 10**11
"""Whole numbers from here on are shown like 5.73E+11 where nothing is said of their format."""
_EXPONENT_FROM = 1e21
"""Numbers from here on are nobody's phone, and are not written out."""
_FIRST_YEAR = 1900 + 5
"""Before it a date may lie outside of Excel's calendars, which begin in 1900 or 1904."""
_TITLE_LIMIT = 31
"""Characters of the name of a sheet."""


def run(job_id: int) -> None:
    """Write the rows that the job asks for; called in its process."""
    from openpyxl import Workbook

    parameters = jobs.get(job_id).parameters
    view = imports.get(parameters["import"])
    imports.check_kept(view)
    book = Workbook(write_only=True)
    # Bare numbers among dates count from the same day as in the file.
    book.epoch = reader.preview(imports.kept_copy(view.id), view.sheet).epoch
    _write(book, view, job_id)
    excel.save(book, Path(parameters["target"]))


def _write(book: Any, view: imports.ImportView, job_id: int) -> None:
    from openpyxl.utils import get_column_letter

    assignment = columns.Assignment.from_json(view.parameters["assignment"])
    phone, width = assignment.column_of(columns.PHONE), len(view.headers)
    sheet = book.create_sheet(_title(view.sheet))
    sheet.freeze_panes = "A2"
    if phone is not None:
        # What is typed below the last row is to keep its digits too.
        sheet.column_dimensions[get_column_letter(phone + 1)].number_format = excel.TEXT_FORMAT
    sheet.append([_header_cell(sheet, header) for header in view.headers])
    for cells in _rejected(view, job_id):
        row = [*cells[:width], *[None] * (width - len(cells))]
        sheet.append(
            [
                _phone_cell(sheet, value) if column == phone else _cell(sheet, value)
                for column, value in enumerate(row)
            ]
        )


def _rejected(view: imports.ImportView, job_id: int) -> Iterator[list[CellValue]]:
    for row in results.walk(view, job_id):
        if row.result == NOT_PROCESSED:
            return
        if row.result == REJECTED:
            yield row.cells


def _title(name: str) -> str:
    """The name of the file's sheet, so that one who asks for it by name finds it."""
    is_allowed = name.isprintable() and len(name) <= _TITLE_LIMIT and not set(name) & set("[]:*?/\\")
    return name if name and is_allowed else _("Rows to fix")


def _header_cell(sheet: Any, header: str) -> Any:
    if _DATE.fullmatch(header):
        # It was a date cell: as a text its digits would be taken for the phone of a first contact.
        return _cell(sheet, datetime.fromisoformat(header))
    return excel.text_cell(sheet, header, bold=True)


def _phone_cell(sheet: Any, value: CellValue) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXPONENT_FROM:
        value = int(value)
    return excel.text_cell(sheet, workbook.as_text(value))


def _cell(sheet: Any, value: CellValue) -> Any:
    """A cell that an import reads as it has read `value`."""
    match value:
        case None:
            return None
        case bool():
            return _typed(sheet, "b", value)
        case int() | float():
            is_long = abs(value) >= _SHOWN_WHOLE_BELOW and value == int(value)
            # As text: openpyxl cuts numbers to 16 digits.
            return _typed(sheet, "n", repr(value), _WHOLE_FORMAT if is_long else None)
        case date() if value.year >= _FIRST_YEAR and getattr(value, "tzinfo", None) is None:
            is_day = not isinstance(value, datetime) or value.time() == time()
            return _typed(sheet, "d", value, _DATE_FORMAT if is_day else _MOMENT_FORMAT)
        case time():
            return _typed(sheet, "d", value, _TIME_FORMAT)
        case timedelta():
            return _typed(sheet, "d", value, _DURATION_FORMAT)
        case CellError():
            return _error_cell(sheet, value)
        case _:
            return excel.text_cell(sheet, workbook.as_text(value))


def _error_cell(sheet: Any, error: CellError) -> Any:
    """The error itself: as a text it would be taken for a name, or for a value.

    A formula without a result becomes #N/A, "no value is available".
    """
    from openpyxl.cell.cell import ERROR_CODES

    if error.is_formula:
        return _typed(sheet, "e", "#N/A")
    return _typed(sheet, "e", error.code if error.code in ERROR_CODES else "#VALUE!")


def _typed(sheet: Any, kind: str, value: Any, number_format: str | None = None) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = kind
    if number_format is not None:
        cell.number_format = number_format
    return cell
