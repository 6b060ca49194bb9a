"""Rows to fix: the rejected rows as a file that imports again once they are mended."""

import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from store import database, imports, jobs, properties, settings
from store.errors import FileUnusable
from store.imports import ImportView, State
from store.models import Job
from store.reading import reader
from store.values.property_type import DateOrder, DecimalSign, PropertyType
from tests.support import (
    HEAD,
    broken_file,
    finish,
    import_file,
    imported,
    people,
    plan,
    report_rows,
    undo,
    workbook,
)

pytestmark = pytest.mark.usefixtures("db")

KINDS = {
    "Text": PropertyType.TEXT,
    "Number": PropertyType.NUMBER,
    "Known": PropertyType.BOOLEAN,
    "Born": PropertyType.DATE,
    "Second mail": PropertyType.EMAIL,
    "Tier": PropertyType.LIST,
}
HEADERS = ["Tier", "Name", "Born", "Phone", "Text", "Number", "Known", "Second mail", "Email", "Left out"]


def rows_to_fix(view: ImportView, path: Path) -> Path:
    """Write the rows to fix of an import."""
    job = jobs.wait(imports.request_rows_to_fix(view.id, path), 60)
    assert job.state is State.FINISHED, job
    return path


def values(path: Path) -> list[list[Any]]:
    """All cells of a file."""
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]


def define_properties() -> None:
    """A property of every type."""
    for name, kind in KINDS.items():
        properties.create(name, kind, choices=["Gold", "=1+1"] if kind is PropertyType.LIST else [])


def good_rows(order: DateOrder, sign: DecimalSign) -> list[list[Any]]:
    """Rows with every kind of cell for every type of property, written as the settings say."""
    written = "05/02/1990" if order == "dmy" else "02/05/1990"
    return [
        ["Gold", "Ana", datetime(1990, 2, 5), "+573001234561", "plain", 12, True, "a@b.co", "ana@b.co", "x"],
        ["=1+1", "Eva", written, 573001234562, "=1+1", 1234.5, False, "b@b.co", None, 7],
        ["Gold", "Ian", 32909, 573001234563.0, 1020304050607, f"1234{sign}5", "yes", "c@b.co", None, None],
        [None, "Joe", "1990-02-05", "00573001234564", datetime(2020, 1, 2, 3, 4, 5), "-7", 1, None, "", "y"],
        ["Gold", "Kim", date(1990, 2, 5), "+57 300 1234565", time(12, 30), 0.25, "no", "d@b.co", None, None],
        ["Gold", 1234, None, "+573001234566", timedelta(hours=30), -3, None, "e@b.co", "k@b.co", None],
        ["Gold", "Lea", None, "+573001234567", "a\nb _x0041_ ☃", 10**11, True, "f@b.co", "l@b.co", "z"],
    ]


FAULTS: dict[tuple[int, int], Any] = {
    (0, 3): None,
    (1, 3): "5.73E+11",
    (2, 3): 57300,
    (3, 1): None,
    (4, 3): datetime(2020, 1, 1),
    (5, 5): "many",
    (6, 1): "#N/A",
}
"""By row and column, what stands in the file instead; the last two are no number and no name."""


