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

    bare: tuple[str, ...]
    """The numbers without + or 00, readable or not."""
    best: Reading
    """The reading under which most of them are valid; in doubt the country code is included."""


def propose(samples: Sequence[str], default_country: str) -> Readings:
    """The reading to offer for a column, judged by its first values."""
    regions: Counter[str] = Counter()
    bare = []
    for sample in samples:
        try:
            if phone.is_bare(sample):
                bare.append(sample)
            elif region := phone.parse(sample).region:
                regions[region] += 1
        except ContactsError:
            # No number in any reading: it tells nothing of the others.
            continue
    candidates = ["", default_country, *(region for region, _count in regions.most_common(1))]
    readings = [read_as(bare, country) for country in dict.fromkeys(candidates)]
    return Readings(tuple(bare), max(readings, key=lambda reading: reading.valid))


def read_as(samples: Sequence[str], country: str) -> Reading:
    """How many of the numbers are valid if they belong to `country` (empty: code included)."""
    return Reading(country, sum(_is_valid(sample, country) for sample in samples))


def _is_valid(sample: str, country: str) -> bool:
    try:
        phone.parse(sample, country or None)
    except ContactsError:
        return False
    return True
