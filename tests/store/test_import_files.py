"""Files that cannot be used have a sentence; the template and the report are written where they may."""

import json
import os
import sqlite3
import sys
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from store import database, jobs, listing, properties
from store.errors import FileUnusable, Invalid
from store.imports import State, container, reader, template
from store.models import Job
from store.values.property_type import PropertyType
from tests.support import (
    HEAD,
    broken_file,
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
    path = broken_file(tmp_path / "broken.xlsx", 6_000)
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


def test_a_failed_import_has_a_report_of_what_was_read(tmp_path: Path) -> None:
    path = broken_file(tmp_path / "clientes.xlsx", 6_000)
    view = import_file(path)
    assert "clientes.xlsx is damaged" in view.message
    results = report_rows(view.id, tmp_path / "r.xlsx")
    assert [row[3] for row in results[1:]].count("Created") == view.created


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
