"""Textual's driver for Linux and macOS, sending only the cells that changed."""

import shutil
import signal
import threading
import time
from types import FrameType
from typing import Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.driver.cells import Cells
from tui.driver.graphemes import painted

_TURN_SECONDS = 0.00005
"""Not nothing: the other thread has to wake up first."""


class LeanDriver(LinuxDriver):
    """Whatever may have changed the terminal behind the program's back makes it forget what is shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cells = Cells()
        self._told_size: tuple[int, int] | None = None
        """By the terminal itself (mode 2048): Textual then goes by its word."""
        self._is_written = False
        """Since the last `flush`."""
        # Signal handlers write too: they may come while their own thread is in here.
        self._order = threading.RLock()

    def write(self, data: str) -> None:
        """Send what is needed to show what `data` would; from any thread."""
        with self._order:
            # As Textual measures it: what it draws is laid out for this size.
            if lean := self._cells.send(data, *(self._told_size or shutil.get_terminal_size())):
                super().write(lean)
                self._is_written = True

    def flush(self) -> None:
        """Let the thread that writes have its turn: else it waits for what the program does next, 0.3 ms."""
        if self._is_written:
            self._is_written = False
            time.sleep(_TURN_SECONDS)

    def expect(self, data: str) -> None:
        """Know already which cells a piece paints that will probably be written."""
        painted("", data)

    def start_application_mode(self) -> None:
        """Take the terminal, at the start and when the program comes back from being suspended."""
        self._cells.forget()
        self._told_size = None
        super().start_application_mode()  # type: ignore[no-untyped-call]
        resized = signal.getsignal(signal.SIGWINCH)

        def forget_and_resize(number: int, frame: FrameType | None) -> None:
            self._cells.forget()
            if callable(resized):
                resized(number, frame)

        signal.signal(signal.SIGWINCH, forget_and_resize)

    def send_message(self, message: Message) -> None:
        """Tell the program, from any thread; Textual makes a task of every key."""
        self._app.post_message(message)

    def process_message(self, message: Message) -> None:
        """Pass on what comes from the terminal, its own word on its size among it."""
        if isinstance(message, events.Resize):
            with self._order:
                self._told_size = message.size.width, message.size.height
                self._cells.forget()
        super().process_message(message)
