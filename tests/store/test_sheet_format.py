"""The corners of the format that a reader of sheets has to know."""

import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from store.reading import sheet, workbook
from store.reading.sheet import FORMULA, CellError
from tests.store import hostile_files as raw
from tests.store.hostile_files import raw_workbook
from tests.store.test_sheet import assert_alike, by_openpyxl, ours

Content = raw.Content


def _only(path: Path) -> Any:
    """The value of the one cell of a workbook, whose place is A1."""
    cells = ours(path)
    assert cells.keys() <= {(1, 1)}
    return cells.get((1, 1))


# Cells


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c><f>5</f></c>", FORMULA),
        ("<c><f>1+1</f></c>", FORMULA),
        ('<c t="str"><f>A2</f></c>', FORMULA),
        ('<c t="s"><f>A2</f></c>', FORMULA),
        ("<c><f>A2</f><v></v></c>", FORMULA),
        ('<c t="str"><f>A2</f><v/></c>', None),
        ('<c><f t="shared" si="0"/><v>7</v></c>', 7),
        ("<c><f>5</f><v>7</v></c>", 7),
        ('<c t="n"><v>7</v></c>', 7),
        ("<c><v>573001234567</v></c>", 573001234567),
        ("<c><v>5.73001234567E+11</v></c>", 573001234567.0),
        ("<c><v>1.5E-7</v></c>", 1.5e-7),
        ("<c><v>-3</v></c>", -3),
        ("<c><v>12345678901234567890</v></c>", 12345678901234567890.0),
        ("<c><v>1<!-- a comment -->2</v></c>", 12),
        ("<c>\n  <v>12</v>\n</c>", 12),
        ("<c><v> </v></c>", None),
        ("<c><v>12 apples</v></c>", CellError("12 apples")),
        ("<c><v>nan</v></c>", CellError("nan")),
        ("<c><v>1e999</v></c>", CellError("1e999")),
        ('<c t="b"><v>1</v></c>', True),
        ('<c t="b"><v>false</v></c>', False),
        ('<c t="b"><v>maybe</v></c>', CellError("maybe")),
        ('<c t="e"><v>#N/A</v></c>', CellError("#N/A")),
        ('<c t="e"><f>NA()</f><v>#N/A</v></c>', CellError("#N/A")),
        ('<c t="str"><v>#N/A</v></c>', "#N/A"),
        ('<c t="inlineStr"><is><t>a</t></is></c>', "a"),
        ('<c t="inlineStr"><v>a</v></c>', "a"),
        ("<c><is><t>a</t></is></c>", "a"),
        ('<c t="inlineStr"><is><t><![CDATA[<b> & ]]></t></is></c>', "<b> &"),
        ('<c t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>spoken</t></rPh></is></c>', "a"),
        ('<c t="str"><v>a_x000A_b_x0009_c</v></c>', "a\nb\tc"),
        ('<c t="str"><v>_x005F_x0041_</v></c>', "_x0041_"),
        ('<c t="str"><v>_x0041__x0042_</v></c>', "AB"),
        ('<c t="str"><v>_xD83D__xDE00_</v></c>', "\N{GRINNING FACE}"),
        ('<c t="str"><v>a_xD83D_b_x0000_c</v></c>', "abc"),
        ('<c t="str"><v>_x41_</v></c>', "_x41_"),
        ('<c t="str"><v>a&amp;&lt;&#233;</v></c>', "a&<é"),
        ('<c t="d"><v>2020-01-02</v></c>', datetime(2020, 1, 2)),
        ('<c t="d"><v>2020-01-02T03:04:05Z</v></c>', datetime(2020, 1, 2, 3, 4, 5)),
        ('<c t="d"><v>03:04:05</v></c>', time(3, 4, 5)),
        ('<c t="d"><v>soon</v></c>', "soon"),
        ('<c s="1"><v>-700000</v></c>', CellError("#VALUE!")),
        ('<c s="1"><v>3000000</v></c>', CellError("#VALUE!")),
        ('<c s="4"><v>1e300</v></c>', CellError("#VALUE!")),
        ('<c s="4"><v>1.5</v></c>', timedelta(days=1.5)),
        ('<c s="1"><f>A2</f><v>44000</v></c>', datetime(2020, 6, 18)),
        ('<c s="99"><v>5</v></c>', 5),
        ('<c s="6"><v>5</v></c>', 5),
    ],
)
def test_a_cell_has_the_value_that_the_format_gives_it(tmp_path: Path, cell: str, value: Any) -> None:
    placed = cell.replace("<c", '<c r="A1"', 1)
    for row in (f"<row>{cell}</row>", f'<row r="1">{placed}</row>'):
        found = _only(raw_workbook(tmp_path / "a.xlsx", row))
        assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("quick", [0, 1, 2, 100])
