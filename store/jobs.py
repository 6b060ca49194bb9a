"""Long work in a process of its own: start, watch, stop.

A job is a row, carried out by a detached process that holds a lock on a file as long as it lives. The row
tells how far it is; a flag in the row asks it to stop. The process is `store.job_process`.
"""

import getpass
import os
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from peewee import fn

from store import database, job_locks, language, processes
from store.errors import JobFailed, NotFound
from store.language import N_, _
from store.models import Job
from store.values import times


class State(StrEnum):
    """Where a job is on its way."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    UNDONE = "undone"
    """Finished or not, what it made was taken back by another job."""

    @property
    def label(self) -> str:
        """The state's name for a person."""
        return _(_LABELS[self])


_LABELS = {
    State.QUEUED: N_("Queued"),
    State.IN_PROGRESS: N_("In progress"),
    State.FINISHED: N_("Finished"),
    State.STOPPED: N_("Stopped"),
    State.INTERRUPTED: N_("Interrupted"),
    State.FAILED: N_("Failed"),
    State.UNDONE: N_("Undone"),
}

RUNNING = (State.QUEUED, State.IN_PROGRESS)
WRITERS = ("import", "undo", "change", "undo_change")
"""Kinds that write contacts: one of them works at a time, the others queue."""

_DELETED = ""
"""The kind of a row that only keeps its id from being given to another job."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands."""

    id: int
    kind: str
    state: State
    created: int
    started: int
    finished: int
    parameters: dict[str, Any]
    progress: int
    """Thousandths."""
    message: str
    person: str

    @property
    def is_running(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in RUNNING


class Stopped(Exception):
    """Raised inside a job when a person has asked it to stop."""


def start(kind: str, parameters: dict[str, Any], prepare: Callable[[int], None] | None = None) -> int:
    """Make a job and start its process, which outlives this one; the job's id.

    `prepare` is given the id and makes what belongs to the job, in the same transaction.
    """
    lock = -1
    try:
        with database.writing():
            job_id = _create(kind, parameters)
            # Held before anybody can see the row, and handed over to the process: a job without a holder
            # is taken for interrupted.
            lock = job_locks.hold(job_id)
            if prepare is not None:
                prepare(job_id)
        _launch(job_id, kind, lock)
    finally:
        if lock >= 0:
            os.close(lock)
    return job_id


def _create(kind: str, parameters: dict[str, Any]) -> int:
    job = Job.create(
        kind=kind,
        state=str(State.QUEUED),
        created=times.now(),
        parameters=parameters | {"language": language.current()},
        person=_person(),
    )
    return int(job.id)


def _launch(job_id: int, kind: str, lock: int) -> None:
    words = (str(database.path()), str(job_id), kind, str(lock))
    log = -1
    try:
        log = database.open_beside("jobs.log", append=True)
        process = subprocess.Popen(
            [*processes.command("store.job_process"), *words],
            cwd="/",
            env=processes.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )
    except OSError as error:
        end(job_id, State.FAILED, str(error))
        raise JobFailed(_("The work could not be started: {reason}.").format(reason=error)) from error
    finally:
        if log >= 0:
            os.close(log)
    # Nobody waits for its end, but while this program runs no dead process is to be left behind.
    threading.Thread(target=process.wait, name=f"job-{job_id}", daemon=True).start()


def resume(job_id: int, note: dict[str, Any], check: Callable[[], None] | None = None) -> None:
    """Begin a job again that did not finish; its handler goes on where its rows say.

    `note` joins its parameters; `check` may raise against it, in the same transaction. Raises JobFailed for
    a job that is still running or has finished.
    """
    lock = job_locks.hold(job_id)
    try:
        with database.writing():
            row = Job.get_by_id(job_id)
            if row.state in (str(State.FINISHED), str(State.UNDONE)):
                raise JobFailed(_("This work has finished; there is nothing to go on with."))
            if check is not None:
                check()
            row.state = str(State.QUEUED)
            row.stop_asked = False
            row.message = ""
            row.finished = 0
            # With something new: a write that changes nothing is one that other programs do not see.
            row.parameters = row.parameters | note | {"queued": times.now()}
            row.save()
        _launch(job_id, row.kind, lock)
    finally:
        os.close(lock)


def get(job_id: int) -> JobView:
    """The job as it stands; raises NotFound."""
    return _outward(_row(job_id))


def _row(job_id: int) -> Job:
    row = Job.get_or_none(Job.id == job_id, Job.kind != _DELETED)
    if row is None:
        raise NotFound(_("There is no job {id}.").format(id=job_id))
    return row


def is_running(row: Job) -> bool:
    """Whether a job may still change by itself."""
    return state_of(row) in RUNNING


def ended_before(moment: int) -> Any:
    """The condition for jobs that have ended before then, if they have ended at all."""
    # One whose process died has no end: then its beginning counts.
    return fn.MAX(Job.created, Job.started, Job.finished) < moment


def forget(kinds: Collection[str], before: int) -> None:
    """Delete the rows of jobs of these kinds that have ended before then."""
    rows = list(Job.select().where(Job.kind.in_(kinds), ended_before(before)))
    ended = [row.id for row in rows if not is_running(row)]
    if ended:
        delete(ended)


def delete(ended: Collection[int]) -> None:
    """Delete jobs and what belongs to their rows; no id ever means two jobs."""
    with database.writing():
        Job.update(kind=_DELETED, parameters={}).where(Job.id.in_(ended)).execute()
        # SQLite gives the next one the id behind the highest that is there: that row stays until then.
        Job.delete().where(Job.kind == _DELETED, Job.id < Job.select(fn.MAX(Job.id))).execute()


def state_of(row: Job) -> State:
    """The state of a job: one whose process is gone was interrupted, whatever its row says."""
    state = State(row.state)
    if state not in RUNNING or job_locks.is_held(row.id):
        return state
    # It may have come to its end between the two looks: its row is asked once more.
    latest = Job.select(Job.state).where(Job.id == row.id).scalar()
    return State.INTERRUPTED if latest is None or latest in RUNNING else State(latest)


def look(row: R, jobs_of: Callable[[R], Sequence[Job]], again: Callable[[], R]) -> tuple[R, list[State]]:
    """What was read together with jobs, and their states: as `again` reads it where one has moved on since.

    So numbers are never older than the state that is told with them.
    """
    told: list[str] | None = None
    while True:
        jobs = jobs_of(row)
        states = [state_of(job) for job in jobs]
        # A dead job is interrupted, whatever its row says: then two looks agree.
        if states in ([job.state for job in jobs], told):
            return row, states
        told = [str(state) for state in states]
        row = again()


def is_waiting(job_id: int) -> bool:
    """Whether another job is writing contacts, so that this one, which is to do so too, has to wait."""
    query = Job.select().where(Job.kind.in_(WRITERS), Job.state == str(State.IN_PROGRESS), Job.id != job_id)
    return any(is_running(row) for row in list(query))


def is_next(job_id: int) -> bool:
    """Inside a job: whether none that writes contacts and was made earlier is waiting for its turn."""
    query = Job.select(Job.id).where(
        Job.kind.in_(WRITERS),
        Job.state == str(State.QUEUED),
        Job.id < job_id,
        # It only counts its rows any more.
        ~Job.stop_asked,
    )
    return not any(job_locks.is_held(earlier) for (earlier,) in list(database.tuples(query)))


def stop(job_id: int) -> None:
    """Ask a running job to stop; it does so at its next batch."""
    with database.writing():
        Job.update(stop_asked=True).where(
            Job.id == job_id, Job.state.in_([str(state) for state in RUNNING])
        ).execute()


def wait(job_id: int, seconds: float) -> JobView:
    """The job when it has come to an end, or as it stands after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        view = get(job_id)
        if not view.is_running or time.monotonic() > deadline:
            return view
        time.sleep(0.05)


def is_stop_asked(job_id: int) -> bool:
    """Inside a job: whether a person has asked it to stop, or it was deleted so that nobody waits for it."""
    asked = Job.select(Job.stop_asked).where(Job.id == job_id, Job.kind != _DELETED).scalar()
    return asked is not False


def check_stop(job_id: int) -> None:
    """Inside a job: raises Stopped if a person has asked for it."""
    if is_stop_asked(job_id):
        raise Stopped


def report_progress(job_id: int, thousandths: int) -> None:
    """Inside a job: how far it is, to be called in the transaction of what it has done."""
    Job.update(progress=max(0, min(thousandths, 1000))).where(Job.id == job_id).execute()


def end(job_id: int, state: State, message: str = "") -> None:
    """Let a job have come to its end; it says so itself in the transaction of the last that it has done."""
    values: dict[str, Any] = {"state": str(state), "finished": times.now(), "message": message}
    if state is State.FINISHED:
        values["progress"] = 1000
    with database.writing():
        Job.update(values).where(
            Job.id == job_id, Job.state.in_([str(running) for running in RUNNING])
        ).execute()


def mark_undone(job_id: int) -> None:
    """Inside a job: what another one, which is not running, has made was taken back."""
    with database.writing():
        Job.update(state=str(State.UNDONE)).where(Job.id == job_id).execute()


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _outward(row: Job) -> JobView:
    row, (state,) = look(row, lambda row: [row], lambda: _row(row.id))
    return JobView(
        id=row.id,
        kind=row.kind,
        state=state,
        created=row.created,
        started=row.started,
        finished=row.finished,
        parameters=row.parameters,
        progress=row.progress,
        message=row.message,
        person=row.person,
    )
