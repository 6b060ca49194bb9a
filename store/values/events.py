"""What happened between the company and a contact, and the interactions that follow from it.

Pure functions without a clock: the interactions of a contact are a function of the set of its events, so
that late, repeated and shuffled deliveries all come to the same end.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from store.language import N_, _
from store.values import text

DAY = 86_400
"""Seconds after its last message in which an interaction expires, unless its flow says otherwise."""


class Kind(StrEnum):
    """What an event is."""

    MESSAGE = "message"
    """The person wrote, or tapped on something."""
    TOUCH = "touch"
    """The person did something that starts nothing: a reaction, or a type of message unknown to us."""
    OUTBOUND = "outbound"
    """The company sends a template with a flow."""
    NOTIFICATION = "notification"
    """The company sends a template without a flow."""
    REPLY = "reply"
    """The company sends something else, of which nothing is counted."""
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """An agent has finished what was open."""
    FLOW = "flow"
    """A message of the person has begun a flow, which says when the conversation expires."""


ANNOUNCED = frozenset({Kind.OUTBOUND, Kind.NOTIFICATION, Kind.REPLY})
_REACHED = frozenset({Kind.DELIVERED, Kind.READ, Kind.PLAYED})
_STATUSES = _REACHED | {Kind.SENT, Kind.FAILED}
_RANKS = {Kind.OUTBOUND: 1, Kind.NOTIFICATION: 1, Kind.MESSAGE: 2, Kind.TOUCH: 3, Kind.CANCELLED: 4}
"""The order within one second: what is answered comes before its answer."""
_TEMPLATES = ("marketing", "utility", "authentication")
"""How the categories of templates begin; all others are of messages that count nothing."""
_EXITS = frozenset({"exit", "salir", "sair"})
_REJECTS = frozenset({"reject", "no", "no thanks", "decline", "rechazar", "no, gracias", "no gracias"}) | {
    text.fold(word) for word in ("não", "rejeitar", "recusar", "não, obrigado", "não obrigado")
}
"""What stands on buttons that reject; buttons of ours have the payload `reject`."""
FLOW_PAYLOAD = "run:"
"""How the payloads of the buttons begin that flows send."""


def is_exit_word(written: str) -> bool:
    """Whether it asks to leave, as EXIT, SALIR and SAIR do."""
    return text.fold(written.strip()) in _EXITS


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; the same `key` is the same thing."""

    key: str
    kind: Kind
    time: int
    subject: str
    """The id of the message that it is about, or is."""
    reply_to: str = ""
    """The id of the message that is answered."""
    line: str = ""
    """The company's number (its id); empty where nobody said: any."""
    form: str = ""
    """The type of a message: text, image, button, ..."""
    text: str = ""
    payload: str = ""
    """What a button or an entry of a list stands for."""
    tapped: bool = False
    category: str = ""
    """What WhatsApp charges a message as."""
    certain: bool = False
    """An announced message of which no status needs to come: it counts unless it failed."""
    expires: int = DAY
    flow: int = 0
    """The flow that a template carries, or that a message has begun; 0 for none."""

    @property
    def order(self) -> tuple[int, int, str]:
        """Time, kind, id: what events are sorted by."""
        return self.time, _RANKS.get(self.kind, 0), self.key

    @property
    def is_exit(self) -> bool:
        """Whether the person has asked to leave."""
        return is_exit_word(self.text) or is_exit_word(self.payload)

    @property
    def is_reject(self) -> bool:
        """Whether the person has tapped on what rejects; “No” to a question of a flow does not."""
        if not self.tapped or self.payload.startswith(FLOW_PAYLOAD):
            return False
        return not _REJECTS.isdisjoint((text.fold(self.payload.strip()), text.fold(self.text.strip())))


