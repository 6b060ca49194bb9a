"""Carry out a download: its file is written under a passing name, and gets its own when it is whole."""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from store import database, downloads, files, jobs
from store.downloads import writing
from store.downloads.table import Table
from store.errors import DatabaseUnavailable
from store.models import Download

_BUFFER = 1 << 20
_LOOK_SECONDS = 0.1
"""Between two times that progress is written and a wish to stop is looked for."""


def run(job_id: int) -> None:
    """Write the file of a download; called in the process of its job."""
    view = downloads.get(job_id)
    place = downloads.place_of(view.id, view.format)
    with _workplace(job_id) as folder:
        passing = folder / place.name
        try:
            rows = _write(view, passing)
            size = passing.stat().st_size
            passing.replace(place)
        except OSError as error:
            raise files.cannot_write(place, error) from error
    with database.writing():
        Download.update(rows=rows, size=size, removed_after=None).where(Download.job == job_id).execute()


def _write(view: downloads.DownloadView, passing: Path) -> int:
    if view.format == "csv":
        # Rows come and go without cycles: looking for garbage among them costs a tenth.
        gc.disable()
    settled = jobs.get(view.id).parameters
    plan = replace(view.plan, guard_phones=settled["guard_phones"])
    with os.fdopen(database.open_beside(f"{passing.parent.name}/{passing.name}"), "wb", _BUFFER) as file:
        rows = writing.write(plan, settled["time_zone"], file, _heed(view.id))
        file.flush()
        os.fsync(file.fileno())
    return rows


def _heed(job_id: int) -> Callable[[Table], None]:
    """What tells the progress now and then, and raises Stopped when a person has asked for it."""
    due = 0.0

    def look(table: Table) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        jobs.check_stop(job_id)
        # Where many write, a queue for each word of progress would hold the file up.
        with suppress(DatabaseUnavailable), database.without_waiting(), database.writing():
            jobs.report_progress(job_id, table.progress)
        due = time.monotonic() + _LOOK_SECONDS

    return look


@contextmanager
def _workplace(job_id: int) -> Iterator[Path]:
    """A folder beside the database for all that is not whole yet, openpyxl's own files among it."""
    downloads.remove_half_files(job_id)
    beside = database.files_folder()
    folder = Path(tempfile.mkdtemp(prefix=f"download-{job_id}-", suffix=".part", dir=beside))
    try:
        # In a shared folder others must be able to clear away what a killed process left.
        folder.chmod(beside.stat().st_mode & 0o7777)
        tempfile.tempdir = str(folder)
        yield folder
    finally:
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
