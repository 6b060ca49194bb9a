"""The classic wounds of Excel files (requirements D), each in a file that is imported."""

import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from store import contacts, imports, properties
from store.errors import Invalid
from store.reading import reader
from store.values import phone
from store.values.property_type import PropertyType
from tests.support import HEAD, finish, import_file, people, plan, report_rows, workbook

pytestmark = pytest.mark.usefixtures("db")

ANA = "+573001234567"
CUT_OFF = "Excel has cut its digits off; format the column as text (@) and enter the number again"
NOT_STORED = "formula"
"""What a sentence says of a formula whose result the file does not have."""


def _results(path: Path, *words: str, **options: Any) -> list[str]:
    """Import a file; the result and detail of each of its rows."""
    view = import_file(path, *words, **options)
    rows = report_rows(view.id, path.with_name("report.xlsx"))[1:]
    return [" ".join(str(part) for part in row[-2:] if part) for row in rows]


def _changed(path: Path, change: Callable[[str], str]) -> Path:
    """The workbook with another XML in its sheet: what openpyxl would write in another way."""
    whole = path.rename(path.with_name("before.xlsx"))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part).decode()
            target.writestr(part, change(content) if part.endswith("sheet1.xml") else content)
    return path


def _raw(path: Path, rows: str) -> Path:
    """A workbook whose sheet has these rows, as XML."""
    before, after = "<sheetData>", "</sheetData>"
    return _changed(
        workbook(path, [HEAD]),
        lambda xml: xml.partition(before)[0] + before + rows + after + xml.partition(after)[2],
    )


def _row(number: int, *cells: str) -> str:
    """A row of XML; each cell is its attributes and content: 't="s"><v>0</v>'."""
    inner = "".join(f'<c r="{chr(65 + x)}{number}" {cell}</c>' for x, cell in enumerate(cells))
    return f'<row r="{number}">{inner}</row>'


def _text(words: str) -> str:
    return f't="inlineStr"><is><t>{words}</t></is>'


def _headers(*names: str) -> str:
    return _row(1, *(_text(name) for name in names))


def _edited(path: Path, rows: Sequence[Sequence[Any]]) -> tuple[openpyxl.Workbook, Worksheet]:
    workbook(path, rows)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return book, sheet


# Digits that Excel touches


def test_a_phone_stored_as_a_number_loses_no_digit_however_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    stored = {
        "573001234567": "573001234567",
        "573001234568": "573001234568.0",
        "573001234569": "5.73001234569E+11",
        "573001234570": "5.7300123457e11",
        "573001234571": "5.7300123457100000E11",
    }
    book, sheet = _edited(path, [HEAD, *([int(number), number] for number in stored)])
    for row in range(2, len(stored) + 2):
        sheet.cell(row, 1).number_format = "0.00E+00"
    book.save(path)
    for number, written in stored.items():
        _changed(path, partial(_replaced, f"<v>{number}</v>", f"<v>{written}</v>"))
    view = import_file(path)
    assert {person.phone for person in people().values()} == {f"+{number}" for number in stored}
    results = report_rows(view.id, tmp_path / "r.xlsx")[1:]
    assert [row[1:4] for row in results] == [[number, number, "Created"] for number in stored]


def _replaced(old: str, new: str, xml: str) -> str:
    assert xml.count(old) == 1
    return xml.replace(old, new)


@pytest.mark.parametrize("country", [None, "CO"])
def test_the_text_that_excel_made_of_a_phone_is_rejected_with_what_to_do(
    tmp_path: Path, country: str | None
) -> None:
    typed = ["5.73E+11", "5,73E+11", "5.73e+11", "5.73001E+11", "6E+11", "5.73E11", "'5.73E+11"]
    path = workbook(tmp_path / "a.xlsx", [HEAD, *([cell, "Ana"] for cell in typed)])
    assert _results(path, country=country) == [
        f"Rejected: “{cell}” is not a phone number: {CUT_OFF}." for cell in typed
    ]


