"""Any interleaving, repetition and reordering of deliveries ends in the same counters, as does a replay."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import database, search
from store.models import Contact, Delivery, Event, FormerNumber, Interaction
from store.whatsapp import inbox
from store.whatsapp.records import Record
from tests.store.inboxing import assert_explained, counters, everybody
from tests.store.payloads import DAY, HOUR, SHEENA, START, body, change, contact, message, status
from tests.store.payloads import text as text_

pytestmark = pytest.mark.usefixtures("db")

NUMBERS = [SHEENA, "5511961234567", "551161234567"]
"""The last two are one person."""
TIMES = [START + step for step in (0, 1, 2, HOUR, DAY - 1, DAY, DAY + 1, 3 * DAY)]


@st.composite
def deliveries(draw: st.DrawFn) -> list[bytes | Record]:
    """A set of deliveries and records, each of which may repeat what others say."""
    found: list[bytes | Record] = []
    for _turn in range(draw(st.integers(1, 12))):
        number, at = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(TIMES))
        kind = draw(st.sampled_from(["text", "tap", "status", "status", "record", "flow", "mixed"]))
        # A message has one sender and one recipient.
        whose = "S" if number == SHEENA else "B"
        key = whose + draw(st.sampled_from(["0", "1"]))
        if kind == "record":
            told = draw(st.sampled_from(["outbound", "notification", "cancelled", "inbound"]))
            certain = draw(st.booleans())
            found.append(Record(told, f"{told} {key}", at, f"+{number}", certain=certain))
            continue
        name = whose + draw(st.sampled_from(["a", "b", "c", "d"]))
        words = draw(st.sampled_from(["hi", "EXIT"]))
        if kind == "flow":
            begun, hours = f"{name} {words}", draw(st.sampled_from([1, 2, 24]))
            key = f"flow {begun} {hours}"
            found.append(Record("flow", key, at, f"+{number}", subject=begun, expires=hours * HOUR))
            continue
        reply_to = draw(st.sampled_from(["", f"outbound {whose}0", f"outbound {whose}1"]))
        entry = text_(f"{name} {words}", at, words, sender=number, reply_to=reply_to)
        tap = message(f"tap {name}", at, "button", sender=number, button={"payload": "no", "text": "No"})
        subject = draw(st.sampled_from([f"outbound {key}", f"notification {key}", key]))
        news = status(
            subject,
            draw(st.sampled_from(["sent", "delivered", "read", "failed"])),
            at,
            to=number,
            category=draw(st.sampled_from(["", "marketing", "service"])),
        )
        chosen = {"text": [entry], "tap": [tap], "status": [], "mixed": [entry, tap]}[kind]
        statuses = [news] if kind in ("status", "mixed") else []
        found.append(body(change(messages=chosen, statuses=statuses, contacts=[contact(number)])))
    return found


def live(items: Sequence[bytes | Record], cuts: frozenset[int]) -> None:
    """Take deliveries in this order, processing at the cuts."""
    for position, item in enumerate(items):
        if isinstance(item, Record):
            # Not one by one, where the cancellation of nothing is refused: that is no matter of sets.
            inbox.record_all([item])
        else:
            inbox.receive(item)
        if position in cuts:
            inbox.process_new()
    inbox.process_new()


def wipe() -> None:
    with database.writing():
        for table in (Interaction, Event, FormerNumber, Delivery, Contact):
            table.delete().execute()
        search.rebuild()


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_any_order_repetition_and_batching_ends_the_same_and_replay_equals_it(data: st.DataObject) -> None:
    items = data.draw(deliveries())
    repeated = items + data.draw(st.lists(st.sampled_from(items), max_size=4))
    shuffled = data.draw(st.permutations(repeated))
    cuts = data.draw(st.frozensets(st.integers(0, len(shuffled))))
    wipe()
    live(items, frozenset(range(len(items))))
    expected = _numbers()
    assert_explained()
    wipe()
    live(shuffled, cuts)
    assert _numbers() == expected
    assert_explained()
    stored = _rows()
    inbox.replay()
    assert _numbers() == expected
    assert _rows() == stored
    assert_explained()


def _rows() -> set[tuple[Any, ...]]:
    """All that is stored of interactions, which shortcuts must leave as the whole would."""
    return {row[1:] for row in database.tuples(Interaction.select())}


def _numbers() -> dict[str, tuple[int, ...]]:
    """Counters and times by person; which writing of a number came first is the order's."""
    return {
        (person.phone or "").replace("+551196", "+55116"): (
            *counters(person),
            person.first_interaction,
            person.last_interaction,
        )
        for person in everybody()
    }


def test_a_late_message_that_has_begun_a_short_flow_lets_the_next_one_begin_anew() -> None:
    inbox.record_all([Record("flow", "flow b", START + 1, f"+{SHEENA}", subject="b", expires=HOUR)])
    for key, at in (("a", START), ("c", START + 2 * HOUR), ("b", START + 1)):
        live([body(change(messages=[text_(key, at)], contacts=[contact()]))], frozenset())
    stored = _rows()
    assert {row[2]: row[6] for row in database.tuples(Interaction.select())} == {
        "a": START + 1,
        "c": START + 2 * HOUR,
    }
    inbox.replay()
    assert _rows() == stored
