"""Drivers of the terminal: which one suits it."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

_PROVED = (
    "xterm",
    "tmux",
    "screen",
    "alacritty",
    "foot",
    "kitty",
    "rxvt",
    "st-",
    "wezterm",
    "ghostty",
    "contour",
)
"""How TERM begins where a terminal scrolls between margins and moves its cursor as xterm does."""


def suited(*, plain: bool) -> "type[Driver] | None":
    """The driver that sends only what changed; None for Textual's own.

    That is taken if `plain`, if CONTACTS_PLAIN_DRIVER is set, and where TERM is unknown.
    """
    plain = plain or os.environ.get("CONTACTS_PLAIN_DRIVER", "0") not in ("", "0")
    if plain or "TEXTUAL_DRIVER" in os.environ or not os.environ.get("TERM", "").startswith(_PROVED):
        return None
    from tui.driver.lean import LeanDriver

    return LeanDriver
