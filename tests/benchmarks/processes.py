"""Processes of the benchmarks: run one to its end, by the clock; watch the memory of a tree of them."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.figures import Unable

ROOT = Path(__file__).parents[2]
_SAMPLE_SECONDS = 0.05
_MEGABYTE = 1024
"""In the kB of /proc."""


@dataclass(frozen=True, slots=True)
class Done:
    """A process that came to its end."""

    seconds: float
    """From before its start to its end."""
    out: str


@dataclass
class Memory:
    """The most memory, in MB, that a tree of processes took."""

    together: float = 0
    """All of them at one moment; what they share is counted once."""
    peaks: dict[int, float] = field(default_factory=dict)
    """Of each process by itself, by its id, as the kernel keeps it."""
    job: int | None = None
    """The process of the import's job."""
    helpers: set[int] = field(default_factory=set)
    """Those that the job started: its reader."""

    @property
    def reader(self) -> float:
        """Of the process that reads the file: the largest that the job started, or the job itself."""
        if self.job is None:
            raise Unable("The process of the import's job was not seen.")
        return max(self.peaks[pid] for pid in self.helpers or {self.job})


def module(name: str, *words: str | Path | int) -> list[str]:
    """The command that runs a module of ours, from wherever."""
    return [sys.executable, "-P", "-m", name, *map(str, words)]


def environment(database: Path | None = None) -> dict[str, str]:
    """The environment in which ours are found and speak English."""
    named = {} if database is None else {"CONTACTS_DATABASE": str(database)}
    found = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | named
    # What is installed has its bytecode; without it the four processes of an import compile for 0.15 s.
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def start(command: Sequence[str], database: Path | None = None) -> subprocess.Popen[str]:
    """A process whose output is kept."""
    return subprocess.Popen(
        command,
        cwd="/",
        env=environment(database),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], codes: Sequence[int] = (0,)) -> str:
    """What it has printed when it comes to its end; raises Unable where that is with another code."""
    out, err = process.communicate()
    if process.returncode not in codes:
        last = (err.strip() or out.strip() or "no word").splitlines()[-1]
        raise Unable(f"{process.args!r} ended with {process.returncode}: {last}")
    return out


def run(command: Sequence[str], database: Path | None = None, codes: Sequence[int] = (0,)) -> Done:
    """Run a command to its end, by the clock."""
    begun = time.perf_counter()
    out = finish(start(command, database), codes)
    return Done(time.perf_counter() - begun, out)


def can_watch_memory() -> bool:
    """Whether the system tells how much memory processes take (Linux)."""
    return Path("/proc/self/smaps_rollup").exists()


def proportional_memory(pid: int) -> float:
    """The memory of a process in MB, of what it shares with others its part (PSS)."""
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss") / _MEGABYTE


def processor_seconds(pid: int) -> float:
    """The time on processors that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def watched(pid: int, memory: Memory) -> Iterator[None]:
    """Fill `memory` with what the process and its descendants take, 20 times a second."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            _sample(pid, memory)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _sample(root: int, memory: Memory) -> None:
    together = 0.0
    for pid, parent in _tree(root):
        # It may end while it is looked at.
        with suppress(OSError, KeyError, ValueError):
            together += _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss") / _MEGABYTE
            memory.peaks[pid] = _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM") / _MEGABYTE
            if parent == memory.job:
                memory.helpers.add(pid)
            elif b"store.job_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                memory.job = pid
    memory.together = max(memory.together, together)


def _tree(root: int) -> list[tuple[int, int]]:
    """The process and its descendants, each with its parent."""
    found = [(root, 0)]
    for pid, _parent in found:
        with suppress(OSError):
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [(int(child), pid) for child in children.read_text().split()]
    return found


def _kilobytes(path: Path, name: str) -> int:
    fields = dict(line.partition(":")[::2] for line in path.read_text().splitlines())
    return int(fields[name].split()[0])
