"""Make workbooks from raw XML: those that nobody's library would write."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

TYPES, ROOT, BOOK = "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"
RELS, STYLES, STRINGS, SHEET = (
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet1.xml",
)

FORMATS = ("General", "yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd hh:mm:ss", "hh:mm:ss", "[h]:mm:ss", "0%", "@")
"""The number formats of the styles 0, 1, 2, … of raw workbooks."""
DATE, MOMENT, TIME, DURATION, PERCENT = 1, 2, 3, 4, 5

HEAD_ROW = '<row r="1"><c r="A1" t="str"><v>Phone</v></c><c r="B1" t="str"><v>Name</v></c></row>'
ANA_ROW = '<row r="2"><c r="A2" t="str"><v>+573001234567</v></c><c r="B2" t="str"><v>Ana</v></c></row>'

Content = str | bytes | Iterable[bytes]
"""A part, or its pieces where it is too long to be held."""


def sheet_xml(rows: str, *, before: str = "", after: str = "", main: str = MAIN) -> str:
    """A sheet, given what stands inside of sheetData, before and after it."""
    return f'<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def strings_xml(items: Iterable[str], *, main: str = MAIN) -> str:
    """Shared strings, given what stands inside of each `si`."""
    return f'<sst xmlns="{main}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def book_xml(sheets: str = '<sheet name="S" sheetId="1" r:id="rId1"/>', *, date1904: bool = False) -> str:
    """A workbook part."""
    properties = '<workbookPr date1904="1"/>' if date1904 else "<workbookPr/>"
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{sheets}</sheets></workbook>'


def rels_xml(*relations: tuple[str, str, str], base: str = RELATIONS) -> str:
    """Relations of id, kind and target (with a third word after a space as its mode)."""
    found = []
    for own_id, kind, target in relations:
        place, _space, mode = target.partition(" ")
        extra = f' TargetMode="{mode}"' if mode else ""
        found.append(f'<Relationship Id="{own_id}" Type="{base}/{kind}" Target="{place}"{extra}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(found)}</Relationships>'


def styles_xml(extra: str = "") -> str:
    """Styles for FORMATS; `extra` stands behind them."""
    formats = "".join(
        f'<numFmt numFmtId="{164 + index}" formatCode="{code}"/>' for index, code in enumerate(FORMATS)
    )
    uses = "".join(f'<xf numFmtId="{164 + index}" fontId="0" fillId="0" borderId="0"/>' for index in range(7))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="7">{formats}</numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="7">{uses}{extra}</cellXfs></styleSheet>'
    )


_RELATIONS_OF_ALL = (
    ("rId1", "worksheet", "worksheets/sheet1.xml"),
    ("rId2", "styles", "styles.xml"),
    ("rId3", "sharedStrings", "sharedStrings.xml"),
)


def parts(rows: str = HEAD_ROW + ANA_ROW) -> dict[str, Content]:
    """All parts of a small workbook, to be changed and written."""
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{TYPE}.{kind}+xml"/>'
        for part, kind in (
            (BOOK, "sheet.main"),
            (SHEET, "worksheet"),
            (STYLES, "styles"),
            (STRINGS, "sharedStrings"),
        )
    )
    return {
        TYPES: f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        ROOT: rels_xml(("rId1", "officeDocument", BOOK)),
        BOOK: book_xml(),
        RELS: rels_xml(*_RELATIONS_OF_ALL),
        STYLES: styles_xml(),
        STRINGS: strings_xml(()),
        SHEET: sheet_xml(rows),
    }


def write(path: Path, content: Mapping[str, Content]) -> Path:
    """Zip parts into a file; large ones are given in pieces."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in content.items():
            with archive.open(name, "w", force_zip64=True) as target:
                for piece in (part,) if isinstance(part, str | bytes) else part:
                    target.write(piece.encode() if isinstance(piece, str) else piece)
    return path


def raw_workbook(path: Path, rows: str, **changes: Content) -> Path:
    """A workbook with these rows; `changes` are parts by the name of their constant in small letters."""
    content = parts(rows)
    content.update({globals()[name.upper()]: part for name, part in changes.items()})
    return write(path, content)


def much(piece: str, megabytes: int, *, before: str = "", after: str = "") -> Iterable[bytes]:
    """A part that repeats a piece until it has this size, never held as a whole."""
    block = piece.encode() * max(1, 2**20 // len(piece))
    yield before.encode()
    for _index in range(megabytes * 2**20 // len(block)):
        yield block
    yield after.encode()
