"""The nodes of a file as flows and properties; all faults are gathered, each with its line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from store.errors import Invalid, InvalidFlow
from store.flows import wording, yaml_text
from store.flows.blocks import REMINDER_MINUTES, Block, Flow, Kind, Option, Reminder, Saving
from store.flows.keeping import clean
from store.flows.script_writing import GO_ON
from store.flows.yaml_text import line_of
from store.language import _, ngettext
from store.values import property_type
from store.values.custom_property import CustomProperty
from store.values.property_type import TRUE, Formats, PropertyType
from store.values.text import fold

_FAULTS_LIMIT = 20
"""Told at once."""
_ASKING = ("save to", "overwrite", "attempts", "retry", "reminder", "if wrong")
_BLOCK_FIELDS = {
    Kind.MESSAGE: (),
    Kind.QUESTION: ("expects", *_ASKING),
    Kind.OPTIONS: ("choices", "menu", *_ASKING),
    Kind.END: (),
}
"""What may stand beside the word of a block's kind."""
_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_BY_ID = re.compile(r"#[0-9]+", re.ASCII)

Fields = dict[str, Node]


@dataclass(frozen=True, slots=True)
class PropertyFound:
    """A property as a file has it."""

    line: int
    name: str
    type: PropertyType
    values: tuple[str, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class FlowFound:
    """A flow as a file has it, its blocks numbered from 1 as an outline has them."""

    line: int
    flow: Flow
    is_live: bool
    lines: dict[int, int]
    """Where each block begins, by its id."""


@dataclass(slots=True)
class Reading:
    """One look through a file; what cannot be read is a fault, and something usual in its place."""

    known: Sequence[CustomProperty] = ()
    """The properties that flows can name."""
    faulty: set[str] = field(default_factory=set)
    """Folded names of properties whose own fault is told already."""
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Lines and sentences."""
    _flow: str = ""
    """The name of the flow that is being read."""
    _number: int = 0
    """Of the block that is being read; 0 outside of blocks."""
    _lines: dict[int, int] = field(default_factory=dict)

    def fault(self, line: int, sentence: str) -> None:
        """Remember what is wrong in a line."""
        place = ""
        if self._flow:
            place = _("flow “{name}”").format(name=self._flow) + ", "
        if self._number:
            place += _("block {number}").format(number=self._number) + ", "
        place = place[:-2] + ": " if place else ""
        self.faults.append((line, place + sentence))

    def raise_faults(self) -> None:
        """Raise InvalidFlow, a line for each fault, if there are any."""
        if not self.faults:
            return
        first = sorted(self.faults, key=lambda fault: fault[0])[:_FAULTS_LIMIT]
        told = [str(yaml_text.fault_at(*fault)) for fault in first]
        if more := len(self.faults) - len(told):
            told.append(ngettext("One more fault.", "{count} more faults.", more))
        raise InvalidFlow("\n".join([*told, _("Nothing was imported.")]))

    def sections(self, root: Node) -> tuple[list[Node], list[Node]]:
        """What a file has of properties and of flows."""
        found = self._fields(root, ("properties", "flows"))
        return self._items(found.get("properties")), self._items(found.get("flows"))

    def property(self, node: Node) -> PropertyFound | None:
        """A property; None, and a fault, for what has no name or type."""
        found = self._fields(node, ("name", "type", "values", "hidden"))
        name = self._text(self._needed(node, found, "name"))
        kind = self._type(self._needed(node, found, "type"), tuple(PropertyType))
        values = tuple(self._text(value) for value in self._items(found.get("values")))
        hidden = self._flag(found.get("hidden"))
        if not name or kind is None:
            self.faulty.add(fold(name))
            return None
        return PropertyFound(line_of(node), name, kind, values, hidden)

    def flow(self, node: Node) -> FlowFound | None:
        """A flow; None, and faults, where anything in it cannot be read."""
        faults_before = len(self.faults)
        found = self._fields(node, ("name", "language", "hours", "live", "blocks"))
        name = self._text(self._needed(node, found, "name"))
        if not name:
            return None
        self._flow, self._number, self._lines = name, 0, {}
        usual = Flow(name)
        language = self._text(found.get("language"), usual.language)
        hours = self._whole(found.get("hours"), usual.hours)
        is_live = self._flag(found.get("live"))
        flow = Flow(name, self._way(found.get("blocks")), language, hours)
        self._flow = ""
        if len(self.faults) > faults_before:
            return None
        return FlowFound(line_of(node), flow, is_live, self._lines)

    def _way(self, node: Node | None) -> tuple[Block, ...]:
        blocks = [self._block(item) for item in self._items(node)]
        return tuple(block for block in blocks if block is not None)

    def _block(self, node: Node) -> Block | None:
        before, self._number = self._number, len(self._lines) + 1
        self._lines[self._number] = line_of(node)
        block = self._whole_block(node)
        self._number = before
        return block

    def _whole_block(self, node: Node) -> Block | None:
        if isinstance(node, ScalarNode) and fold(clean(node.value)) == Kind.END:
            return Block(self._number, Kind.END)
        kinds = _kinds(node)
        if len(kinds) != 1:
            words = ", ".join(f"“{kind}”" for kind in Kind)
            self.fault(line_of(node), _("a block has one of these words: {words}.").format(words=words))
            return None
        kind = kinds[0]
        found = self._fields(node, (kind, *_BLOCK_FIELDS[kind]))
        block = Block(self._number, kind, self._said(found[kind]))
        return self._asking(node, found, block) if kind.asks else block

    def _asking(self, node: Node, found: Fields, block: Block) -> Block:
        """A block that asks, with its answers; ways are read in the order of an outline."""
        options = tuple(self._option(item) for item in self._items(found.get("choices")))
        wrong = found.get("if wrong")
        invalid = None if wrong is None else () if _is_word(wrong, GO_ON) else self._way(wrong)
        return replace(
            block,
            expects=self._type(found.get("expects"), tuple(PropertyType)) or block.expects,
            options=options,
            menu=self._text(found.get("menu")),
            saving=self._saving(node, found),
            attempts=self._whole(found.get("attempts"), block.attempts),
            retry=self._said(found.get("retry")),
            invalid=invalid,
            reminder=self._reminder(found.get("reminder")),
        )

    def _option(self, node: Node) -> Option:
        if not isinstance(node, MappingNode):
            return Option(self._text(node))
        found = self._fields(node, ("text", "then"))
        return Option(self._text(self._needed(node, found, "text")), self._way(found.get("then")))

    def _saving(self, node: Node, found: Fields) -> Saving | None:
        overwrite = self._flag(found.get("overwrite"))
        if "save to" not in found:
            if "overwrite" in found:
                sentence = _("“{word}” is missing.").format(word="save to")
                self.fault(line_of(found["overwrite"]), sentence)
            return None
        name = self._text(found["save to"])
        for item in self.known:
            if fold(item.name) == fold(name):
                return Saving(item.id, overwrite)
        if fold(name) not in self.faulty:
            sentence = _("There is no property “{name}”.").format(name=name)
            self.fault(line_of(found["save to"]), sentence)
        return None

    def _reminder(self, node: Node | None) -> Reminder | None:
        if node is None:
            return None
        found = self._fields(node, ("after minutes", "text"))
        minutes = self._whole(self._needed(node, found, "after minutes"), REMINDER_MINUTES[0])
        return Reminder(minutes, self._said(self._needed(node, found, "text")))

    def _fields(self, node: Node, words: Sequence[str]) -> Fields:
        """The values of `word: value` lines by their words."""
        if not isinstance(node, MappingNode):
            sentence = _("lines of these are expected here: {words}.").format(words=", ".join(words))
            self.fault(line_of(node), sentence)
            return {}
        found: Fields = {}
        for key, value in node.value:
            word = fold(clean(key.value)) if isinstance(key, ScalarNode) else ""
            if word not in words:
                sentence = _("“{word}” is not known here; known are: {words}.")
                written = key.value if isinstance(key, ScalarNode) else "{ }"
                self.fault(line_of(key), sentence.format(word=written[:60], words=", ".join(words)))
            elif word in found:
                self.fault(line_of(key), _("“{word}” stands here twice.").format(word=word))
            else:
                found[word] = value
        return found

    def _needed(self, node: Node, found: Fields, word: str) -> Node | None:
        if word not in found and isinstance(node, MappingNode):
            self.fault(line_of(node), _("“{word}” is missing.").format(word=word))
        return found.get(word)

    def _items(self, node: Node | None) -> list[Node]:
        if node is None or _is_word(node, ""):
            return []
        if isinstance(node, SequenceNode):
            return list(node.value)
        self.fault(line_of(node), _("a list is expected here, each item with a - before it."))
        return []

    def _text(self, node: Node | None, usual: str = "") -> str:
        if node is None:
            return usual
        if isinstance(node, ScalarNode):
            return clean(node.value)
        sentence = _("a text is expected here; put one that begins with {list} or {braces} in quotes.")
        self.fault(line_of(node), sentence.format(list="[", braces="{"))
        return usual

    def _said(self, node: Node | None) -> str:
        """A text with its variables by id."""
        written = self._text(node)
        for name in wording.variables(written):
            if node is not None and _BY_ID.fullmatch(name):
                sentence = _("“{variable}” is no name; write the property's name between the braces.")
                self.fault(line_of(node), sentence.format(variable=name))
        return wording.numbered(written, self.known)

    def _whole(self, node: Node | None, usual: int) -> int:
        if node is None:
            return usual
        written = self._text(node)
        if _NUMBER.fullmatch(written):
            return int(written)
        self.fault(line_of(node), _("“{value}” is no whole number.").format(value=written[:60]))
        return usual

    def _flag(self, node: Node | None) -> bool:
        if node is None:
            return False
        try:
            return property_type.parse(PropertyType.BOOLEAN, self._text(node), Formats()) == TRUE
        except Invalid as error:
            self.fault(line_of(node), str(error))
            return False

    def _type(self, node: Node | None, kinds: Sequence[PropertyType]) -> PropertyType | None:
        if node is None:
            return None
        written = fold(self._text(node))
        if written in kinds:
            return PropertyType(written)
        sentence = _("“{value}” is no type; these are: {types}.")
        self.fault(line_of(node), sentence.format(value=written[:60], types=", ".join(kinds)))
        return None


def _kinds(node: Node) -> list[Kind]:
    if not isinstance(node, MappingNode):
        return []
    words = [fold(clean(key.value)) for key, __ in node.value if isinstance(key, ScalarNode)]
    return [kind for kind in Kind if kind in words]


def _is_word(node: Node, word: str) -> bool:
    return isinstance(node, ScalarNode) and fold(clean(node.value)) == word
