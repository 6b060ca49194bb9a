"""A flow played with a pretended contact and a pretended clock; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from store.flows import editing, player, saving, wording
from store.flows.blocks import Flow
from store.flows.player import Answer, Ending, Message, Save, State, Step
from store.flows.saving import Outcome
from store.language import N_, _
from store.values.custom_property import CustomProperty
from store.values.property_type import FALSE, Formats, PropertyType

_HOUR = 60


class Voice(StrEnum):
    """Who says something."""

    FLOW = "flow"
    PERSON = "person"
    NOTE = "note"
    """Nobody: what happened besides."""


@dataclass(frozen=True, slots=True)
class Pretended:
    """Whom the flow talks with."""

    name: str
    phone: str | None = None
    email: str | None = None
    values: Mapping[int, str] = field(default_factory=dict)
    """Stored values by the property's id."""


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the conversation."""

    voice: Voice
    text: str
    options: tuple[str, ...] = ()
    """What can be tapped."""
    menu: str = ""
    """What opens the list where the options are not buttons."""
    block: int | None = None
    """Whose options they are."""


@dataclass(frozen=True, slots=True)
class Written:
    """What would be written to a property."""

    item: CustomProperty | None
    """None if it has been deleted."""
    before: str | None
    """Stored values, as `value`."""
    value: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A conversation up to now; every method gives the next one."""

    flow: Flow
    known: Sequence[CustomProperty]
    formats: Formats
    pretended: Pretended
    """With the values as they would be now."""
    state: State
    said: tuple[Said, ...] = ()
    written: tuple[Written, ...] = ()
    minutes: int = 0
    """Of the pretended clock, since it began."""
    asked: int = 0
    """When the flow last spoke."""
    heard: int = 0
    """When the person last wrote."""

    def answer(self, text: str) -> "Rehearsal":
        """The person writes something."""
        return self._answered(text, Answer(text))

    def send_picture(self) -> "Rehearsal":
        """The person sends something without text."""
        return self._answered(_("(a picture)"), Answer())

    def tap(self, block: int, position: int) -> "Rehearsal":
        """The person taps an option of a block, which may be no longer the one that is open."""
        found = editing.find(self.flow, block)
        if found is None or not 0 <= position < len(found.options):
            return self
        text = found.options[position].text
        return self._answered(text, Answer(text, player.option_payload(block, position), tapped=True))

    def _answered(self, text: str, given: Answer) -> "Rehearsal":
        heard = replace(self, said=(*self.said, Said(Voice.PERSON, text)), heard=self.minutes)
        if self.state.ended:
            return heard._noted(_("The flow has ended: there is no answer to this."))
        step = player.answer(self.flow, self.state, given, self.formats)
        if step == Step(self.state):
            return heard._noted(_("This belongs to an earlier question: nothing happens."))
        return heard._after(step)

    @property
    def waits_for(self) -> tuple[int, bool] | None:
        """In how many minutes something happens without an answer, and whether it is a reminder."""
        block = editing.find(self.flow, self.state.waiting)
        if block is None:
            return None
        expiry = self.heard + self.flow.hours * _HOUR
        if block.reminder is not None and not self.state.reminded:
            due = self.asked + block.reminder.minutes
            if due < expiry:
                return due - self.minutes, True
        return expiry - self.minutes, False

    def wait(self) -> "Rehearsal":
        """Time passes without an answer, up to the reminder or to the expiry."""
        event = self.waits_for
        if event is None:
            return self._noted(_("The flow waits for nothing: no time needs to pass."))
        minutes, is_reminder = event
        later = replace(self, minutes=self.minutes + minutes)._noted(
            _("{time} without an answer").format(time=duration(minutes))
        )
        if is_reminder:
            return later._after(player.remind(self.flow, self.state))
        return later._after(player.end(self.state, Ending.EXPIRED))

    def _noted(self, text: str) -> "Rehearsal":
        return replace(self, said=(*self.said, Said(Voice.NOTE, text)))

    def _after(self, step: Step) -> "Rehearsal":
        played = replace(self, state=step.state)
        for part in step.parts:
            played = played._saved(part) if isinstance(part, Save) else played._spoken(part)
        if step.state.ended is not None:
            return played._noted(_(ENDINGS[step.state.ended]))
        return played

    def _spoken(self, message: Message) -> "Rehearsal":
        contact = self.pretended
        values = saving.variables(
            contact.name,
            contact.phone,
            contact.email,
            contact.values,
            self.known,
            self.formats,
            self.flow.language,
        )
        block = self.state.waiting if message.options else None
        text = wording.fill(message.text, values).strip()
        if not text and not message.options:
            return self._noted(_("A message that would be empty is not sent."))
        said = Said(Voice.FLOW, text, message.options, message.menu, block)
        return replace(self, said=(*self.said, said), asked=self.minutes)

    def _saved(self, save: Save) -> "Rehearsal":
        item = next((item for item in self.known if item.id == save.property_id), None)
        before = self.pretended.values.get(save.property_id)
        outcome = saving.outcome(save, item, before)
        pretended = self.pretended
        if outcome.changes:
            pretended = replace(pretended, values={**pretended.values, save.property_id: save.value})
        entry = Written(item, before, save.value, outcome)
        return replace(self, pretended=pretended, written=(*self.written, entry))


def begin(flow: Flow, known: Sequence[CustomProperty], formats: Formats, pretended: Pretended) -> Rehearsal:
    """The beginning of a conversation: the person has written, and the flow answers."""
    return Rehearsal(flow, known, formats, pretended, State(None))._after(player.begin(flow))


def filled(flow: Flow, known: Sequence[CustomProperty]) -> dict[int, str]:
    """Some value for each property that the flow saves to, to see which of them it overwrites."""
    saved = {block.saving.property_id for block in flow.walk() if block.saving is not None}
    return {item.id: _example(item) for item in known if item.id in saved}


def _example(item: CustomProperty) -> str:
    match item.type:
        case PropertyType.NUMBER:
            return "1"
        case PropertyType.BOOLEAN:
            return FALSE
        case PropertyType.DATE:
            return "2000-01-31"
        case PropertyType.EMAIL:
            return "old@example.com"
        case PropertyType.LIST:
            return item.choices[0]
        case PropertyType.TEXT:
            return _("an old value")


ENDINGS = {
    Ending.COMPLETED: N_("The flow has ended."),
    Ending.LEFT: N_("The flow has ended: the person wanted to leave."),
    Ending.GAVE_UP: N_("The flow has ended: too many wrong answers."),
    Ending.EXPIRED: N_("The flow has expired; nothing is said."),
    Ending.CANCELLED: N_("The flow was cancelled."),
}
"""Sentences for how a conversation came to its end."""


def duration(minutes: int) -> str:
    """A time to be read: 45 min, 2 h, 23 h 30 min."""
    hours, rest = divmod(minutes, _HOUR)
    parts = [_("{count} h").format(count=hours)] if hours else []
    if rest or not hours:
        parts.append(_("{count} min").format(count=rest))
    return " ".join(parts)
