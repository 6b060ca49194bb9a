"""Imports: every row is accounted for, nothing that exists is changed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from store import contacts, database, imports, jobs, listing, properties, settings
from store.errors import FileUnusable, Invalid, JobFailed
from store.imports import State, columns, container, phones, reader, template
from store.models import Job
from store.values.property_type import PropertyType
from tests.support import (
    NAUGHTY,
    ROOT,
    example_numbers,
    finish,
    import_file,
    large_file,
    plan,
    report_rows,
    three_samples,
    workbook,
)

pytestmark = pytest.mark.usefixtures("db")

HEAD = ["Phone", "Name"]


def people() -> dict[str, contacts.Person]:
    """All living contacts by name."""
    ids = list(listing.ids(listing.Listing(listing.Order.NAME, False)))
    return {person.name: person for person in contacts.get_many(ids)}


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


# Files that cannot be used


def _bytes(content: bytes) -> Any:
    return lambda path: path.write_bytes(content)


def _zip_of(**parts: bytes) -> Any:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)

    return write


def _truncated(path: Path) -> None:
    workbook(path, [HEAD] + [[f"+57300{i:07}", "x"] for i in range(500)])
    path.write_bytes(path.read_bytes()[:-3_000])


def _without_a_part(path: Path) -> None:
    whole = workbook(path.with_name("whole.xlsx"), [HEAD, ["+573001234567", "Ana"]])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            if part != "xl/worksheets/sheet1.xml":
                target.writestr(part, source.read(part))


def _broken_sheet(path: Path) -> None:
    whole = workbook(path.with_name("whole.xlsx"), [HEAD, ["+573001234567", "Ana"]])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(part, content[:300] if part.endswith("sheet1.xml") else content)


BAD_FILES = {
    "empty": (_bytes(b""), "it is empty"),
    "csv": (_bytes(b"phone,name\n+573001234567,Ana\n"), "text file such as CSV"),
    "old": (_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "password or in the old .xls"),
    "pdf": (_bytes(b"%PDF-1.7\n..."), "it is a PDF"),
    "html": (_bytes(b"\xef\xbb\xbf <html><table>"), "it is a web page"),
    "noise": (_bytes(bytes(range(256)) * 20), "not an Excel workbook"),
    "zip": (_zip_of(readme=b"x"), "not an Excel workbook"),
    "xlsb": (_zip_of(xl__workbook_dot_bin=b"x"), "xlsb"),
    "truncated": (_truncated, "damaged"),
    "no part": (_without_a_part, "no visible sheet"),
    "broken": (_broken_sheet, "damaged"),
    "no rows": (lambda path: workbook(path, []), "is empty"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_wrong_file_has_a_sentence_that_names_it(tmp_path: Path, kind: str) -> None:
    make, sentence = BAD_FILES[kind]
    path = tmp_path / "clientes.xlsx"
    make(path)
    with pytest.raises(FileUnusable, match=r"clientes\.xlsx") as caught:
        reader.preview(path)
    assert sentence in str(caught.value)


def test_a_folder_a_missing_file_and_a_pipe_have_sentences(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    for path, sentence in (
        (tmp_path, "is a folder"),
        (tmp_path / "nothing.xlsx", "no file"),
        (tmp_path / "pipe.xlsx", "not an ordinary file"),
        (tmp_path / "a\nb.xlsx", "no file"),
    ):
        with pytest.raises(FileUnusable, match=sentence):
            container.check(path)


def test_a_reader_that_needs_too_much_is_ended_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(FileUnusable, match="too much memory or time"):
        reader.preview(path)


def test_a_header_without_rows_is_an_error_not_a_success(tmp_path: Path) -> None:
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD]))
    assert view.state is State.FAILED
    assert "has headers but no rows" in view.message


def test_a_file_that_breaks_off_fails_and_keeps_what_was_loaded(tmp_path: Path) -> None:
    numbers = example_numbers()
    rows = [HEAD, *([next(numbers), "x"] for _ in range(6_000))]
    whole = workbook(tmp_path / "whole.xlsx", rows)
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            cut = content[: len(content) * 3 // 4] if part.endswith("sheet1.xml") else content
            target.writestr(part, cut)
    view = import_file(path)
    assert view.state is State.FAILED
    assert "damaged" in view.message
    assert view.created == listing.count() > 0


def test_phone_and_name_must_be_assigned(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["Phone"], ["+573001234567"]])
    with pytest.raises(Invalid, match="the name"):
        plan(path)
    with pytest.raises(Invalid, match="no column “Fon”"):
        plan(path, "Fon=phone")
    with pytest.raises(Invalid, match="none of phone, name, email or a property"):
        plan(path, "Phone=fone")


# Jobs


def test_the_job_works_on_its_own_copy(tmp_path: Path) -> None:
    path = large_file(tmp_path / "a.xlsx", 3_000)
    import_id = imports.start(plan(path))
    path.unlink()
    assert finish(import_id).created == 3_000


def test_stopping_keeps_what_was_loaded_and_counts_the_rest(tmp_path: Path) -> None:
    import_id = imports.start(plan(large_file(tmp_path / "a.xlsx", 20_000)))
    deadline = time.monotonic() + 60
    while imports.get(import_id).done < 6_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    imports.stop(import_id)
    view = finish(import_id)
    assert view.state is State.STOPPED
    assert view.rows == 20_000
    assert 6_000 <= view.done < 20_000
    assert listing.count() == view.created
    results = report_rows(import_id, tmp_path / "r.xlsx")
    assert len(results) == 20_001
    stopped = [row for row in results if row[-2] == "Not processed (stopped)"]
    assert len(stopped) == view.not_processed


def test_a_killed_job_is_seen_as_interrupted_and_what_was_loaded_stays(tmp_path: Path) -> None:
    import_id = imports.start(plan(large_file(tmp_path / "a.xlsx", 20_000)))
    deadline = time.monotonic() + 60
    while imports.get(import_id).done < 4_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    for process in _processes(f"store.jobs {database.path()} {import_id} "):
        os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while imports.get(import_id).is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    view = imports.get(import_id)
    assert view.state is State.INTERRUPTED
    assert view.created == listing.count() >= 4_000


def _processes(words: str) -> list[int]:
    found = subprocess.run(["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in found.splitlines() if words in line]


def test_imports_wait_for_one_another_and_a_waiting_one_can_be_stopped(tmp_path: Path) -> None:
    first = imports.start(plan(large_file(tmp_path / "a.xlsx", 8_000)))
    second = imports.start(plan(workbook(tmp_path / "b.xlsx", [HEAD, ["+573001234567", "Ana"]])))
    third = imports.start(plan(workbook(tmp_path / "c.xlsx", [HEAD, ["+573001234568", "Eva"]])))
    deadline = time.monotonic() + 30
    while imports.get(first).state is State.QUEUED and time.monotonic() < deadline:
        time.sleep(0.01)
    assert imports.get(first).is_running
    assert imports.get(third).state is State.QUEUED
    imports.stop(third)
    jobs.wait(third, 30)
    assert imports.get(third).state is State.STOPPED
    assert finish(first).created == 8_000
    assert finish(second).created == 1


def test_a_strangers_folder_with_a_store_of_its_own_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "elsewhere"
    (trap / "store").mkdir(parents=True)
    (trap / "store" / "__init__.py").write_text("raise SystemExit('the wrong store')")
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    monkeypatch.chdir(trap)
    assert import_file(path).created == 1


def test_a_job_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    path = large_file(tmp_path / "a.xlsx", 4_000)
    script = (
        "import sys; from pathlib import Path; from store import database, imports; "
        "from tests.support import plan; database.open_database(sys.argv[1]); "
        "print(imports.start(plan(Path(sys.argv[2]))))"
    )
    started = subprocess.run(
        [sys.executable, "-c", script, str(database.path()), str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert finish(int(started.stdout)).created == 4_000


def test_our_own_bug_ends_in_a_sentence_and_a_log(tmp_path: Path) -> None:
    job = jobs.wait(jobs.start("nonsense", {}), 30)
    assert job.state is State.FAILED
    assert "jobs.log" in job.message


def test_work_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = plan(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(JobFailed, match="could not be started"):
        imports.start(wanted)
    assert imports.list_all()[0].state is State.FAILED


def test_a_property_deleted_while_a_file_waits_is_left_out(tmp_path: Path) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    wanted = plan(workbook(tmp_path / "a.xlsx", [[*HEAD, "Client"], ["+573001234567", "Ana", "Acme"]]))
    properties.delete(client.id)
    assert finish(imports.start(wanted)).created == 1
    assert people()["Ana"].properties == {}


def test_another_program_can_write_while_an_import_runs(tmp_path: Path) -> None:
    import_id = imports.start(plan(large_file(tmp_path / "a.xlsx", 10_000)))
    written = 0
    while imports.get(import_id).is_running:
        contacts.create(f"+5730012{written:05}", f"P{written}")
        written += 1
    view = finish(import_id)
    assert written > 0
    assert view.created + view.duplicates == 10_000
    assert listing.count() == view.created + written


def test_dates_and_numbers_follow_the_settings(tmp_path: Path) -> None:
    settings.save(settings.Settings(date_order="mdy", decimal_sign=","))
    born = properties.create("Born", PropertyType.DATE)
    price = properties.create("Price", PropertyType.NUMBER)
    rows = [[*HEAD, "Born", "Price"], ["+573001234567", "Ana", "02/01/1990", "1.234"]]
    import_file(workbook(tmp_path / "a.xlsx", rows))
    assert people()["Ana"].properties == {born.id: "1990-02-01", price.id: "1234"}


# Template


def test_the_template_comes_back_in_with_every_property(tmp_path: Path) -> None:
    properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])
    properties.create("Born", PropertyType.DATE)
    properties.create("=Sum", PropertyType.NUMBER, hidden=True)
    target = tmp_path / "t.xlsx"
    assert jobs.wait(template.request(target), 30).state is State.FINISHED
    book = openpyxl.load_workbook(target)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["Phone number", "Name", "Email", "Tier", "Born", "=Sum"]
    assert [sheet.column_dimensions[letter].number_format for letter in "ABCDE"] == [
        "@",
        "@",
        "@",
        "@",
        "yyyy-mm-dd",
    ]
    assert sheet["F1"].data_type == "s"
    assert sheet.data_validations.dataValidation[0].formula1 == '"Gold,Silver"'
    sheet.append(["+573001234567", "Ana", None, "Gold", datetime(1990, 2, 1), 3])
    book.save(target)
    assert import_file(target).created == 1
    assert set(people()["Ana"].properties.values()) == {"Gold", "1990-02-01", "3"}


def test_a_target_that_must_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "there.xlsx").write_text("mine")
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "there.xlsx")
    for target, sentence in (
        (tmp_path, "is a folder"),
        (tmp_path / "there.xlsx", "exists already"),
        (tmp_path / "no" / "x.xlsx", "no folder"),
        (tmp_path / "link.xlsx", "is a link"),
    ):
        with pytest.raises(FileUnusable, match=sentence):
            template.request(target)
    assert (tmp_path / "there.xlsx").read_text() == "mine"


def test_nothing_that_could_run_is_left_in_the_database_by_an_import(tmp_path: Path) -> None:
    import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    with closing(sqlite3.connect(database.path())) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert json.loads(raw.execute("SELECT properties FROM contact").fetchone()[0]) == {}
    assert Job.select().count() == 1


def test_a_failed_import_has_a_report_of_what_was_read(tmp_path: Path) -> None:
    numbers = example_numbers()
    whole = workbook(tmp_path / "whole.xlsx", [HEAD, *([next(numbers), "x"] for _ in range(6_000))])
    path = tmp_path / "clientes.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            cut = content[: len(content) * 3 // 4] if part.endswith("sheet1.xml") else content
            target.writestr(part, cut)
    view = import_file(path)
    assert "clientes.xlsx is damaged" in view.message
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert [row[3] for row in results[1:]].count("Created") == view.created


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


def test_a_watcher_never_sees_a_new_job_as_interrupted(tmp_path: Path) -> None:
    watch = (
        "import sys; from store import database, imports\n"
        "database.open_database(sys.argv[1])\n"
        "while True:\n"
        "    if any(view.state == 'interrupted' for view in imports.list_all()):\n"
        "        print('seen', flush=True); break"
    )
    watcher = subprocess.Popen(
        [sys.executable, "-c", watch, str(database.path())], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
        wanted = plan(path)
        for _ in range(12):
            assert finish(imports.start(wanted)).state is State.FINISHED
    finally:
        watcher.kill()
        out, _err = watcher.communicate()
    assert out == b""
