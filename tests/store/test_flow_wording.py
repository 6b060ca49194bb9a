"""The words of flows: variables by name and by id, and the sentences that nobody wrote."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from store.flows import wording
from store.flows.blocks import EXPECTED, TEXT_LIMIT, Block, Kind
from store.language import LANGUAGES
from store.values.custom_property import CustomProperty
from store.values.property_type import Formats, PropertyType, parse
from store.values.text import fold
from tests.store.flowing import KNOWN

_pieces = st.sampled_from(
    ["{", "}", "{{", "}}", "{{name}}", "{{#1}}", "{{ #6 }}", "{{Client}}", "a", " ", "\n", "#2", "é"]
)
_texts = st.lists(_pieces, max_size=12).map("".join)
_awkward = st.sampled_from(["{", "}", "a}", "{a", "{{a", "a}}", "a{{b", "#1", "#2", "#１", "# 1", "name}"])
_names = _awkward | st.text(st.sampled_from("{}#12aé ,"), min_size=1, max_size=6).map(str.strip).filter(bool)


def test_variables_are_found_whatever_the_spaces_in_their_braces() -> None:
    assert wording.variables("Hi {{name}}, {{ Work e-mail }} {{}} {{#3}}") == (
        "name",
        "Work e-mail",
        "",
        "#3",
    )
    assert wording.variables("{{name\n}} {name} {{name} }") == ()


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("{{name}} {one} }", False),
        ("{{name", True),
        ("name}}", True),
        ("{{ {{name}}", True),
        ("{{na\nme}}", True),
        ("", False),
    ],
)
def test_braces_that_belong_to_no_variable_are_torn(text: str, torn: bool) -> None:
    assert wording.is_torn(text) is torn


def test_variables_are_filled_and_what_is_unset_by_nothing() -> None:
    values = {"name": "Ana {{phone}}", "#2": "7"}
    assert wording.fill("{{ Name }}: {{#2}}{{email}} {{#9}}.", values) == "Ana {{phone}}: 7 ."


def test_long_values_are_cut_so_that_what_was_written_still_fits() -> None:
    filled = wording.fill("{{name}} " + "x" * 1_000 + " {{#1}}?", {"name": "Ana", "#1": "v" * 500})
    assert filled == "Ana " + "x" * 1_000 + " " + "v" * 17 + "…?"
    assert len(filled) == TEXT_LIMIT


@given(_texts, st.lists(st.integers(0, 1_100), min_size=3, max_size=3))
def test_what_is_filled_always_fits(text: str, lengths: list[int]) -> None:
    assume(len(text) <= TEXT_LIMIT)
    values = {name: "v" * length for name, length in zip(("name", "#1", "#6"), lengths, strict=True)}
    assert len(wording.fill(text, values)) <= TEXT_LIMIT


def test_people_read_and_write_names_where_flows_have_ids() -> None:
    written = "{{ NAME }}, {{cliént}} at {{work e-mail}}, {{Nobody}}"
    kept = wording.numbered(written, KNOWN)
    assert kept == "{{name}}, {{#1}} at {{#5}}, {{Nobody}}"
    assert (
        wording.named(kept + "{{#99}}", KNOWN) == "{{name}}, {{Client}} at {{Work e-mail}}, {{Nobody}}{{#99}}"
    )


def test_a_renamed_property_is_named_anew() -> None:
    kept = wording.numbered("{{Client}}", KNOWN)
    assert wording.named(kept, [CustomProperty(1, "Customer", PropertyType.TEXT)]) == "{{Customer}}"


@settings(max_examples=300)
@given(_texts.map("{{#1}}".__add__), st.lists(_names, min_size=1, max_size=5, unique_by=fold))
def test_whatever_properties_are_called_a_flow_comes_back_as_it_was(text: str, names: list[str]) -> None:
    known = [CustomProperty(place, name, PropertyType.TEXT) for place, name in enumerate(names, 1)]
    kept = wording.numbered(text, known)
    assert wording.numbered(wording.named(kept, known), known) == kept
    assert wording.is_torn(wording.named(kept, known)) == wording.is_torn(kept)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("order", ["dmy", "mdy"])
@pytest.mark.parametrize("sign", [".", ","])
def test_the_examples_in_usual_sentences_are_right_answers(language: str, order: str, sign: str) -> None:
    formats = Formats("dmy" if order == "dmy" else "mdy", "." if sign == "." else ",")
    asked = {kind: Block(1, Kind.QUESTION, expects=kind) for kind in EXPECTED}
    said = {kind: wording.usual_retry(block, language, formats) for kind, block in asked.items()}
    examples = {kind: said[kind].rpartition(" ")[2] for kind in EXPECTED}
    assert parse(PropertyType.NUMBER, examples[PropertyType.NUMBER], formats) == "1234.5"
    assert parse(PropertyType.DATE, examples[PropertyType.DATE], formats) == "2026-12-31"
    assert parse(PropertyType.EMAIL, examples[PropertyType.EMAIL], formats) == "ana@example.com"
    yes, no = re.split(r" (?:or|o|ou) ", said[PropertyType.BOOLEAN].rstrip("."))
    words = (yes.rpartition(" ")[2], no)
    assert [parse(PropertyType.BOOLEAN, word, formats) for word in words] == ["true", "false"]
    options = wording.usual_retry(Block(1, Kind.OPTIONS), language, formats)
    assert len({*said.values(), options}) == len(EXPECTED) + 1


def test_each_language_has_its_own_sentences() -> None:
    block = Block(1, Kind.OPTIONS)
    assert len({wording.usual_retry(block, language, Formats()) for language in LANGUAGES}) == len(LANGUAGES)
    assert [wording.usual_menu(language) for language in LANGUAGES] == ["Options", "Opciones", "Opções"]
