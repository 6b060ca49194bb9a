"""Text, emails, times, countries and the six property types."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import language
from store.errors import Invalid
from store.values import countries, email, property_type, text, times
from store.values.property_type import Formats, PropertyType

COMMA = Formats("dmy", ",")
POINT = Formats("mdy", ".")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1234", "1234"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("-7", "-7"),
        ("−7", "-7"),
        ("0.10", "0.1"),
        ("1 234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("007", "7"),
        ("-0", "0"),
        ("12345678901234567890.123", "12345678901234567890.123"),
    ],
)
@pytest.mark.parametrize("formats", [COMMA, POINT])
def test_numbers_that_can_be_read_in_one_way_only(written: str, stored: str, formats: Formats) -> None:
    assert property_type.parse(PropertyType.NUMBER, written, formats) == stored


def test_a_number_that_could_be_read_in_two_ways_follows_the_settings() -> None:
    assert property_type.parse(PropertyType.NUMBER, "1,234", POINT) == "1234"
    assert property_type.parse(PropertyType.NUMBER, "1,234", COMMA) == "1.234"


@pytest.mark.parametrize(
    "written", ["", "abc", "1 2", "12 34 5", "1e5", "1.2.3", "1,2,3.4", "--1", "+-1", "5.", "٣", "9" * 41]
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        property_type.parse(PropertyType.NUMBER, written, POINT)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_numbers_come_back_as_they_were_shown(number: Decimal) -> None:
    stored = property_type.canonical_number(number)
    assert Decimal(stored) == number
    for formats in (COMMA, POINT):
        shown = property_type.shown(PropertyType.NUMBER, stored, formats)
        if len(stored.partition(".")[2]) != 3:  # 1.234 as it is shown with a comma: 1,234
            assert property_type.parse(PropertyType.NUMBER, shown, formats) == stored


@given(st.dates())
def test_dates_come_back_as_they_were_shown(day: object) -> None:
    stored = str(day)
    for formats in (COMMA, POINT):
        shown = property_type.shown(PropertyType.DATE, stored, formats)
        assert property_type.parse(PropertyType.DATE, shown, formats) == stored


@pytest.mark.parametrize("word", ["true", "YES", "Sí", "si", "Sim", "Verdadero", "verdadeiro", "1"])
def test_words_for_true(word: str) -> None:
    assert property_type.parse(PropertyType.BOOLEAN, word, POINT) == "true"


@pytest.mark.parametrize("word", ["false", "No", "não", "NAO", "Falso", "0"])
def test_words_for_false(word: str) -> None:
    assert property_type.parse(PropertyType.BOOLEAN, word, POINT) == "false"


def test_dates_follow_the_settings_unless_they_are_iso() -> None:
    assert property_type.parse(PropertyType.DATE, "01/02/2026", COMMA) == "2026-02-01"
    assert property_type.parse(PropertyType.DATE, "01/02/2026", POINT) == "2026-01-02"
    assert property_type.parse(PropertyType.DATE, "2026-02-01", POINT) == "2026-02-01"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (PropertyType.DATE, "31/02/2026"),
        (PropertyType.DATE, "2026"),
        (PropertyType.DATE, "2026-01-02T99:99zzz"),
        (PropertyType.BOOLEAN, "maybe"),
        (PropertyType.EMAIL, "nobody"),
        (PropertyType.TEXT, "x" * 1_001),
        (PropertyType.LIST, "gold"),
    ],
)
def test_values_that_do_not_fit_their_type_are_refused(kind: PropertyType, written: str) -> None:
    with pytest.raises(Invalid):
        property_type.parse(kind, written, COMMA, ("Gold", "Silver"))


def test_a_value_list_takes_its_values_exactly_but_for_white_space() -> None:
    assert property_type.parse(PropertyType.LIST, " Gold ", COMMA, ("Gold",)) == "Gold"


def test_emails_are_normalised_and_judged_without_the_network() -> None:
    assert email.parse(" Ana@EXAMPLE.com ") == "Ana@example.com"
    assert email.parse("josé@exämple.com") == "josé@exämple.com"


@given(st.text())
def test_folding_is_idempotent(words: str) -> None:
    assert text.fold(text.fold(words)) == text.fold(words)


@pytest.mark.parametrize(
    ("one", "other"), [("MÜLLER", "muller"), ("Ñandú", "nandu"), ("STRASSE", "straße"), ("İpek", "ipek")]
)
def test_folding_knows_neither_case_nor_accents(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


@given(st.text())
def test_cleaned_text_can_be_stored_by_any_database(raw: str) -> None:
    cleaned = text.clean(raw + "\x00\ud800")
    assert "\x00" not in cleaned
    cleaned.encode()


def test_times_are_shown_in_the_time_zone_of_the_settings() -> None:
    moment = 1_767_225_600  # 2026-01-01 00:00 UTC
    assert times.shown(moment, "America/Bogota") == "2025-12-31 19:00"
    assert times.shown(moment, "UTC") == "2026-01-01 00:00"
    assert times.shown(times.NEVER, "UTC") == ""
    assert times.iso_utc(moment) == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "/etc/passwd", "x" * 300])
def test_an_unknown_time_zone_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(Invalid, match="America/Bogota"):
        times.zone(name)


@pytest.mark.parametrize(
    ("words", "code"), [("co", "CO"), ("+57", "CO"), ("colom", "CO"), ("1", "US"), ("méxico", "MX")]
)
def test_countries_are_found_by_code_name_and_calling_code(words: str, code: str) -> None:
    found = countries.find(words)
    assert found is not None
    assert found.code == code


def test_countries_have_their_names_in_the_language_in_use() -> None:
    language.use("es")
    assert countries.name("DE") == "Alemania"
    language.use("pt")
    assert countries.name("DE") == "Alemanha"
    assert countries.find("nowhere") is None
