"""The reader of sheets, held cell by cell to openpyxl and to calamine.

Where a library is known to lose something, that is left out of the comparison, and the format is asserted.
"""

import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from store import jobs, properties
from store.imports import template
from store.reading import sheet, workbook
from store.reading.sheet import FORMULA, CellError, CellValue
from store.values.property_type import PropertyType
from store.values.text import clean
from tests import support
from tests.store import hostile_files as raw
from tests.store.hostile_files import raw_workbook

Cells = dict[tuple[int, int], Any]
"""Values by row and column, both counted from 1."""

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def ours(path: Path, name: str | None = None) -> Cells:
    """All cells as we read them."""
    with workbook.open_sheet(path, name) as found:
        return {
            (row.number, column): value
            for row in found.rows()
            for column, value in enumerate(row.cells, 1)
            if value is not None
        }


def by_openpyxl(path: Path, name: str | None = None) -> Cells:
    """All cells as openpyxl reads them, in its normal mode."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, data_only=True)
    chosen = book[name] if name else next(s for s in book.worksheets if s.sheet_state == "visible")
    cells: Cells = {}
    for number, row in enumerate(chosen.iter_rows(), 1):
        for column, cell in enumerate(row, 1):
            value: Any = CellError(str(cell.value)) if cell.data_type == "e" else cell.value
            cells[number, column] = clean(value) if isinstance(value, str) else value
    return _filled(cells)


def by_calamine(path: Path, name: str | None = None) -> Cells:
    """All cells as calamine reads them."""
    book = CalamineWorkbook.from_path(str(path))
    visible = [item.name for item in book.sheets_metadata if item.visible == SheetVisibleEnum.Visible]
    values = book.get_sheet_by_name(name or visible[0]).to_python(skip_empty_area=False)
    cells = {
        (number, column): clean(value) if isinstance(value, str) else value
        for number, row in enumerate(values, 1)
        for column, value in enumerate(row, 1)
    }
    return _filled(cells)


def _filled(cells: Cells) -> Cells:
    """Without empty cells; days are moments, as we have them."""
    return {
        place: datetime.combine(value, time())
        if isinstance(value, date) and not isinstance(value, datetime)
        else value
        for place, value in cells.items()
        if value not in (None, "")
    }


def assert_alike(path: Path, name: str | None = None) -> Cells:
    """Our cells, the same as those of both libraries."""
    found = ours(path, name)
    # Neither library tells a formula without a result, calamine no errors either.
    known = {place: value for place, value in found.items() if value != FORMULA}
    assert _typed(known) == _typed(by_openpyxl(path, name))
    without_errors = {place: value for place, value in known.items() if not isinstance(value, CellError)}
    assert _loose(without_errors) == _loose(by_calamine(path, name))
    return found


def _typed(cells: Cells) -> Cells:
    """With the types, which would be equal otherwise: 1, 1.0 and True; whole numbers beyond 2**53 aside."""
    return {
        place: (type(value), value)
        if not isinstance(value, int) or abs(value) < 10**16
        else (float, float(value))
        for place, value in cells.items()
    }


def _loose(cells: Cells) -> Cells:
    """With whole numbers as calamine has them."""
    return {
        place: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for place, value in cells.items()
    }


# Workbooks as they come


@pytest.mark.parametrize("name", ["simple", "team", "extra"])
def test_the_samples_are_read_as_both_libraries_do(tmp_path: Path, name: str) -> None:
    assert assert_alike(support.three_samples(tmp_path)[name])


def test_a_large_file_is_read_as_both_libraries_do(tmp_path: Path) -> None:
    cells = assert_alike(support.large_file(tmp_path / "a.xlsx", 3_000))
    assert max(cells)[0] == 3_001


@pytest.mark.usefixtures("db")
def test_our_own_files_are_read_as_both_libraries_do(tmp_path: Path) -> None:
    properties.create("Born", PropertyType.DATE)
    view = support.import_file(support.large_file(tmp_path / "a.xlsx", 60))
    support.report_rows(view.id, tmp_path / "r.xlsx")
    assert assert_alike(tmp_path / "r.xlsx", "Results")
    assert assert_alike(tmp_path / "r.xlsx", "Summary")
    jobs.wait(template.request(tmp_path / "t.xlsx"), 30)
    assert assert_alike(tmp_path / "t.xlsx")[1, 4] == "Born"


_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    st.dates(date(1904, 1, 2), date(9999, 1, 1)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.timedeltas(timedelta(0), timedelta(90)).map(lambda length: timedelta(seconds=length.seconds)),
    st.sampled_from(["#N/A", "#DIV/0!", "=1+1", " x ", "a\nb", "محمد", "👩‍👩‍👧", "", None]),
)


@many
@given(st.lists(st.lists(_VALUES, max_size=6), max_size=12), st.booleans())
def test_what_openpyxl_writes_is_read_as_both_libraries_do(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]], is_mac: bool
) -> None:
    book = openpyxl.Workbook()
    if is_mac:
        book.epoch = CALENDAR_MAC_1904
        rows = [[v for v in row if not isinstance(v, datetime) or v.year > 1904] for row in rows]
    for row in rows:
        book.worksheets[0].append(row)
    path = tmp_path_factory.getbasetemp() / "written.xlsx"
    book.save(path)
    assert_alike(path)


# Workbooks made from raw XML


@dataclass(frozen=True)
class Cell:
    """A cell as XML, and the value that the format gives it."""

    attributes: str
    inside: str
    value: CellValue
    shared: str | None = None
    """Its text, where the strings are shared."""

    @property
    def has_escapes(self) -> bool:
        """Whether it has escapes such as _x000D_, which openpyxl leaves as they are."""
        return "_x" in self.inside + (self.shared or "")


_LITERAL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _written(text: str) -> str:
    """Text as a file has it: what looks like an escape escaped, a carriage return as one."""
    return escape(_LITERAL_ESCAPE.sub("_x005F_", text).replace("\r", "_x000D_"), quote=False)


def _text_cell(kind: str, text: str) -> Cell:
    value = clean(text) or None
    run = f'<t xml:space="preserve">{_written(text)}</t>'
    half = len(text) // 2
    runs = "".join(
        f'<r><rPr><b/></rPr><t xml:space="preserve">{_written(part)}</t></r>'
        for part in (text[:half], text[half:])
        if part
    )
    spoken = '<rPh sb="0" eb="1"><t>spoken</t></rPh><phoneticPr fontId="0"/>'
    match kind:
        case "shared":
            return Cell("", "", value, run)
        case "shared rich":
            return Cell("", "", value, runs + spoken if runs else "<t/>")
        case "inline":
            return Cell(' t="inlineStr"', f"<is>{run}</is>", value)
        case "inline rich":
            return Cell(' t="inlineStr"', f"<is>{runs or '<t/>'}</is>", value)
        case "formula":
            return Cell(' t="str"', f"<f>A1</f><v>{_written(text)}</v>", value)
        case _:
            return Cell(' t="str"', f"<v>{_written(text)}</v>", value)


_TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="_"),
        st.sampled_from(" \n\t\u00a0_xX05Fé\u202e👍🏽ع\r"),
    ),
    max_size=12,
)
_KINDS = ("shared", "shared rich", "inline", "inline rich", "formula", "str")
_ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!")
_EMPTY = Cell(' s="5"', "", None)
_UNSET = Cell("", "<f>B1+1</f>", FORMULA)


def _number_cell(number: float, style: int) -> Cell:
    return Cell(f' s="{style}"', f"<v>{number!r}</v>", number)


_CELLS = st.one_of(
    st.builds(_text_cell, st.sampled_from(_KINDS), _TEXTS),
    st.builds(_number_cell, st.integers(-(10**16), 10**16), st.sampled_from([0, raw.PERCENT])),
    st.builds(_number_cell, st.floats(allow_nan=False, allow_infinity=False), st.just(0)),
    st.builds(lambda on: Cell(' t="b"', f"<v>{on:d}</v>", on), st.booleans()),
    st.builds(lambda code: Cell(' t="e"', f"<v>{code}</v>", CellError(code)), st.sampled_from(_ERRORS)),
    st.builds(lambda n: Cell("", f"<f>1+{n}</f><v>{n}</v>", n), st.integers(0, 10**12)),
    st.sampled_from([_EMPTY, _UNSET]),
)


@dataclass(frozen=True)
class Place:
    """Where a cell or a row lies: how many are left out before it, and whether its place is written."""

    gap: int
    is_written: bool

    @property
    def attribute_is_needed(self) -> bool:
        """Whether readers cannot count on their own."""
        return self.gap > 0 or self.is_written


_PLACES = st.builds(Place, st.sampled_from([0, 0, 0, 1, 3]), st.booleans())
_ROWS = st.lists(st.tuples(_PLACES, st.lists(st.tuples(_PLACES, _CELLS), max_size=5)), max_size=6)


class Drawn:
    """Rows as XML with their shared strings, and what is to be read from them."""

    def __init__(self, rows: Any, prefix: str = "") -> None:
        self.cells: Cells = {}
        self.has_escapes = False
        self._strings: list[str] = []
        self._number = 0
        xml = "".join(self._row(place, cells) for place, cells in rows)
        self.sheet = _prefixed(raw.sheet_xml(xml), prefix)
        self.strings = _prefixed(raw.strings_xml(self._strings), prefix)

    def _row(self, place: Place, cells: list[tuple[Place, Cell]]) -> str:
        self._number += place.gap + 1
        column, found = 0, []
        for cell_place, cell in cells:
            column += cell_place.gap + 1
            where = f' r="{chr(64 + column)}{self._number}"' if cell_place.attribute_is_needed else ""
            found.append(f"<c{where}{self._content(cell)}</c>")
            self.has_escapes |= cell.has_escapes
            if cell.value is not None:
                self.cells[self._number, column] = cell.value
        number = f' r="{self._number}"' if place.attribute_is_needed else ""
        return f"<row{number}>{''.join(found)}</row>"

    def _content(self, cell: Cell) -> str:
        if cell.shared is None:
            return f"{cell.attributes}>{cell.inside}"
        self._strings.append(cell.shared)
        return f' t="s"><v>{len(self._strings) - 1}</v>'


def _prefixed(xml: str, prefix: str) -> str:
    """The same elements with a prefix to their names."""
    if not prefix:
        return xml
    return re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}:", xml).replace("xmlns=", f"xmlns:{prefix}=", 1)


@many
@given(_ROWS, st.sampled_from(["", "x"]), st.sampled_from([1, 4, 1 << 17]))
def test_raw_cells_are_read_as_the_format_says_and_as_both_libraries_do(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, prefix: str, quick: int
) -> None:
    drawn = Drawn(rows, prefix)
    path = tmp_path_factory.getbasetemp() / "raw.xlsx"
    raw_workbook(path, "", sheet=drawn.sheet, strings=drawn.strings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet, "_QUICK_STRINGS", quick)
        found = ours(path)
    assert _typed(found) == _typed(drawn.cells)
    if not drawn.has_escapes:
        assert_alike(path)


@many
@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(0, 2_900_000), st.floats(0, 2_900_000).map(lambda n: round(n, 6))),
            st.sampled_from([raw.DATE, raw.MOMENT, raw.TIME, raw.DURATION]),
        ),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
)
def test_days_and_times_are_read_as_both_libraries_do(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[float, int]], is_mac: bool
) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="B{row}" s="{style}"><v>{number!r}</v></c></row>'
        for row, (number, style) in enumerate(values, 1)
    )
    path = tmp_path_factory.getbasetemp() / "days.xlsx"
    raw_workbook(path, rows, book=raw.book_xml(date1904=is_mac))
    found = ours(path)
    assert _typed(found) == _typed(by_openpyxl(path))
    theirs = by_calamine(path)
    assert found.keys() == theirs.keys()
    for place, value in found.items():
        assert _seconds_apart(value, theirs[place]) < 0.002, (value, theirs[place])


def _seconds_apart(one: Any, other: Any) -> float:
    """calamine rounds to another digit than openpyxl."""
    if isinstance(one, time) and isinstance(other, time):
        one, other = (datetime.combine(date(2000, 1, 1), moment) for moment in (one, other))
    return abs(float((one - other).total_seconds()))
