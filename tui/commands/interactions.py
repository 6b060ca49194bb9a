"""How interactions are printed."""

from typing import Any

from store.interactions import Entry
from store.language import N_, _
from store.values import times
from store.values.events import Sort, Standing

_KINDS = {
    Sort.INBOUND: N_("begun by the person"),
    Sort.OUTBOUND: N_("begun by the company"),
    Sort.NOTIFICATION: N_("notification"),
    Sort.TOUCH: N_("sign of life"),
}
_STANDINGS = {
    Standing.OPEN: N_("open"),
    Standing.ACCEPTED: N_("accepted"),
    Standing.CANCELLED: N_("cancelled"),
    Standing.EXPIRED: N_("expired"),
    Standing.DONE: "",
}


def kind_word(kind: Sort) -> str:
    """What an interaction is, for people."""
    return _(_KINDS[kind])


def standing_word(standing: Standing) -> str:
    """How far an interaction has come, for people; empty for those that never were open."""
    return _(_STANDINGS[standing]) if _STANDINGS[standing] else ""


def entry_cells(entry: Entry, zone: str) -> list[object]:
    """An interaction as a line of columns."""
    times_ = [times.shown(entry.opened, zone), times.shown(entry.last, zone)]
    return [*times_, kind_word(entry.kind), standing_word(entry.standing), entry.text]


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
