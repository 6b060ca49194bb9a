"""`contacts import --check`: what an import would do, by the word of the command."""

import signal
from pathlib import Path

import pytest

from store import database, imports
from tests.support import HEAD, contacts, long_file, start_contacts, until, workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "team.db"


def files_of(path: Path) -> set[str]:
    """What lies beside the database, but for what every job leaves."""
    return {file.name for file in path.with_name("team.db-files").iterdir()} - {"jobs.log", "turn.lock"}


def test_a_check_prints_what_would_happen_and_leaves_no_import_behind(path: Path, tmp_path: Path) -> None:
    contacts("add", "+573001234560", "There already", database=path)
    rows = [["+573001234560", "Known"], ["+573001234561", "Ana"], ["+573001234561", "Again"], ["x", "Eva"]]
    file = workbook(tmp_path / "a.xlsx", [HEAD, *rows])
    checked = contacts("import", file, "--check", "--json", database=path)
    assert checked.code == 4
    assert checked.json == {
        "id": None,
        "state": "checked",
        "file": "a.xlsx",
        "rows": 4,
        "created": 1,
        "duplicates": 2,
        "rejected": 1,
        "not_processed": 0,
        "report": None,
    }
    said = contacts("import", file, "--check", database=path)
    assert "4 rows: 1 would be created, 2 duplicates, 1 rejected" in said.out
    assert "Phone: 1 × it has letters." in said.out
    assert contacts("imports", database=path).out == ""
    assert len(contacts("list", "--json", database=path).json_lines) == 1
    assert files_of(path) == set()


def test_the_cures_are_named_and_work(path: Path, tmp_path: Path) -> None:
    contacts("property", "add", "Born", "--type", "date", database=path)
    rows = [[*HEAD, "Born"], [3001234560, "Ana", "01/31/1990"], [3001234561, "Eva", "02/28/1990"]]
    file = workbook(tmp_path / "a.xlsx", rows)
    sick = contacts("import", file, "--check", database=path)
    assert sick.code == 4
    assert "2 × it is too short; it may lack its country code" in sick.out
    assert "--country CO" in sick.out
    half = contacts("import", file, "--check", "--country", "CO", database=path)
    assert half.code == 0
    assert "2 of the created would lack a value" in half.out
    assert "--date-order" in half.out
    whole = contacts(
        *("import", file, "--check", "--country", "CO", "--date-order", "mdy", "--whole-only", "--json"),
        database=path,
    )
    assert (whole.code, whole.json["created"], whole.json["rejected"]) == (0, 2, 0)


def test_rows_that_would_not_be_whole_can_be_left_for_later(path: Path, tmp_path: Path) -> None:
    contacts("property", "add", "City", "--type", "text", database=path)
    rows = [[*HEAD, "City"], ["+573001234560", "Ana", "Lima"], ["+573001234561", "Eva", None]]
    file = workbook(tmp_path / "a.xlsx", rows)
    done = contacts("import", file, "--whole-only", "--json", database=path)
    assert (done.code, done.json["created"], done.json["rejected"]) == (4, 1, 1)
    contacts("import", "--rows-to-fix", "1", tmp_path / "fix.xlsx", database=path)
    again = contacts("import", tmp_path / "fix.xlsx", "--json", database=path)
    assert (again.code, again.json["rows"], again.json["created"]) == (0, 1, 1)


def test_interrupts_stop_a_check_and_leave_nothing(path: Path, tmp_path: Path) -> None:
    database.open_database(path)
    file = long_file(tmp_path / "a.xlsx", 100_000)
    running = start_contacts("import", file, "--check", database=path)
    until(lambda: list(tmp_path.glob("team.db-files/check-*.db")))
    assert running.stderr is not None
    with database.writing():
        running.send_signal(signal.SIGINT)
        assert "Stopping" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
    out, _err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert files_of(path) == set()
    database.open_database(path)
    assert imports.list_all() == []
