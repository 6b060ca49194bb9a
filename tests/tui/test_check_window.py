"""Check a file in its window: see what would become of it, cure what is wrong, go on or go back."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store import contacts, database, imports, jobs, listing, properties, settings
from store.imports import State, check
from store.models import Job
from store.values.property_type import PropertyType
from tests.support import HEAD, assert_adds_up, example_numbers, long_file, workbook
from tests.tui.conftest import Brake, Person, Screens, elsewhere
from tests.tui.test_import_window import choose_file
from tui.widgets.check_table import CheckTable

pytestmark = pytest.mark.usefixtures("db")


async def check_file(person: Person, path: Path) -> None:
    """Choose a file, leave its columns as they are proposed, and check it."""
    await choose_file(person, path)
    await person.until(lambda: person.sees("2 of 3"), 30)
    await person.press("ctrl+k")
    await person.until(lambda: person.sees("Check of", "would be created"), 30)


async def columns_of(person: Person, path: Path) -> None:
    """Choose a file and see its columns, from where a key checks it."""
    await choose_file(person, path)
    await person.until(lambda: person.sees("2 of 3"), 30)


def checks_left() -> list[str]:
    """Checks that nobody looks at any more, and what else is there of them."""
    folder = database.files_folder()
    kept = {imports.kept_copy(view.id) for view in imports.list_all()}
    files = [path.name for pattern in ("check-*", "import-*") for path in {*folder.glob(pattern)} - kept]
    return files + [f"job {row.id}" for row in Job.select().where(Job.kind == "check")]


def errors() -> str:
    """What the program has logged of faults that nobody foresaw."""
    log = database.files_folder() / "errors.log"
    return log.read_text() if log.exists() else ""


@pytest.fixture
def lock(db: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection; once it has begun, nobody else can write until it is rolled back."""
    with closing(sqlite3.connect(db, isolation_level=None, check_same_thread=False)) as other:
        yield other


