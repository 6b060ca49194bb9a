"""The processes that read workbooks: started here, and ahead of time where one is sure to be asked for.

Each waits for its request (see `store.reading.reader_process`) and ends where none comes any more.
"""

import atexit
import subprocess
import sys
from contextlib import suppress

from store import processes

_ahead: "list[subprocess.Popen[bytes]]" = []


def start_ahead(*modules: str) -> None:
    """Start the one that `take` will give: to begin takes it as long as to read 5,000 rows.

    It loads `modules` before it looks for its request.
    """
    if _ahead:
        return
    # Where none can be started `take` will say so, to somebody who can tell the person.
    with suppress(OSError):
        _ahead.append(_started(*modules))
        atexit.register(dismiss)


def take() -> "subprocess.Popen[bytes]":
    """The one that was started ahead, or else a new one; the caller ends it."""
    return _ahead.pop() if _ahead else _started()


def dismiss() -> None:
    """End the one that was started ahead, if nobody has taken it."""
    while _ahead:
        end(_ahead.pop())


def end(process: "subprocess.Popen[bytes]") -> None:
    """Bring one to its end, whatever it does."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        # What it was to be told may not reach it any more.
        with suppress(BrokenPipeError):
            pipe.close()


def _started(*modules: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*processes.command("store.reading.reader_process"), *modules],
        cwd="/",
        env=processes.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What it has to say of our bugs goes to the log of a job, never over a person's screen.
        stderr=subprocess.DEVNULL if sys.stderr.isatty() else None,
    )