class Sort(StrEnum):
    """What an interaction is."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTIFICATION = "notification"
    TOUCH = "touch"
    """A sign of life that started nothing."""

    @property
    def label(self) -> str:
        """What it is, for a person."""
        return _(_SORTS[self])


_SORTS = {
    Sort.INBOUND: N_("begun by the person"),
    Sort.OUTBOUND: N_("begun by the company"),
    Sort.NOTIFICATION: N_("notification"),
    Sort.TOUCH: N_("sign of life"),
}


class Standing(StrEnum):
    """How far an interaction has come."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DONE = "done"
    """It was never open: notifications and signs of life."""

    @property
    def label(self) -> str:
        """How far it has come, for a person; empty for what was never open."""
        return "" if self is Standing.DONE else _(_STANDINGS[self])


_STANDINGS = {
    Standing.OPEN: N_("open"),
    Standing.ACCEPTED: N_("accepted"),
    Standing.CANCELLED: N_("cancelled"),
    Standing.EXPIRED: N_("expired"),
}


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a contact and the company had to do with one another, from its opening on."""

    key: str
    """The id of the message that opened it."""
    kind: Sort
    line: str
    opened: int
    last: int
    """Its last message."""
    expires: int
    """Seconds after its last message in which it expires; 0 if it was never open."""
    accepted: bool = False
    cancelled: int = 0
    """When; 0 for never."""
    cancelled_by: str = ""
    """The key of the event that did it."""
    fresh: bool = True
    """Nothing was open when it opened, nor had ended in that very second: what was before does not matter.

    Never so for notifications, which have nothing to do with what is open.
    """

    def is_open(self, moment: int) -> bool:
        """Whether it is open then, by what has happened so far."""
        return self.expires > 0 and not self.cancelled and moment < self.last + self.expires

    def lasted_until(self, moment: int) -> bool:
        """Whether something of it was left in that second."""
        if self.cancelled:
            return self.cancelled >= moment
        return self.last + self.expires >= moment

    def standing(self, now: int) -> Standing:
        """How far it has come by now."""
        if self.kind in (Sort.NOTIFICATION, Sort.TOUCH):
            return Standing.DONE
        if self.cancelled:
            return Standing.CANCELLED
        if not self.is_open(now):
            return Standing.EXPIRED
        return Standing.ACCEPTED if self.accepted else Standing.OPEN

    def on_line(self, line: str) -> bool:
        """Whether events of a line may belong to it; where one of both does not say, they may."""
        return line == self.line or not line or not self.line


def fold(events: Iterable[Event]) -> list[Interaction]:
    """The interactions that follow from a contact's events, given in any order and however often."""
    return play(moments(set(events)), ())


def moments(events: Iterable[Event]) -> list[Event]:
    """The events that matter, in order; all that was told about a message of the company becomes one."""
    found: list[Event] = []
    about = _About()
    for event in events:
        if event.kind in (Kind.MESSAGE, Kind.TOUCH, Kind.CANCELLED):
            found.append(event)
        if event.kind in ANNOUNCED or event.kind in _STATUSES:
            about.told[event.subject].append(event)
        if event.kind is Kind.MESSAGE and event.reply_to:
            about.replies[event.reply_to].append(event.time)
        if event.kind is Kind.FLOW:
            about.flows[event.subject].append(event.expires)
    if about.flows:
        found = [replace(event, expires=min(about.flows.get(event.key, (DAY,)))) for event in found]
    for message_id, told in about.told.items():
        reached = _reached(message_id, told, about.replies.get(message_id, ()))
        if reached is not None:
            found.append(reached)
    return sorted(found, key=lambda event: event.order)


@dataclass(slots=True)
class _About:
    """What was said about messages of the company, by their ids."""

    told: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    replies: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    flows: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """When what they have begun expires."""


def _reached(message_id: str, told: Sequence[Event], replies: Sequence[int]) -> Event | None:
    """A template of the company, as of when it has reached the person; None if it counts nothing."""
    announced = min((event for event in told if event.kind in ANNOUNCED), key=_by_order, default=None)
    times = [event.time for event in told if event.kind in _REACHED]
    if announced is None:
        # Nobody has told us of it: what it is charged as says whether it is a template.
        if not any(event.category.startswith(_TEMPLATES) for event in told):
            return None
        announced = Event(message_id, Kind.NOTIFICATION, 0, message_id)
    if announced.kind is Kind.REPLY:
        return None
    if announced.kind is Kind.OUTBOUND:
        # Who answers it has got it, even if its status comes late or never.
        times.extend(replies)
    if announced.certain and (times or not any(event.kind is Kind.FAILED for event in told)):
        times.append(announced.time)
    if not times:
        return None
    return replace(announced, time=min(times), line=max(event.line for event in told))


