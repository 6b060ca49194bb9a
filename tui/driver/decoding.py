"""What a terminal sends, as text."""

import codecs
from functools import partial
from typing import Any

from textual.drivers import linux_driver


def forgive() -> None:
    """Let bytes that are no UTF-8 be read as �, in whichever driver.

    A terminal of another encoding sends them, and any paste may; Textual's driver ends the program then.
    """
    setattr(linux_driver, "getincrementaldecoder", _forgiving)  # noqa: B010 - for mypy it is not there


def _forgiving(encoding: str) -> Any:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")
