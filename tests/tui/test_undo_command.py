"""`contacts import --undo` and `--rows-to-fix`: JSON, sentences and exit codes are a contract."""

import signal
import time
from pathlib import Path

import openpyxl
import pytest

from store import contacts as contacts_
from store import database, imports
from store.models import Contact
from tests.support import HEAD, contacts, imported, people, start_contacts, until, workbook, writers_wait


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return database.open_database(tmp_path / "team.db")


def test_an_import_is_undone_and_those_who_stay_are_told(path: Path) -> None:
    imported(30)
    contacts_.edit(people()["P3"].id, name="\x1b[2JEva")
    done = contacts("import", "--undo", "1", "--json", database=path)
    assert (done.code, done.json["state"], done.json["created"]) == (0, "undone", 30)
    assert done.err.startswith("␛[2JEva (+573000000003) stays: changed on 20")
    assert [view["state"] for view in contacts("imports", "--json", database=path).json_lines] == ["undone"]
    assert [c["phone"] for c in contacts("list", "--json", database=path).json_lines] == ["+573000000003"]
    again = contacts("import", "--undo", "1", database=path)
    assert (again.code, "was undone" in again.err, again.out) == (2, True, "")


def test_twenty_of_those_who_stay_are_told_and_how_many_more(path: Path) -> None:
    imported(30)
    with database.writing():
        Contact.update(user_initiated=1).where(Contact.name != "P0").execute()
    done = contacts("import", "--undo", "1", database=path)
    assert (done.code, done.out) == (0, "Undone: 1 put into the bin, 29 stayed\n")
    lines = done.err.splitlines()
    assert (len(lines), lines[-1]) == (21, "and 9 more")


def test_an_interrupt_from_the_keyboard_stops_the_undo_and_ends_with_130(path: Path) -> None:
    imported(60_000)
    running = start_contacts("import", "--undo", "1", "--json", database=path)
    while (found := imports.get(1).undo) is None or found.binned == 0:
        assert running.poll() is None
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    out, _err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert '"state": "finished"' in out
    assert contacts("import", "--undo", "1", "--json", database=path).json["state"] == "undone"
    assert people() == {}


def test_no_further_interrupt_cuts_the_stop_of_an_undo_short(path: Path) -> None:
    imported(10)
    with writers_wait():
        running = start_contacts("import", "--undo", "1", database=path)
        assert running.stderr is not None
        until(lambda: imports.get(1).is_undoing)
        with database.writing():
            running.send_signal(signal.SIGINT)
            assert "Stopping" in running.stderr.readline()
            running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, len(people())) == (130, 10)
    assert out == "Undo stopped: 0 put into the bin, 0 stayed\n"
    assert "`contacts import --undo 1`" in err


def test_a_detached_undo_is_stopped_by_the_id_of_its_import(path: Path) -> None:
    imported(10)
    with writers_wait():
        assert contacts("import", "--undo", "1", "--detach", database=path).out == "1\n"
        stopped = contacts("import", "--stop", "1", "--json", database=path)
        assert (stopped.code, stopped.json["state"]) == (0, "finished")
        contacts("import", "--undo", "1", "--detach", database=path)
        told = contacts("import", "--stop", "1", database=path)
    assert (told.code, told.out) == (0, "Undo stopped: 0 put into the bin, 0 stayed\n")
    assert len(people()) == 10


def test_a_failed_undo_exits_with_2(path: Path) -> None:
    imported(10)
    database.db.execute_sql(
        "CREATE TRIGGER stubborn BEFORE UPDATE OF deleted ON contact BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    done = contacts("import", "--undo", "1", "--json", database=path)
    assert (done.code, done.json["state"]) == (2, "finished")
    assert "Something went wrong" in done.err
    assert len(people()) == 10


def test_rows_to_fix_are_written_by_the_command(path: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", [HEAD, ["12", "Ana"], ["+573001234567", "Eva"]])
    imported_ = contacts("import", file, database=path)
    assert (imported_.code, "--rows-to-fix 1 FILE" in imported_.err) == (4, True)
    target = tmp_path / "fix.xlsx"
    done = contacts("import", "--rows-to-fix", "1", target, "--json", database=path)
    assert (done.code, done.json["rejected"]) == (0, 1)
    assert [c.value for c in openpyxl.load_workbook(target).worksheets[0][2]] == ["12", "Ana"]
    assert contacts("import", "--rows-to-fix", "1", target, database=path).code == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["import", "--undo", "9"], "no import 9"),
        (["import", "--rows-to-fix", "9", "/tmp/x.xlsx"], "no import 9"),
        (["import", "--rows-to-fix", "1"], "Name the file"),
        (["import", "--rows-to-fix", "1", "/no/folder/x.xlsx"], "No row of this import was rejected"),
        (["import", "--resume", "1"], "kept copy of 3.xlsx is gone"),
    ],
)
def test_wrong_use_ends_with_a_sentence(path: Path, words: list[str], sentence: str) -> None:
    imported(3)
    done = contacts(*words, database=path)
    assert (done.code, sentence in done.err, done.out) == (2, True, ""), done
