"""Imports: every row is accounted for, nothing that exists is changed."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from store import contacts, imports, properties
from store.errors import FileUnusable, Invalid
from store.imports import phones
from store.reading import columns, reader
from store.values.property_type import PropertyType
from tests.support import (
    HEAD,
    NAUGHTY,
    finish,
    import_file,
    large_file,
    people,
    plan,
    report_rows,
    three_samples,
    workbook,
)

pytestmark = pytest.mark.usefixtures("db")


# What comes in


def test_the_samples_come_in_and_their_counts_add_up(tmp_path: Path) -> None:
    properties.create("Status", PropertyType.TEXT)
    properties.create("Sheep", PropertyType.NUMBER)
    properties.create("Created On", PropertyType.DATE)
    files = three_samples(tmp_path)
    seen = {name: import_file(path) for name, path in files.items()}
    assert {name: (v.rows, v.created, v.rejected) for name, v in seen.items()} == {
        "simple": (3, 3, 0),
        "team": (2, 2, 0),
        "extra": (3, 2, 1),
    }
    by_name = {item.name: item.id for item in properties.list_all()}
    john = people()["John Doe"]
    assert john.phone == "+250788123123"
    assert john.properties == {
        by_name["Status"]: "Archived",
        by_name["Sheep"]: "0",
        by_name["Created On"]: "2020-09-17",
    }
    assert people()["Eric Newcomer"].phone == "+250788382382"


def test_columns_can_stand_in_any_order_and_be_left_out(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [["Correo electrónico", "Nombre", "x", "Número de celular"], ["a@b.co", "Ana", "y", "+573001234567"]],
    )
    assert import_file(path).created == 1
    ana = people()["Ana"]
    assert (ana.phone, ana.email, ana.properties) == ("+573001234567", "a@b.co", {})
    assert ana.origin == "import"


@pytest.mark.parametrize(
    "headers",
    [
        ["Telefone", "Nome completo"],
        ["WhatsApp", "Contato"],
        ["MOVIL", "nombre y apellidos"],
        ["Phone number", "Full Name"],
        ["foo", "bar"],
    ],
)
def test_headers_in_three_languages_are_understood(headers: list[str]) -> None:
    assert columns.propose(headers, []).targets == ((0, "phone"), (1, "name"))


def test_a_file_without_headers_loses_no_row(tmp_path: Path) -> None:
    rows = [["+573001234567", "Ana"], ["+573001234568", "Eva"]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert (view.rows, view.created) == (2, 2)


def test_blank_rows_are_not_rows_and_row_numbers_are_excels(tmp_path: Path) -> None:
    rows = [
        [None],
        HEAD,
        ["+573001234567", "Ana"],
        [None, " "],
        ["", "Eva"],
        *([None, None] for _ in range(9)),
    ]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert (view.rows, view.created, view.rejected) == (2, 1, 1)
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert [row[0] for row in results[1:]] == [3, 5]


def test_a_second_sheet_is_read_when_it_is_named_and_hidden_ones_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second, third = book.worksheets[0], book.create_sheet("Más"), book.create_sheet("Otra")
    first.sheet_state = "hidden"
    for sheet, number, name in (
        (first, "1", "no"),
        (second, "+573001234567", "Ana"),
        (third, "+573001234568", "Eva"),
    ):
        sheet.append(HEAD)
        sheet.append([number, name])
    path = tmp_path / "a.xlsx"
    book.active = 1
    book.save(path)
    assert reader.preview(path).sheets == ("Más", "Otra")
    assert import_file(path).sheet == "Más"
    finish(imports.start(plan(path, sheet="Otra")))
    assert set(people()) == {"Ana", "Eva"}
    with pytest.raises(FileUnusable, match="Más, Otra"):
        reader.preview(path, "Nada")


@pytest.mark.parametrize("name", [name for name in NAUGHTY if "\x1b" not in name and "\x07" not in name])
def test_names_come_in_exactly(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEAD)
    sheet.append(["+573001234567", None])
    sheet["B2"].value = name
    sheet["B2"].data_type = "s"
    book.save(path)
    assert import_file(path).created == 1
    # A carriage return cannot be written in XML: it comes back as a line feed.
    assert list(people()) == [name.replace("\r", "\n").strip()]


# Duplicates


def test_a_number_that_exists_is_never_changed_and_the_import_goes_on(tmp_path: Path) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    before = contacts.create("+573001234567", "Ana", address="a@b.co", values={client.id: "Acme"})
    rows = [
        [*HEAD, "Email", "Client"],
        ["+573001234567", "Eva", "e@b.co", "X"],
        ["+573001234568", "Zoe", "", "Y"],
    ]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert (view.created, view.duplicates) == (1, 1)
    assert contacts.get(before.id) == before
    assert report_rows(view.id, tmp_path / "r.xlsx")[1][5] == "Duplicate (already exists)"


def test_the_first_of_two_rows_wins_and_the_later_one_names_it(tmp_path: Path) -> None:
    rows = [HEAD, ["+573001234567", "Ana"], ["+573001234568", "Eva"], ["57 300 1234567", "Ana again"]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert (view.created, view.duplicates) == (2, 1)
    assert report_rows(view.id, tmp_path / "r.xlsx")[3][3] == "Duplicate in file (row 2)"


def test_a_row_that_repeats_one_of_an_earlier_batch_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = large_file(tmp_path / "a.xlsx", 4_100)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.append([sheet["A2"].value, "again"])
    book.save(path)
    view = import_file(path)
    assert (view.created, view.duplicates) == (4_100, 1)
    assert report_rows(view.id, tmp_path / "r.xlsx")[-1][-2] == "Duplicate in file (row 2)"


def test_a_variant_of_a_number_that_exists_is_a_duplicate_that_names_it(tmp_path: Path) -> None:
    contacts.create("+5511961234567", "Bia")
    rows = [HEAD, ["+551161234567", "x"], ["+5215512345678", "Max"], ["+525512345678", "Max again"]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert (view.created, view.duplicates) == (1, 2)
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert results[1][4] == "already exists as +5511961234567"
    assert results[3][3] == "Duplicate in file (row 3)"


# Rejected rows and values that do not fit


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "The phone number is missing."),
        (True, "is not a phone number"),
        (5.5, "no whole number"),
        (-573001234567, "no whole number"),
        (1e18, "too long"),
        ("5.73E+11", "format the column as text"),
        (datetime(2020, 1, 1), "is not a phone number"),
        ("#N/A", "the error #N/A"),
        ("call me", "letters"),
    ],
)
def test_phone_cells_that_cannot_be_used_are_rejected_with_the_reason(
    tmp_path: Path, value: Any, reason: str
) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, [value, "Ana"]]))
    assert (view.created, view.rejected) == (0, 1)
    result = report_rows(view.id, tmp_path / "r.xlsx")[1][3]
    assert result.startswith("Rejected: ")
    assert reason in result


def test_a_phone_stored_as_a_number_keeps_all_its_digits(tmp_path: Path) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, [573001234567, "Ana"], [573001234568.0, "Eva"]]))
    assert view.created == 2
    assert {person.phone for person in people().values()} == {"+573001234567", "+573001234568"}


def test_missing_and_unfitting_values_are_told_and_coloured_in_the_report(
    tmp_path: Path,
) -> None:
    properties.create("Born", PropertyType.DATE)
    properties.create("Tier", PropertyType.LIST, choices=["Gold"])
    rows = [
        [*HEAD, "Email", "Born", "Tier"],
        ["+573001234567", "Ana", "nobody", None, "gold"],
        ["+573001234568", "Eva", None, datetime(1990, 2, 1), "Gold"],
        ["+573001234569", "Zoe", None, 32905, "Gold"],
    ]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert view.created == 3
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert results[1][6] == "Created, missing: Born; not saved: Email, Tier"
    assert "“gold” is not one of: Gold." in results[1][7]
    assert results[2][6:] == ["Created", None]
    assert results[3][6] == "Created"
    assert "32905 was read as the date 1990-02-01" in results[3][7]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Results"]
    assert sheet["E2"].fill.fgColor.rgb == "00FFF2CC"
    assert sheet["F2"].fill.fgColor.rgb == sheet["D2"].fill.fgColor.rgb == "00F8CBAD"
    assert sheet["B2"].fill.fill_type is None


def test_the_report_has_the_files_own_columns_and_runs_nothing(tmp_path: Path) -> None:
    rows = [["Phone", "Name", "=1+1"], ["+573001234567", "@cmd", "-2"], ["+573001234568", "_x0041_", "#N/A"]]
    path = workbook(tmp_path / "a.xlsx", [HEAD])
    book = openpyxl.Workbook()
    for y, row in enumerate(rows, 1):
        for x, value in enumerate(row, 1):
            cell = book.worksheets[0].cell(y, x, value)
            cell.data_type = "s"
    book.save(path)
    view = import_file(path)
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert results[0] == ["Row", "Phone", "Name", "=1+1", "Result", "Detail"]
    assert results[1][1:4] == ["+573001234567", "@cmd", "-2"]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Results"]
    for cells in sheet.iter_rows(min_col=2):
        assert all(cell.data_type in ("s", "n", "inlineStr") and cell.number_format == "@" for cell in cells)
    assert view.report is None
    assert imports.get(view.id).report == str(tmp_path / "r.xlsx")


def test_the_summary_says_how_it_was_read_and_adds_up(tmp_path: Path) -> None:
    rows = [HEAD, [573001234567, "Ana"], ["bad", "x"], ["+573001234567", "again"]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    report_rows(view.id, tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Summary"]
    said: dict[Any, Any] = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert said["File"] == "a.xlsx"
    assert said["Column “Phone”"] == "Phone number"
    assert said["Phones without + or 00"] == "the country code is included; read as Colombia 1"
    assert (
        said["Rows"] == said["Created"] + said["Duplicates"] + said["Rejected"] + said["Not processed"] == 3
    )


# How phones are read (B6)


def test_bare_numbers_belong_to_the_country_that_was_chosen(tmp_path: Path) -> None:
    rows = [HEAD, [3001234567, "Ana"], ["300 123 4568", "Eva"], ["+250788123123", "Keza"]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows), country="CO")
    assert view.created == 3
    assert {p.phone for p in people().values()} == {"+573001234567", "+573001234568", "+250788123123"}
    assert view.phones == {"CO": 2}


def test_without_a_choice_scattered_countries_are_warned_of(tmp_path: Path) -> None:
    rows = [HEAD, [573001234567, "Ana"], [250788123123, "Keza"]]
    assert import_file(workbook(tmp_path / "a.xlsx", rows), settled=False).scattered
    rows = [HEAD, [573001234568, "Eva"], [250788123124, "Uwase"]]
    assert not import_file(workbook(tmp_path / "b.xlsx", rows), settled=True).scattered


def test_the_reading_under_which_more_are_valid_is_proposed() -> None:
    national = ["3001234567", "3109876543", "3151112233"]
    assert phones.propose(national, "CO").best == phones.Reading("CO", 3)
    included = ["573001234567", "573109876543"]
    assert phones.propose(included, "").best == phones.Reading("", 2)
    assert phones.propose(included, "MX").best.country == ""
    assert phones.propose(["+573001234567", "+12", "n/a"], "CO").bare == ()
    # What the numbers with a + say is tried as well.
    assert phones.propose(["+573001234567", *national], "").best == phones.Reading("CO", 3)


def test_unknown_ranges_are_rejected_unless_they_are_accepted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+579999999999", "Ana"]])
    assert import_file(path).rejected == 1
    assert import_file(path, accept_unknown=True).created == 1


def test_dates_count_from_the_workbooks_own_first_day(tmp_path: Path) -> None:
    born = properties.create("Born", PropertyType.DATE)
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append([*HEAD, "Born"])
    book.worksheets[0].append(["+573001234567", "Ana", 1000])
    book.save(tmp_path / "a.xlsx")
    import_file(tmp_path / "a.xlsx")
    assert people()["Ana"].properties == {born.id: "1906-09-27"}


@pytest.mark.parametrize("value", [1e300, 10**16])
def test_numbers_beyond_all_measure_are_told(tmp_path: Path, value: float) -> None:
    properties.create("Score", PropertyType.NUMBER)
    rows = [[*HEAD, "Score"], [value, "Ana", 1], ["+573001234567", "Eva", 1e300]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    assert (view.created, view.rejected, view.unsaved) == (1, 1, 1)


def test_a_file_name_that_is_not_unicode_comes_in(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.xlsx")
    workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]).rename(path)
    view = import_file(path)
    assert (view.created, view.file) == (1, "caf\ufffd.xlsx")


def test_two_headers_alike_are_named_when_one_is_meant(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["Phone", "Name", "X", "X"], ["+573001234567", "Ana", 1, 2]])
    with pytest.raises(Invalid, match="2 columns “X”"):
        plan(path, "X=email")
