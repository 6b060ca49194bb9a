"""The one place where data becomes something that a terminal draws.

Names come from strangers: they may hold escape sequences, markup, or characters that turn a line around.
"""

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


def shown(raw: object, limit: int = CELL_LIMIT) -> str:
    """`raw` as one harmless line of at most `limit` characters; still to be drawn without markup."""
    text = str(raw).translate(_REPLACED)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def steady(raw: object, limit: int = CELL_LIMIT) -> str:
    """`raw` as `shown`."""
    return shown(raw, limit)


def cell(raw: object, *, style: str = "", right: bool = False) -> "Text":
    """`raw` for a cell of a DataTable, which takes a plain `str` for markup."""
    # Imported here, like its sister below: commands need no screen, and 60 ms less.
    from rich.text import Text

    return Text(shown(raw), style=style, justify="right" if right else "left", no_wrap=True)


def plain(raw: object, limit: int = CELL_LIMIT) -> "Content":
    """`raw` for every other widget."""
    from textual.content import Content

    return Content(shown(raw, limit))


def lines(raw: str) -> "Content":
    """A sentence of ours, the values in it gone through `shown`, on as many lines as it has."""
    from textual.content import Content

    return Content("\n".join(shown(line, 10_000) for line in raw.split("\n")))


def minutes_left(seconds: float) -> str:
    """How long work still takes, to be read."""
    minutes, rest = divmod(round(seconds), 60)
    return _("{minutes}:{seconds:02} left").format(minutes=minutes, seconds=rest)
