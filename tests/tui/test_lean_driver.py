"""The driver that sends only what changed, with the program itself: random keys, and a real terminal."""

import codecs
import fcntl
import os
import pty
import random
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from store import database, demo
from store.models import Contact
from tests.support import NAUGHTY, ROOT
from tests.tui.conftest import Brake
from tests.tui.emulator import Emulator
from tui import driver
from tui.app import ContactsApp
from tui.driver.cells import Cells
from tui.driver.lean import LeanDriver
from tui.widgets.contact_table import ContactTable

KEYS = int(os.environ.get("CONTACTS_TEST_KEYS", "40"))
"""How many keys are pressed at each size; thousands for a long run."""
SEED = int(os.environ.get("CONTACTS_TEST_SEED", "7"))
_SIZES = [(80, 24), (140, 40), (60, 15)]
_RESIZE_ONE_IN = 30
_MOVES = ["down", "up", "pagedown", "pageup", "home", "end", "tab", "shift+tab", "left", "right"]
_PAGES = ["1", "2", "3", "5", "question_mark", "ctrl+p", "slash"]
_DOORS = ["n", "e", "d", "o", "a", "s", "i", "w", "y", "u", "enter", "space", "ctrl+k"]
_LETTERS = [*"aeimnoz019", "é", "日", "م", "plus", "full_stop", "backspace"]
_KEYS = [*_MOVES * 6, *_PAGES * 2, *_DOORS * 2, *_LETTERS, *["escape"] * 16]
_PATIENCE_SECONDS = 20


class _Both(HeadlessDriver):
    """Shows what the program writes on one terminal as it is, and on another as it is sent by the driver."""

    def start_application_mode(self) -> None:
        self.cells = Cells()
        width, height = self._get_terminal_size()
        self.sent = self.drawn = ""
        self.expected: list[str] = []
        self.plain, self.lean = Emulator(width, height), Emulator(width, height)
        super().start_application_mode()
        self.write("\x1b[?1049h\x1b[?7l")

    @property
    def is_headless(self) -> bool:
        return False

    def expect(self, data: str) -> None:
        self.expected.append(data)

    def write(self, data: str) -> None:
        self.drawn += data
        lean = self.cells.send(data, self.lean.columns, self.lean.lines)
        self.sent += lean
        self.plain.feed(data)
        self.lean.feed(lean)

    @property
    def difference(self) -> str:
        """Where the two differ first."""
        for y, (lean, plain) in enumerate(zip(self.lean.shown[0], self.plain.shown[0], strict=True)):
            for x, (cell, wanted) in enumerate(zip(lean, plain, strict=True)):
                if cell != wanted:
                    return f"row {y}, column {x}: {cell}\ninstead of {wanted}\nin {self.lean.display[y]!r}"
        return f"cursor {self.lean.shown[1]} instead of {self.plain.shown[1]}"

    def resize(self, width: int, height: int) -> None:
        for terminal in (self.plain, self.lean):
            terminal.resize(height, width)


def _fill(path: Path) -> None:
    """Invented contacts, and among the latest those whose names have brought other programs down."""
    demo.build(path, 300)
    names = [*NAUGHTY, "👨\u200d💻 Ana ❤\ufe0f", "🇨🇴 Café", "한글 이름", "नमस्ते दुनिया", "日本e\u0301語"]
    latest = Contact.select(Contact.id).order_by(Contact.last_interaction.desc()).limit(90)
    with database.writing():
        for name, contact in zip(names, list(latest)[::4], strict=False):
            Contact.update(name=name.replace("\0", "")).where(Contact.id == contact.id).execute()


async def _run(size: tuple[int, int], use: Callable[[Pilot[None], _Both], Awaitable[None]]) -> None:
    """The program on two terminals, with somebody at its keys."""
    app = ContactsApp(_Both)
    failed: list[BaseException] = []

    async def watched(pilot: Pilot[Any]) -> None:
        try:
            assert isinstance(app._driver, _Both)
            await use(pilot, app._driver)
        except BaseException as error:
            failed.append(error)
        app.exit()

    await app.run_async(headless=False, size=size, auto_pilot=watched)
    if failed:
        raise failed[0]


@pytest.mark.parametrize("size", _SIZES, ids=str)
async def test_all_screens_look_the_same_after_every_key(
    size: tuple[int, int], tmp_path: Path, brake: Brake
) -> None:
    """Pages, dialogs, lists, sizes, as keys at random lead to them."""
    _fill(tmp_path / "demo.db")
    chance = random.Random(f"{SEED} {size}")

    async def use(pilot: Pilot[None], both: _Both) -> None:
        pressed: list[str] = []
        while len(pressed) < KEYS:
            pressed.append(chance.choice(_KEYS))
            if chance.randrange(_RESIZE_ONE_IN) == 0:
                width, height = chance.choice([size, (chance.randint(40, 150), chance.randint(10, 45))])
                pressed[-1] = f"{width}x{height}"
                both.resize(width, height)
                await pilot.resize_terminal(width, height)
            else:
                await pilot.press(pressed[-1])
            assert both.lean.shown == both.plain.shown, f"{both.difference}\nafter {pressed[-20:]}"

    await _run(size, use)


