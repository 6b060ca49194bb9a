"""Flows as they are kept: drafts that are edited, and versions that conversations go along.

A draft may have faults. A version has none and never changes, since people may be inside of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import peewee

from store import database, properties
from store.errors import ChangedMeanwhile, Invalid, InvalidFields, InvalidFlow, NotFound
from store.flows import checks
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving, ways
from store.flows.checks import DEPTH_LIMIT, NAME_LIMIT, Fault
from store.language import N_, _, ngettext
from store.models import Flow as Row
from store.models import FlowVersion
from store.values import text, times
from store.values.property_type import PropertyType

_RUNS = """
    SELECT value, (SELECT count(*) FROM flow_run WHERE flow_id = value),
        (SELECT max(started) FROM flow_run WHERE flow_id = value) FROM json_each(?)
"""
"""Each by itself: grouped, 500,000 runs took 115 ms instead of 27."""


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow and how it stands."""

    id: int
    flow: Flow
    """The draft."""
    is_live: bool
    """Whether it answers those who write; one at most does."""
    has_changes: bool
    """Whether the draft differs from the version in use; False where none is."""
    version_id: int | None
    """What conversations go along now."""
    runs: int
    last_run: int
    """When the last one began; 0 for never."""
    changed: int
    """When the draft was last saved; grows with each saving."""


@dataclass(frozen=True, slots=True)
class Version:
    """A flow as it was when it was put to use, called as it is now."""

    id: int
    flow_id: int
    flow: Flow


def list_all() -> list[FlowView]:
    """The flows in order of creation."""
    return _views(Row.deleted == 0)


def get(flow_id: int) -> FlowView:
    """A flow; raises NotFound for one that is not there any more."""
    found = _views((Row.id == flow_id) & (Row.deleted == 0))
    if not found:
        raise _gone()
    return found[0]


def named(name: str) -> FlowView:
    """The flow called `name`, without regard to case and accents; raises NotFound."""
    return get(_row_named(name).id)


def create(flow: Flow) -> FlowView:
    """Keep a new draft, its texts without white space at their ends.

    Raises InvalidFields with sentences for `name` and `blocks`.
    """
    with database.writing():
        kept = _checked(flow, None)
        now = times.now()
        row = Row.create(
            name=kept.name, name_key=_key(kept.name), body=to_body(kept), created=now, changed=now
        )
        return get(row.id)


def save(flow_id: int, flow: Flow, seen_changed: int | None = None) -> FlowView:
    """Replace the draft and its name, as `create` keeps them; saving the same again changes nothing.

    Raises ChangedMeanwhile if somebody has saved it after `seen_changed`.
    """
    with database.writing():
        row = _row(flow_id)
        if seen_changed is not None and row.changed > seen_changed:
            raise ChangedMeanwhile(
                _("Somebody else has saved the flow “{name}” meanwhile.").format(name=row.name)
            )
        kept = _checked(flow, flow_id)
        body = to_body(kept)
        if (row.name, row.body) != (kept.name, body):
            row.name, row.name_key, row.body = kept.name, _key(kept.name), body
            # Two savings in one second are two.
            row.changed = max(times.now(), row.changed + 1)
            row.save()
        return get(flow_id)


def copy(flow_id: int, name: str) -> FlowView:
    """A new draft like that of another flow; raises InvalidFields for its `name`."""
    with database.writing():
        return create(replace(get(flow_id).flow, name=name))


def rename(flow_id: int, name: str) -> FlowView:
    """Call a flow by another name; raises InvalidFields for `name`."""
    with database.writing():
        return save(flow_id, replace(get(flow_id).flow, name=name))


def delete(flow_id: int) -> None:
    """Put a flow away: nobody enters it any more, those inside finish."""
    with database.writing():
        row = _row(flow_id)
        row.deleted, row.live = times.now(), False
        row.save()


def switch_on(flow_id: int) -> FlowView:
    """Let the flow, as its draft is now, answer those who write, in the place of any other.

    Raises InvalidFlow if it has faults.
    """
    with database.writing():
        publish(flow_id)
        Row.update(live=False).where(Row.live, Row.id != flow_id).execute()
        Row.update(live=True).where(Row.id == flow_id).execute()
        return get(flow_id)


def switch_off(flow_id: int) -> FlowView:
    """Let nobody new enter the flow; those inside finish."""
    with database.writing():
        row = _row(flow_id)
        row.live = False
        row.save()
        return get(flow_id)