def _by_order(event: Event) -> tuple[int, int, str]:
    return event.order


def play(ordered: Iterable[Event], started: Sequence[Interaction]) -> list[Interaction]:
    """What `moments` make of the interactions that had started before, the new ones after them.

    Of those before, the ones that may still be open suffice.
    """
    played = list(started)
    for event in ordered:
        _STEPS[event.kind](played, event)
    return played


def _message(played: list[Interaction], event: Event) -> None:
    position = _target(played, event)
    if position is None:
        _open(played, event, Sort.INBOUND, DAY)
        position = len(played) - 1
    now = replace(played[position], last=max(played[position].last, event.time))
    if now.kind is Sort.INBOUND and event.expires < now.expires:
        now = replace(now, expires=event.expires)
    rejected = now.kind is Sort.OUTBOUND and event.is_reject
    if event.is_exit or (rejected and (not now.accepted or event.reply_to == now.key)):
        played[position] = replace(now, cancelled=event.time, cancelled_by=event.key)
    elif now.kind is Sort.OUTBOUND:
        played[position] = replace(now, accepted=True)
    else:
        played[position] = now


def _touch(played: list[Interaction], event: Event) -> None:
    position = _target(played, event)
    if position is None:
        _open(played, event, Sort.TOUCH, 0)
    else:
        played[position] = replace(played[position], last=event.time)


def _cancel(played: list[Interaction], event: Event) -> None:
    position = _target(played, event)
    if position is not None:
        played[position] = replace(played[position], cancelled=event.time, cancelled_by=event.key)


def _outbound(played: list[Interaction], event: Event) -> None:
    _open(played, event, Sort.OUTBOUND, event.expires)


def _notification(played: list[Interaction], event: Event) -> None:
    _open(played, event, Sort.NOTIFICATION, 0)


_STEPS = {
    Kind.MESSAGE: _message,
    Kind.TOUCH: _touch,
    Kind.CANCELLED: _cancel,
    Kind.OUTBOUND: _outbound,
    Kind.NOTIFICATION: _notification,
}


def _open(played: list[Interaction], event: Event, kind: Sort, expires: int) -> None:
    others = (other for other in played if other.kind is not Sort.NOTIFICATION)
    fresh = kind is not Sort.NOTIFICATION and not any(other.lasted_until(event.time) for other in others)
    played.append(
        Interaction(event.key, kind, event.line, event.time, event.time, expires=expires, fresh=fresh)
    )


def _target(played: Sequence[Interaction], event: Event) -> int | None:
    """The place of the open interaction that an event belongs to: the one it answers, else the latest."""
    latest = None
    for position, interaction in enumerate(played):
        if not interaction.is_open(event.time) or not interaction.on_line(event.line):
            continue
        if interaction.key == event.reply_to:
            return position
        latest = position
    return latest


def owner(interactions: Sequence[Interaction], event: Event) -> Interaction | None:
    """Which of a contact's interactions, in the order of their opening, a message belongs to by now."""
    for interaction in interactions:
        if event.key in (interaction.key, interaction.cancelled_by):
            return interaction
    held = [interaction for interaction in interactions if _holds(interaction, event)]
    answered = [interaction for interaction in held if interaction.key == event.reply_to]
    return next(iter(answered or held[-1:]), None)


def _holds(interaction: Interaction, event: Event) -> bool:
    """Whether it was open when the event happened, by all that is known by now."""
    if not interaction.opened <= event.time < interaction.last + interaction.expires:
        return False
    over = 0 < interaction.cancelled < event.time
    return interaction.expires > 0 and not over and interaction.on_line(event.line)
