"""The one thread of the listener that writes: stores deliveries durably, answers, and then processes them.

Deliveries that wait together share one commit, so that a disk which syncs a hundred times a second takes
thousands of them.
"""

import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass

from store import database
from store.errors import DatabaseUnavailable
from store.whatsapp import inbox
from store.whatsapp.complaints import Complaints
from store.whatsapp.outbox import Outbox

_TOGETHER = 256
"""Deliveries that share one commit at most."""
_AT_A_TIME = 128
"""Deliveries that are processed before it is looked who waits."""
_CALM_SECONDS = 0.02
"""For how long nobody must have come before few deliveries are processed: many at once cost less each."""
_AGAIN_SECONDS = 1.0
"""After processing has failed, until it is tried again; new deliveries are stored meanwhile."""
_REPEATABLE = {"synchronous": 1}
"""NORMAL: what the machine forgets of the processing when it loses its power is done again."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A delivery whose sender waits for the answer; without a body only the question whether it would do."""

    body: bytes | None
    answer: "asyncio.Future[bool]"


class Writer:
    """Stores what it is given, in the order of arrival; lives on the event loop, works on its own thread."""

    def __init__(self, complaints: Complaints, outbox: Outbox | None) -> None:
        """`outbox`: what sends the answers of flows; without it none begins."""
        self._complaints, self._outbox = complaints, outbox
        self._loop = asyncio.get_running_loop()
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._ends = False
        self._unprocessed = _AT_A_TIME
        """Deliveries at least; at the start there may be those that an earlier listener did not get to."""
        self._not_before = 0.0
        self._has_caught_up = False
        self._thread = threading.Thread(target=self._run, name="whatsapp-writer")

    def start(self) -> None:
        """Begin, with what was left unprocessed."""
        self._thread.start()

    async def end(self) -> None:
        """Store and answer what was handed in, and end."""
        with self._changed:
            self._ends = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)

    def store(self, body: bytes) -> "asyncio.Future[bool]":
        """Whether the delivery is stored for good; if it is not, it must be delivered again."""
        return self._ask(body)

    def can_write(self) -> "asyncio.Future[bool]":
        """Whether a delivery could be stored now."""
        return self._ask(None)

    def _ask(self, body: bytes | None) -> "asyncio.Future[bool]":
        waiting = _Waiting(body, self._loop.create_future())
        with self._changed:
            self._waiting.append(waiting)
            self._changed.notify()
        return waiting.answer

    def _run(self) -> None:
        try:
            while (batch := self._next()) is not None:
                if batch:
                    stored = self._store([waiting.body for waiting in batch if waiting.body is not None])
                    self._loop.call_soon_threadsafe(_answer, batch, stored)
                if self._is_time_to_process(calm=not batch):
                    self._process()
        finally:
            database.close()

    def _next(self) -> list[_Waiting] | None:
        """What waits; nothing when nobody has come for a while; None at the end."""
        with self._changed:
            while not self._waiting:
                if self._ends:
                    return None
                if not self._changed.wait(self._patience()) and self._unprocessed:
                    return []
            return [self._waiting.popleft() for _turn in range(min(_TOGETHER, len(self._waiting)))]

    def _patience(self) -> float | None:
        """For how long to wait for deliveries until it is time to process."""
        if not self._unprocessed:
            return None
        calm = _CALM_SECONDS if self._unprocessed < _AT_A_TIME else 0.0
        return max(calm, self._not_before - time.monotonic())

    def _is_time_to_process(self, *, calm: bool) -> bool:
        enough = self._unprocessed >= (1 if calm else _AT_A_TIME)
        return enough and time.monotonic() >= self._not_before

    def _store(self, bodies: list[bytes]) -> bool:
        """Whether all of them are stored; without any, whether they would be."""
        try:
            database.connect()
            if not bodies:
                with database.writing():
                    return True
            inbox.receive_many(bodies)
        except DatabaseUnavailable as error:
            self._complaints.say(str(error))
            return False
        except Exception as error:
            self._complaints.bug(error)
            return False
        self._unprocessed += len(bodies)
        return True

    def _process(self) -> None:
        """Process some of what is stored; what cannot be now is tried again later."""
        try:
            database.connect()
            database.tune(_REPEATABLE)
            answering = None if self._outbox is None else self._outbox.answering
            done = inbox.process_new(_AT_A_TIME, answering=answering)
            # None are left if there were fewer: others may have processed some of ours.
            self._unprocessed = max(self._unprocessed - done, _AT_A_TIME) if done == _AT_A_TIME else 0
            # Nobody is reminded, and nothing expires, before what had come meanwhile was read.
            self._has_caught_up = self._has_caught_up or not self._unprocessed
            if self._outbox is not None and self._has_caught_up:
                self._outbox.wake()
            return
        except DatabaseUnavailable as error:
            self._complaints.say(str(error))
        except Exception as error:
            self._complaints.bug(error)
        self._not_before = time.monotonic() + _AGAIN_SECONDS


def _answer(batch: list[_Waiting], stored: bool) -> None:
    for waiting in batch:
        # A client that has gone does not wait any more.
        if not waiting.answer.done():
            waiting.answer.set_result(stored)
