"""Phone numbers as people and files write them."""

import random
from itertools import cycle
from pathlib import Path
from typing import Any

import openpyxl
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from store.errors import Invalid, UnknownRange
from store.imports import phones
from store.imports.phones import Reading
from store.values import phone
from tests.store.test_phone_patterns import digits_of
from tests.support import HEAD, example_numbers, import_file, people, report_rows, workbook, writings


@pytest.mark.parametrize(
    "written",
    [
        "+57 300 1234567",
        "00573001234567",
        "(+57) 300 123-4567",
        "+57\u00a0300\u00a01234567",
        "\u200b+573001234567\u200b",
        "\u202a+57 300 1234567\u202c",
        "+٥٧٣٠٠١٢٣٤٥٦٧",
        "＋573001234567",
        "'+573001234567",
        "tel:+573001234567",
        "+57.300.123.4567",
        "573001234567",
        "573001234567.0",
        "+573001234567,00",
    ],
)
def test_every_usual_writing_is_the_same_number(written: str) -> None:
    assert phone.parse(written).e164 == "+573001234567"


def test_digits_without_plus_belong_to_the_country_that_was_chosen() -> None:
    assert phone.parse("300 123 4567", "CO").e164 == "+573001234567"
    assert phone.parse("0788 123 123", "RW").e164 == "+250788123123"
    assert phone.parse("573001234567", "CO").e164 == "+573001234567"


def test_a_plus_wins_over_the_country_that_was_chosen() -> None:
    assert phone.parse("+250788123123", "CO") == phone.Phone("+250788123123", bare=False)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("-", "no digits"),
        ("5.73E+11", "format the column as text"),
        ("5,73e+11", "format the column as text"),
        ("1-800-FLOWERS", "letters"),
        ("x+573001234567", "letters"),
        ("3001234567", "too short"),
        ("+57 300 12", "too short"),
        ("+57 300 1234567 89012345", "too long"),
        ("+999 123 456 789", "country code"),
        ("3001234567;3001234568", "; does not belong"),
        ("+57+3001234567", "+ does not belong"),
        ("#N/A", "# does not belong"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason.replace("+", r"\+")):
        phone.parse(written)


@pytest.mark.parametrize("written", ["07710009998", "+07710009998", "+02712345678", "(+0)7710009998"])
def test_no_calling_code_begins_with_zero_however_often_it_comes(written: str) -> None:
    # A mobile of the United Kingdom as people there write it is no number of Kazakhstan.
    for _ in range(60):
        with pytest.raises(Invalid, match="country code"):
            phone.parse(written)
    assert phone.parse("07710009998", "GB").e164 == "+447710009998"


def test_a_number_in_an_unknown_range_is_told_apart_and_can_be_taken() -> None:
    with pytest.raises(UnknownRange) as caught:
        phone.parse("+57 999 999 9999")
    assert caught.value.phone == "+579999999999"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5511961234567", "+551161234567"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_variants_of_brazil_mexico_and_argentina_go_both_ways(one: str, other: str) -> None:
    assert phone.variants(one) == (other,)
    assert phone.variants(other) == (one,)


def test_mexico_with_the_old_one_is_taken_as_a_variant_of_a_valid_number() -> None:
    assert phone.parse("+52 1 55 1234 5678").e164 == "+5215512345678"


def test_every_region_in_every_writing() -> None:
    numbers = example_numbers()
    for number in (next(numbers) for _ in range(600)):
        for written in writings(number):
            assert phone.parse(str(written)).e164 == number, written


def test_national_numbers_of_every_region_are_read_by_their_country() -> None:
    numbers = example_numbers()
    for number in (next(numbers) for _ in range(400)):
        parsed = phonenumbers.parse(number)
        region = phonenumbers.region_code_for_number(parsed)
        if region is None or region == "001":
            continue
        national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        # As the library reads it, no less and no more.
        expected = phonenumbers.format_number(
            phonenumbers.parse(national, region), phonenumbers.PhoneNumberFormat.E164
        )
        assert phone.parse(national, region).e164 == expected


@given(st.text(max_size=30), st.sampled_from([None, "CO", "BR", "US"]))
def test_any_text_is_a_number_or_a_sentence(written: str, country: str | None) -> None:
    try:
        found = phone.parse(written, country)
    except Invalid as error:
        assert str(error).endswith(".")
    else:
        assert found.e164[0] == "+"
        assert found.e164[1:].isascii()
        assert found.e164[1:].isdigit()
        assert phone.parse(found.e164).e164 == found.e164


def test_variants_are_symmetric_over_random_digits() -> None:
    chance = random.Random(3)
    for _ in range(5_000):
        number = "+" + chance.choice(("55", "52", "54", "521", "549", "57")) + str(chance.randrange(10**11))
        for variant in phone.variants(number):
            assert number in phone.variants(variant)


