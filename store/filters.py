"""What a person writes to find contacts: words, and filters such as `country:co last:>2026-01-01 -email:`.

A filter is a name, a colon and a value: without a value it asks whether there is one at all, with - before
it, it asks for the opposite. All that is written must be true of a contact.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import peewee

from store import properties, settings
from store.errors import Invalid
from store.language import N_, _
from store.models import Contact
from store.search import Wanted
from store.settings import Settings
from store.values import countries, property_type, text, times
from store.values.custom_property import CustomProperty
from store.values.phone_patterns import only_region
from store.values.property_type import PropertyType

_ID_DIGITS = 19
_WORD_LIMIT = 50
"""Words and filters; hundreds of conditions are nested deeper than a query can be."""
_NEVER = frozenset({"never", "nunca"})
ORIGINS = {
    "message": N_("born of a message"),
    "hand": N_("created by hand"),
    "import": N_("imported"),
}
_TOKEN = re.compile(
    r"""(?P<minus>-)?(?:(?P<name>[^\s":<>=]*[^\W\d][^\s":<>=]*|"[^"]+"):)?(?P<sign>[<>]=?|=)?"""
    r"""(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<plain>[^\s"]*))"""
)
_NUMBER = re.compile(r"[\d\s().+\-/]*\d[\d\s().+\-/]*")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, or a filter."""

    name: str | None
    """Folded; None for a word."""
    sign: str
    value: str
    is_not: bool
    is_quoted: bool
    written: str


def parse(line: str) -> Wanted:
    """What a line asks for; raises Invalid with a sentence about the first word that is wrong."""
    line = text.clean(line)
    if not line:
        return Wanted()
    if _NUMBER.fullmatch(text.fold(line)):
        return Wanted((_digits(text.fold(line)),))
    terms: list[str] = []
    others: list[Any] = []
    known = Known()
    tokens = _tokens(line)
    if len(tokens) > _WORD_LIMIT:
        raise Invalid(_("A search has at most {limit} words and filters.").format(limit=_WORD_LIMIT))
    for token in tokens:
        if token.name is not None:
            condition = known.condition(token)
            others.append(_opposite(condition) if token.is_not else condition)
        elif token.is_not:
            others.append(peewee.fn.instr(Contact.search_key, _term(token)) == 0)
        else:
            terms.append(_term(token))
    return Wanted(tuple(terms), tuple(others))


def _opposite(condition: Any) -> Any:
    # What is not known is not so.
    return peewee.fn.coalesce(condition, peewee.SQL("0")) == peewee.SQL("0")


def _tokens(line: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(line):
        if match[0].strip() in ("", "-"):
            continue
        quoted = match["quoted"]
        value = match["plain"] if quoted is None else quoted
        name = None if match["name"] is None else folded_name(match["name"].strip('"'))
        minus, sign = match["minus"] is not None, match["sign"] or ""
        if name is None and (sign or minus) and not any(char.isalpha() for char in value):
            # -300 is a piece of a number.
            value, minus, sign = match[0], False, ""
        elif name is None:
            value, sign = sign + value, ""
        found.append(_Token(name, sign, value.strip(), minus, quoted is not None, match[0]))
    return [token for token in found if token.name is not None or token.value]


def _term(token: _Token) -> str:
    folded = text.fold(token.value)
    return _digits(folded) if not token.is_quoted and _NUMBER.fullmatch(folded) else folded


def _digits(words: str) -> str:
    """The digits of a phone number in any writing."""
    digits = "".join(str(int(char)) for char in words if char.isdigit())
    return digits.removeprefix("00") or digits


def folded_name(name: str) -> str:
    """The name of a filter or a property as it is compared: `Billing address` is billing_address too."""
    return re.sub(r"[\s_]+", "_", text.fold(name))


class Known:
    """The filters that there are, and what is needed to understand them; read when it is first asked for."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._properties: dict[str, CustomProperty] | None = None

    @property
    def settings(self) -> Settings:
        """The account's settings."""
        if self._settings is None:
            self._settings = settings.load()
        return self._settings

    @property
    def properties(self) -> dict[str, CustomProperty]:
        """The properties by their folded names."""
        if self._properties is None:
            self._properties = {folded_name(item.name): item for item in properties.list_all()}
        return self._properties

    def condition(self, token: _Token) -> Any:
        """What a filter asks for; raises Invalid."""
        assert token.name is not None
        built_in = BUILT_IN.get(token.name)
        if built_in is not None:
            return built_in(self, token)
        item = self.properties.get(token.name)
        if item is None:
            sentence = _("No filter or property “{name}”; to search for it, quote it: {quoted}")
            raise Invalid(sentence.format(name=token.name, quoted=f'"{token.written}"'))
        return _of_property(self, item, token)


# The filters that are not properties


def _country(known: Known, token: _Token) -> Any:
    if not token.value:
        return Contact.phone.is_null(False)
    found = countries.find(token.value)
    if found is None:
        raise Invalid(_("“{value}” is no country; write it like co or Colombia.").format(value=token.value))
    # A range, for which there is an index; a colon comes after all digits.
    begins = (Contact.phone >= f"+{found.calling_code}") & (Contact.phone < f"+{found.calling_code}:")
    if only_region(f"{found.calling_code}000000") == found.code:
        return begins
    return begins & (peewee.fn.phone_region(Contact.phone) == found.code)


