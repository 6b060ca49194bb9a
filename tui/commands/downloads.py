"""`contacts download` and `downloads`."""

import errno
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import click

from store import downloads, language, settings
from store.downloads import DownloadView, Plan, State
from store.downloads.csv_file import Output
from store.errors import FileUnusable
from store.language import _, ngettext
from store.values import property_type, times
from store.values.property_type import PropertyType
from tui.cli import STOPPED, WRONG_USE, open_store
from tui.commands.output import print_columns, print_json, show_progress
from tui.commands.stopping import Stoppable
from tui.text import lines, shown

_STANDARD_OUTPUT = "-"


@click.command(help=_("Write contacts to FILE as CSV or Excel; - is the standard output."))
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--from", "first", metavar="DATE", help=_("Created or first in touch on this day or later."))
@click.option("--to", "last", metavar="DATE", help=_("The last day that counts; else today."))
@click.option("--language", "words", type=click.Choice(language.LANGUAGES), help=_("Of headers and words."))
@click.option("--separator", type=click.Choice(downloads.SEPARATORS), default=",", show_default=True)
@click.option(
    "--format",
    "format_",
    type=click.Choice(downloads.FORMATS),
    help=_("Else as the name of FILE ends, or csv."),
)
@click.option("--search", default="", metavar="WORDS", help=_("Any parts of names, numbers or addresses."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one object at the end."))
@click.pass_context
def download(
    context: click.Context,
    /,
    file: str | None,
    first: str | None,
    last: str | None,
    words: str | None,
    separator: downloads.Separator,
    format_: downloads.Format | None,
    search: str,
    as_json: bool,
) -> int:
    is_streamed = file == _STANDARD_OUTPUT
    if is_streamed and as_json:
        raise click.UsageError(_("Where the file itself is printed, --json has no place."))
    target = None if file is None or is_streamed else Path(file).expanduser().absolute()
    chosen = format_ or ("xlsx" if target is not None and target.suffix.lower() == ".xlsx" else "csv")
    if target is not None:
        # A wrong place is told before anything is done.
        downloads.check_target(chosen, target)
    open_store(context)
    plan = Plan(_day(first), _day(last), search, words or language.current(), separator, chosen)
    if is_streamed:
        _stream(plan)
        return 0
    with Stoppable() as stoppable:
        view = _follow(downloads.start(plan), stoppable)
    stoppable.tell_if_late(view.state is State.FINISHED)
    return _conclude(view, target, as_json)


@click.command("downloads", help=_("Print the downloads, the latest first."))
@click.option("--json", "as_json", is_flag=True, help=_("One object a line."))
@click.pass_context
def downloads_(context: click.Context, as_json: bool) -> None:
    open_store(context)
    found = downloads.list_all()
    if as_json:
        for view in found:
            print_json(_as_json(view, None))
        return
    zone = settings.load().time_zone
    if found:
        print_columns([_row(view, zone) for view in found])


def _row(view: DownloadView, zone: str) -> list[object]:
    return [
        view.id,
        times.shown(view.created_at, zone),
        view.first_day or "",
        view.last_day or "",
        view.language,
        view.format,
        "" if view.rows is None else f"{view.rows:,}",
        "" if view.size is None else f"{view.size:,}",
        view.person,
        downloads.state_label(view),
    ]


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    return date.fromisoformat(property_type.parse(PropertyType.DATE, written, settings.load().formats))


def _stream(plan: Plan) -> None:
    """Write the file to the standard output while it is made: no job, no history."""
    plan.check()
    try:
        if plan.format == "csv":
            _write(plan, _Printer(sys.stdout.buffer, harmless=sys.stdout.isatty()))
        else:
            _stream_workbook(plan)
    except OSError as error:
        if error.errno == errno.EPIPE:
            # The reader has seen enough.
            raise
        raise FileUnusable(
            _("The standard output cannot be written: {reason}.").format(reason=error.strerror)
        ) from error


def _stream_workbook(plan: Plan) -> None:
    if sys.stdout.isatty():
        raise FileUnusable(_("An Excel file is nothing for a terminal; name a file."))
    with tempfile.TemporaryFile() as file:
        _write(plan, file)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer, 1024 * 1024)


def _write(plan: Plan, output: Output) -> None:
    # Imported here: what is carried out by a job needs none of it.
    from store.downloads import writing

    settled = settings.load()
    plan = replace(plan, guard_phones=settled.guard_phones)
    writing.write(plan, settled.time_zone, output, lambda _table: None)


class _Printer:
    """Prints at once what it is given; in a terminal without what would act on that."""

    def __init__(self, output: BinaryIO, *, harmless: bool) -> None:
        self._output = output
        self._harmless = harmless

    def write(self, data: bytes, /) -> None:
        """Print a part of the file that ends with a line."""
        self._output.write(_harmless(data) if self._harmless else data)
        self._output.flush()


def _harmless(data: bytes) -> bytes:
    text = data.decode("utf-8-sig")
    return lines(text.replace("\r\n", "\n")).plain.encode()


def _follow(download_id: int, stoppable: Stoppable) -> DownloadView:
    """The download at its end."""
    return stoppable.follow(
        lambda: downloads.get(download_id),
        lambda view: view.is_running,
        lambda: downloads.stop(download_id),
        _show_progress,
    )


def _show_progress(view: DownloadView) -> None:
    line = f"{downloads.state_label(view)}: {view.progress / 10:.0f} %"
    show_progress(line if view.is_running else "")


def _conclude(view: DownloadView, target: Path | None, as_json: bool) -> int:
    if view.state is State.FINISHED and target is not None:
        downloads.save_copy(view.id, target)
    if as_json:
        print_json(_as_json(view, target))
    if view.state is State.STOPPED:
        return STOPPED
    if view.state is not State.FINISHED:
        click.echo(shown(view.message or _("The download was interrupted."), 1000), err=True)
        return WRONG_USE
    if not as_json:
        _say_where(view, target)
    return 0


def _say_where(view: DownloadView, target: Path | None) -> None:
    """Where the file is; without a target just its path, for scripts."""
    if target is None:
        click.echo(downloads.kept_file(view.id))
        return
    count = ngettext("{count} contact", "{count} contacts", view.rows or 0)
    click.echo(f"{count}: {shown(target, 1000)}")


def _as_json(view: DownloadView, target: Path | None) -> dict[str, Any]:
    place = target if target is not None and view.state is State.FINISHED else _kept_file(view)
    return {
        "id": view.id,
        "state": str(view.state),
        "file": None if place is None else str(place),
        "rows": view.rows,
        "from": _iso(view.first_day),
        "to": _iso(view.last_day),
        "language": view.language,
        "size": view.size,
    }


def _kept_file(view: DownloadView) -> Path | None:
    try:
        return downloads.kept_file(view.id)
    except FileUnusable:
        return None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
