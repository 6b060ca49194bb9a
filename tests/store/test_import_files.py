"""Files that cannot be used have a sentence; the template and the report are written where they may."""

import json
import os
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from store import database, imports, jobs, listing, properties
from store.errors import FileUnusable, Invalid
from store.imports import State, template
from store.models import Job
from store.reading import container, reader
from store.values.property_type import PropertyType
from tests.store import hostile_files as raw
from tests.store.hostile_files import raw_workbook
from tests.support import (
    HEAD,
    broken_file,
    example_numbers,
    finish,
    import_file,
    people,
    plan,
    report_rows,
    workbook,
)

pytestmark = pytest.mark.usefixtures("db")


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


def _long_cell(path: Path) -> None:
    before = raw.sheet_xml("").partition("</")[0]
    raw_workbook(path, "", sheet=raw.much("x", 20, before=f'{before}<row><c t="str"><v>'))


def _long_strings(path: Path) -> None:
    strings = raw.much(f"<si><t>{'x' * 32_000}</t></si>", 400, before=raw.strings_xml(()).partition("</")[0])
    raw_workbook(path, '<row><c t="s"><v>99999999</v></c></row>', strings=strings)


def _entities(path: Path) -> None:
    declared = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
    strings = f'<!DOCTYPE x [<!ENTITY a0 "a">{declared}]>{raw.strings_xml(["<t>&a9;</t>"])}'
    raw_workbook(path, '<row><c t="s"><v>0</v></c></row>', strings=strings)


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
    "no part": (_without_a_part, "damaged"),
    "broken": (_broken_sheet, "damaged"),
    "no rows": (lambda path: workbook(path, []), "is empty"),
    "long cell": (_long_cell, "damaged"),
    "long strings": (_long_strings, "needs too much memory"),
    "entities": (_entities, "damaged"),
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


@pytest.mark.parametrize("path", ["a\nb.xlsx", "ñandú 👍.xlsx"])
def test_any_name_of_a_file_will_do(tmp_path: Path, path: str) -> None:
    view = import_file(workbook(tmp_path / path, [HEAD, ["+573001234567", "Ana"]]))
    assert (view.created, view.file) == (1, path)


def test_a_file_that_may_not_be_read_has_a_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("whoever runs this may read everything")
    with pytest.raises(FileUnusable, match=r"You may not read .*a\.xlsx"):
        reader.preview(path)


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")]
)
def test_a_file_that_cannot_be_opened_has_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    wanted = plan(path)

    def refuse(*_arguments: Any, **_words: Any) -> Any:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    for attempt in (lambda: reader.preview(path), lambda: imports.start(wanted)):
        with pytest.raises(FileUnusable, match=r"may not read .*a\.xlsx|a\.xlsx cannot be read: Input"):
            attempt()


