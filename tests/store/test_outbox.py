"""The outbox: in order to each person, again after growing pauses, and nothing twice, whatever happens."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from store import contacts, database
from store.errors import Invalid, NotFound
from store.flows import keeping, outgoing, runs
from store.flows.outgoing import Body
from store.models import Contact, Delivery, Event, FlowRun, Outgoing
from store.values import times
from store.whatsapp import outbox
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Sender
from tests.store.chatting import NOW, Chat, guide, states, switched_on, words
from tests.store.graph import Answer, Graph, Request, standing_in
from tests.store.inboxing import only, take
from tests.store.payloads import DAY, HOUR, LINE, SHEENA, Json, said, status, text, told
from tests.support import ROOT

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def graph() -> Iterator[Graph]:
    with standing_in() as found:
        yield found


@pytest.fixture
def chat(graph: Graph) -> Iterator[Chat]:
    with Sender(Sending("token", LINE, graph.url)) as sender:
        yield Chat(graph, sender)


def waiting(*texts: str, sender: str = SHEENA, at: int = NOW) -> list[int]:
    """Messages to somebody who has written then; their ids."""
    take(said(text(f"in {sender}", at, sender=sender), number=sender))
    contact = contacts.find(f"+{sender}")
    with database.writing():
        run = FlowRun.create(
            flow_id=flow(),
            version_id=1,
            contact_id=contact.id,
            interaction=f"in {sender}",
            line=LINE,
            state={"waiting": 1, "wrong": 0, "reminded": False, "ended": None},
            started=at,
            last=at,
        )
        for words_ in texts:
            outgoing.add(run.id, contact.id, Body(words_), NOW)
    return [row.id for row in Outgoing.select().where(Outgoing.run_id == run.id).order_by(Outgoing.id)]


def flow() -> int:
    known = keeping.list_all()
    return known[0].id if known else switched_on(guide()).id


def faults() -> list[str]:
    return [row.fault for row in Outgoing.select().order_by(Outgoing.id)]


def test_messages_to_a_person_are_sent_in_their_order_and_noted(chat: Chat) -> None:
    waiting("one", "two", "three")
    assert chat.flush() == ["one", "two", "three"]
    assert states() == ["sent"] * 3
    [first] = Outgoing.select().where(Outgoing.id == 1)
    assert first.message_id == "wamid.1"
    noted = Event.get(Event.key == "wamid.1")
    assert (noted.kind, noted.contact_id) == ("reply", only().id)
    assert Delivery.select().where(Delivery.source == "record").count() == 3
    assert only().received_notifications == 0


@pytest.mark.parametrize("status_", [500, 503, 429])
def test_what_may_succeed_later_is_tried_again_after_growing_pauses(chat: Chat, status_: int) -> None:
    waiting("one", "two")
    pauses, now = [], NOW
    for _turn in range(8):
        chat.graph.refuse(status_, None, "Busy", retry_after="0")
        assert chat.flush(now) == ["one"]
        due = outbox.next_due(now)
        assert due is not None
        pauses.append(due - now)
        assert chat.flush(due - 1) == []
        now = due
    assert pauses == [5, 15, 60, 300, 1_800, 1_800, 1_800, 1_800]
    assert chat.flush(now) == ["one", "two"]
    assert states() == ["sent", "sent"]


def test_what_is_said_later_waits_for_what_is_tried_again(chat: Chat) -> None:
    waiting("one")
    chat.graph.refuse(503, None, "Busy")
    chat.flush(NOW)
    outgoing.add(FlowRun.get().id, only().id, Body("two"), NOW)
    assert chat.flush(NOW) == []
    assert chat.flush(NOW + 60) == ["one", "two"]


def test_as_long_as_whatsapp_asks_for_patience_it_is_left_alone(chat: Chat) -> None:
    waiting("one")
    chat.graph.refuse(429, None, "Busy", retry_after="700")
    chat.flush(NOW)
    assert outbox.next_due(NOW) == NOW + 700


def test_until_the_window_closes_and_then_it_is_dropped_with_a_sentence(chat: Chat) -> None:
    waiting("one", at=NOW - DAY + HOUR)
    chat.graph.refuse(503, None, "Busy", retry_after=str(2 * HOUR))
    chat.flush(NOW)
    due = outbox.next_due(NOW)
    assert due == NOW + HOUR
    assert chat.flush(due) == []
    assert states() == ["dropped"]
    assert faults()[0].startswith("WhatsApp is out of order (503)")
    assert "24 hours" in faults()[0]


def test_who_has_written_again_can_be_answered_longer(chat: Chat) -> None:
    waiting("one", at=NOW - DAY)
    take(said(text("again", NOW)))
    assert chat.flush(NOW) == ["one"]


def test_a_token_that_has_expired_loses_nothing(chat: Chat) -> None:
    waiting("one")
    chat.graph.refuse(401, 190, "Expired")
    chat.flush(NOW)
    assert states() == ["waiting"]
    assert "access token" in outbox.failures(5)[0].sentence
    assert chat.flush(NOW + 5) == ["one"]


def test_what_is_refused_for_good_is_failed_with_metas_words_and_the_next_is_sent(chat: Chat) -> None:
    waiting("one", "two")
    chat.graph.refuse(400, 131047, "Re-engagement message", "More than 24 hours")
    assert chat.flush() == ["one", "two"]
    assert states() == ["failed", "sent"]
    [failed] = outbox.failures(5)
    assert "Re-engagement message More than 24 hours" in failed.sentence
    assert (failed.contact_id, failed.label, failed.text) == (only().id, only().label, "one")
    outbox.retry(failed.id)
    assert outbox.failures(5) == []
    assert chat.flush() == ["one"]
    assert states() == ["sent", "sent"]


def test_what_may_have_been_sent_is_not_sent_again_by_itself(chat: Chat) -> None:
    waiting("one", "two")
    chat.graph.answers.append(Answer(None))
    assert chat.flush() == ["one", "two"]
    assert states() == ["unsure", "sent"]
    [unsure] = outbox.failures(5)
    assert (unsure.state, "not known" in unsure.sentence) == ("unsure", True)
    outbox.retry(unsure.id)
    assert chat.flush() == ["one"]


def test_a_status_settles_what_was_not_known(chat: Chat) -> None:
    waiting("one", "two")
    chat.graph.answers += [Answer(None), Answer(None)]
    chat.flush()
    first, second = (request.content["biz_opaque_callback_data"] for request in chat.graph.requests)
    failed: Json = {"errors": [{"code": 131026, "title": "Undeliverable"}]}
    chat.deliver(
        told(
            status("wamid.a", "delivered", NOW, biz_opaque_callback_data=first),
            status("wamid.b", "failed", NOW, biz_opaque_callback_data=second, **failed),
        )
    )
    assert states() == ["sent", "failed"]
    assert faults() == ["", "Undeliverable"]
    assert Outgoing.get_by_id(1).message_id == "wamid.a"


@pytest.mark.parametrize(
    "sign", ["contacts 1", "contacts 1 x", "contacts 99 1", "other 1 2", "contacts 1 " + "9" * 40]
)
def test_the_signs_of_others_settle_nothing(chat: Chat, sign: str) -> None:
    waiting("one")
    chat.graph.answers.append(Answer(None))
    chat.flush()
    chat.deliver(told(status("wamid.a", "delivered", NOW, biz_opaque_callback_data=sign)))
    assert states() == ["unsure"]


def test_what_failed_on_its_way_is_shown_as_failed(chat: Chat) -> None:
    waiting("one")
    chat.flush()
    errors = [{"code": 131049, "title": "Not delivered", "error_data": {"details": "Healthy ecosystem."}}]
    chat.deliver(told(status("wamid.1", "failed", NOW + 5, errors=errors)))
    assert [(one.text, one.sentence) for one in outbox.failures(5)] == [
        ("one", "Not delivered: Healthy ecosystem.")
    ]


class Hasty(Graph):
    """Tells of a failure before it answers."""

    def answer(self, request: Request) -> Answer:
        found = super().answer(request)
        sign = request.content["biz_opaque_callback_data"]
        database.connect()
        try:
            take(told(status("wamid.1", "failed", NOW, biz_opaque_callback_data=sign)))
        finally:
            database.close()
        return found


def test_a_status_may_be_faster_than_the_answer() -> None:
    with standing_in(Hasty()) as graph, Sender(Sending("token", LINE, graph.url)) as sender:
        waiting("one")
        Chat(graph, sender).flush()
    assert states() == ["failed"]


def test_what_waits_to_be_tried_again_is_shown_and_can_be_hurried(chat: Chat) -> None:
    [first] = waiting("one")
    chat.graph.refuse(503, None, "Busy", retry_after="3000")
    chat.flush()
    [shown] = outbox.failures(5)
    assert (shown.state, shown.due > times.now() + 2_000) == ("waiting", True)
    outbox.retry(first)
    assert chat.flush() == ["one"]


def test_what_cannot_be_sent_again_is_a_sentence(chat: Chat) -> None:
    [first] = waiting("one", at=NOW - DAY + HOUR + 5)
    chat.flush(NOW)
    with pytest.raises(Invalid, match="does not wait"):
        outbox.retry(first)
    Outgoing.update(state="failed").execute()
    FlowRun.update(last=NOW - DAY).execute()
    Event.update(time=NOW - DAY).execute()
    with pytest.raises(Invalid, match="24 hours"):
        outbox.retry(first)
    with pytest.raises(NotFound):
        outbox.retry(99)


def test_a_contact_in_the_bin_is_not_written_to(chat: Chat) -> None:
    waiting("one")
    contacts.delete([only().id])
    assert chat.flush() == []
    assert states() == ["dropped"]
    assert "deleted" in faults()[0]


def test_somebody_without_a_number_is_written_to_by_user_id_and_nobody_else(chat: Chat) -> None:
    waiting("one", "two")
    Contact.update(phone=None, wa_id=None, user_id="US.13491208655302741918").execute()
    assert outbox.send_next(chat.sender, LINE)
    assert chat.graph.requests[0].content["recipient"] == "US.13491208655302741918"
    Contact.update(user_id=None).execute()
    chat.flush()
    assert states() == ["sent", "failed"]


def test_two_that_send_at_once_send_each_message_once_and_in_order(chat: Chat) -> None:
    people = [f"5730012345{number:02}" for number in range(12)]
    for sender in people:
        waiting(f"one to {sender}", f"two to {sender}", sender=sender)

    def send(_turn: int) -> None:
        database.connect()
        try:
            deadline = time.monotonic() + 60
            while "waiting" in states() and time.monotonic() < deadline:
                outbox.send_next(chat.sender, LINE)
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    sent = words(chat.graph.requests)
    assert len(sent) == len(set(sent)) == 24
    for sender in people:
        assert sent.index(f"one to {sender}") < sent.index(f"two to {sender}")
    assert states() == ["sent"] * 24


DIES = """
import os, sys
from store import database
from store.whatsapp import outbox
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Sender
database.open_database(sys.argv[1])
outbox._settle = lambda *_words, **_values: os._exit(9)
with Sender(Sending("token", "1", sys.argv[2])) as sender:
    outbox.send_next(sender, "1")
