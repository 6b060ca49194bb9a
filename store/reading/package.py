"""The parts of a workbook and how they hang together. Only for processes that may die.

Every part is found by the relations that the format has for it, and walked as a stream.
"""

import posixpath
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element

from store.reading import container, moments
from store.reading.elements import Broken, children, local_name

_SMALL_PART_LIMIT = 32 * 1024**2
"""Inflated bytes of parts other than sheets and strings; of them Excel's largest styles need a third."""
_FEW = 65_536
"""More styles of cells, formats of numbers or relations than Excel lets a workbook have."""
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those of the format; the others of zip files may ask for gigabytes."""


class Relation(NamedTuple):
    """What a part says of another one."""

    kind: str
    """The last word of its type, such as `worksheet`."""
    target: str
    """The name of the other part; empty if it lies outside of the workbook."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it."""

    name: str
    is_visible: bool
    part: str


@dataclass(frozen=True, slots=True)
class Book:
    """What the workbook says of itself."""

    epoch: datetime
    """The day from which it counts its dates."""
    sheets: tuple[SheetEntry, ...]
    """Those with cells: a chart may fill a sheet as well."""
    strings: str | None
    """The part of the shared strings."""
    styles: str | None


class Package:
    """The open zip of a workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts: defaultdict[str, list[zipfile.ZipInfo]] = defaultdict(list)
        for part in archive.infolist():
            self._parts[container.part_name(part.filename)].append(part)

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return container.part_name(name) in self._parts

    def size(self, name: str) -> int:
        """The inflated bytes of a part, as the zip claims; no more than these are ever read."""
        return self._entry(name).file_size

    def open(self, name: str) -> IO[bytes]:
        """A part as a stream; raises Broken if there is none, or more than one."""
        return self._archive.open(self._entry(name))

    def walk(self, name: str, root_name: str, parent_name: str = "") -> Iterator[Element]:
        """The children of an element of a small part; see `elements.children`."""
        if self.size(name) > _SMALL_PART_LIMIT:
            raise Broken
        with self.open(name) as part:
            for group in children(part, root_name, parent_name):
                yield from group

    def relations(self, name: str) -> dict[str, Relation]:
        """What a part (with the empty name: the workbook as a whole) says of others, by its own ids."""
        folder, file = posixpath.split(name)
        found = {}
        for element in _few(self.walk(f"{folder}/_rels/{file}.rels", "Relationships")):
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
            is_outside = element.get("TargetMode") == "External"
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = Relation(kind, "" if is_outside else target)
        return found

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entries = self._parts.get(container.part_name(name), [])
        if len(entries) != 1 or entries[0].compress_type not in _COMPRESSIONS:
            raise Broken
        return entries[0]


def read_book(package: Package) -> Book:
    """Sheets, shared strings and styles of a workbook; raises Broken."""
    part = _first(package.relations(""), "officeDocument")
    if part is None:
        raise Broken
    relations = package.relations(part)
    epoch, entries = moments.WINDOWS_EPOCH, list[Element]()
    for element in package.walk(part, "workbook"):
        match local_name(element):
            case "workbookPr" if element.get("date1904", "") in ("1", "true"):
                epoch = moments.MAC_EPOCH
            case "sheets":
                # What follows by the format, names of ranges, can be long and is nothing to us.
                entries = list(element)
                break
    return Book(
        epoch,
        tuple(_sheets(entries, relations)),
        _first(relations, "sharedStrings"),
        _first(relations, "styles"),
    )


def _first(relations: dict[str, Relation], kind: str) -> str | None:
    return next((relation.target for relation in relations.values() if relation.kind == kind), None)


def _sheets(entries: list[Element], relations: dict[str, Relation]) -> Iterator[SheetEntry]:
    for entry in entries:
        own_id = next((value for key, value in entry.items() if key.endswith("}id")), "")
        relation = relations.get(own_id)
        if relation is None:
            raise Broken
        if relation.kind == "worksheet":
            yield SheetEntry(
                entry.get("name", ""), entry.get("state", "visible") == "visible", relation.target
            )


def date_styles(package: Package, part: str) -> dict[str, bool]:
    """By the index of cell styles that show a date or time: whether they show a duration; raises Broken."""
    codes = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in _few(package.walk(part, "styleSheet", "numFmts"))
    }
    found = {}
    for index, style in enumerate(_few(package.walk(part, "styleSheet", "cellXfs"))):
        number = style.get("numFmtId", "0")
        code = codes.get(number)
        if moments.is_moment(number, code):
            found[str(index)] = moments.is_duration(number, code)
    return found


def _few(elements: Iterator[Element]) -> Iterator[Element]:
    for count, element in enumerate(elements):
        if count == _FEW:
            raise Broken
        yield element
