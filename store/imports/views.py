"""Imports as they stand."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import JOIN

from store import database, jobs
from store.errors import FileUnusable, NotFound
from store.jobs import State
from store.language import _, ngettext
from store.models import Import, Job


@dataclass(frozen=True, slots=True)
class UndoView:
    """The last undo of an import, as it stands."""

    job: int
    state: State
    progress: int
    """Thousandths of the contacts."""
    message: str
    stop_asked: bool
    started: int
    binned: int
    """Contacts that were put into the bin, however often the undo was begun."""
    kept: int
    """Contacts that were met and left, since something happened to them."""

    @property
    def is_running(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in jobs.RUNNING


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as it stands."""

    id: int
    state: State
    file: str
    sheet: str
    headers: tuple[str, ...]
    created_at: int
    started: int
    finished: int
    person: str
    rows: int | None
    """Rows that hold anything below the header; None until the sheet was read to its end."""
    created: int
    duplicates: int
    rejected: int
    incomplete: int
    """Created rows with a property's column empty."""
    unsaved: int
    """Created rows with a value that did not fit its type and was left out."""
    position: int
    """The last row that was handled, as Excel counts."""
    progress: int
    """Thousandths of the file's bytes."""
    message: str
    report: str | None
    stop_asked: bool
    phones: dict[str, int]
    """Numbers that came without + or 00, by the country they were read as."""
    parameters: dict[str, Any]
    undo: UndoView | None
    """None for an import that nobody has begun to undo."""
    copy_days: int | None
    """After how many days the kept copy of the file was removed; None while it is there."""

    @property
    def is_running(self) -> bool:
        """Whether it still loads, or waits for its turn to."""
        return self.state in jobs.RUNNING

    @property
    def is_undoing(self) -> bool:
        """Whether it is being undone."""
        return self.undo is not None and self.undo.is_running

    @property
    def is_busy(self) -> bool:
        """Whether it may still change by itself."""
        return self.is_running or self.is_undoing

    @property
    def can_stop(self) -> bool:
        """Whether there is work that nobody has asked to stop yet."""
        if self.undo is not None and self.undo.is_running:
            return not self.undo.stop_asked
        return self.is_running and not self.stop_asked

    @property
    def can_resume(self) -> bool:
        """Whether it has ended before its end."""
        return not self.is_busy and self.state not in (State.FINISHED, State.UNDONE)

    @property
    def can_undo(self) -> bool:
        """Whether what it created can be put into the bin."""
        return not self.is_busy and self.state is not State.UNDONE

    @property
    def can_be_mended(self) -> bool:
        """Whether there are rows to fix."""
        return not self.is_running and self.rejected > 0

    @property
    def done(self) -> int:
        """Rows that were handled."""
        return self.created + self.duplicates + self.rejected

    @property
    def not_processed(self) -> int | None:
        """Rows that were not handled; None while the number of rows is unknown."""
        return None if self.rows is None else self.rows - self.done

    @property
    def scattered(self) -> bool:
        """Whether numbers were read, without anybody's word, as of more than one country."""
        return not self.parameters.get("settled", True) and len(self.phones) > 1


def kept_copy(import_id: int) -> Path:
    """Where the import's own copy of its file lies."""
    return database.files_folder() / f"import-{import_id}.xlsx"


def check_kept(view: ImportView) -> None:
    """Raise FileUnusable if the import's own copy of its file is not there any more."""
    if view.copy_days is not None:
        raise FileUnusable(
            ngettext(
                "The kept copy of {{file}} was removed {count} day after the import, as the settings say; "
                "only the numbers are left.",
                "The kept copy of {{file}} was removed {count} days after the import, as the settings say; "
                "only the numbers are left.",
                view.copy_days,
            ).format(file=view.file)
        )
    if not kept_copy(view.id).exists():
        raise FileUnusable(
            _("The kept copy of {file} is gone; only the numbers of this import are left.").format(
                file=view.file
            )
        )


