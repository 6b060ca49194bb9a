"""The six types of contact properties: what each accepts, stores and shows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from store.errors import Invalid, Wound
from store.language import N_, _
from store.values import email, text


class PropertyType(StrEnum):
    """The type of a contact property; the value is its word in the command and in files."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    EMAIL = "email"
    LIST = "list"

    @property
    def label(self) -> str:
        """The type's name for a person."""
        return _(_LABELS[self])


_LABELS = {
    PropertyType.TEXT: N_("Text"),
    PropertyType.NUMBER: N_("Number"),
    PropertyType.BOOLEAN: N_("True/False"),
    PropertyType.DATE: N_("Date"),
    PropertyType.EMAIL: N_("Email"),
    PropertyType.LIST: N_("Value list"),
}

DateOrder = Literal["dmy", "mdy"]
DecimalSign = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class Formats:
    """How a company writes dates and numbers, where a writing could be read in two ways."""

    date_order: DateOrder = "dmy"
    decimal_sign: DecimalSign = "."


TRUE, FALSE = "true", "false"
BOOLEANS = {"en": ("Yes", "No"), "es": ("Sí", "No"), "pt": ("Sim", "Não")}
"""Words for both by language, for files and messages; `parse` reads them back."""
_BOOLEANS = dict.fromkeys(("true", "yes", "si", "sim", "verdadero", "verdadeiro", "1"), TRUE) | dict.fromkeys(
    ("false", "no", "nao", "falso", "0"), FALSE
)
_DIGITS_LIMIT = 40
"""Digits of a number before its decimal sign."""
_NUMBER_LIMIT = 80
"""Characters of a number as it is stored, and so as it is written."""


def parse(kind: PropertyType, raw: str, formats: Formats, choices: Sequence[str] = ()) -> str:
    """The canonical string of what a person wrote for a property of type `kind`; raises Invalid."""
    written = text.checked(raw)
    match kind:
        case PropertyType.TEXT:
            return written
        case PropertyType.NUMBER:
            return parse_number(written, formats.decimal_sign)
        case PropertyType.BOOLEAN:
            return _parse_boolean(written)
        case PropertyType.DATE:
            return _parse_date(written, formats.date_order)
        case PropertyType.EMAIL:
            return email.parse(written)
        case PropertyType.LIST:
            if written in choices:
                return written
            raise Invalid(
                _("“{value}” is not one of: {choices}.").format(
                    value=written[:60], choices=", ".join(choices)
                ),
                _("it is none of the property's values"),
            )


def shown(kind: PropertyType, stored: str, formats: Formats) -> str:
    """A stored value as the company writes it; `parse` reads it back to the same."""
    match kind:
        case PropertyType.NUMBER:
            return stored.replace(".", formats.decimal_sign)
        case PropertyType.BOOLEAN:
            return _("Yes") if stored == TRUE else _("No")
        case PropertyType.DATE:
            year, month, day = stored.split("-")
            return f"{day}/{month}/{year}" if formats.date_order == "dmy" else f"{month}/{day}/{year}"
        case _:
            return stored


def parse_number(written: str, decimal_sign: DecimalSign) -> str:
    """An exact decimal without exponent: "1234.5". Groups of thousands may be marked; raises Invalid."""
    # White space and ' stand between groups of three only: "1 2" is no number.
    compact = re.sub(r"(?<=\d)[\s']+(?=\d{3}(?!\d))", "", written.strip()).replace("−", "-")
    sign = "-" if compact.startswith("-") else ""
    body = compact[1:] if compact[:1] in ("+", "-") else compact
    plain = _plain_number(body, decimal_sign)
    if plain is None or not body or len(body) > _NUMBER_LIMIT:
        raise Invalid(
            _("“{value}” is not a number; write it like {example}.").format(
                value=written[:40], example="1234" + decimal_sign + "5"
            ),
            _("it is not a number"),
        )
    return canonical_number(Decimal(sign + plain))


def canonical_number(value: Decimal) -> str:
    """A decimal as it is stored: no exponent, no needless zeros; raises Invalid if it is too long."""
    fixed = format(value, "f") if value.is_finite() and abs(value.adjusted()) < _DIGITS_LIMIT else ""
    if not fixed or len(fixed) > _NUMBER_LIMIT:
        raise Invalid(
            _("“{value}” is not a number that can be kept.").format(value=str(value)[:40]),
            _("it is not a number"),
        )
    if "." in fixed:
        fixed = fixed.rstrip("0").rstrip(".")
    return "0" if fixed in ("-0", "") else fixed


_GROUPED = {
    ".": re.compile(r"\d{1,3}(\.\d{3})+", re.ASCII),
    ",": re.compile(r"\d{1,3}(,\d{3})+", re.ASCII),
}
_DIGITS = re.compile(r"\d+", re.ASCII)


def _plain_number(body: str, decimal_sign: DecimalSign) -> str | None:
    """`body` with a point for its decimals and no groups, or None if it is no number."""
    other = "," if decimal_sign == "." else "."
    if decimal_sign in body and other in body:
        # Both marks: the last one is the decimal sign, whatever the settings say.
        decimal = max(decimal_sign, other, key=body.rindex)
    elif body.count(decimal_sign) > 1:
        decimal = other
    elif other in body and not _GROUPED[other].fullmatch(body):
        # 1,5 where the decimal sign is a point: it can only be one and a half.
        decimal = other
    else:
        decimal = decimal_sign
    group = "," if decimal == "." else "."
    whole, mark, fraction = body.partition(decimal)
    if group in whole:
        if not _GROUPED[group].fullmatch(whole):
            return None
        whole = whole.replace(group, "")
    if not _DIGITS.fullmatch(whole or "0") or (mark and not _DIGITS.fullmatch(fraction)):
        return None
    return f"{whole or 0}.{fraction}" if mark else whole


def _parse_boolean(written: str) -> str:
    try:
        return _BOOLEANS[text.fold(written)]
    except KeyError:
        raise Invalid(
            _("“{value}” is neither yes nor no.").format(value=written[:40]), _("it is neither yes nor no")
        ) from None


_TIME = r"([T ][0-2]?\d:[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})" + _TIME, re.ASCII)
_SLASHED_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})" + _TIME, re.ASCII)


def _parse_date(written: str, order: DateOrder) -> str:
    wound = None
    try:
        if match := _ISO_DATE.fullmatch(written):
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        if match := _SLASHED_DATE.fullmatch(written):
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            day, month = (first, second) if order == "dmy" else (second, first)
            wound = Wound.DATE_ORDER if day <= 12 < month <= 31 else None
            return date(year, month, day).isoformat()
    except ValueError:
        pass
    raise _no_date(written, order, wound)


def _no_date(written: str, order: DateOrder, wound: Wound | None = None) -> Invalid:
    example = "31/12/2026" if order == "dmy" else "12/31/2026"
    sentence = _("“{value}” is not a date; write it like {example} or 2026-12-31.")
    reason = _("it is not a date")
    if wound is not None:
        reason = _("day and month stand the other way round")
    return Invalid(sentence.format(value=written[:40], example=example), reason, wound)


def canonical_date(value: date | datetime) -> str:
    """A date as it is stored."""
    return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