def _origin(known: Known, token: _Token) -> Any:
    if token.value not in ORIGINS:
        raise Invalid(_("The origin of a contact is one of: {words}.").format(words=", ".join(ORIGINS)))
    return Contact.origin == token.value


def _import(known: Known, token: _Token) -> Any:
    if not token.value:
        return Contact.import_id.is_null(False)
    if not token.value.isdecimal() or len(token.value) > 9:
        raise Invalid(_("Write an import by its number, like import:3."))
    return Contact.import_id == int(token.value)


def _ids(known: Known, token: _Token) -> Any:
    numbers = token.value.split(",")
    if not all(number.isdecimal() and len(number) < _ID_DIGITS for number in numbers):
        raise Invalid(_("Write contacts by their numbers, like id:12 or id:12,15."))
    # One parameter for all of them: thousands cost more to bind than to find.
    among = peewee.SQL("(SELECT value FROM json_each(?))", [str([int(number) for number in numbers])])
    return Contact.id.in_(among)


def _moment(column: Any, known: Known, token: _Token) -> Any:
    """A point in time: on a day, before, after, never."""
    if not token.value:
        return column > 0
    if text.fold(token.value) in _NEVER:
        return column == 0
    day = _day(known, token.value)
    begin, end = (
        times.begin_of(moment, known.settings.time_zone) for moment in (day, day + timedelta(days=1))
    )
    match token.sign:
        case ">":
            return column >= end
        case ">=":
            return column >= begin
        case "<":
            return (column > 0) & (column < begin)
        case "<=":
            return (column > 0) & (column < end)
    return column.between(begin, end - 1)


def _day(known: Known, written: str) -> date:
    try:
        stored = property_type.parse(PropertyType.DATE, written, known.settings.formats)
        day = date.fromisoformat(stored)
        times.begin_of(day + timedelta(days=1), known.settings.time_zone)
    except (Invalid, OverflowError, ValueError):
        raise Invalid(
            _("“{value}” is no day; write it like 2026-05-31 (or: never).").format(value=written)
        ) from None
    return day


def _count(column: Any, known: Known, token: _Token) -> Any:
    sign, written = (token.sign, token.value) if token.value else (">", "0")
    if not written.isdecimal() or len(written) > 9:
        raise Invalid(
            _("“{value}” is no number; write it like {name}:>3.").format(value=written, name=token.name)
        )
    wanted = int(written)
    # The indexes of counters have only those who interacted: all others have 0.
    found = (Contact.last_interaction > peewee.SQL("0")) & _compared(column, sign, wanted)
    least = {">": wanted + 1, "<": 0, "<=": 0}.get(sign, wanted)
    return found if least else found | (Contact.last_interaction == peewee.SQL("0"))


def _compared(column: Any, sign: str, value: Any) -> Any:
    match sign:
        case ">":
            return column > value
        case ">=":
            return column >= value
        case "<":
            return column < value
        case "<=":
            return column <= value
    return column == value


def _written(column: Any, known: Known, token: _Token) -> Any:
    """A column of text: contains, is, is there at all."""
    present = peewee.fn.coalesce(column, "")
    if not token.value:
        return present != ""
    return _text_condition(present, token)


def _text_condition(present: Any, token: _Token) -> Any:
    folded, value = peewee.fn.folded(present), text.fold(token.value)
    return folded == value if token.sign == "=" else peewee.fn.instr(folded, value) > 0


BUILT_IN: dict[str, Callable[[Known, _Token], Any]] = {
    "id": _ids,
    "country": _country,
    "origin": _origin,
    "import": _import,
    "last": partial(_moment, Contact.last_interaction),
    "first": partial(_moment, Contact.first_interaction),
    "created": partial(_moment, Contact.created),
    "name": partial(_written, Contact.name),
    "phone": partial(_written, Contact.phone),
    "email": partial(_written, Contact.email),
    "username": partial(_written, Contact.username),
    "inbound": partial(_count, Contact.user_initiated),
    "outbound": partial(_count, Contact.business_initiated),
    "cancelled": partial(_count, Contact.cancelled_outbounds),
    "notifications": partial(_count, Contact.received_notifications),
}


# Properties


def _of_property(known: Known, item: CustomProperty, token: _Token) -> Any:
    value = peewee.fn.coalesce(peewee.fn.json_extract(Contact.properties, f'$."{item.id}"'), "")
    if not token.value:
        return value != ""
    if item.type in (PropertyType.TEXT, PropertyType.EMAIL, PropertyType.LIST):
        return _text_condition(value, token)
    try:
        wanted = property_type.parse(item.type, token.value, known.settings.formats, item.choices)
    except Invalid as error:
        raise Invalid(f"{item.name}: {error}") from None
    if item.type is PropertyType.NUMBER:
        # As numbers of SQLite, exact up to 15 digits; equal is equal to the last digit.
        numeric = peewee.fn.coalesce(value.cast("NUMERIC"), 0)
        if token.sign in ("", "="):
            return value == wanted
        return (value != "") & _compared(numeric, token.sign, peewee.SQL("CAST(? AS NUMERIC)", [wanted]))
    return (value != "") & _compared(value, token.sign, wanted)
