"""Carry out a change of many contacts, and take it back: batch by batch, in the order of their ids."""

import json
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from store import database, jobs, search
from store.changes import Action
from store.jobs import State
from store.models import Change
from store.values import times

_BATCH = 2_000
"""Contacts in one transaction: others wait for milliseconds only."""
_AMONG = "id IN (SELECT value FROM json_each(?))"
_VALUE = "coalesce(json_extract(properties, ?), '')"
_NUMBER_IS_TAKEN = (
    "EXISTS (SELECT 1 FROM contact AS other WHERE other.phone = contact.phone AND other.deleted = 0)"
)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be done to every contact."""

    id: int
    """Of the change."""
    action: Action
    path: str
    """Of the property, in a contact's properties."""
    value: str


def run(job_id: int) -> None:
    """Change the contacts that the job names; called in its process."""
    row = Change.get_by_id(job_id)
    ids = array(database.ID, row.ids)
    task = _task(job_id, row)
    change = _CHANGES[task.action]

    def write(batch: Sequence[int]) -> None:
        done = change(task, batch)
        Change.update(position=batch[-1], changed=Change.changed + done).where(Change.job == job_id).execute()

    _in_batches(job_id, ids[bisect_right(ids, row.position) :], write)
    with database.writing():
        Change.update(ids=b"").where(Change.job == job_id).execute()
        jobs.end(job_id, State.FINISHED)


def undo(job_id: int) -> None:
    """Take back the change that the job names; called in its process."""
    change_id = jobs.get(job_id).parameters["change"]
    task = _task(change_id, Change.get_by_id(change_id))
    take_back = _restore if task.action is Action.DELETE else _set_back
    found = database.db.execute_sql(
        "SELECT contact_id FROM change_item WHERE change_id = ? ORDER BY contact_id", (change_id,)
    )
    ids = [contact_id for (contact_id,) in found.fetchall()]

    def write(batch: Sequence[int]) -> None:
        done = take_back(task, batch)
        Change.update(undone=Change.undone + done).where(Change.job == change_id).execute()
        # If it is stopped now, the next one goes on behind it.
        _run(f"DELETE FROM change_item WHERE change_id = ? AND contact_{_AMONG}", (change_id, _json(batch)))

    _in_batches(job_id, ids, write)
    with database.writing():
        jobs.mark_undone(change_id)
        jobs.end(job_id, State.FINISHED)


def _task(change_id: int, row: Change) -> _Task:
    return _Task(change_id, Action(row.action), f'$."{row.property_id}"', row.value)


def _in_batches(job_id: int, ids: Sequence[int], write: Callable[[Sequence[int]], None]) -> None:
    database.tune(database.BULK_PRAGMAS)
    courtesy = database.Courtesy(always=True)
    for start in range(0, len(ids), _BATCH):
        jobs.check_stop(job_id)
        courtesy.give_way()
        batch = ids[start : start + _BATCH]
        with database.writing():
            write(batch)
            jobs.report_progress(job_id, 1000 * (start + len(batch)) // len(ids))


# Each of these is given a task and contacts, and tells how many it has changed.


def _delete(task: _Task, ids: Sequence[int]) -> int:
    among = _json(ids)
    _note(task, "SELECT ?, id, '' FROM contact WHERE deleted = 0 AND " + _AMONG, (among,))
    search.remove(ids)
    return _run(f"UPDATE contact SET deleted = ? WHERE deleted = 0 AND {_AMONG}", (int(task.value), among))


def _set(task: _Task, ids: Sequence[int]) -> int:
    path, among = task.path, _json(ids)
    differs = f"deleted = 0 AND {_VALUE} <> ? AND {_AMONG}"
    _note(task, f"SELECT ?, id, {_VALUE} FROM contact WHERE {differs}", (path, path, task.value, among))
    return _run(
        f"UPDATE contact SET properties = json_set(properties, ?, ?), {_CHANGED} WHERE {differs}",
        (path, task.value, times.now(), path, task.value, among),
    )


def _clear(task: _Task, ids: Sequence[int]) -> int:
    path, among = task.path, _json(ids)
    has = f"deleted = 0 AND {_VALUE} <> '' AND {_AMONG}"
    _note(task, f"SELECT ?, id, {_VALUE} FROM contact WHERE {has}", (path, path, among))
    return _run(
        f"UPDATE contact SET properties = json_remove(properties, ?), {_CHANGED} WHERE {has}",
        (path, times.now(), path, among),
    )


def _restore(task: _Task, ids: Sequence[int]) -> int:
    """Those that lie in the bin since then, and whose number nobody else has by now."""
    condition = f"deleted = ? AND NOT {_NUMBER_IS_TAKEN} AND {_AMONG}"
    found = database.db.execute_sql(
        f"SELECT id FROM contact WHERE {condition}", (int(task.value), _json(ids))
    )
    back = [contact_id for (contact_id,) in found.fetchall()]
    # One by one: two of them may have had the same number one after the other.
    restored = [contact_id for contact_id in back if _run(_RESTORE, (contact_id,))]
    search.add(restored)
    return len(restored)


def _set_back(task: _Task, ids: Sequence[int]) -> int:
    """Those whose value is still what the change has made of it."""
    path, present = task.path, task.value if task.action is Action.SET else ""
    before = (
        "(SELECT before FROM change_item AS item WHERE item.change_id = ? AND item.contact_id = contact.id)"
    )
    return _run(
        f"UPDATE contact SET properties = CASE WHEN {before} = '' THEN json_remove(properties, ?) "
        f"ELSE json_set(properties, ?, {before}) END, {_CHANGED} "
        f"WHERE deleted = 0 AND {_VALUE} = ? AND {_AMONG}",
        (task.id, path, path, task.id, times.now(), path, present, _json(ids)),
    )


_CHANGES: dict[Action, Callable[[_Task, Sequence[int]], int]] = {
    Action.DELETE: _delete,
    Action.SET: _set,
    Action.CLEAR: _clear,
}
# In whole seconds a change right after the creation would not be seen as one.
_CHANGED = "changed = max(?, created + 1)"
_RESTORE = f"UPDATE contact SET deleted = 0 WHERE id = ? AND NOT {_NUMBER_IS_TAKEN}"


def _note(task: _Task, selection: str, parameters: tuple[Any, ...]) -> None:
    """Keep what is before the change of those that it will change."""
    statement = "INSERT INTO change_item (change_id, contact_id, before) " + selection
    database.db.execute_sql(statement, (task.id, *parameters))


def _run(statement: str, parameters: tuple[Any, ...]) -> int:
    return int(database.db.execute_sql(statement, parameters).rowcount)


def _json(ids: Sequence[int]) -> str:
    return json.dumps(list(ids))
