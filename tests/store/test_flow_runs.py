"""Flows in conversations: what begins, answers and ends them, in any order in which deliveries come."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from store import contacts, properties
from store import settings as account
from store.flows import keeping, run_rows, runs
from store.flows.blocks import Block, Flow, Kind, Reminder, Saving
from store.flows.runs import Answering
from store.interactions import timeline
from store.models import Delivery, FlowRun
from store.values import times
from store.values.events import Standing
from store.values.property_type import PropertyType
from store.whatsapp import inbox
from store.whatsapp.records import Record
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Sender
from tests.store.chatting import (
    NOW,
    Chat,
    choice,
    endings,
    guide,
    states,
    switched_on,
    tappable,
    values,
)
from tests.store.graph import standing_in
from tests.store.inboxing import counters, only
from tests.store.payloads import (
    DAY,
    HOUR,
    LINE,
    SHEENA,
    button,
    said,
    status,
    text,
    told,
)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def chat() -> Iterator[Chat]:
    with standing_in() as graph, Sender(Sending("token", LINE, graph.url)) as sender:
        yield Chat(graph, sender)


def ask(*blocks: Block, **more: Any) -> Flow:
    return Flow("Questions", blocks, **more)


def outbound(chat: Chat, flow: str, key: str = "T", at: int = 0) -> None:
    """A template with a flow was sent to Sheena, and has reached her."""
    record = Record("outbound", key, NOW + at, f"+{SHEENA}", certain=False, flow=keeping.named(flow).id)
    inbox.record(record)
    chat.deliver(told(status(key, "delivered", NOW + at)))


def test_answers_become_values_of_the_contact(chat: Chat) -> None:
    switched_on(guide())
    assert chat.say("Hola") == ["Which client?"]
    before = only().changed
    assert chat.say("  Ana Gómez ", 5) == ["Which document, Ana Gómez?"]
    assert chat.say("what?", 9) == ["Again 2.", "Which document, Ana Gómez?"]
    assert chat.say("1,234.50", 12) == ["Thanks."]
    assert values() == {"Client": "Ana Gómez", "Document": "1234.5"}
    assert only().changed > before
    assert endings() == ["completed"]
    assert chat.say("Thank you", 20) == []
    assert counters(only()) == (1, 0, 0, 0)


def test_without_a_live_flow_nobody_is_answered(chat: Chat) -> None:
    assert chat.say("Hola") == []
    view = switched_on(guide())
    assert chat.say("In the same conversation", 5) == []
    keeping.switch_off(view.id)
    assert chat.say("The next day", DAY + 10) == []
    assert not FlowRun.select().exists()


@pytest.mark.parametrize("line", [None, "another line"])
def test_no_flow_begins_where_nothing_can_be_answered(line: str | None) -> None:
    complaints: list[str] = []
    switched_on(guide())
    inbox.receive(said(text("a", NOW)))
    inbox.process_new(answering=None if line is None else Answering(line, complaints.append))
    assert len(complaints) == (line is not None)
    assert not FlowRun.select().exists()
    assert counters(only()) == (1, 0, 0, 0)


def passes(chat: Chat, at: int, flow: Flow, *answers: str) -> None:
    """Go through a flow from its beginning."""
    view = keeping.named(flow.name)
    keeping.save(view.id, flow)
    keeping.switch_on(view.id)
    for words in ("EXIT", "Hola", *answers):
        at += 1
        chat.say(words, at)


def test_two_passes_with_overwriting_on_and_off(chat: Chat) -> None:
    switched_on(guide())
    passes(chat, 100, guide(), "Ana", "1")
    passes(chat, 200, guide(), "Bea", "2")
    assert values() == {"Client": "Ana", "Document": "1"}
    passes(chat, 300, guide(overwrite=True), "Bea", "2")
    assert values() == {"Client": "Bea", "Document": "2"}
    contacts.edit(only().id, values={properties.get("Document").id: ""})
    passes(chat, 400, guide(), "Carla", "3")
    assert values() == {"Client": "Bea", "Document": "3"}


def test_an_option_is_kept_in_a_value_list_only_if_it_is_its_very_value(chat: Chat) -> None:
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])
    said_ = properties.create("Said", PropertyType.TEXT)
    switched_on(
        ask(
            choice(1, "Your tier?", "gold", "Silver", saving=Saving(tier.id, overwrite=True)),
            choice(2, "Once more?", "gold", "Silver", saving=Saving(said_.id)),
        )
    )
    chat.say("Hola")
    assert chat.say("GOLD") == ["Once more?"]
    assert chat.say("1") == []
    assert values() == {"Said": "gold"}
    assert endings() == ["completed"]
    chat.say("EXIT")
    chat.say("Hola", 5)
    chat.say("silver", 5)
    assert values() == {"Said": "gold", "Tier": "Silver"}


def test_buttons_up_to_three_and_a_list_for_more(chat: Chat) -> None:
    switched_on(ask(choice(1, "Two?", "A", "B"), choice(2, "Five?", "A", "B", "C", "D", "E")))
    chat.say("Hola")
    first = chat.graph.requests[-1]
    assert [one["title"] for one in tappable(first)] == ["A", "B"]
    assert chat.tap(1) == ["Five?"]
    assert "sections" in chat.graph.requests[-1].content["interactive"]["action"]
    # The old button once more is no answer to what is asked now.
    assert chat.tap(0, request=first) == []
    assert endings() == [None]
    chat.tap(4)
    assert endings() == ["completed"]


def test_a_button_of_an_earlier_conversation_answers_nothing(chat: Chat) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    switched_on(ask(choice(1, "Sure?", "Yes", "No", saving=Saving(client.id))))
    chat.say("Hola")
    old = chat.graph.requests[-1]
    chat.say("exit", 1)
    assert chat.say("Hola", 2) == ["Sure?"]
    assert chat.tap(0, 3, old) == []
    assert values() == {}
    chat.tap(1, 4)
    assert values() == {"Client": "No"}


def test_what_is_written_before_the_question_was_sent_is_no_answer(chat: Chat) -> None:
    switched_on(guide())
    both = said(text("a", NOW, "Hola"), text("b", NOW, "Is anybody there?"))
    assert chat.deliver(both) == ["Which client?"]
    assert chat.deliver(said(text("c", NOW + 1, "Ana"), text("d", NOW + 1, "Ana"))) == [
        "Which document, Ana?"
    ]
    assert values() == {"Client": "Ana"}


def test_repeated_and_late_deliveries_change_nothing(chat: Chat) -> None:
    switched_on(guide())
    first, second = said(text("a", NOW + 10, "Hola")), said(text("b", NOW + 20, "Ana"))
    chat.deliver(first)
    assert chat.deliver(first, first) == []
    assert chat.deliver(second, second) == ["Which document, Ana?"]
    assert chat.deliver(second) == chat.deliver(first) == []
    # Written before the answer, and before the message that has begun it all.
    assert chat.deliver(said(text("late", NOW + 15, "7"))) == []
    assert chat.deliver(said(text("earlier", NOW, "Good morning"))) == []
    assert chat.say("7", 30) == ["Thanks."]
    assert values() == {"Client": "Ana", "Document": "7"}
    assert endings() == ["completed"]
    [run] = FlowRun.select()
    assert run.interaction == "earlier"


@pytest.mark.parametrize("word", ["EXIT", "salir", " Sair "])
def test_exit_ends_it_and_the_next_message_begins_anew(chat: Chat, word: str) -> None:
    switched_on(guide())
    chat.say("Hola")
    assert chat.say(word, 1) == []
    assert endings() == ["left"]
    assert values() == {}
    assert chat.say("Hola", 2) == ["Which client?"]


def test_exit_ends_it_whatever_else_was_sent_meanwhile(chat: Chat) -> None:
    switched_on(guide())
    keeping.publish(keeping.create(ask(Block(1, Kind.MESSAGE, "Welcome."))).id)
    chat.say("Hola")
    outbound(chat, "Questions", at=10)
    assert chat.say("EXIT", 20) == []
    assert endings() == ["left"]
    assert counters(only()) == (1, 1, 1, 0)


def test_an_agent_ends_it_and_what_waits_is_not_sent(chat: Chat) -> None:
    switched_on(guide())
    inbox.receive(said(text("a", NOW)))
    inbox.process_new(answering=Answering(LINE))
    inbox.record(Record("cancelled", "x", NOW + 5, f"+{SHEENA}"))
    assert endings() == ["cancelled"]
    assert chat.flush() == []
    assert states() == ["dropped"]
    assert chat.say("Ana", 2) == []


def test_an_accepted_outbound_begins_its_own_flow_by_that_message(chat: Chat) -> None:
    switched_on(ask(choice(1, "Live?", "A", "B")))
    keeping.publish(keeping.create(guide()).id)
    outbound(chat, "Guide")
    assert chat.deliver(said(button("yes", NOW + 5, "accept", "Accept", "T"))) == ["Which client?"]
    # The template's button once more is no client.
    assert chat.deliver(said(button("yes2", NOW + 6, "accept", "Accept", "T"))) == []
    assert chat.say("Ana", 7) == ["Which document, Ana?"]
    # Only on the template itself a tap on “No” rejects.
    assert chat.deliver(said(button("no", NOW + 8, "no", "No", "T"))) == []
    assert endings() == ["cancelled"]
    assert counters(only()) == (0, 1, 1, 0)


def test_a_rejected_outbound_begins_nothing(chat: Chat) -> None:
    keeping.publish(keeping.create(guide()).id)
    outbound(chat, "Guide")
    assert chat.deliver(said(button("no", NOW + 5, "reject", "Not now", "T"))) == []
    assert not FlowRun.select().exists()


def test_the_buttons_of_a_flow_reject_no_outbound(chat: Chat) -> None:
    switched_on(ask(choice(1, "Sure?", "Yes", "No")))
    keeping.publish(keeping.create(guide()).id)
    chat.say("Hola")
    outbound(chat, "Guide", at=10)
    assert chat.tap(1, 20) == ["Which client?"]
    assert counters(only()) == (1, 1, 0, 0)


@pytest.mark.parametrize("is_deleted", [False, True])
def test_the_flow_of_an_outbound_need_not_be_live_but_be_there(chat: Chat, is_deleted: bool) -> None:
    view = switched_on(guide())
    keeping.switch_off(view.id)
    outbound(chat, "Guide")
    if is_deleted:
        keeping.delete(view.id)
    assert chat.say("Yes", 5) == ([] if is_deleted else ["Which client?"])


def test_an_outbound_that_is_accepted_ends_what_was_open_before(chat: Chat) -> None:
    switched_on(ask(choice(1, "Live?", "A", "B")))
    keeping.publish(keeping.create(guide()).id)
    chat.say("Hola")
    outbound(chat, "Guide", at=10)
    assert chat.say("Yes", 20) == ["Which client?"]
    assert endings() == ["cancelled", None]
    assert chat.say("A", 30) == ["Which document, A?"]


def test_people_inside_finish_on_the_version_they_began_with(chat: Chat) -> None:
    view = switched_on(guide())
    chat.say("Hola")
    keeping.save(view.id, ask(Block(1, Kind.MESSAGE, "Closed.")))
    keeping.switch_on(view.id)
    assert chat.say("Ana", 1) == ["Which document, Ana?"]
    keeping.switch_off(view.id)
    keeping.delete(view.id)
    assert chat.say("5", 2) == ["Thanks."]
    assert values() == {"Client": "Ana", "Document": "5"}


def test_a_property_that_is_gone_is_passed_over(chat: Chat) -> None:
    switched_on(guide())
    chat.say("Hola")
    properties.delete(properties.get("Client").id)
    assert chat.say("Ana", 1) == ["Which document, ?"]
    chat.say("5", 2)
    assert values() == {"Document": "5"}


def test_numbers_are_kept_as_they_were_read_whatever_the_account_writes(chat: Chat) -> None:
    account.save(account.Settings(decimal_sign=","))
    switched_on(guide())
    for words in ("Hola", "Ana", "1,234"):
        chat.say(words)
    assert values()["Document"] == "1.234"


def test_sounds_and_pictures_are_wrong_answers_and_reactions_none(chat: Chat) -> None:
    switched_on(guide())
    chat.say("Hola")
    assert chat.send("audio", 1, audio={"id": "1"}) == ["Again 1.", "Which client?"]
    assert chat.send("location", 2, location={"name": "Cafe"}) == ["Again 1.", "Which client?"]
    assert chat.send("reaction", 3, reaction={"emoji": "👍", "message_id": "wamid.1"}) == []
    assert chat.send("sticker", 4, sticker={"id": "1"}) == []
    assert endings() == ["gave_up"]
    assert values() == {}


def test_messages_of_yesterday_begin_nothing(chat: Chat) -> None:
    switched_on(guide())
    assert chat.say("Hola", 3_600 - DAY) == []
    assert not FlowRun.select().exists()
    assert chat.say("Hola again", 3_600) == ["Which client?"]


def test_who_does_not_answer_is_reminded_once_and_then_it_expires(chat: Chat) -> None:
    flow = guide(reminder=Reminder(30, "Still there, {{phone}}?"))
    switched_on(replace(flow, hours=2))
    chat.say("Hola", 3_600)
    asked = times.now()
    assert chat.tick(asked + 29 * 60) == []
    assert chat.tick(asked + 31 * 60) == [f"Still there, +{SHEENA}?"]
    assert chat.tick(asked + 62 * 60) == []
    assert chat.say("Ana", 3_700) == ["Which document, Ana?"]
    assert chat.tick(asked + 100 + 119 * 60) == []
    assert chat.tick(asked + 200 + 121 * 60) == []
    assert endings() == ["expired"]
    assert runs.next_due() is None


def test_the_interaction_expires_with_its_flow_and_so_it_does_after_a_replay(chat: Chat) -> None:
    switched_on(replace(guide(), hours=1))
    chat.say("Hola", 3_590)
    first = timeline(only().id)
    assert [entry.standing for entry in first] == [Standing.OPEN]
    assert chat.say("Hola again", 3_600 + HOUR) == ["Which client?"]
    assert endings() == ["expired", None]
    expected = (counters(only()), timeline(only().id))
    assert expected[0] == (2, 0, 0, 0)
    inbox.replay()
    assert (counters(only()), timeline(only().id)) == expected
    assert chat.flush() == []


def test_a_replay_runs_and_sends_nothing_again(chat: Chat) -> None:
    switched_on(guide())
    for position, words in enumerate(("Hola", "Ana", "5")):
        chat.say(words, position)
    contacts.edit(only().id, values={properties.get("Client").id: "Bea"})
    inbox.replay()
    for delivery in list(Delivery.select(Delivery.id)):
        inbox.process(delivery.id)
    assert chat.flush() == []
    assert endings() == ["completed"]
    assert values() == {"Client": "Bea", "Document": "5"}


def test_a_reaction_keeps_a_conversation_and_its_flow_open(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_on(replace(guide(), hours=1))
    chat.say("Hola", 3_590)
    chat.send("reaction", 3_590 + 3_000, reaction={"emoji": "👍", "message_id": "wamid.1"})
    later = NOW + 3_590 + HOUR + 100
    monkeypatch.setattr("store.values.times.now", lambda: later)
    assert chat.tick(later) == []
    assert chat.say("Ana", 3_590 + HOUR + 100) == ["Which document, Ana?"]
    assert counters(only()) == (1, 0, 0, 0)
    assert chat.tick(later + HOUR + 61) == []
    assert endings() == ["expired"]


def test_who_writes_without_having_got_the_question_is_asked_again(chat: Chat) -> None:
    switched_on(guide())
    chat.graph.refuse(400, 131009, "Parameter value is not valid", "")
    chat.say("Hola")
    assert states() == ["failed"]
    assert chat.say("Is anybody there?", 5) == ["Which client?"]
    assert values() == {}
    assert chat.say("Ana", 10) == ["Which document, Ana?"]
    assert values() == {"Client": "Ana"}


def test_somebody_in_the_bin_is_not_reminded(chat: Chat) -> None:
    switched_on(guide(reminder=Reminder(30, "Still there?")))
    chat.say("Hola", 3_600)
    contacts.delete([only().id])
    assert chat.tick(times.now() + 3_000) == []
    assert endings() == ["cancelled"]
    # Who writes again is somebody new.
    assert chat.say("Hola", 3_601) == ["Which client?"]


def test_a_fault_in_a_flow_ends_the_run_and_not_the_delivery(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    switched_on(guide())

    def stumble(*_arguments: Any) -> None:
        raise ZeroDivisionError("the player")

    with monkeypatch.context() as patch:
        patch.setattr("store.flows.player.begin", stumble)
        assert chat.say("Hola") == []
    assert "ZeroDivisionError" in capfd.readouterr().err
    assert endings() == ["cancelled"]
    assert "the player" in FlowRun.get().state["fault"]
    assert {row.state for row in Delivery.select()} == {"processed"}
    assert counters(only()) == (1, 0, 0, 0)


def test_a_flow_that_has_ended_does_not_begin_again_while_its_outbound_is_open(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    keeping.publish(keeping.create(guide()).id)
    outbound(chat, "Guide")
    for words in ("Yes", "Ana", "5"):
        chat.say(words)
    for later in (20 * HOUR, 40 * HOUR):
        monkeypatch.setattr("store.values.times.now", lambda later=later: NOW + later)
        assert chat.say("Thank you", later) == []
    assert endings() == ["completed"]
    assert capfd.readouterr().err == ""


def test_a_fault_of_ours_with_one_person_stops_no_other(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    switched_on(guide())
    insert = run_rows.insert

    def stumble(contact_id: int, *more: Any) -> Any:
        if contact_id == contacts.find("+573001234567").id:
            raise ZeroDivisionError
        return insert(contact_id, *more)

    monkeypatch.setattr("store.flows.run_rows.insert", stumble)
    other = said(text("a", NOW, sender="573001234567"), number="573001234567")
    assert chat.deliver(other, said(text("b", NOW, "Hola"))) == ["Which client?"]
    assert capfd.readouterr().err.count("Traceback") == 1
    assert {row.state for row in Delivery.select()} == {"processed"}


def test_no_texts_are_sent_that_would_be_empty(chat: Chat) -> None:
    switched_on(ask(Block(1, Kind.MESSAGE, "{{email}}"), Block(2, Kind.QUESTION, "Who is that?")))
    assert chat.say("Hola") == ["Who is that?"]
