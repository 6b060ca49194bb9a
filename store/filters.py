"""What a person writes to find contacts: words, and filters such as `country:co last:>2026-01-01 -email:`.

A filter is a name, a colon and a value: without a value it asks whether there is one at all, with - before
it, it asks for the opposite. All that is written must be true of a contact.
"""

import json
from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

import peewee

from store import properties, search_line, settings
from store.errors import Invalid
from store.language import N_, _
from store.models import Contact
from store.search import GRAM, Wanted
from store.search_line import Token
from store.settings import Settings
from store.values import countries, property_type, text, times
from store.values.countries import Country
from store.values.custom_property import CustomProperty
from store.values.phone_patterns import only_region
from store.values.phone_regions import beginnings
from store.values.property_type import PropertyType

_ID_DIGITS = 19
_WORD_LIMIT = 50
"""Words and filters; hundreds of conditions are nested deeper than a query can be."""
_IN_KEY = frozenset({"name", "phone", "email", "username"})
_NEVER = frozenset({"never", "nunca"})
ORIGINS = {
    "message": N_("born of a message"),
    "hand": N_("created by hand"),
    "import": N_("imported"),
}


def parse(line: str) -> Wanted:
    """What a line asks for; raises Invalid with a sentence about the first word that is wrong."""
    line = search_line.without_marks(text.clean(line))
    if not line:
        return Wanted()
    if (digits := search_line.digits(line)) is not None:
        return Wanted((digits,))
    terms: list[str] = []
    others: list[Any] = []
    known = Known()
    tokens = search_line.tokens(line)
    if len(tokens) > _WORD_LIMIT:
        raise Invalid(_("A search has at most {limit} words and filters.").format(limit=_WORD_LIMIT))
    for token in tokens:
        if token.name is not None:
            condition = known.condition(token)
            others.append(_opposite(condition) if token.is_not else condition)
            terms += [] if token.is_not else known.key_terms(token)
        elif token.is_not:
            others.append(peewee.fn.instr(Contact.search_key, search_line.term(token)) == 0)
        else:
            terms.append(search_line.term(token))
    if others:
        # Where no index helps, contacts are looked at as they lie and not by name: in 0.4 s, not in 3.
        others.append(Contact.id > peewee.SQL("0"))
    return Wanted(tuple(terms), tuple(others))


def _opposite(condition: Any) -> Any:
    # What is not known is not so.
    return peewee.fn.coalesce(condition, peewee.SQL("0")) == peewee.SQL("0")


class Known:
    """The filters that there are, and what is needed to understand them; read when it is first asked for."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._properties: tuple[CustomProperty, ...] | None = None

    @property
    def settings(self) -> Settings:
        """The account's settings."""
        if self._settings is None:
            self._settings = settings.load()
        return self._settings

    @property
    def properties(self) -> tuple[CustomProperty, ...]:
        """All properties."""
        if self._properties is None:
            self._properties = tuple(properties.list_all())
        return self._properties

    def meant_by(self, written: str) -> CustomProperty | None:
        """The property whose filter `written` is and nothing else, like `client:`."""
        tokens = search_line.tokens(written)
        if len(tokens) != 1 or tokens[0].name is None or tokens[0].is_not or tokens[0].value:
            return None
        return self.property_called(tokens[0].name, is_quoted=tokens[0].is_name_quoted)

    def property_called(self, name: str, *, is_quoted: bool) -> CustomProperty | None:
        """The property that the name of a filter means; None where it means none.

        A built-in filter comes first, but where the name is quoted.
        """
        key = search_line.folded_name(name)
        if key in BUILT_IN and not is_quoted:
            return None
        alike = [item for item in self.properties if search_line.folded_name(item.name) == key]
        # `Last order` and `last_order` may both be there.
        same = (item for item in alike if text.fold(item.name) == text.fold(name))
        return next(same, alike[0] if alike else None)

    def condition(self, token: Token) -> Any:
        """What a filter asks for; raises Invalid."""
        assert token.name is not None
        item = self.property_called(token.name, is_quoted=token.is_name_quoted)
        built_in = BUILT_IN.get(search_line.folded_name(token.name))
        if item is None and built_in is None:
            sentence = _("No filter or property “{name}”; to search for it, quote it: {quoted}")
            raise Invalid(sentence.format(name=token.name, quoted=f'"{token.written}"'))
        if token.sign and not token.value:
            sentence = _("A value is missing after {written}; {name}: alone finds who has any.")
            raise Invalid(sentence.format(written=token.written.removeprefix("-"), name=token.filter_name))
        if item is not None:
            return _of_property(self, item, token)
        assert built_in is not None
        return built_in(self, token)

    def key_terms(self, token: Token) -> list[str]:
        """What stands in the search key of all whom a filter finds, where the index knows them by it."""
        assert token.name is not None
        key = search_line.folded_name(token.name)
        if key not in _IN_KEY or self.property_called(token.name, is_quoted=token.is_name_quoted) is not None:
            return []
        # The key has the number without its +, and what is no number is no part of one.
        term = (search_line.digits(token.value) or "") if key == "phone" else text.fold(token.value)
        return [term] if len(term) >= GRAM else []


def _no_order(token: Token, name: str | None = None) -> None:
    """Raise Invalid for a filter with < or > to whose values they mean nothing."""
    if token.sign.startswith(("<", ">")):
        sentence = _("“{name}” knows no {sign}; write {plain}. Only numbers and days come before or after.")
        plain = token.written.removeprefix("-").replace(f":{token.sign}", ":", 1)
        raise Invalid(sentence.format(name=name or token.name, sign=token.sign, plain=plain))


