"""Commands that wait for long work: an interrupt from the keyboard stops the work, and is carried through."""

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Self, TypeVar

from store.errors import DatabaseUnavailable
from store.language import _
from tui.commands.output import tell

V = TypeVar("V")

_LOOK_SECONDS = 0.05
"""Between two looks at work that is going."""


class Stoppable:
    """Inside, an interrupt from the keyboard does not end the command: `follow` stops the work by it."""

    def __init__(self, *, is_stopping: bool = False) -> None:
        self.is_stopping = is_stopping
        """Whether a person wants the work to stop."""
        self._is_interrupted = False

    def __enter__(self) -> Self:
        self._before = signal.getsignal(signal.SIGINT)
        # Where it is ignored, as in the background of a shell, it stays so.
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(self, *_details: object) -> None:
        # What is pressed once more in impatience must not change how the command ends.
        signal.signal(signal.SIGINT, signal.SIG_IGN if self._is_interrupted else self._before)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = self._is_interrupted = True

    def follow(
        self,
        look: Callable[[], V],
        is_going: Callable[[V], bool],
        stop: Callable[[], None],
        show: Callable[[V], None] = lambda _view: None,
    ) -> V:
        """The work when it is going no more; `show` is given every look at it, `stop` asks it to stop."""
        is_told = is_asked = False
        while True:
            view = look()
            show(view)
            if not is_going(view):
                return view
            if self.is_stopping and not is_told:
                tell(_("Stopping; while others write to the database, this may take a moment."))
                is_told = True
            if self.is_stopping and not is_asked:
                is_asked = _is_taken(stop)
            time.sleep(_LOOK_SECONDS)

    def tell_if_late(self, is_finished: bool) -> None:
        """Say so, if the work was to stop and has come to its own end before."""
        if self.is_stopping and is_finished:
            tell(_("It had finished before it could be stopped."))


def _is_taken(stop: Callable[[], None]) -> bool:
    """Whether work was asked to stop; if the database did not take it, it is to be asked once more."""
    try:
        stop()
    except DatabaseUnavailable:
        return False
    return True
