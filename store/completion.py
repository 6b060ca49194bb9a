"""How a line of words and filters might go on; see store.filters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.filters import ORIGINS, Known, folded_name
from store.language import N_, _
from store.values import countries, text
from store.values.property_type import FALSE, TRUE, PropertyType


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on with a line."""

    line: str
    """The whole line then."""
    word: str
    """What is completed, to be shown."""
    meaning: str


def complete(line: str, limit: int = 8) -> list[Suggestion]:
    """How the last word of a line might go on: names of filters, then their values."""
    is_quoted = line.count('"') % 2 == 1
    start = line.rfind(" ", 0, line.rfind('"') if is_quoted else len(line)) + 1
    before, word = line[:start], line[start:]
    sign = "-" if word.startswith("-") else ""
    name, colon, value = word.removeprefix(sign).partition(":")
    known = Known()
    if not colon:
        found = _names(known, folded_name(name)) if name or sign else []
    else:
        found = [
            (f"{name}:{value_}", meaning) for value_, meaning in _values(known, folded_name(name), value)
        ]
    suggested = (Suggestion(f"{before}{sign}{words}", f"{sign}{words}", meaning) for words, meaning in found)
    return [item for item in suggested if item.line != line][:limit]


def _names(known: Known, begun: str) -> list[tuple[str, str]]:
    found = [(name, _(meaning)) for name, meaning in _MEANINGS.items() if name.startswith(begun)]
    found += [
        (re.sub(r"\s+", "_", item.name), _("property: {type}").format(type=item.type.label))
        for key, item in known.properties.items()
        if key.startswith(begun) and not re.search(r'[":<>=]', item.name)
    ]
    return [(f"{name}:", meaning) for name, meaning in found]


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
    if name == "country":
        return _countries_like(text.fold(begun))
    if name == "origin":
        return [(word, _(meaning)) for word, meaning in ORIGINS.items() if word.startswith(begun)]
    if name in ("last", "first") and "never".startswith(begun):
        return [("never", _("no interaction yet"))]
    item = known.properties.get(name)
    if item is None:
        return []
    choices = (TRUE, FALSE) if item.type is PropertyType.BOOLEAN else item.choices
    key = text.fold(begun.strip('"'))
    return [
        (f'"{choice}"' if re.search(r'[\s"]', choice) else choice, item.name)
        for choice in choices
        if text.fold(choice).startswith(key) and '"' not in choice
    ]


def _countries_like(begun: str) -> list[tuple[str, str]]:
    found = countries.all_countries()
    named = [country for country in found if text.fold(country.name).startswith(begun)]
    coded = [country for country in found if country.code.lower().startswith(begun)]
    both = dict.fromkeys([*(c for c in coded if c.code.lower() == begun), *named, *coded])
    return [(country.code.lower(), country.name) for country in both]
