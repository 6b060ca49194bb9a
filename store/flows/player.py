"""How a flow is played: pure functions from a state and an answer to the next step, without clock or database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from store.flows.blocks import Flow
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
        raise NotImplementedError

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "State":
        """The state that `to_json` has given."""
        raise NotImplementedError


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
    raise NotImplementedError


def answer(flow: Flow, state: State, given: Answer, formats: Formats) -> Step:
    """The step after an answer; without parts and with the same state if it is none to what waits.

    So it is after the end, and for a tap on what is no option of the question that is open.
    """
    raise NotImplementedError


def remind(flow: Flow, state: State) -> Step:
    """The step when a reminder is due: its text once in a question, else nothing."""
    raise NotImplementedError


def end(state: State, ending: Ending) -> Step:
    """The step that ends a run from outside; an ended one stays as it is."""
    raise NotImplementedError


def option_payload(block_id: int, position: int) -> str:
    """What a tap on an option (counted from 0) stands for."""
    return f"flow:{block_id}:{position}"
