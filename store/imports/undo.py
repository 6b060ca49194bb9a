"""Undo an import: what it created goes into the bin, but for contacts to which something happened since.

Like the import itself a job that writes in batches, so that nobody has to wait for it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peewee import SQL, fn

from store import database, jobs, search, settings
from store.errors import JobFailed
from store.imports import views
from store.imports.views import ImportView
from store.jobs import State
from store.language import _
from store.models import LIVING, Contact, Import
from store.values import times

KEPT_LIMIT = 1_000
"""Contacts that stay, of whom a preview tells."""
_BATCH = 2_000
"""Contacts in one transaction: others wait for milliseconds only."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A contact that stays although its import is undone."""

    phone: str | None
    name: str
    why: str
    """What has happened to it since, for a person."""


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing an import would do."""

    to_bin: int
    """Contacts that would go into the bin."""
    kept: int
    """Contacts that would stay, since they were changed, or were in touch, after they had been imported."""
    first_kept: tuple[Kept, ...]
    """The first KEPT_LIMIT of them."""


def undo_preview(import_id: int) -> UndoPreview:
    """What undoing the import would do now; raises JobFailed if it cannot be undone."""
    check_can_undo(views.get(import_id))
    living = _living(import_id)
    kept = living & _touched()
    total = _count(living)
    first = _first_kept(kept)
    kept_total = len(first) if len(first) < KEPT_LIMIT else _count(kept)
    return UndoPreview(total - kept_total, kept_total, first)


def request_undo(import_id: int) -> int:
    """Begin to undo the import; the id of the job that does it. Raises JobFailed if it cannot be undone."""
    check_can_undo(views.get(import_id))

    def prepare(job_id: int) -> None:
        # Another person may have been quicker.
        check_can_undo(views.get(import_id))
        Import.update(undo_job=job_id, undo_kept=0).where(Import.job == import_id).execute()

    return jobs.start("undo", {"import": import_id}, prepare)


def check_can_undo(view: ImportView) -> None:
    """Raise JobFailed for an import that cannot be undone as it stands."""
    if view.is_running:
        raise JobFailed(_("This import is still running; stop it before you undo it."))
    check_not_undone(view)


def check_not_undone(view: ImportView) -> None:
    """Raise JobFailed for an import that was undone, or is being undone."""
    if view.state is State.UNDONE:
        raise JobFailed(_("This import was undone; import its file again if you want its rows."))
    if view.is_undoing:
        raise JobFailed(_("This import is being undone at this moment."))


def run(job_id: int) -> None:
    """Undo the import that the job names; called in its process."""
    import_id = jobs.get(job_id).parameters["import"]
    database.tune(database.BULK_PRAGMAS)
    courtesy = database.Courtesy(always=True)
    total = max(_count(_living(import_id)), 1)
    met = 0
    for ids in _batches(import_id):
        jobs.check_stop(job_id)
        courtesy.give_way()
        met += len(ids)
        with database.writing():
            _put_into_bin(import_id, ids)
            jobs.report_progress(job_id, 1000 * met // total)
    with database.writing():
        jobs.mark_undone(import_id)
        jobs.end(job_id, State.FINISHED)


def _put_into_bin(import_id: int, ids: list[int]) -> None:
    # One parameter for all of them: thousands cost more to bind than to find.
    among = Contact.id.in_(SQL("(SELECT value FROM json_each(?))", [json.dumps(ids)]))
    living = among & (Contact.deleted == LIVING)
    with search.changing(ids):
        binned = Contact.update(deleted=times.now()).where(living & ~_touched()).execute()
    kept = _count(living)
    Import.update(undo_binned=Import.undo_binned + binned, undo_kept=Import.undo_kept + kept).where(
        Import.job == import_id
    ).execute()


def _batches(import_id: int) -> Iterator[list[int]]:
    """The ids of the living contacts that the import created, in lists; each looked up when it is wanted."""
    last = 0
    while True:
        query = Contact.select(Contact.id).where(_living(import_id), Contact.id > last)
        ids = list(database.ids(query.order_by(Contact.id).limit(_BATCH)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _living(import_id: int) -> Any:
    # The sum keeps the planner from the partial indexes of the lists, which know nothing of imports.
    return (Contact.import_id == import_id) & (Contact.deleted + SQL("0") == LIVING)


def _touched() -> Any:
    """Whether something has happened to a contact since it was imported."""
    # One sum instead of six comparisons: none of them is ever below 0.
    happened: Any = Contact.user_initiated + Contact.business_initiated
    happened += Contact.cancelled_outbounds + Contact.received_notifications
    happened += Contact.first_interaction + Contact.last_interaction
    return (happened > 0) | (Contact.changed > Contact.created)


def _count(condition: Any) -> int:
    return int(Contact.select(fn.COUNT(Contact.id)).where(condition).scalar())


def _first_kept(condition: Any) -> tuple[Kept, ...]:
    query = Contact.select(
        Contact.phone,
        Contact.name,
        Contact.user_initiated,
        Contact.last_interaction,
        Contact.created,
        Contact.changed,
    ).where(condition)
    zone = settings.load().time_zone
    found = list(database.tuples(query.order_by(Contact.id).limit(KEPT_LIMIT)))
    return tuple(Kept(phone, name, _why(zone, *rest)) for phone, name, *rest in found)


def _why(zone: str, user_initiated: int, last_interaction: int, created: int, changed: int) -> str:
    if user_initiated and last_interaction:
        return _("wrote on {moment}").format(moment=times.shown(last_interaction, zone))
    if changed > created:
        return _("changed on {moment}").format(moment=times.shown(changed, zone))
    if last_interaction:
        return _("in touch on {moment}").format(moment=times.shown(last_interaction, zone))
    return _("has interactions")
