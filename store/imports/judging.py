"""What becomes of checked rows, once the contacts that there are have been looked at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.contacts import Known
from store.reading import rows
from store.reading.rows import CheckedRow
from store.values import phone

CREATED, DUPLICATE, DUPLICATE_IN_FILE, REJECTED = "created", "duplicate", "duplicate_in_file", "rejected"
"""Results of rows."""
NOT_PROCESSED = "not_processed"
"""The result of rows that the import did not reach."""


@dataclass
class Outcome:
    """What a batch comes to."""

    people: list[CheckedRow] = field(default_factory=list)
    """The rows that become contacts."""
    results: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    """Row, result and detail of the rows that have anything to say."""
    counts: Counter[str] = field(default_factory=Counter)
    """Rows by result; also `incomplete` and `unsaved`, which are among the created."""
    regions: dict[str, int] = field(default_factory=dict)
    """Numbers that came without + or 00, by the country they were read as."""


def judge(batch: Sequence[CheckedRow], known: Mapping[str, Known], import_id: int) -> Outcome:
    """The outcome of a batch, given who has its numbers already.

    A number that the import `import_id` itself has brought is a duplicate in the file.
    """
    outcome = Outcome(regions=rows.region_counts(batch))
    own: dict[str, int] = {}
    for row in batch:
        result, detail = _result(import_id, row, known, own)
        if result == CREATED:
            own[row.phone] = row.number
            outcome.people.append(row)
            if row.missing or row.unsaved or row.notes:
                detail = _detail(row)
                outcome.counts["incomplete"] += bool(row.missing)
                outcome.counts["unsaved"] += bool(row.unsaved)
        else:
            outcome.counts[result] += 1
        if detail:
            outcome.results.append((row.number, result, detail))
    outcome.counts[CREATED] = len(outcome.people)
    return outcome


def _result(
    import_id: int, row: CheckedRow, known: Mapping[str, Known], own: Mapping[str, int]
) -> tuple[str, dict[str, Any]]:
    if row.rejected:
        return REJECTED, {"reason": row.rejected}
    number = row.phone
    if number in known:
        stored, its_import, its_row = known[number]
        if its_import == import_id:
            return DUPLICATE_IN_FILE, {"row": its_row}
        return DUPLICATE, {"phone": stored}
    if number in own:
        return DUPLICATE_IN_FILE, {"row": own[number]}
    for variant in phone.variants(number):
        if variant in own:
            return DUPLICATE_IN_FILE, {"row": own[variant]}
    return CREATED, {}


def _detail(row: CheckedRow) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if row.missing:
        detail["missing"] = list(row.missing)
    if row.unsaved:
        detail["unsaved"] = [[fault.column, fault.sentence] for fault in row.unsaved]
    if row.notes:
        detail["notes"] = [[fault.column, fault.sentence] for fault in row.notes]
    return detail
