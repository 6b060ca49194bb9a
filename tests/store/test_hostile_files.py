"""Workbooks that bite: each ends with a sentence that names it, soon and in bounded memory."""

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import processes
from store.errors import FileUnusable
from store.reading import container, workbook
from tests.store import hostile_files as raw
from tests.store.hostile_files import much, parts, raw_workbook, sheet_xml, write

MEGABYTES_LIMIT = 400
"""Of a process that reads a bomb; one that reads a small file needs 40."""
SECONDS_LIMIT = 30
"""Of the processor: others may be busy meanwhile."""


def verdict(path: Path) -> str:
    """What is said when all of a file is read; empty if nothing is wrong with it."""
    try:
        with workbook.open_sheet(path) as found:
            for _row in found.rows():
                pass
    except FileUnusable as error:
        assert path.name in str(error)
        return str(error)
    return ""


# Sheets

BAD_ROWS = {
    "a row far beyond the last one": '<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>',
    "a row behind the last one": '<row r="1048577"><c><v>1</v></c></row>',
    "row 0": '<row r="0"><c><v>1</v></c></row>',
    "a row without a number": '<row r="one"><c><v>1</v></c></row>',
    "rows out of order": '<row r="3"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
    "a row twice": '<row r="2"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
    "a cell twice": '<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "a cell of another row": '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A7"><v>1</v></c></row>',
    "a cell of another row, later": '<row r="1"><c r="A1"><v>1</v></c><c r="B2"><v>1</v></c></row>',
    "A0": '<row><c r="A0"><v>1</v></c></row>',
    "A": '<row><c r="A"><v>1</v></c></row>',
    "1A": '<row><c r="1A"><v>1</v></c></row>',
    "no letters": '<row r="1"><c r="1"><v>1</v></c></row>',
    "beyond XFD": '<row r="1"><c r="XFE1"><v>1</v></c></row>',
    "beyond all letters": '<row r="1"><c r="AAAA1"><v>1</v></c></row>',
    "a shared string that is not there": '<row><c t="s"><v>5</v></c></row>',
    "a shared string before the first": '<row><c t="s"><v>-1</v></c></row>',
    "a shared string without a number": '<row><c t="s"><v>x</v></c></row>',
    "something else than rows": "<box/>",
    "NUL": '<row><c t="str"><v>a\0b</v></c></row>',
    "half a pair of characters": '<row><c t="str"><v>&#xD800;</v></c></row>',
    "an unknown entity": '<row><c t="str"><v>&ana;</v></c></row>',
    "an end too much": "</row>",
    "an end too few": "<row>",
}


@pytest.mark.parametrize("name", BAD_ROWS)
@pytest.mark.parametrize("before", ["", "<!-- not plain -->"])
def test_rows_that_the_format_forbids_are_named_damage(tmp_path: Path, name: str, before: str) -> None:
    content = sheet_xml(BAD_ROWS[name]).replace("<sheetData>", f"<sheetData>{before}")
    assert "is damaged" in verdict(raw_workbook(tmp_path / "clientes.xlsx", "", sheet=content))


def test_more_columns_than_are_read_have_a_sentence(tmp_path: Path) -> None:
    used = '<row r="1"><c r="SS1"><v>1</v></c></row>'
    assert "more than 512 columns" in verdict(raw_workbook(tmp_path / "a.xlsx", used))
    many = f"<row>{'<c><v>1</v></c>' * 16_384}</row>"
    assert "more than 512 columns" in verdict(raw_workbook(tmp_path / "b.xlsx", many))
    claimed = sheet_xml(
        raw.HEAD_ROW, before='<dimension ref="A1:XFD1048576"/><cols><col max="16384"/></cols>'
    )
    assert verdict(raw_workbook(tmp_path / "c.xlsx", "", sheet=claimed)) == ""


# Parts

DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", [raw.ROOT, raw.BOOK, raw.RELS, raw.STYLES, raw.STRINGS, raw.SHEET])
@pytest.mark.parametrize("doctype", [DOCTYPE, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])
def test_a_document_type_is_refused_in_every_part_that_is_read(
    tmp_path: Path, part: str, doctype: str
) -> None:
    content = parts('<row><c t="s"><v>0</v></c></row>')
    content[raw.STRINGS] = raw.strings_xml(["<t>Ana</t>"])
    path = write(tmp_path / "a.xlsx", content)
    assert verdict(path) == ""
    content[part] = f'<?xml version="1.0"?><!-- x -->{doctype}{content[part]!s}'
    assert "is damaged" in verdict(write(path, content))


WRONG_RELATIONS = {
    "nothing": ("gone.xml", "worksheet"),
    "itself": ("_rels/workbook.xml.rels", "worksheet"),
    "the workbook": ("workbook.xml", "worksheet"),
    "another kind of part": ("styles.xml", "worksheet"),
    "outside of the file": ("../../../../etc/passwd", "worksheet"),
    "the net": ("https://example.com/sheet1.xml External", "worksheet"),
    "the folder": ("", "worksheet"),
}


