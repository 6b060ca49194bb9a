"""Cells of CSV files that no spreadsheet runs as a formula, and that can be read back to the letter."""

import re

RISKY = frozenset("=+-@\t\r\n\0＝＋－＠")
"""What a field begins with that a spreadsheet may run."""
GUARD = "'"
"""Put before such a field; spreadsheets take what follows for text."""
is_phone = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII).fullmatch
"""Finds a phone number that is all of a field; such a field is never guarded."""


def guarded(field: str, *, with_phones: bool = False) -> str:
    """`field` as it can stand in a file; a phone number stays as it is, unless told otherwise."""
    is_kept = not with_phones and is_phone(field)
    return GUARD + field if _runs(field) and not is_kept else field


def unguarded(field: str) -> str:
    """The inverse of `guarded`."""
    return field[1:] if field.startswith(GUARD) and _runs(field) else field


def _runs(field: str) -> bool:
    """Whether the first character, guards left aside, is one that may make a formula."""
    return field.lstrip(GUARD)[:1] in RISKY
