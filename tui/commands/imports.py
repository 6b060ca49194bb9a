"""`contacts import`, `imports` and `template`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from store import imports, jobs, settings
from store.errors import FileUnusable, JobFailed
from store.imports import ImportView, State
from store.language import _
from store.values import times
from store.values.property_type import DateOrder
from tui.cli import ROWS_REJECTED, STOPPED, WRONG_USE, open_store
from tui.commands.output import print_columns, print_json, show_progress, tell
from tui.commands.stopping import Stoppable
from tui.text import shown, waiting

_ID = click.IntRange(1, 2**63 - 1)
_KEPT_TOLD = 20
"""Contacts that stay, of whom is told when an import is undone."""


@click.command("import", help=_("Import contacts from an Excel file (.xlsx)."))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--sheet", metavar="NAME", help=_("The sheet to read; else the first visible one."))
@click.option(
    "--assign",
    "words",
    multiple=True,
    metavar='"Header=phone|name|email|PROPERTY"',
    help=_("Where a column goes; nothing after = leaves it out."),
)
@click.option("--country", metavar="CO", help=_("Whose numbers those without + or 00 are."))
@click.option("--unknown-ranges", is_flag=True, help=_("Accept numbers in unknown number ranges."))
@click.option(
    "--date-order",
    type=click.Choice(["dmy", "mdy"]),
    help=_("How the file writes dates."),
)
@click.option("--whole-only", is_flag=True, help=_("Leave rows with a missing or unfit value for later."))
@click.option("--afresh", is_flag=True, help=_("Take nothing over from the last file with these headers."))
@click.option("--check", is_flag=True, help=_("Say what an import would do, and write nothing."))
@click.option("--detach", is_flag=True, help=_("Print the id and return at once."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one object at the end."))
@click.option("--stop", "stop_id", type=_ID, metavar="ID", help=_("Stop an import; what is loaded stays."))
@click.option("--resume", "resume_id", type=_ID, metavar="ID", help=_("Go on with an import."))
@click.option(
    "--report", "report_id", type=_ID, metavar="ID", help=_("Write the report of an import to FILE.")
)
@click.option(
    "--rows-to-fix", "fix_id", type=_ID, metavar="ID", help=_("Write the rejected rows of an import to FILE.")
)
@click.option("--undo", "undo_id", type=_ID, metavar="ID", help=_("Put what an import created into the bin."))
@click.pass_context
def import_(
    context: click.Context,
    /,
    file: Path | None,
    stop_id: int | None,
    resume_id: int | None,
    undo_id: int | None,
    report_id: int | None,
    fix_id: int | None,
    **options: Any,
) -> int:
    if stop_id is not None:
        open_store(context)
        return _stop(stop_id, options["as_json"])
    if resume_id is not None:
        open_store(context)
        return _watch(lambda: _resume(resume_id), options["detach"], options["as_json"])
    if undo_id is not None:
        open_store(context)
        return _undo(undo_id, options["detach"], options["as_json"])
    if file is None:
        raise click.UsageError(_("Name the file."))
    if report_id is not None:
        open_store(context)
        return _write_of(imports.request_report, report_id, file, options["as_json"])
    if fix_id is not None:
        open_store(context)
        return _write_of(imports.request_rows_to_fix, fix_id, file, options["as_json"])
    return _import(context, file, **options)


@click.command("imports", help=_("Print the imports, the latest first."))
@click.option("--json", "as_json", is_flag=True, help=_("One object a line."))
@click.pass_context
def imports_(context: click.Context, as_json: bool) -> None:
    open_store(context)
    found = imports.list_all()
    if as_json:
        for view in found:
            print_json(_as_json(view))
        return
    zone = settings.load().time_zone
    if found:
        print_columns(
            [
                [
                    view.id,
                    times.shown(view.created_at, zone),
                    view.file,
                    imports.state_label(view),
                    _counts(view),
                ]
                for view in found
            ]
        )
    if any(_can_go_on(view) for view in found):
        tell(_("`contacts import --resume ID` goes on with what was stopped, interrupted or failed."))


@click.command(help=_("Write an Excel file with the right columns, to be filled in."))
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def template(context: click.Context, file: Path) -> int:
    open_store(context)
    from store.imports import template as template_

    return _write(lambda: template_.request(file))


def _import(
    context: click.Context,
    file: Path,
    *,
    sheet: str | None,
    words: tuple[str, ...],
    country: str | None,
    unknown_ranges: bool,
    date_order: DateOrder | None,
    whole_only: bool,
    afresh: bool,
    check: bool,
    detach: bool,
    as_json: bool,
) -> int:
    from store.reading import container
    from tui.commands.import_plan import Words, plan_of

    # A wrong file is told before a database is made for nothing.
    container.check(file)
    open_store(context)
    plan = plan_of(file, Words(sheet, words, country, unknown_ranges, date_order, whole_only, afresh))
    if check:
        from tui.commands.check import check_file

        return check_file(plan, as_json)
    return _watch(lambda: imports.start(plan), detach, as_json)


def _resume(import_id: int) -> int:
    imports.resume(import_id)
    return import_id


def _watch(begin: Callable[[], int], detach: bool, as_json: bool) -> int:
    with Stoppable() as stoppable:
        import_id = begin()
        if detach:
            click.echo(import_id)
            return 0
        view = _follow(import_id, lambda view: view.is_running, stoppable)
        stoppable.tell_if_late(view.state is State.FINISHED)
        return _conclude(view, as_json)


def _follow(import_id: int, is_going: Callable[[ImportView], bool], stoppable: Stoppable) -> ImportView:
    """The import when it is going no more."""
    is_told = False

    def show(view: ImportView) -> None:
        nonlocal is_told
        _show_progress(view)
        if not is_told and _is_waiting(view):
            tell(waiting())
            is_told = True

    return stoppable.follow(lambda: imports.get(import_id), is_going, lambda: imports.stop(import_id), show)


def _is_waiting(view: ImportView) -> bool:
    """Whether an import, or its undo, is queued behind others."""
    states = (view.state, view.undo.state if view.undo is not None else None)
    return State.QUEUED in states and imports.is_waiting(view)


def _show_progress(view: ImportView) -> None:
    if view.state is not State.IN_PROGRESS or view.is_undoing:
        show_progress(imports.state_label(view) if view.is_busy else "")
        return
    speed, rest = imports.speed_and_rest(view)
    left = "" if rest is None else _(" · {seconds:.0f} s left").format(seconds=rest)
    line = _("{state}: {rows:,} rows · {speed:,.0f} rows/s{left}").format(
        state=imports.state_label(view), rows=view.done, speed=speed, left=left
    )
    show_progress(line)


def _conclude(view: ImportView, as_json: bool) -> int:
    if as_json:
        print_json(_as_json(view))
    else:
        from tui.widgets.import_progress import cautions

        click.echo(f"{view.state.label}: {_counts(view)}")
        if view.rejected:
            click.echo(
                _("`contacts import --report {id} FILE` says which rows and why.").format(id=view.id),
                err=True,
            )
            click.echo(
                _("`contacts import --rows-to-fix {id} FILE` writes just these, to be mended.").format(
                    id=view.id
                ),
                err=True,
            )
        for sentence in cautions(view):
            click.echo(sentence, err=True)
    if view.scattered:
        from store.imports.report import scatter_warning

        click.echo(scatter_warning(len(view.phones)), err=True)
    code = _code(view)
    if code == WRONG_USE:
        click.echo(shown(view.message or _("The import was interrupted."), 1000), err=True)
    if not as_json and _can_go_on(view):
        click.echo(_("`contacts import --resume {id}` goes on with the rest.").format(id=view.id), err=True)
    return code


def _code(view: ImportView) -> int:
    """The exit code for how an import has ended."""
    if view.state is State.STOPPED:
        return STOPPED
    if view.state not in (State.FINISHED, State.UNDONE):
        return WRONG_USE
    return ROWS_REJECTED if view.rejected else 0


def _can_go_on(view: ImportView) -> bool:
    """Whether an import has ended before its end, and the copy of its file is still there."""
    return view.can_resume and view.copy_days is None


def _stop(import_id: int, as_json: bool) -> int:
    before = imports.get(import_id)
    if not before.is_busy:
        tell(_("There is nothing to stop: this import has ended already."))
    with Stoppable(is_stopping=before.is_busy) as stoppable:
        view = _follow(import_id, lambda view: view.is_busy, stoppable)
    if before.is_undoing:
        stoppable.tell_if_late(view.state is State.UNDONE)
        _conclude_undo(view, as_json)
    else:
        stoppable.tell_if_late(view.state is State.FINISHED)
        _conclude(view, as_json)
    return 0


def _write_of(request: Callable[[int, Path], int], import_id: int, file: Path, as_json: bool) -> int:
    """Write what `request` makes of an import, and tell of that; the exit code."""
    code = _write(lambda: request(import_id, file))
    if as_json:
        print_json(_as_json(imports.get(import_id)))
    return code


def _undo(import_id: int, detach: bool, as_json: bool) -> int:
    _tell_kept(imports.undo_preview(import_id))
    with Stoppable() as stoppable:
        imports.request_undo(import_id)
        if detach:
            click.echo(import_id)
            return 0
        view = _follow(import_id, lambda view: view.is_undoing, stoppable)
        stoppable.tell_if_late(view.state is State.UNDONE)
        return _conclude_undo(view, as_json)


def _conclude_undo(view: ImportView, as_json: bool) -> int:
    undo = view.undo
    assert undo is not None
    if as_json:
        print_json(_as_json(view))
    else:
        counts = _("{binned:,} put into the bin, {kept:,} stayed").format(binned=undo.binned, kept=undo.kept)
        click.echo(f"{imports.undo_label(undo)}: {counts}")
    if undo.state is State.FINISHED:
        return 0
    if undo.state is not State.STOPPED:
        click.echo(shown(undo.message or _("The undo was broken off."), 1000), err=True)
    if not as_json:
        click.echo(_("`contacts import --undo {id}` undoes the rest.").format(id=view.id), err=True)
    return STOPPED if undo.state is State.STOPPED else WRONG_USE


def _tell_kept(preview: imports.UndoPreview) -> None:
    """Who stays, and why, before anything is done."""
    told = preview.first_kept[:_KEPT_TOLD]
    for kept in told:
        click.echo(
            _("{name} ({phone}) stays: {why}.").format(
                name=shown(kept.name, 60), phone=kept.phone or "–", why=kept.why
            ),
            err=True,
        )
    if preview.kept > len(told):
        click.echo(_("and {count:,} more").format(count=preview.kept - len(told)), err=True)


def _write(request: Callable[[], int]) -> int:
    """Let a job write a file, and wait for it; the exit code. Raises FileUnusable and JobFailed."""
    with Stoppable() as stoppable:
        job_id = request()
        job = stoppable.follow(
            lambda: jobs.get(job_id), lambda job: job.is_running, lambda: jobs.stop(job_id)
        )
    if job.state is State.STOPPED:
        return STOPPED
    if job.state is State.FAILED:
        raise FileUnusable(job.message)
    if job.state is not State.FINISHED:
        raise JobFailed(_("The file was not written: the work was interrupted."))
    stoppable.tell_if_late(True)
    return 0


def _as_json(view: ImportView) -> dict[str, Any]:
    return {
        "id": view.id,
        "state": str(view.state),
        "file": view.file,
        "rows": view.rows,
        "created": view.created,
        "duplicates": view.duplicates,
        "rejected": view.rejected,
        "not_processed": view.not_processed,
        "report": view.report,
    }


def _counts(view: ImportView) -> str:
    parts = [
        _("{count:,} created").format(count=view.created),
        _("{count:,} duplicates").format(count=view.duplicates),
        _("{count:,} rejected").format(count=view.rejected),
    ]
    if view.not_processed:
        parts.append(_("{count:,} not processed").format(count=view.not_processed))
    return ", ".join(parts)
