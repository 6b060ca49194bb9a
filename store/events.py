"""The events of contacts as they are stored: each once, by its key."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

from peewee import SQL, fn

from store import database
from store.models import Event as EventRow
from store.values.events import ANNOUNCED, Event, Kind

_DETAILS = {
    field.name: field.default
    for field in fields(Event)
    if field.name in ("form", "payload", "tapped", "category", "certain", "expires", "flow")
}
"""What is stored of an event only where it is not as usual."""
_COLUMNS = ("key", "contact_id", "number", "user_id", "kind", "time", "subject", "reply_to", "line", "text")
_INSERT = (
    f"INSERT INTO event ({', '.join(_COLUMNS)}, details) VALUES ({'?, ' * len(_COLUMNS)}?) "
    f'ON CONFLICT ("key") DO UPDATE SET details = excluded.details, '
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS[1:])
)


class News(NamedTuple):
    """An event and whose it is."""

    event: Event
    contact: int | None
    """None while nobody is known who has the number or the user id."""
    number: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing events has changed."""

    changed: dict[str, News]
    """What is new, or was told otherwise before, by key."""
    before: dict[str, News]
    """All that was known about the same messages before, by key."""
    latest: dict[int, int]
    """When the last event of a contact was before."""
    moved: set[int]
    """Contacts that have lost or gained events which had been another's."""

    @property
    def new(self) -> list[News]:
        """What was not known before at all."""
        return [item for key, item in self.changed.items() if key not in self.before]

    @property
    def after(self) -> dict[str, News]:
        """All that is known about the same messages now."""
        return self.before | self.changed


def store(news: Iterable[News]) -> Stored:
    """Store what is new of it, inside a transaction: the same key again is the same thing again."""
    changed = _merged(news)
    ids = {item.event.subject for item in changed.values()}
    ids.update(item.event.reply_to for item in changed.values() if item.event.reply_to)
    before = about(ids)
    last = latest({item.contact for item in changed.values() if item.contact is not None})
    _write(changed.values())
    moved = _follow_announcements(before | changed)
    return Stored(changed, before, last, moved)


def of_contact(contact_id: int, since: int = 0, until: int = 2**62) -> list[Event]:
    """The events of a contact from then to then, in no order."""
    period = (EventRow.time >= since) & (EventRow.time < until)
    return [item.event for item in _select((EventRow.contact_id == contact_id) & period)]


def latest(contact_ids: Collection[int]) -> dict[int, int]:
    """When the last events of contacts happened; those without any are left out."""
    # Each by itself, from the end of the index: grouping would walk all events of these contacts.
    statement = (
        "SELECT value, (SELECT max(time) FROM event WHERE contact_id = value) FROM json_each(?) WHERE "
        "EXISTS (SELECT 1 FROM event WHERE contact_id = value)"
    )
    return dict(database.db.execute_sql(statement, (json.dumps(list(contact_ids)),)).fetchall())


def about(ids: Collection[str]) -> dict[str, News]:
    """All that is stored about messages with these ids, and the answers to them, by key."""
    if not ids:
        return {}
    answers = (EventRow.reply_to != "") & EventRow.reply_to.in_(among(ids))
    found = _select(EventRow.subject.in_(among(ids))) + _select(answers)
    return {item.event.key: item for item in found}


def unclaimed(numbers: Collection[str], user_ids: Collection[str]) -> list[News]:
    """Events that belong to nobody yet, by any of these numbers and user ids."""
    if not numbers and not user_ids:
        return []
    nobodys = EventRow.contact_id.is_null()
    by_number = nobodys & EventRow.number.is_null(False) & EventRow.number.in_(among(numbers))
    by_user_id = nobodys & EventRow.user_id.is_null(False) & EventRow.user_id.in_(among(user_ids))
    found = {item.event.key: item for item in _select(by_number) + _select(by_user_id)}
    return list(found.values())


def owners_of_messages(ids: Collection[str]) -> dict[str, int]:
    """Whose the messages with these ids are, as far as that is known."""
    if not ids:
        return {}
    query = EventRow.select(EventRow.subject, EventRow.contact_id).where(
        EventRow.subject.in_(among(ids)), EventRow.contact_id.is_null(False)
    )
    return dict(database.tuples(query))


def is_stored(key: str) -> bool:
    """Whether there is an event with this key."""
    return bool(EventRow.select().where(EventRow.key == key).exists())


def owner_of(key: str) -> int | None:
    """Whose the event with this key is; None where nobody is known, and where there is no such event."""
    found: int | None = EventRow.select(EventRow.contact_id).where(EventRow.key == key).scalar()
    return found


def message(key: str) -> Event | None:
    """What a person has written, by its key."""
    return _one(key, (Kind.MESSAGE,))


def announcement(message_id: str) -> Event | None:
    """What was told of a message that the company sends."""
    return _one(message_id, ANNOUNCED)


def last_message(contact_id: int, line: str) -> int:
    """When a person last wrote through WhatsApp, on that line of the company or on any; 0 for never."""
    messages = (EventRow.contact_id == contact_id) & (EventRow.kind == str(Kind.MESSAGE))
    delivered = fn.json_extract(EventRow.details, "$.form").is_null(False)
    latest = EventRow.select(EventRow.time).where(messages, delivered).order_by(EventRow.time.desc())
    if line:
        latest = latest.where(EventRow.line.in_(("", line)))
    return int(latest.limit(1).scalar() or 0)


