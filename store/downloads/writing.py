"""Write the contacts of a plan into an open file, in one of the formats."""

from collections.abc import Callable

from store.downloads import Plan, csv_file, table, xlsx_file
from store.downloads.csv_file import Output
from store.downloads.moments import Clock
from store.downloads.table import Table

_WRITERS = {"csv": csv_file.write, "xlsx": xlsx_file.write}


def write(plan: Plan, zone_name: str | None, file: Output, after_batch: Callable[[Table], None]) -> int:
    """Write the file of a plan; how many contacts it has. `after_batch` may raise to end it early."""
    with table.opened(plan, zone_name) as contacts:
        _WRITERS[plan.format](contacts, plan, Clock(zone_name), file, lambda: after_batch(contacts))
        return contacts.rows
