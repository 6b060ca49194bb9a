"""Flows in conversations: begun, carried on and ended by what happens, in the transaction that stores it.

What is said is written down to be sent; see `store.flows.outgoing`. One run for each interaction at most,
and one for each contact and line that goes on: the one that was begun last.
"""

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

from peewee import SQL

from store import database, events, interactions, settings
from store.errors import ContactsError, DatabaseUnavailable, Invalid
from store.events import News
from store.flows import keeping, outgoing, player, run_rows
from store.flows.blocks import Flow
from store.flows.keeping import Version
from store.flows.person import Person, is_living
from store.flows.player import Answer, Ending, Message, Save, State, Step
from store.flows.run_rows import Run
from store.language import _
from store.models import Flow as FlowRow
from store.values.events import FLOW_PAYLOAD, Event, Interaction, Kind, Sort, owner

_HOUR, _MINUTE = 3_600, 60
_ON_ITS_WAY_SECONDS = 60
"""For which a message may be on its way to us."""
_TOGETHER = 100
"""Runs that are reminded or ended in one transaction at most."""
_WORDS = frozenset({"text", "button", "interactive", "image", "video", "document"})
"""Types of messages whose text a person has written or chosen; that of a place or an order is none."""
_TEMPLATES_BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Answering:
    """Through what flows can answer."""

    line: str
    """The company's number (its id) that messages are sent through: flows begin on no other."""
    complain: Callable[[str], object] = lambda _sentence: None
    """Told in a sentence why a flow cannot begin."""


class Begun(NamedTuple):
    """A flow that a message has begun, which is an event of its own."""

    contact_id: int
    message: Event
    flow_id: int
    expires: int
    """Seconds after the last message in which the conversation expires."""


def advance(new: Iterable[News], answering: Answering | None, now: int) -> list[Begun]:
    """Let flows go on by what is new and was counted already, inside that transaction; what has begun.

    None begins without `answering`. A fault in a flow ends its run, and nothing else.
    """
    concerning = [item for item in new if item.contact is not None and _concerns(item.event)]
    statuses = [item for item in new if outgoing.concerns(item)]
    if not (concerning or statuses) or not _is_any_in_use():
        return []
    outgoing.note(statuses)
    return _advance(concerning, answering, now) if concerning else []


def _advance(new: Sequence[News], answering: Answering | None, now: int) -> list[Begun]:
    try:
        with database.writing():
            return _Conversations(new, answering, now).advance()
    except DatabaseUnavailable:
        raise
    except Exception:
        # Our bug: what was delivered counts nevertheless, and the flows of others go on.
        contact_ids = list(dict.fromkeys(item.contact for item in new))
        if len(contact_ids) == 1:
            traceback.print_exc()
            return []
    apart = ([item for item in new if item.contact == contact_id] for contact_id in contact_ids)
    return [begun for mine in apart for begun in _advance(mine, answering, now)]


def tick(now: int) -> bool:
    """Remind who has not answered, and end what has expired by then; whether there may be more."""
    with database.writing():
        runs = run_rows.due(now, _TOGETHER)
        for run in runs:
            _attempt(run, now, partial(_remind_or_expire, run, now))
    return len(runs) == _TOGETHER


def next_due() -> int | None:
    """When `tick` has something to do next; None for never."""
    return run_rows.next_due()


def is_anybody_inside() -> bool:
    """Whether there are conversations that go along flows now."""
    return next_due() is not None


def give(giver: int, taker: int) -> None:
    """Make the runs and messages of one contact another's, inside a transaction."""
    run_rows.give(giver, taker)
    outgoing.give(giver, taker)


def _concerns(event: Event) -> bool:
    """Whether a flow may begin, go on or end by it: WhatsApp has delivered it, or an agent has done it."""
    return event.kind is Kind.CANCELLED or (event.kind is Kind.MESSAGE and bool(event.form))


def _is_any_in_use() -> bool:
    return bool(FlowRow.select().where(FlowRow.version_id.is_null(False)).limit(1).exists())