def as_file(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook with these rows; what begins with = is text."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Clientes"
    for row in [HEADERS, *rows]:
        sheet.append(row)
    book.save(path)
    return as_text(path)


def as_text(path: Path) -> Path:
    """The file with its formulas made texts."""
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"
    book.save(path)
    return path


def without_results(path: Path) -> Path:
    """The file with its formulas' results taken out, as programs write it that do not calculate."""
    target = path.with_name("uncalculated.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as written:
        for part in source.namelist():
            written.writestr(part, re.sub(rb"</f><v ?/>|</f><v></v>", b"</f>", source.read(part)))
    return target


def everybody() -> dict[str, Any]:
    """All that is kept of contacts, by name."""
    return {name: (p.phone, p.email, dict(p.properties)) for name, p in people().items()}


@pytest.mark.parametrize("order", ["dmy", "mdy"])
@pytest.mark.parametrize("sign", [".", ","])
def test_rejected_rows_are_mended_and_come_in_with_the_right_values(
    tmp_path: Path, order: DateOrder, sign: DecimalSign
) -> None:
    good = good_rows(order, sign)
    bad = [row.copy() for row in good]
    for (row, column), fault in FAULTS.items():
        bad[row][column] = fault
    words = ("Left out=",)

    settings.save(settings.Settings(date_order=order, decimal_sign=sign))
    define_properties()
    view = import_file(as_file(tmp_path / "good.xlsx", good), *words)
    assert (view.created, view.unsaved) == (7, 0)
    expected = everybody()

    database.open_database(tmp_path / "second.db")
    settings.save(settings.Settings(date_order=order, decimal_sign=sign))
    define_properties()
    fine = ["Gold", "Zoe", "2000-01-01", "+573001234560", "t", 1, True, "z@b.co", "z@b.co", None]
    view = import_file(as_file(tmp_path / "bad.xlsx", [*bad[:3], fine, *bad[3:]]), *words, whole_only=True)
    assert (view.created, view.rejected) == (1, 7)

    path = rows_to_fix(view, tmp_path / "fix.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert (sheet.title, sheet.max_row) == ("Clientes", 8)
    assert [cell.value for cell in sheet[1]] == HEADERS
    for row, column in FAULTS:
        cell = sheet.cell(row + 2, column + 1)
        cell.value = str(good[row][3]).removesuffix(".0") if column == 3 else good[row][column]
    book.save(path)
    again = import_file(path, *words)
    assert (again.created, again.duplicates, again.rejected, again.unsaved) == (7, 0, 0, 0)
    zoe = everybody().pop("Zoe")
    assert zoe[0] == "+573001234560"
    assert {name: kept for name, kept in everybody().items() if name != "Zoe"} == expected


def test_cells_keep_their_kind_and_phones_become_text(tmp_path: Path) -> None:
    rows = [
        [*HEAD, "A", "B", "C", "D", "E"],
        [5730012345678901, "Long", 0.1, True, datetime(2020, 9, 17), datetime(2020, 9, 17, 13, 5), "x"],
        [None, "=1+1", 10**12, False, time(12, 30), timedelta(hours=30), "+1"],
    ]
    file = without_results(workbook(tmp_path / "a.xlsx", rows))
    path = rows_to_fix(import_file(file), tmp_path / "fix.xlsx")
    assert values(path)[1:] == [
        ["5730012345678901", "Long", 0.1, True, datetime(2020, 9, 17), datetime(2020, 9, 17, 13, 5), "x"],
        # Of the formula nothing is known, since its result was not stored: "not available".
        [None, "#N/A", 10**12, False, time(12, 30), timedelta(hours=30), "+1"],
    ]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet["A2"].data_type, sheet["A2"].number_format, sheet["A3"].number_format] == ["s", "@", "@"]
    assert sheet["B3"].data_type == "e"
    assert sheet["C3"].number_format == "0"
    assert [sheet["E2"].number_format, sheet["F2"].number_format] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]
    assert sheet["G3"].data_type == "s"


def test_a_file_without_headers_gets_the_names_that_the_import_used(tmp_path: Path) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    rows = [[573001234567, "Ana", "Acme"], [12, "Eva", "Beta"], ["x", "Ian", None]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows), "Column C=Client")
    assert view.rejected == 2
    path = rows_to_fix(view, tmp_path / "fix.xlsx")
    assert values(path) == [
        ["Column A", "Column B", "Column C"],
        ["12", "Eva", "Beta"],
        ["x", "Ian", None],
    ]
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A2"] = "573001234568"
    book.save(path)
    assert import_file(path, "Column C=Client").created == 1
    assert people()["Eva"].properties == {client.id: "Beta"}


