"""How a column of phones is to be read: digits without + or 00 can mean more than one number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from store.errors import ContactsError
from store.values import phone


@dataclass(frozen=True, slots=True)
class Reading:
    """How many of the first numbers without + or 00 are valid if read in one way."""

    country: str
    """Whose numbers they are; empty: their country code is included."""
    valid: int


@dataclass(frozen=True, slots=True)
class Readings:
    """What can be said of a column's first numbers."""

    bare: int
    """Numbers without + or 00."""
    best: Reading
    """The reading under which most of them are valid; in doubt the country code is included."""


def propose(samples: Sequence[str], default_country: str) -> Readings:
    """The reading to offer for a column, judged by its first values."""
    regions: Counter[str] = Counter()
    bare = []
    for sample in samples:
        try:
            found = phone.parse(sample)
        except ContactsError:
            bare.append(sample)
            continue
        if found.bare:
            bare.append(sample)
        elif found.region:
            regions[found.region] += 1
    candidates = ["", default_country, *(region for region, _count in regions.most_common(1))]
    readings = [read_as(bare, country) for country in dict.fromkeys(candidates)]
    return Readings(len(bare), max(readings, key=lambda reading: reading.valid))


def read_as(samples: Sequence[str], country: str) -> Reading:
    """How many of the numbers are valid if they belong to `country` (empty: code included)."""
    return Reading(country, sum(_is_valid(sample, country) for sample in samples))


def _is_valid(sample: str, country: str) -> bool:
    try:
        phone.parse(sample, country or None)
    except ContactsError:
        return False
    return True
