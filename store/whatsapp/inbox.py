"""The inbox: every delivery as it came in, stored for good before it is answered, and then processed.

Nothing but the inbox decides what contacts and counters are: `replay` makes them anew of it.
"""

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import peewee

from store import database, events, interactions
from store.errors import ContactsError, Invalid, NotFound
from store.flows import runs
from store.flows.runs import Answering, Begun
from store.language import _
from store.models import Delivery
from store.values import times
from store.whatsapp import records, updates
from store.whatsapp.people import Directory, Told
from store.whatsapp.records import Record
from store.whatsapp.updates import Meaning

WHATSAPP, RECORD = "whatsapp", "record"
"""Where deliveries come from."""
NEW, PROCESSED, FAILED = "new", "processed", "failed"
_DURABLE = {"synchronous": 2}
"""FULL."""
_TOGETHER = 64
"""Deliveries that are processed in one transaction at most."""
_BYTES_TOGETHER = 256 * 1024
_REPLAY_BATCH = 500
_COARSE_SECONDS = 600
"""How far what is told as of now may be put off: more than a script tells of one person in a moment."""


class _Raw(NamedTuple):
    """A delivery as it is stored."""

    id: int
    source: str
    received: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Read:
    """A delivery that was read."""

    raw: _Raw
    meaning: Meaning

    @property
    def told(self) -> Iterator[Told]:
        for update in self.meaning.updates:
            yield Told(update, self.raw.received)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay has gone through."""

    deliveries: int
    failed: int
    """Deliveries that could not be understood, or not whole."""


def be_durable() -> None:
    """From now on what this thread commits is on the disk, whatever happens to the machine."""
    database.tune(_DURABLE)


def receive(body: bytes) -> int:
    """Store a delivery for good, to be processed later; its id."""
    return receive_many([body])[0]


def receive_many(bodies: Sequence[bytes]) -> list[int]:
    """Store deliveries for good with one commit, or none of them (DatabaseUnavailable); their ids."""
    be_durable()
    now = times.now()
    with database.writing():
        return [_insert(WHATSAPP, now, NEW, body) for body in bodies]


def process(delivery_id: int) -> bool:
    """Process a delivery, be it for the first time or again; whether it was understood. Raises NotFound."""
    found = _raw(Delivery.id == delivery_id, 1)
    if not found:
        raise NotFound(_("There is no delivery {id}.").format(id=delivery_id))
    _process(found, None, again=True)
    return bool(Delivery.select().where(Delivery.id == delivery_id, Delivery.state == PROCESSED).exists())


def process_new(limit: int | None = None, *, answering: Answering | None = None) -> int:
    """Process the deliveries that are new (with `limit`, the first of them); how many there were.

    No flow begins without `answering`. Others may do the same at the same time: each delivery counts once.
    Raises DatabaseUnavailable, and then what is not processed stays new.
    """
    done = 0
    while batch := _waiting(_TOGETHER if limit is None else min(_TOGETHER, limit - done)):
        _process(batch, answering)
        done += len(batch)
    return done


def record(told: Record) -> bool:
    """Store and process what a company tells of itself, inside a transaction or not; False: it is known.

    Raises Invalid for the cancellation of nothing: then nothing is stored.
    """
    with database.writing():
        if events.is_known(records.event_of(told)):
            return False
        is_new = not events.is_stored(told.id)
        if is_new:
            told = _after_others(told)
        now = times.now()
        delivery_id = _insert(RECORD, now, PROCESSED, told.body())
        _apply([_read(_Raw(delivery_id, RECORD, now, told.body()))])
        if is_new and told.kind == "cancelled" and not interactions.has_cancelled(told.id):
            raise Invalid(_("Nothing is open that could be cancelled."))
    return is_new


def record_all(told: Sequence[Record]) -> None:
    """Store and process many records at once, each whatever is open then; inside a transaction or not."""
    with database.writing():
        now = times.now()
        _apply([_read(_Raw(_insert(RECORD, now, NEW, one.body()), RECORD, now, one.body())) for one in told])


def _after_others(told: Record) -> Record:
    """What is told as of now happened after what was told a moment ago, even within the same second."""
    contact = Directory([Told(records.update_of(told), told.time)]).known() if told.is_now else None
    latest = events.latest([contact]).get(contact, 0) if contact is not None else 0
    if told.time <= latest < told.time + _COARSE_SECONDS:
        return replace(told, time=latest + 1)
    return told


def replay() -> Replayed:
    """Make events, interactions, counters and contacts' dates anew of the inbox; one transaction."""
    last = failed = count = 0
    with database.writing():
        events.set_aside()
        while batch := _raw(Delivery.id > last, _REPLAY_BATCH):
            last = batch[-1].id
            read = [_read(raw) for raw in batch]
            told = [told for one in read for told in one.told]
            owners = events.former_owners(
                [one.update.event.key for one in told if one.update.event is not None]
            )
            events.store(Directory(told, owners).assign())
            _mark(read)
            count += len(read)
            failed += sum(bool(one.meaning.faults) for one in read)
        events.forget_former_owners()
        interactions.rebuild_all()
    return Replayed(count, failed)