def test_headers_stay_headers_whatever_they_are(tmp_path: Path) -> None:
    head = [*HEAD, datetime(2020, 9, 17), 2021, "=1+1", None, "Name"]
    rows = [[], head, ["12", "Ana", 1, 2, 3, 4, "x"], ["+573001234567", "Eva", 1, 2, 3, 4, "y"]]
    file = as_text(workbook(tmp_path / "a.xlsx", rows))
    view = import_file(file)
    path = rows_to_fix(view, tmp_path / "fix.xlsx")
    again = reader.preview(path)
    assert (again.header_row, again.headers) == (1, view.headers)
    assert view.headers == ("Phone", "Name", "2020-09-17", "2021", "=1+1", "", "Name")
    assert again.rows == (("12", "Ana", "1", "2", "3", "4", "x"),)


def test_bare_serial_numbers_keep_their_calendar(tmp_path: Path) -> None:
    born = properties.create("Born", PropertyType.DATE)
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    rows: list[list[Any]] = [["12", "Ana", 32909], ["12", "Eva", datetime(1990, 2, 5)]]
    for row in [[*HEAD, "Born"], *rows]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    path = rows_to_fix(import_file(tmp_path / "a.xlsx"), tmp_path / "fix.xlsx")
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A2"], book.worksheets[0]["A3"] = "+573001234567", "+573001234568"
    book.save(path)
    assert import_file(path).created == 2
    assert people()["Ana"].properties == {born.id: "1994-02-06"}
    assert people()["Eva"].properties == {born.id: "1990-02-05"}


def test_no_rejected_rows_means_a_sentence_and_no_file(tmp_path: Path) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    with pytest.raises(FileUnusable, match="No row of this import was rejected"):
        imports.request_rows_to_fix(view.id, tmp_path / "fix.xlsx")
    assert not (tmp_path / "fix.xlsx").exists()
    assert len(list(Job.select())) == 1


@pytest.mark.parametrize("state", ["finished", "stopped", "in_progress", "failed"])
def test_rows_to_fix_are_there_however_the_import_ended(tmp_path: Path, state: str) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["12", "Ana"], ["+573001234567", "Eva"]]))
    with database.writing():
        # In progress without a process: it was interrupted.
        Job.update(state=state).execute()
    assert values(rows_to_fix(view, tmp_path / "fix.xlsx")) == [HEAD, ["12", "Ana"]]
    undo(view.id)
    assert values(rows_to_fix(view, tmp_path / "again.xlsx")) == [HEAD, ["12", "Ana"]]


def test_rows_to_fix_of_a_file_that_breaks_off(tmp_path: Path) -> None:
    view = finish(imports.start(plan(broken_file(tmp_path / "broken.xlsx", 9_000, ["12", "Ana"]))))
    assert view.state is State.FAILED
    assert values(rows_to_fix(view, tmp_path / "fix.xlsx")) == [HEAD, ["12", "Ana"]]
    undo(view.id)
    assert values(rows_to_fix(view, tmp_path / "again.xlsx")) == [HEAD, ["12", "Ana"]]
    assert len(report_rows(view.id, tmp_path / "report.xlsx")) > 6_000


def test_a_target_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["12", "Ana"]]))
    path = rows_to_fix(view, tmp_path / "fix.xlsx")
    with pytest.raises(FileUnusable, match="exists already"):
        imports.request_rows_to_fix(view.id, path)
    job = jobs.wait(imports.request_rows_to_fix(view.id, path, overwrite=True), 60)
    assert job.state is State.FINISHED


def test_an_import_whose_file_was_lost_says_so(tmp_path: Path) -> None:
    import_id = imported(2)
    with database.writing():
        database.db.execute_sql('UPDATE "import" SET rejected = 1, created_rows = 1')
    with pytest.raises(FileUnusable, match=r"kept copy of 2\.xlsx is gone"):
        imports.request_rows_to_fix(import_id, tmp_path / "fix.xlsx")