# Columns of numbers without + or 00 (B6)

TEN = ("AR", "BR", "CL", "CO", "ES", "IN", "MX", "PE", "RW", "US")


def _numbers(country: str, count: int) -> list[PhoneNumber]:
    """Different valid mobiles and fixed lines of a country, out of all that it has."""
    chance = random.Random(country)
    metadata: Any = PhoneMetadata.metadata_for_region(country, None)
    kinds = (metadata.mobile, metadata.fixed_line)
    found: dict[str, PhoneNumber] = {}
    while len(found) < count:
        national = digits_of(chance.choice(kinds).national_number_pattern, chance)
        number = phonenumbers.parse(f"+{metadata.country_code}{national}")
        e164 = _e164(number)
        if phonenumbers.is_valid_number_for_region(number, country) and found.keys().isdisjoint(
            phone.variants(e164)
        ):
            found[e164] = number
    return list(found.values())


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _written_at_home(country: str, count: int) -> dict[str, str]:
    """National numbers, as digits alone and as people there write them, with what they are in E.164."""
    found = {}
    for number, in_digits in zip(_numbers(country, count), cycle((True, True, False)), strict=False):
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        digits = phonenumbers.national_significant_number(number)
        found[digits if in_digits else national] = _e164(number)
    return found


@pytest.mark.parametrize("country", TEN)
def test_national_numbers_are_proposed_to_be_of_the_default_country(country: str) -> None:
    samples = list(_written_at_home(country, 200))
    readings = phones.propose(samples, country)
    assert readings.best == Reading(country, 200)
    assert readings.bare == tuple(samples)


@pytest.mark.parametrize("default", ["", "GB", "US", "IN"])
@pytest.mark.parametrize("country", TEN)
def test_national_numbers_are_proposed_to_be_of_the_country_of_the_others(country: str, default: str) -> None:
    samples = list(_written_at_home(country, 180))
    samples[::9] = [_e164(number) for number in _numbers(country, 200)[-20:]]
    best = phones.propose(samples, default).best
    assert best.valid == 160
    assert best.country == country


@pytest.mark.parametrize("default", ["", "GB", "US", "IN", "CO"])
@pytest.mark.parametrize("country", TEN)
def test_numbers_with_their_code_are_proposed_to_include_it(country: str, default: str) -> None:
    samples = [_e164(number)[1:] for number in _numbers(country, 200)]
    assert phones.propose(samples, default).best == Reading("", 200)


@pytest.mark.parametrize("country", TEN)
def test_codes_that_some_national_numbers_include_do_not_mislead(country: str) -> None:
    national = list(_written_at_home(country, 180))
    included = [_e164(number)[1:] for number in _numbers(country, 200)[-20:]]
    assert phones.propose(national + included, country).best.country == country


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("country", TEN)
def test_a_column_of_national_numbers_comes_in_as_the_country_that_was_chosen(
    tmp_path: Path, country: str
) -> None:
    written = _written_at_home(country, 200)
    rows = [[int(each) if each.isdecimal() and each[0] != "0" else each, each] for each in written]
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, *rows]), country=country)
    assert {person.name: person.phone for person in people().values()} == written
    assert (view.created, view.phones) == (200, {country: 200})


@pytest.mark.usefixtures("db")
def test_without_a_choice_a_row_must_be_valid_with_its_code_included_and_scatter_is_told(
    tmp_path: Path,
) -> None:
    written = [number for country in TEN for number in _written_at_home(country, 60)]
    path = workbook(tmp_path / "a.xlsx", [HEAD, *([number, "x"] for number in written)])
    view = import_file(path, settled=False)
    results = report_rows(view.id, tmp_path / "r.xlsx")[1:]
    wrong = {number for number, result in zip(written, results, strict=True) if result[3] != "Created"}
    assert wrong == {number for number in written if not _is_valid_with_its_code(number)}
    assert 0 < view.created < view.rejected
    assert all(row[3].startswith("Rejected: ") for row in results if row[1] in wrong)
    assert len(view.phones) > 5
    assert view.scattered
    summary = openpyxl.load_workbook(tmp_path / "r.xlsx")["Summary"]
    said = {str(row[0]): str(row[1]) for row in summary.iter_rows(values_only=True)}
    assert f"were read as of {len(view.phones)} countries" in said["Mind"]


def _is_valid_with_its_code(written: str) -> bool:
    digits = "".join(char for char in written if char.isdecimal())
    return any(
        phonenumbers.is_possible_number_string(number, "ZZ")
        and phonenumbers.is_valid_number(phonenumbers.parse(number))
        for number in (f"+{digits}", *phone.variants(f"+{digits}"))
    )
