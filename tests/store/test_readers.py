"""Processes that read workbooks: started ahead they read as any other, and none stays that nobody needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store import imports, processes
from store.imports import State
from store.reading import reader, readers
from tests.support import HEAD, finish, job_processes, plan, until, workbook, writers_wait


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_that_was_started_ahead_reads_as_any_other(tmp_path: Path) -> None:
    file = workbook(tmp_path / "people.xlsx", [HEAD, ["+573001234567", "Ana"]])
    usual = reader.preview(file)
    readers.dismiss()
    readers.start_ahead("phonenumbers")
    [ahead] = readers._ahead
    assert reader.preview(file) == usual
    assert ahead.returncode is not None


def test_one_that_nobody_needs_ends_with_whoever_started_it() -> None:
    code = "import os; from store.reading import readers; readers.start_ahead(); "
    code += "print(readers._ahead[0].pid, flush=True); os.kill(os.getpid(), 9)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=processes.environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -9
    until(lambda: not _runs(int(done.stdout)))
    assert not done.stderr


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only there processes are listed so")
@pytest.mark.usefixtures("db")
def test_an_import_that_waits_for_another_keeps_none_waiting(tmp_path: Path) -> None:
    with writers_wait():
        started = imports.start(plan(workbook(tmp_path / "people.xlsx", [HEAD, ["+573001234567", "Ana"]])))
        until(lambda: job_processes(started))
        [job] = job_processes(started)
        until(lambda: any(file.resolve().name == "turn.lock" for file in Path(f"/proc/{job}/fd").iterdir()))
        until(lambda: not _children(job))
        assert imports.get(started).state is State.QUEUED
    assert finish(started).created == 1


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
