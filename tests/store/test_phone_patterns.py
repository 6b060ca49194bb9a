"""The short path of phone numbers says nothing that the library does not say.

`python -m tests.store.test_phone_patterns 500000` compares that many numbers, and measures.
"""

import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any
from unittest.mock import patch

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata

from store.errors import Invalid, UnknownRange
from store.values import phone, phone_patterns

Asking = tuple[str, str | None]
"""What is written, and the country that it is read by."""

KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail", "general_desc"),
)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.fixture(autouse=True)
def _expressions_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_patterns, "_WORTH_COMPILING", 0)


# Numbers out of the library's own expressions

_QUANTIFIER = re.compile(r"\?|\{(\d+)(?:,(\d+))?\}")


def digits_of(pattern: str, chance: random.Random) -> str:
    """Digits that `pattern`, an expression of the library's metadata, matches whole."""
    atoms = chance.choice(_alternatives(pattern))
    return "".join(
        _digits_of_atom(atom, chance) for atom, low, high in atoms for _ in range(chance.randint(low, high))
    )


def _digits_of_atom(atom: str, chance: random.Random) -> str:
    if atom.startswith("("):
        return digits_of(atom[1:-1].removeprefix("?:"), chance)
    if len(atom) == 1:
        return atom
    return chance.choice([digit for digit in "0123456789" if re.fullmatch(atom, digit)])


@cache
def _alternatives(pattern: str) -> tuple[tuple[tuple[str, int, int], ...], ...]:
    """The atoms of every alternative, with how often each of them may stand."""
    found: list[list[tuple[str, int, int]]] = [[]]
    place = 0
    while place < len(pattern):
        end = _end_of_atom(pattern, place)
        atom = pattern[place:end]
        quantifier = _QUANTIFIER.match(pattern, end)
        place = quantifier.end() if quantifier else end
        if atom == "|":
            found.append([])
        elif atom != "$":
            found[-1].append((atom, *_times(quantifier)))
    return tuple(tuple(atoms) for atoms in found)


def _times(quantifier: re.Match[str] | None) -> tuple[int, int]:
    if quantifier is None:
        return 1, 1
    if quantifier[0] == "?":
        return 0, 1
    return int(quantifier[1]), int(quantifier[2] or quantifier[1])


def _end_of_atom(pattern: str, start: int) -> int:
    match pattern[start]:
        case "\\":
            return start + 2
        case "[":
            return pattern.index("]", start) + 1
        case "(":
            depth = 0
            for place in range(start, len(pattern)):
                depth += {"(": 1, ")": -1}.get(pattern[place], 0)
                if depth == 0:
                    return place + 1
    return start + 1


# What people may write of them


@dataclass(frozen=True)
class Plan:
    """The numbering plan of a region, or of a calling code that belongs to none."""

    region: str | None
    code: int
    metadata: Any
    siblings: tuple[str, ...]
    """Regions of the same calling code."""

    def nationals(self, chance: random.Random) -> Iterator[str]:
        """A national number of every kind that the plan has."""
        for kind in KINDS:
            description = getattr(self.metadata, kind)
            if description is not None and description.national_number_pattern:
                yield digits_of(description.national_number_pattern, chance)

    def prefix(self, chance: random.Random) -> str:
        """What may stand before a national number; for some plans a whole number."""
        return digits_of(self.metadata.national_prefix_for_parsing or "0", chance)

    def abroad(self, chance: random.Random) -> str:
        """What people there dial before a foreign number."""
        return digits_of(self.metadata.international_prefix or "00", chance)


@cache
def plans() -> tuple[Plan, ...]:
    """Every numbering plan of the library."""
    found = []
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        siblings = tuple(region for region in regions if region.isalpha())
        for region in siblings:
            found.append(Plan(region, code, PhoneMetadata.metadata_for_region(region, None), siblings))
        if not siblings:
            found.append(Plan(None, code, PhoneMetadata.metadata_for_nongeo_region(code, None), ()))
    return tuple(found)


