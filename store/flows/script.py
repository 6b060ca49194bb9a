"""Flows and the properties that they use as one file of text: to be read, kept in git, applied elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yaml.nodes import Node

from store import database, properties
from store.errors import Invalid, InvalidFlow
from store.flows import checks, keeping, wording, yaml_text
from store.flows.blocks import Flow
from store.flows.editing import highest_id, renumbered_flow
from store.flows.keeping import FlowView
from store.flows.script_reading import FlowFound, PropertyFound, Reading
from store.flows.script_writing import Writing, property_node
from store.language import _
from store.values.custom_property import CustomProperty
from store.values.text import fold

_HEAD = "# Flows, and the contact properties that they use; read by: contacts flow import FILE\n"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file of flows."""

    text: str
    notes: tuple[str, ...]
    """Sentences on what the file says otherwise than the database."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file has brought; names in its order."""

    properties: tuple[str, ...]
    """Made, or given more values."""
    created: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]
    live: str
    """The flow that the file has switched on, or whose changes it has put to use; empty for none."""
    notes: tuple[str, ...]
    """Sentences on what is left to do."""


def export(names: Sequence[str] = ()) -> Exported:
    """Flows as text, with the properties that they use; without names all flows and all properties.

    Raises NotFound, or InvalidFlow for what cannot be written as text.
    """
    known = used = properties.list_all()
    views = keeping.list_all()
    if names:
        wanted = {keeping.named(name).id for name in names}
        views = [view for view in views if view.id in wanted]
        ids = {property_id for view in views for property_id in _used(view.flow, known)}
        used = [item for item in known if item.id in ids]
    writing = Writing(known)
    sections = {
        "properties": [property_node(item) for item in used],
        "flows": [writing.flow(view) for view in views],
    }
    if not used:
        del sections["properties"]
    found = yaml_text.fields((word, yaml_text.items(nodes)) for word, nodes in sections.items())
    written = _HEAD + yaml_text.write(found)
    if len(written.encode()) > yaml_text.SIZE_LIMIT:
        sentence = _("These flows are more than {limit:,} bytes of text; name some of them.")
        raise InvalidFlow(sentence.format(limit=yaml_text.SIZE_LIMIT))
    return Exported(written, tuple(writing.notes))


def import_(raw: bytes) -> Imported:
    """Make or replace properties and flows as a file says: all of them or, if anything is wrong, none.

    Raises InvalidFlow with a sentence a line, each of which says where its fault lies, or FileUnusable.
    """
    root = yaml_text.read(raw)
    with database.writing():
        importing = _Importing()
        importing.take(*importing.reading.sections(root))
        importing.reading.raise_faults()
    return Imported(
        properties=tuple(importing.properties),
        created=tuple(importing.created),
        replaced=tuple(importing.replaced),
        unchanged=tuple(importing.unchanged),
        live=importing.live,
        notes=tuple(importing.notes),
    )


def _used(flow: Flow, known: Sequence[CustomProperty]) -> Iterator[int]:
    """The ids of the properties that a flow saves to or speaks of."""
    by_variable = {wording.property_variable(item.id): item.id for item in known}
    for block in flow.walk():
        if block.saving is not None:
            yield block.saving.property_id
        for text in (block.text, block.retry, block.reminder.text if block.reminder else ""):
            for name in wording.variables(wording.numbered(text, known)):
                if name in by_variable:
                    yield by_variable[name]


