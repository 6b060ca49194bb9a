"""What is done with downloads and their files: stop, again, remove; get the file to where it is needed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from store import downloads
from store.downloads import DownloadView
from store.errors import ContactsError
from store.language import _
from tui.page import AnyScreen
from tui.screens.question import Question
from tui.screens.save_as import SaveAs
from tui.widgets.download_progress import what
from tui.widgets.path_line import path_of


def stop_download(screen: AnyScreen, download_id: int) -> None:
    """Ask a download to stop; no file is left behind."""
    screen.run_worker(_change(screen, downloads.stop, download_id), group="files", exit_on_error=False)


def download_again(screen: AnyScreen, download_id: int) -> None:
    """Write the file of a download that did not come to its end."""
    screen.run_worker(_change(screen, downloads.again, download_id), group="files", exit_on_error=False)


def remove_download(screen: AnyScreen, download_id: int) -> None:
    """Ask, then remove a download and its file."""
    screen.run_worker(_remove(screen, download_id), group="files", exit_on_error=False)


async def _remove(screen: AnyScreen, download_id: int) -> None:
    try:
        view = downloads.get(download_id)
    except ContactsError as error:
        screen.contacts_app.say_error(error)
        return
    question = _("Remove this download ({what}) and its file?\nCopies of the file stay.")
    question = question.format(what=what(view))
    if await screen.app.push_screen_wait(Question(question, _("Remove"), _("Keep"))):
        await _change(screen, downloads.remove, download_id)


async def _change(screen: AnyScreen, change: Callable[[int], object], download_id: int) -> None:
    try:
        await screen.contacts_app.write(change, download_id)
    except ContactsError as error:
        screen.contacts_app.say_error(error)


def save_copy(screen: AnyScreen, download_id: int) -> None:
    """Ask where a copy of the file goes, and write it."""
    # The program's own: the file may be written when the window is closed already.
    screen.app.run_worker(_save_copy(screen, download_id), group="files", exit_on_error=False)


async def _save_copy(screen: AnyScreen, download_id: int) -> None:
    app = screen.contacts_app
    try:
        view = downloads.get(download_id)
        # Told before a place is asked for: there may be no file (any more).
        downloads.kept_file(download_id)
        proposed = path_of("~") / downloads.proposed_name(view)
        path = await app.push_screen_wait(SaveAs(_("Save a copy to"), proposed, partial(_check, view)))
        if path is None:
            return
        await app.write(_copy, download_id, path)
    except ContactsError as error:
        app.say_error(error)
        return
    app.say(_("Written: {path}").format(path=path))


def _check(view: DownloadView, path: Path) -> None:
    downloads.check_target(view.format, path, overwrite=True)


def _copy(download_id: int, path: Path) -> None:
    # Where a file is there already, the person has agreed to replace it.
    downloads.save_copy(download_id, path, overwrite=True)


def show_path(screen: AnyScreen, download_id: int) -> None:
    """Show where the file lies, and how it is fetched."""
    from tui.screens.download_place import DownloadPlace

    try:
        place = DownloadPlace(downloads.kept_file(download_id), downloads.scp_command(download_id))
    except ContactsError as error:
        screen.contacts_app.say_error(error)
        return
    screen.app.push_screen(place)


def copy_scp(screen: AnyScreen, download_id: int) -> None:
    """Copy the command that fetches the file to the clipboard of the person's own machine."""
    try:
        command = downloads.scp_command(download_id)
    except ContactsError as error:
        screen.contacts_app.say_error(error)
        return
    copy_command(screen, command)


def copy_command(screen: AnyScreen, command: str) -> None:
    """Copy a command by way of the terminal, and say where it is to be run."""
    screen.app.copy_to_clipboard(command)
    sentence = _(
        "The command is copied; run it on your own machine (in tmux it needs: set -g set-clipboard on)."
    )
    screen.contacts_app.say(sentence)
