"""What is done with imports and their files: stop, resume, undo, and write to a place that is chosen."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from store import imports, jobs
from store.errors import ContactsError
from store.imports import ImportView, State, template
from store.language import _
from tui.page import OurScreen
from tui.screens.save_as import SaveAs
from tui.screens.undo_question import UndoQuestion
from tui.widgets.path_line import path_of

_LOOK_SECONDS = 0.2


def stop_import(screen: OurScreen, import_id: int) -> None:
    """Ask an import to stop; what it has loaded stays."""
    screen.run_worker(_change(screen, imports.stop, import_id), group="files", exit_on_error=False)


def resume_import(screen: OurScreen, import_id: int) -> None:
    """Go on with an import."""
    screen.run_worker(_change(screen, imports.resume, import_id), group="files", exit_on_error=False)


async def _change(screen: OurScreen, change: Callable[[int], None], import_id: int) -> None:
    try:
        await screen.contacts_app.write(change, import_id)
    except ContactsError as error:
        screen.contacts_app.say_error(error)


def undo_import(screen: OurScreen, view: ImportView, begun: Callable[[], None]) -> None:
    """Show what undoing an import would do, ask, and begin it; `begun` is called then."""
    screen.run_worker(_undo(screen, view, begun), group="dialog", exclusive=True, exit_on_error=False)


async def _undo(screen: OurScreen, view: ImportView, begun: Callable[[], None]) -> None:
    app = screen.contacts_app
    try:
        preview = await app.read(imports.undo_preview, view.id)
        if not await app.push_screen_wait(UndoQuestion(view.file, preview)):
            return
        await app.write(imports.request_undo, view.id)
    except ContactsError as error:
        app.say_error(error)
        return
    begun()


def write_template(screen: OurScreen) -> None:
    """Ask where the template goes, and write it."""
    proposed = path_of("~") / _("contacts-template.xlsx")
    _ask_and_write(
        screen, _("Write the template to"), proposed, lambda path: template.request(path, overwrite=True)
    )


def write_report(screen: OurScreen, view: ImportView) -> None:
    """Ask where the report of an import goes, and write it."""
    name = _("report-{id}-{file}.xlsx").format(id=view.id, file=Path(view.file).stem[:60])
    proposed = path_of("~") / name
    _ask_and_write(
        screen,
        _("Write the Contact Import Report to"),
        proposed,
        lambda path: imports.request_report(view.id, path, overwrite=True),
    )


def write_rows_to_fix(screen: OurScreen, view: ImportView) -> None:
    """Ask where the rejected rows of an import go, and write them."""
    name = _("to-fix-{id}-{file}.xlsx").format(id=view.id, file=Path(view.file).stem[:60])
    _ask_and_write(
        screen,
        _("Write the rows to fix to"),
        path_of("~") / name,
        lambda path: imports.request_rows_to_fix(view.id, path, overwrite=True),
    )


def _ask_and_write(screen: OurScreen, title: str, proposed: Path, request: Callable[[Path], int]) -> None:
    # The program's own: the file may be written when the window is closed already.
    screen.app.run_worker(_write(screen, title, proposed, request), group="files", exit_on_error=False)


async def _write(screen: OurScreen, title: str, proposed: Path, request: Callable[[Path], int]) -> None:
    app = screen.contacts_app
    saving = SaveAs(title, proposed, lambda path: imports.check_target(path, overwrite=True))
    path = await app.push_screen_wait(saving)
    if path is None:
        return
    try:
        job_id = await app.write(request, path)
        app.say(_("Writing {path} …").format(path=path))
        while (job := jobs.get(job_id)).is_running:
            await asyncio.sleep(_LOOK_SECONDS)
    except ContactsError as error:
        app.say_error(error)
        return
    if job.state is State.FINISHED:
        app.say(_("Written: {path}").format(path=path))
    else:
        app.say_error(ContactsError(job.message or _("The file was not written.")))
