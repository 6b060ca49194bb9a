"""Long work in a process of its own: start, watch, stop.

A job is a row, carried out by a detached process that holds a lock on a file as long as it lives. The row
tells how far it is; a flag in the row asks it to stop. `python -m store.jobs DATABASE ID DESCRIPTOR` is the
process.
"""

import contextlib
import fcntl
import getpass
import importlib
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from peewee import fn

from store import database, job_locks, language
from store.errors import ContactsError, JobFailed, NotFound
from store.language import N_, _
from store.models import Job
from store.values import times

_HANDLERS = {
    "import": "store.imports.job:run",
    "check": "store.imports.check:run",
    "report": "store.imports.report:run",
    "template": "store.imports.template:run",
    "rows_to_fix": "store.imports.fixing:run",
    "undo": "store.imports.undo:run",
    "download": "store.downloads.job:run",
    "change": "store.changes.job:run",
    "undo_change": "store.changes.job:undo",
}
"""By kind of job, the function that carries it out: called with the job's id."""
_IF_STOPPED_WAITING = {"import": "store.imports.job:count"}
"""By kind of job, what is still done for one that was stopped while it was queued."""
_AT_START = (
    "store.imports.keeping:clean_up",
    "store.downloads.keeping:clean_up",
    "store.changes.keeping:clean_up",
)
"""What every process of a job does before its own work."""
_WRITERS = frozenset({"import", "undo", "change", "undo_change"})
"""Kinds that write contacts: one of them works at a time, the others queue."""
_MEMORY_LIMIT = 2 * 1024**3
"""Bytes of address space: a workbook that explodes ends its job and nothing else."""
_NICENESS = 5
"""How far a job and its reader stand back where the processors do not suffice for it and the screens."""
_BUSY_SECONDS = 600
"""How long a job waits for other writers before it gives up."""
_TURN_SECONDS = 0.1
"""Between two looks at whether it is a queued job's turn."""


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
        _launch(job_id, lock)
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


def python_module(name: str) -> list[str]:
    """The command that runs a module of ours; with `environment` and the folder / it runs no other's.

    A plain `python -m` would run the `store` of whatever folder a person stands in.
    """
    return [sys.executable, "-P", "-m", name]


def environment() -> dict[str, str]:
    """The environment in which our modules are found, wherever they were imported from."""
    root = str(Path(__file__).resolve().parents[1])
    others = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{others}" if others else root}


def _launch(job_id: int, lock: int) -> None:
    command = [*python_module("store.jobs"), str(database.path()), str(job_id), str(lock)]
    log = -1
    try:
        log = database.open_beside("jobs.log", append=True)
        process = subprocess.Popen(
            command,
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )
    except OSError as error:
        _finish(job_id, State.FAILED, str(error))
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
            row.parameters = row.parameters | note
            row.save()
        _launch(job_id, lock)
    finally:
        os.close(lock)


def get(job_id: int) -> JobView:
    """The job as it stands; raises NotFound."""
    row = Job.get_or_none(Job.id == job_id)
    if row is None:
        raise NotFound(_("There is no job {id}.").format(id=job_id))
    return _outward(row)


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
        with database.writing():
            Job.delete().where(Job.id.in_(ended)).execute()


def state_of(row: Job) -> State:
    """The state of a job: one whose process is gone was interrupted, whatever its row says."""
    state = State(row.state)
    if state not in RUNNING or job_locks.is_held(row.id):
        return state
    # It may have come to its end between the two looks: its row is asked once more.
    latest = State(Job.select(Job.state).where(Job.id == row.id).scalar())
    return State.INTERRUPTED if latest in RUNNING else latest


def has_moved_on(row: Job) -> bool:
    """Whether a job has come to its end since its row was read: then all that was read with it is old."""
    return str(state_of(row)) != row.state


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
    """Inside a job: whether a person has asked it to stop."""
    return bool(Job.select(Job.stop_asked).where(Job.id == job_id).scalar())


def check_stop(job_id: int) -> None:
    """Inside a job: raises Stopped if a person has asked for it."""
    if is_stop_asked(job_id):
        raise Stopped


def report_progress(job_id: int, thousandths: int) -> None:
    """Inside a job: how far it is, to be called in the transaction of what it has done."""
    Job.update(progress=max(0, min(thousandths, 1000))).where(Job.id == job_id).execute()


