"""Phone numbers as people and files write them."""

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Invalid, UnknownRange
from store.values import phone
from tests.support import example_numbers, writings


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
