"""The locks of jobs: a file for each, held by its process as long as that lives.

The lock is made before anybody can see the job and handed over to its process: a job without a holder is
taken for interrupted.
"""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Literal

from store import database
from store.errors import JobFailed
from store.language import _


def hold(job_id: int) -> int:
    """The lock of a job that nobody carries out, held; raises JobFailed if somebody does."""
    for _attempt in range(50):
        lock = _file(job_id)
        # A process that ends takes its lock file away: then this one is nobody's any more.
        place = database.files_folder() / _name(job_id)
        if try_lock(lock, fcntl.LOCK_EX) and _is_in_place(place, lock):
            return lock
        os.close(lock)
        # A watcher holds it for some µs, a process that is just ending for some ms.
        time.sleep(0.02)
    raise JobFailed(_("This work is still running."))


def _is_in_place(place: Path, lock: int) -> bool:
    try:
        return place.stat().st_ino == os.fstat(lock).st_ino
    except FileNotFoundError:
        return False


def remove_unheld() -> None:
    """Take away the lock files of processes that were killed; others take away their own."""
    for path in database.files_folder().glob(_name("*")):
        # Another may have taken it away meanwhile, or it is another's in a shared folder.
        with contextlib.suppress(OSError):
            lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                # Whoever wants it at this moment makes it anew: see `hold`. That may have happened already.
                if try_lock(lock, fcntl.LOCK_EX) and _is_in_place(path, lock):
                    path.unlink()
            finally:
                os.close(lock)


def _name(job_id: int | Literal["*"]) -> str:
    return f"job-{job_id}.lock"


def _file(job_id: int) -> int:
    return database.open_beside(_name(job_id))


def is_held(job_id: int) -> bool:
    """Whether the job's process lives. Asked with a shared lock, so that watchers never see one another."""
    try:
        descriptor = os.open(database.files_folder() / _name(job_id), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, operation: int) -> bool:
    """Whether the lock could be had at once; `operation` is one of fcntl's."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def let_go(job_id: int) -> None:
    """Take away the lock file of a job that has come to its end, by its own process."""
    (database.files_folder() / _name(job_id)).unlink(missing_ok=True)
