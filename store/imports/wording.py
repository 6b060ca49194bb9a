"""What is said of a row: in the report, and when a file is checked."""

from collections.abc import Sequence
from typing import Any

from store.imports.judging import DUPLICATE, DUPLICATE_IN_FILE, NOT_PROCESSED, REJECTED
from store.language import _
from store.reading.columns import header_of


def say(headers: Sequence[str], result: str, detail: dict[str, Any]) -> tuple[str, str]:
    """The result of a row for a person, and its detail."""
    if result == NOT_PROCESSED:
        return _("Not processed (stopped)"), ""
    if result == REJECTED:
        return _("Rejected: {reason}").format(reason=detail["reason"]), ""
    if result == DUPLICATE_IN_FILE:
        return _("Duplicate in file (row {row})").format(row=detail["row"]), ""
    if result == DUPLICATE:
        phone = detail["phone"]
        return _("Duplicate (already exists)"), _("already exists as {phone}").format(phone=phone)
    return _say_created(headers, detail)


def _say_created(headers: Sequence[str], detail: dict[str, Any]) -> tuple[str, str]:
    missing: list[int] = detail.get("missing", [])
    unsaved: list[tuple[int, str]] = detail.get("unsaved", [])
    parts = []
    if missing:
        names = ", ".join(header_of(headers, column) for column in missing)
        parts.append(_("missing: {columns}").format(columns=names))
    if unsaved:
        names = ", ".join(header_of(headers, column) for column, _reason in unsaved)
        parts.append(_("not saved: {columns}").format(columns=names))
    said = [
        f"{header_of(headers, column)}: {reason}" for column, reason in [*unsaved, *detail.get("notes", [])]
    ]
    label = _("Created, {what}").format(what="; ".join(parts)) if parts else _("Created")
    return label, " ".join(said)
