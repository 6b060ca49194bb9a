"""Undo an import, and get its rows to fix, by keys; set how long imported files are kept."""

from pathlib import Path

import openpyxl
import pytest
from textual.widgets import Button

from store import contacts, database, imports, listing, settings
from store.imports import State
from store.models import Contact, Import, Job
from store.values import times
from tests import support
from tests.support import HEAD, import_file, imported, people, undo, workbook, writers_wait
from tests.tui.conftest import Brake, Person, Screens
from tui.screens.undo_question import UndoQuestion
from tui.widgets.line import Line
from tui.widgets.small_table import SmallTable

pytestmark = pytest.mark.usefixtures("db")


async def asked(person: Person) -> None:
    """Wait for the question whether the import is to be undone."""
    await person.until(lambda: isinstance(person.app.screen, UndoQuestion), 10)


def let_write(*names: str) -> None:
    """Let contacts have written."""
    with database.writing():
        Contact.update(
            user_initiated=1, first_interaction=1_700_000_000, last_interaction=1_700_000_000
        ).where(Contact.name.in_(names)).execute()


async def test_an_import_is_undone_after_a_look_at_who_stays(screens: Screens, size: tuple[int, int]) -> None:
    import_id = imported(3_000)
    contacts.edit(people()["P5"].id, name="[/] Eva")
    let_write("P6")
    async with screens(size) as person:
        await person.press("2", "z")
        await asked(person)
        assert person.sees("Undo the import of 3000.xlsx?", "2,998 contacts go into the bin")
        assert person.sees("2 stay", "[/] Eva +573000000005 changed on 20", "P6", "wrote on 2023-11-14 22:13")
        assert person.app.screen.query_one("#no", Button).has_focus
        await person.press("enter")
        assert imports.get(import_id).undo is None
        await person.press("z")
        await asked(person)
        await person.press("left", "enter")
        await person.until(lambda: imports.get(import_id).state is State.UNDONE)
        await person.until(lambda: person.sees("3000.xlsx Undone"), 5)
        await person.press("enter")
        assert person.sees("Undone", "2,998 put into the bin by the undo", "2 stayed: changed")
        await person.press("escape", "o")
        assert person.sees("View details")
        assert not person.sees("Undo this import")
        await person.press("escape", "z")
        await person.press("1")
        await person.until(lambda: person.sees("2 contacts"), 5)
    assert set(people()) == {"[/] Eva", "P6"}


async def test_those_who_stay_can_be_walked_without_leaving_the_answers(
    screens: Screens, size: tuple[int, int]
) -> None:
    imported(1_200)
    with database.writing():
        Contact.update(user_initiated=1).where(Contact.name != "P0").execute()
    async with screens(size) as person:
        await person.press("2", "z")
        await asked(person)
        assert person.sees("1 contact goes into the bin", "1,199 stay", "The first 1,000 of them are listed")
        assert person.sees("P1 ", "Undo Leave it")
        await person.press("down", "pagedown")
        table = person.app.screen.query_one(SmallTable)
        assert table.cursor_row > 2
        await person.press("end")
        assert person.sees("P1000", "has interactions")
        assert person.app.screen.query_one("#no", Button).has_focus
        await person.press("home", "up")
        assert person.sees("P1 ")
        await person.press("n")
    assert listing.count() == 1_200


async def test_nothing_is_listed_where_nobody_stays(screens: Screens, size: tuple[int, int]) -> None:
    imported(2)
    async with screens(size) as person:
        await person.press("2", "z")
        await asked(person)
        assert person.sees("2 contacts go into the bin; their numbers are free again.", "Undo Leave it")
        assert not person.app.screen.query(SmallTable)
        await person.press("y")
        await person.until(lambda: listing.count() == 0)


async def test_an_undo_is_watched_and_stopped_from_the_list(screens: Screens, size: tuple[int, int]) -> None:
    import_id = imported(60_000)
    async with screens(size) as person:
        await person.press("2")
        with writers_wait():
            await person.press("o", "down", "down", "enter")
            await asked(person)
            await person.press("y")
            await person.until(lambda: person.sees("Undo queued"), 10)
        await person.until(lambda: imports.get(import_id).undo.binned > 0)  # type: ignore[union-attr]
        await person.until(lambda: person.sees("Undoing", "%"), 10)
        await person.press("x")
        await person.until(lambda: not imports.get(import_id).is_undoing)
        view = imports.get(import_id)
        assert view.undo is not None
        assert (view.state, view.undo.state) == (State.FINISHED, State.STOPPED)
        await person.until(lambda: person.sees("60000.xlsx Undo stopped"), 5)
        await person.press("enter")
        assert person.sees("Undo stopped 60000.xlsx", "The undo has not come to its end; begin it again")
        await person.press("z")
        await asked(person)
        await person.press("y")
        await person.until(lambda: imports.get(import_id).state is State.UNDONE)
        await person.until(lambda: person.sees("60,000 put into the bin by the undo"), 5)
    assert listing.count() == 0


