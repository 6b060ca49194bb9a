"""`country:` finds exactly the numbers that the library says are of a country.

`python -m tests.store.test_country_filters 500000` compares that many numbers.
"""

import random
import sys
from collections.abc import Iterator, Sequence

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store import database, listing, search
from store.listing import Listing
from store.models import Contact
from store.values import phone_patterns, phone_regions
from store.values.text import search_key
from tests.store.test_phone_patterns import plans

SHARED = {
    code: countries for code, countries in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if countries[1:]
}


def of_the_library(e164: str) -> str | None:
    """The country of a number; None also where the library cannot read it."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return None


def is_among(keys: dict[int, frozenset[str]], e164: str) -> bool:
    """Whether one of the beginnings is that of a number."""
    return any(f"{e164[:width]}{len(e164)}" in some for width, some in keys.items())


def differences(e164: str, code: int) -> list[tuple[str, str]]:
    """The countries of a calling code of which a number is said to be and is not, or the other way round."""
    found = []
    for country in SHARED[code]:
        known = phone_regions.beginnings(country, code)
        if is_among(known.undecided, e164) or len(e164) not in known.lengths:
            continue
        if is_among(known.certain, e164) != (of_the_library(e164) == country):
            found.append((country, e164))
    return found


def numbers(chance: random.Random) -> Iterator[tuple[str, int]]:
    """Numbers of every kind of every country with a shared calling code, and their wrong neighbours."""
    for plan in plans():
        if plan.code not in SHARED:
            continue
        for national in plan.nationals(chance):
            place = chance.randrange(len(national))
            for written in (
                national,
                f"{national[:place]}{chance.randrange(10)}{national[place + 1 :]}",
                national[:-1],
                f"{national}{chance.randrange(10)}",
                f"{plan.prefix(chance)}{national}"[:14],
            ):
                yield f"+{plan.code}{written}", plan.code


def test_numbers_of_all_countries_and_kinds_are_of_the_country_that_the_library_says() -> None:
    asked = [each for seed in range(3) for each in numbers(random.Random(seed))]
    assert len(asked) > 3_000
    assert [wrong for each in asked for wrong in differences(*each)] == []


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(SHARED)), st.text("0123456789", min_size=2, max_size=14))
@example(1, "16132345678")
@example(44, "01481256789")
def test_any_digits_are_of_the_country_that_the_library_says(code: int, national: str) -> None:
    assert differences(f"+{code}{national}", code) == []


@pytest.mark.parametrize(
    "e164", ["+16135550123", "+12125550123", "+77012345678", "+79161234567", "+447400123456", "+61412345678"]
)
def test_usual_numbers_are_settled_by_their_first_digits(e164: str) -> None:
    code = phone_patterns.calling_code(e164[1:])
    known = phone_regions.beginnings(of_the_library(e164) or "", code)
    assert is_among(known.certain, e164)


@pytest.mark.usefixtures("db")
def test_a_search_by_country_finds_the_numbers_that_the_library_says_are_of_it() -> None:
    asked = sorted({e164 for e164, _code in numbers(random.Random(5)) if len(e164) > 7})
    with database.writing():
        for e164 in asked:
            key = search_key(e164, e164, None)
            Contact.create(phone=e164, name=e164, created=1, changed=1, origin="import", search_key=key)
        search.add_after(0)
    belongs = {e164: of_the_library(e164) for e164 in asked}
    for country in (country for countries in SHARED.values() for country in countries):
        found = listing.ids(Listing(search=f"country:{country}"))
        opposite = listing.ids(Listing(search=f"-country:{country}"))
        assert _numbers(found) == {e164 for e164 in asked if belongs[e164] == country}, country
        assert len(found) + len(opposite) == len(asked)


def _numbers(ids: Sequence[int]) -> set[str | None]:
    pages = (listing.rows(ids[begin : begin + 200]) for begin in range(0, len(ids), 200))
    return {row.phone for page in pages for row in page.values()}


if __name__ == "__main__":
    done, wrong, chance = 0, list[tuple[str, str]](), random.Random(int(sys.argv[2]) if sys.argv[2:] else 1)
    while done < int(sys.argv[1]):
        for each in numbers(chance):
            wrong += differences(*each)
            done += 1
    print(f"{done:,} numbers, {len(wrong)} differences", *wrong[:20], sep="\n")
