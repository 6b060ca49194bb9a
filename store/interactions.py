"""What happened between the company and its contacts; the four counters are sums of it.

The interactions of a contact are what `store.values.events` makes of its events. Usually a new event comes
after all others: then the interactions that are still open suffice. A late one has those made anew that
opened since nothing was open before it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from peewee import SQL, fn

from store import database, events
from store.events import News, among, run
from store.models import Contact
from store.models import Interaction as Row
from store.values import times
from store.values.events import DAY, Event, Interaction, Kind, Sort, Standing, fold, moments, play

_COLUMNS = [field.name for field in fields(Interaction)]
_NAMES = ", ".join(f'"{column}"' for column in _COLUMNS)
_MARKS = ", ".join("?" for _column in _COLUMNS)
_PAIRS = ", ".join(f'"{column}" = ?' for column in _COLUMNS)
_NOTIFICATIONS = Row.kind == str(Sort.NOTIFICATION)
_EVER = 2**62
_RANKS = {Sort.OUTBOUND: 1, Sort.NOTIFICATION: 1, Sort.INBOUND: 2, Sort.TOUCH: 3}
"""The order of what opened within one second, as of the events that did it."""


class Counter(StrEnum):
    """The four counters; the value is the name in JSON and the column of the list."""

    USER_INITIATED = "user_initiated"
    BUSINESS_INITIATED = "business_initiated"
    CANCELLED_OUTBOUNDS = "cancelled_outbounds"
    RECEIVED_NOTIFICATIONS = "received_notifications"


_BEHIND = {
    Counter.USER_INITIATED: SQL("kind = 'inbound'"),
    Counter.BUSINESS_INITIATED: SQL("kind = 'outbound'"),
    Counter.CANCELLED_OUTBOUNDS: SQL("(kind = 'outbound' AND cancelled > 0)"),
    Counter.RECEIVED_NOTIFICATIONS: SQL("kind = 'notification'"),
}
"""What each counter counts."""
_SUMS = (*map(str, Counter), "first_interaction", "last_interaction")
"""The columns of a contact that follow from its interactions."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An interaction as people see it."""

    id: int
    kind: Sort
    opened: int
    last: int
    standing: Standing
    """As of now."""
    line: str
    text: str
    """The message that opened it, as far as it has a text."""
    form: str
    """The type of that message."""


def timeline(contact_id: int, limit: int = 100) -> list[Entry]:
    """The latest interactions of a contact, the latest first."""
    return _entries(Row.contact_id == contact_id, limit)


def behind(contact_id: int, counter: Counter) -> list[Entry]:
    """The very interactions that a counter counts, the latest first; as many as it says."""
    return _entries((Row.contact_id == contact_id) & _BEHIND[counter], None)


def add(news: Iterable[News]) -> list[News]:
    """Store what is new of it, inside a transaction; the events that were not known at all."""
    stored = events.store(news)
    before, after = _by_contact(stored.before.values()), _by_contact(stored.after.values())
    appended: dict[int, list[Event]] = {}
    done: set[int] = set()
    for contact_id in _owners(stored.changed.values()) - stored.moved:
        was, is_now = moments(before[contact_id]), moments(after[contact_id])
        gone = [event for event in was if event not in is_now]
        new = [event for event in is_now if event not in was]
        if gone or new:
            done.add(contact_id)
            gone, new = _change_notifications(contact_id, gone, new)
        if gone:
            _rebuild_around(contact_id, [*gone, *new])
        elif new:
            appended[contact_id] = new
    _append(appended, stored.latest)
    _count(done)
    rebuild(stored.moved)
    return stored.new


def rebuild(contact_ids: Collection[int]) -> None:
    """Make the interactions and counters of contacts anew of all their events, inside a transaction."""
    for contact_id in contact_ids:
        stored = _interactions(Row.contact_id == contact_id)[contact_id]
        _replace(contact_id, stored, fold(events.of_contact(contact_id)))
    _count(contact_ids)


def not_over(contact_ids: Collection[int], moment: int) -> dict[int, list[Interaction]]:
    """What contacts have begun, or have been sent, and was not over then, in the order of opening."""
    met = Row.contact_id.in_(among(contact_ids)) & ~_NOTIFICATIONS & _not_over(moment)
    return {contact: [row.interaction for row in rows] for contact, rows in _interactions(met).items()}


