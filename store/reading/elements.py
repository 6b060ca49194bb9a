"""Elements of an XML part as a stream: memory does not grow with their number.

ElementTree's parser (expat) builds them outside of Python; of the tree only what has not been handled yet is
kept. No document type is let in, and nothing that is unfinished may grow without end.
"""

from collections.abc import Iterator
from typing import Any, Protocol
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

CHUNK = 1 << 13
"""Inflated bytes that are parsed at a time: their elements fit into the processor's cache, and are too few
to wake the garbage collector."""
UNFINISHED_LIMIT = 2 * 1024**2
"""Bytes without the end of an element that is handled: 700,000 elements, some 200 MB, can begin in them."""
_PREAMBLE_LIMIT = 32 * 1024**2
"""Bytes before the element whose children are wanted."""


class Broken(Exception):
    """The XML does not hold together, or is none that a workbook has."""


class Part(Protocol):
    """What the bytes of a part are read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes more; none at the end."""


def children(part: Part, root_name: str, parent_name: str = "") -> Iterator[list[Element]]:
    """The children of the root, or of its child `parent_name`, in small lists; raises Broken.

    What follows that child is read (the zip checks its bytes at their end), but not parsed.
    """
    builder = TreeBuilder()
    parser = XMLParser(target=builder)
    prolog = _prolog()
    root: Element | None = None
    seen = unfinished = 0
    while data := part.read(CHUNK):
        if root is None:
            _safely(prolog.Parse, data)
        _safely(parser.feed, data)
        seen += len(data)
        unfinished += len(data)
        root = _root(builder, root_name) if root is None else root
        parent, is_over, dropped = _parent(root, parent_name)
        if parent is None:
            if seen > _PREAMBLE_LIMIT:
                raise Broken
        elif len(parent) > 1 or is_over:
            # The last one may not be whole yet.
            whole = parent[:] if is_over else parent[:-1]
            del parent[: len(whole)]
            dropped = True
            yield whole
        unfinished = 0 if dropped else unfinished
        if unfinished > UNFINISHED_LIMIT:
            raise Broken
        if is_over:
            _read_out(part)
            return
    _safely(parser.close)
    parent, _is_over, _dropped = _parent(root, parent_name)
    if parent is not None:
        yield list(parent)


def is_open(start: bytes, root_name: str, parent_name: str) -> bool:
    """Whether, after these first bytes of a part, its child `parent_name` has just begun; raises Broken."""
    builder = TreeBuilder()
    _safely(XMLParser(target=builder).feed, start)
    root = _root(builder, root_name)
    return root is not None and len(root) > 0 and local_name(root[-1]) == parent_name


def local_name(element: Element) -> str:
    """The name of an element without its namespace: that of the strict variant of the format is another."""
    return element.tag.rpartition("}")[2]


def _prolog() -> Any:
    """A parser that refuses document types: no workbook has one, and their entities can explode."""

    def refuse(*_declared: Any) -> None:
        raise Broken

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _safely(parse: Any, *data: bytes) -> None:
    try:
        parse(*data)
    except (ParseError, expat.ExpatError, LookupError, ValueError) as error:
        raise Broken from error


def _root(builder: Any, name: str) -> Element | None:
    """The root of a tree that is being built, once its start was seen."""
    root: Element | None = builder.close()
    if root is not None and local_name(root) != name:
        raise Broken
    return root


def _parent(root: Element | None, name: str) -> tuple[Element | None, bool, bool]:
    """The element whose children are wanted, whether it is over, and whether other elements were dropped."""
    if root is None:
        return None, False, False
    if not name:
        return root, False, False
    for place, element in enumerate(root):
        if local_name(element) == name:
            return element, place + 1 < len(root), False
    if not len(root):
        return None, False, False
    dropped = len(root) > 1 or len(root[0]) > 1
    del root[:-1]
    del root[0][:-1]
    return None, False, dropped


def _read_out(part: Part) -> None:
    while part.read(1 << 16):
        pass
