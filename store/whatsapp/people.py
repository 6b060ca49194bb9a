"""Who is who: finds the contacts that deliveries speak of, makes those that are missing, writes down news.

A contact is found by WhatsApp's user id first, then by the number as received, then by its variants, then
by a number it had when the thing happened. Two contacts that turn out to be one person become one, as long
as one of them was born of messages.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from store import database, events, interactions, search
from store.events import News, among
from store.flows import runs
from store.models import LIVING, Contact, FormerNumber
from store.values import phone, times
from store.values.events import ANNOUNCED, Event
from store.values.text import search_key
from store.whatsapp.updates import Update, Who


class Told(NamedTuple):
    """An update and when its delivery came in."""

    update: Update
    received: int


@dataclass(slots=True)
class _Person:
    """What of a contact deliveries may change."""

    id: int
    phone: str | None
    wa_id: str | None
    user_id: str | None
    username: str | None
    profile_name: str | None
    profile_time: int
    opted_out: bool
    opted_time: int
    name: str
    email: str | None
    origin: str
    properties: Mapping[str, str]

    @property
    def automatic_name(self) -> str:
        """The name of somebody whom nobody has named."""
        return self.phone or self.username or self.user_id or ""

    @property
    def is_unnamed(self) -> bool:
        """Whether nobody has named them."""
        return self.name in (self.phone, self.username, self.user_id)


_COLUMNS = [field.name for field in fields(_Person)]
_CHANGING = [name for name in _COLUMNS if name not in ("id", "email", "origin", "properties")]


class Directory:
    """The people of one batch of updates; to be made and used inside a transaction."""

    def __init__(self, told: Iterable[Told], owners: Mapping[str, int | None] | None = None) -> None:
        """`owners`: whose events, by key, are known to be."""
        self._told = list(told)
        self._owners = owners or {}
        self._by_id: dict[int, _Person] = {}
        self._by_user_id: dict[str, _Person] = {}
        self._by_number: dict[str, _Person] = {}
        self._former: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._now_is: dict[int, int] = {}
        """Contacts that turned out to be others."""
        self._created: set[int] = set()
        self._unsearchable: set[int] = set()
        """Contacts that are to be entered in the search index when all is written down."""
        self._messages: dict[str, int] = {}
        self._load()

    def assign(self) -> list[News]:
        """The events of the batch and whose they are; contacts are created and changed on the way."""
        found: list[tuple[Update, int | None]] = []
        for update, received in self._told:
            found.append((update, self._settle(update, received)))
        if self._unsearchable:
            search.add(self._unsearchable)
            self._unsearchable.clear()
        news = [self._news(update, contact) for update, contact in found if update.event is not None]
        return [*news, *self._claims()]

    def known(self) -> int | None:
        """The contact that the first update of the batch is about, as far as there is one."""
        update = self._told[0].update
        person = self._by_id.get(update.contact or 0) or self._find(update.who, update.time)
        return None if person is None else person.id

    def rebuild_joined(self) -> None:
        """Make anew the interactions of contacts that were joined; to be called when all is stored."""
        interactions.rebuild({self._current(contact_id) for contact_id in self._now_is})

    def _settle(self, update: Update, received: int) -> int | None:
        """Whose an update is, after all that it says of them was written down."""
        event = update.event
        if event is not None and event.key in self._owners:
            person = self._by_id.get(self._current(self._owners[event.key] or 0))
            if person is None:
                return self._owners[event.key]
        else:
            person = self._find_or_create(update, received)
        if person is None:
            return None
        if update.former is not None:
            person = self._change_number(person, update)
        person = self._learn(person, update.who, update.time)
        if update.opted_out is not None and update.time >= person.opted_time:
            person.opted_out, person.opted_time = update.opted_out, update.time
            self._save(person)
        return person.id

    def _find_or_create(self, update: Update, received: int) -> _Person | None:
        event, who = update.event, update.who
        if update.contact is not None:
            return self._by_id.get(update.contact)
        person = self._of_message(event) or self._find(update.former or who, update.time)
        if person is None and update.former is not None:
            person = self._find(who, update.time)
        if person is None and who.is_known and update.begins_contact:
            person = self._create(who, update.time, received)
        if person is not None and event is not None and event.kind in ANNOUNCED:
            self._messages[event.subject] = person.id
        return person

    def _of_message(self, event: Event | None) -> _Person | None:
        """Whose the message is that a status is about."""
        if event is None or event.key == event.subject:
            return None
        return self._by_id.get(self._current(self._messages.get(event.subject, 0)))

    def _find(self, who: Who, moment: int) -> _Person | None:
        if who.user_id is not None and who.user_id in self._by_user_id:
            return self._by_user_id[who.user_id]
        if who.number is None:
            return None
        for number in (who.number, *phone.variants(who.number)):
            if number in self._by_number:
                return self._by_number[number]
        for contact_id, until in self._former[who.number]:
            person = self._by_id.get(self._current(contact_id))
            if person is not None and moment <= until:
                return person
        return None

    def _create(self, who: Who, moment: int, received: int) -> _Person:
        name = who.number or who.username or who.user_id or ""
        told = who.profile_name is not None or who.username is not None
        person = _Person(
            id=0,
            phone=who.number,
            wa_id=who.number,
            user_id=who.user_id,
            username=who.username,
            profile_name=who.profile_name,
            profile_time=moment if told else 0,
            opted_out=False,
            opted_time=0,
            name=name,
            email=None,
            origin="message",
            properties={},
        )
        person.id = self._insert(person, received)
        self._created.add(person.id)
        self._unsearchable.add(person.id)
        self._enter(person)
        return person

    def _insert(self, person: _Person, received: int) -> int:
        # By hand, like `_save`: Peewee takes ten times as long to say it as SQLite to do it.
        values = (*(getattr(person, name) for name in _CHANGING), _search_key(person), received, received)
        columns = f"{', '.join(_CHANGING)}, search_key, created, changed, origin"
        marks = "?, " * len(values)
        statement = f"INSERT INTO contact ({columns}) VALUES ({marks}'message')"
        return int(database.db.execute_sql(statement, values).lastrowid)

    def _learn(self, person: _Person, who: Who, moment: int) -> _Person:
        """Write down what an update says of somebody; they may turn out to be somebody else too."""
        if who.number is not None and person.phone is None:
            person = self._learn_number(person, who.number)
        unnamed, before = person.is_unnamed, [getattr(person, name) for name in _CHANGING]
        if who.number is not None and who.number in _writings(person.phone or ""):
            person.wa_id = who.number
        is_latest = moment >= person.profile_time
        for field in ("user_id", "username", "profile_name"):
            told, present = getattr(who, field), getattr(person, field)
            # Of two that were told in the same second it is the same one, whichever comes first.
            newer = is_latest and (moment > person.profile_time or told is None or told > (present or ""))
            if told is not None and (present is None or newer):
                setattr(person, field, told)
        if who.profile_name is not None or who.username is not None:
            person.profile_time = max(person.profile_time, moment)
        if unnamed:
            person.name = person.automatic_name
        if before != [getattr(person, name) for name in _CHANGING]:
            self._save(person)
        return person

    def _learn_number(self, person: _Person, number: str) -> _Person:
        """The number of somebody who was known by their user id only."""
        other = self._find(Who(number), times.now())
        if other is not None and other.id != person.id:
            return self._join(person, other)
        unnamed = person.is_unnamed
        person.phone = number
        if unnamed:
            person.name = number
        self._save(person)
        return person

    def _change_number(self, person: _Person, update: Update) -> _Person:
        """Somebody has another number or user id from now on."""
        number, former = update.who.number, update.former
        if number is not None and person.phone != number and not self._had(person, number):
            other = self._find(Who(number), update.time)
            if other is not None and other.id != person.id:
                if other.origin != "message":
                    return person
                number = other.phone or number
                person = self._join(other, person)
            self._renumber(person, number, update.time)
        elif former is not None and former.number is not None and former.number != person.phone:
            self._remember(former.number, person.id, update.time)
        return person

    def _renumber(self, person: _Person, number: str, moment: int) -> None:
        unnamed = person.is_unnamed
        if person.phone is not None:
            self._by_number.pop(person.phone, None)
            self._by_number.pop(person.wa_id or "", None)
            self._remember(person.phone, person.id, moment)
        person.phone, person.wa_id = number, number
        if unnamed:
            person.name = number
        self._save(person)

    def _had(self, person: _Person, number: str) -> bool:
        return any(self._current(contact_id) == person.id for contact_id, _until in self._former[number])

    def _remember(self, number: str, contact_id: int, until: int) -> None:
        """What was sent from a number before it changed may arrive later."""
        FormerNumber.insert(number=number, contact_id=contact_id, until=until).on_conflict_ignore().execute()
        self._former[number].append((contact_id, until))

    def _join(self, giver: _Person, taker: _Person) -> _Person:
        """Make two contacts one; the giver, if it was not born of messages, is the taker instead."""
        if giver.origin != "message":
            giver, taker = taker, giver
        if giver.origin != "message":
            return giver
        events.give(giver.id, taker.id)
        runs.give(giver.id, taker.id)
        FormerNumber.update(contact_id=taker.id).where(FormerNumber.contact_id == giver.id).execute()
        self._now_is[giver.id] = taker.id
        self._leave(giver)
        if taker.is_unnamed and not giver.is_unnamed:
            taker.name = giver.name
        taker.email = taker.email or giver.email
        taker.properties = {**giver.properties, **taker.properties}
        taker.phone = taker.phone or giver.phone
        for field in ("user_id", "username", "profile_name"):
            latest = giver if giver.profile_time >= taker.profile_time else taker
            setattr(taker, field, getattr(latest, field) or getattr(giver, field) or getattr(taker, field))
        taker.profile_time = max(taker.profile_time, giver.profile_time)
        if giver.opted_time > taker.opted_time:
            taker.opted_out, taker.opted_time = giver.opted_out, giver.opted_time
        Contact.update(email=taker.email, properties=taker.properties).where(Contact.id == taker.id).execute()
        self._save(taker)
        return taker

    def _leave(self, giver: _Person) -> None:
        """Nothing of somebody is left who turned out to be another: all of it is theirs now."""
        self._take_from_search(giver.id)
        self._unsearchable.discard(giver.id)
        Contact.delete().where(Contact.id == giver.id).execute()
        del self._by_id[giver.id]
        for index in (self._by_number, self._by_user_id):
            for key in [key for key, person in index.items() if person is giver]:
                del index[key]

    def _save(self, person: _Person) -> None:
        key = _search_key(person)
        if person.id not in self._unsearchable and key != _stored_key(person.id):
            self._take_from_search(person.id)
        values = (*(getattr(person, name) for name in _CHANGING), key, person.id)
        pairs = ", ".join(f"{name} = ?" for name in _CHANGING)
        database.db.execute_sql(f"UPDATE contact SET {pairs}, search_key = ? WHERE id = ?", values)
        self._enter(person)

    def _take_from_search(self, contact_id: int) -> None:
        """Before it changes; it is entered again with all others."""
        if contact_id not in self._unsearchable:
            search.remove([contact_id])
            self._unsearchable.add(contact_id)

    def _current(self, contact_id: int) -> int:
        while contact_id in self._now_is:
            contact_id = self._now_is[contact_id]
        return contact_id

    def _enter(self, person: _Person) -> None:
        self._by_id[person.id] = person
        if person.user_id is not None:
            self._by_user_id[person.user_id] = person
        if person.wa_id is not None:
            self._by_number.setdefault(person.wa_id, person)
        if person.phone is not None:
            # Who has the very number comes before whom WhatsApp knows by a variant of theirs.
            self._by_number[person.phone] = person

    def _news(self, update: Update, contact: int | None) -> News:
        assert update.event is not None
        owner = None if contact is None else self._current(contact)
        if owner is None and update.event.key not in self._owners:
            # Somebody of this batch may have become a contact after it.
            person = self._find(update.who, update.time)
            owner = person.id if person is not None and person.id in self._created else None
        return News(update.event, owner, update.who.number, update.who.user_id)

    def _claims(self) -> Iterator[News]:
        """What has happened to the people who became contacts in this batch before they did."""
        created = [person for person in self._by_id.values() if person.id in self._created]
        numbers = {number for person in created if person.phone for number in _writings(person.phone)}
        user_ids = {person.user_id for person in created if person.user_id}
        for event, _contact, number, user_id in events.unclaimed(numbers, user_ids):
            person = self._find(Who(number, user_id), event.time)
            if person is not None:
                yield News(event, person.id, number, user_id)

    def _load(self) -> None:
        """Look up all who may be meant, in a handful of queries."""
        whos = [who for update, _received in self._told for who in (update.who, update.former) if who]
        numbers = {writing for who in whos if who.number for writing in _writings(who.number)}
        user_ids = {who.user_id for who in whos if who.user_id}
        subjects = {
            update.event.subject
            for update, _received in self._told
            if update.event is not None and update.event.key != update.event.subject
        }
        self._messages = events.owners_of_messages(subjects)
        ids = {update.contact for update, _received in self._told if update.contact is not None}
        ids |= set(self._messages.values()) | {owner for owner in self._owners.values() if owner is not None}
        if numbers:
            former = FormerNumber.select(FormerNumber.number, FormerNumber.contact_id, FormerNumber.until)
            for number, contact_id, until in database.tuples(
                former.where(FormerNumber.number.in_(among(numbers)))
            ):
                self._former[number].append((contact_id, until))
                ids.add(contact_id)
        columns = [getattr(Contact, column) for column in _COLUMNS]
        for column, wanted in (("id", ids), ("user_id", user_ids), ("wa_id", numbers), ("phone", numbers)):
            if wanted:
                condition = getattr(Contact, column).in_(among(wanted)) & (Contact.deleted == LIVING)
                for values in database.tuples(Contact.select(*columns).where(condition)):
                    if values[0] not in self._by_id:
                        self._enter(_Person(*values))


def _stored_key(contact_id: int) -> str | None:
    # By hand: for Peewee to say it takes longer than all else that is done for a message.
    row = database.db.execute_sql("SELECT search_key FROM contact WHERE id = ?", (contact_id,)).fetchone()
    return row[0] if row else None


def _search_key(person: _Person) -> str:
    return search_key(person.name, person.phone, person.email, person.username)


def _writings(number: str) -> tuple[str, ...]:
    return (number, *phone.variants(number))