def last_sign(contact_id: int, key: str) -> int:
    """When the last message or sign of life of an interaction was; 0 where there is no such interaction."""
    query = Row.select(Row.last).where(Row.contact_id == contact_id, Row.key == key)
    return int(query.scalar() or 0)


def rebuild_all() -> None:
    """Make all interactions and counters anew of all events, inside a transaction."""
    Row.delete().execute()
    moved = SQL(" OR ".join(f"{column} <> 0" for column in _SUMS))
    Contact.update(dict.fromkeys(_SUMS, 0)).where(moved).execute()
    rebuild(events.with_events())


def has_cancelled(key: str) -> bool:
    """Whether the event with this key has cancelled an interaction."""
    cancelled = (Row.contact_id == events.owner_of(key)) & (Row.cancelled_by == key)
    return bool(Row.select().where(cancelled).exists())


@dataclass(slots=True)
class _Stored:
    """An interaction and its row."""

    id: int
    interaction: Interaction


def _owners(items: Iterable[News]) -> set[int]:
    return {item.contact for item in items if item.contact is not None}


def _by_contact(items: Iterable[News]) -> defaultdict[int, list[Event]]:
    found: defaultdict[int, list[Event]] = defaultdict(list)
    for item in items:
        if item.contact is not None:
            found[item.contact].append(item.event)
    return found


def _change_notifications(
    contact_id: int, gone: list[Event], new: list[Event]
) -> tuple[list[Event], list[Event]]:
    """Let notifications go and come, which change nothing else; the other events of both lists."""
    keys = [event.key for event in gone if event.kind is Kind.NOTIFICATION]
    if keys:
        Row.delete().where(_NOTIFICATIONS, Row.contact_id == contact_id, Row.key.in_(among(keys))).execute()
    _write(contact_id, (), play((event for event in new if event.kind is Kind.NOTIFICATION), ()))
    return _others(gone), _others(new)


def _others(found: Iterable[Event]) -> list[Event]:
    return [event for event in found if event.kind is not Kind.NOTIFICATION]


def _append(appended: dict[int, list[Event]], latest: dict[int, int]) -> None:
    """Go on from the interactions that may still be open, where that is the same as beginning anew."""
    if not appended:
        return
    earliest = min(new[0].time for new in appended.values())
    started = _interactions(Row.contact_id.in_(among(appended)) & ~_NOTIFICATIONS & _not_over(earliest))
    for contact_id, new in appended.items():
        open_ = started[contact_id]
        if all(event.time > latest.get(contact_id, -1) or _is_one_more(open_, event) for event in new):
            _write(contact_id, open_, play(new, [stored.interaction for stored in open_]))
        else:
            _rebuild_around(contact_id, new)


def _is_one_more(started: Iterable[_Stored], event: Event) -> bool:
    """Whether an event that is not the last is just one more message within the only interaction then."""
    if event.kind is not Kind.MESSAGE or event.is_exit or event.is_reject or event.expires < DAY:
        return False
    met = [row for row in started if row.interaction.lasted_until(event.time)]
    if len(met) != 1 or met[0].interaction.cancelled:
        return False
    return _opening_order(met[0]) < event.order and event.time <= met[0].interaction.last


def _not_over(moment: int) -> Any:
    """The condition for interactions of which something was left then."""
    return ((Row.cancelled == 0) & (Row.last + Row.expires >= moment)) | (Row.cancelled >= moment)


def _rebuild_around(contact_id: int, changed: Sequence[Event]) -> None:
    """Make those interactions anew that events may have to do with: between two fresh beginnings."""
    since = _fresh(contact_id, Row.opened <= min(event.time for event in changed), fn.MAX) or 0
    until = _fresh(contact_id, Row.opened > max(event.time for event in changed), fn.MIN) or _EVER
    found = _played(contact_id, since, until)
    if any(interaction.lasted_until(until) for interaction in found):
        until = _EVER
        found = _played(contact_id, since, until)
    mine = (Row.contact_id == contact_id) & (Row.opened >= since) & (Row.opened < until) & ~_NOTIFICATIONS
    _replace(contact_id, _interactions(mine)[contact_id], found)


