"""Take Excel files in: workbook (read) > columns (assign) > rows (check) > job (write) > report; template.

`start`, `list_all`, `get`, `stop`, `resume`, `request_report`, `request_rows_to_fix`, `undo_preview` and
`request_undo` are what screens and commands call.
"""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store import database, files, jobs, properties, settings
from store.errors import FileUnusable
from store.imports.undo import UndoPreview, check_not_undone, request_undo, undo_preview
from store.imports.views import (
    ImportView,
    UndoView,
    check_kept,
    get,
    is_waiting,
    kept_copy,
    list_all,
    speed_and_rest,
    state_label,
    undo_label,
)
from store.jobs import State
from store.language import _
from store.models import Import, Job
from store.reading import columns, container
from store.values.property_type import DateOrder, Formats

if TYPE_CHECKING:
    from store.reading.rows import Rules

__all__ = [
    "ImportView",
    "Plan",
    "Remembered",
    "State",
    "UndoPreview",
    "UndoView",
    "check_kept",
    "get",
    "is_waiting",
    "kept_copy",
    "list_all",
    "remembered",
    "request_report",
    "request_rows_to_fix",
    "request_undo",
    "resume",
    "rules_by",
    "rules_of",
    "speed_and_rest",
    "start",
    "state_label",
    "stop",
    "undo_label",
    "undo_preview",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person has settled before an import begins."""

    file: Path
    sheet: str
    headers: tuple[str, ...]
    header_row: int
    """The row of the headers as Excel counts; 0 for a sheet without any."""
    assignment: columns.Assignment
    country: str | None = None
    """Whose numbers those without + or 00 are; None: their country code is included."""
    accept_unknown: bool = False
    """Take numbers of a possible length in ranges that are not registered."""
    settled: bool = True
    """Whether a person has said how the phones are to be read."""
    whole_only: bool = False
    """Leave rows with a value that is missing or does not fit for later, instead of creating them so."""
    date_order: DateOrder | None = None
    """How this file writes its dates; None: as the settings say."""
    called: str = ""
    """What people call the file, where `file` is a copy of it."""

    @property
    def name(self) -> str:
        """What people call the file, without folders."""
        return self.called or os.fsencode(self.file.name).decode(errors="replace")

    def parameters(self) -> dict[str, Any]:
        """What the job's row keeps of it, the settings that it depends on among it."""
        formats = settings.load().formats
        return {
            "header_row": self.header_row,
            "assignment": self.assignment.as_json(),
            "country": self.country,
            "accept_unknown": self.accept_unknown,
            "settled": self.settled,
            "whole_only": self.whole_only,
            "chosen_date_order": self.date_order,
            "date_order": self.date_order or formats.date_order,
            "decimal_sign": formats.decimal_sign,
        }


def start(plan: Plan) -> int:
    """Begin an import; the import's id."""

    def prepare(job_id: int) -> None:
        Import.create(job=job_id, file=plan.name, sheet=plan.sheet, headers=list(plan.headers))

    return start_job("import", plan, {}, prepare)


def start_job(
    kind: str, plan: Plan, more: dict[str, Any], prepare: Callable[[int], None] | None = None
) -> int:
    """Copy the plan's file, so that nobody can change it meanwhile, and begin a job on it; the job's id.

    `more` joins the plan in the job's parameters; `prepare` makes what belongs to the job.
    """
    container.check(plan.file, plan.name)
    database.check_writable()
    copy = _copy(plan)

    def keep(job_id: int) -> None:
        if prepare is not None:
            prepare(job_id)
        copy.replace(kept_copy(job_id))

    try:
        return jobs.start(kind, plan.parameters() | more, keep)
    finally:
        copy.unlink(missing_ok=True)


def no_rows(file: str, sheet: str) -> FileUnusable:
    """What is to be said of a sheet without any rows to import."""
    return FileUnusable(
        _("The sheet “{sheet}” of {file} has headers but no rows.").format(sheet=sheet, file=file)
    )


@dataclass(frozen=True, slots=True)
class Remembered:
    """How a file with the same headers was imported last."""

    assignment: columns.Assignment
    country: str | None
    accept_unknown: bool
    date_order: DateOrder | None


def remembered(headers: Sequence[str]) -> Remembered | None:
    """How the latest import of a file with these headers was assigned and read, less properties now gone."""
    row = (
        Import.select(Import, Job)
        .join(Job)
        .where(Import.headers == list(headers))
        .order_by(Import.job.desc())
        .first()
    )
    if row is None:
        return None
    said = row.job.parameters
    known = {str(item.id) for item in properties.list_all()} | set(columns.FIELDS)
    pairs = [pair for pair in said["assignment"] if pair[1] in known]
    return Remembered(
        columns.Assignment.from_json(pairs),
        said["country"],
        said["accept_unknown"],
        said.get("chosen_date_order"),
    )


def rules_of(view: ImportView) -> "Rules":
    """By what the rows of an import are judged."""
    return rules_by(view.parameters, view.headers)


def rules_by(parameters: dict[str, Any], headers: Sequence[str]) -> "Rules":
    """By what rows are judged, given what a job's row keeps of a plan."""
    # Imported here: no screen judges rows.
    from store.reading.rows import Rules

    # What rows of imports from before these choices lack is as the settings are now.
    formats = settings.load().formats
    return Rules(
        headers=tuple(headers),
        assignment=columns.Assignment.from_json(parameters["assignment"]),
        properties={item.id: item for item in properties.list_all()},
        formats=Formats(
            parameters.get("date_order", formats.date_order),
            parameters.get("decimal_sign", formats.decimal_sign),
        ),
        country=parameters["country"],
        accept_unknown=parameters["accept_unknown"],
        whole_only=parameters.get("whole_only", False),
    )


def stop(import_id: int) -> None:
    """Ask an import, or its undo, to stop; what was done stays."""
    view = get(import_id)
    jobs.stop(view.undo.job if view.undo is not None and view.is_undoing else import_id)


def resume(import_id: int) -> None:
    """Go on with an import that was stopped, interrupted or failed, behind the last row that was handled."""
    view = get(import_id)
    check_not_undone(view)
    check_kept(view)
    note = {"resumed": {"done": view.done, "progress": view.progress}}
    jobs.resume(import_id, note, lambda: check_not_undone(get(import_id)))


def request_report(import_id: int, target: Path, *, overwrite: bool = False) -> int:
    """Begin to write the Contact Import Report to `target`; the id of the job that does it."""
    view = get(import_id)
    if view.is_running:
        raise FileUnusable(_("This import is still running; its report can be made when it has ended."))
    return _request("report", view, target, overwrite)


def request_rows_to_fix(import_id: int, target: Path, *, overwrite: bool = False) -> int:
    """Begin to write the rejected rows, ready to be mended and imported; the id of the job that does it."""
    view = get(import_id)
    if view.is_running:
        raise FileUnusable(_("This import is still running; its rows to fix are known when it has ended."))
    if not view.rejected:
        raise FileUnusable(_("No row of this import was rejected; there is nothing to fix."))
    return _request("rows_to_fix", view, target, overwrite)


def _request(kind: str, view: ImportView, target: Path, overwrite: bool) -> int:
    check_kept(view)
    target = target.expanduser().absolute()
    check_target(target, overwrite)
    return jobs.start(kind, {"import": view.id, "target": str(target)})


def check_target(target: Path, overwrite: bool) -> None:
    """Raise FileUnusable if an Excel file cannot, or must not, be written to `target`."""
    if target.suffix.lower() != ".xlsx" and not target.is_dir():
        raise FileUnusable(_("{path} will be an Excel file; let its name end in .xlsx.").format(path=target))
    files.check_target(target, overwrite=overwrite)


def _copy(plan: Plan) -> Path:
    """A copy of the plan's file beside the database."""
    source = plan.file
    target = database.files_folder() / f"import-new-{os.getpid()}-{time.monotonic_ns()}.xlsx"
    try:
        original = source.open("rb")
    except OSError as error:
        raise container.unreadable(source, error) from error
    try:
        with original, os.fdopen(database.open_beside(target.name), "wb") as kept:
            shutil.copyfileobj(original, kept, 1024 * 1024)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise FileUnusable(
            _("No copy of {file} can be made in {folder}: {reason}.").format(
                file=plan.name, folder=target.parent, reason=error.strerror
            )
        ) from error
    return target
