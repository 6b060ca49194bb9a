"""What the process of a job does: it cleans up, waits for its turn, works, and writes how it ended."""

import contextlib
import fcntl
import gc
import importlib
import os
import time
import traceback
from collections.abc import Callable, Iterator

from store import database, job_locks, jobs, language
from store.errors import ContactsError
from store.jobs import State
from store.language import _
from store.models import Job
from store.reading import readers
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
_IF_STOPPED_QUEUED = {"import": "store.imports.job:count"}
"""By kind of job, what is still done for one that was stopped before it began."""
_AT_START = (
    "store.imports.keeping:clean_up",
    "store.downloads.keeping:clean_up",
    "store.changes.keeping:clean_up",
)
"""What every process of a job does before its own work."""
_BUSY_SECONDS = 600
"""How long a job waits for other writers before it gives up."""
_TURN_SECONDS = 0.1
"""Between two looks at whether it is a queued job's turn."""


def carry_out(path: str, job_id: int) -> None:
    """Do a job from its beginning to its end, whatever that is; it stands in the job's row."""
    # Nobody sits before it: it waits for other writers as long as they need.
    database.open_database(path, create=False, busy_seconds=_BUSY_SECONDS)
    try:
        _clean_up()
        _work(Job.get_by_id(job_id))
    finally:
        job_locks.let_go(job_id)
    # When all that wait for the job know its end.
    database.settle()


def _clean_up() -> None:
    for name in _AT_START:
        try:
            _function(name)()
        except Exception:
            # Nothing that a person waits for: the next process tries again.
            traceback.print_exc()


def _function(name: str) -> Callable[..., None]:
    """A function by `module:name`; what jobs do lies in rooms above this one."""
    module, _colon, function = name.partition(":")
    found: Callable[..., None] = getattr(importlib.import_module(module), function)
    return found


def _work(row: Job) -> None:
    language.use(row.parameters.get("language"))
    with contextlib.ExitStack() as turn:
        state, message = _outcome(row, turn)
        # Before the next one gets its turn: two that write are never both under way.
        jobs.end(row.id, state, message)


def _outcome(row: Job, turn: contextlib.ExitStack) -> tuple[State, str]:
    """Do what a job is there for when its turn has come; how it ended, and the sentence why."""
    try:
        if row.kind in jobs.WRITERS:
            turn.enter_context(_turn(row))
        _check_stop_queued(row)
        _begin(row.id)
        handle = _function(_HANDLERS[row.kind])
        # It was off while modules came.
        gc.enable()
        handle(row.id)
    except jobs.Stopped:
        return State.STOPPED, ""
    except ContactsError as error:
        return State.FAILED, str(error)
    except MemoryError:
        return State.FAILED, _("There was not enough memory for it.")
    except Exception as error:
        # Our bug: the sentence goes to the person, the rest to the log beside the database.
        traceback.print_exc()
        return State.FAILED, _("Something went wrong that should not have ({reason}); see {log}.").format(
            reason=f"{type(error).__name__}: {error}"[:200], log=database.files_folder() / "jobs.log"
        )
    return State.FINISHED, ""


@contextlib.contextmanager
def _turn(row: Job) -> Iterator[None]:
    """Held while a job writes contacts; waits for the one before, and leaves when asked to stop."""
    descriptor = database.open_beside("turn.lock")
    try:
        while not (jobs.is_next(row.id) and job_locks.try_lock(descriptor, fcntl.LOCK_EX)):
            # It may take long; another one is quickly begun.
            readers.dismiss()
            _check_stop_queued(row)
            time.sleep(_TURN_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _check_stop_queued(row: Job) -> None:
    """Raises Stopped for a job that was stopped before it began, when what is still due for it is done."""
    if not jobs.is_stop_asked(row.id):
        return
    if row.kind in _IF_STOPPED_QUEUED:
        _function(_IF_STOPPED_QUEUED[row.kind])(row.id)
    raise jobs.Stopped


def _begin(job_id: int) -> None:
    with database.writing():
        Job.update(state=str(State.IN_PROGRESS), started=times.now()).where(Job.id == job_id).execute()