def publish(flow_id: int) -> int:
    """The id of the version that the draft is, from now on the one in use; raises InvalidFlow.

    It is a new one only if the draft differs from the last.
    """
    with database.writing():
        row = _row(flow_id)
        check(_flow(row))
        newest = FlowVersion.id.desc()
        version = FlowVersion.select().where(FlowVersion.flow_id == flow_id).order_by(newest).first()
        if version is None or version.body != row.body:
            version = FlowVersion.create(flow_id=flow_id, body=row.body, created=times.now())
        if row.version_id != version.id:
            row.version_id = version.id
            row.save()
        return int(version.id)


def check(flow: Flow) -> None:
    """Raise InvalidFlow, which says the first fault and how many there are, if a flow has any."""
    found = checks.faults(flow, properties.list_all())
    if not found:
        return
    whole = _("Flow “{name}”: {fault}") if found[0].block_id is None else _("Flow “{name}”, {fault}")
    sentence = whole.format(name=flow.name, fault=fault_sentence(flow, found[0]))
    if more := len(found) - 1:
        sentence += " " + ngettext("One more fault.", "{count} more faults.", more)
    raise InvalidFlow(sentence)


def live() -> Version | None:
    """What those who write go along; None where no flow is switched on."""
    row = Row.get_or_none(Row.live & (Row.deleted == 0))
    return None if row is None or row.version_id is None else version(row.version_id)


def in_use(name: str) -> Version:
    """What conversations of the flow called `name` go along; it is published if it never was.

    Raises NotFound, or InvalidFlow.
    """
    row = _row_named(name)
    return version(row.version_id or publish(row.id))


def version(version_id: int) -> Version:
    """A version, of a deleted flow too; raises NotFound."""
    found = FlowVersion.get_or_none(FlowVersion.id == version_id)
    if found is None:
        raise NotFound(_("This version of a flow is not there."))
    row = Row.get_by_id(found.flow_id)
    return Version(found.id, row.id, from_body(found.body, row.name))


_PLACES = {
    "options": N_("its choices"),
    "menu": N_("the word that opens its list"),
    "retry": N_("its answer to wrong answers"),
    "reminder_text": N_("its reminder"),
}
"""What is named besides a block where its fault's sentence does not say it."""


def fault_sentence(flow: Flow, fault: Fault) -> str:
    """A fault with its place: blocks are counted from 1 as an outline has them."""
    if fault.block_id is None:
        return fault.sentence
    numbers = {block.id: number for number, block in reversed(list(enumerate(flow.walk(), 1)))}
    place = _("block {number}").format(number=numbers[fault.block_id])
    field, _colon, position = fault.field.partition(":")
    if position:
        place += ", " + _("choice {number}").format(number=int(position) + 1)
    elif field in _PLACES:
        place += ", " + _(_PLACES[field])
    return f"{place}: {fault.sentence}"


def clean(raw: str) -> str:
    """A flow's text as it is kept: one kind of line ends, no white space at its ends."""
    return text.clean(raw.replace("\r\n", "\n").replace("\r", "\n"))


def to_body(flow: Flow) -> dict[str, Any]:
    """A flow without its name as JSON; what is as usual is left out."""
    body: dict[str, Any] = {"language": flow.language, "hours": flow.hours}
    return body | {"blocks": [_block_body(block) for block in flow.blocks]}


def from_body(body: Mapping[str, Any], name: str = "") -> Flow:
    """The flow that `to_body` gave; fields of later versions are passed over, an unknown kind is Invalid."""
    try:
        return Flow(name, _way(body["blocks"]), body["language"], body["hours"])
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            _("The flow “{name}” was made by a newer version of this program; update it.").format(name=name)
        ) from error


def _block_body(block: Block) -> dict[str, Any]:
    usual = Block(block.id, block.kind)
    body: dict[str, Any] = {"id": block.id, "kind": str(block.kind), "text": block.text}
    for field in ("menu", "attempts", "retry"):
        if getattr(block, field) != getattr(usual, field):
            body[field] = getattr(block, field)
    if block.expects is not usual.expects:
        body["expects"] = str(block.expects)
    if block.options:
        body["options"] = [_option_body(option) for option in block.options]
    if block.saving is not None:
        body["saving"] = {"property": block.saving.property_id, "overwrite": block.saving.overwrite}
    if block.invalid is not None:
        body["invalid"] = [_block_body(step) for step in block.invalid]
    if block.reminder is not None:
        body["reminder"] = {"minutes": block.reminder.minutes, "text": block.reminder.text}
    return body