def test_shared_strings_are_the_same_whether_they_are_quick_at_hand_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: int
) -> None:
    monkeypatch.setattr(sheet, "_QUICK_STRINGS", quick)
    items = [
        "<t>Ana</t>",
        "<r><t>E</t></r><r><rPr><b/></rPr><t>va</t></r>",
        '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>',
        '<phoneticPr fontId="1"/>',
        "<t/>",
        "<t>\N{GRINNING FACE}</t>",
        "",
    ]
    order = [5, 0, 2, 1, 3, 4, 6, 2]
    cells = "".join(f'<c t="s"><v>{index}</v></c>' for index in order)
    path = raw_workbook(tmp_path / "a.xlsx", f"<row>{cells}</row>", strings=raw.strings_xml(items))
    with workbook.open_sheet(path) as found:
        rows = list(found.rows())
    assert rows[0].cells == ["\N{GRINNING FACE}", "Ana", "東京", "Eva", None, None, None, "東京"]


def test_long_shared_strings_are_not_kept_quick_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "_QUICK_CHARACTERS", 10)
    strings = raw.strings_xml([f"<t>{'x' * 4_000}{index}</t>" for index in range(20)])
    rows = "".join(f'<row><c t="s"><v>{19 - index}</v></c></row>' for index in range(20))
    found = ours(raw_workbook(tmp_path / "a.xlsx", rows, strings=strings))
    assert [value[4_000:] for value in found.values()] == [str(19 - index) for index in range(20)]


# Where cells lie


def test_rows_have_their_own_numbers_where_only_their_cells_have_one(tmp_path: Path) -> None:
    rows = '<row><c r="B3"><v>1</v></c></row><row><c><v>2</v></c></row><row r="9"><c><v>3</v></c></row>'
    assert ours(raw_workbook(tmp_path / "a.xlsx", rows)) == {(3, 2): 1, (4, 1): 2, (9, 1): 3}


