"""YAML as people keep it: every value stays the text that stands there, whatever YAML would make of it.

`No`, `1` and `2026-01-31` are texts; anchors, tags and what else makes a file mean more than it shows are
refused. What we write is a subset that any other reader of YAML understands the same.
"""

import re
from collections.abc import Iterable, Sequence

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from store.errors import FileUnusable, InvalidFlow
from store.flows.checks import DEPTH_LIMIT
from store.language import _

SIZE_LIMIT = 1_000_000
"""Bytes of a file."""
_LEVELS = 10 + 4 * DEPTH_LIMIT
"""Of nodes within nodes: a way takes four."""
_TYPE = "tag:yaml.org,2002:"
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that turn the reading direction around: a change that nobody sees in a diff."""
_QUOTED = re.compile(rf"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff{_TURNING}]| $| \n|\n\n\Z")
_TURNS = re.compile(f"[{_TURNING}]")


def read(raw: bytes) -> Node:
    """The nodes of a file; raises FileUnusable, or InvalidFlow with the line, for what is no such file."""
    if len(raw) > SIZE_LIMIT:
        sentence = _("The file is larger than {limit:,} bytes; split it into several.")
        raise FileUnusable(sentence.format(limit=SIZE_LIMIT))
    try:
        written = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnusable(_("The file is not UTF-8 text; save it as such.")) from error
    try:
        node = yaml.compose(written, Loader=_Loader)
    except ReaderError as error:
        reason = _("there is a character that YAML does not allow.")
        raise fault_at(written.count("\n", 0, error.position) + 1, reason) from error
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error) from error
    except (ValueError, OverflowError) as error:
        # Of numbers in escapes and directives, which PyYAML takes as they are.
        raise FileUnusable(_("The file cannot be read as YAML.")) from error
    if node is None:
        raise FileUnusable(_("The file is empty."))
    return node


def line_of(node: Node) -> int:
    """The line where a node begins, counted from 1."""
    return int(node.start_mark.line) + 1


def fault_at(line: int, sentence: str) -> InvalidFlow:
    """A fault with the line where it lies."""
    return InvalidFlow(_("Line {number:,}: {fault}").format(number=line, fault=sentence))


def _unreadable(error: yaml.MarkedYAMLError) -> InvalidFlow:
    mark = error.problem_mark or error.context_mark
    sentence = _(
        "this cannot be read as YAML ({reason}). Put a text with a colon, or with {braces} at its "
        "beginning, in quotes."
    )
    fault = sentence.format(reason=error.problem or error.context, braces="{{")
    return fault_at(1 if mark is None else mark.line + 1, fault)


class _Loader(yaml.BaseLoader):
    """Takes every scalar as text, and refuses what our files never need."""

    level = 0

    def get_event(self) -> yaml.Event:
        event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call]
        line = 0 if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            sentence = _("“&” and “*” at the beginning of a value mean more than its text; put it in quotes.")
            raise fault_at(line, sentence)
        if getattr(event, "tag", None) is not None:
            raise fault_at(line, _("“!” at the beginning of a value means a type; put the value in quotes."))
        if isinstance(event, yaml.CollectionStartEvent):
            self.level += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self.level -= 1
        if self.level > _LEVELS:
            raise fault_at(line, _("too many levels lie within one another."))
        return event


def write(node: Node) -> str:
    """The text of a file of nodes; each node stands in it once."""
    written: str = yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=float("inf"))
    return written


class _Dumper(yaml.SafeDumper):
    """Shows marks that turn the reading direction around as escapes."""

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        before = self.allow_unicode
        self.allow_unicode = before and _TURNS.search(text) is None
        super().write_double_quoted(text, split)
        self.allow_unicode = before


def text(value: str) -> Node:
    """A text, in quotes where YAML would make something else of it; its lines as they are, below a |.

    Below a | it ends with its last line, so line breaks at its end are not kept.
    """
    if _QUOTED.search(value):
        return ScalarNode(_TYPE + "str", value, style='"')
    if "\n" in value:
        return ScalarNode(_TYPE + "str", value + "\n", style="|")
    return ScalarNode(_TYPE + "str", value)


def number(value: int) -> Node:
    """A whole number."""
    return ScalarNode(_TYPE + "int", str(value))


def yes() -> Node:
    """What is so."""
    return ScalarNode(_TYPE + "bool", "yes")


def fields(pairs: Iterable[tuple[str, Node]]) -> Node:
    """`word: value` lines in their order."""
    return MappingNode(_TYPE + "map", [(text(name), value) for name, value in pairs], flow_style=False)


def items(nodes: Sequence[Node]) -> Node:
    """A list, each item on a line of its own."""
    return SequenceNode(_TYPE + "seq", list(nodes), flow_style=False)
