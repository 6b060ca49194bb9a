"""To which country numbers of a shared calling code belong, as far as their first digits settle it.

The library asks the countries of a code in turn, each by an expression. Here they are asked with only the
first digits known: what matches whatever follows belongs to the country, what cannot match does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from store.values import phone_patterns
from store.values.phone_patterns import NOTHING

_DIGITS = 6
"""National digits that are looked at: more settle only some ranges of Britain and Australia."""
_ANY = "x"
"""Stands for a digit that is not known."""
_ATOM = re.compile(r"\\d|\\.|\[[^]]*\]|\{[^}]*\}|\d")


_Cut = tuple[re.Pattern[str], re.Pattern[str]]
"""What may stand before a national number: it surely does, and maybe."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Of E.164 numbers, with the + and by their width; behind each the length of the number.

    +161312 is +1613 of a number of 12 characters.
    """

    certain: dict[int, frozenset[str]]
    """Of numbers of the country."""
    undecided: dict[int, frozenset[str]]
    """Of numbers that may be the country's: the library knows."""
    lengths: tuple[int, ...]
    """Characters of the numbers that were looked at: of others the library knows."""


@dataclass(frozen=True, slots=True)
class _Country:
    code: str
    surely: re.Pattern[str]
    """Matches digits, some of them unknown, that are the country's whatever these are."""
    maybe: re.Pattern[str]
    """Matches those that are the country's for some of what these may be."""


@lru_cache(64)
def beginnings(country: str, calling_code: int) -> Beginnings:
    """By what the numbers of `country` (two letters) begin, one of those that share a calling code."""
    begin = f"+{calling_code}"
    settled = _settled(calling_code)

    def of(code: str | None) -> dict[int, frozenset[str]]:
        keys: dict[int, set[str]] = {}
        for (digits, length), found in settled.items():
            if found == code:
                keys.setdefault(len(begin + digits), set()).add(f"{begin}{digits}{len(begin) + length}")
        return {width: frozenset(keys[width]) for width in sorted(keys)}

    lengths = tuple(len(begin) + length for length in phone_patterns.possible_lengths(calling_code))
    return Beginnings(of(country), of(None), lengths)


@cache
def _settled(calling_code: int) -> dict[tuple[str, int], str | None]:
    """Countries by first digits and length of national numbers; None where more digits must be known."""
    countries = [
        _Country(code, re.compile(_strict(pattern)), re.compile(_loosened(pattern)))
        for code, pattern in phone_patterns.countries(calling_code)
    ]
    prefix = phone_patterns.national_prefix(calling_code) or NOTHING
    cut = re.compile(_strict(prefix)), re.compile(_loosened(prefix))
    return {
        (digits, length): found
        for length in phone_patterns.possible_lengths(calling_code)
        for digits, found in _walk("", length, countries, cut)
    }


def _walk(known: str, length: int, countries: list[_Country], cut: _Cut) -> Iterator[tuple[str, str | None]]:
    """Beginnings of numbers that go on from `known`, as short as settles them, with their country."""
    number = known.ljust(length, _ANY)
    left = [country for country in countries if country.maybe.match(number)]
    surely_cut, maybe_cut = (_takes_something(prefix, number) for prefix in cut)
    if not left and not maybe_cut:
        return
    if left and not maybe_cut and left[0].surely.match(number):
        yield known, left[0].code
    elif surely_cut or len(known) == min(_DIGITS, length):
        # What is left where a prefix is cut off is another number.
        yield known, None
    else:
        for digit in "0123456789":
            yield from _walk(known + digit, length, countries if maybe_cut else left, cut)


def _takes_something(prefix: re.Pattern[str], number: str) -> bool:
    match = prefix.match(number)
    return match is not None and match.end() > 0


def _strict(pattern: str) -> str:
    """The expression for digits some of which are unknown, as if these were none that it names."""
    return pattern.replace(r"\d", rf"[0-9{_ANY}]")


def _loosened(pattern: str) -> str:
    """The expression for digits some of which are unknown, as if these were all that it names."""

    def loosened(atom: re.Match[str]) -> str:
        match atom[0][0]:
            case "[":
                return f"{atom[0][:-1]}{_ANY}]"
            case "{":
                return atom[0]
            case "\\":
                return f"[0-9{_ANY}]" if atom[0] == r"\d" else atom[0]
        return f"[{atom[0]}{_ANY}]"

    return _ATOM.sub(loosened, pattern)