def test_all_usual_writings_are_the_same_number(tmp_path: Path) -> None:
    writings = [
        *("+57 300 1234567", "00573001234567", "(+57) 300 123-4567", "573001234567", 573001234567),
        *("+57\u00a0300\u00a0123\u00a04567", "+57\u202f300\u20071234567", "\ufeff+573001234567"),
        *("\u200b+57\u200c300\u200d1234567\u2060", "\u202a+573001234567\u202c", "\u200e+573001234567"),
        *("+٥٧٣٠٠١٢٣٤٥٦٧", "۰۰۵۷۳۰۰۱۲۳۴۵۶۷", "＋５７ ３００ １２３４５６７", "'+573001234567"),
        *("+57-300-123-4567", "+57.300.123.4567", "+57/300/1234567", "tel:+573001234567", "+57\n3001234567"),
    ]
    rows = [HEAD, *([written, f"x{index}"] for index, written in enumerate(writings))]
    found = _results(workbook(tmp_path / "a.xlsx", rows))
    assert found == ["Created", *["Duplicate in file (row 2)"] * (len(writings) - 1)]
    assert [person.phone for person in people().values()] == [ANA]


# No country code

BARE = [HEAD, ["3001234567", "Ana"], [3012345678, "Eva"], ["(300) 123-4568", "Zoe"], ["3212345678", "Uma"]]


def test_numbers_without_code_are_of_the_country_that_was_chosen(tmp_path: Path) -> None:
    assert _results(workbook(tmp_path / "a.xlsx", BARE), country="CO") == ["Created"] * 4
    assert {name: person.phone for name, person in people().items()} == {
        "Ana": ANA,
        "Eva": "+573012345678",
        "Zoe": "+573001234568",
        "Uma": "+573212345678",
    }


def test_numbers_without_code_are_rejected_without_a_choice_unless_they_are_valid_as_they_stand(
    tmp_path: Path,
) -> None:
    found = _results(workbook(tmp_path / "a.xlsx", BARE), settled=False)
    assert all(result.endswith("it may lack its country code.") for result in found[:3])
    assert found[0].startswith("Rejected: “3001234567” is not a phone number: ")
    assert found[3] == "Created"
    assert people()["Uma"].phone == "+3212345678"


@pytest.mark.parametrize("digits", ["3" * 16, "0" + "3" * 15, "3" * 400])
def test_digits_that_are_too_many_for_any_number_are_not_said_to_lack_a_country_code(digits: str) -> None:
    with pytest.raises(Invalid) as caught:
        phone.parse(digits)
    assert (caught.value.reason, caught.value.wound) == ("it is too long", None)


# Twice the same


def test_the_same_phone_twice_keeps_the_first_row_and_the_others_name_it(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["+525512345678", "Max"],
        [ANA, "Ana"],
        ["00 57 (300) 123 4567", "Ana again"],
        ["+5215512345678", "Max as a variant"],
        [573001234567, "Ana once more"],
    ]
    assert _results(workbook(tmp_path / "a.xlsx", rows)) == [
        "Created",
        "Created",
        "Duplicate in file (row 3)",
        "Duplicate in file (row 2)",
        "Duplicate in file (row 3)",
    ]
    assert set(people()) == {"Max", "Ana"}


def test_a_variant_of_a_contact_is_told_with_the_number_that_exists(tmp_path: Path) -> None:
    contacts.create("+5511961234567", "Bia")
    found = _results(workbook(tmp_path / "a.xlsx", [HEAD, ["+55 11 6123-4567", "x"]]))
    assert found == ["Duplicate (already exists) already exists as +5511961234567"]


def test_a_row_that_was_rejected_is_not_what_a_later_one_repeats(tmp_path: Path) -> None:
    found = _results(workbook(tmp_path / "a.xlsx", [HEAD, [ANA, None], [ANA, "Ana"], [ANA, "Ana again"]]))
    assert found[1:] == ["Created", "Duplicate in file (row 3)"]


