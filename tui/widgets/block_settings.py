"""What can be set at a flow and at its blocks: how it is read from them, and how it gets into them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from store.flows import editing, wording
from store.flows.blocks import REMINDER_MINUTES, Block, Flow, Kind, Reminder
from store.values.custom_property import CustomProperty
from tui.text import shown
from tui.widgets.block_text import shown_lines

Known: TypeAlias = Sequence[CustomProperty]
Item: TypeAlias = Flow | Block
"""What the panel shows."""

_LINE_LIMIT = 4_000
_DIGITS_LIMIT = 6


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; its values are those of its input."""

    key: str
    """The name under which faults report on it."""
    applies: Callable[[Any], bool]
    """To a block of this kind, as it is set now."""
    load: Callable[[Any, Known], Any]
    store: Callable[[Any, Any, Known], Any]
    is_typed: bool = True
    """Whether it grows letter by letter, which is one edit."""


def number(written: str) -> int:
    """The number that a person wrote; 0, which the checks refuse, for what is none."""
    digits = written.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _DIGITS_LIMIT else 0


def variable_names(known: Known) -> list[str]:
    """The variables that a text can name, as people write them."""
    names = [*wording.BUILT_IN, *(wording.property_variable(item.id) for item in known)]
    return [wording.named("{{" + name + "}}", known) for name in names]


def _words(text: str, known: Known) -> str:
    """A text as people read and write it."""
    return shown_lines(wording.named(text, known))


def _of_block(*kinds: Kind) -> Callable[[Item], bool]:
    return lambda item: isinstance(item, Block) and item.kind in kinds


def _of_flow(item: Item) -> bool:
    return isinstance(item, Flow)


def _asks(item: Item) -> bool:
    return isinstance(item, Block) and item.kind.asks


def _saves(item: Item) -> bool:
    return _asks(item) and isinstance(item, Block) and item.saving is not None


def _reminds(item: Item) -> bool:
    return _asks(item) and isinstance(item, Block) and item.reminder is not None


def _save_options(block: Block, texts: Sequence[str], _known: Known) -> Block:
    for index, text in enumerate(texts):
        if index == len(block.options):
            block = editing.add_option(block, index, text)
        elif text != shown(block.options[index].text, _LINE_LIMIT).strip():
            block = editing.name_option(block, index, text)
    return block


def _save_reminder_text(block: Block, value: str, known: Known) -> Block:
    assert block.reminder is not None
    return replace(block, reminder=replace(block.reminder, text=wording.numbered(value, known)))


SETTINGS = (
    Setting(
        "name",
        _of_flow,
        lambda flow, _known: shown(flow.name, _LINE_LIMIT),
        lambda flow, value, _known: replace(flow, name=value.strip()),
    ),
    Setting(
        "language",
        _of_flow,
        lambda flow, _known: flow.language,
        lambda flow, value, _known: replace(flow, language=value),
        is_typed=False,
    ),
    Setting(
        "hours",
        _of_flow,
        lambda flow, _known: str(flow.hours),
        lambda flow, value, _known: replace(flow, hours=number(value)),
    ),
    Setting(
        "text",
        _of_block(*Kind),
        lambda block, known: _words(block.text, known),
        lambda block, value, known: replace(block, text=wording.numbered(value, known)),
    ),
    Setting(
        "expects",
        _of_block(Kind.QUESTION),
        lambda block, _known: block.expects,
        lambda block, value, _known: replace(block, expects=value),
        is_typed=False,
    ),
    Setting(
        "options",
        _of_block(Kind.OPTIONS),
        lambda block, _known: tuple(shown(option.text, _LINE_LIMIT).strip() for option in block.options),
        _save_options,
    ),
    Setting(
        "menu",
        _of_block(Kind.OPTIONS),
        lambda block, _known: shown(block.menu, _LINE_LIMIT),
        lambda block, value, _known: replace(block, menu=value.strip()),
    ),
    Setting(
        "save",
        _asks,
        lambda block, _known: block.saving is not None,
        # Where to save is asked first.
        lambda block, value, _known: block if value else replace(block, saving=None),
        is_typed=False,
    ),
    Setting(
        "saving",
        _saves,
        lambda block, _known: block.saving.property_id,
        # 0 stands for a property that is still to be created.
        lambda block, value, _known: (
            replace(block, saving=replace(block.saving, property_id=value)) if value else block
        ),
        is_typed=False,
    ),
    Setting(
        "overwrite",
        _saves,
        lambda block, _known: block.saving.overwrite,
        lambda block, value, _known: replace(block, saving=replace(block.saving, overwrite=value)),
        is_typed=False,
    ),
    Setting(
        "attempts",
        _asks,
        lambda block, _known: str(block.attempts),
        lambda block, value, _known: replace(block, attempts=number(value)),
    ),
    Setting(
        "retry",
        _asks,
        lambda block, known: _words(block.retry, known),
        lambda block, value, known: replace(block, retry=wording.numbered(value, known)),
    ),
    Setting(
        "invalid",
        _asks,
        lambda block, _known: block.invalid is not None,
        lambda block, value, _known: replace(block, invalid=(block.invalid or ()) if value else None),
        is_typed=False,
    ),
    Setting(
        "remind",
        _asks,
        lambda block, _known: block.reminder is not None,
        lambda block, value, _known: replace(
            block, reminder=(block.reminder or Reminder(REMINDER_MINUTES[0], "")) if value else None
        ),
        is_typed=False,
    ),
    Setting(
        "reminder_minutes",
        _reminds,
        lambda block, _known: str(block.reminder.minutes),
        lambda block, value, _known: replace(block, reminder=replace(block.reminder, minutes=number(value))),
    ),
    Setting(
        "reminder_text",
        _reminds,
        lambda block, known: _words(block.reminder.text, known),
        _save_reminder_text,
    ),
)
"""In the order of the panel."""
