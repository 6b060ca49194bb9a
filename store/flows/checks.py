"""What is wrong with a flow: a draft may have faults, a flow that is switched on has none."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.flows.blocks import Block, Flow
from store.properties import CustomProperty

NAME_LIMIT = 60
"""Characters of a flow's name."""
DEPTH_LIMIT = 50
"""Ways within ways."""


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
    raise NotImplementedError


def matching(block: Block, known: Sequence[CustomProperty]) -> list[CustomProperty]:
    """The properties that its answer can be saved to."""
    raise NotImplementedError