"""


def test_a_kill_while_it_is_sent_sends_nothing_twice(chat: Chat) -> None:
    waiting("one", "two")
    killed = subprocess.run(
        [sys.executable, "-c", DIES, str(database.path()), chat.graph.url], cwd=ROOT, timeout=60
    )
    assert killed.returncode == 9
    assert states() == ["unsure", "waiting"]
    # It may be on its way still: what comes behind it waits.
    assert chat.flush() == []
    now = times.now()
    due = outbox.next_due(now)
    assert due is not None
    assert now < due <= now + 31
    assert chat.flush(due) == ["two"]
    assert words(chat.graph.requests) == ["one", "two"]
    Outgoing.update(due=now).execute()
    assert [(one.text, one.state) for one in outbox.failures(5)] == [("one", "unsure")]


def test_nothing_due_means_nothing_to_wait_for() -> None:
    assert outbox.next_due(times.now()) is None
    assert not runs.is_anybody_inside()


def test_looks_at_what_is_due_use_their_indexes() -> None:
    """However much was sent before."""
    for statement in (outbox._NEXT, outbox._NEXT_DUE):
        told_ = database.db.execute_sql("EXPLAIN QUERY PLAN " + statement, {"now": 1, "due": 2}).fetchall()
        assert not [row for row in told_ if row[3].startswith("SCAN") and "CONSTANT" not in row[3]], told_


def test_what_has_failed_for_good_is_not_looked_at_again() -> None:
    [only_one] = waiting("one")
    row = Outgoing.get_by_id(only_one)
    Outgoing.update(state="failed").execute()
    steps = steps_of_a_look()
    failed = {"run_id": row.run_id, "contact_id": row.contact_id, "body": row.body, "state": "failed"}
    Outgoing.insert_many([failed | {"due": NOW, "created": NOW}] * 1_000).execute()
    assert steps_of_a_look() <= steps + 100


def steps_of_a_look() -> int:
    """How many steps SQLite takes to know when something is due next."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    connection = database.db.connection()
    connection.set_progress_handler(count, 1)
    try:
        outbox.next_due(NOW)
    finally:
        connection.set_progress_handler(None, 0)
    return steps[0]
