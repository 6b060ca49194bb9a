"""The download history, as a person uses it: watch, get the file, begin again, remove."""

from pathlib import Path
from typing import Any

import pytest

from store import database, downloads, settings
from store.downloads import Plan, State
from store.models import Download
from tests.tui.conftest import Brake, Person, Screens
from tests.tui.test_download_window import download, insert, latest, retype, rows_of, save_as

pytestmark = pytest.mark.usefixtures("db")


async def test_without_downloads_the_history_says_what_to_do(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await person.press("3")
        assert person.sees("3 Downloads", "No downloads yet. Press w")
        await person.press("o", "enter", "s", "p", "y", "x", "c", "d")
        assert person.sees("No downloads yet")
        await person.press("w")
        assert person.sees("Download contacts", "Everything")


async def test_the_scp_command_is_copied_and_the_path_is_shown(
    screens: Screens, size: tuple[int, int]
) -> None:
    insert(1)
    view = await download()
    command = downloads.scp_command(view.id)
    async with screens(size) as person:
        await person.press("3", "enter")
        assert person.sees("everything", "Save a copy", "Show path", "Copy scp command", "Remove")
        await person.press("down", "down", "enter")
        await person.until(lambda: person.app.clipboard == command, 5)
        assert person.sees("on your own machine", "set-clipboard on")
        person.app.copy_to_clipboard("")
        await person.press("p")
        assert str(downloads.kept_file(view.id)) in unbroken(person)
        assert command.replace(" ", "") in unbroken(person)
        await person.press("y")
        assert person.app.clipboard == command
        await person.press("escape", "y")
        assert person.app.clipboard == command


def unbroken(person: Person) -> str:
    """What the window shows, less everything at which a line can be broken."""
    return "".join(person.text.replace("│", " ").split())


async def test_a_download_is_removed_with_its_file_after_a_question(
    screens: Screens, size: tuple[int, int]
) -> None:
    insert(1)
    view = await download()
    file = downloads.kept_file(view.id)
    async with screens(size) as person:
        await person.press("3", "d")
        await person.until(lambda: person.sees("Remove this download (everything) and its file?"), 5)
        await person.press("n")
        assert file.exists()
        await person.press("d", "y")
        await person.until(lambda: person.sees("No downloads yet"), 5)
    assert not file.exists()


async def test_a_download_whose_process_died_is_seen_and_done_again(
    screens: Screens, size: tuple[int, int], brake: Brake
) -> None:
    insert(1)
    async with screens(size) as person:
        downloads.start(Plan())
        await person.press("3")
        assert person.sees("Queued")
        brake.kill()
        await person.until(lambda: person.sees("Interrupted"), 10)
        await person.press("s")
        await person.until(lambda: person.sees("has no file: Interrupted"), 5)
        await person.press("o")
        assert person.sees("Download again", "Remove")
        person.app.clear_notifications()
        await person.press("enter")
        await person.until(lambda: latest().state is State.QUEUED, 10)
        await person.press("d", "y")
        await person.until(lambda: person.sees("stop it first"), 5)
        person.app.clear_notifications()
        brake.release()
        await person.until(lambda: person.sees("Finished"), 30)
    assert rows_of(downloads.kept_file(latest().id))[1][0] == "Ana 0"


async def test_the_history_follows_what_others_do(screens: Screens) -> None:
    insert(1)
    async with screens((140, 45)) as person:
        await person.press("3", "1")
        first = await download()
        await person.press("3")
        assert person.sees("English", "Finished")
        await person.press("1")
        await download(search="eva")
        await person.press("3", "o")
        assert person.sees("search “eva” · English · CSV")
        await download(search="ana", language="es")
        await person.press("down", "down", "down", "enter")
        # It is asked about the one whose options were open, not about the one that came meanwhile.
        await person.until(lambda: person.sees("Remove this download (search “eva”)"), 10)
        await person.press("y")
        await person.until(lambda: len(downloads.list_all()) == 2, 10)
        await person.until(lambda: person.sees("ana", "Spanish", "English"), 10)
        downloads.remove(first.id)
        await person.press("1", "3")
        assert person.sees("Spanish")
        assert not person.sees("English")


async def test_a_file_that_was_kept_for_long_enough_is_told_to_be_removed(screens: Screens) -> None:
    insert(1)
    view = await download()
    Download.update(removed_after=90).where(Download.job == view.id).execute()
    async with screens() as person:
        await person.press("3")
        assert person.sees("File removed")
        await person.press("s")
        await person.until(lambda: person.sees("was removed after 90 days"), 5)
        await person.press("enter")
        assert person.sees("everything", "Remove")
        assert not person.sees("Show path")


async def test_those_who_may_only_read_take_files_along_and_change_nothing(
    screens: Screens, size: tuple[int, int], db: Path, tmp_path: Path
) -> None:
    insert(1)
    view = await download()
    database.open_database(db, read_only=True)
    target = tmp_path / "all.csv"
    async with screens(size) as person:
        await person.press("w")
        assert not person.sees("Download contacts")
        await person.press("3", "w", "d", "c", "x")
        assert person.sees("read only", "Finished")
        assert not person.sees("Download contacts", "Remove")
        await person.press("o")
        assert person.sees("Save a copy", "Show path", "Copy scp command")
        assert not person.sees("Remove")
        await person.press("enter")
        await save_as(person, target)
        await person.until(lambda: person.sees("Written"), 5)
        await person.press("y")
        assert person.app.clipboard == downloads.scp_command(view.id)
    assert rows_of(target)[1][0] == "Ana 0"


async def test_an_idle_history_draws_nothing(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    insert(1)
    await download()
    async with screens((140, 45)) as person:
        await person.press("3")
        await person.pilot.pause(0.6)
        drawn: list[object] = []
        display = person.app._display

        def note(*arguments: Any) -> None:
            drawn.append(arguments)
            display(*arguments)

        monkeypatch.setattr(person.app, "_display", note)
        await person.pilot.pause(1.5)
        assert drawn == []


async def test_the_account_says_for_how_long_files_are_kept(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await person.press("5", "a")
        while person.app.focused is None or person.app.focused.id != "download_days":
            await person.press("tab")
        assert person.sees("Keep downloads (days)", "90")
        for wrong in ("0", "soon", "9999999999999", ""):
            await retype(person, wrong)
            await person.press("ctrl+s")
            await person.until(lambda: person.sees("Write a number of days from 1 to 3,650"), 5)
        await retype(person, "30")
        await person.press("enter")
        await person.until(lambda: person.sees("Downloads: 30 days"), 5)
    assert settings.load().download_days == 30