def is_known(event: Event) -> bool:
    """Whether an event is stored, and this report of it says nothing new."""
    stored = _select(EventRow.key == event.key)
    return bool(stored) and _merge(stored[0], News(event, None)) == stored[0]


def give(giver: int, taker: int) -> None:
    """Make the events of one contact another's, inside a transaction."""
    EventRow.update(contact_id=taker).where(EventRow.contact_id == giver).execute()


def set_aside() -> None:
    """Remove all events, to store them anew in this transaction; `former_owners` says whose they were."""
    database.db.execute_sql("DROP TABLE IF EXISTS temp.former_owner")
    database.db.execute_sql("CREATE TEMP TABLE former_owner (key TEXT PRIMARY KEY, contact_id INTEGER)")
    database.db.execute_sql("INSERT INTO former_owner SELECT key, contact_id FROM event")
    EventRow.delete().execute()


def former_owners(keys: Collection[str]) -> dict[str, int | None]:
    """Whose the events with these keys were that have been set aside."""
    statement = (
        "SELECT key, contact_id FROM former_owner WHERE key IN (SELECT value FROM json_each(?)) "
        "AND (contact_id IS NULL OR contact_id IN (SELECT id FROM contact))"
    )
    return dict(database.db.execute_sql(statement, (json.dumps(list(keys)),)).fetchall())


def forget_former_owners() -> None:
    """End what `set_aside` began."""
    database.db.execute_sql("DROP TABLE temp.former_owner")


def with_events() -> list[int]:
    """The contacts that have any."""
    query = EventRow.select(EventRow.contact_id).where(EventRow.contact_id.is_null(False)).distinct()
    return list(database.ids(query.order_by(EventRow.contact_id)))


def said(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """The texts and types of the messages with these keys."""
    query = EventRow.select(EventRow.key, EventRow.text, EventRow.details).where(
        EventRow.key.in_(among(keys))
    )
    return {key: (text, details.get("form", "")) for key, text, details in database.tuples(query)}


def among(values: Collection[Any]) -> SQL:
    """A list to look in, as one parameter: thousands cost more to bind than to find."""
    return SQL("(SELECT value FROM json_each(?))", [json.dumps(list(values))])


def run(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement for every row."""
    database.db.connection().executemany(statement, rows)


def _one(key: str, kinds: Collection[Kind]) -> Event | None:
    found = _select(EventRow.key == key)
    return found[0].event if found and found[0].event.kind in kinds else None


def _merged(news: Iterable[News]) -> dict[str, News]:
    """What is not stored yet, or not so, by key."""
    incoming: dict[str, News] = {}
    for item in news:
        other = incoming.get(item.event.key)
        incoming[item.event.key] = item if other is None else _merge(other, item)
    if not incoming:
        return {}
    stored = {item.event.key: item for item in _select(EventRow.key.in_(among(incoming)))}
    changed: dict[str, News] = {}
    for key, item in incoming.items():
        merged = item if key not in stored else _merge(stored[key], item)
        if merged != stored.get(key):
            changed[key] = merged
    return changed


def _merge(first: News, second: News) -> News:
    """Two reports of the same event as one, whichever came first."""
    event = min(first.event, second.event, key=_canonical)
    category = max(first.event.category, second.event.category)
    owner = first if first.contact is not None or second.contact is None else second
    return owner._replace(event=replace(event, category=category))


def _canonical(event: Event) -> tuple[Any, ...]:
    return (event.time, *(str(value) for name, value in asdict(event).items() if name != "category"))


def _follow_announcements(known: dict[str, News]) -> set[int]:
    """Who announces a message knows whose it is: give them its statuses; the contacts that differ by it."""
    owners = {item.event.subject: item.contact for item in known.values() if item.event.kind in ANNOUNCED}
    moved: set[int] = set()
    for key, item in known.items():
        owner = owners.get(item.event.subject)
        if owner is None or item.contact == owner:
            continue
        EventRow.update(contact_id=owner).where(EventRow.key == key).execute()
        moved.update(contact for contact in (item.contact, owner) if contact is not None)
    return moved


def _select(condition: Any) -> list[News]:
    columns = [getattr(EventRow, column) for column in _COLUMNS]
    found = []
    for values in database.tuples(EventRow.select(*columns, EventRow.details).where(condition)):
        key, contact, number, user_id, kind, time, subject, reply_to, line, text, details = values
        event = Event(key, Kind(kind), time, subject, reply_to, line, text=text, **details)
        found.append(News(event, contact, number, user_id))
    return found


def _write(items: Iterable[News]) -> None:
    rows = []
    for event, *owner in items:
        told = {
            name: getattr(event, name) for name, usual in _DETAILS.items() if getattr(event, name) != usual
        }
        values = (str(event.kind), event.time, event.subject, event.reply_to, event.line, event.text)
        rows.append((event.key, *owner, *values, json.dumps(told, ensure_ascii=False)))
    run(_INSERT, rows)