def test_a_file_that_is_gone_when_its_import_begins_has_a_sentence(tmp_path: Path) -> None:
    wanted = plan(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    wanted.file.unlink()
    with pytest.raises(FileUnusable, match="There is no file"):
        imports.start(wanted)
    assert imports.list_all() == []


def test_an_import_reads_its_own_copy_whatever_becomes_of_the_file(tmp_path: Path) -> None:
    numbers = example_numbers()
    rows = [[next(numbers), f"Ana {index}"] for index in range(3_000)]
    gone = imports.start(plan(workbook(tmp_path / "a.xlsx", [HEAD, *rows[:1_500]])))
    (tmp_path / "a.xlsx").unlink()
    changed = imports.start(plan(workbook(tmp_path / "b.xlsx", [HEAD, *rows[1_500:]])))
    (tmp_path / "b.xlsx").write_text("something else")
    assert (finish(gone).created, finish(changed).created) == (1_500, 1_500)


# What a phone column can hold


def test_cells_of_every_kind_are_imported_or_told(tmp_path: Path) -> None:
    cells = {
        2: '<f>"+57"&amp;3001234502</f>',
        3: "<f>573001234503</f><v>573001234503</v>",
        4: "<v>#N/A</v>",
        5: "<v>1</v>",
        6: "<is><r><t>+57 300</t></r><r><rPr><b/></rPr><t> 1234506</t></r></is>",
        7: "<v>573001234507</v>",
        8: "<v>44000</v>",
        9: "<f>A2</f><v>+573001234509</v>",
    }
    kinds = {4: ' t="e"', 5: ' t="b"', 6: ' t="inlineStr"', 8: ' s="1"', 9: ' t="str"'}
    rows = "".join(
        f'<row r="{n}" hidden="{n % 2}"><c r="A{n}"{kinds.get(n, "")}>{inside}</c>'
        f'<c r="B{n}" t="str"><v>Ana {n}</v></c></row>'
        for n, inside in cells.items()
    )
    merged = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    content = raw.sheet_xml(raw.HEAD_ROW + rows, after=merged)
    view = import_file(raw_workbook(tmp_path / "a.xlsx", "", sheet=content, book=raw.book_xml(date1904=True)))
    assert {person.phone for person in people().values()} == {f"+57300123450{n}" for n in (3, 6, 7, 9)}
    assert (view.created, view.rejected) == (4, 4)
    told = {row[0]: row[3] for row in report_rows(view.id, tmp_path / "r.xlsx")[1:]}
    assert [n for n, result in told.items() if result.startswith("Rejected: ")] == [2, 4, 5, 8]
    assert "#N/A" in told[4]


def test_a_workbook_with_macros_comes_in_and_they_stay_behind(tmp_path: Path) -> None:
    content = raw.parts()
    macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    content[raw.TYPES] = str(content[raw.TYPES]).replace(f"{raw.TYPE}.sheet.main+xml", macros)
    content["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 Auto_Open"
    assert import_file(raw.write(tmp_path / "a.xlsx", content)).created == 1


# Files that turn bad on the way


def _broken_in_a_row(path: Path, rows: int) -> Path:
    numbers = example_numbers()
    whole = "".join(
        f'<row r="{n}"><c t="str"><v>{next(numbers)}</v></c><c t="str"><v>x</v></c></row>'
        for n in range(2, rows + 2)
    )
    return raw_workbook(path, f'{raw.HEAD_ROW}{whole}<row r="2"><c><v>1</v></c></row>')


def _too_wide_in_a_row(path: Path, rows: int) -> Path:
    numbers = example_numbers()
    whole = "".join(
        f'<row><c t="str"><v>{next(numbers)}</v></c><c t="str"><v>x</v></c></row>' for _n in range(rows)
    )
    return raw_workbook(path, f'{raw.HEAD_ROW}{whole}<row><c r="ZZ{rows + 2}"><v>1</v></c></row>')


@pytest.mark.parametrize(
    ("make", "sentence"),
    [(broken_file, "damaged"), (_broken_in_a_row, "damaged"), (_too_wide_in_a_row, "more than 512 columns")],
)
def test_a_file_that_turns_bad_fails_and_keeps_what_was_loaded(
    tmp_path: Path, make: Callable[[Path, int], Path], sentence: str
) -> None:
    path = make(tmp_path / "clientes.xlsx", 3_000)
    view = import_file(path)
    assert view.state is State.FAILED
    assert "clientes.xlsx" in view.message
    assert sentence in view.message
    assert 2_000 <= view.created == listing.count() <= 3_000
    # Its process may have died before it met the break: then it is as good as interrupted.
    Job.update(state="in_progress").where(Job.id == view.id).execute()
    assert imports.get(view.id).state is State.INTERRUPTED
    results = report_rows(view.id, tmp_path / "s.xlsx")
    assert [row[3] for row in results[1:]].count("Created") == view.created
    with closing(sqlite3.connect(database.path())) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert [row[3] for row in results[1:]].count("Created") == view.created


def test_phone_and_name_must_be_assigned(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["Phone"], ["+573001234567"]])
    with pytest.raises(Invalid, match="the name"):
        plan(path)
    with pytest.raises(Invalid, match="no column “Fon”"):
        plan(path, "Fon=phone")
    with pytest.raises(Invalid, match="none of phone, name, email or a property"):
        plan(path, "Phone=fone")


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
