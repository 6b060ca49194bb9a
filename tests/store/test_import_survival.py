"""Imports survive what happens on servers: killed processes, full disks, dropped connections."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store import database, imports, jobs
from store.errors import FileUnusable
from store.imports import State
from tests.support import (
    HEAD,
    ROOT,
    example_numbers,
    finish,
    kill_job,
    long_file,
    plan,
    report_rows,
    until,
    workbook,
)

_TIMES = {"created", "changed", "deleted", "started", "finished"}


def everything(import_id: int) -> dict[str, list[tuple[object, ...]]]:
    """All that an import leaves behind in the database, but for times."""
    found = {}
    for table, order in (("contact", "id"), ("import_result", "row"), ("import", "id")):
        names = [row[1] for row in database.db.execute_sql(f"PRAGMA table_info({table})")]
        columns = ", ".join(f'"{name}"' for name in names if name not in _TIMES)
        own = (
            "" if table == "contact" else f"WHERE {'id' if table == 'import' else 'import_id'} = {import_id}"
        )
        rows = database.db.execute_sql(f'SELECT {columns} FROM "{table}" {own} ORDER BY "{order}"')
        found[table] = rows.fetchall()
    return found


def all_kinds_of_rows(path: Path, rows: int) -> Path:
    """A large file with duplicates, rejected rows and values that do not fit among its rows."""
    numbers = example_numbers()
    known = [next(numbers) for _ in range(rows // 2)]
    made = [[*HEAD, "Email"]]
    for index in range(rows):
        number = "no number" if index % 97 == 0 else known[index * 7 % len(known)]
        made.append([number, f"N{index}", "nobody" if index % 31 == 0 else ""])
    return workbook(path, made)


def kill_until_it_is_done(import_id: int, chance: random.Random) -> int:
    """Kill the import at random moments and resume it until it comes to its end; how often it was killed."""
    kills, patience = 0, 0.9
    while jobs.wait(import_id, chance.random() * patience).is_running:
        # On a busy machine it needs longer to come anywhere.
        patience *= 1.1
        kills += kill_job(import_id)
        while imports.get(import_id).is_running:
            time.sleep(0.01)
        view = imports.get(import_id)
        assert view.state in (State.INTERRUPTED, State.FINISHED)
        if view.can_resume:
            imports.resume(import_id)
    return kills


def test_an_import_killed_at_many_random_moments_ends_as_if_undisturbed(db: Path, tmp_path: Path) -> None:
    path = all_kinds_of_rows(tmp_path / "a.xlsx", 20_000)
    undisturbed = finish(imports.start(plan(path)))
    expected = everything(undisturbed.id)
    reported = report_rows(undisturbed.id, tmp_path / "expected.xlsx")
    chance = random.Random(11)
    kills = 0
    for attempt in range(20):
        database.open_database(tmp_path / f"killed-{attempt}.db")
        import_id = imports.start(plan(path))
        kills += kill_until_it_is_done(import_id, chance)
        assert finish(import_id).state is State.FINISHED
        assert everything(import_id) == expected
        if kills >= 12:
            break
    assert kills >= 12
    assert report_rows(import_id, tmp_path / "killed.xlsx") == reported


def test_a_full_disk_ends_an_import_with_a_sentence_and_more_room_lets_it_go_on(
    small_disk: Path, tmp_path: Path
) -> None:
    database.open_database(small_disk / "full.db")
    path = long_file(tmp_path / "a.xlsx", 60_000)
    view = finish(imports.start(plan(path)))
    assert view.state is State.FAILED
    assert "There is no space left" in view.message
    assert view.created > 0
    assert database.db.execute_sql("PRAGMA integrity_check").fetchone() == ("ok",)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    imports.resume(view.id)
    view = finish(view.id)
    assert (view.state, view.rows, view.not_processed) == (State.FINISHED, 60_000, 0)


def test_a_file_that_does_not_fit_beside_the_database_is_told_before_anything_begins(
    small_disk: Path, tmp_path: Path
) -> None:
    database.open_database(small_disk / "full.db")
    (small_disk / "others").write_bytes(bytes(11 * 1024 * 1024))
    wanted = plan(long_file(tmp_path / "a.xlsx", 60_000))
    with pytest.raises(FileUnusable, match="No space left"):
        imports.start(wanted)
    assert imports.list_all() == []


@pytest.mark.skipif(shutil.which("tmux") is None, reason="a terminal that can be taken away needs tmux")
def test_an_import_goes_on_when_the_connection_drops(tmp_path: Path) -> None:
    path = long_file(tmp_path / "a.xlsx", 60_000)
    # The folder of a test may be too long for a socket.
    tmux = ["tmux", "-L", f"contacts-{os.getpid()}"]
    command = f"{sys.executable} -P -c 'from tui.cli import main; main()' import {path}"
    where = tmp_path / "dropped.db"
    environment = {"CONTACTS_DATABASE": str(where), "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [*tmux, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command],
        env=os.environ | environment,
        check=True,
    )
    try:
        until(where.exists)
        database.open_database(where)
        until(lambda: any(view.done for view in imports.list_all()))
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
    (view,) = imports.list_all()
    assert view.is_running
    view = finish(view.id)
    assert (view.state, view.rows, view.not_processed) == (State.FINISHED, 60_000, 0)
