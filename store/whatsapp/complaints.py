"""What the listener says about trouble: on stderr, without values, and not the same over and over."""

import sys
import threading
import time
import traceback
from contextlib import suppress

from store.language import _

_SECONDS = 60
"""For how long the same is not said again: whoever can reach the listener could fill the disk otherwise."""


class Complaints:
    """Says each sentence once a minute at most, and then how often it was to be said meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}
        self._more: dict[str, int] = {}

    def say(self, sentence: str) -> None:
        """Say a sentence, which must hold nothing that a client has sent."""
        with self._lock:
            now = time.monotonic()
            if now - self._said.get(sentence, -_SECONDS) < _SECONDS:
                self._more[sentence] = self._more.get(sentence, 0) + 1
                return
            self._said[sentence] = now
            more = self._more.pop(sentence, 0)
        # Whether anybody reads it must not decide whether deliveries are stored.
        with suppress(OSError, ValueError):
            print(f"{sentence} (+{more})" if more else sentence, file=sys.stderr, flush=True)

    def bug(self, error: BaseException) -> None:
        """Say what went wrong that should not have: its kind and place; its text may hold what is secret."""
        places = traceback.extract_tb(error.__traceback__)
        place = f"{places[-1].filename}:{places[-1].lineno}" if places else "?"
        sentence = _("Something went wrong that should not have: {reason}.")
        self.say(sentence.format(reason=f"{type(error).__name__}, {place}"))
