"""Payloads of every kind go through the real listener and end as they do without one."""

from pathlib import Path

from store import contacts, database, interactions, listing
from store.models import Delivery
from store.whatsapp import inbox
from tests.store.listening import listening
from tests.store.payloads import HOUR, START, body, button, change, contact, message, said, status, text, told
from tests.support import until

_OTHER = "573001234567"
_MEDIA = ("image", "video", "audio", "document", "sticker", "location", "order", "poll", "unsupported")
_TAP = {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sí"}}
_LIST = {"type": "list_reply", "list_reply": {"id": "p1", "title": "Basic"}}
_REACTION = {"message_id": "sent.1", "emoji": "👍"}
_MOVED = {"type": "user_changed_number", "wa_id": "16505559999", "body": "User A changed"}

EVERY_KIND = [
    said(text("in.1")),
    said(text("in.2", START + 60, "again")),
    *(said(message(f"in.{form}", START + 100 + place, form)) for place, form in enumerate(_MEDIA)),
    said(message("in.tap", START + 200, "interactive", interactive=_TAP)),
    said(message("in.list", START + 210, "interactive", interactive=_LIST)),
    said(button("in.button", START + 220, "callback", "Título")),
    said(message("in.reaction", START + 230, "reaction", reaction=_REACTION)),
    *(
        told(status("sent.1", kind, START + 300, category="marketing"))
        for kind in ("sent", "delivered", "read")
    ),
    told(status("sent.2", "failed", START + 310, errors=[{"code": 131026, "title": "Undeliverable"}])),
    said(text("in.3", START + 60 * HOUR, sender=_OTHER), number=_OTHER, name="Ana"),
    said(message("in.moved", START + 61 * HOUR, "system", system=_MOVED)),
    body(
        change(
            messages=[text(f"many.{n}", START + n, sender=str(573100000000 + n)) for n in range(1_000)],
            contacts=[contact(str(573100000000 + n), f"P{n}") for n in range(1_000)],
        )
    ),
    body({"field": "something_new", "value": {"of": "tomorrow"}}),
]


def _state() -> list[object]:
    """Contacts with their counters and interactions, but for ids and the time at which they came in."""
    found: list[object] = []
    for person in contacts.get_many(list(listing.ids(listing.Listing(listing.Order.NAME, False)))):
        counters = (
            *(person.user_initiated, person.business_initiated),
            *(person.cancelled_outbounds, person.received_notifications),
        )
        times = (person.first_interaction, person.last_interaction)
        story = [(entry.kind, entry.opened, entry.last) for entry in interactions.timeline(person.id, 50)]
        found.append((person.phone, person.name, counters, times, story))
    return found


def test_payloads_of_every_kind_end_as_without_the_listener(db: Path, tmp_path: Path) -> None:
    for payload in EVERY_KIND:
        inbox.receive(payload)
    inbox.process_new()
    expected = _state()
    assert len(expected) > 1_000
    path = database.open_database(tmp_path / "listened.db")
    with listening(path) as listener:
        for payload in EVERY_KIND:
            assert listener.post(payload) == 200
            # In their order, so that ids and changes of numbers come out alike.
            until(lambda: not Delivery.select().where(Delivery.state == "new").exists())
    assert _state() == expected