async def test_an_undo_that_was_broken_off_is_told_wherever_imports_are(
    screens: Screens, size: tuple[int, int], brake: Brake, db: Path
) -> None:
    import_id = imported(3)
    imports.request_undo(import_id)
    async with screens(size) as person:
        await person.press("2")
        assert person.sees("3.xlsx Undo queued")
        brake.kill()
        await person.until(lambda: person.sees("3.xlsx Undo broken off"), 30)
        assert "Undo broken off" in support.contacts("imports", database=db).out
        await person.press("enter")
        assert person.sees("Undo broken off 3.xlsx", "The undo has not come to its end; begin it again")
        await person.press("z")
        await asked(person)
        await person.press("y")
        await person.until(lambda: person.sees("Undo queued"), 30)
        brake.release()
        await person.until(lambda: person.sees("Undone 3.xlsx", "3 put into the bin by the undo"), 30)


@pytest.mark.parametrize(
    ("of_import", "of_undo", "binned", "label"),
    [
        ("finished", "stopped", 2, "Undo stopped"),
        ("finished", "in_progress", 0, "Undo broken off"),
        ("finished", "failed", 0, "Undo failed"),
        # Nobody is in the bin: nothing has happened.
        ("finished", "stopped", 0, "Finished"),
        ("stopped", "stopped", 2, "Undo stopped"),
        ("undone", "finished", 2, "Undone"),
    ],
)
def test_an_import_is_called_by_what_became_of_it_last(
    of_import: str, of_undo: str, binned: int, label: str
) -> None:
    import_id = imported(3)
    with database.writing():
        Job.update(state=of_import).execute()
        # In progress without a process: it was interrupted.
        job = Job.create(kind="undo", state=of_undo, created=times.now())
        Import.update(undo_job=job.id, undo_binned=binned).execute()
    assert imports.state_label(imports.get(import_id)) == label


async def test_an_undo_that_another_was_quicker_with_is_told(screens: Screens) -> None:
    import_id = imported(2)
    async with screens() as person:
        await person.press("2", "z")
        await asked(person)
        undo(import_id)
        await person.press("y")
        await person.until(lambda: person.sees("This import was undone"), 5)


async def test_the_rows_to_fix_are_written_from_the_list_and_the_details(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    import_file(workbook(tmp_path / "a.xlsx", [HEAD, ["12", "Ana"], ["+573001234567", "Eva"]]))
    import_file(workbook(tmp_path / "b.xlsx", [HEAD, ["+573001234568", "Ian"]]))
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    async with screens(size) as person:
        await person.press("2", "o")
        assert not person.sees("Write the rows to fix")
        await person.press("escape", "f")
        assert not person.sees("Write the rows to fix to")
        await person.press("down", "o")
        assert person.sees("Write the rows to fix", "Undo this import")
        await person.press("down", "down", "enter")
        assert person.sees("Write the rows to fix to", "to-fix-1-a.xlsx")
        person.app.screen.query_one("#path", Line).value = str(first)
        await person.press("enter")
        await person.until(lambda: first.exists() and person.sees("Written"), 30)
        await person.press("enter", "f")
        person.app.screen.query_one("#path", Line).value = str(second)
        await person.press("enter")
        await person.until(second.exists, 30)
    for path in (first, second):
        rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        assert [list(row) for row in rows] == [HEAD, ["12", "Ana"]]


async def test_how_long_imported_files_are_kept_is_settled_in_the_account(
    screens: Screens, size: tuple[int, int]
) -> None:
    async with screens(size) as person:
        await person.press("5")
        assert person.sees("Imported files: kept for 90 days")
        await person.press("a")
        field = person.app.screen.query_one("#retention_days", Line)
        field.focus()
        field.value = "0"
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Write a number of days from 1 to 3,650."), 5)
        assert field.has_focus
        field.value = "30"
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Imported files: kept for 30 days"), 5)
    assert settings.load().retention_days == 30
