"""What is wrong with a flow: a draft may have faults, a flow that is switched on has none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from store.flows import wording
from store.flows.blocks import (
    ATTEMPTS_LIMIT,
    EXPECTED,
    HOURS,
    OPTION_LIMIT,
    OPTIONS_LIMIT,
    REMINDER_MINUTES,
    TEXT_LIMIT,
    Block,
    Flow,
    Kind,
    Reminder,
    ways,
)
from store.language import LANGUAGES, _
from store.values import text
from store.values.custom_property import CustomProperty
from store.values.events import is_exit_word
from store.values.property_type import PropertyType

NAME_LIMIT = 60
"""Characters of a flow's name."""
DEPTH_LIMIT = 50
"""Ways within ways; Python itself gives up at some hundreds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a flow from being switched on."""

    block_id: int | None
    """Where; None for the flow itself."""
    field: str
    """name, language, hours, blocks; of a block text, expects, options, option:0 and on, menu, saving,
    attempts, retry, reminder_minutes, reminder_text, or blocks for its place."""
    sentence: str


def faults(flow: Flow, known: Sequence[CustomProperty]) -> list[Fault]:
    """All that is wrong, the flow's own first, then block by block as an outline has them."""
    return [*_of_flow(flow), *_Check(flow, known).of_way(flow.blocks, 0)]


def matching(block: Block, known: Sequence[CustomProperty]) -> list[CustomProperty]:
    """The properties that its answer can be saved to."""
    if block.kind is Kind.OPTIONS:
        return [item for item in known if item.type in (PropertyType.TEXT, PropertyType.LIST)]
    if block.kind is Kind.QUESTION:
        return [item for item in known if item.type is block.expects]
    return []


def _of_flow(flow: Flow) -> Iterator[Fault]:
    if not flow.name.strip():
        yield Fault(None, "name", _("A flow needs a name."))
    elif sentence := _line_fault(flow.name, NAME_LIMIT):
        yield Fault(None, "name", sentence)
    if flow.language not in LANGUAGES:
        sentence = _("A flow speaks one of these languages: {languages}.")
        yield Fault(None, "language", sentence.format(languages=", ".join(LANGUAGES)))
    if not HOURS[0] <= flow.hours <= HOURS[1]:
        sentence = _("A flow expires after {first} to {last} hours.")
        yield Fault(None, "hours", sentence.format(first=HOURS[0], last=HOURS[1]))
    if not flow.blocks:
        yield Fault(None, "blocks", _("This flow is empty: add a block."))


@dataclass(slots=True)
class _Check:
    """One look through the blocks of a flow."""

    flow: Flow
    known: Sequence[CustomProperty]
    seen: set[int] = field(default_factory=set)

    def of_way(self, way: tuple[Block, ...], depth: int) -> Iterator[Fault]:
        """The faults of a way's blocks and of all that branches off."""
        ended = False
        for block in way:
            if ended:
                yield Fault(block.id, "blocks", _("This is never reached: the flow has ended before it."))
            if block.id in self.seen:
                yield Fault(block.id, "blocks", _("Another block of this flow has the same number."))
            self.seen.add(block.id)
            ended = ended or not _goes_on(block, depth)
            yield from self._of_block(block)
            if depth < DEPTH_LIMIT:
                for branch in ways(block):
                    yield from self.of_way(branch, depth + 1)
            elif any(ways(block)):
                sentence = _("Ways can lie within one another {limit} deep at most.")
                yield Fault(block.id, "blocks", sentence.format(limit=DEPTH_LIMIT))

    def _of_block(self, block: Block) -> Iterator[Fault]:
        needed = block.kind is not Kind.END
        yield from self._of_text(block, "text", block.text, needed=needed)
        if block.kind is Kind.OPTIONS:
            yield from _of_options(block)
        elif block.options:
            yield Fault(block.id, "options", _("Only Answer Options have options."))
        if block.kind is Kind.QUESTION and block.expects not in EXPECTED:
            yield Fault(block.id, "expects", _("An open question cannot expect this type."))
        if block.kind.asks:
            yield from self._of_asking(block)
        elif block.saving or block.invalid is not None or block.reminder:
            yield Fault(block.id, "saving", _("Only a question can save an answer, remind, or be given up."))

    def _of_asking(self, block: Block) -> Iterator[Fault]:
        if block.saving is not None:
            yield from self._of_saving(block, block.saving.property_id)
        if not 1 <= block.attempts <= ATTEMPTS_LIMIT:
            sentence = _("A question is given up after {first} to {last} wrong answers.")
            yield Fault(block.id, "attempts", sentence.format(first=1, last=ATTEMPTS_LIMIT))
        yield from self._of_text(block, "retry", block.retry, needed=False)
        if block.reminder is not None:
            yield from self._of_reminder(block, block.reminder)

    def _of_saving(self, block: Block, property_id: int) -> Iterator[Fault]:
        if all(item.id != property_id for item in self.known):
            sentence = _("The property for the answer is not there any more; choose another, or save none.")
            yield Fault(block.id, "saving", sentence)
        elif all(item.id != property_id for item in matching(block, self.known)):
            name = next(item.name for item in self.known if item.id == property_id)
            sentence = _("The property “{name}” has another type than the answer; choose one that matches.")
            yield Fault(block.id, "saving", sentence.format(name=name))

    def _of_reminder(self, block: Block, reminder: Reminder) -> Iterator[Fault]:
        first, last = REMINDER_MINUTES
        if not first <= reminder.minutes <= last:
            sentence = _("A reminder comes after {first} to {last} minutes.").format(first=first, last=last)
            yield Fault(block.id, "reminder_minutes", sentence)
        elif reminder.minutes >= self.flow.hours * 60:
            sentence = _("The reminder would come too late: the flow expires after {hours} h.")
            yield Fault(block.id, "reminder_minutes", sentence.format(hours=self.flow.hours))
        yield from self._of_text(block, "reminder_text", reminder.text, needed=True)

    def _of_text(self, block: Block, name: str, written: str, *, needed: bool) -> Iterator[Fault]:
        """The faults of what is said to a person, at the field `name`."""
        cleaned = text.clean(written)
        if not cleaned:
            # White space alone would be sent as an empty message, which WhatsApp refuses.
            if needed or written:
                yield Fault(block.id, name, _("Write what is to be said."))
            return
        if cleaned != written.strip():
            yield Fault(block.id, name, _("There is a character in this text that cannot be sent."))
        if len(written) > TEXT_LIMIT:
            sentence = _("This text has {length:,} characters; at most {limit:,} fit.")
            yield Fault(block.id, name, sentence.format(length=len(written), limit=TEXT_LIMIT))
        if wording.is_torn(written):
            yield Fault(block.id, name, _("A variable is written like {{name}}: one pair of braces is torn."))
        for variable in dict.fromkeys(wording.variables(written)):
            if not self._is_variable(variable):
                yield Fault(block.id, name, _unknown(variable))
        if (name != "text" or block.kind.asks) and not wording.fill(written, {}).strip():
            sentence = _("Write words beside the variables: they may be empty.")
            yield Fault(block.id, name, sentence)

    def _is_variable(self, name: str) -> bool:
        return name in wording.BUILT_IN or any(
            name == wording.property_variable(item.id) for item in self.known
        )


