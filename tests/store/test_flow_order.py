"""In any order and however often deliveries come, nothing is asked twice, and one run goes on at most."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import contacts, database, properties, search
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from store.flows.runs import Answering
from store.models import Contact, Delivery, Event, FlowRun, FormerNumber, Interaction, Outgoing
from store.values.property_type import PropertyType
from store.whatsapp import inbox
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Sender
from tests.store.chatting import NOW, Chat, choice, endings, guide, question, states, switched_on, values
from tests.store.graph import standing_in
from tests.store.inboxing import only
from tests.store.payloads import DAY, HOUR, LINE, SHEENA, body, change, contact, message, said, text

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def chat() -> Iterator[Chat]:
    with standing_in() as graph, Sender(Sending("token", LINE, graph.url)) as sender:
        yield Chat(graph, sender)


def test_two_contacts_that_turn_out_to_be_one_keep_the_conversation(chat: Chat) -> None:
    user_id = "US.13491208655302741918"
    switched_on(guide())
    hidden = contact(None, user_id=user_id)
    chat.deliver(
        body(change(messages=[message("a", NOW, sender=None, from_user_id=user_id)], contacts=[hidden]))
    )
    assert chat.graph.requests[-1].content["recipient"] == user_id
    ana = contacts.create(f"+{SHEENA}", "Ana")
    both = contact(SHEENA, user_id=user_id)
    answer = message("b", NOW + 5, from_user_id=user_id, text={"body": "ACME"})
    assert chat.deliver(body(change(messages=[answer], contacts=[both]))) == ["Which document, ACME?"]
    assert only().id == ana.id
    assert values() == {"Client": "ACME"}
    assert endings() == [None]


def test_an_answer_that_comes_a_day_late_is_kept_but_not_answered(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a listener that was down: nothing was ended by the clock meanwhile."""
    switched_on(guide())
    chat.say("Hola")
    late = NOW + DAY + HOUR
    monkeypatch.setattr("store.values.times.now", lambda: late)
    assert chat.say("Ana", 10) == []
    assert values() == {"Client": "Ana"}
    assert states() == ["sent", "dropped"]
    assert chat.tick(late) == []
    assert endings() == ["expired"]


def test_a_replay_knows_whose_flow_it_was_after_two_contacts_became_one(chat: Chat) -> None:
    user_id = "US.13491208655302741918"
    blocks = (Block(1, Kind.QUESTION, "Question 1"),)
    switched_on(Flow("Short", blocks, hours=1))
    hidden = message("a", NOW + 3_500, sender=None, from_user_id=user_id)
    chat.deliver(body(change(messages=[hidden], contacts=[contact(None, user_id=user_id)])))
    contacts.create(f"+{SHEENA}", "Ana")
    known = message("b", NOW + 3_510, from_user_id=user_id)
    chat.deliver(body(change(messages=[known], contacts=[contact(SHEENA, user_id=user_id)])))
    assert endings() == ["completed"]
    stored = [row[1:] for row in database.tuples(Interaction.select())]
    assert [row.expires for row in Interaction.select()] == [HOUR]
    inbox.replay()
    assert [row[1:] for row in database.tuples(Interaction.select())] == stored


WORDS = ["Hola", "Ana", "7", "no number", "EXIT", "A"]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_in_any_order_and_however_often_nothing_is_asked_twice(chat: Chat, data: st.DataObject) -> None:
    wipe()
    blocks = (
        question(1, "Question 1", client_id()),
        choice(2, "Question 2", "A", "B"),
        Block(3, Kind.QUESTION, "Question 3", expects=PropertyType.NUMBER, retry="Again 3."),
    )
    switched_on(Flow("Questions", blocks))
    messages = [
        said(text(f"m{position}", NOW + position, data.draw(st.sampled_from(WORDS))))
        for position in range(data.draw(st.integers(1, 8)))
    ]
    repeated = messages + data.draw(st.lists(st.sampled_from(messages), max_size=4))
    heard: list[str] = []
    pending: list[bytes] = []
    for item in data.draw(st.permutations(repeated)):
        pending.append(item)
        if data.draw(st.booleans()):
            inbox.receive_many(pending)
            inbox.process_new(answering=Answering(LINE))
            pending.clear()
        if data.draw(st.booleans()):
            heard += chat.flush()
        assert_one_conversation()
    heard += chat.deliver(*pending)
    assert_one_conversation()
    begun = FlowRun.select().count()
    for key in (1, 2, 3):
        assert heard.count(f"Question {key}") <= begun + heard.count(f"Again {key}.")
    assert len(heard) == states().count("sent")
    if "EXIT" not in str(messages):
        assert begun <= 1
    stored = list(database.tuples(FlowRun.select())), list(database.tuples(Outgoing.select()))
    inbox.replay()
    assert stored == (list(database.tuples(FlowRun.select())), list(database.tuples(Outgoing.select())))


def assert_one_conversation() -> None:
    """One that goes on at most, each of an interaction of its own, and at most one question that waits."""
    assert endings().count(None) <= 1
    interactions = [run.interaction for run in FlowRun.select()]
    assert len(set(interactions)) == len(interactions)
    going_on = [run.interaction for run in FlowRun.select().where(FlowRun.ended == 0)]
    assert {row.key for row in Interaction.select()} >= set(going_on)
    waiting = [row for row in Outgoing.select().where(Outgoing.state == "waiting") if row.body["asks"]]
    assert len(waiting) <= 1


def client_id() -> int:
    known = properties.list_all()
    return known[0].id if known else properties.create("Client", PropertyType.TEXT).id


def wipe() -> None:
    with database.writing():
        for view in keeping.list_all():
            keeping.delete(view.id)
        for table in (Outgoing, FlowRun, Interaction, Event, FormerNumber, Delivery, Contact):
            table.delete().execute()
        search.rebuild()
