"""How interactions are printed."""

from typing import Any

from store.interactions import Entry
from store.values import times


def entry_cells(entry: Entry, zone: str) -> list[object]:
    """An interaction as a line of columns."""
    times_ = [times.shown(entry.opened, zone), times.shown(entry.last, zone)]
    return [*times_, entry.kind.label, entry.standing.label, entry.text]


def entry_json(entry: Entry) -> dict[str, Any]:
    """An interaction as `--json` has it."""
    return {
        "id": entry.id,
        "kind": str(entry.kind),
        "state": str(entry.standing),
        "opened": times.iso_utc(entry.opened),
        "last": times.iso_utc(entry.last),
        "line": entry.line or None,
        "text": entry.text,
    }
