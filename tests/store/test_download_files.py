"""What is in the files: the guide's example, cells that run nothing and read back the same everywhere."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from store import contacts, database, downloads, properties, settings
from store.downloads import Plan, csv_file, xlsx_file
from store.downloads.columns import BUILT_IN, Column, Kind
from store.downloads.moments import Clock
from store.downloads.safe import guarded, unguarded
from store.downloads.table import Table
from store.errors import FileUnusable, InvalidFields
from store.models import Contact
from store.reading import workbook
from store.values import text, times
from store.values.property_type import BOOLEANS, PropertyType
from tests.downloading import (
    GOLDEN,
    cells,
    converted,
    download,
    finish,
    has_office,
    has_sqlite,
    needs_office,
    needs_sqlite,
    sqlite_cells,
)
from tests.support import NAUGHTY, import_file, people
from tests.support import workbook as write_workbook

_ZONE = "America/Bogota"


class _Stub:
    """A table that is made of values."""

    def __init__(self, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = tuple(Column(f"column {i}", kind) for i, kind in enumerate(kinds))
        self.rows = len(rows)
        self._rows = rows

    def count(self) -> int:
        return self.rows

    def batches(self) -> Iterator[list[Sequence[Any]]]:
        if self._rows:
            yield list(zip(*self._rows, strict=True))


def written(rows: Sequence[Sequence[Any]], kinds: Sequence[Kind], plan: Plan) -> bytes:
    """Rows of values as a file."""
    output = io.BytesIO()
    write = csv_file.write if plan.format == "csv" else xlsx_file.write
    write(cast(Table, _Stub(kinds, rows)), plan, Clock(_ZONE), output, lambda: None)
    return output.getvalue()


# The guide's example


@pytest.fixture
def guide(db: Path, tmp_path: Path) -> None:
    """A contact created by hand with its client, and imported ones that have a document too."""
    settings.save(settings.Settings(time_zone=_ZONE))
    client = properties.create("Client", PropertyType.TEXT)
    contacts.create("+573001112233", "Laura Pérez", values={client.id: "Acme"})
    properties.create("Document", PropertyType.NUMBER, hidden=True)
    rows = [
        ["Phone number", "Name", "Client", "Document"],
        ["+573004445566", "Andrés Muñoz", "Café Ñandú", 1032456789],
        ["+5511987654321", "João Conceição", "Padaria São João", 52998224725],
    ]
    view = import_file(write_workbook(tmp_path / "clients.xlsx", rows))
    assert view.created == 2
    Contact.update(created=1785153300).execute()
    Contact.update(first_interaction=1785160800, last_interaction=1785164400, user_initiated=2).where(
        Contact.name == "Laura Pérez"
    ).execute()


@pytest.mark.usefixtures("guide")
@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_the_guides_example_comes_out_in_each_language(language: str) -> None:
    expected = (GOLDEN / f"download.{language}.csv").read_bytes()
    assert download(Plan(language=language)).read_bytes() == expected


@pytest.mark.usefixtures("guide")
def test_the_separator_and_the_format_change_no_cell(tmp_path: Path) -> None:
    expected = cells(GOLDEN / "download.es.csv")
    assert cells(download(Plan(language="es", separator=";")), ";") == expected
    with workbook.open_sheet(download(Plan(language="es", format="xlsx"))) as sheet:
        read = [[workbook.as_text(cell) for cell in row.cells] for row in sheet.rows()]
    width = len(expected[0])
    assert [row + [""] * (width - len(row)) for row in read] == expected


def test_no_property_can_have_the_name_of_another_column(db: Path) -> None:
    for column in BUILT_IN:
        for title in column.titles.values():
            with pytest.raises(InvalidFields, match="built-in"):
                properties.create(title, PropertyType.TEXT)


def test_booleans_are_words_of_the_language_and_hidden_properties_are_there(db: Path) -> None:
    known = properties.create("Known", PropertyType.BOOLEAN, hidden=True)
    for number, value in enumerate(["yes", "no", ""]):
        contacts.create(f"+57300000000{number}", "x", values={known.id: value})
    for language, (yes, no) in BOOLEANS.items():
        assert [row[10:] for row in cells(download(Plan(language=language)))] == [
            ["Known"],
            [yes],
            [no],
            [""],
        ]


def test_properties_stand_last_in_order_of_creation_and_deleted_ones_are_gone(db: Path) -> None:
    made = [properties.create(name, PropertyType.TEXT) for name in ("Zone", "Area", "Gone")]
    contacts.create("+573001234567", "Ana", values={made[1].id: "a", made[2].id: "g"})
    properties.delete(made[2].id)
    properties.edit(made[0].id, name="Named anew")
    assert [row[10:] for row in cells(download())] == [["Named anew", "Area"], ["", "a"]]


# Cells

_STARTS = st.sampled_from([*"=+-@\t\r\n＝＋－＠'", "''", "'=", '"', "+57", ""])
_TEXTS = st.builds(
    str.__add__,
    _STARTS,
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
    | st.text(st.sampled_from("a;,\"'\r\n\t=é陈ع\x1b\x85\u2028"), max_size=12)
    | st.from_regex(r"[0-9]{5,16}", fullmatch=True),
)


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(_TEXTS, min_size=50, max_size=100))
def test_a_guarded_text_starts_no_formula_and_loses_nothing(texts: list[str]) -> None:
    for raw in texts:
        field = guarded(raw)
        assert unguarded(field) == raw
        is_phone = re.fullmatch(r"\+[1-9][0-9]{6,14}", field, re.ASCII)
        assert field[:1] not in set("=+-@\t\r\n＝＋－＠") or is_phone
        if is_phone:
            assert field == raw


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXTS, st.none() | _TEXTS, _TEXTS), max_size=40), st.sampled_from([",", ";"]))
def test_what_is_joined_by_hand_is_what_the_csv_module_writes(
    rows: list[tuple[str, str | None, str]], separator: downloads.Separator
) -> None:
    found = written(rows, [Kind.TEXT] * 3, Plan(separator=separator))
    expected = io.StringIO(newline="")
    writer = csv.writer(expected, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([f"column {i}" for i in range(3)])
    writer.writerows([guarded(cell or "") for cell in row] for row in rows)
    assert found == b"\xef\xbb\xbf" + expected.getvalue().encode()


@pytest.mark.parametrize(
    "zone", ["UTC", "America/Bogota", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia", ""]
)
def test_moments_are_those_of_the_time_zone_on_every_day(zone: str) -> None:
    clock = Clock(zone)
    local = times.zone(zone)
    for moment in range(1, 2_000_000_000, 4_999_999):
        for near in (moment, moment // 86_400 * 86_400 + 86_399, moment // 86_400 * 86_400 + 86_400):
            assert clock.write(near) == datetime.fromtimestamp(near, UTC).astimezone(local).isoformat()
    assert clock.write(0) == ""


_KEPT = _TEXTS.map(text.clean).filter(bool)
_PARTS = ["_", "x", "0041", "_x0041_", "_x005F_", "\x1b", "\r", "\x01", "\ufffe", "a"]
_ESCAPES = st.lists(st.sampled_from(_PARTS), max_size=12).map("".join).map(text.clean).filter(bool)


@hypothesis_settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(_KEPT, _ESCAPES), min_size=1, max_size=40))
@example(rows=[("_x0041\x1b", "=1+1"), ("#N/A", "'=x"), ("\ufeff=1", "_x005F_x0041_")])
def test_our_own_import_reads_every_text_of_an_excel_file_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("written") / "a.xlsx"
    path.write_bytes(written(rows, [Kind.TEXT] * 2, Plan(format="xlsx")))
    with workbook.open_sheet(path) as sheet:
        assert [tuple(row.cells) for row in sheet.rows()][1:] == rows


def test_more_contacts_than_a_sheet_holds_are_told_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx_file, "ROWS_LIMIT", 4)
    assert written([["Ana"]] * 3, [Kind.TEXT], Plan(format="xlsx"))
    with pytest.raises(FileUnusable, match=r"more contacts than an Excel file can hold \(3\)"):
        written([["Ana"]] * 4, [Kind.TEXT], Plan(format="xlsx"))


@pytest.mark.parametrize("decimal_sign", [".", ","])
@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_what_is_downloaded_as_excel_imports_again_without_loss(
    tmp_path: Path, language: str, decimal_sign: Any
) -> None:
    def prepare(name: str) -> dict[str, int]:
        database.open_database(tmp_path / name)
        settings.save(settings.Settings(decimal_sign=decimal_sign))
        made = [
            properties.create("Teléfono", PropertyType.TEXT, hidden=True),
            properties.create("Score", PropertyType.NUMBER),
            properties.create("Known", PropertyType.BOOLEAN),
            properties.create("Born", PropertyType.DATE),
            properties.create("Correo", PropertyType.EMAIL),
            properties.create("Tier", PropertyType.LIST, choices=["=Gold", "Silver"]),
        ]
        return {item.name: item.id for item in made}

    known = prepare("from.db")
    numbers = ["-1.234", "0", "123456789012345678", "1.5", "0.1", "-7", "12345678901234.567", "1e3"]
    for index, name in enumerate((*NAUGHTY, "'=1", "+573001234567", "_x0041_", "#N/A", "-5", "TRUE")):
        value = numbers[index % len(numbers)].replace(".", decimal_sign).replace("1e3", "1000")
        values = {
            known["Teléfono"]: name,
            known["Score"]: value,
            known["Known"]: ("yes", "no", "")[index % 3],
            known["Born"]: "1990-02-28",
            known["Correo"]: "=a@example.com",
            known["Tier"]: "=Gold",
        }
        contacts.create(f"+5730012345{index:02}", name, address="+b@example.com", values=values)
    original = people()
    view = finish(downloads.start(Plan(language=language, format="xlsx")))
    path = tmp_path / "copy.xlsx"
    downloads.save_copy(view.id, path)
    prepare("to.db")
    imported = import_file(path)
    assert (imported.created, imported.incomplete, imported.unsaved) == (len(original), len(original) // 3, 0)
    for name, person in people().items():
        before = original[name]
        assert (person.phone, person.email, person.properties) == (
            before.phone,
            before.email,
            before.properties,
        )


# As others read them


@pytest.fixture
def naughty(db: Path) -> None:
    """Names that bring programs down, texts that want to be formulas, and a phone for a name."""
    note = properties.create('Note; "the" =1', PropertyType.TEXT)
    score = properties.create("Score", PropertyType.NUMBER)
    names = (
        *NAUGHTY,
        "+573001234567",
        "a;b,c",
        'say "hi"',
        "'",
        "two\r\nlines",
        '=HYPERLINK("http://x";"y")',
    )
    for index, name in enumerate(names):
        values = {note.id: f"={index}+1", score.id: f"-{index + 1}"}
        contacts.create(f"+5730012345{index:02}", name, values=values)


def one_line(table: list[list[str]]) -> list[list[str]]:
    """Cells in which every line break is the same: spreadsheets have but one."""
    return [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in table]


@pytest.mark.usefixtures("naughty")
@pytest.mark.skipif(not has_sqlite, reason=needs_sqlite)
@pytest.mark.parametrize("separator", [",", ";"])
def test_the_sqlite_shell_reads_the_same_cells(separator: downloads.Separator) -> None:
    path = download(Plan(separator=separator))
    assert sqlite_cells(path, separator) == cells(path, separator)


@pytest.mark.usefixtures("naughty")
@pytest.mark.skipif(not has_office, reason=needs_office)
def test_libreoffice_reads_the_same_cells(tmp_path: Path) -> None:
    path = download()
    for source in (path, download(Plan(format="xlsx"))):
        reading = ["--infilter=CSV:44,34,76,1,,0,true"] if source.suffix == ".csv" else []
        kind = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true"
        read = converted(source, kind, tmp_path, reading=reading)
        expected = cells(path)
        if source.suffix == ".xlsx":
            expected = [[unguarded(cell) for cell in row] for row in expected]
        assert one_line(cells(read)) == one_line(expected)


@pytest.mark.usefixtures("naughty")
@pytest.mark.skipif(not has_office, reason=needs_office)
def test_libreoffice_runs_no_cell_as_a_formula(tmp_path: Path) -> None:
    # Told to evaluate whatever looks like a formula, which it does with the first of these files.
    reading = ["--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,0,true"]
    unsafe = tmp_path / "unsafe.csv"
    unsafe.write_text('"=1+1"\r\n')
    assert "table:formula" in converted(unsafe, "fods", tmp_path, reading=reading).read_text()
    for path in (download(), download(Plan(format="xlsx"))):
        reading = reading if path.suffix == ".csv" else []
        read = converted(path, "fods", tmp_path, reading=reading).read_text()
        assert "=HYPERLINK(" in read
        assert "table:formula" not in read


def test_phones_are_guarded_as_well_where_the_account_says_so(db: Path) -> None:
    contacts.create("+573001234567", "+573001234567")
    settings.save(settings.Settings(guard_phones=True))
    row = cells(download())[1]
    assert row[:2] == ["'+573001234567", "'+573001234567"]
