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
from tests.benchmarks.figures import Unable

COLUMNS, LINES = 120, 40
_PATIENCE_SECONDS = 10


class Terminal:
    """A program that is shown by it, and typed to."""

    def __init__(self, command: Sequence[str], database: Path) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        named = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._process = subprocess.Popen(
            command,
            cwd="/",
            env=processes.environment(database) | named | {"COLUMNS": str(COLUMNS), "LINES": str(LINES)},
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

    def drain(self, seconds: float) -> None:
        """Take what is written for so long: a full terminal would hold the program up."""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            self._read(rest)

    def settle(self, quiet: float = 0.02) -> None:
        """Take what is written until nothing comes for so long."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and self._read(quiet):
            pass

    def wait_for(self, text: bytes) -> None:
        """Take what is written until `text` comes; raises Unable if it does not."""
        seen = b""
        until = time.monotonic() + _PATIENCE_SECONDS
        while text not in seen:
            if time.monotonic() > until or self._process.poll() is not None:
                raise Unable(f"The screen did not show {text!r}.")
            seen += self._read(0.1)

    def type(self, keys: bytes) -> None:
        """Press keys, and look at no answer."""
        os.write(self._master, keys)

    def press(self, key: bytes, patience: float = 2) -> float:
        """Press a key; the seconds until something of an answer comes, or `patience`."""
        self.settle()
        begun = time.perf_counter()
        os.write(self._master, key)
        return time.perf_counter() - begun if self._read(patience) else patience

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
