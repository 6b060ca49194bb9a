"""Rows that are taken without a parser are those that the parser would have found."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.errors import FileUnusable
from store.reading import plain, sheet, workbook
from store.reading.sheet import SheetReader
from tests.store import hostile_files as raw
from tests.store.hostile_files import raw_workbook
from tests.store.test_sheet import assert_alike, ours

DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MORE = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"


def as_excel_writes(path: Path, rows: int) -> Path:
    """A workbook of text, numbers, days and gaps."""
    strings, found = ["Phone", "Name", "Day", "Città &amp; più"], []
    for number in range(1, rows + 1):
        strings.append(f"Ñoño {number} 👍")
        cells = (
            f'<c r="A{number}" s="6"><v>{573001234567 + number}</v></c>',
            f'<c r="B{number}" t="s"><v>{number + 3}</v></c>' if number % 7 else f'<c r="B{number}" s="6"/>',
            f'<c r="D{number}" s="1"><v>{40000 + number}</v></c>' if number % 3 else "",
            f'<c r="AB{number}" s="5" t="s"><v>{number % 4}</v></c><c r="AC{number}"><v>{number / 7}</v></c>',
        )
        found.append(f'<row r="{number}" spans="1:29" x14ac:dyDescent="0.25">{"".join(cells)}</row>')
    content = DECLARED + raw.sheet_xml("".join(found), before='<dimension ref="A1"/>')
    content = content.replace("<worksheet", f'<worksheet xmlns:x14ac="{MORE}"')
    return raw_workbook(
        path, "", sheet=content, strings=DECLARED + raw.strings_xml(f"<t>{text}</t>" for text in strings)
    )


def test_what_excel_writes_is_read_as_both_libraries_do(tmp_path: Path) -> None:
    path = as_excel_writes(tmp_path / "a.xlsx", 2_500)
    assert len(assert_alike(path)) == 2_500 * 3 + sum(bool(n % 7) + bool(n % 3) for n in range(1, 2_501))


def test_what_excel_writes_needs_no_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_excel_writes(tmp_path / "a.xlsx", 1_000)
    whole = ours(path)

    def refuse(*_arguments: Any) -> Any:
        raise AssertionError("parsed")

    monkeypatch.setattr(SheetReader, "_cells", refuse)
    monkeypatch.setattr(sheet, "_text_of", refuse)
    assert ours(path) == whole


@pytest.mark.parametrize(
    "text", ["a &amp;lt; b &quot;&apos;&gt;&lt;", "&amp;", "&amp;amp;copy;", "&#233;", "x&#x26;y"]
)
def test_entities_are_what_both_libraries_take_them_for(tmp_path: Path, text: str) -> None:
    strings = DECLARED + raw.strings_xml(f"<t>{each}</t>" for each in ("plain", text, "plain again"))
    cells = "".join(f'<c r="{letter}1" t="s"><v>{index}</v></c>' for index, letter in enumerate("ABC"))
    path = raw_workbook(tmp_path / "a.xlsx", f'<row r="1">{cells}</row>', strings=strings)
    assert len(assert_alike(path)) == 3


_PLAIN_ROWS = (
    '<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>',
    '<row r="{n}" spans="1:2"><c r="A{n}" s="1"><v>{n}.5</v></c><c r="B{n}" t="s"><v>0</v></c></row>',
    '<row r="{n}" hidden="1"><c r="C{n}" s="3"/><c r="E{n}" t="n"><v>-1E-3</v></c></row>',
    '<row r="{n}"/>',
    '<row r="{n}"></row>',
    '<row r="{n}"><c r="A{n}" s="1" t="s"><v>1</v></c><c r="C{n}" s="7"><v>8</v></c></row>',
    '<row r="{n}"><c r="A{n}" t="n"><v>1</v></c><c r="A{n}" s="2"/></row>',
    '<row r="{n}"><c r="ZZ{n}"/><c r="B{n}" t="s"><v>2</v></c><c r="A{n}" t="s"><v>1</v></c></row>',
)
_OTHER_ROWS = (
    '<row r="{n}"><c r="A{n}"><f>1</f><v>{n}</v></c></row>',
    '<row r="{n}"><!-- </row> --><c r="A{n}" t="str"><v>x&amp;y</v></c></row>',
    '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t><![CDATA[</row><row r="1">]]></t></is></c></row>',
    '<row r="{n}" ><c t="b" r="B{n}"><v>1</v></c></row>',
    "<row><c><v>{n}</v></c></row>",
    '\n<row r="{n}"><c r="A{n}"><v>1.5.5</v></c></row>\n',
)
_STRINGS = (
    "<t>a</t>",
    '<t xml:space="preserve"> b\nb </t>',
    "<t>_x0041_é</t>",
    "<t/>",
    "<r><t>c</t></r>",
    "<t>&lt;</t>",
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(_PLAIN_ROWS * 3 + _OTHER_ROWS), max_size=12),
    st.lists(st.sampled_from(_STRINGS), min_size=3, max_size=6),
    st.integers(20, 120),
)
def test_the_parser_finds_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], strings: list[str], piece: int
) -> None:
    content = raw.sheet_xml("".join(row.format(n=n) for n, row in enumerate(rows, 1)))
    texts = raw.strings_xml(strings)
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_PIECE", piece)
        patch.setattr(plain, "_HEAD", content.index("<sheetData>") + 11 + piece)
        taken = ours(raw_workbook(folder / "plain.xlsx", "", sheet=content, strings=texts))
    commented = raw_workbook(
        folder / "parsed.xlsx", "", sheet=f"<!-- x -->{content}", strings=f"<!-- x -->{texts}"
    )
    assert taken == ours(commented)


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A3" t="s"><v>-1</v></c>',
        '<c r="A3" t="s"><v>0.5</v></c>',
        '<c r="A3" t="s"><v>3</v></c>',
        '<c r="A3" t="s"><v>0</v></c><c r="A3" t="s"><v>1</v></c>',
        '<c r="A3" t="s"><v>0</v></c><c r="A3"><v>1</v></c>',
    ],
)
def test_a_row_of_the_usual_form_that_cannot_be_is_refused(tmp_path: Path, cells: str) -> None:
    usual = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in (1, 2))
    texts = raw.strings_xml(["<t>a</t>", "<t>b</t>", "<t>c</t>"])
    path = raw_workbook(tmp_path / "a.xlsx", f'{usual}<row r="3">{cells}</row>', strings=texts)
    with pytest.raises(FileUnusable, match="damaged"):
        ours(path)


def test_rows_of_hundreds_of_forms_are_read_as_both_libraries_do(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="{"ABC"[n % 3]}{n}" s="{n % 7}"><v>{n}</v></c>'
        f'<c r="{"DEF"[n % 3]}{n}"><v>1</v></c></row>'
        for n in range(1, 400)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_KINDS_LIMIT", 12)
        assert len(assert_alike(raw_workbook(tmp_path / "a.xlsx", rows))) == 2 * 399


def test_a_sheet_that_breaks_off_gives_its_whole_rows_first(tmp_path: Path) -> None:
    rows = "".join(_PLAIN_ROWS[0].format(n=n) for n in range(1, 5_000))
    content = raw.sheet_xml(rows)
    path = raw_workbook(tmp_path / "a.xlsx", "", sheet=content[: content.index('<row r="4000"') + 20])
    seen: list[int] = []
    with pytest.raises(FileUnusable, match="damaged"), workbook.open_sheet(path) as found:
        for row in found.rows():
            seen.append(row.number)
    assert seen == list(range(1, 4_000))
