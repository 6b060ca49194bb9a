"""Runs as they are stored; what happens in them is in `store.flows.runs`."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from store import database
from store.events import among
from store.flows.keeping import Version
from store.flows.player import State
from store.models import FlowRun
from store.models import Interaction as InteractionRow
from store.values.events import DAY, Event, Interaction

_COLUMNS = ("id", "flow_id", "version_id", "contact_id", "interaction", "line", "state", "started", "last")
_INSERT = (
    "INSERT INTO flow_run (flow_id, version_id, contact_id, interaction, line, state, started, last) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_GOES_ON = SQL("(ended = 0 AND due > 0)")
"""Literally as the index has it: a bound value finds none."""


@dataclass(slots=True)
class Run:
    """A row of FlowRun."""

    id: int
    flow_id: int
    version_id: int
    contact_id: int
    interaction: str
    line: str
    state: dict[str, Any]
    started: int
    last: int
    ended: int = 0
    due: int = 0


def insert(contact_id: int, interaction: Interaction, version: Version, event: Event, now: int) -> Run:
    """A run that this message begins, which has not said anything yet; inside a transaction."""
    state = State(None).to_json()
    run = Run(0, version.flow_id, version.id, contact_id, interaction.key, event.line, state, now, event.time)
    values = (run.flow_id, run.version_id, contact_id, run.interaction, run.line, json.dumps(state))
    # By hand, as in `write`: Peewee takes ten times as long to say it as SQLite to do it.
    run.id = int(database.db.execute_sql(_INSERT, (*values, run.started, run.last)).lastrowid)
    return run


def write(run: Run) -> None:
    """Store how far a run is, inside a transaction."""
    database.db.execute_sql(
        "UPDATE flow_run SET interaction = ?, state = ?, last = ?, due = ?, ended = ? WHERE id = ?",
        (run.interaction, json.dumps(run.state), run.last, run.due, run.ended, run.id),
    )


def lately(interactions: Mapping[int, Collection[Interaction]], since: int) -> list[Run]:
    """The runs of contacts that events from then on may have to do with; their `interactions` not over then.

    Of those all runs, however long ago they ended: messages keep an interaction open after its flow.
    """
    keys = [interaction.key for found in interactions.values() for interaction in found]
    recent = (FlowRun.ended == 0) | (FlowRun.last >= since - DAY) | FlowRun.interaction.in_(among(keys))
    return _runs(FlowRun.contact_id.in_(among(interactions.keys())) & recent)


def strays(run_ids: Sequence[int]) -> list[Run]:
    """Those of these runs whose interaction is not there (any more), in the order of their beginning."""
    if not run_ids:
        return []
    opened = InteractionRow.select().where(
        InteractionRow.contact_id == FlowRun.contact_id, InteractionRow.key == FlowRun.interaction
    )
    return _runs(FlowRun.id.in_(among(run_ids)) & ~fn.EXISTS(opened))


def give(giver: int, taker: int) -> None:
    """Make the runs of one contact another's, but for those of interactions that the other has gone along."""
    statement = "UPDATE OR IGNORE flow_run SET contact_id = ? WHERE contact_id = ?"
    database.db.execute_sql(statement, (taker, giver))


def due(now: int, limit: int) -> list[Run]:
    """The runs in which something is due by then, without an answer."""
    return _runs(_GOES_ON & (FlowRun.due <= now), limit)


def next_due() -> int | None:
    """When the next of them is; None for never."""
    found = FlowRun.select(fn.MIN(FlowRun.due)).where(_GOES_ON).scalar()
    return None if found is None else int(found)


def _runs(condition: Any, limit: int | None = None) -> list[Run]:
    columns = [getattr(FlowRun, column) for column in (*_COLUMNS, "ended", "due")]
    query = FlowRun.select(*columns).where(condition).order_by(FlowRun.id).limit(limit)
    return [Run(*values) for values in database.tuples(query)]
