"""Give contacts out as a file: columns and words > table (one picture of the data) > job (write) > history.

`start`, `list_all`, `get`, `stop`, `again`, `remove`, `save_copy` and `scp_command` are what screens and
commands call.
"""

import getpass
import shlex
import shutil
import socket
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from store import database, files, jobs, language, settings
from store.errors import FileUnusable, Invalid, JobFailed, NotFound
from store.jobs import State
from store.language import _
from store.models import Download, Job
from store.values import times

__all__ = [
    "FORMATS",
    "SEPARATORS",
    "DownloadView",
    "Plan",
    "State",
    "again",
    "check_range",
    "check_target",
    "day_limits",
    "get",
    "kept_file",
    "list_all",
    "proposed_name",
    "remove",
    "save_copy",
    "scp_command",
    "start",
    "state_label",
    "stop",
]

Separator = Literal[",", ";"]
Format = Literal["csv", "xlsx"]
SEPARATORS: tuple[Separator, ...] = (",", ";")
FORMATS: tuple[Format, ...] = ("csv", "xlsx")
MONTHS = 2
"""How many calendar months a range reaches back at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person has settled before a download begins."""

    first_day: date | None = None
    """The first day that counts; None: everything, if there is no last day either."""
    last_day: date | None = None
    """The last day that counts, all of it; None: up to now."""
    search: str = ""
    """Words as in the list; empty for everybody."""
    language: str = "en"
    """Of headers and words: en, es or pt."""
    separator: Separator = ","
    format: Format = "csv"
    guard_phones: bool = False
    """Whether phones too are kept from being taken for formulas in a CSV, as the settings say."""

    def check(self) -> None:
        """Raise Invalid for what cannot be carried out."""
        check_range(self.first_day, self.last_day)
        known = (
            self.language in language.LANGUAGES,
            self.separator in SEPARATORS,
            self.format in FORMATS,
        )
        if not all(known):
            raise Invalid(_("There is no such language, separator or format."))


