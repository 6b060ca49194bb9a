"""What is kept of imports for some time only: copies of files, and what work has left behind."""

import fcntl
import os
import time
from pathlib import Path

import pytest

from store import database, imports, jobs, settings
from store.errors import FileUnusable, InvalidFields, NotFound
from store.imports import State, check, keeping, template
from store.models import Job
from store.values import times
from tests.support import HEAD, finish, import_file, people, plan, report_rows, workbook

pytestmark = pytest.mark.usefixtures("db")


def an_import(folder: Path, digit: int = 1) -> int:
    """An import with a created and a rejected row."""
    rows = [HEAD, [f"+57300123456{digit}", f"P{digit}"], ["12", "Bad"]]
    return import_file(workbook(folder / f"{digit}.xlsx", rows)).id


def let_pass(job_id: int, days: float, **values: object) -> None:
    """Let a job have happened `days` ago."""
    then = times.now() - int(days * keeping.DAY)
    with database.writing():
        Job.update({"created": then, "started": then, "finished": then} | values).where(
            Job.id == job_id
        ).execute()


def some_job(folder: Path) -> int:
    """Let the process of any job do its work; the job's id."""
    job = jobs.wait(template.request(folder / "template.xlsx", overwrite=True), 60)
    assert job.state is State.FINISHED, job
    return job.id


def test_copies_are_removed_after_the_days_of_the_settings_and_all_say_so(tmp_path: Path) -> None:
    old, young = an_import(tmp_path, 1), an_import(tmp_path, 2)
    let_pass(old, 90.1, state="stopped")
    let_pass(young, 89.9)
    some_job(tmp_path)
    assert not imports.kept_copy(old).exists()
    assert imports.kept_copy(young).exists()
    for refused in (
        lambda: imports.request_report(old, tmp_path / "r.xlsx"),
        lambda: imports.request_rows_to_fix(old, tmp_path / "f.xlsx"),
        lambda: imports.resume(old),
    ):
        with pytest.raises(FileUnusable, match=r"copy of 1\.xlsx was removed 90 days after the import"):
            refused()
    view = imports.get(old)
    assert (view.created, view.rejected, view.copy_days) == (1, 1, 90)
    assert len(report_rows(young, tmp_path / "r.xlsx")) == 3
    assert set(people()) == {"P1", "P2"}


def test_the_settings_say_how_long(tmp_path: Path) -> None:
    import_id = an_import(tmp_path)
    let_pass(import_id, 3)
    settings.save(settings.Settings(retention_days=4))
    some_job(tmp_path)
    assert imports.kept_copy(import_id).exists()
    settings.save(settings.Settings(retention_days=2))
    some_job(tmp_path)
    with pytest.raises(FileUnusable, match="removed 2 days after"):
        imports.request_report(import_id, tmp_path / "r.xlsx")


@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_days_out_of_bounds_are_refused(days: int) -> None:
    with pytest.raises(InvalidFields) as refused:
        settings.save(settings.Settings(retention_days=days))
    assert refused.value.fields == {"retention_days": "Write a number of days from 1 to 3,650."}


@pytest.mark.parametrize("written", ["", "x", "1.5", "-3", "9" * 30, "0"])
def test_days_that_are_no_whole_number_are_refused(written: str) -> None:
    with pytest.raises(InvalidFields):
        settings.save(settings.Settings(retention_days=settings.days_of(written)))
    assert settings.days_of(" 30 ") == 30


def test_an_interrupted_import_counts_from_its_beginning(tmp_path: Path) -> None:
    import_id = an_import(tmp_path)
    let_pass(import_id, 100, state="in_progress", finished=0)
    assert imports.get(import_id).state is State.INTERRUPTED
    some_job(tmp_path)
    assert not imports.kept_copy(import_id).exists()


def test_an_old_import_that_is_resumed_keeps_its_copy(tmp_path: Path) -> None:
    import_id = an_import(tmp_path)
    let_pass(import_id, 100, state="stopped")
    with database.writing():
        database.db.execute_sql('UPDATE "import" SET position = 2, rejected = 0')
        database.db.execute_sql("DELETE FROM import_result")
    imports.resume(import_id)
    view = finish(import_id)
    assert (view.state, view.created, view.rejected) == (State.FINISHED, 1, 1)
    assert imports.kept_copy(import_id).exists()


def test_leftovers_of_work_that_broke_off_are_removed(tmp_path: Path) -> None:
    folder = database.files_folder()
    forgotten, passing = folder / "import-new-1-1.xlsx", folder / "import-new-2-2.xlsx"
    for path, age in ((forgotten, 25), (passing, 23)):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age * 3600,) * 2)
    dead, held = folder / "job-900.lock", folder / "job-901.lock"
    dead.touch()
    with held.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        some_job(tmp_path)
    assert [path.exists() for path in (forgotten, passing, dead, held)] == [False, True, False, True]


def test_a_check_whose_window_was_closed_by_force_leaves_nothing_after_a_day(tmp_path: Path) -> None:
    wanted = plan(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    old, young = check.start(wanted), check.start(wanted)
    for check_id, days in ((old, 1.1), (young, 0.9)):
        jobs.wait(check_id, 60)
        let_pass(check_id, days)
    some_job(tmp_path)
    assert [imports.kept_copy(i).exists() for i in (old, young)] == [False, True]
    assert [check.scratch_file(i).exists() for i in (old, young)] == [False, True]
    assert check.get(young).created == 1
    with pytest.raises(NotFound):
        check.get(old)


def test_jobs_that_wrote_files_are_forgotten_but_not_imports_and_their_undo(tmp_path: Path) -> None:
    import_id = an_import(tmp_path)
    report = imports.request_report(import_id, tmp_path / "r.xlsx")
    fixing = imports.request_rows_to_fix(import_id, tmp_path / "f.xlsx")
    undoing = imports.request_undo(import_id)
    for job_id in (report, fixing, undoing):
        jobs.wait(job_id, 60)
    younger = some_job(tmp_path)
    for job_id in (import_id, report, fixing, undoing):
        let_pass(job_id, 91)
    latest = some_job(tmp_path)
    assert {row.id for row in Job.select()} == {import_id, undoing, younger, latest}
    assert imports.get(import_id).state is State.UNDONE


def test_work_is_done_though_nothing_can_be_cleaned_up(tmp_path: Path) -> None:
    import_id = an_import(tmp_path)
    let_pass(import_id, 100)
    # A folder in the place of the copy cannot be unlinked.
    imports.kept_copy(import_id).unlink()
    imports.kept_copy(import_id).mkdir()
    with database.writing():
        database.db.execute_sql("INSERT INTO setting (key, value) VALUES ('retention_days', '\"soon\"')")
    some_job(tmp_path)
    assert imports.get(import_id).copy_days is None
