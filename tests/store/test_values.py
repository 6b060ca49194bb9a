"""Text, emails, times, countries and the six property types."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from store import language, properties, settings
from store.errors import Invalid
from store.values import countries, email, property_type, text, times
from store.values.property_type import Formats, PropertyType
from tests.support import HEAD, import_file, people, report_rows, workbook

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


@given(st.from_regex(r"-?[0-9]{0,90}(,[0-9]{1,90})?", fullmatch=True))
@example("," + "1" * 39)
@example("0," + "0" * 50 + "1")
def test_what_was_taken_for_a_number_is_taken_again_as_it_is_shown(written: str) -> None:
    try:
        stored = property_type.parse(PropertyType.NUMBER, written, COMMA)
    except Invalid:
        return
    shown = property_type.shown(PropertyType.NUMBER, stored, COMMA)
    assert property_type.parse(PropertyType.NUMBER, shown, COMMA) == stored


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


def _of_the_library(written: str) -> str | None:
    try:
        return validate_email(text.clean(written), check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _ours(written: str) -> str | None:
    try:
        return email.parse(written)
    except Invalid:
        return None


_HARD = """
    a@b.co A.B@C.CO Info@Example.COM SALES@b.co Www.x@b.co webmaster@B.co infos@b.co a@b a@b.c
    a@b.c1 a@b.1c a@1.co a@1.2.3.4 a@[1.2.3.4] a@[IPv6:::1] a@b.co. a@-b.co a@b-.co a@b--c.co
    a@ab--c.co a@AB--c.co a@xn--p1ai.co a@xn--exmple-cua.com a@b.xn--p1ai a@XN--P1AI.co a@xn--a.co
    a@b_c.co a@b..co a@.b.co a..b@c.co .a@b.co a.@b.co a@b@c.co a@x.test a@x.TEST a@test a@local
    a@x.local a@x.onion a@x.invalid a@x.localhost a@x.arpa a@local.co a@x.in-addr.arpa a@example
    a@example.com a@x.internal "a"@b.co <a@b.co> mailto:a@b.co a@b.co;c@d.co a@b.co, @b.co a@ @ a
    a+b@c.co a+@c.co -a@b.co _@b.co a'b@c.co a!b@c.co a/b@c.co a%b@c.co a@b.c-o a@b.-co a@b.co-
    a@b,co