def list_all() -> list[ImportView]:
    """All imports, the latest first."""
    query = _with_jobs().order_by(Import.job.desc())
    # Read to its end first: while it is open, its connection sees the jobs as they were when it began.
    return [_outward(row) for row in list(query)]


def is_waiting(view: ImportView) -> bool:
    """Whether other work is writing contacts, so that this import, or its undo, has to wait."""
    return jobs.is_waiting(view.undo.job if view.undo is not None and view.undo.is_running else view.id)


def get(import_id: int) -> ImportView:
    """One import as it stands; raises NotFound."""
    row = _with_jobs().where(Import.job == import_id).first()
    if row is None:
        raise NotFound(_("There is no import {id}.").format(id=import_id))
    return _outward(row)


def state_label(view: ImportView) -> str:
    """The state of an import for a person: what became of it last, be it by its undo."""
    if view.is_running:
        return _("Stopping") if view.stop_asked else view.state.label
    undo = view.undo
    # Whoever stopped an undo before it put anybody into the bin has undone nothing.
    if undo is None or view.state is State.UNDONE or (undo.state is State.STOPPED and not undo.binned):
        return view.state.label
    return undo_label(undo)


def undo_label(undo: UndoView) -> str:
    """The state of an import's undo for a person."""
    if undo.is_running and undo.stop_asked:
        return _("Stopping")
    match undo.state:
        case State.QUEUED:
            return _("Undo queued")
        case State.STOPPED:
            return _("Undo stopped")
        case State.INTERRUPTED:
            return _("Undo broken off")
        case State.FAILED:
            return _("Undo failed")
        case State.FINISHED:
            return State.UNDONE.label
    return _("Undoing {percent}%").format(percent=undo.progress // 10)


_UndoJob = Job.alias()


def _with_jobs() -> Any:
    """Imports, each with its own job and that of its undo, as one look sees them."""
    undo = Import.undo_job == _UndoJob.id
    query = Import.select(Import, Job, _UndoJob).join(Job).switch(Import)
    return query.join(_UndoJob, JOIN.LEFT_OUTER, on=undo, attr="undo_row")


def _jobs_of(row: Any) -> list[Job]:
    """The job that imports and, if there is one, that which undoes it."""
    return [row.job] if row.undo_job is None else [row.job, row.undo_row]


def _undo_of(row: Any, state: State) -> UndoView:
    job = row.undo_row
    return UndoView(
        job=job.id,
        state=state,
        progress=job.progress,
        message=job.message,
        stop_asked=bool(job.stop_asked),
        started=job.started,
        binned=row.undo_binned,
        kept=row.undo_kept,
    )


def _outward(row: Any) -> ImportView:
    again = _with_jobs().where(Import.job == row.job.id)
    row, (state, *of_undo) = jobs.look(row, _jobs_of, again.get)
    job = row.job
    undo = _undo_of(row, of_undo[0]) if of_undo else None
    return ImportView(
        id=job.id,
        state=state,
        file=row.file,
        sheet=row.sheet,
        headers=tuple(row.headers),
        created_at=job.created,
        started=job.started,
        finished=job.finished,
        person=job.person,
        rows=row.rows,
        created=row.created_rows,
        duplicates=row.duplicates,
        rejected=row.rejected,
        incomplete=row.incomplete,
        unsaved=row.unsaved,
        position=row.position,
        progress=job.progress,
        message=job.message,
        report=row.report,
        stop_asked=bool(job.stop_asked),
        phones=row.phones,
        parameters=job.parameters,
        undo=undo,
        copy_days=row.copy_days,
    )


def speed_and_rest(view: ImportView, now: float | None = None) -> tuple[float, float | None]:
    """Rows a second so far and the seconds that are left (None while that cannot be told)."""
    before = view.parameters.get("resumed", {"done": 0, "progress": 0})
    running = max((now or time.time()) - view.started, 0.5)
    speed = (view.done - before["done"]) / running
    progress = view.progress - before["progress"]
    if progress <= 0:
        return speed, None
    return speed, running * (1000 - view.progress) / progress