class _Importing:
    """One import, inside one transaction: faults are gathered, and whoever began it rolls it back."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.properties: list[str] = []
        self.created: list[str] = []
        self.replaced: list[str] = []
        self.unchanged: list[str] = []
        self.live = ""
        self.notes: list[str] = []
        self._seen: set[str] = set()
        self._present = {fold(view.flow.name): view for view in keeping.list_all()}

    def take(self, property_nodes: Sequence[Node], flow_nodes: Sequence[Node]) -> None:
        """Carry out what a file says."""
        for node in property_nodes:
            if (item := self.reading.property(node)) is not None and self._is_first(item.line, item.name):
                self._property(item)
        self.reading.known = properties.list_all()
        self._seen.clear()
        flows = [flow for node in flow_nodes if (flow := self.reading.flow(node)) is not None]
        for found in flows:
            if self._is_first(found.line, found.flow.name):
                self._flow(found)
        self._switch_on([found for found in flows if found.is_live])

    def _is_first(self, line: int, name: str) -> bool:
        is_first = fold(name) not in self._seen
        if not is_first:
            self.reading.fault(line, _("“{name}” stands in this file twice.").format(name=name))
        self._seen.add(fold(name))
        return is_first

    def _property(self, item: PropertyFound) -> None:
        try:
            self._make_property(item)
        except Invalid as error:
            self.reading.faulty.add(fold(item.name))
            self.reading.fault(item.line, _("property “{name}”: {fault}").format(name=item.name, fault=error))

    def _make_property(self, item: PropertyFound) -> None:
        present = {fold(known.name): known for known in properties.list_all()}.get(fold(item.name))
        if present is None:
            properties.create(item.name, item.type, choices=item.values, hidden=item.hidden)
            self.properties.append(item.name)
            return
        if present.type is not item.type:
            sentence = _("It is here already with the type {present}, not {wanted}.")
            raise Invalid(sentence.format(present=present.type, wanted=item.type))
        lacking = [value for value in item.values if value not in present.choices]
        if lacking:
            properties.edit(present.id, new_choices=lacking)
            self.properties.append(present.name)

    def _flow(self, found: FlowFound) -> None:
        self._check(found)
        try:
            self._keep(found)
        except Invalid as error:
            self.reading.fault(found.line, str(error))

    def _check(self, found: FlowFound) -> None:
        """A draft may have faults: only one that is to be live is refused."""
        name = found.flow.name
        faults = checks.faults(found.flow, self.reading.known)
        for fault in faults:
            at_block = fault.block_id is not None
            line = found.lines[fault.block_id] if fault.block_id is not None else found.line
            whole = _("flow “{name}”, {fault}") if at_block else _("flow “{name}”: {fault}")
            sentence = whole.format(name=name, fault=keeping.fault_sentence(found.flow, fault))
            if found.is_live:
                self.reading.fault(line, sentence)
            else:
                self.notes.append(str(yaml_text.fault_at(line, sentence)))
        if faults and not found.is_live:
            sentence = _("Flow “{name}” is kept as a draft: it cannot be switched on like this.")
            self.notes.append(sentence.format(name=name))

    def _keep(self, found: FlowFound) -> None:
        flow = found.flow
        present = self._present.get(fold(flow.name))
        if present is None:
            keeping.create(flow)
            self.created.append(flow.name)
        elif renumbered_flow(present.flow) == flow:
            self.unchanged.append(flow.name)
        else:
            self._replace(present, found)

    def _replace(self, present: FlowView, found: FlowFound) -> None:
        # Blocks get numbers that none in use has: buttons of sent messages stand for those.
        had = [present.flow]
        if present.version_id is not None:
            had.append(keeping.version(present.version_id).flow)
        highest = max(map(highest_id, had))
        keeping.save(present.id, renumbered_flow(found.flow, highest + 1))
        self.replaced.append(found.flow.name)
        if present.is_live and not found.is_live:
            sentence = _("Flow “{name}” is live as it was; to put its changes to use: contacts flow on NAME")
            self.notes.append(sentence.format(name=found.flow.name))

    def _switch_on(self, wanted: Sequence[FlowFound]) -> None:
        for other in wanted[1:]:
            sentence = _("flow “{name}”: only one flow can be live; “{first}” is to be already.")
            self.reading.fault(other.line, sentence.format(name=other.flow.name, first=wanted[0].flow.name))
        if not wanted or self.reading.faults:
            return
        before = keeping.named(wanted[0].flow.name)
        if not before.is_live or before.has_changes:
            keeping.switch_on(before.id)
            self.live = before.flow.name