class _Conversations:
    """Those of one batch of events, with all that is known of them."""

    def __init__(self, new: Sequence[News], answering: Answering | None, now: int) -> None:
        self._answering, self._now = answering, now
        self._events: defaultdict[int, list[Event]] = defaultdict(list)
        for event, contact_id, _number, _user_id in new:
            self._events[contact_id or 0].append(event)
        since = min(item.event.time for item in new)
        not_over = interactions.not_over(self._events.keys(), since)
        self._interactions = {contact_id: not_over.get(contact_id, []) for contact_id in self._events}
        self._runs: defaultdict[int, dict[str, Run]] = defaultdict(dict)
        for run in run_rows.lately(self._interactions, since):
            self._runs[run.contact_id][run.interaction] = run
        self._begun: list[Begun] = []

    def advance(self) -> list[Begun]:
        """Go through the events of each contact in their order."""
        self._follow()
        for contact_id, found in self._events.items():
            for event in sorted(found, key=lambda event: event.order):
                if event.kind is Kind.CANCELLED:
                    self._cancel(contact_id, event)
                else:
                    self._hear(contact_id, event)
        return self._begun

    def _follow(self) -> None:
        """A late message can change which one has opened an interaction: its run belongs to it still."""
        for run in run_rows.strays([run.id for runs in self._runs.values() for run in runs.values()]):
            mine = self._runs[run.contact_id]
            message = events.message(run.interaction)
            belongs = message and owner(self._interactions[run.contact_id], message)
            if not belongs:
                continue
            if belongs.key in mine:
                # Two conversations turn out to be one; it is carried on where it stands first.
                self._end(mine[run.interaction], Ending.CANCELLED)
                continue
            moved = mine[belongs.key] = mine.pop(run.interaction)
            moved.interaction = belongs.key
            run_rows.write(moved)

    def _cancel(self, contact_id: int, event: Event) -> None:
        for interaction in self._interactions[contact_id]:
            if interaction.cancelled_by == event.key and interaction.key in self._runs[contact_id]:
                self._end(self._runs[contact_id][interaction.key], Ending.CANCELLED)

    def _hear(self, contact_id: int, event: Event) -> None:
        interaction = owner(self._interactions[contact_id], event)
        if interaction is None:
            return
        run = self._runs[contact_id].get(interaction.key)
        if event.is_exit:
            self._leave(contact_id, interaction, event)
        elif run is not None and interaction.cancelled_by == event.key:
            self._end(run, Ending.CANCELLED)
        elif run is not None and not run.ended:
            _attempt(run, self._now, partial(_answer, run, event, self._now))
        elif run is None and not interaction.cancelled:
            self._begin(contact_id, interaction, event)

    def _leave(self, contact_id: int, interaction: Interaction, event: Event) -> None:
        """EXIT cancels one interaction, but ends all that is asked on its line."""
        for run in self._runs[contact_id].values():
            is_before = run.interaction == interaction.key or run.last <= event.time
            if is_before and interaction.on_line(run.line):
                self._end(run, Ending.LEFT)

    def _begin(self, contact_id: int, interaction: Interaction, event: Event) -> None:
        if self._answering is None:
            return
        version = self._flow_of(interaction, event)
        if version is None:
            return
        expires = version.flow.hours * _HOUR
        if self._now >= event.time + expires:
            return
        if event.line not in ("", self._answering.line):
            self._answering.complain(_("Flows cannot answer: the messages come to another number than ours."))
            return
        self._leave_others(contact_id, interaction, event)
        run = run_rows.insert(contact_id, interaction, version, event, self._now)
        self._runs[contact_id][interaction.key] = run
        _attempt(run, self._now, partial(_start, run, version.flow, self._now))
        if interaction.kind is Sort.INBOUND and expires < interaction.expires:
            self._begun.append(Begun(contact_id, event, version.flow_id, expires))

    def _flow_of(self, interaction: Interaction, event: Event) -> Version | None:
        """What an interaction without a run is to go along from this message on."""
        if interaction.kind is Sort.INBOUND:
            return self._live if interaction.key == event.key else None
        announced = events.announcement(interaction.key) if interaction.accepted else None
        if announced is None or not announced.flow:
            return None
        carried = FlowRow.get_or_none((FlowRow.id == announced.flow) & (FlowRow.deleted == 0))
        return None if carried is None else _version(carried.version_id)

    @cached_property
    def _live(self) -> Version | None:
        return _version(FlowRow.select(FlowRow.version_id).where(FlowRow.live == SQL("1")).scalar())

    def _leave_others(self, contact_id: int, interaction: Interaction, event: Event) -> None:
        """Whoever begins a conversation has left those that are not over on the same line."""
        for run in self._runs[contact_id].values():
            if not run.ended and interaction.on_line(run.line):
                others = self._interactions[contact_id]
                is_open = any(one.key == run.interaction and one.is_open(event.time) for one in others)
                self._end(run, Ending.CANCELLED if is_open else Ending.EXPIRED)

    def _end(self, run: Run, ending: Ending) -> None:
        if not run.ended:
            _end(run, ending, self._now)


def _version(version_id: int | None) -> Version | None:
    """A version that can be gone along; None for none, and for one that this program cannot read."""
    try:
        return None if version_id is None else keeping.version(version_id)
    except Invalid:
        traceback.print_exc()
        return None


def _start(run: Run, flow: Flow, now: int) -> None:
    _take(run, flow, player.begin(flow), now)


