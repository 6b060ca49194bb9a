"""A person at the screen."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import pytest
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from store import database, jobs
from tests.support import kill_job, signal_job, until
from tui.app import ContactsApp

Screens = Callable[..., AbstractAsyncContextManager["Person"]]

SIZES = [(80, 24), (140, 45)]


class Person:
    """Presses keys and reads what the screen shows."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until what they began has come to its end."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*(_KEYS.get(char, char) for char in text))
        await self.settle()

    async def burst(self, typed: str) -> None:
        """What a terminal sends, all at once, as a slow line delivers it."""
        driver = self.app._driver
        assert driver is not None
        for message in XTermParser().feed(typed):
            driver.process_message(message)
        await self.settle()

    async def settle(self) -> None:
        """Wait for workers that are not waiting for the person, and for the screen to be drawn."""
        for _ in range(2):
            await self.pilot.pause()
            for worker in list(self.app.workers):
                if worker.group in ("order", "details", "read", "begin") and not worker.is_finished:
                    # One may give way to the next while we wait for it.
                    with suppress(WorkerCancelled):
                        await self.app.workers.wait_for_complete([worker])

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait for something that another process does."""
        for _ in range(int(seconds / 0.05)):
            if condition():
                await self.settle()
                return
            await self.pilot.pause(0.05)
        raise AssertionError(f"it did not happen in {seconds} s; the screen:\n{self.text}")

    @property
    def lines(self) -> list[str]:
        """What the screen shows, line by line."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.lines)

    def sees(self, *words: str) -> bool:
        """Whether all the words are on the screen, wherever lines break."""
        flat = " ".join(self.text.replace("│", " ").split())
        return all(word in flat for word in words)


async def elsewhere(deed: Callable[[], object]) -> None:
    """Do something on another connection, as another program would."""

    def do() -> None:
        database.connect()
        deed()
        database.close()

    await asyncio.to_thread(do)


class Brake:
    """Holds the processes of jobs at their very beginning, until they are let go or killed."""

    def __init__(self) -> None:
        self._launch = jobs._launch
        self._held: set[int] = set()

    def launch(self, job_id: int, kind: str, lock: int) -> None:
        """In the place of `jobs._launch`."""
        self._launch(job_id, kind, lock)
        # For some µs after its start a process shows no command line yet.
        until(lambda: signal_job(job_id, signal.SIGSTOP))
        self._held.add(job_id)

    def release(self) -> None:
        """Let them go on."""
        for job_id in self._held:
            signal_job(job_id, signal.SIGCONT)

    def kill(self) -> None:
        """End them as a crash would."""
        for job_id in self._held:
            kill_job(job_id)
        self._held.clear()


_KEYS = {
    " ": "space",
    "/": "slash",
    ".": "full_stop",
    "+": "plus",
    "@": "at",
    "-": "minus",
    "_": "underscore",
}


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def screens(db: Path) -> Screens:
    """Opens the program on the test's database."""

    @asynccontextmanager
    async def open_screens(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Person]:
        app = ContactsApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            person = Person(pilot)
            await person.settle()
            yield person

    return open_screens


@pytest.fixture
def brake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Brake]:
    """Every job of this test is held at its beginning."""
    found = Brake()
    monkeypatch.setattr(jobs, "_launch", found.launch)
    yield found
    found.kill()
