"""The shortest way from one style of text to another, as SGR sequences."""

from functools import lru_cache

_OFF = {
    "1": "22",
    "2": "22",
    "3": "23",
    "4": "24",
    "5": "25",
    "7": "27",
    "8": "28",
    "9": "29",
    "fg": "39",
    "bg": "49",
}
_SEEN_ON_BLANKS = frozenset(("4", "7", "9"))
"""Underlined, reversed, struck out."""
_PARAMETERS_OF_COLOUR = {"5": 3, "2": 5}
"""How many parameters a colour takes, by the one that follows 38 or 48."""


@lru_cache(4096)
def change(old: str, new: str) -> str:
    """The sequence between two styles, each given by SGR parameters; "" is the terminal's own style."""
    if old == new:
        return ""
    if not new:
        return "\x1b[m"
    if not old:
        return f"\x1b[{new}m"
    anew = f"\x1b[0;{new}m"
    before, after = _parts(old), _parts(new)
    if before is None or after is None:
        return anew
    if before == after:
        return ""
    return min(f"\x1b[{';'.join(_steps(before, after))}m", anew, key=len)


@lru_cache(1024)
def of_blank(sgr: str) -> str:
    """What can be seen of a style where no character stands."""
    parts = _parts(sgr) if sgr else None
    if parts is None or not parts.keys().isdisjoint(_SEEN_ON_BLANKS):
        return sgr
    return parts.get("bg", "")


def _steps(before: dict[str, str], after: dict[str, str]) -> list[str]:
    off = dict.fromkeys(_OFF[part] for part in before if part not in after)
    # One code ends both bold and dim.
    gone = {part for part, code in _OFF.items() if code in off}
    on = [code for part, code in after.items() if part in gone or before.get(part) != code]
    return [*off, *on]


@lru_cache(1024)
def _parts(sgr: str) -> dict[str, str] | None:
    """Attributes and colours by what they are about; None with anything that is not understood."""
    parts: dict[str, str] = {}
    codes = sgr.split(";")
    while codes:
        taken = _take(codes)
        if taken is None:
            return None
        part, code = taken
        parts[part] = code
    return parts


def _take(codes: list[str]) -> tuple[str, str] | None:
    """Take what comes first off the parameters: what it is about, and its code."""
    code = codes[0]
    length = 1
    if code in ("38", "48"):
        length = _PARAMETERS_OF_COLOUR.get(codes[1] if len(codes) > 1 else "", 0)
        if not 0 < length <= len(codes):
            return None
    taken = ";".join(codes[:length])
    del codes[:length]
    if len(code) == 1 and code in _OFF:
        return code, taken
    if (code[:-1] in ("3", "9") and code[-1] in "01234567") or code == "38":
        return "fg", taken
    if (code[:-1] in ("4", "10") and code[-1] in "01234567") or code == "48":
        return "bg", taken
    return None