def _answer(run: Run, event: Event, now: int) -> None:
    """Let a message be the answer to what a run asks, if it can be."""
    if event.time < run.last:
        # Written before what was answered already: the question that is open now came after it.
        return
    run.last = event.time
    flow = keeping.version(run.version_id).flow
    state = State.from_json(run.state)
    step = Step(state)
    if _may_answer(run, event):
        said = event.text if event.form in _WORDS else ""
        given = Answer(said, event.payload.removeprefix(_prefix(run)), event.tapped)
        step = player.answer(flow, state, given, settings.load().formats)
    else:
        outgoing.ask_again(run.id, now)
    _take(run, flow, step, now)


def _may_answer(run: Run, event: Event) -> bool:
    """Whether the person who sent it can have seen what the run asks."""
    if not event.tapped:
        return not outgoing.is_question_unsent(run.id)
    # Buttons of templates, and of other runs, answer nothing here.
    is_others = event.payload.startswith(FLOW_PAYLOAD) and not event.payload.startswith(_prefix(run))
    return event.form != _TEMPLATES_BUTTON and not is_others


def _prefix(run: Run) -> str:
    """Before what a tap stands for: two runs may have the same blocks."""
    return f"{FLOW_PAYLOAD}{run.id} "


def _take(run: Run, flow: Flow, step: Step, now: int, *, asks: bool = True) -> None:
    """Let a step have its effect: what is saved, what is said, and how far the run is."""
    run.state = step.state.to_json()
    if step.parts:
        _carry_out(run, flow, step, now, asks=asks and step.state.waiting is not None)
    if step.state.ended is not None:
        run.ended, run.due = now, 0
    else:
        run.due = _due(run, flow, step.state, now)
    run_rows.write(run)


def _carry_out(run: Run, flow: Flow, step: Step, now: int, *, asks: bool) -> None:
    """`asks`: whether the last message is the question that waits."""
    person = Person(run.contact_id)
    for part in step.parts:
        if isinstance(part, Save):
            person.keep(part)
            continue
        text = person.fill(part.text, flow.language).strip()
        is_question = asks and part is step.parts[-1]
        if text or is_question:
            body = outgoing.Body(text or "…", _choices(run, part, step.state), part.menu, is_question)
            outgoing.add(run.id, run.contact_id, body, now)


def _choices(run: Run, message: Message, state: State) -> tuple[tuple[str, str], ...]:
    if not message.options or state.waiting is None:
        return ()
    payloads = (player.option_payload(state.waiting, place) for place in range(len(message.options)))
    return tuple(zip((_prefix(run) + payload for payload in payloads), message.options, strict=True))


def _due(run: Run, flow: Flow, state: State, now: int) -> int:
    """When something happens without an answer."""
    expires = _expires(run, flow)
    block = next((block for block in flow.walk() if block.id == state.waiting), None)
    if block is None or block.reminder is None or state.reminded:
        return expires
    return min(expires, now + block.reminder.minutes * _MINUTE)


def _expires(run: Run, flow: Flow) -> int:
    """When a run ends by the clock, if nothing has come that was written in time."""
    return run.last + flow.hours * _HOUR + _ON_ITS_WAY_SECONDS


def _remind_or_expire(run: Run, now: int) -> None:
    flow = keeping.version(run.version_id).flow
    if now >= _expires(run, flow):
        # A reaction answers nothing, but keeps the conversation open.
        run.last = max(run.last, interactions.last_sign(run.contact_id, run.interaction))
    if not is_living(run.contact_id):
        _end(run, Ending.CANCELLED, now)
    elif now >= _expires(run, flow):
        _end(run, Ending.EXPIRED, now)
    else:
        state = State.from_json(run.state)
        # Nobody is reminded of what they were not asked.
        step = Step(state) if outgoing.is_question_unsent(run.id) else player.remind(flow, state)
        _take(run, flow, step, now, asks=False)


def _end(run: Run, ending: Ending, now: int) -> None:
    """End a run from outside; what it still had to say is not said."""
    run.state = player.end(State.from_json(run.state), ending).state.to_json()
    run.ended, run.due = now, 0
    run_rows.write(run)
    outgoing.drop(run.id, _("The conversation was over before it could be sent."))


def _attempt(run: Run, now: int, action: Callable[[], None]) -> None:
    """Carry out what happens in a run; whatever is wrong with it ends the run with a reason."""
    try:
        with database.writing():
            action()
        return
    except DatabaseUnavailable:
        raise
    except ContactsError as error:
        reason = str(error)
    except Exception as error:
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    run.state = State(None, ended=Ending.CANCELLED).to_json() | {"fault": reason[:200]}
    run.ended, run.due = now, 0
    run_rows.write(run)
    outgoing.drop(run.id, _("Something in the flow went wrong: {reason}").format(reason=reason[:200]))
