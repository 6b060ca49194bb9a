"""Open screens follow what the listener takes in, in every terminal."""

import os
import pty
import subprocess
import time
from pathlib import Path

import pytest

from tests.benchmarks import processes, product
from tests.benchmarks.terminal import Terminal
from tests.store.listening import delivery, listening, person, text

SECONDS = 2
NEWER = 1_790_000_000


def test_two_terminals_show_who_writes_within_two_seconds(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whole rows, to be read without an emulator.
    monkeypatch.setenv("CONTACTS_PLAIN_DRIVER", "1")
    with (
        listening(db) as listener,
        Terminal(product.command(), db) as one,
        Terminal(product.command(), db) as other,
    ):
        for number in (1, 2):
            for terminal in (one, other):
                terminal.settle(0.5)
            assert listener.post(delivery(text(person(number), f"wamid.{number}", NEWER + number))) == 200
            answered = time.monotonic()
            for terminal in (one, other):
                terminal.wait_for(person(number).encode())
            assert time.monotonic() - answered < SECONDS
        for terminal in (one, other):
            terminal.end(b"q")


def test_a_program_whose_terminal_is_gone_ends_by_itself(db: Path) -> None:
    ours, its = pty.openpty()
    # Without a controlling terminal no signal tells it, as under nohup.
    program = subprocess.Popen(
        product.command(),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        env=processes.environment(db) | {"TERM": "xterm-256color"},
    )
    os.close(its)
    seen = b""
    while b"\x1b[?1049h" not in seen:
        seen += os.read(ours, 65_536)
    os.close(ours)
    try:
        program.wait(30)
    finally:
        program.kill()
