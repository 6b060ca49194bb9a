"""`contacts import`: how it is stopped, waits and goes on, and what it takes over from the last time."""

import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import openpyxl
import pytest

from store import database, imports
from store.models import Job
from tests.support import (
    HEAD,
    contacts,
    finish,
    job_processes,
    kill_job,
    people,
    plan,
    start_contacts,
    until,
    workbook,
    writers_wait,
)
from tui.commands.stopping import Stoppable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "team.db"


def said(running: "subprocess.Popen[str]", words: str) -> str:
    """The line of a command's stderr that has these words, once it has come."""
    assert running.stderr is not None
    while words not in (line := running.stderr.readline()):
        assert line, f"it ended without saying {words}"
    return line


def three_rows(folder: Path, name: str = "three.xlsx") -> Path:
    """A file of three new contacts."""
    return workbook(folder / name, [HEAD, *([f"+57300123456{digit}", f"P{digit}"] for digit in range(3))])


def test_no_further_interrupt_cuts_a_stop_short(path: Path, tmp_path: Path) -> None:
    database.open_database(path)
    with writers_wait():
        running = start_contacts("import", three_rows(tmp_path), "--json", database=path)
        until(imports.list_all)
        with database.writing():
            running.send_signal(signal.SIGINT)
            said(running, "Stopping")
            running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, "Stopping" in err) == (130, False)
    assert '"state": "stopped"' in out
    assert (imports.get(1).state, people()) == (imports.State.STOPPED, {})


def test_a_stop_is_asked_until_the_database_takes_it(path: Path, tmp_path: Path) -> None:
    database.open_database(path, busy_seconds=0)
    other = sqlite3.connect(path, isolation_level=None)
    asked = []

    def stop() -> None:
        asked.append("once more")
        if len(asked) == 3:
            other.execute("ROLLBACK")
        imports.stop(1)

    with writers_wait(), Stoppable(is_stopping=True) as stoppable:
        imports.start(plan(three_rows(tmp_path)))
        other.execute("BEGIN IMMEDIATE")
        view = stoppable.follow(lambda: imports.get(1), lambda view: view.is_running, stop)
    assert (view.state, len(asked)) == (imports.State.STOPPED, 3)


def test_an_import_that_ends_before_its_stop_says_so_and_has_its_own_exit_code(
    path: Path, tmp_path: Path
) -> None:
    database.open_database(path)
    with writers_wait():
        running = start_contacts("import", three_rows(tmp_path), database=path)
        until(lambda: job_processes(1))
        running.send_signal(signal.SIGSTOP)
        os.waitpid(running.pid, os.WUNTRACED)
        running.send_signal(signal.SIGINT)
    finish(1)
    running.send_signal(signal.SIGCONT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, "Finished: 3 created, 0 duplicates, 0 rejected\n")
    assert "had finished before it could be stopped" in err


def test_an_import_that_waits_for_another_says_so_once(path: Path, tmp_path: Path) -> None:
    database.open_database(path)
    with writers_wait():
        imports.start(plan(three_rows(tmp_path)))
        Job.update(state="in_progress").where(Job.id == 1).execute()
        running = start_contacts("import", three_rows(tmp_path, "again.xlsx"), database=path)
        said(running, "Other work is writing contacts; this begins when that has ended.")
        Job.update(state="queued").where(Job.id == 1).execute()
    out, err = running.communicate(timeout=60)
    finish(1)
    assert (running.returncode, "Other work" in err) == (0, False)
    assert out.startswith("Finished: ")


def test_a_stop_by_id_says_how_the_import_ended_and_how_it_goes_on(path: Path, tmp_path: Path) -> None:
    database.open_database(path)
    with writers_wait():
        contacts("import", three_rows(tmp_path), "--detach", database=path)
        stopped = contacts("import", "--stop", "1", database=path)
    assert (stopped.code, stopped.out) == (
        0,
        "Stopped: 0 created, 0 duplicates, 0 rejected, 3 not processed\n",
    )
    assert "`contacts import --resume 1`" in stopped.err
    assert "`contacts import --resume ID`" in contacts("imports", database=path).err
    resumed = contacts("import", "--resume", "1", database=path)
    assert (resumed.code, resumed.out) == (0, "Finished: 3 created, 0 duplicates, 0 rejected\n")
    late = contacts("import", "--stop", "1", database=path)
    assert (late.code, late.out) == (0, resumed.out)
    assert "nothing to stop" in late.err
    assert "--resume" not in late.err + contacts("imports", database=path).err


def test_an_import_whose_process_died_names_the_way_on(path: Path, tmp_path: Path) -> None:
    database.open_database(path)
    with writers_wait():
        running = start_contacts("import", three_rows(tmp_path), database=path)
        until(imports.list_all)
        until(lambda: kill_job(1))
        _out, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "was interrupted" in err
    assert "`contacts import --resume 1`" in err


def test_mended_rows_are_read_as_their_import_was(path: Path, tmp_path: Path) -> None:
    contacts("property", "add", "Zona", "--type", "text", database=path)
    heads = ["Barrio", "Fono", "Quién"]
    file = workbook(tmp_path / "a.xlsx", [heads, ["Sur", 3001234567, "Ana"], ["Norte", 12, "Eva"]])
    words = ("--assign", "Fono=phone", "--assign", "Quién=name", "--assign", "Barrio=Zona")
    first = contacts("import", file, "--country", "CO", *words, database=path)
    assert (first.code, "last time" in first.err) == (4, False)
    fix = tmp_path / "fix.xlsx"
    contacts("import", "--rows-to-fix", "1", fix, database=path)
    book = openpyxl.load_workbook(fix)
    book.worksheets[0]["B2"] = "3001234599"
    book.save(fix)
    checked = contacts("import", fix, "--check", database=path)
    assert (checked.code, "1 would be created" in checked.out) == (0, True)
    mended = contacts("import", fix, "--json", database=path)
    assert (mended.code, mended.json["created"]) == (0, 1)
    assert "As last time for these headers: Barrio=Zona, Fono=phone, Quién=name, --country CO" in mended.err
    eva = contacts("show", "+573001234599", "--json", database=path).json
    assert (eva["name"], eva["properties"]) == ("Eva", {"Zona": "Norte"})


def test_what_is_said_wins_over_what_is_remembered(path: Path, tmp_path: Path) -> None:
    contacts("property", "add", "Born", "--type", "date", database=path)
    heads = ["Cell", "Other", "Who", "Born"]
    file = workbook(tmp_path / "a.xlsx", [heads, [3001234567, 3001234568, "Ana", "02/03/1990"]])
    contacts(
        *("import", file, "--assign", "Other=phone", "--assign", "Who=name"),
        *("--country", "CO", "--date-order", "mdy"),
        database=path,
    )

    def born(phone: str) -> str | None:
        found: dict[str, str] = contacts("show", phone, "--json", database=path).json["properties"]
        return found.get("Born")

    assert born("+573001234568") == "1990-02-03"
    again = contacts("import", file, "--assign", "Cell=phone", "--date-order", "dmy", database=path)
    assert (again.code, born("+573001234567")) == (0, "1990-03-02")
    other = contacts("import", file, "--assign", "Other=phone", "--country", "MX", database=path)
    assert (other.code, "--country" in other.err) == (0, False)
    assert born("+523001234568") == "1990-03-02"
    afresh = contacts("import", file, "--afresh", "--json", database=path)
    assert (afresh.code, afresh.json["rejected"], afresh.err) == (4, 1, "")
