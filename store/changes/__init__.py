"""Change many contacts at once, as a job that can be undone: delete them, set a property, or clear it."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from store import database, jobs, properties, settings
from store.errors import Invalid, JobFailed, NotFound
from store.jobs import JobView, State
from store.language import _, ngettext
from store.models import Change
from store.values import property_type, times

__all__ = [
    "Action",
    "ChangeView",
    "clear",
    "delete",
    "get",
    "list_all",
    "resume",
    "set_value",
    "stop",
    "undo",
]


class Action(StrEnum):
    """What is done to the contacts."""

    DELETE = "delete"
    SET = "set"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as it stands."""

    id: int
    action: Action
    property_name: str
    """Of what is set or cleared; empty for a deletion, and for a property that is not there any more."""
    value: str
    """What is set, as it is stored."""
    created: int
    person: str
    """Who began it."""
    state: State
    progress: int
    """Thousandths."""
    message: str
    changed: int
    """Contacts that it has changed so far."""
    undo: JobView | None
    """The job that takes it back, if there is one."""
    undone: int
    """Contacts that are again as they were before."""

    @property
    def is_running(self) -> bool:
        """Whether it, or its undoing, may still change by itself."""
        return self.state in jobs.RUNNING or (self.undo is not None and self.undo.is_running)

    @property
    def sentence(self) -> str:
        """What it has done, for a person."""
        if self.undo is not None and self.state is not State.UNDONE:
            return ngettext(
                "{{undone:,}} of {count} contact is as it was.",
                "{{undone:,}} of {count} contacts are as they were.",
                self.changed,
            ).format(undone=self.undone)
        if self.undo is not None:
            text = ngettext(
                "{count} contact is as it was.", "{count} contacts are as they were.", self.undone
            )
            left = self.changed - self.undone
            if left:
                text += " " + ngettext(
                    "{count} has changed since and stays.", "{count} have changed since and stay.", left
                )
            return text
        if self.action is Action.DELETE:
            return ngettext("{count} contact is deleted.", "{count} contacts are deleted.", self.changed)
        return ngettext("{count} contact is changed.", "{count} contacts are changed.", self.changed)


def delete(ids: Iterable[int]) -> int:
    """Begin to put contacts into the bin; the change's id."""
    return _start(Action.DELETE, ids, None, str(times.now()))


def set_value(ids: Iterable[int], property_id: int, raw: str) -> int:
    """Begin to give contacts a value for a property; the change's id. Raises Invalid for a wrong value."""
    item = next((item for item in properties.list_all() if item.id == property_id), None)
    if item is None:
        raise NotFound(_("This property is not there any more."))
    value = property_type.parse(item.type, raw, settings.load().formats, item.choices)
    if not value:
        raise Invalid(_("Write a value, or choose to clear the property."))
    return _start(Action.SET, ids, property_id, value)


def clear(ids: Iterable[int], property_id: int) -> int:
    """Begin to take a property's value away from contacts; the change's id."""
    return _start(Action.CLEAR, ids, property_id, "")


def undo(change_id: int) -> int:
    """Begin, or go on, to take a change back, as far as nobody has changed the same since; the job's id.

    Raises JobFailed while it is running, and after it was undone.
    """

    def prepare(job_id: int) -> None:
        view = get(change_id)
        if view.is_running:
            raise JobFailed(_("This is still running; stop it before you undo it."))
        if view.state is State.UNDONE:
            raise JobFailed(_("This was undone already."))
        Change.update(undo_job=job_id).where(Change.job == change_id).execute()

    return jobs.start("undo_change", {"change": change_id}, prepare)


def stop(change_id: int) -> None:
    """Ask a change, or its undoing, to stop; what is done stays."""
    view = get(change_id)
    jobs.stop(change_id if view.undo is None else view.undo.id)


def get(change_id: int) -> ChangeView:
    """The change as it stands; raises NotFound."""
    row = _row(change_id)
    if row is None:
        raise NotFound(_("There is no job {id}.").format(id=change_id))
    job = jobs.get(change_id)
    undo_job = None if row.undo_job is None else jobs.get(row.undo_job)
    # Its numbers are those of now, since it may have ended between the two looks.
    row = _row(change_id) or row
    return ChangeView(
        id=change_id,
        action=Action(row.action),
        property_name=_name_of(row.property_id),
        value=row.value if row.action == Action.SET else "",
        created=job.created,
        person=job.person,
        state=job.state,
        progress=job.progress if undo_job is None else undo_job.progress,
        message=job.message if undo_job is None else undo_job.message,
        changed=row.changed,
        undo=undo_job,
        undone=row.undone,
    )


def resume(change_id: int) -> None:
    """Go on with a change that was stopped, interrupted or failed; raises JobFailed if it cannot go on."""

    def check() -> None:
        if get(change_id).undo is not None:
            raise JobFailed(_("This is being undone, or was."))

    jobs.resume(change_id, {}, check)


def list_all(limit: int = 100) -> list[ChangeView]:
    """The latest changes, the latest first."""
    query = Change.select(Change.job).order_by(Change.job.desc()).limit(limit)
    return [get(change_id) for (change_id,) in database.tuples(query)]


def _start(action: Action, ids: Iterable[int], property_id: int | None, value: str) -> int:
    database.check_writable()
    meant = array(database.ID, sorted(set(ids)))

    def prepare(job_id: int) -> None:
        Change.create(
            job=job_id, action=str(action), property_id=property_id, value=value, ids=meant.tobytes()
        )

    return jobs.start("change", {}, prepare)


def _row(change_id: int) -> Change | None:
    """What is told of a change: all but the ids, 4 MB a million."""
    columns = [field for field in Change._meta.sorted_fields if field is not Change.ids]
    found: Change | None = Change.select(*columns).where(Change.job == change_id).first()
    return found


def _name_of(property_id: int | None) -> str:
    return next((item.name for item in properties.list_all() if item.id == property_id), "")
