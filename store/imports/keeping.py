"""What is kept of imports for some time only: the copies of their files, and what work has left behind.

Done by the processes of jobs at their start, never by a screen at its own.
"""

import time
from contextlib import suppress
from pathlib import Path

from store import database, job_locks, jobs, settings
from store.imports.views import kept_copy
from store.models import Import, Job
from store.values import times

DAY = 24 * 60 * 60
_PASSING_COPIES = "import-new-*.xlsx"
"""Copies of files whose import has not begun."""
_FORGOTTEN_KINDS = ("report", "template", "rows_to_fix")
"""Kinds of jobs of which nobody wants to know later on."""


def clean_up() -> None:
    """Remove what has been kept for long enough."""
    days = settings.load().retention_days
    limit = times.now() - days * DAY
    _remove_copies(limit, days)
    _remove_passing_copies()
    _discard_checks(times.now() - DAY)
    job_locks.remove_unheld()
    jobs.forget(_FORGOTTEN_KINDS, limit)


def _remove_copies(limit: int, days: int) -> None:
    query = Job.select().join(Import).where(Import.copy_days.is_null(), jobs.ended_before(limit))
    ended = [row.id for row in list(query) if not jobs.is_running(row)]
    removed = [import_id for import_id in ended if _unlink(kept_copy(import_id))]
    if removed:
        with database.writing():
            Import.update(copy_days=days).where(Import.job.in_(removed)).execute()


def _discard_checks(limit: int) -> None:
    """Remove the checks of windows that were closed by force; others discard theirs."""
    query = Job.select().where(Job.kind == "check", jobs.ended_before(limit))
    for row in list(query):
        if not jobs.is_running(row):
            # Imported here: it is rarely needed.
            from store.imports import check

            check.discard(row.id)


def _unlink(path: Path) -> bool:
    """Whether the file is gone; in a shared folder another's may have to stay."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _remove_passing_copies() -> None:
    for path in database.files_folder().glob(_PASSING_COPIES):
        # Another may have taken it away meanwhile.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - DAY:
                _unlink(path)
