"""What stands in an open import: what is done elsewhere, what it waits for, how it goes on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from store import changes, contacts, database, imports, job_locks, jobs, listing
from store.imports import State
from store.models import Import, Job
from tests.support import finish, import_file, imported, plan, undo, workbook, writers_wait
from tests.tui.conftest import Brake, Person, Screens, elsewhere
from tests.tui.test_import_window import choose_file

pytestmark = pytest.mark.usefixtures("db")


def three_people(folder: Path) -> Path:
    """A file whose import takes no time."""
    rows = ([f"+57300123456{digit}", "Ana"] for digit in range(3))
    return workbook(folder / "b.xlsx", [["Celular", "Nombre"], *rows])


def stopped_import(folder: Path) -> int:
    """An import that was stopped before its first row; its id."""
    with writers_wait():
        import_id = imports.start(plan(three_people(folder)))
        imports.stop(import_id)
        finish(import_id)
    return import_id


async def test_open_details_follow_what_is_done_elsewhere(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    import_id = stopped_import(tmp_path)
    async with screens(size) as person:
        await person.press("2", "enter")
        assert person.sees("Stopped b.xlsx", "Resume (c) goes on with the rest.", "3 not processed")
        await elsewhere(lambda: imports.resume(import_id))
        await person.until(lambda: person.sees("Finished b.xlsx", "3 created"), 30)
        assert not person.sees("Resume")
        await elsewhere(lambda: undo(import_id))
        await person.until(lambda: person.sees("Undone b.xlsx", "3 put into the bin by the undo"), 30)
        assert not person.sees("z Undo")


async def test_a_window_that_stays_open_follows_what_is_done_elsewhere(
    screens: Screens, tmp_path: Path
) -> None:
    async with screens() as person:
        with writers_wait():
            await begin(person, three_people(tmp_path))
            await elsewhere(lambda: imports.stop(1))
            await person.until(lambda: person.sees("Stopped", "3 not processed"), 30)
        await elsewhere(lambda: imports.resume(1))
        await person.until(lambda: person.sees("Finished", "3 created"), 30)


async def test_details_are_not_drawn_anew_for_what_does_not_concern_them(
    screens: Screens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import_file(three_people(tmp_path))
    async with screens((140, 45)) as person:
        await person.press("2", "enter")
        await person.pilot.pause(1)
        drawn: list[object] = []
        display = person.app._display

        def note(*arguments: Any) -> None:
            drawn.append(arguments)
            display(*arguments)

        monkeypatch.setattr(person.app, "_display", note)
        await elsewhere(lambda: contacts.create("+573009999999", "Eva"))
        await person.pilot.pause(2)
        assert drawn == []


async def begin(person: Person, path: Path) -> None:
    """Go through the import window to its last step."""
    await choose_file(person, path)
    await person.until(lambda: person.sees("2 of 3"), 30)
    await person.press("ctrl+s")
    await person.until(lambda: person.sees("3 of 3", "Queued"), 30)


async def test_a_broken_off_import_goes_on_from_its_details(
    screens: Screens, size: tuple[int, int], tmp_path: Path, brake: Brake
) -> None:
    import_id = imports.start(plan(three_people(tmp_path)))
    async with screens(size) as person:
        await person.press("2", "enter")
        assert person.sees("Queued", "x Stop")
        assert not person.sees("Resume")
        brake.kill()
        await person.until(lambda: person.sees("Interrupted", "c Resume"), 30)
        assert person.sees("The import was broken off; Resume (c) goes on where it stopped.")
        await person.press("c")
        await person.until(lambda: person.sees("Queued", "x Stop"), 30)
        assert not person.sees("Resume")
        brake.release()
        await person.until(lambda: person.sees("Finished", "3 created"), 30)
    assert imports.get(import_id).created == 3


async def test_a_broken_off_import_goes_on_in_its_window(
    screens: Screens, size: tuple[int, int], tmp_path: Path, brake: Brake
) -> None:
    async with screens(size) as person:
        await begin(person, three_people(tmp_path))
        assert person.sees("Stop Close")
        brake.kill()
        await person.until(lambda: person.sees("Interrupted", "c Resume", "Resume Close"), 30)
        assert person.sees("The import was broken off; Resume (c) goes on where it stopped.")
        await person.press("c")
        await person.until(lambda: person.sees("Queued", "Stop Close"), 30)
        brake.kill()
        await person.until(lambda: person.sees("Resume Close"), 30)
        # The button does the same.
        await person.press("shift+tab", "enter")
        await person.until(lambda: person.sees("Queued", "Stop Close"), 30)
        brake.release()
        await person.until(lambda: person.sees("Finished", "3 created"), 30)
        assert not person.sees("Resume")


async def test_nothing_is_said_of_going_on_where_the_file_is_gone(screens: Screens, tmp_path: Path) -> None:
    import_id = stopped_import(tmp_path)
    with database.writing():
        Import.update(copy_days=90).where(Import.job == import_id).execute()
    async with screens() as person:
        await person.press("2", "enter")
        assert person.sees("Stopped")
        assert not person.sees("Resume (c)")


@contextmanager
def another_writes(first: int) -> Iterator[None]:
    """Another import is writing, as far as anybody can see; `first` as for `imported`."""
    other = imported(1, first=first)
    with database.writing():
        Job.update(state="in_progress").where(Job.id == other).execute()
    lock = job_locks.hold(other)
    try:
        with writers_wait():
            yield
    finally:
        jobs.end(other, State.FINISHED)
        os.close(lock)


WAITS = "Other work is writing contacts; this begins when that has ended."


async def test_an_import_and_an_undo_say_that_they_wait(screens: Screens, tmp_path: Path) -> None:
    earlier = import_file(three_people(tmp_path)).id
    async with screens() as person:
        with another_writes(0):
            await begin(person, three_people(tmp_path))
            await person.until(lambda: person.sees("Queued", WAITS), 30)
            await person.press("escape")
            imports.request_undo(earlier)
            await person.press("2", "end", "enter")
            await person.until(lambda: person.sees("Undo queued", WAITS), 30)
            await person.press("x")
            await person.until(lambda: not imports.get(earlier).is_busy, 30)
            await person.until(lambda: not person.sees(WAITS), 30)


async def test_a_change_of_many_contacts_says_that_it_waits(screens: Screens, tmp_path: Path) -> None:
    first = import_file(three_people(tmp_path)).id
    async with screens() as person:
        with another_writes(0):
            await person.press("slash", *f"import:{first}", "enter")
            await person.until(lambda: person.sees("3 contacts of"), 30)
            change_id = changes.delete(listing.ids(listing.Listing(search=f"import:{first}")))
            await person.press("a", "end", "enter")
            await person.until(lambda: person.sees("Changes of many contacts", "Queued"), 30)
            await person.press("enter")
            await person.until(lambda: person.sees("Delete contacts", "Queued", WAITS), 30)
        await person.until(lambda: person.sees("Finished", "3 contacts are deleted."), 60)
        assert not person.sees(WAITS)
        with another_writes(1):
            changes.undo(change_id)
            await person.until(lambda: person.sees("Undoing: Queued", WAITS), 30)
        await person.until(lambda: person.sees("3 contacts are as they were."), 60)