def _goes_on(block: Block, depth: int) -> bool:
    """Whether the flow can go on behind a block."""
    if block.kind is not Kind.OPTIONS or not block.options or depth > DEPTH_LIMIT:
        return block.kind is not Kind.END
    return any(all(_goes_on(step, depth + 1) for step in way) for way in ways(block))


def _of_options(block: Block) -> Iterator[Fault]:
    if not block.options:
        yield Fault(block.id, "options", _("Add an option to choose."))
    if len(block.options) > OPTIONS_LIMIT:
        sentence = _("There are {count} options; at most {limit} fit.")
        yield Fault(block.id, "options", sentence.format(count=len(block.options), limit=OPTIONS_LIMIT))
    texts = [option.text for option in block.options]
    for position in range(len(texts)):
        if sentence := _option_fault(texts, position):
            yield Fault(block.id, f"option:{position}", sentence)
    if block.menu and (sentence := _title_fault(block.menu)):
        yield Fault(block.id, "menu", sentence)


def _option_fault(texts: Sequence[str], position: int) -> str:
    """What is wrong with one option among all, or nothing."""
    written = texts[position]
    folded = text.fold(written)
    if not written.strip():
        return _("An option needs a text.")
    if sentence := _title_fault(written):
        return sentence
    if is_exit_word(written):
        return _("“{option}” would end the flow: EXIT, SALIR and SAIR always do.").format(option=written)
    for other, text_of_other in enumerate(texts):
        if other != position and text.fold(text_of_other) == folded:
            return _("Option {number} is the same.").format(number=other + 1)
        if other != position and folded == str(other + 1):
            return _("“{option}” is the number of another option.").format(option=written)
    return ""


def _title_fault(written: str) -> str:
    """What is wrong with words to tap on, or nothing."""
    if wording.variables(written) or wording.is_torn(written):
        return _("Variables can stand only in what is said, not in what is tapped.")
    return _line_fault(written, OPTION_LIMIT)


def _line_fault(written: str, limit: int) -> str:
    """What is wrong with one line of words, or nothing."""
    if len(written) > limit:
        sentence = _("This text has {length:,} characters; at most {limit:,} fit.")
        return sentence.format(length=len(written), limit=limit)
    if not written.isprintable() or written != written.strip():
        return _("Write one line of ordinary characters, without spaces at its ends.")
    return ""


def _unknown(variable: str) -> str:
    if variable.startswith("#"):
        return _("The property of a variable, “{variable}”, is not there any more.").format(variable=variable)
    sentence = _("There is no variable “{variable}”: name, phone, email and names of properties are.")
    return sentence.format(variable=variable)