async def test_every_row_is_told_and_can_be_filtered_by_its_result(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    contacts.create("+573001234560", "There already")
    rows = [["+573001234560", "Known"], ["+573001234561", "Ana"], ["+57 300 1234561", "Again"], ["x", "Eva"]]
    async with screens(size) as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", [HEAD, *rows]))
        assert person.sees("4 rows: 1 would be created, 2 duplicates, 1 rejected")
        assert person.sees("[All 4]", "Duplicates in the file 1", "it has letters")
        table = person.app.screen.query_one(CheckTable)
        seen = []
        for _ in range(4):
            await person.press("f")
            seen.append(list(table.ids))
        assert seen == [[3], [2], [4], [5]]
        assert person.sees("[Rejected 1]", "5 x Eva")
        await person.press("f")
        assert person.sees("[All 4]")
        await person.press("escape")
        assert person.sees("2 of 3")
        await person.until(lambda: checks_left() == [])
    assert listing.count() == 1
    assert imports.list_all() == []


async def test_missing_country_codes_are_cured_by_choosing_the_country(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    rows = [HEAD, *([3001234560 + i, f"P{i}"] for i in range(5))]
    async with screens(size) as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", rows))
        assert person.sees("5 it is too short; it may lack its country code")
        assert person.sees("Enter: choose the country they belong to.")
        await person.press("enter")
        await person.type("colombia")
        await person.press("enter")
        await person.until(lambda: person.sees("5 would be created, 0 duplicates, 0 rejected"), 30)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished", "5 created"), 30)
        await person.until(lambda: checks_left() == [])
    assert contacts.find("+573001234560").name == "P0"


async def test_a_cure_is_kept_when_one_goes_back_to_the_columns(screens: Screens, tmp_path: Path) -> None:
    born = properties.create("Born", PropertyType.DATE)
    rows = [[*HEAD, "Born"], ["+573001234560", "Ana", "01/31/1990"]]
    async with screens() as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", rows))
        assert person.sees("day and month stand the other way round")
        await person.press("enter")
        await person.until(lambda: person.sees("1 would be created") and not person.sees("not whole)"), 30)
        await person.press("escape")
        assert person.sees("2 of 3", "Dates are month/day/year")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
    assert contacts.find("+573001234560").properties == {born.id: "1990-01-31"}


async def test_rows_that_are_not_whole_are_dropped_by_a_key(screens: Screens, tmp_path: Path) -> None:
    properties.create("City", PropertyType.TEXT)
    rows = [[*HEAD, "City"], ["+573001234560", "Ana", "Lima"], ["+573001234561", "Eva", None]]
    async with screens() as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", rows))
        assert person.sees("2 would be created (1 of them not whole)")
        await person.press("d")
        await person.until(lambda: person.sees("1 would be created, 0 duplicates, 1 rejected"), 30)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
    assert [view.rejected for view in imports.list_all()] == [1]
    assert listing.count() == 1


async def test_what_was_checked_is_what_is_imported(screens: Screens, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234560", "Ana"]])
    async with screens() as person:
        await check_file(person, path)
        workbook(path, [HEAD, ["+573001234569", "Somebody else"]])
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
    (view,) = imports.list_all()
    assert (view.file, view.state, view.created) == ("a.xlsx", State.FINISHED, 1)
    assert contacts.find("+573001234560").name == "Ana"


async def test_leaving_stops_a_check_that_is_running(screens: Screens, tmp_path: Path) -> None:
    path = long_file(tmp_path / "a.xlsx", 60_000)
    async with screens() as person:
        await choose_file(person, path)
        await person.until(lambda: person.sees("2 of 3"), 60)
        await person.press("ctrl+k")
        await person.until(lambda: person.sees("Reading every row"), 10)
        await person.press("escape")
        assert person.sees("2 of 3")
        await person.until(lambda: checks_left() == [])


async def test_a_file_whose_rows_cannot_be_read_to_the_end_is_told(screens: Screens, tmp_path: Path) -> None:
    async with screens() as person:
        await choose_file(person, workbook(tmp_path / "a.xlsx", [HEAD]))
        await person.until(lambda: person.sees("2 of 3"), 30)
        await person.press("ctrl+k")
        await person.until(lambda: person.sees("has headers but no rows"), 30)
        await person.press("escape")
        assert person.sees("2 of 3")
        await person.until(lambda: checks_left() == [])


async def test_a_header_that_matches_nothing_becomes_a_property_in_the_same_step(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    rows = [[*HEAD, "Field: Ciudad ", "Compras"], ["+573001234560", "Ana", "Bogotá", "1.5"]]
    async with screens(size) as person:
        await choose_file(person, workbook(tmp_path / "a.xlsx", rows))
        await person.until(lambda: person.sees("2 of 3", "Field: Ciudad (left out)"), 30)
        await person.press("down", "down", "enter", "end", "enter")
        assert person.sees("Create property", "Ciudad", "Text")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Field: Ciudad Ciudad"), 10)
        await person.press("down", "enter", "end", "enter")
        assert person.sees("Compras", "Number")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Compras Compras"), 10)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
    assert [(item.name, str(item.type)) for item in properties.list_all()] == [
        ("Ciudad", "text"),
        ("Compras", "number"),
    ]
    assert list(contacts.find("+573001234560").properties.values()) == ["Bogotá", "1.5"]


async def test_files_with_the_same_headers_are_assigned_as_last_time(
    screens: Screens, tmp_path: Path
) -> None:
    settings.save(settings.Settings(default_country="MX"))
    properties.create("Team", PropertyType.TEXT)
    headers = ["Fono", "Quién", "Zona"]
    first = workbook(tmp_path / "a.xlsx", [headers, [3001234560, "Ana", "Norte"]])
    second = workbook(tmp_path / "b.xlsx", [headers, [3001234561, "Eva", "Sur"]])
    async with screens() as person:
        await choose_file(person, first)
        await person.until(lambda: person.sees("2 of 3"), 30)
        await person.press("down", "down", "enter", "end", "up", "enter")
        assert person.sees("Zona Team")
        await person.press("tab")
        await person.type("colom")
        await person.press("enter", "ctrl+s")
        await person.until(lambda: person.sees("Finished", "1 created"), 30)
        await person.press("enter")
        await choose_file(person, second)
        await person.until(lambda: person.sees("Assigned as last time", "Zona Team", "Colombia (+57)"), 30)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished", "1 created"), 30)
    assert list(contacts.find("+573001234561").properties.values()) == ["Sur"]
    for view in imports.list_all():
        assert_adds_up(view)


@pytest.mark.parametrize("key", ["end", "f", "ctrl+s"])
async def test_a_check_that_another_program_has_cleared_away_is_told_and_can_be_made_again(
    screens: Screens, tmp_path: Path, key: str
) -> None:
    numbers = example_numbers()
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["x", "Eva"], *([next(numbers), "x"] for _ in range(200))])
    async with screens() as person:
        await check_file(person, path)
        person.app.screen.query_one(CheckTable).focus()
        await elsewhere(lambda: check.discard(Job.get(Job.kind == "check").id))
        await person.press(key)
        assert person.sees("This check was cleared away; check the file again.")
        assert not person.sees("Something went wrong")
        await person.press("ctrl+s", "f", "escape")
        assert person.sees("2 of 3")
        await person.press("ctrl+k")
        await person.until(lambda: person.sees("would be created"), 30)
        await person.press("escape")
        await person.until(lambda: checks_left() == [])
    assert errors() == ""
    assert imports.list_all() == []


async def test_a_check_that_is_cleared_away_while_it_runs_is_told(
    screens: Screens, brake: Brake, tmp_path: Path
) -> None:
    async with screens() as person:
        await columns_of(person, workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234560", "Ana"]]))
        await person.press("ctrl+k")
        assert person.sees("Reading every row")
        await elsewhere(lambda: Job.delete().execute())
        await person.until(lambda: person.sees("This check was cleared away; check the file again."))
        await person.press("escape")
        assert person.sees("2 of 3")
    assert errors() == ""


async def test_a_check_is_left_at_once_while_another_program_writes(
    screens: Screens, tmp_path: Path, lock: sqlite3.Connection
) -> None:
    async with screens() as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234560", "Ana"]]))
        lock.execute("BEGIN IMMEDIATE")
        await person.press("escape")
        assert person.sees("2 of 3")
        assert checks_left() != []
        lock.execute("ROLLBACK")
        await person.until(lambda: checks_left() == [])
        assert not person.sees("Something went wrong")
    assert errors() == ""


@pytest.mark.parametrize("is_patient", [True, False])
async def test_an_import_that_was_begun_is_followed_though_its_check_cannot_be_discarded(
    screens: Screens,
    tmp_path: Path,
    lock: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    is_patient: bool,
) -> None:
    def start(wanted: imports.Plan) -> int:
        import_id = begin(wanted)
        lock.execute("BEGIN IMMEDIATE")
        if not is_patient:
            monkeypatch.setattr(database._state, "busy_seconds", 0)
        return import_id

    begin = imports.start
    monkeypatch.setattr(imports, "start", start)
    async with screens() as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234560", "Ana"]]))
        await person.press("ctrl+s")
        assert person.sees("3 of 3")
        lock.execute("ROLLBACK")
        await person.until(lambda: person.sees("Finished", "1 created"), 30)
        assert not person.sees("Something went wrong")
    assert errors() == ""


async def test_a_cure_goes_on_though_the_check_before_cannot_be_discarded(
    screens: Screens, tmp_path: Path, lock: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screens() as person:
        await check_file(person, workbook(tmp_path / "a.xlsx", [HEAD, [3001234560, "Ana"]]))
        monkeypatch.setattr(database._state, "busy_seconds", 0)
        lock.execute("BEGIN IMMEDIATE")
        await person.press("enter")
        await person.type("colombia")
        await person.press("enter")
        assert person.sees("was busy for 5 seconds; try again.")
        assert not person.sees("Reading every row")
        lock.execute("ROLLBACK")
        await person.press("escape", "ctrl+k")
        await person.until(lambda: person.sees("1 would be created"), 30)
    assert errors() == ""


async def test_leaving_several_times_leaves_once(screens: Screens, brake: Brake, tmp_path: Path) -> None:
    async with screens() as person:
        await columns_of(person, workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234560", "Ana"]]))
        await person.press("ctrl+k")
        assert person.sees("Reading every row")
        await person.pilot.press("escape", "escape", "escape")
        brake.release()
        await person.until(lambda: checks_left() == [])
        await person.press("escape", "escape")
        assert person.sees("0 contacts")
    assert errors() == ""


async def test_a_check_that_is_left_while_it_begins_leaves_nothing_behind(
    screens: Screens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def launch(job_id: int, kind: str, handed_over: int) -> None:
        begun.set()
        assert go_on.wait(60)
        start_process(job_id, kind, handed_over)

    start_process = jobs._launch
    async with screens() as person:
        await columns_of(person, workbook(tmp_path / "a.xlsx", [HEAD, ["+573001234560", "Ana"]]))
        monkeypatch.setattr(jobs, "_launch", launch)
        await person.pilot.press("ctrl+k")
        while not begun.is_set():
            await person.pilot.pause()
        await person.pilot.press("escape")
        await person.until(lambda: person.sees("2 of 3"), 10)
        assert checks_left() != []
        go_on.set()
        await person.until(lambda: checks_left() == [])
        assert not person.sees("Something went wrong")
    assert errors() == ""
