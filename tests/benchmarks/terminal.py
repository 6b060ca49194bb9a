"""A terminal of 120 × 40 with a program in it, on a real pty."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.benchmarks import processes
from tests.benchmarks.answers import Answer
from tests.benchmarks.figures import Unable

_QUIET_SECONDS = 0.06
"""An answer is over when nothing more comes for so long: less than the details beside the list wait for."""
COLUMNS, LINES = 120, 40
_PATIENCE_SECONDS = 10
_FRAMES_SECONDS = 0.034


class Terminal:
    """A program that is shown by it, and typed to."""

    def __init__(self, command: Sequence[str], database: Path | None, lines: int = LINES) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, COLUMNS, 0, 0))
        named = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.begun = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd="/",
            env=processes.environment(database) | named | {"COLUMNS": str(COLUMNS), "LINES": str(lines)},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def pid(self) -> int:
        """Of the program's process."""
        return self._process.pid

    def drain(self, seconds: float) -> bytes:
        """Take what is written for so long: a full terminal would hold the program up."""
        taken = b""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            taken += self._read(rest)
        return taken

    def settle(self, quiet: float = 0.02) -> bytes:
        """Take what is written until nothing comes for so long."""
        taken = b""
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and (data := self._read(quiet)):
            taken += data
        return taken

    def wait_for(self, text: bytes) -> bytes:
        """Take what is written until `text` comes, and give it; raises Unable if it does not come."""
        seen = b""
        until = time.monotonic() + _PATIENCE_SECONDS
        while text not in seen:
            if time.monotonic() > until or self._process.poll() is not None:
                raise Unable(f"The screen did not show {text!r}.")
            seen += self._read(0.1)
        return seen

    def type(self, keys: bytes) -> None:
        """Press keys, and look at no answer."""
        os.write(self._master, keys)

    def press(self, key: bytes, patience: float = 2) -> tuple[float, float]:
        """Press a key; the seconds to the first and to the last byte of the answer, or `patience`."""
        self.settle()
        begun = time.perf_counter()
        os.write(self._master, key)
        first = last = time.perf_counter() - begun if self._read(patience) else patience
        # Two paints of one answer are at most two frames apart.
        while last < patience and self._read(_FRAMES_SECONDS):
            last = time.perf_counter() - begun
        return first, last

    def answer(self, key: bytes, quiet: float = _QUIET_SECONDS, patience: float = 2) -> Answer:
        """Press a key; all that comes until nothing does for so long, or nothing at all in `patience`."""
        self.settle()
        pieces: list[tuple[float, bytes]] = []
        begun = time.perf_counter()
        os.write(self._master, key)
        while data := self._read(quiet if pieces else patience):
            pieces.append((time.perf_counter() - begun, data))
        return Answer(pieces)

    def end(self, key: bytes) -> None:
        """Press the key that ends the program, and wait for that."""
        os.write(self._master, key)
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._process.poll() is None:
            if time.monotonic() > until:
                raise Unable("The screen did not end.")
            self._read(0.05)

    def _read(self, seconds: float) -> bytes:
        ready, _writable, _errors = select.select([self._master], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self._master, 1 << 16)
        except OSError:
            # The program is gone, and its side of the terminal with it.
            time.sleep(0.01)
            return b""