@pytest.mark.parametrize("to", WRONG_RELATIONS)
def test_a_sheet_that_is_related_to_something_else_is_named_damage(tmp_path: Path, to: str) -> None:
    target, kind = WRONG_RELATIONS[to]
    path = raw_workbook(tmp_path / "a.xlsx", raw.HEAD_ROW, rels=raw.rels_xml(("rId1", kind, target)))
    assert "is damaged" in verdict(path)


def test_a_workbook_of_charts_alone_has_no_sheet_to_read(tmp_path: Path) -> None:
    rels = raw.rels_xml(("rId1", "chartsheet", "worksheets/sheet1.xml"))
    assert "has no visible sheet" in verdict(raw_workbook(tmp_path / "a.xlsx", raw.HEAD_ROW, rels=rels))


@pytest.mark.parametrize("part", [raw.ROOT, raw.BOOK, raw.RELS, raw.STYLES, raw.SHEET])
@pytest.mark.parametrize("content", [None, "", "no XML", "<other/>", "<worksheet>", b"\xff\xfe\x00"])
def test_a_part_that_is_missing_or_no_xml_is_named_damage(
    tmp_path: Path, part: str, content: raw.Content | None
) -> None:
    found = parts()
    del found[part]
    if content is not None:
        found[part] = content
    assert "is damaged" in verdict(write(tmp_path / "a.xlsx", found))


def test_shared_strings_that_are_missing_matter_only_where_they_are_needed(tmp_path: Path) -> None:
    found = parts()
    del found[raw.STRINGS]
    assert verdict(write(tmp_path / "a.xlsx", found)) == ""
    found[raw.SHEET] = sheet_xml('<row><c t="s"><v>0</v></c></row>')
    assert "is damaged" in verdict(write(tmp_path / "b.xlsx", found))


# The zip


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_named_damage(tmp_path: Path) -> None:
    path = raw_workbook(tmp_path / "a.xlsx", raw.HEAD_ROW)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("docProps/app.xml", "<x/>")
        archive.writestr("docProps/app.xml", "<x/>")
    assert verdict(path) == ""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/worksheets/sheet1.xml", sheet_xml(raw.ANA_ROW))
    assert "is damaged" in verdict(path)


def test_names_of_parts_never_lead_out_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_text(sheet_xml(raw.HEAD_ROW))
    content = parts()
    for name in ("../secret.xml", "/etc/passwd", "../../../../etc/passwd", str(tmp_path / "secret.xml")):
        content[name] = "<x/>"
    content[raw.RELS] = raw.rels_xml(("rId1", "worksheet", f"{tmp_path}/secret.xml"))
    assert "is damaged" in verdict(write(tmp_path / "a.xlsx", content))


def test_a_zip_of_very_many_parts_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts().items():
            archive.writestr(name, str(content))
        for index in range(66_000):
            archive.writestr(f"x{index}", b"")
    begun = time.process_time()
    with pytest.raises(FileUnusable, match=r"a\.xlsx is a zip file, but not an Excel workbook"):
        container.check(path)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_no_workbook_has_is_named_damage(tmp_path: Path, compression: int) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts().items():
            archive.writestr(name, str(content))
    assert "is damaged" in verdict(path)


def _with_claimed_size(path: Path, size: int) -> Path:
    """The same file, whose directory claims another size for its largest part."""
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
    content = path.read_bytes()
    place = content.rindex(largest.filename.encode()) - 46 + 24
    assert content[place : place + 4] == largest.file_size.to_bytes(4, "little")
    path.write_bytes(content[:place] + size.to_bytes(4, "little") + content[place + 4 :])
    return path


def test_a_size_that_is_claimed_bounds_what_is_read(tmp_path: Path) -> None:
    def bomb(name: str) -> Path:
        bytes_ = much("<row><c><v>1</v></c></row>", 2, before=sheet_xml("").partition("</")[0])
        return raw_workbook(tmp_path / name, "", sheet=bytes_)

    assert "would unpack to more than 2 GB" in verdict(_with_claimed_size(bomb("a.xlsx"), 2**31 + 1))
    assert "is damaged" in verdict(_with_claimed_size(bomb("b.xlsx"), 1_000))
    assert "is damaged" in verdict(_with_claimed_size(bomb("c.xlsx"), 3 * 2**20))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_whatever_bytes_are_changed_a_file_ends_with_rows_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    path = raw_workbook(tmp_path_factory.getbasetemp() / "changed.xlsx", raw.HEAD_ROW + raw.ANA_ROW)
    content = bytearray(path.read_bytes())
    for place, byte in changes:
        content[place % len(content)] = byte
    path.write_bytes(content)
    verdict(path)


# Bombs: each in a process of its own, whose memory and time are measured

_READ_ALL = """
import resource, sys
from pathlib import Path
from store.errors import FileUnusable
from store.reading import workbook
try:
    with workbook.open_sheet(Path(sys.argv[1])) as sheet:
        print(sum(1 for _row in sheet.rows()), "rows")
except FileUnusable as error:
    print(error)
used = resource.getrusage(resource.RUSAGE_SELF)
unit = 2**20 if sys.platform == "darwin" else 2**10
print(used.ru_maxrss // unit, used.ru_utime + used.ru_stime)
"""