# Rows and columns of nothing


def test_blank_rows_are_not_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    blank: list[list[Any]] = [[None, None], ["", "  "], ["\u00a0", "\n"], []]
    book, sheet = _edited(path, [HEAD, [ANA, "Ana"], *blank, ["+573001234568", "Eva"]])
    for number in range(8, 1_008):
        for column in (1, 2, 3):
            sheet.cell(number, column).fill = PatternFill("solid", fgColor="FFF2CC")
        sheet.cell(number, 1).number_format = "@"
        sheet.row_dimensions[number].height = 20
    book.save(path)
    assert len(reader.preview(path).rows) == 2
    view = import_file(path)
    assert (view.rows, view.created, view.rejected) == (2, 2, 0)
    assert [row[0] for row in report_rows(view.id, tmp_path / "r.xlsx")[1:]] == [2, 7]


def test_an_empty_header_above_data_is_called_by_its_letter_and_can_be_used(tmp_path: Path) -> None:
    city = properties.create("City", PropertyType.TEXT)
    rows = [[*HEAD, None], [ANA, "Ana", "Cali"], ["+573001234568", "Eva", None]]
    path = workbook(tmp_path / "a.xlsx", rows)
    assert reader.preview(path).rows[0] == (ANA, "Ana", "Cali")
    view = import_file(path, "=City")
    assert people()["Ana"].properties == {city.id: "Cali"}
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert results[2][4] == "Created, missing: C"
    summary = openpyxl.load_workbook(tmp_path / "r.xlsx")["Summary"]
    said = {str(row[0]): row[1] for row in summary.iter_rows(values_only=True)}
    assert said["Column “C”"] == "City"


def test_two_headers_alike_are_both_kept_and_only_a_wish_for_one_of_them_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["Phone", "Name", "phone", "Phone"], [ANA, "Ana", "1", "2"]])
    with pytest.raises(Invalid, match="2 columns “Phone”; give them different headers"):
        plan(path, "Phone=name")
    view = import_file(path)
    assert people()["Ana"].phone == ANA
    assert report_rows(view.id, tmp_path / "r.xlsx") == [
        ["Row", "Phone", "Name", "phone", "Phone", "Result", "Detail"],
        [2, ANA, "Ana", "1", "2", "Created", None],
    ]


def test_256_empty_columns_are_not_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book, sheet = _edited(path, [HEAD, [ANA, "Ana"]])
    for column in range(3, 259):
        for number in (1, 2, 3):
            sheet.cell(number, column).fill = PatternFill("solid", fgColor="FFF2CC")
    book.save(path)
    assert reader.preview(path).headers == ("Phone", "Name")
    view = import_file(path)
    assert (view.rows, view.created) == (1, 1)
    assert report_rows(view.id, tmp_path / "r.xlsx")[1] == [2, ANA, "Ana", "Created", None]


def test_a_column_behind_256_empty_ones_is_read(tmp_path: Path) -> None:
    city = properties.create("City", PropertyType.TEXT)
    gap = [None] * 256
    path = workbook(tmp_path / "a.xlsx", [[*HEAD, *gap, "City"], [ANA, "Ana", *gap, "Cali"]])
    view = import_file(path)
    assert people()["Ana"].properties == {city.id: "Cali"}
    row = report_rows(view.id, tmp_path / "r.xlsx")[1]
    assert (len(row), row[259], row[260]) == (262, "Cali", "Created")


# Formulas


def test_formulas_give_the_values_that_are_stored_with_them(tmp_path: Path) -> None:
    city = properties.create("City", PropertyType.TEXT)
    score = properties.create("Score", PropertyType.NUMBER)
    row = _row(
        2,
        "><f>57*10^10+3001234567</f><v>573001234567</v>",
        't="str"><f>"An"&amp;"a"</f><v>Ana</v>',
        't="str"><f>PROPER("cali")</f><v>Cali</v>',
        "><f>1/8</f><v>0.125</v>",
    )
    assert _results(_raw(tmp_path / "a.xlsx", _headers(*HEAD, "City", "Score") + row)) == ["Created"]
    ana = people()["Ana"]
    assert (ana.phone, ana.properties) == (ANA, {city.id: "Cali", score.id: "0.125"})