def _fresh(contact_id: int, when: Any, which: Any) -> int | None:
    """When a contact had something to do with the company while nothing else was open."""
    query = Row.select(which(Row.opened)).where(Row.contact_id == contact_id, Row.fresh == 1, when)
    found: int | None = query.scalar()
    return found


def _played(contact_id: int, since: int, until: int) -> list[Interaction]:
    """What opened from then to then, nothing having been open before; without notifications."""
    found = events.of_contact(contact_id, since, until)
    ids = {event.subject for event in found} | {event.reply_to for event in found if event.reply_to}
    # What else was told about the same messages, whenever, decides what the reports of that time mean.
    known = {event.key: event for event in _by_contact(events.about(ids).values())[contact_id]}
    known |= {event.key: event for event in found}
    return play((event for event in _others(moments(known.values())) if since <= event.time < until), ())


def _replace(contact_id: int, stored: Sequence[_Stored], interactions: Sequence[Interaction]) -> None:
    """Let these be there instead of what is stored."""
    kept = {interaction.key for interaction in interactions}
    gone = [item.id for item in stored if item.interaction.key not in kept]
    if gone:
        Row.delete().where(Row.id.in_(among(gone))).execute()
    _write(contact_id, stored, interactions)


def _write(contact_id: int, stored: Sequence[_Stored], interactions: Iterable[Interaction]) -> None:
    """Insert or update the rows of interactions that are new or have changed."""
    rows = {item.interaction.key: item for item in stored}
    for interaction in interactions:
        row = rows.get(interaction.key)
        if row is None:
            values = (contact_id, *_values(interaction))
            run(f"INSERT INTO interaction (contact_id, {_NAMES}) VALUES (?, {_MARKS})", [values])
        elif row.interaction != interaction:
            run(f"UPDATE interaction SET {_PAIRS} WHERE id = ?", [(*_values(interaction), row.id)])


def _values(interaction: Interaction) -> Iterator[Any]:
    for column in _COLUMNS:
        value = getattr(interaction, column)
        yield str(value) if isinstance(value, StrEnum) else value


def _interactions(condition: Any) -> defaultdict[int, list[_Stored]]:
    """The interactions that meet a condition, by contact, in the order in which they opened."""
    columns = [getattr(Row, column) for column in _COLUMNS]
    found: defaultdict[int, list[_Stored]] = defaultdict(list)
    for row_id, contact_id, *values in database.tuples(
        Row.select(Row.id, Row.contact_id, *columns).where(condition)
    ):
        told = dict(zip(_COLUMNS, values, strict=True))
        told["kind"] = Sort(told["kind"])
        found[contact_id].append(_Stored(row_id, Interaction(**told)))
    for rows in found.values():
        rows.sort(key=_opening_order)
    return found


def _opening_order(stored: _Stored) -> tuple[int, int, str]:
    told = stored.interaction
    return told.opened, _RANKS[told.kind], told.key


def _count(contact_ids: Collection[int]) -> None:
    """Let counters and times of contacts be what their interactions sum up to."""
    if not contact_ids:
        return
    sums = (*(fn.SUM(condition) for condition in _BEHIND.values()), fn.MIN(Row.opened), fn.MAX(Row.last))
    query = (
        Row.select(Row.contact_id, *sums)
        .where(Row.contact_id.in_(among(contact_ids)))
        .group_by(Row.contact_id)
    )
    found = {row[0]: row[1:] for row in database.tuples(query)}
    nothing = (0,) * len(_SUMS)
    pairs = ", ".join(f"{column} = ?" for column in _SUMS)
    rows = [(*found.get(contact_id, nothing), contact_id) for contact_id in contact_ids]
    run(f"UPDATE contact SET {pairs} WHERE id = ?", rows)


def _entries(condition: Any, limit: int | None) -> list[Entry]:
    now = times.now()
    found = [item for rows in _interactions(condition).values() for item in rows]
    found.sort(key=_opening_order, reverse=True)
    found = found[:limit]
    said = events.said([item.interaction.key for item in found])
    return [_entry(item, now, *said.get(item.interaction.key, ("", ""))) for item in found]


def _entry(item: _Stored, now: int, text: str, form: str) -> Entry:
    told = item.interaction
    return Entry(item.id, told.kind, told.opened, told.last, told.standing(now), told.line, text, form)