ROWS_BEFORE = sheet_xml("").partition("</")[0]
STRINGS_BEFORE = raw.strings_xml(()).partition("</")[0]
STYLES_BEFORE = f'<styleSheet xmlns="{raw.MAIN}"><numFmts/>'
LAST_STRING = '<row><c t="s"><v>999999999</v></c></row>'
Maker = Callable[[Path], object]


def _sheet_of(pieces: Iterable[bytes]) -> Maker:
    return lambda path: raw_workbook(path, "", sheet=pieces)


def _strings_of(pieces: Iterable[bytes]) -> Maker:
    return lambda path: raw_workbook(path, LAST_STRING, strings=pieces)


def _part_of(pieces: Iterable[bytes], name: str) -> Maker:
    return lambda path: raw_workbook(path, raw.HEAD_ROW, **{name: pieces})


BOMBS: dict[str, tuple[Maker, str]] = {
    "a cell of 20 million characters": (
        _sheet_of(much("x", 20, before=f'{ROWS_BEFORE}<row><c t="str"><v>')),
        "is damaged",
    ),
    "a cell of 20 million wide characters": (
        _sheet_of(much("👍", 80, before=f'{ROWS_BEFORE}<row><c t="str"><v>')),
        "is damaged",
    ),
    "millions of empty cells in a row": (
        _sheet_of(much('<c s="1"/>', 30, before=f"{ROWS_BEFORE}<row>")),
        "is damaged",
    ),
    "cells within a cell": (
        _sheet_of(much('<a b=""/>', 50, before=f"{ROWS_BEFORE}<row><c>")),
        "is damaged",
    ),
    "a sheet that only nests": (_sheet_of(much("<a>", 20, before=ROWS_BEFORE)), "is damaged"),
    "100,000 levels": (
        _sheet_of([f"{ROWS_BEFORE}<row><c>{'<a>' * 100_000}{'</a>' * 100_000}</c></row>".encode()]),
        "is damaged",
    ),
    "millions of rows": (_sheet_of(much("<row/>", 20, before=ROWS_BEFORE)), "is damaged"),
    "much before the rows": (_sheet_of(much("<x/>", 40, before=sheet_xml("").partition("<s")[0])), "damaged"),
    "a name without end": (_sheet_of(much("x", 50, before=f"{ROWS_BEFORE}<row ")), "is damaged"),
    "a comment without end": (_sheet_of(much("x", 50, before="<!--")), "is damaged"),
    "a space without end": (_sheet_of(much(" ", 50)), "is damaged"),
    "much behind the rows": (
        _sheet_of(much('<x y="z"/>', 300, before=sheet_xml(raw.HEAD_ROW, after="<y/>")[:-12])),
        "1 rows",
    ),
    "long shared strings": (
        _strings_of(much(f"<si><t>{'x' * 32_000}</t></si>", 400, before=STRINGS_BEFORE)),
        "needs too much memory",
    ),
    "wide shared strings": (
        _strings_of(much(f"<si><t>{'👍' * 2_000}</t></si>", 60, before=STRINGS_BEFORE)),
        "is damaged",
    ),
    "millions of empty shared strings": (
        _strings_of(much("<si/>", 60, before=STRINGS_BEFORE)),
        "needs too much memory",
    ),
    "a shared string of many runs": (
        _strings_of(much("<r><t>x</t></r>", 50, before=f"{STRINGS_BEFORE}<si>")),
        "is damaged",
    ),
    "millions of styles": (
        _part_of(much('<xf numFmtId="14"/>', 31, before=f"{STYLES_BEFORE}<cellXfs>"), "styles"),
        "is damaged",
    ),
    "millions of formats": (
        _part_of(much("<numFmt/>", 31, before=STYLES_BEFORE.replace("/>", ">")), "styles"),
        "is damaged",
    ),
    "styles that are too large": (_part_of(much(" ", 40), "styles"), "is damaged"),
    "millions of relations": (
        _part_of(much('<Relationship Id="x"/>', 31, before=raw.rels_xml().partition("</")[0]), "rels"),
        "is damaged",
    ),
    "millions of sheets": (
        _part_of(much('<sheet name="x"/>', 31, before=raw.book_xml("").partition("</sheets")[0]), "book"),
        "is damaged",
    ),
    "millions of views": (
        _part_of(much("<x/>", 12, before=raw.book_xml("").partition("<sheets")[0]), "book"),
        "is damaged",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_sentence_soon_and_in_bounded_memory(tmp_path: Path, name: str) -> None:
    make, sentence = BOMBS[name]
    path = tmp_path / "clientes.xlsx"
    make(path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", _READ_ALL, str(path)],
        env=processes.environment(),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )
    said, _line, used = done.stdout.strip().rpartition("\n")
    assert sentence in said, done.stderr
    megabytes, seconds = used.split()
    assert int(megabytes) < MEGABYTES_LIMIT
    assert float(seconds) < SECONDS_LIMIT
