"""What a company tells us of itself: interactions of bots without Meta's API, and messages that we send.

Each is kept in the inbox like what WhatsApp delivers, so that all can be made anew of it.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from store import contacts, settings
from store.errors import Invalid, UnknownRange
from store.flows import keeping
from store.language import _
from store.values import phone, text, times
from store.values.events import DAY, Event, Kind
from store.whatsapp.updates import Meaning, Update, Who, clamped

KINDS = {
    "inbound": Kind.MESSAGE,
    "outbound": Kind.OUTBOUND,
    "notification": Kind.NOTIFICATION,
    "reply": Kind.REPLY,
    "cancelled": Kind.CANCELLED,
    "flow": Kind.FLOW,
}
"""The kinds of records by the words for them."""
TOLD = ("inbound", "outbound", "cancelled", "notification")
"""The kinds that companies tell of; replies are noted by what sends them, flows when they begin."""
_FIELDS = frozenset({"kind", "phone", "at", "id", "flow"})
_ID_LIMIT = 512


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
    is_now: bool = False
    """Its time is when it was told: after all that was told before, within the same second too."""
    contact: int | None = None
    """The contact's own id, where its number is not what it goes by."""
    line: str = ""
    certain: bool = True
    """Whether it counts without any status of WhatsApp's."""
    expires: int = DAY
    flow: int = 0
    """The flow that a template carries, or that a message has begun."""
    subject: str = ""
    """The id of the message that it is about; empty for a message itself."""

    def body(self) -> bytes:
        """How it is kept in the inbox."""
        told = {name: getattr(self, name) for name in self.__slots__ if name != "is_now"}
        return json.dumps(told, ensure_ascii=False).encode()


def parse(told: Mapping[str, object]) -> Record:
    """The record that a company tells of: `kind` and `phone`, `at` and `id` if it likes; raises Invalid.

    An outbound may name the `flow` that it carries, which is published if it never was. `phone` may be `id:N`
    too; `at` is ISO 8601, in the settings' time zone unless it names its own, or seconds since 1970.
    """
    unknown = sorted(told.keys() - _FIELDS)
    if unknown:
        raise Invalid(_("“{name}” is not known here.").format(name=unknown[0][:40]))
    kind = told.get("kind")
    if kind not in TOLD:
        raise Invalid(_("The kind is missing: one of {kinds}.").format(kinds=", ".join(TOLD)))
    number, contact = _person(told.get("phone"))
    at = told.get("at")
    moment = times.now() if at is None else _moment(at)
    record = Record(str(kind), _key(told.get("id")), moment, number, at is None, contact)
    return record if told.get("flow") is None else carrying(record, told["flow"])


def carrying(record: Record, name: object) -> Record:
    """An outbound that carries the flow of this name; raises Invalid, NotFound, or InvalidFlow."""
    if record.kind != "outbound":
        raise Invalid(_("Only an outbound can carry a flow."))
    if not isinstance(name, str):
        raise Invalid(_("The flow is named by a text."))
    version = keeping.in_use(name)
    return replace(record, flow=version.flow_id, expires=version.flow.hours * 3_600)


def sent(record: Record, message_id: str, line: str) -> Record:
    """A record of what we have sent by now: its statuses decide whether it counts."""
    return replace(record, id=message_id, time=times.now(), is_now=False, line=line, certain=False)


def recipient(record: Record) -> str:
    """Where WhatsApp reaches the person of a record: a number with +, else a user id; raises NotFound."""
    if record.contact is None:
        return record.number or ""
    return contacts.whatsapp_address(record.contact)


def parse_line(line: bytes) -> Record:
    """The record in a line of JSON; raises Invalid."""
    try:
        told = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise Invalid(_("It is not JSON.")) from None
    if not isinstance(told, dict):
        raise Invalid(_("It is JSON, but no object."))
    return parse(told)


def _person(raw: object) -> tuple[str | None, int | None]:
    if not isinstance(raw, str):
        raise Invalid(_("The phone number is missing."))
    if raw.strip().lower().startswith("id:"):
        return None, contacts.find(raw).id
    try:
        return phone.parse(text.clean(raw)).e164, None
    except UnknownRange as error:
        # Whom somebody has talked to exists.
        return error.phone, None


def _key(raw: object) -> str:
    if raw is None:
        return f"record {uuid.uuid4().hex}"
    key = text.clean(raw) if isinstance(raw, str) else ""
    if not key or len(key) > _ID_LIMIT:
        raise Invalid(_("An id is a text of 1 to {limit:,} characters.").format(limit=_ID_LIMIT))
    return key


def _moment(raw: object) -> int:
    moment = _seconds(raw)
    if moment is None:
        raise Invalid(_("“{time}” is no time; write it like 2026-05-31T14:30.").format(time=str(raw)[:40]))
    if moment != clamped(moment, times.now()):
        raise Invalid(_("The time {time} lies too far back or ahead.").format(time=str(raw)[:40]))
    return moment


def _seconds(raw: object) -> int | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    try:
        written = datetime.fromisoformat(raw.strip() if isinstance(raw, str) else "")
    except ValueError:
        return None
    try:
        if written.tzinfo is None:
            zone = times.zone(settings.load().time_zone)
            written = written.astimezone() if zone is None else written.replace(tzinfo=zone)
        return int(written.astimezone(UTC).timestamp())
    except (OverflowError, ValueError, OSError):
        return None


def understand(body: bytes) -> Meaning:
    """What a kept record tells; raises Invalid for one that a later version has written."""
    try:
        told: dict[str, Any] = json.loads(body)
        record = Record(**told)
        if record.kind not in KINDS:
            raise ValueError
    except (ValueError, TypeError):
        raise Invalid(_("This record is not known to this version.")) from None
    return Meaning([update_of(record)])


def update_of(record: Record) -> Update:
    """What a record tells, and of whom."""
    return Update(Who(record.number), record.time, event_of(record), contact=record.contact)


def event_of(record: Record) -> Event:
    """What has happened by a record."""
    kind = KINDS[record.kind]
    return Event(
        key=record.id,
        kind=kind,
        time=record.time,
        subject=record.subject or record.id,
        line=record.line,
        certain=record.certain and kind in (Kind.OUTBOUND, Kind.NOTIFICATION),
        expires=record.expires,
        flow=record.flow,
    )
