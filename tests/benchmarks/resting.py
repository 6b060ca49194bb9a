"""A list that nobody touches: what it sends and computes, and what it holds in memory."""

from pathlib import Path

from tests.benchmarks import processes, visiting
from tests.benchmarks.figures import Figure, Report, pairs, ratios
from tests.benchmarks.visiting import END

_SECONDS = 10
_MOST_PERCENT = 1
_TIMES_FEW = 1.2


def measure_idle(_folder: Path, large: Path, _small: Path, count: int, report: Report) -> None:
    """Bytes, and a core's time, while nobody presses a key."""
    rests = [_rest(large) for _turn in range(count)]
    report.add(
        Figure(f"Bytes in {_SECONDS} seconds of rest", [sent for sent, _percent in rests], "bytes", most=0)
    )
    if processes.can_watch_memory():
        busy = [percent for _sent, percent in rests]
        report.add(Figure(f"Part of a core in {_SECONDS} seconds of rest", busy, "%", most=_MOST_PERCENT))
    else:
        report.say("Only Linux tells how much of a core processes take: that figure is left out.")


def _rest(database: Path) -> tuple[int, float]:
    """The bytes, and the part of a core in %."""
    with visiting.opened(database) as visit:
        pid = visit.terminal.pid
        before = _processor_seconds(pid)
        sent = len(visit.terminal.drain(_SECONDS))
        return sent, 100 * (_processor_seconds(pid) - before) / _SECONDS


def _processor_seconds(pid: int) -> float:
    return processes.processor_seconds(pid) if processes.can_watch_memory() else 0.0


def measure_memory(_folder: Path, large: Path, small: Path, count: int, report: Report) -> None:
    """Of the screen's process, when the whole order is known and its end was seen."""
    if not processes.can_watch_memory():
        report.say("Only Linux tells how much memory processes take: those figures are left out.")
        return
    measured = pairs(count, lambda: _megabytes(large), lambda: _megabytes(small))
    report.add(
        Figure("Memory (PSS) of the screen, times that of few contacts", ratios(measured), most=_TIMES_FEW),
        Figure("Memory (PSS) of the screen", [many for many, _few in measured], "MB"),
        Figure("Memory (PSS) of the screen with few contacts", [few for _many, few in measured], "MB"),
    )


def _megabytes(database: Path) -> float:
    with visiting.opened(database) as visit:
        visit.answers(END, 1)
        return processes.proportional_memory(visit.terminal.pid)