def test_cells_out_of_order_and_small_letters_find_their_places(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="C1"><v>3</v></c><c r="a1"><v>1</v></c><c><v>2</v></c></row>'
    assert ours(raw_workbook(tmp_path / "a.xlsx", rows)) == {(1, 1): 1, (1, 2): 2, (1, 3): 3}


def test_the_last_row_and_the_last_column_that_is_read_are_read(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="SR1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>'
    assert ours(raw_workbook(tmp_path / "a.xlsx", rows)) == {(1, 512): 1, (1_048_576, 1): 2}


def test_what_a_sheet_claims_of_its_size_is_not_believed(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (1, 2, 3))
    for claim in ("A1:XFD1048576", "A1", "B9:B9", "nonsense"):
        content = raw.sheet_xml(rows, before=f'<dimension ref="{claim}"/>')
        assert ours(raw_workbook(tmp_path / "a.xlsx", "", sheet=content)) == {(1, 1): 1, (2, 1): 2, (3, 1): 3}


def test_empty_cells_with_a_style_are_nothing(tmp_path: Path) -> None:
    empty = "".join(f'<c r="{column}2" s="5"/>' for column in ("A", "B", "XFD"))
    rows = f'<row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2" s="5">{empty}</row><row r="3"/>'
    with workbook.open_sheet(raw_workbook(tmp_path / "a.xlsx", rows)) as found:
        assert list(found.rows()) == [(1, [1])]


def test_hidden_rows_and_columns_and_comments_lose_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    own = book.worksheets[0]
    for row in range(1, 6):
        own.append([f"+5730012345{row}", f"Ana {row}", row / 2])
    own.row_dimensions[3].hidden = True
    own.column_dimensions["B"].hidden = True
    own.auto_filter.ref = "A1:C5"
    own["A1"].comment = Comment("look", "me")
    book.save(tmp_path / "a.xlsx")
    assert len(assert_alike(tmp_path / "a.xlsx")) == 15


def test_merged_cells_have_the_value_of_the_first_and_hide_none(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a", None, "b"])
    book.worksheets[0].merge_cells("A1:B2")
    book.save(tmp_path / "a.xlsx")
    assert assert_alike(tmp_path / "a.xlsx") == {(1, 1): "a", (1, 3): "b"}
    # openpyxl drops what other programs have left under a merged cell; it is in the file.
    rows = '<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>'
    content = raw.sheet_xml(rows, after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')
    path = raw_workbook(tmp_path / "b.xlsx", "", sheet=content)
    assert ours(path) == {(1, 1): "a", (1, 2): "b"}
    assert by_openpyxl(path) == {(1, 1): "a"}


# Parts


ROW = '<row r="1"><c r="A1" s="1"><v>44000</v></c></row>'
DAY = datetime(2020, 6, 18)


def _renamed(path: Path, names: dict[str, str], **changes: Content) -> Path:
    content = raw.parts(ROW)
    content |= {getattr(raw, name.upper()): part for name, part in changes.items()}
    return raw.write(path, {names.get(name, name): part for name, part in content.items()})


@pytest.mark.parametrize("folder", ["worksheets/", "/xl/worksheets/", "../xl/worksheets/", "./Worksheets/"])
def test_targets_of_relations_are_understood(tmp_path: Path, folder: str) -> None:
    rels = raw.rels_xml(("rId1", "worksheet", f"{folder}sheet1.xml"), ("rId2", "styles", "styles.xml"))
    assert _only(raw_workbook(tmp_path / "a.xlsx", ROW, rels=rels)) == DAY


@pytest.mark.parametrize(
    "names",
    [
        {raw.SHEET: "xl/Worksheets/Sheet1.XML", raw.TYPES: "[content_types].xml"},
        {name: name.replace("/", "\\") for name in raw.parts()},
        {name: f"/{name}" for name in raw.parts() if name != raw.TYPES},
    ],
)
def test_names_of_parts_are_compared_as_the_format_does(tmp_path: Path, names: dict[str, str]) -> None:
    assert _only(_renamed(tmp_path / "a.xlsx", names)) == DAY


def test_parts_can_lie_anywhere(tmp_path: Path) -> None:
    path = _renamed(
        tmp_path / "a.xlsx",
        {raw.BOOK: "book.xml", raw.RELS: "_rels/book.xml.rels", raw.SHEET: "s.xml", raw.STYLES: "look.xml"},
        root=raw.rels_xml(("x", "officeDocument", "/book.xml")),
        rels=raw.rels_xml(("rId1", "worksheet", "s.xml"), ("y", "styles", "look.xml")),
    )
    assert _only(path) == DAY


def test_the_strict_variant_of_the_format_is_read(tmp_path: Path) -> None:
    strict = {
        name: content.replace(raw.MAIN, raw.STRICT).replace(raw.RELATIONS, raw.STRICT_RELATIONS)
        for name, content in raw.parts(
            '<row><c t="d"><v>2020-01-02</v></c><c t="s"><v>0</v></c></row>'
        ).items()
        if isinstance(content, str)
    }
    strict[raw.STRINGS] = raw.strings_xml(["<t>Ana</t>"], main=raw.STRICT)
    assert ours(raw.write(tmp_path / "a.xlsx", strict)) == {(1, 1): datetime(2020, 1, 2), (1, 2): "Ana"}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-8-SIG", "UTF-16", "ISO-8859-1", "US-ASCII"])
def test_parts_are_read_in_their_own_encoding(tmp_path: Path, encoding: str) -> None:
    name = "Ana" if encoding == "US-ASCII" else "Zoë"
    named = encoding.removesuffix("-SIG")
    declared = f'<?xml version="1.0" encoding="{named}" standalone="yes"?>'
    rows = f'<row><c t="str"><v>{name}</v></c><c t="s"><v>0</v></c></row>'
    strings = declared + raw.strings_xml([f"<t>{name}</t>"])
    content = declared + raw.sheet_xml(rows)
    path = raw_workbook(
        tmp_path / "a.xlsx", "", sheet=content.encode(encoding), strings=strings.encode(encoding)
    )
    assert ours(path) == {(1, 1): name, (1, 2): name}


def test_the_sheet_is_read_with_much_before_and_after_its_rows(tmp_path: Path) -> None:
    columns, links = '<col min="1" max="1" width="9"/>' * 200_000, '<hyperlink ref="A1"/>' * 200_000
    content = raw.sheet_xml(ROW, before=f"<cols>{columns}</cols>", after=f"<hyperlinks>{links}</hyperlinks>")
    assert _only(raw_workbook(tmp_path / "a.xlsx", "", sheet=content)) == DAY


def test_styles_that_openpyxl_refuses_are_no_hindrance(tmp_path: Path) -> None:
    styles = raw.styles_xml().replace("<fill><patternFill/></fill>", "<fill/>")
    path = raw_workbook(tmp_path / "a.xlsx", ROW, styles=styles)
    with pytest.raises(TypeError):
        openpyxl.load_workbook(path)
    assert _only(path) == DAY


def test_the_first_visible_sheet_is_read_or_the_one_that_is_named(tmp_path: Path) -> None:
    kinds = ["chartsheet", "worksheet", "worksheet", "worksheet", "worksheet"]
    states = ["visible", "hidden", "veryHidden", "visible", "visible"]
    sheets = "".join(
        f'<sheet name="S{i}" sheetId="{i + 1}" state="{state}" r:id="r{i}"/>'
        for i, state in enumerate(states)
    )
    content = raw.parts()
    content[raw.BOOK] = raw.book_xml(sheets)
    content[raw.RELS] = raw.rels_xml(*((f"r{i}", kind, f"s{i}.xml") for i, kind in enumerate(kinds)))
    content |= {f"xl/s{i}.xml": raw.sheet_xml(f'<row><c t="str"><v>in S{i}</v></c></row>') for i in range(5)}
    path = raw.write(tmp_path / "a.xlsx", content)
    with workbook.open_sheet(path) as found:
        assert (found.name, found.visible_names) == ("S3", ("S3", "S4"))
    assert [_named(path, f"S{i}") for i in (1, 2, 3, 4)] == ["in S1", "in S2", "in S3", "in S4"]


def _named(path: Path, name: str) -> Any:
    return ours(path, name)[1, 1]


def test_progress_is_told_by_bytes_and_ends_at_a_thousand(tmp_path: Path) -> None:
    rows = "".join(f"<row><c><v>{n}</v></c></row>" for n in range(20_000))
    seen: list[int] = []
    with workbook.open_sheet(raw_workbook(tmp_path / "a.xlsx", rows)) as found:
        seen.extend(found.progress for _row in found.rows())
        assert found.progress == 1000
    assert seen == sorted(seen)
    assert len(set(seen)) > 20


def test_a_zip_with_its_parts_uncompressed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in raw.parts(ROW).items():
            assert isinstance(content, str)
            archive.writestr(name, content)
    assert _only(path) == DAY
