"""An Excel file with the right columns, to be filled in and imported."""

from pathlib import Path

from store import excel, imports, jobs, properties
from store.language import _
from store.values.property_type import PropertyType

_FORMULA_LIMIT = 255
"""Characters of a list of choices inside a workbook."""
_DATE_FORMAT = "yyyy-mm-dd"
_TEXT_ROWS = 1_048_576


def request(target: Path, *, overwrite: bool = False) -> int:
    """Begin to write the template to `target`; the id of the job that does it."""
    target = target.expanduser().absolute()
    imports.check_target(target, overwrite)
    return jobs.start("template", {"target": str(target)})


def run(job_id: int) -> None:
    """Write the template that the job asks for; called in its process."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _("Contacts")
    sheet.freeze_panes = "A2"
    kinds = [PropertyType.TEXT, PropertyType.TEXT, PropertyType.EMAIL]
    titles = [_("Phone number"), _("Name"), _("Email")]
    items = properties.list_all()
    for column, (title, kind) in enumerate(
        zip(titles + [i.name for i in items], kinds + [i.type for i in items], strict=True), 1
    ):
        # Text keeps every digit of a phone number; Excel makes 5.73E+11 of it otherwise.
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = max(16, len(title) + 4)
        if kind is PropertyType.DATE:
            dimension.number_format = _DATE_FORMAT
        elif kind is not PropertyType.NUMBER:
            dimension.number_format = excel.TEXT_FORMAT
        cell = sheet.cell(1, column, title)
        cell.data_type = "s"
        cell.number_format = excel.TEXT_FORMAT
        cell.font = Font(bold=True)
    for column, item in enumerate(items, len(titles) + 1):
        choices = '"' + ",".join(item.choices) + '"'
        writable = len(choices) <= _FORMULA_LIMIT and not any(set('",') & set(c) for c in item.choices)
        if item.type is PropertyType.LIST and writable:
            validation = DataValidation(type="list", formula1=choices, allow_blank=True)
            name = get_column_letter(column)
            validation.add(f"{name}2:{name}{_TEXT_ROWS}")
            sheet.add_data_validation(validation)
    excel.save(book, Path(jobs.get(job_id).parameters["target"]))