def askings(chance: random.Random) -> Iterator[Asking]:
    """One number of every region and kind, and its wrong neighbours, in many writings."""
    for plan in plans():
        for national in plan.nationals(chance):
            yield from _writings(plan, national, chance)
            for neighbour in _neighbours(national, chance):
                yield from islice(_writings(plan, neighbour, chance), 5)


def _writings(plan: Plan, national: str, chance: random.Random) -> Iterator[Asking]:
    code, country = plan.code, plan.region
    yield f"+{code}{national}", None
    yield national, country
    yield national, chance.choice(plan.siblings or REGIONS)
    yield national, None
    yield f"{code}{national}", country
    yield f"{code}{national}", None
    yield f"00{code}{national}", chance.choice(REGIONS)
    yield f"+0{code}{national}", None
    yield f"0{national}", chance.choice((country, None))
    yield f"+{code}0{national}", None
    yield f"{plan.prefix(chance)}{national}", country
    yield f"+{code}{plan.prefix(chance)}{national}", None
    yield plan.prefix(chance), country
    yield f"{plan.abroad(chance)}{chance.choice(plans()).code}{national}", country
    yield plan.abroad(chance) + national[len(plan.abroad(chance)) :], country
    yield national, chance.choice(REGIONS)


def _neighbours(national: str, chance: random.Random) -> Iterator[str]:
    place, digit = chance.randrange(len(national)), str(chance.randrange(10))
    yield national[:place] + digit + national[place + 1 :]
    yield digit + national[1:]
    yield national[:-1]
    yield national + digit
    yield national[: chance.randrange(len(national))]


# The comparison


def outcome(asking: Asking) -> tuple[str, str | None, str]:
    """E.164, region and reason, as `phone` gives them."""
    try:
        found = phone.parse(*asking)
    except UnknownRange as error:
        return error.phone, phone.region(error.phone), str(error)
    except Invalid as error:
        return "", None, str(error)
    return found.e164, found.region, "bare" if found.bare else ""


def outcomes_of_the_library(asked: Iterable[Asking]) -> list[tuple[str, str | None, str]]:
    """The same without the short path."""
    with ExitStack() as stack:
        for name in ("is_valid", "of_country", "only_region"):
            stack.enter_context(patch.object(phone_patterns, name, lambda *_words: None))
        return [outcome(asking) for asking in asked]


def differences(asked: Sequence[Asking]) -> list[Any]:
    """Where the short path says something else than the library."""
    quick = [outcome(asking) for asking in asked]
    slow = outcomes_of_the_library(asked)
    return [row for row in zip(asked, quick, slow, strict=True) if row[1] != row[2]]


def valid_numbers(seed: int) -> Iterator[tuple[str, str, str | None]]:
    """Valid numbers as E.164, as national digits, and their region, of every plan in turn, without end."""
    chance = random.Random(seed)
    while True:
        for plan in plans():
            for national in plan.nationals(chance):
                number = phonenumbers.parse(f"+{plan.code}{national}", None)
                if phonenumbers.is_valid_number(number):
                    yield f"+{plan.code}{national}", national, plan.region


def test_numbers_of_all_regions_and_kinds_are_what_the_library_says() -> None:
    asked = list(askings(random.Random(1)))
    assert len(asked) > 200 * len(REGIONS)
    assert differences(asked) == []


DIGITS = st.text("0123456789", min_size=1, max_size=18)
COUNTRIES = st.sampled_from([None, *REGIONS])


@settings(max_examples=500)
@given(st.sampled_from(["", "+", "00", "+0"]), DIGITS, COUNTRIES)
@example("", "07710009998", None)
@example("+", "02712345678", None)
@example("", "0000000000", "IT")
def test_any_digits_are_what_the_library_says(sign: str, digits: str, country: str | None) -> None:
    assert differences([(sign + digits, country)]) == []