def _insert(source: str, received: int, state: str, body: bytes) -> int:
    # By hand: Peewee takes longer to say it than SQLite to do it.
    cursor = database.db.execute_sql(
        "INSERT INTO delivery (source, received, state, fault, body) VALUES (?, ?, ?, '', ?)",
        (source, received, state, body),
    )
    return int(cursor.lastrowid)


def _raw(condition: Any, limit: int) -> list[_Raw]:
    query = (
        Delivery.select(Delivery.id, Delivery.source, Delivery.received, Delivery.body)
        .where(condition)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return [
        _Raw(key, source, received, bytes(body)) for key, source, received, body in database.tuples(query)
    ]


def _waiting(limit: int) -> list[_Raw]:
    """The first deliveries that are new: as many as make a transaction that others can wait for."""
    chosen: list[_Raw] = []
    size = 0
    for raw in _raw(Delivery.state == NEW, limit):
        size += len(raw.body)
        if chosen and size > _BYTES_TOGETHER:
            break
        chosen.append(raw)
    return chosen


def _process(batch: Sequence[_Raw], answering: Answering | None, *, again: bool = False) -> None:
    read = [_read(raw) for raw in batch]
    try:
        with database.writing():
            _apply(read if again else _still_new(read), answering)
    except (ContactsError, peewee.OperationalError):
        raise
    except Exception as error:
        # Our bug. One of them is to blame, and the others shall not wait for its cure.
        if len(batch) > 1:
            for raw in batch:
                _process([raw], answering, again=again)
            return
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"[:200]
        sentence = _("Something went wrong that should not have: {reason}.").format(reason=reason)
        with database.writing():
            _mark([_Read(batch[0], Meaning(faults=[sentence]))])


def _still_new(read: Sequence[_Read]) -> list[_Read]:
    """Those that nobody else has processed meanwhile."""
    ids = events.among([one.raw.id for one in read])
    query = Delivery.select(Delivery.id).where(Delivery.id.in_(ids), Delivery.state == NEW)
    new = set(database.ids(query))
    return [one for one in read if one.raw.id in new]


def _read(raw: _Raw) -> _Read:
    try:
        if raw.source == RECORD:
            return _Read(raw, records.understand(raw.body))
        return _Read(raw, updates.understand(raw.body, raw.received))
    except Invalid as error:
        return _Read(raw, Meaning(faults=[str(error)]))


def _apply(read: Sequence[_Read], answering: Answering | None = None) -> None:
    """Let deliveries have their effect, inside a transaction; what of them was understood counts."""
    told = [told for one in read for told in one.told]
    if told:
        directory = Directory(told)
        new = interactions.add(directory.assign())
        directory.rebuild_joined()
        for begun in runs.advance(new, answering, times.now()):
            _note(begun)
    _mark(read)


def _note(begun: Begun) -> None:
    """Keep that a flow has begun, which says when its conversation expires: a replay cannot ask the flow."""
    message = begun.message
    told = Record(
        "flow",
        f"flow {message.key}",
        message.time,
        contact=begun.contact_id,
        line=message.line,
        expires=begun.expires,
        flow=begun.flow_id,
        subject=message.key,
    )
    now = times.now()
    _apply([_read(_Raw(_insert(RECORD, now, PROCESSED, told.body()), RECORD, now, told.body()))])


def _mark(read: Sequence[_Read]) -> None:
    rows = [
        (FAILED if one.meaning.faults else PROCESSED, " ".join(one.meaning.faults)[:1_000], one.raw.id)
        for one in read
    ]
    events.run("UPDATE delivery SET state = ?, fault = ? WHERE id = ?", rows)
