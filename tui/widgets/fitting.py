"""Text for the columns of a table."""

from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from tui.text import steady


@lru_cache(4096)
def fitted(raw: str, width: int, right: bool) -> str:
    """`raw` as `steady` shows it in exactly `width` cells, the first of them a gap."""
    text = steady(raw)
    room = width - 1
    length = len(text) if text.isascii() else cell_len(text)
    if length > room:
        return " " + (set_cell_size(text, room - 1) + "…" if room > 1 else set_cell_size(text, room))
    padding = " " * (room - length)
    return f" {padding}{text}" if right else f" {text}{padding}"
