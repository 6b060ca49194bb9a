"""Receive deliveries, and look at what has become of contacts."""

from typing import Any

from store import contacts, database, interactions, listing
from store.interactions import Counter
from store.models import Contact
from store.whatsapp import inbox
from store.whatsapp.records import Record
from tests.store.payloads import SHEENA, START


def take(*bodies: bytes) -> None:
    """Receive and process deliveries."""
    inbox.receive_many(bodies)
    inbox.process_new()


def record(kind: str, key: str, at: int = START, number: str = f"+{SHEENA}", **more: Any) -> Record:
    return Record(kind, key, at, number, **more)


def everybody() -> list[contacts.Person]:
    ids = listing.ids(listing.Listing(listing.Order.NAME, False))
    return contacts.get_many(list(ids))


def only() -> contacts.Person:
    (person,) = everybody()
    return person


def counters(person: contacts.Person) -> tuple[int, int, int, int]:
    return (
        person.user_initiated,
        person.business_initiated,
        person.cancelled_outbounds,
        person.received_notifications,
    )


def assert_explained() -> None:
    """Every counter of everybody is the number of the interactions behind it."""
    for person in everybody():
        for counter in Counter:
            entries = interactions.behind(person.id, counter)
            assert len(entries) == getattr(person, counter.value), (person, counter)


def state() -> list[tuple[Any, ...]]:
    """All that deliveries decide of contacts."""
    columns = (
        Contact.phone,
        Contact.name,
        Contact.user_id,
        Contact.username,
        Contact.profile_name,
        Contact.opted_out,
        Contact.user_initiated,
        Contact.business_initiated,
        Contact.cancelled_outbounds,
        Contact.received_notifications,
        Contact.first_interaction,
        Contact.last_interaction,
    )
    return sorted(database.tuples(Contact.select(*columns).where(Contact.deleted == 0)), key=repr)
