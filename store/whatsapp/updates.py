"""What the body of a webhook means; pure functions, no database.

A body of another shape than expected is never an error of ours: what can be understood is, and the rest
has a sentence. What nobody asks for stays in the raw delivery.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from store.errors import Invalid
from store.language import _
from store.values import text
from store.values.events import Event, Kind

_FIRST = 1_230_768_000
"""2009, the year of WhatsApp: nothing of it is older."""
_DAY = 86_400
_TEXT_LIMIT = 4_096
_ID_LIMIT = 512
_DIGITS_LIMIT = 32
_MESSAGES = frozenset(
    ("text", "interactive", "button", "image", "video", "audio", "voice", "document", "sticker")
) | {"location", "contacts", "order"}
"""Types of messages with which a person begins a conversation; the others are signs of life."""
_STATUSES = {str(kind): kind for kind in (Kind.SENT, Kind.DELIVERED, Kind.READ, Kind.PLAYED, Kind.FAILED)}


@dataclass(frozen=True, slots=True)
class Who:
    """What a delivery tells of a person."""

    number: str | None = None
    """As WhatsApp writes it, with + before it."""
    user_id: str | None = None
    """The business-scoped user id."""
    username: str | None = None
    profile_name: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether the person can be told from others."""
        return self.number is not None or self.user_id is not None


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that a delivery tells."""

    who: Who
    time: int
    event: Event | None = None
    """What happened, if it matters to interactions."""
    former: Who | None = None
    """Who the person was before their number or user id changed."""
    opted_out: bool | None = None
    """Whether the person wants no marketing from now on; None if nothing was said of it."""
    contact: int | None = None
    """The contact's own id, where it is known."""

    @property
    def begins_contact(self) -> bool:
        """Whether somebody who is not known becomes a contact by it: news of a message do not do that."""
        return self.event is None or self.event.kind not in (*_STATUSES.values(), Kind.CANCELLED, Kind.FLOW)


@dataclass(slots=True)
class Meaning:
    """All that a body tells."""

    updates: list[Update] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """A sentence for each part that could not be understood."""


def understand(body: bytes, received: int) -> Meaning:
    """What a body that arrived then tells; raises Invalid if it is not the JSON of a webhook at all."""
    meaning = Meaning()
    for change in _changes(_parsed(body)):
        if not isinstance(change, dict) or not isinstance(change.get("value"), dict):
            meaning.faults.append(_("A change has no value."))
            continue
        _Change(change["value"], received, meaning).read()
    return meaning


def clamped(moment: int, received: int) -> int:
    """A time that others claim, within what is possible for something that arrived then."""
    return max(_FIRST, min(moment, received + _DAY))


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Invalid(_("The delivery is not JSON.")) from None
    if not isinstance(parsed, dict):
        raise Invalid(_("The delivery is JSON, but no object."))
    return parsed


def _changes(parsed: Mapping[str, Any]) -> Iterator[Any]:
    entries = parsed.get("entry")
    if not isinstance(entries, list):
        raise Invalid(_("The delivery has no list of entries."))
    for entry in entries:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            raise Invalid(_("An entry of the delivery has no list of changes."))
        yield from changes