@settings(max_examples=500)
@given(st.sampled_from(list(islice(valid_numbers(2), 3_000))), DIGITS, st.integers(0, 15), COUNTRIES)
def test_a_valid_number_with_other_digits_in_it_is_what_the_library_says(
    number: tuple[str, str, str | None], digits: str, place: int, country: str | None
) -> None:
    e164, national, region = number
    changed = e164[:place] + digits[:3] + e164[place + 3 :]
    asked = [(changed, None), (changed.removeprefix("+"), country), (national, country), (national, region)]
    assert differences(asked) == []


@pytest.mark.parametrize(
    ("region", "prefix", "written", "plain"),
    [
        ("CU", {"international_prefix": "5"}, "51234567", "+5351234567"),
        ("AX", {"national_prefix_for_parsing": "4"}, "44412345", "+35844412345"),
    ],
)
def test_prefixes_that_a_newer_library_may_bring_are_followed(
    region: str, prefix: dict[str, str], written: str, plain: str
) -> None:
    assert phone_patterns.of_country(written, region) == plain
    phone_patterns._country.cache_clear()
    with patch.dict(vars(PhoneMetadata.metadata_for_region(region, None)), prefix):
        assert phone_patterns.of_country(written, region) is None
        assert outcome((written, region))[0] != plain
    phone_patterns._country.cache_clear()


def test_the_generated_digits_match_the_expression_they_come_from() -> None:
    chance = random.Random(4)
    for plan in plans():
        pattern = plan.metadata.general_desc.national_number_pattern
        assert re.fullmatch(pattern, digits_of(pattern, chance))


# What the short path is for


def test_plain_valid_numbers_are_answered_without_the_library() -> None:
    numbers = list(islice(valid_numbers(3), 6_000))
    certain = [phone_patterns.is_valid(e164[1:]) for e164, _national, _region in numbers]
    assert sum(certain) > 0.98 * len(certain)
    read = [phone_patterns.of_country(national, region) for _e164, national, region in numbers if region]
    assert sum(found is not None for found in read) > 0.95 * len(read)


def test_mobiles_of_every_region_are_answered_without_the_library() -> None:
    for region in REGIONS:
        number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if number is None:
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert phone_patterns.is_valid(e164[1:]), e164
        national = phonenumbers.national_significant_number(number)
        assert phone_patterns.of_country(national, region) == e164


def test_an_expression_is_made_only_for_a_calling_code_that_comes_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone_patterns, "_WORTH_COMPILING", 3)
    monkeypatch.setattr(phone_patterns, "_met", {})
    phone_patterns._seen.clear()
    assert [phone_patterns.is_valid("573001234567") for _ in range(5)] == [False, False, False, True, True]
    assert not phone_patterns.is_valid("250788123123")


def test_the_expressions_of_all_calling_codes_are_kept_once_they_are_made() -> None:
    for plan in plans():
        phone_patterns._rules(plan.code)
    before = phone_patterns._rules.cache_info().misses
    for plan in plans():
        phone_patterns._rules(plan.code)
    assert phone_patterns._rules.cache_info().misses == before


# By hand


def _microseconds(work: Callable[[str], object], numbers: Sequence[str]) -> float:
    begun = time.perf_counter()
    for number in numbers:
        work(number)
    return (time.perf_counter() - begun) / len(numbers) * 1e6


def _library(e164: str) -> str | None:
    number = phonenumbers.parse(e164, None)
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _by_hand(count: int, seed: int) -> None:
    phone_patterns._WORTH_COMPILING = 0
    chance = random.Random(seed)
    done, found = 0, []
    while done < count:
        asked = list(askings(chance))
        done += len(asked)
        found += differences(asked)
    print(f"{done:,} numbers, {len(found)} differences", *found[:20], sep="\n")
    numbers = [e164 for e164, _national, _region in islice(valid_numbers(seed), 20_000)]
    for label, work in (("short path", phone.parse), ("library", _library)):
        print(f"{label}: {min(_microseconds(work, numbers) for _ in range(5)):.2f} µs a number")


if __name__ == "__main__":
    _by_hand(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
