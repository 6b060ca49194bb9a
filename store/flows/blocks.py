"""What a flow is: blocks one after the other, and the ways that branch off from some of them.

A way comes to its end at an End block, or goes on behind the block that it branched off from; so a flow has
no loops, and no block that cannot be reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from store.language import N_, _
from store.values.property_type import PropertyType

TEXT_LIMIT = 1_024
"""Characters of a block's text."""
OPTION_LIMIT = 20
"""Characters of an option."""
BUTTONS = 3
"""Up to so many options are buttons, more are a list."""
OPTIONS_LIMIT = 10
ATTEMPTS = 3
ATTEMPTS_LIMIT = 10
REMINDER_MINUTES = (30, 360)
"""From and to, both included."""
HOURS = (1, 24)
"""In which a flow may expire, both included."""


class Kind(StrEnum):
    """What a block does; the value is its word in files."""

    MESSAGE = "message"
    QUESTION = "question"
    OPTIONS = "options"
    END = "end"

    @property
    def label(self) -> str:
        """The block's name for a person."""
        return _(_LABELS[self])

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer."""
        return self in (Kind.QUESTION, Kind.OPTIONS)


_LABELS = {
    Kind.MESSAGE: N_("Message"),
    Kind.QUESTION: N_("Open Question"),
    Kind.OPTIONS: N_("Answer Options"),
    Kind.END: N_("End"),
}

EXPECTED = (
    PropertyType.TEXT,
    PropertyType.NUMBER,
    PropertyType.BOOLEAN,
    PropertyType.DATE,
    PropertyType.EMAIL,
)
"""What an open question can expect as its answer."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Where an answer is kept."""

    property_id: int
    overwrite: bool = False
    """Whether it replaces a value that is there; an empty one is always filled."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is said once to a person who does not answer."""

    minutes: int
    """After the question."""
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from, and the way that it leads to."""

    text: str
    blocks: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A step of a flow; what does not belong to its kind stays as it is here."""

    id: int
    """Its own in its flow, and never another's."""
    kind: Kind
    text: str = ""
    """May name variables, as in {{name}}; of an End block what is said last, or nothing."""
    expects: PropertyType = PropertyType.TEXT
    """Of an open question: one of EXPECTED."""
    options: tuple[Option, ...] = ()
    menu: str = ""
    """What opens the list where there are more options than buttons; empty for the usual word."""
    saving: Saving | None = None
    attempts: int = ATTEMPTS
    """Wrong answers until it is given up."""
    retry: str = ""
    """What is said to a wrong answer; empty for the usual sentence."""
    invalid: tuple["Block", ...] | None = None
    """The way after too many wrong answers; None: the flow ends."""
    reminder: Reminder | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What a conversation goes along."""

    name: str
    blocks: tuple[Block, ...] = ()
    language: str = "en"
    """Of the sentences that nobody wrote: en, es or pt."""
    hours: int = 24
    """After its last message in which it expires."""

    def walk(self) -> Iterator[Block]:
        """All its blocks, as an outline has them."""
        return _walk(self.blocks)


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        for way in ways(block):
            yield from _walk(way)


def ways(block: Block) -> Iterator[tuple[Block, ...]]:
    """What branches off from a block: the way of each option, then that of wrong answers."""
    for option in block.options:
        yield option.blocks
    if block.invalid is not None:
        yield block.invalid
