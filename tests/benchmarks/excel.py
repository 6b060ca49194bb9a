"""Write rows as Excel saves them, and as CSV: a workbook of a million rows in seconds.

`python -m tests.benchmarks.excel KIND FILE ROWS START` is a process of its own: the strings of a large file
take memory that is not to stay behind.
"""

import csv
import sys
import zipfile
from collections.abc import Iterable
from html import escape
from itertools import islice
from pathlib import Path
from typing import IO

from tests.benchmarks import people
from tests.benchmarks.people import HEADERS, Row

_BATCH = 5_000
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_STYLES = (1, 2, 2, 2, 2, 3)
"""By column, the index into the cell formats of styles.xml: text, general, date."""

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETML}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETML}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEETML}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEETML}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<workbookPr defaultThemeVersion="166925"/>'
    '<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" windowHeight="12210"/></bookViews>'
    '<sheets><sheet name="Contactos" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="191029"/></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top"/></xf>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_SHEET_HEAD = (
    f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac" '
    'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac">'
    '<dimension ref="A1:F{last}"/><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>'
    '<cols><col min="1" max="6" width="22.7109375" customWidth="1"/></cols><sheetData>'
)
_SHEET_TAIL = (
    '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    "</worksheet>"
)


class _Strings:
    """The strings that cells share, each once, in the order in which they first appear."""

    def __init__(self) -> None:
        self.count = 0
        self.indexes: dict[str, int] = {}

    def index(self, text: str) -> int:
        self.count += 1
        return self.indexes.setdefault(text, len(self.indexes))

    def write(self, part: IO[bytes]) -> None:
        head = f'<sst xmlns="{_MAIN}" count="{self.count}" uniqueCount="{len(self.indexes)}">'
        part.write(f"{_XML}{head}".encode())
        texts = iter(self.indexes)
        while batch := list(islice(texts, _BATCH)):
            part.write("".join(f"<si><t>{escape(text, quote=False)}</t></si>" for text in batch).encode())
        part.write(b"</sst>")


def write_workbook(path: Path, rows: Iterable[Row], count: int) -> None:
    """The `count` rows below the headers in a workbook, as Excel saves it."""
    strings = _Strings()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, _XML + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            _write_sheet(part, rows, count, strings)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            strings.write(part)


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """The same rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows((*row[:5], people.day(row.since)) for row in rows)


def _write_sheet(part: IO[bytes], rows: Iterable[Row], count: int, strings: _Strings) -> None:
    part.write((_XML + _SHEET_HEAD.format(last=count + 1)).encode())
    part.write(_xml_row(1, HEADERS, (4,) * len(HEADERS), strings).encode())
    numbered = enumerate(rows, 2)
    while batch := list(islice(numbered, _BATCH)):
        part.write("".join(_xml_row(number, row, _STYLES, strings) for number, row in batch).encode())
    part.write(_SHEET_TAIL.encode())


def _xml_row(
    number: int, values: Iterable[str | int | None], styles: Iterable[int], strings: _Strings
) -> str:
    cells = []
    for letter, style, value in zip("ABCDEF", styles, values, strict=True):
        start = f'<c r="{letter}{number}" s="{style}"'
        if value is None:
            cells.append(f"{start}/>")
        elif isinstance(value, int):
            cells.append(f"{start}><v>{value}</v></c>")
        else:
            cells.append(f'{start} t="s"><v>{strings.index(value)}</v></c>')
    return f'<row r="{number}" spans="1:6" x14ac:dyDescent="0.25">{"".join(cells)}</row>'


def main(kind: str, path: Path, count: int, start: int) -> None:
    """Write a file of a kind: workbook, repeated (see `people.rows`), or csv."""
    rows = people.rows(count, start, repeated=kind == "repeated")
    if kind == "csv":
        write_csv(path, rows)
    else:
        write_workbook(path, rows, count)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
