"""How a line of words and filters might go on; see store.filters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.filters import ORIGINS, Known
from store.language import N_, _
from store.search_line import folded_name
from store.values import countries, text
from store.values.custom_property import CustomProperty
from store.values.property_type import FALSE, TRUE, PropertyType


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on with a line."""

    line: str
    """The whole line then."""
    word: str
    """What is completed, to be shown."""
    meaning: str


_WORD = re.compile(r"""(?P<minus>-?)(?P<name>"[^"]*"?|[^":]*)(?P<value>:.*)?""", re.DOTALL)


def complete(line: str, limit: int = 8) -> list[Suggestion]:
    """How the last word of a line might go on: names of filters, then their values.

    Nothing where it is one of them already, even if another begins with it: country:co stays as it is.
    """
    start = _start_of_last_word(line)
    before, word = line[:start], line[start:]
    match = _WORD.fullmatch(word)
    if match is None:
        return []
    minus, name, value = match["minus"], match["name"], match["value"]
    known = Known()
    if value is not None:
        found = [(f"{name}:{more}", meaning) for more, meaning in _values(known, name, value[1:])]
    else:
        found = _names(known, name) if name.strip('"') or minus else []
    suggested = [
        Suggestion(f"{before}{minus}{words}", f"{minus}{words}", meaning) for words, meaning in found
    ]
    is_finished = any(text.fold(item.line) == text.fold(line) for item in suggested)
    return [] if is_finished else suggested[:limit]


def _start_of_last_word(line: str) -> int:
    is_outside, start = True, 0
    for place, char in enumerate(line):
        if char == '"':
            is_outside = not is_outside
        elif char == " " and is_outside:
            start = place + 1
    return start


def _names(known: Known, begun: str) -> list[tuple[str, str]]:
    key, is_quoted = folded_name(begun.strip('"')), begun.startswith('"')
    found = (
        [] if is_quoted else [(name, _(text_)) for name, text_ in _MEANINGS.items() if name.startswith(key)]
    )
    found += [
        (name, _("property: {type}").format(type=item.type.label))
        for item in known.properties
        if folded_name(item.name).startswith(key) and (name := _written(known, item, is_quoted=is_quoted))
    ]
    return [(f"{name}:", meaning) for name, meaning in found]


def _written(known: Known, item: CustomProperty, *, is_quoted: bool) -> str:
    """The name of a property as a filter, quoted where it has to be; nothing where it cannot be written."""
    bare = re.sub(r"\s+", "_", item.name)
    if not is_quoted and known.meant_by(f"{bare}:") == item:
        return bare
    quoted = f'"{item.name}"'
    return quoted if known.meant_by(f"{quoted}:") == item else ""


_MEANINGS = {
    "country": N_("of the phone number"),
    "id": N_("numbers of contacts"),
    "origin": N_("message, hand or import"),
    "import": N_("number of an import"),
    "last": N_("last interaction: a day, > or < a day, never"),
    "first": N_("first interaction"),
    "created": N_("creation date"),
    "name": N_("the name contains; = is"),
    "phone": N_("the phone number contains"),
    "email": N_("the email contains; alone: has one"),
    "username": N_("in WhatsApp"),
    "inbound": N_("conversations begun by the person"),
    "outbound": N_("conversations begun by the company"),
    "cancelled": N_("cancelled outbounds"),
    "notifications": N_("received notifications"),
}


def _values(known: Known, name: str, begun: str) -> Sequence[tuple[str, str]]:
    key = text.fold(begun.strip('"'))
    item = known.meant_by(f"{name}:")
    if item is None:
        return _values_of_built_in(folded_name(name.strip('"')), key)
    choices = (TRUE, FALSE) if item.type is PropertyType.BOOLEAN else item.choices
    return [
        (f'"{choice}"' if re.search(r'[\s"]', choice) else choice, item.name)
        for choice in choices
        if text.fold(choice).startswith(key) and '"' not in choice
    ]


def _values_of_built_in(name: str, begun: str) -> list[tuple[str, str]]:
    if name == "country":
        return _countries_like(begun)
    if name == "origin":
        return [(word, _(meaning)) for word, meaning in ORIGINS.items() if word.startswith(begun)]
    if name in ("last", "first") and "never".startswith(begun):
        return [("never", _("no interaction yet"))]
    return []


def _countries_like(begun: str) -> list[tuple[str, str]]:
    found = countries.all_countries()
    named = [country for country in found if text.fold(country.name).startswith(begun)]
    coded = [country for country in found if country.code.lower().startswith(begun)]
    both = dict.fromkeys([*(c for c in coded if c.code.lower() == begun), *named, *coded])
    return [(country.code.lower(), country.name) for country in both]