def test_formulas_whose_values_are_not_stored_are_said_to_be_so(tmp_path: Path) -> None:
    properties.create("City", PropertyType.TEXT)
    good, name = _text(ANA), _text("Ana")
    rows = ""
    unset_cells = ["><f>1+1</f>", "><f>1+1</f><v></v>", "><f>1+1</f><v/>", 't="str"><f>1+1</f>']
    for number, unset in enumerate(unset_cells):
        rows += _row(10 * number + 2, unset, name, _text("x"))
        rows += _row(10 * number + 3, good, unset, _text("x"))
        rows += _row(10 * number + 4, _text(f"+57300123456{number}"), name, unset)
    found = _results(_raw(tmp_path / "a.xlsx", _headers(*HEAD, "City") + rows))
    starts = ["Rejected: ", "Rejected: ", "Created, not saved: City City: "] * len(unset_cells)
    assert all(result.startswith(start) for result, start in zip(found, starts, strict=True)), found
    assert all(NOT_STORED in result for result in found), found


def test_formulas_as_openpyxl_writes_them_are_said_to_have_no_value(tmp_path: Path) -> None:
    found = _results(workbook(tmp_path / "a.xlsx", [HEAD, ["=57&3001234567", "Ana"], [ANA, '="A"&"na"']]))
    assert all(result.startswith("Rejected: ") and NOT_STORED in result for result in found)


def test_a_formula_that_gives_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    properties.create("City", PropertyType.TEXT)
    rows = _row(2, _text(ANA), _text("Ana"), 't="str"><f>IF(1,"","x")</f><v></v>')
    found = _results(_raw(tmp_path / "a.xlsx", _headers(*HEAD, "City") + rows))
    assert found == ["Created, missing: City"]


def test_a_formula_that_ended_in_an_error_is_told_with_the_error(tmp_path: Path) -> None:
    properties.create("City", PropertyType.TEXT)
    codes = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?")
    rows = ""
    for number, code in enumerate(codes):
        error = f't="e"><f>1/0</f><v>{code}</v>'
        rows += _row(10 * number + 2, error, _text("Ana"))
        rows += _row(10 * number + 3, _text(f"+57300123456{number}"), _text("Ana"), error)
    found = _results(_raw(tmp_path / "a.xlsx", _headers(*HEAD, "City") + rows))
    assert all(result.startswith("Rejected: ") for result in found[::2])
    assert all(result.startswith("Created, not saved: City City: ") for result in found[1::2])
    for number, code in enumerate(codes):
        assert all(f"the error {code} in Excel" in result for result in found[2 * number : 2 * number + 2])


# Several sheets


def test_of_several_sheets_the_first_visible_one_is_taken_and_named_unless_another_is_chosen(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    titles = {"Oculta": "hidden", "Muy oculta": "veryHidden", "Clientes": "visible", "Más & más": "visible"}
    for index, (title, state) in enumerate(titles.items()):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in (HEAD, [f"+57300123456{index}", title]):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.active = 3
    book.save(path)
    found = reader.preview(path)
    assert (found.sheet, found.sheets) == ("Clientes", ("Clientes", "Más & más"))
    first = import_file(path)
    assert (first.sheet, set(people())) == ("Clientes", {"Clientes"})
    other = finish(imports.start(plan(path, sheet="Más & más")))
    assert (other.sheet, set(people())) == ("Más & más", {"Clientes", "Más & más"})
    report_rows(other.id, tmp_path / "r.xlsx")
    summary = openpyxl.load_workbook(tmp_path / "r.xlsx")["Summary"]
    assert ("Sheet", "Más & más") in list(summary.iter_rows(values_only=True, max_col=2))
