"""Check before writing: the whole file is read, nothing is written, every row and wound is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from store import contacts, database, imports, jobs, listing, properties
from store.errors import NotFound, Wound
from store.imports import State, check
from store.imports.check import INCOMPLETE, CheckView
from store.imports.judging import CREATED, DUPLICATE, DUPLICATE_IN_FILE, REJECTED
from store.values.property_type import PropertyType
from tests.support import HEAD, example_numbers, finish, plan, report_rows, workbook

pytestmark = pytest.mark.usefixtures("db")


def checked(wanted: imports.Plan) -> CheckView:
    """The check of a file at its end."""
    check_id = check.start(wanted)
    jobs.wait(check_id, 60)
    view = check.get(check_id)
    assert not view.is_running, view
    return view


def mixed(folder: Path) -> imports.Plan:
    """A file with a row of every kind."""
    contacts.create("+573001234560", "There already")
    properties.create("Born", PropertyType.DATE)
    properties.create("Tier", PropertyType.LIST, choices=["Gold"])
    rows = [
        [*HEAD, "Born", "Tier"],
        ["+573001234561", "Whole", "1990-02-01", "Gold"],
        ["+573001234562", "Without a date", None, "Gold"],
        ["+573001234563", "Wrong tier", "1990-02-01", "gold"],
        ["+573001234560", "Known", "1990-02-01", "Gold"],
        ["+57 300 1234561", "Again", "1990-02-01", "Gold"],
        ["3001234565", "No code", "1990-02-01", "Gold"],
        ["+573001234566", None, "1990-02-01", "Gold"],
    ]
    return plan(workbook(folder / "a.xlsx", rows))


def test_a_check_tells_what_would_become_of_every_row_and_writes_nothing(tmp_path: Path) -> None:
    wanted = mixed(tmp_path)
    view = checked(wanted)
    assert view.state is State.FINISHED
    assert view.kinds == {CREATED: 1, INCOMPLETE: 2, DUPLICATE: 1, DUPLICATE_IN_FILE: 1, REJECTED: 2}
    assert (view.rows, view.created, view.duplicates, view.rejected) == (7, 3, 2, 2)
    assert listing.count() == 1
    assert imports.list_all() == []


def test_rows_are_found_by_kind_and_say_why(tmp_path: Path) -> None:
    view = checked(mixed(tmp_path))
    everything = check.numbers(view.id)
    assert list(everything) == [2, 3, 4, 5, 6, 7, 8]
    rows = check.rows(view, everything)
    assert [rows[number].result for number in everything] == [
        "Created",
        "Created, missing: Born",
        "Created, not saved: Tier",
        "Duplicate (already exists)",
        "Duplicate in file (row 2)",
        "Rejected: “3001234565” is not a phone number: it is too short; it may lack its country code.",
        "Rejected: The name is missing.",
    ]
    assert rows[4].detail == "Tier: “gold” is not one of: Gold."
    assert (rows[7].phone, rows[7].name) == ("3001234565", "No code")
    assert list(check.numbers(view.id, REJECTED)) == [7, 8]
    assert list(check.numbers(view.id, INCOMPLETE)) == [3, 4]


def test_an_import_does_what_its_check_has_told(tmp_path: Path) -> None:
    wanted = mixed(tmp_path)
    view = checked(wanted)
    done = finish(imports.start(wanted))
    assert (done.rows, done.created, done.duplicates, done.rejected) == (7, 3, 2, 2)
    told = check.rows(view, check.numbers(view.id))
    assert [[row[0], row[-2]] for row in report_rows(done.id, tmp_path / "r.xlsx")[1:]] == [
        [row.number, row.result] for row in told.values()
    ]


def test_a_repeated_number_of_an_earlier_batch_is_told(tmp_path: Path) -> None:
    numbers = example_numbers()
    rows = [[next(numbers), f"N{index}"] for index in range(2_500)]
    view = checked(plan(workbook(tmp_path / "a.xlsx", [HEAD, *rows, [rows[0][0], "again"]])))
    assert view.kinds == {CREATED: 2_500, DUPLICATE_IN_FILE: 1}
    assert check.rows(view, [2_502])[2_502].result == "Duplicate in file (row 2)"


def test_a_column_without_country_codes_is_named_and_a_country_cures_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, *([3001234560 + i, f"P{i}"] for i in range(9))])
    view = checked(plan(path))
    (fault,) = view.faults
    assert (fault.column, fault.wound, fault.count) == (0, Wound.CODE_MISSING, 9)
    assert "3001234560" in fault.example
    cured = checked(plan(path, country="CO"))
    assert (cured.created, cured.faults, cured.phones) == (9, (), {"CO": 9})


def test_dates_in_the_other_order_are_named_and_reading_them_so_cures_them(tmp_path: Path) -> None:
    born = properties.create("Born", PropertyType.DATE)
    rows = [["+573001234560", "Ana", "01/31/1990"], ["+573001234561", "Eva", "02/03/1990"]]
    path = workbook(tmp_path / "a.xlsx", [[*HEAD, "Born"], *rows])
    view = checked(plan(path))
    assert [(fault.wound, fault.count) for fault in view.faults] == [(Wound.DATE_ORDER, 1)]
    cured = plan(path, date_order="mdy")
    assert checked(cured).faults == ()
    finish(imports.start(cured))
    assert contacts.find("+573001234561").properties == {born.id: "1990-02-03"}


def test_serial_numbers_for_dates_and_cut_off_phones_are_named(tmp_path: Path) -> None:
    properties.create("Born", PropertyType.DATE)
    rows = [["5.73E+11", "Ana", 32905], [573000000000, "Eva", 32906], ["+573001234567", "Zoe", 32907]]
    view = checked(plan(workbook(tmp_path / "a.xlsx", [[*HEAD, "Born"], *rows])))
    assert sorted((fault.wound, fault.column, fault.count) for fault in view.faults if fault.wound) == [
        (Wound.DIGITS_LOST, 0, 1),
        (Wound.DIGITS_LOST, 0, 1),
        (Wound.SERIAL_DATE, 2, 2),
    ]


@pytest.mark.parametrize(
    ("phones", "lost"),
    [
        (["+573200000000", "+573100000000", "00573000000000"], 0),
        ([573200000000], 0),
        (["573200000000"], 0),
        ([573200000000, "+573100000000"], 0),
        ([573200000000, 573100000000], 2),
        ([573200000000, "573200000000"], 2),
        ([573200000000, "5.73E+11"], 2),
    ],
)
def test_digits_are_said_to_be_lost_of_bare_numbers_that_are_more_than_a_chance(
    tmp_path: Path, phones: list[object], lost: int
) -> None:
    others = example_numbers()
    rows = [[number, "Ana"] for number in [*phones, *(next(others) for _ in range(20 - len(phones)))]]
    view = checked(plan(workbook(tmp_path / "a.xlsx", [HEAD, *rows])))
    assert sum(fault.count for fault in view.faults if fault.wound is Wound.DIGITS_LOST) == lost


def test_a_file_of_nothing_but_a_number_in_zeros_is_said_to_have_lost_its_digits(tmp_path: Path) -> None:
    view = checked(plan(workbook(tmp_path / "a.xlsx", [HEAD, [573200000000, "Ana"]])))
    assert [(fault.wound, fault.count) for fault in view.faults] == [(Wound.DIGITS_LOST, 1)]


def test_a_few_numbers_in_zeros_among_thousands_are_a_chance(tmp_path: Path) -> None:
    others = example_numbers()
    rows = [[next(others), "x"] for _ in range(299)]
    few = workbook(tmp_path / "a.xlsx", [HEAD, *rows, [573200000000, "Ana"], [573100000000, "Eva"]])
    assert checked(plan(few)).faults == ()


def test_rows_that_would_not_be_whole_can_be_left_for_later(tmp_path: Path) -> None:
    wanted = mixed(tmp_path)
    strict = replace(wanted, whole_only=True)
    view = checked(strict)
    assert view.kinds == {CREATED: 1, DUPLICATE: 1, DUPLICATE_IN_FILE: 1, REJECTED: 4}
    done = finish(imports.start(strict))
    assert (done.created, done.rejected) == (1, 4)
    said = [row[-2] for row in report_rows(done.id, tmp_path / "r.xlsx")[1:]]
    assert said[1] == "Rejected: Born has no value."
    assert said[2] == "Rejected: Tier: “gold” is not one of: Gold."


def test_a_discarded_check_leaves_nothing_behind(tmp_path: Path) -> None:
    view = checked(mixed(tmp_path))
    folder = database.files_folder()
    assert check.scratch_file(view.id) in folder.iterdir()
    check.discard(view.id)
    assert [path.name for path in folder.iterdir() if path.name != "jobs.log"] == []
    with pytest.raises(NotFound):
        check.get(view.id)


def test_a_file_without_rows_fails_its_check_with_the_sentence(tmp_path: Path) -> None:
    view = checked(plan(workbook(tmp_path / "a.xlsx", [HEAD])))
    assert view.state is State.FAILED
    assert "has headers but no rows" in view.message
