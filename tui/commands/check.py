"""`contacts import --check`: what an import would do, without writing."""

import click

from store import imports, jobs
from store.errors import FileUnusable, Wound
from store.imports import check
from store.imports.check import CheckView, ColumnFault
from store.imports.report import scatter_warning
from store.jobs import State
from store.language import N_, _
from store.reading import columns
from tui.cli import ROWS_REJECTED, STOPPED
from tui.commands.output import print_json, show_progress
from tui.commands.stopping import Stoppable
from tui.text import shown

_FAULTS_SHOWN = 20
_CURES = {
    Wound.CODE_MISSING: N_("If they belong to one country: --country CO."),
    Wound.UNKNOWN_RANGE: N_("To take them all the same: --unknown-ranges."),
    Wound.DATE_ORDER: N_("To read all dates of the file so: --date-order dmy or mdy."),
    Wound.SERIAL_DATE: N_("If they are no dates, leave the column out: --assign “Header=”."),
    Wound.DIGITS_LOST: N_("Excel has lost these digits: format the column as text (@) and enter them again."),
}


def check_file(plan: imports.Plan, as_json: bool) -> int:
    """Check the plan's file, print what was found and leave nothing behind; the exit code."""
    with Stoppable() as stoppable:
        view = _check(plan, stoppable)
    if view.state is State.STOPPED:
        return STOPPED
    if view.state is not State.FINISHED:
        raise FileUnusable(view.message or _("The check was interrupted."))
    stoppable.tell_if_late(True)
    if as_json:
        print_json(_as_json(view))
    else:
        _print(view)
    if not plan.settled and len(view.phones) > 1:
        click.echo(scatter_warning(len(view.phones)), err=True)
    return ROWS_REJECTED if view.rejected else 0


def _check(plan: imports.Plan, stoppable: Stoppable) -> CheckView:
    """The check at its end, when all that it has written is gone."""
    check_id = check.start(plan)
    try:
        return stoppable.follow(
            lambda: check.get(check_id),
            lambda view: view.is_running,
            lambda: jobs.stop(check_id),
            _show_progress,
        )
    finally:
        check.discard(check_id)


def _show_progress(view: CheckView) -> None:
    show_progress(_("Checking: {percent}%").format(percent=view.progress // 10) if view.is_running else "")


def _as_json(view: CheckView) -> dict[str, object]:
    return {
        "id": None,
        "state": "checked",
        "file": view.file,
        "rows": view.rows,
        "created": view.created,
        "duplicates": view.duplicates,
        "rejected": view.rejected,
        "not_processed": 0,
        "report": None,
    }


def _print(view: CheckView) -> None:
    counts = _(
        "{rows:,} rows: {created:,} would be created, {duplicates:,} duplicates, {rejected:,} rejected"
    )
    click.echo(
        counts.format(
            rows=view.rows, created=view.created, duplicates=view.duplicates, rejected=view.rejected
        )
    )
    if incomplete := view.kinds.get(check.INCOMPLETE):
        click.echo(_("{count:,} of the created would lack a value").format(count=incomplete))
    for fault in view.faults[:_FAULTS_SHOWN]:
        click.echo(_said(view, fault))


def _said(view: CheckView, fault: ColumnFault) -> str:
    header = shown(columns.header_of(view.headers, fault.column), 40)
    line = _("{header}: {count:,} × {reason}").format(header=header, count=fault.count, reason=fault.reason)
    cure = f" {_(_CURES[fault.wound])}" if fault.wound else ""
    return f"  {line}.{cure}"
