"""What keeps a flow from being switched on, and where it is said."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.flows import checks
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving
from store.values.property_type import PropertyType
from tests.store.flowing import KNOWN, flows

ASK = Block(1, Kind.QUESTION, "Who?")
CHOOSE = Block(2, Kind.OPTIONS, "Which?", options=(Option("Gold"), Option("Silver")))
END = Block(3, Kind.END)
SAY = Block(4, Kind.MESSAGE, "Hi {{name}}")


def places(*blocks: Block, hours: int = 24) -> list[tuple[int | None, str]]:
    """Where the faults of a flow of these blocks are."""
    found = checks.faults(Flow("Flow", blocks, hours=hours), KNOWN)
    assert all(fault.sentence for fault in found)
    return [(fault.block_id, fault.field) for fault in found]


def titled(*titles: str) -> Block:
    """Answer Options with these options."""
    return replace(CHOOSE, options=tuple(Option(title) for title in titles))


def test_a_flow_of_every_kind_of_block_has_no_faults() -> None:
    assert places(SAY, ASK, CHOOSE, END) == []


@pytest.mark.parametrize(
    ("flow", "field"),
    [
        (Flow("", (SAY,)), "name"),
        (Flow(" Flow", (SAY,)), "name"),
        (Flow("x" * 61, (SAY,)), "name"),
        (Flow("Fl\now", (SAY,)), "name"),
        (Flow("Flow", (SAY,), "fr"), "language"),
        (Flow("Flow", (SAY,), hours=0), "hours"),
        (Flow("Flow", (SAY,), hours=25), "hours"),
        (Flow("Flow"), "blocks"),
    ],
)
def test_a_flow_has_a_name_a_language_an_end_in_time_and_blocks(flow: Flow, field: str) -> None:
    assert [(fault.block_id, fault.field) for fault in checks.faults(flow, KNOWN)] == [(None, field)]


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "x" * 1_025, "{{name", "}}", "{{nobody}}", "{{Client}}", "{{#99}}", "a {{}}"),
        *("{{#1}}", "a\0b", "a\ud800"),
    ],
)
def test_what_is_asked_is_sayable_in_one_message_with_known_variables(text: str) -> None:
    assert (1, "text") in places(replace(ASK, text=text))
    assert {field for _id, field in places(replace(ASK, retry=text or " "))} == {"retry"}
    reminded = replace(ASK, reminder=Reminder(30, text))
    assert {field for _id, field in places(reminded)} == {"reminder_text"}


def test_texts_at_their_limits_are_right() -> None:
    reminder = Reminder(360, "x" * 1_024)
    full = replace(ASK, text="x" * 1_024, retry="x" * 1_024, reminder=reminder, attempts=10)
    assert places(full) == []
    assert places(titled("x" * 20, *(str(number) for number in range(2, 11)))) == []
    assert places(replace(SAY, text="{{#1}}")) == []


def test_every_unknown_variable_is_named() -> None:
    said = [
        fault.sentence for fault in checks.faults(Flow("F", (replace(SAY, text="{{a}} {{b}} {{a}}"),)), [])
    ]
    assert [("“a”" in sentence, "“b”" in sentence) for sentence in said] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("titles", "wrong"),
    [
        (("Gold", "gold"), [0, 1]),
        (("Açaí", "acai"), [0, 1]),
        (("Gold", ""), [1]),
        (("Gold", " Silver"), [1]),
        (("Gold", "x" * 21), [1]),
        (("Gold", "Sil\nver"), [1]),
        (("{{name}}", "Gold}}"), [0, 1]),
        (("Salir", "exit", "Sair"), [0, 1, 2]),
        (("2", "1"), [0, 1]),
        (("Gold", "1"), [1]),
        (("1", "2", "30"), []),
    ],
)
def test_options_are_short_and_cannot_be_mistaken_for_one_another(
    titles: list[str], wrong: list[int]
) -> None:
    assert places(titled(*titles)) == [(2, f"option:{place}") for place in wrong]


def test_there_are_one_to_ten_options() -> None:
    assert places(titled()) == [(2, "options")]
    assert places(titled(*"abcdefghij")) == []
    assert places(titled(*"abcdefghijk")) == [(2, "options")]
    assert places(replace(ASK, options=CHOOSE.options)) == [(1, "options")]


@pytest.mark.parametrize("menu", ["x" * 21, " ", "{{name}}", "a\nb"])
def test_what_opens_the_list_is_one_short_line(menu: str) -> None:
    assert places(replace(CHOOSE, menu=menu)) == [(2, "menu")]


@pytest.mark.parametrize("expects", [PropertyType.TEXT, PropertyType.NUMBER, PropertyType.DATE])
def test_an_open_questions_answer_is_saved_to_properties_of_its_very_type(expects: PropertyType) -> None:
    asked = replace(ASK, expects=expects)
    fitting = [item.id for item in checks.matching(asked, KNOWN)]
    assert fitting == [item.id for item in KNOWN if item.type is expects]
    for item in KNOWN:
        wrong = places(replace(asked, saving=Saving(item.id)))
        assert wrong == ([] if item.id in fitting else [(1, "saving")])


def test_options_are_saved_to_texts_and_value_lists_whatever_their_values() -> None:
    assert [item.name for item in checks.matching(CHOOSE, KNOWN)] == ["Client", "Tier"]
    assert places(replace(titled("gold", "Bronze"), saving=Saving(6))) == []
    assert places(replace(CHOOSE, saving=Saving(2))) == [(2, "saving")]
    assert places(replace(CHOOSE, saving=Saving(99))) == [(2, "saving")]
    assert checks.matching(SAY, KNOWN) == checks.matching(END, KNOWN) == []


def test_only_questions_save_remind_and_are_given_up() -> None:
    for extra in ({"saving": Saving(1)}, {"invalid": ()}, {"reminder": Reminder(30, "Hi")}):
        assert places(replace(SAY, **extra)) == [(4, "saving")]
    assert places(replace(ASK, expects=PropertyType.LIST)) == [(1, "expects")]


@pytest.mark.parametrize("attempts", [0, 11])
def test_a_question_is_given_up_after_one_to_ten_wrong_answers(attempts: int) -> None:
    assert places(replace(ASK, attempts=attempts)) == [(1, "attempts")]


@pytest.mark.parametrize(("minutes", "hours"), [(29, 24), (361, 24), (60, 1), (300, 5)])
def test_a_reminder_comes_in_its_time_and_before_the_flow_expires(minutes: int, hours: int) -> None:
    reminded = replace(ASK, reminder=Reminder(minutes, "Hi"))
    assert places(reminded, hours=hours) == [(1, "reminder_minutes")]


def test_what_is_never_reached_is_told() -> None:
    assert places(END, SAY, ASK) == [(4, "blocks"), (1, "blocks")]
    stops = tuple(Option(title, (Block(number, Kind.END),)) for number, title in enumerate("abc", 10))
    assert places(replace(CHOOSE, options=stops), SAY) == [(4, "blocks")]
    assert places(replace(CHOOSE, options=stops, invalid=()), SAY) == []
    assert places(replace(CHOOSE, options=(*stops, Option("d"))), SAY) == []


def test_faults_within_ways_are_told_at_their_blocks_in_the_outlines_order() -> None:
    lost = Block(20, Kind.MESSAGE, "")
    branching = replace(CHOOSE, options=(Option("a", (lost,)), Option("b")), invalid=(replace(lost, id=21),))
    assert places(branching, replace(ASK, id=20)) == [(20, "text"), (21, "text"), (20, "blocks")]


def test_ways_within_ways_are_told_before_they_break_anything() -> None:
    way: tuple[Block, ...] = (SAY,)
    for number in range(10, 300):
        way = (Block(number, Kind.OPTIONS, "Which?", options=(Option("On", way),)),)
    assert [field for _id, field in places(*way)] == ["blocks"]


@settings(deadline=None)
@given(flows, st.data())
def test_taking_a_property_away_is_a_fault_exactly_where_it_is_used(flow: Flow, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(KNOWN))
    rest = [item for item in KNOWN if item is not gone]
    assert checks.faults(flow, KNOWN) == []
    found = {(fault.block_id, fault.field) for fault in checks.faults(flow, rest)}
    variable = f"#{gone.id}"
    used = {(b.id, "saving") for b in flow.walk() if b.saving and b.saving.property_id == gone.id}
    used |= {(b.id, "text") for b in flow.walk() if variable in b.text}
    used |= {(b.id, "retry") for b in flow.walk() if variable in b.retry}
    used |= {(b.id, "reminder_text") for b in flow.walk() if b.reminder and variable in b.reminder.text}
    assert found == used