def finish(job_id: int) -> None:
    """Inside a job: it has come to its end; to be called in the transaction of the last that it has done."""
    _finish(job_id, State.FINISHED)


def mark_undone(job_id: int) -> None:
    """Inside a job: what another one, which is not running, has made was taken back."""
    with database.writing():
        Job.update(state=str(State.UNDONE)).where(Job.id == job_id).execute()


def main(arguments: list[str]) -> int:
    """The process of a job; 0 whatever the job's own end, since that stands in its row."""
    path, job_id, lock = arguments[0], int(arguments[1]), int(arguments[2])
    os.umask(0o077)
    os.nice(_NICENESS)
    os.set_inheritable(lock, False)
    _limit_memory()
    # Nobody sits before it: it waits for other writers as long as they need.
    database.open_database(path, create=False, busy_seconds=_BUSY_SECONDS)
    try:
        _clean_up()
        _carry_out(Job.get_by_id(job_id))
    finally:
        job_locks.let_go(job_id)
    return 0


def _clean_up() -> None:
    for name in _AT_START:
        try:
            _call(name)
        except Exception:
            # Nothing that a person waits for: the next process tries again.
            traceback.print_exc()


def _call(name: str, *arguments: Any) -> None:
    """Call a function by `module:name`; what jobs do lies in rooms above this one."""
    module, _colon, function = name.partition(":")
    getattr(importlib.import_module(module), function)(*arguments)


def _carry_out(row: Job) -> None:
    job_id = row.id
    language.use(row.parameters.get("language"))
    try:
        with _turn(row):
            if not _begin(job_id):
                return
            _call(_HANDLERS[row.kind], job_id)
        _finish(job_id, State.FINISHED)
    except Stopped:
        _finish(job_id, State.STOPPED)
    except ContactsError as error:
        _finish(job_id, State.FAILED, str(error))
    except MemoryError:
        _finish(job_id, State.FAILED, _("There was not enough memory for it."))
    except Exception as error:
        # Our bug: the sentence goes to the person, the rest to the log beside the database.
        traceback.print_exc()
        _finish(
            job_id,
            State.FAILED,
            _("Something went wrong that should not have ({reason}); see {log}.").format(
                reason=f"{type(error).__name__}: {error}"[:200], log=database.files_folder() / "jobs.log"
            ),
        )


@contextlib.contextmanager
def _turn(row: Job) -> Iterator[None]:
    """Held while a job writes contacts; waits for the one before, and leaves when asked to stop."""
    if row.kind not in _WRITERS:
        yield
        return
    descriptor = database.open_beside("turn.lock")
    try:
        while not job_locks.try_lock(descriptor, fcntl.LOCK_EX):
            if is_stop_asked(row.id):
                if row.kind in _IF_STOPPED_WAITING:
                    _call(_IF_STOPPED_WAITING[row.kind], row.id)
                raise Stopped
            time.sleep(_TURN_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _begin(job_id: int) -> bool:
    """Whether the job is to be carried out: it is not if it was stopped while it waited."""
    with database.writing():
        check_stop(job_id)
        changed = (
            Job.update(state=str(State.IN_PROGRESS), started=times.now())
            .where(Job.id == job_id, Job.state == str(State.QUEUED))
            .execute()
        )
    return bool(changed)


def _finish(job_id: int, state: State, message: str = "") -> None:
    values: dict[str, Any] = {"state": str(state), "finished": times.now(), "message": message}
    if state is State.FINISHED:
        values["progress"] = 1000
    with database.writing():
        Job.update(values).where(
            Job.id == job_id, Job.state.in_([str(running) for running in RUNNING])
        ).execute()


def _limit_memory() -> None:
    import resource

    # macOS refuses this limit; there the system's own has to do.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _outward(row: Job) -> JobView:
    if has_moved_on(row):
        row = Job.get_by_id(row.id)
    return JobView(
        id=row.id,
        kind=row.kind,
        state=state_of(row),
        created=row.created,
        started=row.started,
        finished=row.finished,
        parameters=row.parameters,
        progress=row.progress,
        message=row.message,
        person=row.person,
    )


if __name__ == "__main__":
    # By its own name: the handlers' `jobs.Stopped` must be the one that is caught here.
    from store.jobs import main as main_

    sys.exit(main_(sys.argv[1:]))
