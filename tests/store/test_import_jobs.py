"""The job behind an import: stopped, killed, queued, started from anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from store import contacts, database, imports, job_locks, jobs, listing, properties, settings
from store.errors import JobFailed, NotFound
from store.imports import State, check
from store.models import Contact, Import, Job
from store.values import times
from store.values.property_type import PropertyType
from tests.support import (
    HEAD,
    ROOT,
    finish,
    import_file,
    kill_job,
    long_file,
    people,
    plan,
    report_rows,
    until,
    workbook,
    writers_wait,
)

pytestmark = pytest.mark.usefixtures("db")


# Jobs


def test_the_job_works_on_its_own_copy(tmp_path: Path) -> None:
    path = long_file(tmp_path / "a.xlsx", 20_000)
    import_id = imports.start(plan(path))
    path.write_bytes(b"something else")
    path.unlink()
    assert finish(import_id).done == 20_000


def test_stopping_keeps_what_was_loaded_and_counts_the_rest(tmp_path: Path) -> None:
    import_id = imports.start(plan(long_file(tmp_path / "a.xlsx", 120_000)))
    until(lambda: imports.get(import_id).done >= 6_000)
    imports.stop(import_id)
    view = finish(import_id)
    assert view.state is State.STOPPED
    assert view.rows == 120_000
    assert 6_000 <= view.done < 120_000
    assert listing.count() == view.created


def test_the_report_of_a_stopped_import_names_the_rows_that_were_not_processed(tmp_path: Path) -> None:
    import_id = imports.start(plan(long_file(tmp_path / "a.xlsx", 30_000)))
    until(lambda: imports.get(import_id).done)
    imports.stop(import_id)
    view = finish(import_id)
    results = report_rows(import_id, tmp_path / "r.xlsx")
    assert len(results) == 30_001
    stopped = [row for row in results if row[-2] == "Not processed (stopped)"]
    assert len(stopped) == view.not_processed


def test_a_killed_job_is_seen_as_interrupted_and_what_was_loaded_stays(tmp_path: Path) -> None:
    import_id = imports.start(plan(long_file(tmp_path / "a.xlsx", 120_000)))
    until(lambda: imports.get(import_id).done >= 4_000)
    assert kill_job(import_id)
    until(lambda: not imports.get(import_id).is_running, seconds=5)
    view = imports.get(import_id)
    assert view.state is State.INTERRUPTED
    assert view.created == listing.count() > 0


def test_imports_wait_for_one_another_and_a_waiting_one_can_be_stopped(tmp_path: Path) -> None:
    first = imports.start(plan(long_file(tmp_path / "a.xlsx", 120_000)))
    second = imports.start(plan(workbook(tmp_path / "b.xlsx", [HEAD, ["+573001234567", "Ana"]])))
    third = imports.start(plan(workbook(tmp_path / "c.xlsx", [HEAD, ["+573001234568", "Eva"]])))
    until(lambda: imports.get(first).state is not State.QUEUED)
    assert imports.get(first).is_running
    assert imports.get(third).state is State.QUEUED
    imports.stop(third)
    jobs.wait(third, 30)
    # Its rows are counted all the same.
    assert (finish(third).state, imports.get(third).rows) == (State.STOPPED, 1)
    assert finish(first).done == 120_000
    assert finish(second).created == 1


def test_the_rows_of_an_import_that_was_stopped_before_it_began_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = jobs._launch

    def launch_late(job_id: int, kind: str, lock: int) -> None:
        jobs.stop(job_id)
        launch(job_id, kind, lock)

    monkeypatch.setattr(jobs, "_launch", launch_late)
    view = import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    assert (view.state, view.rows, view.not_processed) == (State.STOPPED, 1, 1)


def test_a_strangers_folder_with_a_store_of_its_own_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "elsewhere"
    (trap / "store").mkdir(parents=True)
    (trap / "store" / "__init__.py").write_text("raise SystemExit('the wrong store')")
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    monkeypatch.chdir(trap)
    assert import_file(path).created == 1


def test_a_job_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    path = long_file(tmp_path / "a.xlsx", 20_000)
    script = (
        "import sys; from pathlib import Path; from store import database, imports; "
        "from tests.support import plan; database.open_database(sys.argv[1]); "
        "print(imports.start(plan(Path(sys.argv[2]))))"
    )
    started = subprocess.run(
        [sys.executable, "-c", script, str(database.path()), str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert finish(int(started.stdout)).done == 20_000


def test_our_own_bug_ends_in_a_sentence_and_a_log(tmp_path: Path) -> None:
    job = jobs.wait(jobs.start("nonsense", {}), 30)
    assert job.state is State.FAILED
    assert "jobs.log" in job.message


def test_work_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = plan(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]]))
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(JobFailed, match="could not be started"):
        imports.start(wanted)
    assert imports.list_all()[0].state is State.FAILED


def test_a_property_deleted_while_a_file_waits_is_left_out(tmp_path: Path) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    wanted = plan(workbook(tmp_path / "a.xlsx", [[*HEAD, "Client"], ["+573001234567", "Ana", "Acme"]]))
    properties.delete(client.id)
    assert finish(imports.start(wanted)).created == 1
    assert people()["Ana"].properties == {}


def test_another_program_can_write_while_an_import_runs(tmp_path: Path) -> None:
    import_id = imports.start(plan(long_file(tmp_path / "a.xlsx", 20_000)))
    written = 0
    while imports.get(import_id).is_running:
        contacts.create(f"+57350{written:07}", f"P{written}")
        written += 1
    view = finish(import_id)
    assert written > 0
    assert view.done == 20_000
    assert listing.count() == view.created + written


def test_dates_and_numbers_follow_the_settings(tmp_path: Path) -> None:
    settings.save(settings.Settings(date_order="mdy", decimal_sign=","))
    born = properties.create("Born", PropertyType.DATE)
    price = properties.create("Price", PropertyType.NUMBER)
    rows = [[*HEAD, "Born", "Price"], ["+573001234567", "Ana", "02/01/1990", "1.234"]]
    import_file(workbook(tmp_path / "a.xlsx", rows))
    assert people()["Ana"].properties == {born.id: "1990-02-01", price.id: "1234"}


def test_a_watcher_never_sees_a_new_job_as_interrupted(tmp_path: Path) -> None:
    watch = (
        "import sys; from store import database, imports\n"
        "database.open_database(sys.argv[1])\n"
        "while True:\n"
        "    if any(view.state == 'interrupted' for view in imports.list_all()):\n"
        "        print('seen', flush=True); break"
    )
    watcher = subprocess.Popen(
        [sys.executable, "-c", watch, str(database.path())], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
        wanted = plan(path)
        for _ in range(12):
            assert finish(imports.start(wanted)).state is State.FINISHED
    finally:
        watcher.kill()
        out, _err = watcher.communicate()
    assert out == b""


def test_a_stopped_import_is_resumed_and_a_running_or_finished_one_is_not(tmp_path: Path) -> None:
    import_id = imports.start(plan(long_file(tmp_path / "a.xlsx", 120_000)))
    with pytest.raises(JobFailed, match="still running"):
        imports.resume(import_id)
    until(lambda: imports.get(import_id).done >= 2_000)
    imports.stop(import_id)
    assert finish(import_id).state is State.STOPPED
    imports.resume(import_id)
    view = finish(import_id)
    assert (view.state, view.done, view.not_processed) == (State.FINISHED, 120_000, 0)
    with pytest.raises(JobFailed, match="has finished"):
        imports.resume(import_id)


@pytest.mark.parametrize("was_held", [False, True])
def test_an_import_that_ends_while_it_is_looked_at_is_told_with_numbers_that_fit_its_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was_held: bool
) -> None:
    import_id = import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])).id
    Job.update(state="in_progress").where(Job.id == import_id).execute()
    Import.update(rows=None, created_rows=0).where(Import.job == import_id).execute()

    def end(_job_id: int) -> bool:
        """The process ends just before, or just after, the look at its lock."""
        Job.update(state="finished").where(Job.id == import_id).execute()
        Import.update(rows=1, created_rows=1).where(Import.job == import_id).execute()
        return was_held

    monkeypatch.setattr(job_locks, "is_held", end)
    view = imports.get(import_id)
    last, before = (State.FINISHED, 1, 1), (State.IN_PROGRESS, None, 0)
    assert (view.state, view.rows, view.created) == (before if was_held else last)


def test_imports_go_in_the_order_in_which_they_were_begun(tmp_path: Path) -> None:
    with writers_wait():
        begun = []
        for number in range(5):
            path = workbook(tmp_path / f"{number}.xlsx", [HEAD, [f"+57300123456{number}", f"P{number}"]])
            begun.append(imports.start(plan(path)))
        imports.stop(begun.pop(1))
    for import_id in begun:
        assert finish(import_id).created == 1
    query = Contact.select(Contact.import_id).order_by(Contact.id)
    assert [row.import_id for row in query] == begun


def test_the_number_of_a_job_that_was_forgotten_is_given_to_no_other(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    earlier = check.start(plan(path))
    jobs.wait(earlier, 30)
    check.discard(earlier)
    import_id = import_file(path).id
    assert import_id > earlier
    # Somebody's window was still open.
    with pytest.raises(NotFound):
        check.discard(earlier)
    report_rows(import_id, tmp_path / "r.xlsx")
    jobs.forget(("report",), times.now() + 100)
    assert imports.request_report(import_id, tmp_path / "s.xlsx") > import_id + 1


@pytest.mark.parametrize(
    "rows",
    [
        [["code", *HEAD], ["3001", "+573001234567", "Ana"]],
        [[], [], HEAD, ["+573001234567", "Ana"]],
        [["+573001234567", "Ana"]],
    ],
    ids=["other columns", "further down", "none"],
)
def test_a_file_whose_header_is_another_than_the_person_has_seen_is_not_imported(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234567", "Ana"]])
    seen = plan(path)
    workbook(path, rows)
    for job_id in (check.start(seen), imports.start(seen)):
        job = jobs.wait(job_id, 30)
        assert (job.state, "a.xlsx has changed" in job.message) == (State.FAILED, True)
    assert listing.count() == 0
