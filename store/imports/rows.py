"""One row of a file: what becomes of it, as far as that can be told without the database."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from store.contacts import checked_name
from store.errors import Invalid, UnknownRange
from store.imports import columns
from store.imports.sheet import CellError, CellValue, SheetRow
from store.imports.workbook import as_text
from store.language import _
from store.properties import CustomProperty
from store.values import email, phone, property_type
from store.values.property_type import Formats, PropertyType

_EXACT_BELOW = 10**15


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a row is judged."""

    assignment: columns.Assignment
    properties: Mapping[int, CustomProperty]
    formats: Formats
    country: str | None
    """Whose numbers those without + or 00 are; None: their country code is included."""
    accept_unknown: bool
    epoch: datetime
    """The day from which the workbook counts its dates."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row as it would be stored, or why it would not."""

    number: int
    """As Excel counts."""
    rejected: str = ""
    """The reason; empty for a row that becomes a contact unless it is a duplicate."""
    phone: str = ""
    bare_region: str = ""
    """The country that a number without + or 00 was read as."""
    name: str = ""
    email: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    """Canonical values of properties by their id, as text."""
    missing: tuple[int, ...] = ()
    """Columns of properties that are empty in this row."""
    notes: tuple[tuple[int, str], ...] = ()
    """Columns of which something is to be said though their value was saved."""
    unsaved: tuple[tuple[int, str], ...] = ()
    """Columns whose value does not fit, with the reason."""


def check(row: SheetRow, rules: Rules) -> CheckedRow:
    """Judge one row."""
    assignment = rules.assignment
    try:
        number, bare_region = _phone(_cell(row, assignment.column_of(columns.PHONE)), rules)
        name = _name(_cell(row, assignment.column_of(columns.NAME)))
    except Invalid as error:
        return CheckedRow(row.number, rejected=str(error))
    unsaved: list[tuple[int, str]] = []
    notes: list[tuple[int, str]] = []
    missing: list[int] = []
    values: dict[str, str] = {}
    address = None
    email_column = assignment.column_of(columns.EMAIL)
    if email_column is not None and (value := _cell(row, email_column)) is not None:
        try:
            address = email.parse(_plain(value))
        except Invalid as error:
            unsaved.append((email_column, str(error)))
    for column, property_id in assignment.property_columns():
        value = _cell(row, column)
        item = rules.properties.get(property_id)
        if item is None:
            # The property was deleted after the columns were assigned.
            continue
        if value is None:
            missing.append(column)
            continue
        try:
            values[str(property_id)], note = _property(value, item, rules)
            if note:
                notes.append((column, note))
        except Invalid as error:
            unsaved.append((column, str(error)))
    return CheckedRow(
        row.number,
        phone=number,
        bare_region=bare_region,
        name=name,
        email=address,
        values=values,
        missing=tuple(missing),
        notes=tuple(notes),
        unsaved=tuple(unsaved),
    )


def _cell(row: SheetRow, column: int | None) -> CellValue:
    return row.cells[column] if column is not None and column < len(row.cells) else None


def _plain(value: CellValue) -> str:
    if isinstance(value, CellError):
        raise Invalid(_("The cell has the error {error} in Excel.").format(error=value.code))
    return as_text(value)


def _phone(value: CellValue, rules: Rules) -> tuple[str, str]:
    """E.164, and the country if the number had neither + nor 00."""
    if value is None:
        raise Invalid(_("The phone number is missing."))
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Never str(float): "+43664123456.0" is read as another, valid number.
        if not math.isfinite(value) or value != int(value) or value < 0:
            raise Invalid(_("“{value}” is not a phone number: it is no whole number.").format(value=value))
        if value >= _EXACT_BELOW:
            raise Invalid(_("“{value}” is not a phone number: it is too long.").format(value=value))
        value = str(int(value))
    if not isinstance(value, str):
        raise Invalid(_("“{value}” is not a phone number.").format(value=_plain(value)))
    try:
        number = phone.parse(value, rules.country)
    except UnknownRange as error:
        if not rules.accept_unknown:
            raise
        return error.phone, ""
    return number.e164, (number.region or "") if number.bare else ""


def _name(value: CellValue) -> str:
    return checked_name(_plain(value))


def _property(value: CellValue, item: CustomProperty, rules: Rules) -> tuple[str, str]:
    """The canonical value, and a note if something is to be said of it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if item.type is PropertyType.NUMBER and is_number:
        return property_type.canonical_number(Decimal(repr(value))), ""
    if item.type is PropertyType.DATE:
        if isinstance(value, date | datetime):
            return property_type.canonical_date(value), ""
        if is_number:
            return _serial_date(float(value), rules.epoch)  # type: ignore[arg-type]
    return property_type.parse(item.type, _plain(value), rules.formats, item.choices), ""


def _serial_date(value: float, epoch: datetime) -> tuple[str, str]:
    from openpyxl.utils.datetime import from_excel

    try:
        moment = from_excel(value, epoch)
    except (ValueError, OverflowError, TypeError):
        moment = None
    if not isinstance(moment, date | datetime) or value < 1:
        raise Invalid(_("“{value}” is not a date.").format(value=as_text(value)))
    stored = property_type.canonical_date(moment)
    return stored, _("the bare number {number} was read as the date {date}").format(
        number=as_text(value), date=stored
    )
