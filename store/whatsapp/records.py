"""What a company tells us of itself: interactions of bots without Meta's API, and messages that we send.

Each is kept in the inbox like what WhatsApp delivers, so that all can be made anew of it.
"""

import json
from dataclasses import dataclass
from typing import Any

from store.errors import Invalid
from store.language import _
from store.values.events import DAY, Event, Kind
from store.whatsapp.updates import Meaning, Update, Who

KINDS = {
    "inbound": Kind.MESSAGE,
    "outbound": Kind.OUTBOUND,
    "notification": Kind.NOTIFICATION,
    "reply": Kind.REPLY,
    "cancelled": Kind.CANCELLED,
}
"""The kinds of records by the words for them."""


@dataclass(frozen=True, slots=True)
class Record:
    """One interaction, or one message, that was told."""

    kind: str
    """One of KINDS."""
    id: str
    """The same id is the same thing again."""
    time: int
    number: str | None = None
    """E.164."""
    contact: int | None = None
    """The contact's own id, where its number is not what it goes by."""
    line: str = ""
    certain: bool = True
    """Whether it counts without any status of WhatsApp's."""
    expires: int = DAY

    def body(self) -> bytes:
        """How it is kept in the inbox."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(told, ensure_ascii=False).encode()


def understand(body: bytes) -> Meaning:
    """What a kept record tells; raises Invalid for one that a later version has written."""
    try:
        told: dict[str, Any] = json.loads(body)
        record = Record(**told)
        kind = KINDS[record.kind]
    except (ValueError, TypeError, KeyError):
        raise Invalid(_("This record is not known to this version.")) from None
    event = Event(
        key=record.id,
        kind=kind,
        time=record.time,
        subject=record.id,
        line=record.line,
        certain=record.certain and kind in (Kind.OUTBOUND, Kind.NOTIFICATION),
        expires=record.expires,
    )
    update = Update(Who(record.number), record.time, event, contact=record.contact)
    return Meaning([update])