async def test_a_scroll_by_one_row_costs_little_and_what_did_not_change_nothing(tmp_path: Path) -> None:
    _fill(tmp_path / "demo.db")

    async def use(pilot: Pilot[None], both: _Both) -> None:
        await pilot.press(*["down"] * 40)
        for _ in range(10):
            both.sent = ""
            await pilot.press("down")
            assert 0 < len(both.sent.encode()) <= 400, both.sent
        both.sent = ""
        pilot.app.refresh(layout=True)
        await pilot.pause()
        assert both.sent == ""
        assert both.lean.shown == both.plain.shown

    await _run((80, 24), use)


async def test_a_page_is_painted_at_once_and_as_it_was_expected(tmp_path: Path) -> None:
    _fill(tmp_path / "demo.db")

    async def use(pilot: Pilot[None], both: _Both) -> None:
        table = pilot.app.screen.query_one(ContactTable)
        for turn in (table.action_page_down, table.action_page_up):
            both.expected.clear()
            turn()
            await pilot.pause()
            assert len(both.expected) == table.rows_in_sight
            both.drawn = ""
            turn()
            # Nothing was waited for.
            assert all(text in both.drawn for text in both.expected)
            assert both.lean.shown == both.plain.shown
            await pilot.pause()

    await _run((100, 30), use)


@pytest.mark.parametrize("terminal", ["xterm-256color", "tmux-256color", "screen", "foot", "rxvt-unicode"])
def test_terminals_that_it_is_proved_for_get_it(terminal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", terminal)
    assert driver.suited(plain=False) is LeanDriver
    assert driver.suited(plain=True) is None


@pytest.mark.parametrize("terminal", ["", "dumb", "vt100", "linux", "unknown"])
def test_other_terminals_get_the_ordinary_one(terminal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", terminal)
    assert driver.suited(plain=False) is None
    monkeypatch.delenv("TERM")
    assert driver.suited(plain=False) is None


class _Terminal:
    """A real terminal with the program in it."""

    def __init__(self, path: Path, *words: str) -> None:
        self.screen = Emulator(100, 30)
        self.sent = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._master, slave = pty.openpty()
        self.resize(100, 30)
        unset = ("COLUMNS", "LINES", "NO_COLOR", "TERM_PROGRAM")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tui.cli import main; main()", "--database", path, *words],
            cwd=ROOT,
            env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def resize(self, width: int, height: int) -> None:
        """Pull the window to another size."""
        self.screen.resize(height, width)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def suspend(self) -> None:
        """Send the program into the background as a shell would, and bring it back."""
        os.kill(self._process.pid, signal.SIGTSTP)
        os.waitpid(self._process.pid, os.WUNTRACED)
        os.kill(self._process.pid, signal.SIGCONT)

    def press(self, keys: str) -> None:
        """Press keys, as the terminal sends them."""
        os.write(self._master, keys.encode())

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Take what is written until something is so."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, self.screen.text
            self._read(0.05)

    def reads(self, words: str) -> bool:
        """Whether words can be read."""
        return words in self.screen.text

    def settle(self) -> None:
        """Take what is written until nothing more comes."""
        self._read(5)
        while self._read(0.3):
            pass

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 1 << 16)
        self.sent += data
        self.screen.feed(self._decoder.decode(data))
        return True


_STEPS: list[Callable[[_Terminal], None]] = [
    lambda terminal: terminal.press("\x1b[6~\x1b[B\x1b[6~\x1b[B"),
    lambda terminal: terminal.resize(140, 40),
    lambda terminal: terminal.press("s"),
    lambda terminal: terminal.suspend(),
    lambda terminal: terminal.resize(70, 20),
    lambda terminal: terminal.press("\x1b/mar"),
    lambda terminal: terminal.press("\x1b2"),
]


def test_a_real_terminal_shows_the_same_with_both_drivers(tmp_path: Path) -> None:
    """Through scrolling, other sizes, and the program suspended and back."""
    _fill(tmp_path / "demo.db")
    with _Terminal(tmp_path / "demo.db", "--plain-output") as plain, _Terminal(tmp_path / "demo.db") as lean:
        for terminal in (plain, lean):
            terminal.wait_for(partial(terminal.reads, "300 contacts"))
        for step in _STEPS:
            step(plain)
            plain.settle()
            step(lean)
            lean.wait_for(lambda: lean.screen.shown == plain.screen.shown)
        assert 3 * len(lean.sent) < len(plain.sent)
