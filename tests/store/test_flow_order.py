"""In any order and however often deliveries come, nothing is asked twice, and one run goes on at most."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import database, properties
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from store.flows.runs import Answering
from store.models import Contact, Delivery, Event, FlowRun, FormerNumber, Interaction, Outgoing
from store.values.property_type import PropertyType
from store.whatsapp import inbox
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Sender
from tests.store.chatting import NOW, Chat, choice, endings, question, states, switched_on
from tests.store.graph import standing_in
from tests.store.payloads import LINE, said, text

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def chat() -> Iterator[Chat]:
    with standing_in() as graph, Sender(Sending("token", LINE, graph.url)) as sender:
        yield Chat(graph, sender)


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