"""
HARD_ADDRESSES = (
    *_HARD.split(),
    *("", "a b@c.co", "a@b .co", '"a b"@c.co', "Ana <a@b.co>", "a@b.co\n", "a\n@b.co", "\ta@b.co"),
    *("a@b.co\x00", "a\x00@b.co", "\u00a0a@b.co", "a@b.\u0441\u043e", "a@b\u3002co", "a@\uff42.co"),
    *("a\uff20b.co", "a@\u212a.co", "\u00e9@b.co", "e\u0301@b.co", "a@b\u200b.co", "a\u200d@b.co"),
    *("\u0661@b.co", "a@\u0661.co", "a@b.co\u202c"),
    *(f"{'a' * n}@b.co" for n in (63, 64, 65, 193, 194, 195, 248, 249, 250, 254)),
    *(f"a@{'b' * n}.co" for n in (62, 63, 64, 200)),
    *(f"a@b.{'c' * n}" for n in (39, 40, 41, 63, 64)),
    *(f"a@{'b.' * n}co" for n in (3, 4, 5, 98, 99, 120, 126, 127, 130)),
    *(f"{'a.' * n}a@b.co" for n in (2, 3, 4, 40)),
    *(f"a@{('b' * 60 + '.') * n}co" for n in (2, 3, 4, 5)),
)


def test_hard_addresses_are_what_the_library_says() -> None:
    ours = {written: _ours(written) for written in HARD_ADDRESSES}
    assert ours == {written: _of_the_library(written) for written in HARD_ADDRESSES}
    assert sum(found is None for found in ours.values()) > 50
    assert sum(found is not None for found in ours.values()) > 50


_LOCALS = st.text("aB1.+-_'\u00e9 ", min_size=1, max_size=8) | st.sampled_from(
    ["Info", "SALES", "www", "Abuse"]
)
_DOMAINS = st.lists(st.text("aB1-x_\u00e9", min_size=1, max_size=5), min_size=1, max_size=5).map(".".join)
_ENDS = st.sampled_from(["co", "COM", "test", "Local", "onion", "c0", "0c", "x", "xn--p1ai", "arpa", "co."])


@hypothesis.settings(max_examples=1_000)
@given(_LOCALS, _DOMAINS, _ENDS)
def test_likely_addresses_are_what_the_library_says(local: str, domain: str, end: str) -> None:
    written = f"{local}@{domain}.{end}"
    assert _ours(written) == _of_the_library(written)


@given(st.emails() | st.text(max_size=60))
def test_any_text_is_an_address_as_the_library_says_or_a_sentence(written: str) -> None:
    assert _ours(written) == _of_the_library(written)


def test_plain_addresses_are_answered_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "_parse", lambda address: f"asked: {address}")
    for written in ("ana@example.com", "Ana.Maria+x@sub-domain.example.co", "a_b-c@1und1.de"):
        assert email.parse(written) == written


@given(st.text())
def test_folding_is_idempotent(words: str) -> None:
    assert text.fold(text.fold(words)) == text.fold(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MÜLLER", "muller"),
        ("Ñandú", "nandu"),
        ("STRASSE", "straße"),
        ("İpek", "ipek"),
        ("YILMAZ", "yılmaz"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("Ægir Þór 渡辺", "aegir thor 渡辺"),
    ],
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


# Property types (C), from cells

Case = tuple[Any, str | None]
"""A cell, and what is stored of it; None: the value is refused."""

SAME: dict[PropertyType, list[Case]] = {
    PropertyType.TEXT: [
        ("  Cali \n", "Cali"),
        ("x" * 1_000, "x" * 1_000),
        ("x" * 1_001, None),
        (573001234567, "573001234567"),
        (5.0, "5"),
        (0.1, "0.1"),
        (True, "TRUE"),
        (date(2026, 2, 1), "2026-02-01"),
        (datetime(2026, 2, 1, 9, 30), "2026-02-01 09:30:00"),
    ],
    PropertyType.NUMBER: [
        ("1234", "1234"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("-7", "-7"),
        (1234.5, "1234.5"),
        (0.1, "0.1"),
        (-7, "-7"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (True, None),
        ("many", None),
    ],
    PropertyType.BOOLEAN: [
        *(
            (word, "true")
            for word in (True, 1, "1", "TRUE", "yes", "Sí", "SI", "sim", "Verdadero", "verdadeiro")
        ),
        *((word, "false") for word in (False, 0, "0", "False", "NO", "não", "nao", "FALSO")),
        ("maybe", None),
        (2, None),
    ],
    PropertyType.DATE: [
        (date(2026, 2, 1), "2026-02-01"),
        (datetime(2026, 2, 1, 9, 30), "2026-02-01"),
        ("2026-02-01", "2026-02-01"),
        (46054, "2026-02-01"),
        ("13/13/2026", None),
        ("yesterday", None),
        (True, None),
    ],
    PropertyType.EMAIL: [
        (" Ana@EXAMPLE.com ", "Ana@example.com"),
        ("INFO@Example.com", "info@example.com"),
        ("josé@exämple.com", "josé@exämple.com"),
        ("ana@nowhere.invalid", None),
        ("ana@example", None),
        (7, None),
    ],
    PropertyType.LIST: [
        ("Gold", "Gold"),
        (" Gold\n", "Gold"),
        (2026, "2026"),
        ("gold", None),
        ("Silver", None),
    ],
}
"""What is read alike under all settings."""
BY_SETTINGS: dict[Formats, dict[PropertyType, list[Case]]] = {
    COMMA: {
        PropertyType.NUMBER: [("1,234", "1.234"), ("1.234", "1234"), ("0,5", "0.5")],
        PropertyType.DATE: [("01/02/2026", "2026-02-01"), ("31/12/2026", "2026-12-31"), ("12/31/2026", None)],
    },
    POINT: {
        PropertyType.NUMBER: [("1,234", "1234"), ("1.234", "1.234"), ("0,5", "0.5")],
        PropertyType.DATE: [("01/02/2026", "2026-01-02"), ("31/12/2026", None), ("12/31/2026", "2026-12-31")],
    },
}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("formats", "kind"),
    [*((COMMA, kind) for kind in PropertyType), *((POINT, kind) for kind in BY_SETTINGS[POINT])],
)
def test_cells_are_stored_as_the_type_of_their_property_says(
    tmp_path: Path, formats: Formats, kind: PropertyType
) -> None:
    settings.save(settings.Settings(date_order=formats.date_order, decimal_sign=formats.decimal_sign))
    choices = ["Gold", "2026"] if kind is PropertyType.LIST else []
    item = properties.create("Value", kind, choices=choices)
    cases = SAME[kind] + BY_SETTINGS[formats].get(kind, [])
    rows = [[f"+5730012345{n:02}", f"row {n}", cell] for n, (cell, _stored) in enumerate(cases)]
    view = import_file(workbook(tmp_path / "a.xlsx", [[*HEAD, "Value"], *rows]))
    stored = {name: person.properties.get(item.id) for name, person in people().items()}
    assert stored == {f"row {n}": expected for n, (_cell, expected) in enumerate(cases)}
    results = report_rows(view.id, tmp_path / "r.xlsx")[1:]
    refused = [row[4] == "Created, not saved: Value" and row[5].startswith("Value: ") for row in results]
    assert refused == [expected is None for _cell, expected in cases]


@pytest.mark.usefixtures("db")
def test_a_bare_serial_number_that_was_read_as_a_date_is_told(tmp_path: Path) -> None:
    properties.create("Born", PropertyType.DATE)
    rows = [[*HEAD, "Born"], ["+573001234567", "Ana", 46054]]
    view = import_file(workbook(tmp_path / "a.xlsx", rows))
    detail = report_rows(view.id, tmp_path / "r.xlsx")[1][-2:]
    assert detail == ["Created", "Born: the bare number 46054 was read as the date 2026-02-01"]


@given(st.text(st.characters(max_codepoint=0xFF) | st.characters(max_codepoint=0x24F), max_size=20))
def test_latin_text_folds_letter_by_letter_to_what_its_whole_folds_to(written: str) -> None:
    # The Kelvin sign takes the long way: nothing else here does.
    whole = text.fold(written + "\u212a")
    assert text.fold(written) + "k" == whole
