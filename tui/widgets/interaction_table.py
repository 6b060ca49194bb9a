"""The interactions of a contact, one a line."""

from collections.abc import Sequence

from rich.text import Text
from textual.actions import SkipAction

from store import settings
from store.interactions import Entry
from store.language import _
from store.values import times
from tui.text import cell
from tui.widgets.small_table import SmallColumn, SmallTable

SHOWN = 1_000
"""Interactions that are listed at most."""

_ROOMY = 70
"""Below this width the kinds of interactions would be cut."""


class InteractionTable(SmallTable):
    """When each opened, what it is, its last message, how far it has come, and how it began."""

    def __init__(self, *, id: str) -> None:
        columns = (
            SmallColumn(_("Opened"), 16),
            SmallColumn(_("Interaction")),
            SmallColumn(_("Last message"), 16, least=_ROOMY),
            SmallColumn(_("State"), 9),
            SmallColumn(_("It began with"), 36, wide_only=True),
        )
        super().__init__(columns, id=id)

    def show(self, entries: Sequence[Entry]) -> None:
        """Show the first of these; the cursor stays on its interaction, or on the top."""
        zone = settings.load().time_zone
        rows = {str(entry.id): _cells(entry, zone) for entry in entries[:SHOWN]}
        # Who is at the top looks at what is new.
        select = next(iter(rows), None) if self.cursor_row <= 0 else None
        self.fill(rows, select)

    def action_select_cursor(self) -> None:
        """There is nothing to open: the key means what it means on the screen."""
        raise SkipAction


def _cells(entry: Entry, zone: str) -> list[Text]:
    began = entry.text or (f"[{entry.form}]" if entry.form else "")
    return [
        cell(times.shown(entry.opened, zone)),
        cell(entry.kind.label),
        cell(times.shown(entry.last, zone)),
        cell(entry.standing.label),
        cell(began),
    ]