def _option_body(option: Option) -> dict[str, Any]:
    return {"text": option.text, "blocks": [_block_body(step) for step in option.blocks]}


def _way(bodies: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(body) for body in bodies)


def _block(body: Mapping[str, Any]) -> Block:
    usual = Block(body["id"], Kind(body["kind"]), body["text"])
    saving, reminder, invalid = body.get("saving"), body.get("reminder"), body.get("invalid")
    return replace(
        usual,
        expects=PropertyType(body.get("expects", usual.expects)),
        options=tuple(Option(item["text"], _way(item["blocks"])) for item in body.get("options", ())),
        menu=body.get("menu", usual.menu),
        saving=None if saving is None else Saving(saving["property"], saving["overwrite"]),
        attempts=body.get("attempts", usual.attempts),
        retry=body.get("retry", usual.retry),
        invalid=None if invalid is None else _way(invalid),
        reminder=None if reminder is None else Reminder(reminder["minutes"], reminder["text"]),
    )


def _views(which: peewee.Expression) -> list[FlowView]:
    rows = list(Row.select().where(which).order_by(Row.id))
    used = FlowVersion.select().where(FlowVersion.id.in_([row.version_id for row in rows]))
    bodies = {version.id: version.body for version in used}
    counted = database.db.execute_sql(_RUNS, (json.dumps([row.id for row in rows]),))
    runs = {flow_id: (count, last or times.NEVER) for flow_id, count, last in counted.fetchall()}
    return [_view(row, bodies, *runs[row.id]) for row in rows]


def _view(row: Row, bodies: Mapping[int, Any], runs: int, last_run: int) -> FlowView:
    has_changes = row.version_id is not None and bodies[row.version_id] != row.body
    return FlowView(
        row.id, _flow(row), bool(row.live), has_changes, row.version_id, runs, last_run, row.changed
    )


def _flow(row: Row) -> Flow:
    return from_body(row.body, row.name)


def _row(flow_id: int) -> Row:
    row = Row.get_or_none((Row.id == flow_id) & (Row.deleted == 0))
    if row is None:
        raise _gone()
    return row


def _row_named(name: str) -> Row:
    row = Row.get_or_none((Row.name_key == _key(name)) & (Row.deleted == 0))
    if row is None:
        raise NotFound(_("There is no flow “{name}”.").format(name=name))
    return row


def _gone() -> NotFound:
    return NotFound(_("This flow is not there any more."))


def _key(name: str) -> str:
    return text.fold(text.clean(name))


def _checked(flow: Flow, own_id: int | None) -> Flow:
    """The flow as it is kept; raises InvalidFields for what not even a draft may be."""
    name = text.clean(flow.name)
    faults = {"name": _name_fault(name, own_id), "blocks": _blocks_fault(flow)}
    if any(faults.values()):
        raise InvalidFields({field: sentence for field, sentence in faults.items() if sentence})
    return replace(flow, name=name, blocks=_cleaned(flow.blocks))


def _name_fault(name: str, own_id: int | None) -> str:
    if not name:
        return _("A flow needs a name.")
    if len(name) > NAME_LIMIT:
        return _("A flow's name has at most {limit} characters.").format(limit=NAME_LIMIT)
    if not name.isprintable():
        return _("A flow's name is one line of ordinary characters.")
    other = Row.get_or_none((Row.name_key == _key(name)) & (Row.deleted == 0))
    if other is not None and other.id != own_id:
        return _("There is a flow “{name}” already.").format(name=other.name)
    return ""


def _blocks_fault(flow: Flow) -> str:
    if _is_deeper(flow.blocks, DEPTH_LIMIT):
        return _("Ways can lie within one another {limit} deep at most.").format(limit=DEPTH_LIMIT)
    ids = [block.id for block in flow.walk()]
    return "" if len(set(ids)) == len(ids) else _("Two blocks of this flow have the same number.")


def _is_deeper(way: tuple[Block, ...], limit: int) -> bool:
    if not way or limit < 0:
        return bool(way)
    return any(_is_deeper(branch, limit - 1) for block in way for branch in ways(block))


def _cleaned(way: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(_clean_block(block) for block in way)


def _clean_block(block: Block) -> Block:
    reminder = block.reminder
    return replace(
        block,
        text=clean(block.text),
        options=tuple(Option(clean(option.text), _cleaned(option.blocks)) for option in block.options),
        menu=clean(block.menu),
        retry=clean(block.retry),
        invalid=None if block.invalid is None else _cleaned(block.invalid),
        reminder=None if reminder is None else replace(reminder, text=clean(reminder.text)),
    )
