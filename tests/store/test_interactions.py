"""Table B1, and that counters are a function of the set of events, whatever the order of their arrival."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.values.events import (
    DAY,
    Event,
    Interaction,
    Kind,
    Sort,
    Standing,
    _target,
    fold,
    moments,
    owner,
    play,
)

START = 1_749_416_383


def wrote(key: str, at: int = 0, words: str = "hi", *, reply_to: str = "", line: str = "1") -> Event:
    return Event(key, Kind.MESSAGE, START + at, key, reply_to, line, text=words)


def tapped(key: str, at: int, payload: str, *, reply_to: str = "") -> Event:
    return replace(wrote(key, at, payload, reply_to=reply_to), tapped=True, payload=payload)


def announced(key: str, at: int = 0, kind: Kind = Kind.OUTBOUND, *, certain: bool = False) -> Event:
    return Event(key, kind, START + at, key, line="1", certain=certain)


def status(subject: str, kind: Kind, at: int, category: str = "") -> Event:
    return Event(f"{subject} {kind}", kind, START + at, subject, line="1", category=category)


def cancelled(key: str, at: int) -> Event:
    return Event(key, Kind.CANCELLED, START + at, key)


def counters(interactions: Iterable[Interaction]) -> tuple[int, int, int, int]:
    """User initiated, business initiated, cancelled outbounds, received notifications."""
    found = list(interactions)
    outbound = [one for one in found if one.kind is Sort.OUTBOUND]
    return (
        sum(one.kind is Sort.INBOUND for one in found),
        len(outbound),
        sum(one.cancelled > 0 for one in outbound),
        sum(one.kind is Sort.NOTIFICATION for one in found),
    )


def begun(key: str, expires: int) -> Event:
    """The message with this key has begun a flow which expires then."""
    return Event(f"flow {key}", Kind.FLOW, START, key, line="1", expires=min(DAY, expires + 1))


SENT = [announced("T"), status("T", Kind.DELIVERED, 10)]
"""A template with a flow that has arrived."""

ONE = (1, 0, 0, 0)
ROWS: list[tuple[str, Sequence[Event], tuple[int, int, int, int]]] = [
    ("nothing", [], (0, 0, 0, 0)),
    ("a message opens an inbound interaction", [wrote("a")], (1, 0, 0, 0)),
    ("three messages are one interaction", [wrote("a"), wrote("b", 60), wrote("c", 120)], (1, 0, 0, 0)),
    ("on another line it is another", [wrote("a"), wrote("b", 60, line="2")], (2, 0, 0, 0)),
    ("a template with a flow counts when it is delivered", SENT, (0, 1, 0, 0)),
    ("or read", [announced("T"), status("T", Kind.READ, 10)], (0, 1, 0, 0)),
    ("once, though it is both", [*SENT, status("T", Kind.READ, 20)], (0, 1, 0, 0)),
    ("not when it is only sent", [announced("T"), status("T", Kind.SENT, 10)], (0, 0, 0, 0)),
    ("nor when it failed", [announced("T"), status("T", Kind.FAILED, 10)], (0, 0, 0, 0)),
    ("recorded, it counts without a status", [announced("T", certain=True)], (0, 1, 0, 0)),
    (
        "but not when it failed",
        [announced("T", certain=True), status("T", Kind.FAILED, 9)],
        (0, 0, 0, 0),
    ),
    ("a reply accepts", [*SENT, wrote("a", 60)], (0, 1, 0, 0)),
    ("a tap accepts", [*SENT, tapped("a", 60, "accept", reply_to="T")], (0, 1, 0, 0)),
    (
        "a tap before the late status of its template accepts too",
        [announced("T"), tapped("a", 5, "accept", reply_to="T"), status("T", Kind.READ, 10)],
        (0, 1, 0, 0),
    ),
    ("a tap rejects", [*SENT, tapped("a", 60, "reject")], (0, 1, 1, 0)),
    ("in Spanish and Portuguese too", [*SENT, tapped("a", 60, "Não")], (0, 1, 1, 0)),
    ("the word alone is a reply", [*SENT, wrote("a", 60, "reject")], (0, 1, 0, 0)),
    ("a later tap on no is an answer", [*SENT, wrote("a", 60), tapped("b", 70, "no")], (0, 1, 0, 0)),
    (
        "a tap on the template's own no still rejects",
        [*SENT, wrote("a", 60), tapped("b", 70, "no", reply_to="T")],
        (0, 1, 1, 0),
    ),
    ("EXIT cancels", [*SENT, wrote("a", 60), wrote("b", 70, " exit ")], (0, 1, 1, 0)),
    ("so does SALIR", [*SENT, wrote("a", 60, "SALIR")], (0, 1, 1, 0)),
    ("so does an agent", [*SENT, cancelled("x", 60)], (0, 1, 1, 0)),
    ("once only", [*SENT, wrote("a", 60, "EXIT"), cancelled("x", 70)], (0, 1, 1, 0)),
    ("after that, a message opens an inbound", [*SENT, cancelled("x", 60), wrote("a", 70)], (1, 1, 1, 0)),
    ("EXIT in an inbound interaction counts nothing", [wrote("a"), wrote("b", 9, "EXIT")], (1, 0, 0, 0)),
    ("and ends it", [wrote("a"), wrote("b", 9, "EXIT"), wrote("c", 20)], (2, 0, 0, 0)),
    ("an agent ends it too", [wrote("a"), cancelled("x", 9), wrote("c", 20)], (2, 0, 0, 0)),
    ("after 24 hours it has expired", [wrote("a"), wrote("b", DAY)], (2, 0, 0, 0)),
    ("a second before it has not", [wrote("a"), wrote("b", DAY - 1)], (1, 0, 0, 0)),
    ("which run from its last message", [wrote("a"), wrote("b", DAY - 1), wrote("c", 2 * DAY - 2)], ONE),
    ("an outbound that expires counts as no cancellation", [*SENT, wrote("a", 10 + DAY)], (1, 1, 0, 0)),
    ("what was expired cannot be cancelled", [*SENT, cancelled("x", 10 + DAY)], (0, 1, 0, 0)),
    (
        "a flow may expire sooner",
        [replace(announced("T"), expires=60), status("T", Kind.READ, 10), cancelled("x", 70)],
        (0, 1, 0, 0),
    ),
    ("so may one that the person has begun", [wrote("a"), begun("a", 59), wrote("b", 60)], (2, 0, 0, 0)),
    ("and not before", [wrote("a"), begun("a", 59), wrote("b", 59), wrote("c", 118)], ONE),
    (
        "a template without a flow is a notification",
        [announced("N", kind=Kind.NOTIFICATION), status("N", Kind.DELIVERED, 9)],
        (0, 0, 0, 1),
    ),
    ("so is an unknown one by its category", [status("N", Kind.DELIVERED, 9, "marketing")], (0, 0, 0, 1)),
    (
        "which may come with another status",
        [status("N", Kind.SENT, 8, "utility"), status("N", Kind.READ, 9)],
        (0, 0, 0, 1),
    ),
    ("authentication abroad too", [status("N", Kind.READ, 9, "authentication_international")], (0, 0, 0, 1)),
    ("one that was only sent is none", [status("N", Kind.SENT, 9, "marketing")], (0, 0, 0, 0)),
    ("service counts nothing", [status("N", Kind.DELIVERED, 9, "service")], (0, 0, 0, 0)),
    (
        "nor does what we sent as an answer, whatever its price",
        [announced("R", kind=Kind.REPLY), status("R", Kind.READ, 9, "utility")],
        (0, 0, 0, 0),
    ),
    (
        "a reply to a notification opens an inbound",
        [status("N", Kind.READ, 9, "utility"), wrote("a", 20, reply_to="N")],
        (1, 0, 0, 1),
    ),
    ("signs of life count nothing", [Event("r", Kind.TOUCH, START, "r", line="1")], (0, 0, 0, 0)),
    (
        "rejecting an outbound leaves the inbound before it open",
        [wrote("a"), *SENT, tapped("b", 20, "no"), wrote("c", 30)],
        (1, 1, 1, 0),
    ),
]


@pytest.mark.parametrize(("events", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_counters_move_as_the_table_says(
    events: Sequence[Event], expected: tuple[int, int, int, int]
) -> None:
    assert counters(fold(events)) == expected
    assert counters(fold([*reversed(events), *events])) == expected


def test_the_last_interaction_moves_with_every_message_and_notification() -> None:
    one = fold([wrote("a"), wrote("b", 60)])
    assert (one[0].opened, one[0].last) == (START, START + 60)
    two = fold([wrote("a"), status("N", Kind.READ, 90, "utility")])
    assert max(interaction.last for interaction in two) == START + 90


def test_a_later_status_of_the_same_message_moves_nothing() -> None:
    assert fold([*SENT, status("T", Kind.READ, 500)]) == fold(SENT)


def test_a_reaction_keeps_an_interaction_alive_and_opens_none() -> None:
    reaction = Event("r", Kind.TOUCH, START + DAY - 1, "r", line="1")
    kept = fold([wrote("a"), reaction, wrote("b", DAY + 5)])
    assert [(one.kind, one.last) for one in kept] == [(Sort.INBOUND, START + DAY + 5)]
    assert [one.kind for one in fold([reaction])] == [Sort.TOUCH]


def test_how_an_interaction_stands_follows_from_the_clock_only_when_it_is_looked_at() -> None:
    (opened,) = fold(SENT)
    assert opened.standing(START + 11) is Standing.OPEN
    assert opened.standing(START + 10 + DAY) is Standing.EXPIRED
    (accepted,) = fold([*SENT, wrote("a", 20)])
    assert accepted.standing(START + 21) is Standing.ACCEPTED
    (ended,) = fold([*SENT, cancelled("x", 20)])
    assert ended.standing(START + 10 * DAY) is Standing.CANCELLED
    (told,) = fold([status("N", Kind.READ, 9, "utility")])
    assert told.standing(START + 9) is Standing.DONE


def test_a_message_without_a_line_belongs_to_what_is_open_on_any() -> None:
    assert counters(fold([wrote("a"), wrote("b", 9, line="")])) == (1, 0, 0, 0)


EVENTS = st.builds(
    lambda number, kind, at, reply_to: _event(number, kind, at, reply_to),
    st.integers(0, 5),
    st.sampled_from(
        ["text", "exit", "no", "touch", "outbound", "record", "delivered", "read", "failed", "cancel", "flow"]
    ),
    st.integers(0, 6).map(lambda step: step * DAY // 2) | st.integers(0, 3),
    st.sampled_from(["", "T0", "T1"]),
)


def _event(number: int, kind: str, at: int, reply_to: str) -> Event:
    if kind in ("text", "exit"):
        return wrote(f"{kind}{number}", at, kind, reply_to=reply_to)
    if kind == "no":
        return tapped(f"no{number}", at, "no", reply_to=reply_to)
    if kind == "touch":
        return Event(f"t{number}", Kind.TOUCH, START + at, f"t{number}", reply_to, line="1")
    if kind in ("outbound", "record"):
        return announced(f"T{number % 3}", at, certain=kind == "record")
    if kind == "cancel":
        return cancelled(f"c{number}", at)
    if kind == "flow":
        return begun(f"text{number}", at)
    return status(f"T{number % 3}", Kind(kind), at, "utility")


def _unique(events: Iterable[Event]) -> list[Event]:
    """No two of the same key, since the same key is the same thing."""
    return list({event.key: event for event in events}.values())


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, max_size=14).map(_unique), st.randoms(use_true_random=False))
def test_any_order_of_the_events_gives_the_same_interactions(events: list[Event], chance: object) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(events)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=14).map(_unique))
def test_by_the_end_each_message_is_known_to_belong_where_it_was_when_it_came(events: list[Event]) -> None:
    played: list[Interaction] = []
    belonged: dict[Event, str] = {}
    for event in moments(set(events)):
        if event.kind is Kind.MESSAGE:
            position = _target(played, event)
            belonged[event] = event.key if position is None else played[position].key
        played = play([event], played)
    for event, key in belonged.items():
        if any(one.cancelled == event.time and one.cancelled_by != event.key for one in played):
            # What is cancelled in that very second may be taken for open still: nothing begins by it.
            continue
        found = owner(played, event)
        assert found is not None
        assert found.key == key