# The filters that are not properties


def _country(known: Known, token: Token) -> Any:
    _no_order(token)
    if not token.value:
        return Contact.phone.is_null(False)
    found = countries.find(token.value)
    if found is None:
        raise Invalid(_("“{value}” is no country; write it like co or Colombia.").format(value=token.value))
    # A range, for which there is an index; a colon comes after all digits.
    begins = (Contact.phone >= f"+{found.calling_code}") & (Contact.phone < f"+{found.calling_code}:")
    if only_region(f"{found.calling_code}000000") == found.code:
        return begins
    return begins & _of_country_with_others(found)


def _of_country_with_others(country: Country) -> Any:
    # The library takes 20 µs a number: it is asked only where the first digits do not settle the country.
    by = beginnings(country.code, country.calling_code)
    length = peewee.fn.length(Contact.phone)

    def begins_among(keys: dict[int, frozenset[str]]) -> Any:
        begin = partial(peewee.fn.substr, Contact.phone, 1)
        each = (begin(width).concat(length).in_(_among(some)) for width, some in keys.items())
        return reduce(or_, each, peewee.SQL("0"))

    is_open = begins_among(by.undecided) | length.not_in(by.lengths)
    cases = (
        (begins_among(by.certain), peewee.SQL("1")),
        (is_open, peewee.fn.phone_region(Contact.phone) == country.code),
    )
    return peewee.Case(None, cases, peewee.SQL("0"))


def _among(values: Collection[str | int]) -> Any:
    # One parameter for all of them: thousands cost more to bind than to find.
    return peewee.SQL("(SELECT value FROM json_each(?))", [json.dumps(list(values))])


def _origin(known: Known, token: Token) -> Any:
    _no_order(token)
    origin = text.fold(token.value)
    if origin not in ORIGINS:
        raise Invalid(_("The origin of a contact is one of: {words}.").format(words=", ".join(ORIGINS)))
    return Contact.origin == origin


def _import(known: Known, token: Token) -> Any:
    _no_order(token)
    if not token.value:
        return Contact.import_id.is_null(False)
    if not token.value.isdecimal() or len(token.value) > 9:
        raise Invalid(_("Write an import by its number, like import:3."))
    return Contact.import_id == int(token.value)


def _ids(known: Known, token: Token) -> Any:
    _no_order(token)
    numbers = token.value.split(",")
    if not all(number.isdecimal() and len(number) < _ID_DIGITS for number in numbers):
        raise Invalid(_("Write contacts by their numbers, like id:12 or id:12,15."))
    return Contact.id.in_(_among([int(number) for number in numbers]))


def _moment(column: Any, known: Known, token: Token) -> Any:
    """A point in time: on a day, before, after, never."""
    if not token.value:
        return column > 0
    if text.fold(token.value) in _NEVER:
        _no_order(token)
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


def _count(column: Any, known: Known, token: Token) -> Any:
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


def _phone(known: Known, token: Token) -> Any:
    """Digits in any writing; with + they are the first."""
    _no_order(token)
    digits = search_line.digits(token.value)
    if digits is None:
        return _written(Contact.phone, known, token)
    if token.sign == "=":
        return Contact.phone == f"+{digits}"
    return peewee.fn.instr(Contact.phone, f"+{digits}" if _has_plus(token) else digits) > 0


def _has_plus(token: Token) -> bool:
    return text.fold(token.value).startswith("+")


def _written(column: Any, known: Known, token: Token) -> Any:
    """A column of text: contains, is, is there at all."""
    _no_order(token)
    present = peewee.fn.coalesce(column, "")
    if not token.value:
        return present != ""
    return _text_condition(present, token)


def _text_condition(present: Any, token: Token) -> Any:
    # To call Python takes 3 µs a contact: it is left out for what the database folds alike.
    unlike = peewee.fn.glob("*[^ -~]*", present)
    folded = peewee.Case(None, ((unlike, peewee.fn.folded(present)),), peewee.fn.lower(present))
    value = text.fold(token.value)
    return folded == value if token.sign == "=" else peewee.fn.instr(folded, value) > 0


BUILT_IN: dict[str, Callable[[Known, Token], Any]] = {
    "id": _ids,
    "country": _country,
    "origin": _origin,
    "import": _import,
    "last": partial(_moment, Contact.last_interaction),
    "first": partial(_moment, Contact.first_interaction),
    "created": partial(_moment, Contact.created),
    "name": partial(_written, Contact.name),
    "phone": _phone,
    "email": partial(_written, Contact.email),
    "username": partial(_written, Contact.username),
    "inbound": partial(_count, Contact.user_initiated),
    "outbound": partial(_count, Contact.business_initiated),
    "cancelled": partial(_count, Contact.cancelled_outbounds),
    "notifications": partial(_count, Contact.received_notifications),
}


# Properties


def _of_property(known: Known, item: CustomProperty, token: Token) -> Any:
    value = peewee.fn.coalesce(peewee.fn.json_extract(Contact.properties, f'$."{item.id}"'), "")
    if item.type not in (PropertyType.NUMBER, PropertyType.DATE):
        _no_order(token, item.name)
    if not token.value:
        return value != ""
    if item.type is PropertyType.LIST:
        alike = [choice for choice in item.choices if _is_like(choice, token)]
        return value.in_(_among(alike)) if alike else peewee.SQL("0")
    if item.type in (PropertyType.TEXT, PropertyType.EMAIL):
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


def _is_like(choice: str, token: Token) -> bool:
    folded, value = text.fold(choice), text.fold(token.value)
    return folded == value if token.sign == "=" else value in folded