class _Change:
    """Reads one change into a meaning."""

    def __init__(self, value: Mapping[str, Any], received: int, meaning: Meaning) -> None:
        self._value, self._received, self._meaning = value, received, meaning
        self._line = _id(_inner(value, "metadata").get("phone_number_id"))
        self._profiles: dict[str, Who] = {}
        """By number and by user id: the order of the lists promises nothing."""
        for entry in self._entries("contacts"):
            profile = _inner(entry, "profile")
            who = Who(
                number=_number(entry.get("wa_id")),
                user_id=_id(entry.get("user_id")) or None,
                username=_text(profile.get("username"), text.LIMIT) or None,
                profile_name=_text(profile.get("name"), text.LIMIT) or None,
            )
            self._profiles |= {key: who for key in (who.number, who.user_id) if key}

    def read(self) -> None:
        """Read all that it holds."""
        for name, read in (
            ("messages", self._message),
            ("statuses", self._status),
            ("user_preferences", self._preference),
            ("user_id_update", self._user_id_update),
        ):
            for entry in self._entries(name):
                try:
                    update = read(entry)
                except Invalid as error:
                    self._meaning.faults.append(str(error))
                    continue
                if update is not None:
                    self._meaning.updates.append(update)

    def _entries(self, name: str) -> Iterator[Mapping[str, Any]]:
        found = self._value.get(name)
        if found is None:
            return
        for entry in found if isinstance(found, list) else [found]:
            if isinstance(entry, dict):
                yield entry
            else:
                self._meaning.faults.append(_("An entry of “{name}” is no object.").format(name=name))

    def _message(self, message: Mapping[str, Any]) -> Update | None:
        key = _id(message.get("id"))
        moment = self._moment(message.get("timestamp"))
        sender = self._who(message.get("from"), message.get("from_user_id"))
        if message.get("type") == "system":
            return self._system(_inner(message, "system"), sender, moment)
        if not key or not sender.is_known:
            raise Invalid(_("A message lacks its id or its sender."))
        event = Event(
            key=key,
            kind=Kind.TOUCH,
            time=moment,
            subject=key,
            reply_to=_id(_inner(message, "context").get("id")),
            line=self._line,
        )
        return Update(sender, moment, _with_content(event, message))

    def _system(self, system: Mapping[str, Any], sender: Who, moment: int) -> Update | None:
        former = replace(sender, user_id=_id(system.get("previous_user_id")) or sender.user_id)
        now = Who(
            number=_number(system.get("wa_id")) or _number(system.get("new_wa_id")),
            user_id=_id(system.get("user_id")) or None,
        )
        if not former.is_known or not now.is_known:
            # Other news of the system, such as new keys, say nothing about who somebody is.
            return Update(sender, moment) if sender.is_known else None
        return Update(now, moment, former=former)

    def _status(self, status: Mapping[str, Any]) -> Update | None:
        subject = _id(status.get("id"))
        if not subject:
            raise Invalid(_("A status lacks the id of its message."))
        kind = _STATUSES.get(_id(status.get("status")))
        if kind is None:
            return None
        moment = self._moment(status.get("timestamp"))
        origin = _inner(_inner(status, "conversation"), "origin")
        event = Event(
            key=f"{subject} {kind}",
            kind=kind,
            time=moment,
            subject=subject,
            line=self._line,
            text=_errors(status),
            payload=_id(status.get("biz_opaque_callback_data")),
            category=_id(_inner(status, "pricing").get("category")) or _id(origin.get("type")),
        )
        recipient = self._who(status.get("recipient_id"), status.get("recipient_user_id"))
        return Update(recipient, moment, event)

    def _preference(self, preference: Mapping[str, Any]) -> Update | None:
        wanted = {"stop": True, "resume": False}.get(_id(preference.get("value")))
        if wanted is None or preference.get("category") != "marketing_messages":
            return None
        who = self._who(preference.get("wa_id"), preference.get("user_id"))
        if not who.is_known:
            raise Invalid(_("A preference lacks the person."))
        return Update(who, self._moment(preference.get("timestamp")), opted_out=wanted)

    def _user_id_update(self, update: Mapping[str, Any]) -> Update | None:
        ids = _inner(update, "user_id")
        number = _number(update.get("wa_id"))
        former = Who(number, _id(ids.get("previous")) or None)
        now = Who(None, _id(ids.get("current")) or None)
        if not former.is_known or not now.is_known:
            raise Invalid(_("A change of a user id lacks one of both."))
        return Update(now, self._moment(update.get("timestamp")), former=former)

    def _who(self, number: Any, user_id: Any) -> Who:
        written, scoped = _number(number), _id(user_id) or None
        told = self._profiles.get(scoped or "") or self._profiles.get(written or "") or Who()
        return replace(told, number=written or told.number, user_id=scoped or told.user_id)

    def _moment(self, value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value[:_DIGITS_LIMIT])
        if isinstance(value, bool) or not isinstance(value, int):
            # Without a time of its own it happened when it arrived.
            return self._received
        return clamped(value, self._received)


def _with_content(event: Event, message: Mapping[str, Any]) -> Event:
    form = _id(message.get("type"))
    content = _inner(message, form)
    if form == "reaction":
        emoji = _text(content.get("emoji"))
        return replace(event, form=form, text=emoji, reply_to=_id(content.get("message_id")))
    if form not in _MESSAGES:
        return replace(event, form=form)
    event = replace(event, kind=Kind.MESSAGE, form=form)
    if form == "button":
        payload, title = _text(content.get("payload")), _text(content.get("text"))
        return replace(event, text=title, payload=payload, tapped=True)
    if form == "interactive":
        return _with_reply(event, content)
    said = content.get("body") or content.get("caption") or content.get("name") or content.get("text")
    return replace(event, text=_text(said))


def _with_reply(event: Event, content: Mapping[str, Any]) -> Event:
    for name in ("button_reply", "list_reply"):
        if reply := _inner(content, name):
            payload, title = _text(reply.get("id")), _text(reply.get("title"))
            return replace(event, text=title, payload=payload, tapped=True)
    return replace(event, text=_text(_inner(content, "nfm_reply").get("body")))


def _errors(status: Mapping[str, Any]) -> str:
    """Why a message failed, in WhatsApp's own words."""
    errors = status.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = (_text(first.get("title")), _text(_inner(first, "error_data").get("details")))
    return ": ".join(word for word in words if word)


def _inner(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = outer.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any, limit: int = _TEXT_LIMIT) -> str:
    return text.clean(value)[:limit] if isinstance(value, str) else ""


def _id(value: Any) -> str:
    """An id, a kind or a type; empty for what is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**_DIGITS_LIMIT else ""
    return _text(value) if isinstance(value, str) and len(value) <= _ID_LIMIT else ""


def _number(value: Any) -> str | None:
    digits = _id(value).removeprefix("+")
    if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_LIMIT:
        return f"+{digits}"
    return None
