"""The one place where data becomes something that a terminal draws.

Names come from strangers: they may hold escape sequences, markup, or characters that turn a line around.
"""

import re
from typing import TYPE_CHECKING

from store.language import _

if TYPE_CHECKING:
    from rich.text import Text
    from textual.content import Content

CELL_LIMIT = 200
"""Characters of a value in a table or a sentence; the rest is cut with …"""

_REPLACED = {code: chr(0x2400 + code) for code in range(0x20)}
_REPLACED |= {0x09: " ", 0x0A: "␤", 0x0D: "␤", 0x7F: "␡", 0x2028: "␤", 0x2029: "␤"}
_REPLACED |= dict.fromkeys(range(128, 160), "�")
_REPLACED |= dict.fromkeys(range(55296, 57344), "�")
# Marks that turn the reading direction around, and tags that nobody sees.
_REPLACED |= dict.fromkeys((1564, 8206, 8207, *range(8234, 8239), *range(8294, 8298)), "�")
_REPLACED |= dict.fromkeys(range(917504, 917632), "�")
_REPLACED |= dict.fromkeys((65529, 65530, 65531, 65279), "�")

_EMOJI = (
    "\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\xa9\xae"
)
# Some terminals give a room of its own to every part of these, some none, and libraries side with either.
_JOINED = re.compile(
    f"([{_EMOJI}]|[0-9#*](?=\ufe0f?\u20e3))(?:[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d+[{_EMOJI}])+"
)
_FLAGS = {0x1F1E6 + index: chr(ord("A") + index) for index in range(26)}
# What has no width and no meaning in a column: joiner, soft hyphen, variation selectors.
_INVISIBLE = dict.fromkeys((0x200D, 0xAD, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def shown(raw: object, limit: int = CELL_LIMIT) -> str:
    """`raw` as one harmless line of at most `limit` characters; still to be drawn without markup."""
    text = str(raw)
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_REPLACED)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def steady(raw: object, limit: int = CELL_LIMIT) -> str:
    """`raw` as `shown`, in the same number of cells however a terminal counts, for what stands in columns.

    Emoji lose what is joined to them (families, tones of skin), flags become letters. Marks of Indic scripts
    that take room in some terminals stay: without them nobody could read the name.
    """
    text = shown(raw, limit)
    if text.isascii():
        return text
    bare = _JOINED.sub(r"\1", text.translate(_FLAGS)).translate(_INVISIBLE)
    # What was invisible may have stood between a character and its mark.
    return _JOINED.sub(r"\1", bare)


def cell(raw: object, *, style: str = "", right: bool = False) -> "Text":
    """`raw` for a cell of a DataTable, which takes a plain `str` for markup."""
    # Imported here, like its sister below: commands need no screen, and 60 ms less.
    from rich.text import Text

    return Text(steady(raw), style=style, justify="right" if right else "left", no_wrap=True)


def plain(raw: object, limit: int = CELL_LIMIT) -> "Content":
    """`raw` for every other widget."""
    from textual.content import Content

    return Content(shown(raw, limit))


def lines(raw: str) -> "Content":
    """A sentence of ours, the values in it gone through `shown`, on as many lines as it has."""
    from textual.content import Content

    return Content("\n".join(shown(line, 10_000) for line in raw.split("\n")))


def waiting() -> str:
    """What is said of work that writes contacts and waits for its turn."""
    return _("Other work is writing contacts; this begins when that has ended.")


def minutes_left(seconds: float) -> str:
    """How long work still takes, to be read."""
    minutes, rest = divmod(round(seconds), 60)
    return _("{minutes}:{seconds:02} left").format(minutes=minutes, seconds=rest)
