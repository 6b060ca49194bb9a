"""`contacts import`, `imports` and `template`."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from store import imports, jobs, properties, settings
from store.errors import FileUnusable, Invalid, JobFailed
from store.imports import ImportView, State
from store.language import _
from store.values import times
from store.values.property_type import DateOrder
from tui.cli import ROWS_REJECTED, STOPPED, WRONG_USE, open_store
from tui.commands.output import print_columns, print_json
from tui.text import shown

_ID = click.IntRange(1, 2**63 - 1)
_LOOK_SECONDS = 0.05
"""Between two looks at a running import."""
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
        imports.resume(resume_id)
        return _watch(resume_id, options["detach"], options["as_json"])
    if undo_id is not None:
        open_store(context)
        return _undo(undo_id, options["detach"], options["as_json"])
    if file is None:
        raise click.UsageError(_("Name the file."))
    if report_id is not None:
        open_store(context)
        return _report(report_id, file, options["as_json"])
    if fix_id is not None:
        open_store(context)
        return _rows_to_fix(fix_id, file, options["as_json"])
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


@click.command(help=_("Write an Excel file with the right columns, to be filled in."))
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def template(context: click.Context, file: Path) -> None:
    open_store(context)
    from store.imports import template as template_

    _wait_for(template_.request(file))


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
    check: bool,
    detach: bool,
    as_json: bool,
) -> int:
    from store.reading import columns, container, reader

    # A wrong file is told before a database is made for nothing.
    container.check(file)
    open_store(context)
    region = _region(country)
    preview = reader.preview(file, sheet)
    assignment = columns.by_words(words, preview.headers, properties.list_all())
    assignment.check()
    plan = imports.Plan(
        file=file,
        sheet=preview.sheet,
        headers=preview.headers,
        header_row=preview.header_row,
        assignment=assignment,
        country=region,
        accept_unknown=unknown_ranges,
        settled=region is not None,
        whole_only=whole_only,
        date_order=date_order,
    )
    if check:
        from tui.commands.check import check_file

        return check_file(plan, as_json)
    return _watch(imports.start(plan), detach, as_json)


def _watch(import_id: int, detach: bool, as_json: bool) -> int:
    if detach:
        click.echo(import_id)
        return 0
    return _conclude(_follow(import_id, lambda view: view.is_running), as_json)


def _region(words: str | None) -> str | None:
    from store.values import countries

    if words is None:
        return None
    country = countries.find(words)
    if country is None:
        raise Invalid(_("There is no country “{country}”; write it like CO.").format(country=words))
    return country.code


def _follow(import_id: int, is_going: Callable[[ImportView], bool]) -> ImportView:
    """The import when it is going no more; an interrupt from the keyboard asks it to stop and waits on."""
    while True:
        try:
            view = imports.get(import_id)
            _show_progress(view)
            if not is_going(view):
                return view
            time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            imports.stop(import_id)


def _show_progress(view: ImportView) -> None:
    if not sys.stderr.isatty():
        return
    if not view.is_busy:
        click.echo("\r\x1b[K", nl=False, err=True)
        return
    if view.is_undoing:
        click.echo(f"\r\x1b[K{imports.state_label(view)}", nl=False, err=True)
        return
    speed, rest = imports.speed_and_rest(view)
    left = "" if rest is None else _(" · {seconds:.0f} s left").format(seconds=rest)
    line = _("{state}: {rows:,} rows · {speed:,.0f} rows/s{left}").format(
        state=imports.state_label(view), rows=view.done, speed=speed, left=left
    )
    click.echo(f"\r\x1b[K{line}", nl=False, err=True)


def _conclude(view: ImportView, as_json: bool) -> int:
    if as_json:
        print_json(_as_json(view))
    else:
        from tui.widgets.import_progress import cautions

        click.echo(f"{imports.state_label(view)}: {_counts(view)}")
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
    if view.state is State.STOPPED:
        return STOPPED
    if view.state is not State.FINISHED:
        click.echo(shown(view.message or _("The import was interrupted."), 1000), err=True)
        return WRONG_USE
    return ROWS_REJECTED if view.rejected else 0


def _stop(import_id: int, as_json: bool) -> int:
    imports.stop(import_id)
    while (view := imports.get(import_id)).is_busy:
        time.sleep(_LOOK_SECONDS)
    if as_json:
        print_json(_as_json(view))
    return 0


def _report(import_id: int, file: Path, as_json: bool) -> int:
    _wait_for(imports.request_report(import_id, file))
    if as_json:
        print_json(_as_json(imports.get(import_id)))
    return 0


def _rows_to_fix(import_id: int, file: Path, as_json: bool) -> int:
    _wait_for(imports.request_rows_to_fix(import_id, file))
    if as_json:
        print_json(_as_json(imports.get(import_id)))
    return 0


def _undo(import_id: int, detach: bool, as_json: bool) -> int:
    _tell_kept(imports.undo_preview(import_id))
    imports.request_undo(import_id)
    if detach:
        click.echo(import_id)
        return 0
    view = _follow(import_id, lambda view: view.is_undoing)
    undo = view.undo
    assert undo is not None
    if as_json:
        print_json(_as_json(view))
    else:
        counts = _("{binned:,} put into the bin, {kept:,} stayed").format(binned=undo.binned, kept=undo.kept)
        click.echo(f"{imports.state_label(view)}: {counts}")
    if undo.state is State.FINISHED:
        return 0
    if undo.state is State.STOPPED:
        return STOPPED
    click.echo(shown(undo.message or _("The undo was interrupted; begin it again."), 1000), err=True)
    return WRONG_USE


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


def _wait_for(job_id: int) -> None:
    while (job := jobs.wait(job_id, 60)).is_running:
        pass
    if job.state is State.FAILED:
        raise FileUnusable(job.message)
    if job.state is not State.FINISHED:
        raise JobFailed(_("The file was not written: the work was interrupted."))


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
