"""The Contact Import Report: what became of every row of a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from store import database, excel, imports, jobs, properties, settings
from store.imports import results, wording
from store.language import _
from store.models import Import
from store.reading import columns, workbook
from store.values import countries, times

YELLOW, RED = "FFF2CC", "F8CBAD"
"""Fills of cells that are empty, and of cells whose value was not saved."""


def run(job_id: int) -> None:
    """Write the report that the job asks for; called in its process."""
    from openpyxl import Workbook

    parameters = jobs.get(job_id).parameters
    view = imports.get(parameters["import"])
    target = Path(parameters["target"])
    book = Workbook(write_only=True)
    _write_results(book, view, job_id)
    _write_summary(book, view)
    excel.save(book, target)
    with database.writing():
        Import.update(report=str(target)).where(Import.job == view.id).execute()


def _write_results(book: Any, view: imports.ImportView, job_id: int) -> None:
    from openpyxl.styles import PatternFill

    fills = {colour: PatternFill("solid", fgColor=colour) for colour in (YELLOW, RED)}
    sheet = book.create_sheet(_("Results"))
    sheet.freeze_panes = "B2"
    titles = [_("Row"), *view.headers, _("Result"), _("Detail")]
    sheet.append([excel.text_cell(sheet, title, bold=True) for title in titles])
    width = len(view.headers)
    for row in results.walk(view, job_id):
        colours = _colours(row.detail)
        said = wording.say(view.headers, row.result, row.detail)
        texts = [workbook.as_text(value) for value in row.cells[:width]]
        texts += [""] * (width - len(texts))
        cells = [
            excel.text_cell(sheet, text, fills.get(colours.get(column, "")))
            for column, text in enumerate(texts)
        ]
        sheet.append([row.number, *cells, *(excel.text_cell(sheet, text) for text in said)])


def _colours(detail: dict[str, Any]) -> dict[int, str]:
    """Fills by column."""
    unsaved: list[tuple[int, str]] = detail.get("unsaved", [])
    return dict.fromkeys(detail.get("missing", []), YELLOW) | {column: RED for column, _reason in unsaved}


def _write_summary(book: Any, view: imports.ImportView) -> None:
    sheet = book.create_sheet(_("Summary"))
    sheet.column_dimensions["A"].width = 32
    sheet.column_dimensions["B"].width = 70
    for label, value in _summary(view):
        shown = value if isinstance(value, int) else excel.text_cell(sheet, value)
        sheet.append([excel.text_cell(sheet, label, bold=True), shown])


def _summary(view: imports.ImportView) -> Iterator[tuple[str, str | int]]:
    zone = settings.load().time_zone
    yield _("File"), view.file
    yield _("Sheet"), view.sheet
    yield _("Start"), times.shown(view.started, zone)
    yield _("End"), times.shown(view.finished, zone)
    yield _("By"), view.person
    yield _("State"), imports.state_label(view)
    if view.undo is not None and view.state is imports.State.UNDONE:
        yield _("Put into the bin by the undo"), view.undo.binned
        yield _("Stayed, changed or in touch since"), view.undo.kept
    if view.message:
        yield _("Reason"), view.message
    for header, target in _assigned(view):
        yield _("Column “{header}”").format(header=header), target
    yield _("Phones without + or 00"), phone_reading(view)
    if view.scattered:
        yield _("Mind"), scatter_warning(len(view.phones))
    if view.rows is not None:
        yield _("Rows"), view.rows
    yield _("Created"), view.created
    yield _("Created, with a property's value missing"), view.incomplete
    yield _("Created, with a value that was not saved"), view.unsaved
    yield _("Duplicates"), view.duplicates
    yield _("Rejected"), view.rejected
    if view.not_processed is not None:
        yield _("Not processed"), view.not_processed


def _assigned(view: imports.ImportView) -> Iterator[tuple[str, str]]:
    names = {columns.PHONE: _("Phone number"), columns.NAME: _("Name"), columns.EMAIL: _("Email")}
    names |= {str(item.id): item.name for item in properties.list_all()}
    assignment = columns.Assignment.from_json(view.parameters["assignment"])
    for column, header in enumerate(view.headers):
        target = assignment.target_of(column)
        yield header or columns.letter(column), names.get(target or "", _("left out"))


def phone_reading(view: imports.ImportView) -> str:
    """How an import's phones without + or 00 were read, and as which countries."""
    country = view.parameters["country"]
    if country:
        reading = _("they belong to {country}").format(country=countries.name(country))
    else:
        reading = _("the country code is included")
    if not view.phones:
        return reading
    ordered = sorted(view.phones.items(), key=lambda pair: -pair[1])
    read_as = ", ".join(f"{countries.name(code)} {count:,}" for code, count in ordered[:12])
    return _("{reading}; read as {countries}").format(reading=reading, countries=read_as)


def scatter_warning(count: int) -> str:
    """What to say when numbers were read as of so many countries without anybody's word."""
    return _(
        "Numbers without + or 00 were read as of {count} countries. If they lack their country code, "
        "delete these contacts and import again with the country given."
    ).format(count=count)
