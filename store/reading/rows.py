"""One row of a file: what becomes of it, as far as that can be told without the database."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import NamedTuple, TypeGuard

from store.errors import Invalid, UnknownRange, Wound
from store.language import _
from store.reading import columns, moments
from store.reading.columns import header_of
from store.reading.sheet import CellError, CellValue, SheetRow
from store.reading.workbook import as_text
from store.values import email, phone, property_type
from store.values.custom_property import CustomProperty
from store.values.property_type import Formats, PropertyType
from store.values.text import LIMIT, checked_name, search_key

_EXACT_BELOW = 10**15
_SHOWN_LIMIT = 200
"""Characters of a rejected row's own phone and name that are kept to be shown."""
_REMEMBERED = 4_096
"""Values of each property that are kept at hand: most columns repeat a few cities, words or days."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what rows are judged."""

    headers: tuple[str, ...]
    assignment: columns.Assignment
    properties: Mapping[int, CustomProperty]
    formats: Formats
    country: str | None
    """Whose numbers those without + or 00 are; None: their country code is included."""
    accept_unknown: bool
    whole_only: bool
    """Whether rows with a value that is missing or does not fit are left for later."""


class Fault(NamedTuple):
    """What is wrong with a cell, or to be known of it."""

    column: int
    sentence: str
    reason: str
    """The sentence without the cell's value, so that equal faults can be counted."""
    wound: str = ""
    """Such as `Wound` names it, where there is a cure for the whole column."""


class CheckedRow(NamedTuple):
    """A row as it would be stored, or why it would not."""

    number: int
    """As Excel counts."""
    rejected: str = ""
    """The reason; empty for a row that becomes a contact unless it is a duplicate."""
    phone: str = ""
    """E.164; of a rejected row, what its cell says."""
    bare: bool = False
    """Whether the number came without + and 00."""
    name: str = ""
    email: str | None = None
    values: str = "{}"
    """Canonical values of properties by their id, as JSON."""
    search_key: str = ""
    """Made here, while the process that writes has the more to do of the two."""
    missing: tuple[int, ...] = ()
    """Columns of properties that are empty in this row."""
    unsaved: tuple[Fault, ...] = ()
    """Cells whose value does not fit."""
    notes: tuple[Fault, ...] = ()
    """Cells of which something is to be said though their value is saved."""
    fault: Fault | None = None
    """The cell for which the row is rejected, where it is one."""


class Checker:
    """Judges rows, one after the other, by rules that are settled once."""

    def __init__(self, rules: Rules, epoch: datetime) -> None:
        """`epoch` is the day from which the workbook counts its dates."""
        self._rules = rules
        self._epoch = epoch
        column_of = rules.assignment.column_of
        self._phone = column_of(columns.PHONE)
        self._name = column_of(columns.NAME)
        self._email = column_of(columns.EMAIL)
        # A property that was deleted after the columns were assigned is left out.
        self._properties = tuple(
            (column, _remembering(f'"{property_id}":', self._reader_of(rules.properties[property_id])))
            for column, property_id in rules.assignment.property_columns()
            if property_id in rules.properties
        )
        used = [column for column, _target in rules.assignment.targets]
        self._width = 1 + max(used, default=0)

    def check(self, row: SheetRow) -> CheckedRow:
        """Judge one row."""
        number, cells = row
        if len(cells) < self._width:
            cells = cells + [None] * (self._width - len(cells))
        column = self._phone
        try:
            e164, bare = self._phone_of(None if column is None else cells[column])
            column = self._name
            name = _name_of(None if column is None else cells[column])
        except Invalid as error:
            return self._rejected(number, cells, column, error)
        unsaved: tuple[Fault, ...] = ()
        notes: tuple[Fault, ...] = ()
        missing: tuple[int, ...] = ()
        values: list[str] = []
        address = None
        column = self._email
        if column is not None and (value := cells[column]) is not None:
            try:
                address = email.parse(value if type(value) is str else _plain(value))
            except Invalid as error:
                unsaved = (_fault(column, error),)
        for column, read in self._properties:
            value = cells[column]
            if value is None:
                missing += (column,)
                continue
            try:
                stored, note = read(value)
            except Invalid as error:
                unsaved += (_fault(column, error),)
                continue
            values.append(stored)
            if note:
                notes += (_fault(column, note),)
        if self._rules.whole_only and (missing or unsaved):
            return self._left_for_later(number, missing, unsaved)
        return CheckedRow(
            number,
            "",
            e164,
            bare,
            name,
            address,
            "{" + ",".join(values) + "}",
            search_key(name, e164, address),
            missing,
            unsaved,
            notes,
        )

    def _phone_of(self, value: CellValue) -> tuple[str, bool]:
        """E.164, and whether the number had neither + nor 00."""
        if type(value) is not str:
            value = _digits_of(value)
        try:
            number = phone.parse(value, self._rules.country)
        except UnknownRange as error:
            if not self._rules.accept_unknown:
                raise
            return error.phone, phone.is_bare(value)
        return number.e164, number.bare

    def _rejected(
        self, number: int, cells: Sequence[CellValue], column: int | None, error: Invalid
    ) -> CheckedRow:
        phone_, name = (
            "" if place is None else as_text(cells[place])[:_SHOWN_LIMIT]
            for place in (self._phone, self._name)
        )
        fault = None if column is None else _fault(column, error)
        return CheckedRow(number, str(error), phone_, name=name, fault=fault)

    def _left_for_later(
        self, number: int, missing: tuple[int, ...], unsaved: tuple[Fault, ...]
    ) -> CheckedRow:
        if unsaved:
            fault = unsaved[0]
            header = header_of(self._rules.headers, fault.column)
            return CheckedRow(number, f"{header}: {fault.sentence}", fault=fault)
        sentence = _("{header} has no value.").format(header=header_of(self._rules.headers, missing[0]))
        return CheckedRow(number, sentence, fault=Fault(missing[0], sentence, _("it has no value")))

    def _reader_of(self, item: CustomProperty) -> Callable[[CellValue], tuple[str, Invalid | None]]:
        """What makes the canonical value of a cell, and something to be said of it."""
        kind, formats, choices = item.type, self._rules.formats, item.choices

        def read(value: CellValue) -> tuple[str, Invalid | None]:
            if type(value) is not str:
                value = _plain(value)
            return property_type.parse(kind, value, formats, choices), None

        def read_text(value: CellValue) -> tuple[str, Invalid | None]:
            return (value, None) if _is_clean(value) else read(value)

        def read_number(value: CellValue) -> tuple[str, Invalid | None]:
            if type(value) is int:
                return str(value), None
            if isinstance(value, float):
                return property_type.canonical_number(Decimal(repr(value))), None
            return read(value)

        def read_date(value: CellValue) -> tuple[str, Invalid | None]:
            if isinstance(value, date | datetime):
                return property_type.canonical_date(value), None
            if isinstance(value, int | float) and not isinstance(value, bool):
                return _serial_date(float(value), self._epoch)
            return read(value)

        quick = {
            PropertyType.TEXT: read_text,
            PropertyType.NUMBER: read_number,
            PropertyType.DATE: read_date,
        }
        return quick.get(kind, read)


