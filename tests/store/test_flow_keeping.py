"""Flows are kept as drafts, and put to use as versions that never change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import contacts, database, properties
from store.errors import ChangedMeanwhile, DatabaseUnavailable, Invalid, InvalidFields, InvalidFlow, NotFound
from store.flows import keeping, wording
from store.flows.blocks import Block, Flow, Kind, Option, Saving
from store.flows.checks import DEPTH_LIMIT
from store.models import FlowRun
from store.values.property_type import PropertyType
from tests.store.flowing import flows

HELLO = Block(1, Kind.MESSAGE, "Hello")
ASK = Block(2, Kind.QUESTION, "Who are you?")
pytestmark = pytest.mark.usefixtures("db")


def welcome(*blocks: Block, name: str = "Welcome") -> Flow:
    return Flow(name, blocks or (HELLO,))


def test_a_draft_is_kept_with_its_faults_but_not_switched_on() -> None:
    draft = welcome(replace(HELLO, text=""), Block(2, Kind.OPTIONS, "Which?", options=(Option("EXIT"),)))
    view = keeping.create(draft)
    assert (view.flow, view.is_live, view.version_id) == (draft, False, None)
    for use in (keeping.switch_on, keeping.publish):
        with pytest.raises(InvalidFlow, match=r"Flow “Welcome”, block 1: Write what .* One more fault\."):
            use(view.id)
    assert keeping.get(view.id) == view
    assert keeping.live() is None


def test_the_first_fault_is_told_with_the_choice_or_sentence_that_it_lies_in() -> None:
    inner = Block(9, Kind.QUESTION, "Sure?", retry="{{nobody}}")
    choice = Block(2, Kind.OPTIONS, "Which?", options=(Option("Gold", (inner,)), Option("gold")))
    asking = replace(choice, options=(Option("Gold", (inner,)), Option("Silver")))
    for blocks, place in (
        ((HELLO, choice), "Flow “Welcome”, block 2, choice 1: Option 2 is the same."),
        ((HELLO, asking), "Flow “Welcome”, block 3, its answer to wrong answers: There is no variable"),
    ):
        with pytest.raises(InvalidFlow) as error:
            keeping.check(welcome(*blocks))
        assert str(error.value).startswith(place)
    with pytest.raises(InvalidFlow, match="Flow “Welcome”: This flow is empty"):
        keeping.check(Flow("Welcome"))


def test_what_is_in_use_stays_as_it_was_while_the_draft_is_edited() -> None:
    flow_id = keeping.create(welcome()).id
    first = keeping.switch_on(flow_id).version_id
    assert first is not None
    edited = keeping.save(flow_id, welcome(HELLO, ASK))
    assert (edited.has_changes, edited.version_id) == (True, first)
    live = keeping.live()
    assert live is not None
    assert (live.id, live.flow_id, live.flow) == (first, flow_id, welcome())

    on = keeping.switch_on(flow_id)
    assert (on.has_changes, on.is_live) == (False, True)
    assert on.version_id not in (first, None)
    assert keeping.version(first).flow == welcome()
    # Switching on what is on, or using the same draft elsewhere, makes no version.
    assert keeping.publish(flow_id) == keeping.switch_on(flow_id).version_id == on.version_id


def test_one_flow_is_live_at_most() -> None:
    first, second = (keeping.create(welcome(name=name)).id for name in ("One", "Two"))
    for chosen in (first, second, first):
        keeping.switch_on(chosen)
        assert [view.id for view in keeping.list_all() if view.is_live] == [chosen]
    off = keeping.switch_off(first)
    assert (off.is_live, off.has_changes) == (False, False)
    assert off.version_id is not None
    assert keeping.live() is None


def test_a_faulty_flow_leaves_the_live_one_on() -> None:
    keeping.switch_on(keeping.create(welcome()).id)
    with pytest.raises(InvalidFlow):
        keeping.switch_on(keeping.create(Flow("Empty")).id)
    live = keeping.live()
    assert live is not None
    assert live.flow.name == "Welcome"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "two\nlines", "wélcome"])
def test_a_flow_has_a_short_name_of_its_own(name: str) -> None:
    keeping.create(welcome())
    other = keeping.create(welcome(name="Other")).id
    attempts: tuple[Callable[[], object], ...] = (
        lambda: keeping.create(welcome(name=name)),
        lambda: keeping.rename(other, name),
        lambda: keeping.copy(other, name),
    )
    for attempt in attempts:
        with pytest.raises(InvalidFields) as error:
            attempt()
        assert list(error.value.fields) == ["name"]
    assert [view.flow.name for view in keeping.list_all()] == ["Welcome", "Other"]


def test_a_flow_is_renamed_without_a_change_to_what_is_in_use() -> None:
    flow_id = keeping.create(welcome()).id
    version = keeping.switch_on(flow_id).version_id
    view = keeping.rename(flow_id, " WELCOME ")
    assert (view.flow.name, view.has_changes, view.version_id) == ("WELCOME", False, version)
    assert keeping.named("wélcome").id == flow_id
    assert keeping.version(version or 0).flow.name == "WELCOME"


def test_a_copy_is_a_draft_of_its_own() -> None:
    original = keeping.switch_on(keeping.create(welcome()).id)
    copy = keeping.copy(original.id, "Again")
    keeping.save(copy.id, welcome(ASK, name="Again"))
    assert (copy.is_live, copy.version_id, copy.flow.blocks) == (False, None, original.flow.blocks)
    assert keeping.get(original.id) == original


def test_what_somebody_else_has_saved_is_not_written_over() -> None:
    seen = keeping.create(welcome())
    # Within the same second, as a rule.
    theirs = keeping.save(seen.id, welcome(ASK), seen.changed)
    with pytest.raises(ChangedMeanwhile, match="Somebody else has saved the flow “Welcome” meanwhile"):
        keeping.save(seen.id, welcome(), seen.changed)
    assert keeping.get(seen.id) == theirs
    assert keeping.save(seen.id, welcome(ASK), theirs.changed) == theirs


def test_a_deleted_flow_is_gone_but_for_those_inside() -> None:
    view = keeping.switch_on(keeping.create(welcome()).id)
    assert view.version_id is not None
    keeping.delete(view.id)
    assert (keeping.list_all(), keeping.live()) == ([], None)
    for attempt in (keeping.get, keeping.switch_on, keeping.switch_off, keeping.publish, keeping.delete):
        with pytest.raises(NotFound, match="not there any more"):
            attempt(view.id)
    assert keeping.version(view.version_id).flow == view.flow
    assert keeping.create(welcome()).id != view.id


def test_runs_are_counted() -> None:
    busy = keeping.switch_on(keeping.create(welcome()).id)
    keeping.create(welcome(name="Quiet"))
    ana = contacts.create("+573001234567", "Ana").id
    with database.writing():
        for number in (1, 2):
            FlowRun.create(
                flow_id=busy.id, version_id=busy.version_id, contact_id=ana, interaction=f"i{number}",
                state={}, started=1_700_000_000 + number, last=0,
            )  # fmt: skip
    found = [(view.flow.name, view.runs, view.last_run) for view in keeping.list_all()]
    assert found == [("Welcome", 2, 1_700_000_002), ("Quiet", 0, 0)]


def test_renaming_a_property_breaks_no_flow_and_deleting_it_is_a_fault() -> None:
    client = properties.create("Client", PropertyType.TEXT)
    text = wording.numbered("Hi {{client}}", properties.list_all())
    view = keeping.create(welcome(replace(ASK, text=text, saving=Saving(client.id))))
    properties.edit(client.id, name="Customer")
    assert wording.named(keeping.get(view.id).flow.blocks[0].text, properties.list_all()) == "Hi {{Customer}}"
    keeping.switch_on(view.id)
    properties.delete(client.id)
    with pytest.raises(InvalidFlow, match="not there any more"):
        keeping.switch_on(view.id)


def test_texts_are_kept_without_what_no_message_has() -> None:
    raw = replace(ASK, text=" One\r\ntwo \x00\ud800\n", retry="\n", menu=" Plans")
    (block,) = keeping.create(welcome(raw)).flow.blocks
    assert (block.text, block.retry, block.menu) == ("One\ntwo", "", "Plans")


def test_ways_as_deep_as_can_be_are_kept_and_deeper_ones_refused() -> None:
    way: tuple[Block, ...] = ()
    for number in range(DEPTH_LIMIT + 1, 0, -1):
        way = (Block(number, Kind.QUESTION, "Why?", invalid=way),)
    kept = keeping.switch_on(keeping.create(Flow("Deep", way)).id)
    assert kept.flow.blocks == way
    deeper = Block(1_000, Kind.OPTIONS, "Which?", options=(Option("This", way),))
    for block in (deeper, replace(HELLO, id=2)):
        with pytest.raises(InvalidFields) as error:
            keeping.save(kept.id, Flow("Deep", (block, ASK)))
        assert list(error.value.fields) == ["blocks"]


@settings(max_examples=40)
@given(flows, st.dictionaries(st.sampled_from(["later", "x"]), st.integers()))
def test_a_body_is_read_back_as_it_was_written(flow: Flow, later: dict[str, int]) -> None:
    body = keeping.to_body(flow)
    assert keeping.from_body(body | later, flow.name) == flow
    body["blocks"][0] |= later
    assert keeping.from_body(body, flow.name) == flow


def test_a_body_of_a_newer_version_is_told() -> None:
    body = keeping.to_body(welcome())
    body["blocks"][0]["kind"] = "payment"
    with pytest.raises(Invalid, match="“Welcome” was made by a newer version"):
        keeping.from_body(body, "Welcome")


def test_nothing_is_written_where_nothing_may_be(db: Path) -> None:
    flow_id = keeping.create(welcome()).id
    database.open_database(db, read_only=True)
    assert keeping.get(flow_id).flow == welcome()
    with pytest.raises(DatabaseUnavailable):
        keeping.save(flow_id, welcome(ASK))
