"""Flows and properties as the nodes of a file; what is as usual is left out, so that a file is short."""

import re
from collections.abc import Iterator, Sequence

from yaml.nodes import Node

from store.errors import InvalidFlow
from store.flows import wording, yaml_text
from store.flows.blocks import Block, Flow, Kind, Option, Reminder
from store.flows.keeping import FlowView
from store.language import _
from store.values.custom_property import CustomProperty

GO_ON = "go on"
"""What is done after too many wrong answers where a way without blocks is left."""
_NUMBERED = re.compile(r"\{\{\s*#([0-9]+)\s*\}\}")


def property_node(item: CustomProperty) -> Node:
    """A property with what belongs to its type."""
    pairs = [("name", yaml_text.text(item.name)), ("type", yaml_text.text(item.type))]
    if item.choices:
        pairs.append(("values", yaml_text.items([yaml_text.text(choice) for choice in item.choices])))
    if item.hidden:
        pairs.append(("hidden", yaml_text.yes()))
    return yaml_text.fields(pairs)


class Writing:
    """Makes nodes of flows, properties by name; `notes` says what the file cannot say."""

    def __init__(self, known: Sequence[CustomProperty]) -> None:
        self._known = known
        self._names = {item.id: item.name for item in known}
        self._flow_name = ""
        self._number = 0
        self.notes: list[str] = []

    def flow(self, view: FlowView) -> Node:
        """A flow's draft; raises InvalidFlow for a variable that cannot be written by name."""
        flow, usual = view.flow, Flow("")
        self._flow_name, self._number = flow.name, 0
        pairs = [("name", yaml_text.text(flow.name))]
        if flow.language != usual.language:
            pairs.append(("language", yaml_text.text(flow.language)))
        if flow.hours != usual.hours:
            pairs.append(("hours", yaml_text.number(flow.hours)))
        if view.is_live:
            pairs.append(("live", yaml_text.yes()))
            if view.has_changes:
                sentence = _("Flow “{name}” is live without its last changes; the file has it with them.")
                self.notes.append(sentence.format(name=flow.name))
        if flow.blocks:
            pairs.append(("blocks", self._way(flow.blocks)))
        return yaml_text.fields(pairs)

    def _way(self, way: tuple[Block, ...]) -> Node:
        return yaml_text.items([self._block(block) for block in way])

    def _block(self, block: Block) -> Node:
        self._number += 1
        if block.kind is Kind.END and not block.text:
            return yaml_text.text(block.kind)
        pairs = [(str(block.kind), self._text(block.text))]
        if block.kind.asks:
            # Its number is wanted before the ways that branch off count on.
            saving = list(self._saving(block))
            pairs += [*self._answers(block), *saving, *self._wrong(block)]
        return yaml_text.fields(pairs)

    def _answers(self, block: Block) -> Iterator[tuple[str, Node]]:
        if block.kind is Kind.OPTIONS:
            yield "choices", yaml_text.items([self._option(option) for option in block.options])
            if block.menu:
                yield "menu", yaml_text.text(block.menu)
        elif block.expects is not Block(block.id, block.kind).expects:
            yield "expects", yaml_text.text(block.expects)

    def _option(self, option: Option) -> Node:
        text = yaml_text.text(option.text)
        return (
            yaml_text.fields([("text", text), ("then", self._way(option.blocks))]) if option.blocks else text
        )

    def _saving(self, block: Block) -> Iterator[tuple[str, Node]]:
        if block.saving is None:
            return
        name = self._names.get(block.saving.property_id)
        if name is None:
            sentence = _(
                "Flow “{name}”, block {number}: its answer is saved to a deleted property; "
                "the file leaves that out."
            )
            self.notes.append(sentence.format(name=self._flow_name, number=self._number))
            return
        yield "save to", yaml_text.text(name)
        if block.saving.overwrite:
            yield "overwrite", yaml_text.yes()

    def _wrong(self, block: Block) -> Iterator[tuple[str, Node]]:
        if block.attempts != Block(block.id, block.kind).attempts:
            yield "attempts", yaml_text.number(block.attempts)
        if block.retry:
            yield "retry", self._text(block.retry)
        if block.reminder is not None:
            yield "reminder", self._reminder(block.reminder)
        if block.invalid is not None:
            yield "if wrong", self._way(block.invalid) if block.invalid else yaml_text.text(GO_ON)

    def _reminder(self, reminder: Reminder) -> Node:
        minutes = yaml_text.number(reminder.minutes)
        return yaml_text.fields([("after minutes", minutes), ("text", self._text(reminder.text))])

    def _text(self, text: str) -> Node:
        """A text with its variables by name: ids mean nothing in another database."""
        # By id first: what was written as a name when there was no such property is one spelling then.
        named = wording.named(wording.numbered(text, self._known), self._known)
        return yaml_text.text(_NUMBERED.sub(lambda match: self._nameless(int(match[1])), named))

    def _nameless(self, property_id: int) -> str:
        if property_id not in self._names:
            return f"{{{{deleted {property_id}}}}}"
        sentence = _(
            "Flow “{name}” speaks of the property “{property}”, whose name cannot stand between braces; "
            "rename it."
        )
        raise InvalidFlow(sentence.format(name=self._flow_name, property=self._names[property_id]))