@dataclass(frozen=True, slots=True)
class DownloadView:
    """A download as it stands."""

    id: int
    state: State
    created_at: int
    started: int
    finished: int
    first_day: date | None
    last_day: date | None
    search: str
    language: str
    separator: Separator
    format: Format
    rows: int | None
    """Contacts in the file; None until it is whole."""
    size: int | None
    """Bytes of the file; None until it is whole."""
    person: str
    progress: int
    """Thousandths."""
    message: str
    stop_asked: bool
    removed_after: int | None
    """After how many days the file was removed, as the settings say; None while it is there."""

    @property
    def is_running(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in jobs.RUNNING

    @property
    def can_begin_again(self) -> bool:
        """Whether it has ended before its end."""
        return not self.is_running and self.state is not State.FINISHED

    @property
    def plan(self) -> Plan:
        """What was settled before it began."""
        return Plan(self.first_day, self.last_day, self.search, self.language, self.separator, self.format)

    @property
    def has_file(self) -> bool:
        """Whether its file is whole and kept."""
        return self.state is State.FINISHED and self.removed_after is None


def day_limits() -> tuple[date, date]:
    """The earliest and the latest day of a range: two calendar months before today, and today."""
    today = times.today(settings.load().time_zone)
    months = today.year * 12 + today.month - 1 - MONTHS
    year, month = months // 12, months % 12 + 1
    # The 31st of a month counts from the last day of a shorter one.
    return date(year, month, min(today.day, monthrange(year, month)[1])), today


def check_range(first_day: date | None, last_day: date | None) -> None:
    """Raise Invalid, which says why, for a range backwards, too far back or in the future.

    No days at all mean everything; without a last day the range ends now.
    """
    if first_day is None and last_day is None:
        return
    earliest, today = day_limits()
    if first_day is None:
        raise Invalid(
            _("Say from which day on, {earliest} at the earliest; or take no dates for everything.").format(
                earliest=earliest
            )
        )
    for day in (first_day, last_day or first_day):
        if day > today:
            raise Invalid(_("{day} has not come yet; today is {today}.").format(day=day, today=today))
    if last_day is not None and last_day < first_day:
        raise Invalid(
            _("The range goes backwards: {first} comes after {last}.").format(first=first_day, last=last_day)
        )
    if first_day < earliest:
        raise Invalid(
            _("{day} is too long ago: a range goes back two months at most, to {earliest}.").format(
                day=first_day, earliest=earliest
            )
        )


def start(plan: Plan) -> int:
    """Begin a download; its id. Raises Invalid for a plan that cannot be carried out."""
    plan.check()

    def prepare(job_id: int) -> None:
        Download.create(
            job=job_id,
            first_day=plan.first_day and plan.first_day.isoformat(),
            last_day=plan.last_day and plan.last_day.isoformat(),
            search=plan.search.strip(),
            language=plan.language,
            separator=plan.separator,
            format=plan.format,
        )

    settled = settings.load()
    kept = {"time_zone": settled.time_zone, "guard_phones": settled.guard_phones}
    return jobs.start("download", kept, prepare)


def get(download_id: int) -> DownloadView:
    """One download as it stands; raises NotFound."""
    row = _with_jobs().where(Download.job == download_id).first()
    if row is None:
        raise NotFound(_("There is no download {id}.").format(id=download_id))
    return _outward(row)


def list_all() -> list[DownloadView]:
    """All downloads, the latest first."""
    query = _with_jobs().order_by(Download.job.desc())
    # Read to its end first: while it is open, its connection sees the jobs as they were when it began.
    return [_outward(row) for row in list(query)]


def state_label(view: DownloadView) -> str:
    """The state of a download for a person."""
    if view.is_running and view.stop_asked:
        return _("Stopping")
    return view.state.label


def stop(download_id: int) -> None:
    """Ask a download to stop; nothing of its file stays."""
    get(download_id)
    jobs.stop(download_id)


def again(download_id: int) -> None:
    """Begin a download that was stopped, interrupted or failed anew, with the data as they are now."""
    if get(download_id).is_running:
        raise JobFailed(_("This download is still running."))
    jobs.resume(download_id, {})


def remove(download_id: int) -> None:
    """Take a download's file and its row in the history away; raises JobFailed while it runs."""
    view = get(download_id)
    if view.is_running:
        raise JobFailed(_("This download is still running; stop it first."))
    remove_half_files(view.id)
    try:
        place_of(view.id, view.format).unlink(missing_ok=True)
    except OSError as error:
        raise FileUnusable(
            _("The file of download {id} cannot be removed: {reason}.").format(
                id=download_id, reason=error.strerror
            )
        ) from error
    with database.writing():
        Job.delete().where(Job.id == download_id).execute()


def place_of(download_id: int, file_format: str) -> Path:
    """Where the file of a download lies when it is whole."""
    return database.files_folder() / f"download-{download_id}.{file_format}"


def remove_half_files(download_id: int) -> None:
    """Take away what a process of this download left behind when it was killed."""
    for folder in database.files_folder().glob(f"download-{download_id}-*.part"):
        shutil.rmtree(folder, ignore_errors=True)


def kept_file(download_id: int) -> Path:
    """The file of a finished download; raises FileUnusable where there is none (any more)."""
    view = get(download_id)
    if view.state is not State.FINISHED:
        raise FileUnusable(
            _("Download {id} has no file: {state}.").format(id=view.id, state=state_label(view))
        )
    path = place_of(view.id, view.format)
    if view.removed_after is not None:
        raise FileUnusable(
            _("The file of download {id} was removed after {days} days; download again.").format(
                id=view.id, days=view.removed_after
            )
        )
    if not path.exists():
        raise FileUnusable(_("The file of download {id} is gone; download again.").format(id=view.id))
    return path


def check_target(file_format: str, target: Path, *, overwrite: bool = False) -> None:
    """Raise FileUnusable if a file of this format cannot, or must not, be saved as `target`."""
    is_workbook = target.suffix.lower() == ".xlsx"
    if file_format == "xlsx" and not is_workbook and not target.is_dir():
        raise FileUnusable(_("{path} will be an Excel file; let its name end in .xlsx.").format(path=target))
    if file_format == "csv" and is_workbook:
        raise FileUnusable(_("{path} will be a CSV file; let its name end in .csv.").format(path=target))
    files.check_target(target, overwrite=overwrite)


def save_copy(download_id: int, target: Path, *, overwrite: bool = False) -> None:
    """Save the very bytes of a download's file as `target`, whole or not at all; raises FileUnusable."""
    source = kept_file(download_id)
    target = target.expanduser().absolute()
    check_target(source.suffix.removeprefix("."), target, overwrite=overwrite)
    files.copy(source, target, overwrite=overwrite)


def proposed_name(view: DownloadView) -> str:
    """A name for a copy of the file, such as contacts-2026-07-27.csv."""
    day = times.shown(view.created_at, settings.load().time_zone).partition(" ")[0]
    return f"contacts-{day}.{view.format}"


def scp_command(download_id: int) -> str:
    """What brings the file to a person's own machine, to be pasted into a shell there."""
    place = f"{getpass.getuser()}@{socket.getfqdn()}:{kept_file(download_id)}"
    return f"scp {shlex.quote(place)} ."


def _with_jobs() -> Any:
    """Plain rows: a history of years is read several times a second while a download is watched."""
    job = (Job.id, Job.state, Job.created, Job.started, Job.finished, Job.person, Job.progress, Job.message)
    chosen = (Download.first_day, Download.last_day, Download.search, Download.language, Download.separator)
    made = (Download.format, Download.rows, Download.size, Download.removed_after)
    return Download.select(*job, Job.stop_asked, *chosen, *made).join(Job).namedtuples()


def _outward(row: Any) -> DownloadView:
    again = _with_jobs().where(Download.job == row.id)
    row, (state,) = jobs.look(row, lambda row: [row], lambda: again.first() or row)
    return DownloadView(
        id=row.id,
        state=state,
        created_at=row.created,
        started=row.started,
        finished=row.finished,
        first_day=_day(row.first_day),
        last_day=_day(row.last_day),
        search=row.search,
        language=row.language,
        separator=row.separator,
        format=row.format,
        rows=row.rows,
        size=row.size,
        person=row.person,
        # One that begins again has not come anywhere yet.
        progress=0 if state is State.QUEUED else row.progress,
        message=row.message,
        stop_asked=bool(row.stop_asked),
        removed_after=row.removed_after,
    )


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