def _remembering(
    key: str, read: Callable[[CellValue], tuple[str, Invalid | None]]
) -> Callable[[CellValue], tuple[str, Invalid | None]]:
    """`read`, with its value as a part of an object in JSON; cells that say the same are read once."""

    @lru_cache(_REMEMBERED, typed=True)
    def stored(value: CellValue) -> tuple[str, Invalid | None]:
        text, note = read(value)
        return key + encode_basestring(text), note

    return stored


def _fault(column: int, error: Invalid) -> Fault:
    return Fault(column, str(error), error.reason, str(error.wound or ""))


def _is_clean(value: CellValue) -> TypeGuard[str]:
    """Whether it is text as it is kept: white space at its ends is lost in the sheet's reader already."""
    return type(value) is str and 0 < len(value) <= LIMIT


def _name_of(value: CellValue) -> str:
    if _is_clean(value):
        return value
    return checked_name(value if type(value) is str else _plain(value))


def _plain(value: CellValue) -> str:
    if isinstance(value, CellError):
        if value.is_formula:
            raise Invalid(
                _("The cell has a formula whose result is not stored in the file."),
                _("it is a formula whose result is not stored"),
            )
        raise Invalid(
            _("The cell has the error {error} in Excel.").format(error=value.code),
            _("it is an error in Excel"),
        )
    return as_text(value)


def _digits_of(value: CellValue) -> str:
    """What a cell that holds no text has for a phone number."""
    if value is None:
        raise Invalid(_("The phone number is missing."), _("it is missing"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        # A cell with an error has a sentence of its own.
        raise Invalid(
            _("“{value}” is not a phone number.").format(value=_plain(value)), _("it is not a number")
        )
    # Never str(float): "+43664123456.0" is read as another, valid number.
    if not math.isfinite(value) or value != int(value) or value < 0:
        reason = _("it is no whole number")
    elif value >= _EXACT_BELOW:
        reason = _("it is too long")
    else:
        return str(int(value))
    raise Invalid(
        _("“{value}” is not a phone number: {reason}.").format(value=as_text(value), reason=reason), reason
    )


def _serial_date(value: float, epoch: datetime) -> tuple[str, Invalid]:
    try:
        moment = moments.moment_of(value, epoch)
    except (ValueError, OverflowError):
        moment = None
    if not isinstance(moment, datetime) or value < 1:
        raise Invalid(_("“{value}” is not a date.").format(value=as_text(value)), _("it is not a date"))
    stored = property_type.canonical_date(moment)
    sentence = _("the bare number {number} was read as the date {date}")
    note = Invalid(
        sentence.format(number=as_text(value), date=stored),
        _("it is a bare number, read as a date"),
        Wound.SERIAL_DATE,
    )
    return stored, note


def region_counts(batch: Sequence[CheckedRow]) -> dict[str, int]:
    """How many numbers without + or 00 belong to each country."""
    found: dict[str, int] = {}
    for row in batch:
        if row.bare and (region := phone.region(row.phone)):
            found[region] = found.get(region, 0) + 1
    return found
