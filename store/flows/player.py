"""How a flow is played: from a state and an answer to the next step, without a clock and a database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from store.errors import Invalid
from store.flows import wording
from store.flows.blocks import BUTTONS, Block, Flow, Kind, ways
from store.values import property_type, text
from store.values.events import is_exit_word
from store.values.property_type import Formats, PropertyType


class Ending(StrEnum):
    """Why a run has ended; the value is its word in the database."""

    COMPLETED = "completed"
    LEFT = "left"
    """The person wrote EXIT."""
    GAVE_UP = "gave_up"
    """Too many wrong answers."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    """An agent took over, or the person rejected."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands: at a block that waits, or at its end."""

    waiting: int | None
    """The id of the block whose question is open; None when it has ended."""
    wrong: int = 0
    """Wrong answers to that question."""
    reminded: bool = False
    """Whether its reminder has been said."""
    ended: Ending | None = None

    def to_json(self) -> dict[str, Any]:
        """The state as a plain dict for JSON; `from_json` reads it back."""
        ended = None if self.ended is None else str(self.ended)
        return {"waiting": self.waiting, "wrong": self.wrong, "reminded": self.reminded, "ended": ended}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "State":
        """The state that `to_json` has given."""
        ended = None if kept["ended"] is None else Ending(kept["ended"])
        return cls(kept["waiting"], kept["wrong"], kept["reminded"], ended)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person sent."""

    text: str = ""
    """Of a tap, what stood on the button; empty for a message without text."""
    payload: str = ""
    """What a tapped button or entry stands for."""
    tapped: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say; its variables are filled in by `wording.fill` when it is made."""

    text: str
    options: tuple[str, ...] = ()
    """What can be tapped, all of the block that waits afterwards: see `option_payload`."""
    menu: str = ""
    """What opens the list, where the options are too many for buttons."""


@dataclass(frozen=True, slots=True)
class Save:
    """A value to keep."""

    property_id: int
    value: str
    """Canonical, as `kind` stores it: not to be parsed once more."""
    overwrite: bool
    """Whether it replaces a value that is there; an empty one is always filled."""
    kind: PropertyType
    """The type that it was read as; of options TEXT, though the property may be a value list."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from an answer: the new state, and what to save and say, in this order."""

    state: State
    parts: tuple[Message | Save, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is to be said."""
        return tuple(part for part in self.parts if isinstance(part, Message))

    @property
    def saves(self) -> tuple[Save, ...]:
        """What is to be kept."""
        return tuple(part for part in self.parts if isinstance(part, Save))


def begin(flow: Flow) -> Step:
    """The first step of a run."""
    return _go(flow, flow.blocks)


def answer(flow: Flow, state: State, given: Answer, formats: Formats) -> Step:
    """The step after an answer; without parts and with the same state if it is none to what waits.

    So it is after the end, and for a tap on what is no option of the question that is open.
    """
    place = _place(flow, state)
    if place is None:
        return Step(state)
    if is_exit_word(given.text) or is_exit_word(given.payload):
        return end(state, Ending.LEFT)
    block, behind = place
    if given.tapped or given.payload:
        chosen = _tapped(block, given)
        return Step(state) if chosen is None else _choose(flow, block, behind, chosen)
    if block.kind is Kind.OPTIONS:
        chosen = _typed(block, given.text)
        if chosen is not None:
            return _choose(flow, block, behind, chosen)
    elif (value := _read(block, given.text, formats)) is not None:
        return _go(flow, behind, _saved(block, value))
    if state.wrong + 1 < block.attempts:
        retry = block.retry or wording.usual_retry(block, flow.language, formats)
        return Step(replace(state, wrong=state.wrong + 1), (Message(retry), _question(flow, block)))
    return end(state, Ending.GAVE_UP) if block.invalid is None else _go(flow, block.invalid + behind)


def remind(flow: Flow, state: State) -> Step:
    """The step when a reminder is due: its text once in a question, else nothing."""
    place = _place(flow, state)
    if place is None or state.reminded or place[0].reminder is None:
        return Step(state)
    return Step(replace(state, reminded=True), (Message(place[0].reminder.text),))


def end(state: State, ending: Ending) -> Step:
    """The step that ends a run from outside; an ended one stays as it is."""
    return Step(state if state.ended else State(None, ended=ending))


def option_payload(block_id: int, position: int) -> str:
    """What a tap on an option (counted from 0) stands for."""
    return f"flow:{block_id}:{position}"


def _place(flow: Flow, state: State) -> tuple[Block, tuple[Block, ...]] | None:
    """The block that waits, and what comes behind it until the flow's end; None if nothing waits."""
    if state.waiting is None:
        return None
    return _find(state.waiting, flow.blocks, ())


def _find(
    block_id: int, way: tuple[Block, ...], behind_way: tuple[Block, ...]
) -> tuple[Block, tuple[Block, ...]] | None:
    for position, block in enumerate(way, 1):
        behind = way[position:] + behind_way
        if block.id == block_id:
            return block, behind
        for branch in ways(block):
            if found := _find(block_id, branch, behind):
                return found
    return None


def _go(flow: Flow, way: tuple[Block, ...], parts: tuple[Message | Save, ...] = ()) -> Step:
    """On along `way`, after `parts`, until a question waits or the flow has ended."""
    said = list(parts)
    for block in way:
        if block.kind.asks:
            return Step(State(block.id), (*said, _question(flow, block)))
        if block.text:
            said.append(Message(block.text))
        if block.kind is Kind.END:
            break
    return Step(State(None, ended=Ending.COMPLETED), tuple(said))


def _question(flow: Flow, block: Block) -> Message:
    if block.kind is Kind.QUESTION:
        return Message(block.text)
    options = tuple(option.text for option in block.options)
    menu = (block.menu or wording.usual_menu(flow.language)) if len(options) > BUTTONS else ""
    return Message(block.text, options, menu)


def _choose(flow: Flow, block: Block, behind: tuple[Block, ...], chosen: int) -> Step:
    option = block.options[chosen]
    return _go(flow, option.blocks + behind, _saved(block, option.text))


def _saved(block: Block, value: str) -> tuple[Save, ...]:
    if block.saving is None:
        return ()
    kind = PropertyType.TEXT if block.kind is Kind.OPTIONS else block.expects
    return (Save(block.saving.property_id, value, block.saving.overwrite, kind),)


def _tapped(block: Block, given: Answer) -> int | None:
    """The option that was tapped; None for a button of another question, or of another flow's."""
    for position, option in enumerate(block.options):
        if given.payload == option_payload(block.id, position):
            # Another flow may have a block of this id: what stood on its button tells them apart.
            return position if given.text.strip() in ("", option.text) else None
    return None


def _typed(block: Block, written: str) -> int | None:
    """The option that was written, or whose number was; None if there is none."""
    folded = text.fold(text.clean(written))
    for position, option in enumerate(block.options):
        if folded == text.fold(option.text):
            return position
    numbers = [str(position + 1) for position in range(len(block.options))]
    return numbers.index(folded) if folded in numbers else None


def _read(block: Block, written: str, formats: Formats) -> str | None:
    """The answer as the expected type stores it; None if it is wrong."""
    try:
        return property_type.parse(block.expects, written, formats) or None
    except Invalid:
        return None
