"""Download contacts through the window, as a person does: choose, watch, stop, take the file along."""

import asyncio
import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from textual.widgets import Static

from store import contacts, database, downloads, jobs, properties, settings
from store.downloads import DownloadView, Plan, State
from store.values.property_type import PropertyType
from tests.support import NAUGHTY
from tests.tui.conftest import Brake, Person, Screens
from tests.tui.test_safety import assert_harmless
from tui.widgets.date_field import DateField
from tui.widgets.line import Line

pytestmark = pytest.mark.usefixtures("db")


def insert(count: int = 3) -> None:
    """Contacts with a number, a name and a property."""
    client = properties.create("Client", PropertyType.TEXT)
    for index in range(count):
        contacts.create(f"+57300123456{index}", f"Ana {index}", values={client.id: "Acme"})


def latest() -> DownloadView:
    return downloads.list_all()[0]


async def finish(person: Person) -> DownloadView:
    """Start what the window shows, and wait for its end."""
    await person.press("ctrl+s")
    await person.until(lambda: person.sees("Finished") and person.sees("Save a copy"), 30)
    return latest()


async def download(**how: Any) -> DownloadView:
    """A finished download, begun by another program."""
    return downloads.get(await asyncio.to_thread(_download, Plan(**how)))


def _download(plan: Plan) -> int:
    database.connect()
    try:
        download_id = downloads.start(plan)
        assert jobs.wait(download_id, 60).state is State.FINISHED
    finally:
        database.close()
    return download_id


async def choose(person: Person, field: str, *keys: str) -> None:
    """Choose in a field's list."""
    person.app.screen.query_one(f"#{field}").focus()
    await person.press("enter", *keys, "enter")


def value(person: Person, field: str) -> str:
    return person.app.screen.query_one(f"#{field}", Line).value


async def retype(person: Person, text: str) -> None:
    """Type over what stands in the line that has the focus."""
    await person.press("ctrl+shift+a")
    await person.type(text)


async def save_as(person: Person, path: Path) -> None:
    await person.until(lambda: person.sees("Save a copy to"), 5)
    person.app.screen.query_one("#path", Line).value = str(path)
    await person.press("enter")


def rows_of(path: Path, separator: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


async def test_everything_is_downloaded_and_a_copy_is_saved(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    insert()
    target = tmp_path / "all.csv"
    async with screens(size) as person:
        await person.press("a", "down", "down", "enter")
        assert person.sees("Download contacts", "Everything", "English", "CSV", ", (comma)", "^s Start")
        await finish(person)
        assert person.sees("everything", "3 contacts", "Show path", "Copy scp command")
        assert not person.sees("Stop ")
        await person.press("enter")
        await save_as(person, target)
        await person.until(lambda: person.sees("Written"), 5)
        person.app.clear_notifications()
        await person.press("escape", "3")
        assert person.sees("Creation date", "From", "To", "Rows", "Size", "State", "Finished")
        assert person.sees("Language", "By", "English") == (size[0] >= 140)
    assert target.read_bytes() == downloads.kept_file(latest().id).read_bytes()
    header, *rows = rows_of(target)
    assert header[:2] == ["Name", "Phone number"]
    assert header[-1] == "Client"
    assert sorted(row[0] for row in rows) == ["Ana 0", "Ana 1", "Ana 2"]


async def test_a_range_is_walked_to_by_the_keys_of_a_calendar(
    screens: Screens, size: tuple[int, int]
) -> None:
    insert(1)
    first, today = downloads.day_limits()
    async with screens(size) as person:
        await person.press("w", "enter", "down", "enter")
        assert person.sees("A range of dates", "From", "To", "both included")
        await person.press("home")
        assert value(person, "from") == first.isoformat()
        assert person.sees(f"{first:%Y-%m-%d} {first:%A}")
        await person.press("down")
        assert value(person, "from") == first.isoformat()
        await person.press("up")
        assert value(person, "from") == (first + timedelta(1)).isoformat()
        await person.press("pageup", "pageup", "pageup")
        assert value(person, "from") == today.isoformat()
        await person.press("up", "tab", "end")
        assert value(person, "from") == value(person, "to") == today.isoformat()
        await person.press("pagedown", "pagedown", "pagedown")
        assert value(person, "to") == first.isoformat()
        await person.press("end", "down", "shift+tab", "home")
        await finish(person)
        assert person.sees(f"{first} – {today - timedelta(1)}")
        await person.press("escape", "3")
        assert person.sees(f"{first}", f"{today - timedelta(1)}")
    assert (latest().first_day, latest().last_day) == (first, today - timedelta(1))


@pytest.mark.parametrize(("day", "earlier"), [("2026-03-31", "2026-02-28"), ("2024-03-31", "2024-02-29")])
async def test_a_month_earlier_ends_on_the_last_day_that_it_has(
    screens: Screens, monkeypatch: pytest.MonkeyPatch, day: str, earlier: str
) -> None:
    today = date.fromisoformat(day)
    monkeypatch.setattr(downloads, "day_limits", lambda: (today - timedelta(59), today))
    async with screens() as person:
        await person.press("w", "enter", "down", "enter", "end", "pagedown")
        assert value(person, "from") == earlier


async def test_what_is_wrong_with_a_day_is_said_at_its_field_at_once(
    screens: Screens, size: tuple[int, int]
) -> None:
    first, today = downloads.day_limits()
    before, tomorrow = first - timedelta(1), today + timedelta(1)
    async with screens(size) as person:
        await person.press("w", "enter", "down", "enter")
        await retype(person, before.isoformat())
        assert faults(person)["from"].startswith(f"{before} is too long ago")
        await retype(person, f"{first.day}/{first.month}/{first.year}")
        assert faults(person) == {"from": "", "to": ""}
        await person.press("tab")
        await retype(person, tomorrow.isoformat())
        assert faults(person)["to"].startswith(f"{tomorrow} has not come yet")
        await person.press("end", "shift+tab", "end", "tab", "down")
        assert faults(person)["to"].startswith("The range goes backwards")
        await person.press("ctrl+s")
        assert person.sees("The range goes backwards", "Start")
        await retype(person, "31/31/2026")
        assert faults(person) == {"from": "", "to": ""}
        await person.press("ctrl+s")
        assert faults(person)["to"].startswith("“31/31/2026” is not a date")
        await person.press("ctrl+shift+a", "delete", "ctrl+s")
        assert faults(person)["to"].startswith("Enter a date, such as")
    assert downloads.list_all() == []


def faults(person: Person) -> dict[str, str]:
    """What is said at the two days."""
    return {
        field.key: str(field.query_one(".fault", Static).content)
        for field in person.app.screen.query(DateField)
    }


async def test_a_day_is_typed_in_the_order_of_the_settings(screens: Screens) -> None:
    settings.save(settings.Settings(date_order="mdy"))
    first, _today = downloads.day_limits()
    async with screens() as person:
        await person.press("w", "enter", "down", "enter")
        await retype(person, f"{first.month}/{first.day}/{first.year}")
        assert person.sees(f"{first:%A}")
        await finish(person)
    assert latest().first_day == first


async def test_what_the_list_shows_is_offered_first_where_it_is_searched(
    screens: Screens, size: tuple[int, int]
) -> None:
    insert()
    async with screens(size) as person:
        await person.press("slash")
        await person.type("ana 4562")
        await person.press("enter", "w")
        assert person.sees("What the list shows now: “ana 4562”")
        await finish(person)
        assert person.sees("search “ana 4562”", "1 contact")
        await person.press("escape", "w", "enter", "down", "enter", "ctrl+s")
        await person.until(lambda: person.sees("Finished", "3 contacts"), 30)
    assert [view.search for view in downloads.list_all()] == ["", "ana 4562"]


@pytest.mark.parametrize(
    ("keys", "name"),
    [((), "Name"), (("down",), "Nombre"), (("down", "down"), "Nome")],
    ids=["en", "es", "pt"],
)
async def test_the_file_speaks_the_language_that_is_chosen(
    screens: Screens, keys: tuple[str, ...], name: str
) -> None:
    insert(1)
    async with screens() as person:
        await person.press("w")
        await choose(person, "language", *keys)
        view = await finish(person)
    assert rows_of(downloads.kept_file(view.id))[0][0] == name


async def test_a_semicolon_separates_where_it_is_chosen(screens: Screens) -> None:
    insert(1)
    async with screens() as person:
        await person.press("w")
        await choose(person, "separator", "down")
        assert person.sees("; (semicolon)")
        view = await finish(person)
    assert rows_of(downloads.kept_file(view.id), ";")[0][:2] == ["Name", "Phone number"]


async def test_a_workbook_has_no_separator_and_wants_its_ending(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    insert(1)
    target = tmp_path / "all.xlsx"
    async with screens(size) as person:
        await person.press("w")
        await choose(person, "format", "down")
        assert person.sees("Excel (.xlsx)")
        assert not person.sees("Separator")
        await finish(person)
        await person.press("s")
        await save_as(person, tmp_path / "all.csv")
        await person.until(lambda: person.sees("let its name end in .xlsx"), 5)
        await save_as(person, target)
        await person.until(lambda: person.sees("Written"), 5)
    assert openpyxl.load_workbook(target).worksheets[0]["A1"].value == "Name"


async def test_a_file_that_is_there_is_replaced_only_after_a_question(
    screens: Screens, tmp_path: Path
) -> None:
    insert(1)
    await download()
    target = tmp_path / "all.csv"
    target.write_text("mine")
    async with screens() as person:
        await person.press("3", "s")
        await save_as(person, tmp_path)
        assert person.sees("Save a copy to")
        await save_as(person, tmp_path / "nowhere" / "all.csv")
        await person.until(lambda: person.sees("There is no folder"), 5)
        await save_as(person, target)
        await person.until(lambda: person.sees("exists already. Replace it?"), 5)
        await person.press("n")
        assert target.read_text() == "mine"
        await person.press("enter")
        await person.until(lambda: person.sees("exists already. Replace it?"), 5)
        await person.press("y")
        await person.until(lambda: person.sees("Written"), 5)
    assert rows_of(target)[1][0] == "Ana 0"


async def test_a_second_enter_begins_nothing_more_and_leaving_stops_nothing(
    screens: Screens, size: tuple[int, int], brake: Brake
) -> None:
    insert(1)
    async with screens(size) as person:
        await person.press("w")
        person.app.screen.query_one("#start").focus()
        # Both at once, as a slow line delivers them.
        await person.pilot.press("enter", "enter")
        await person.until(lambda: person.sees("goes on when you leave", "Queued", "x Stop"), 10)
        assert not person.sees("Save a copy")
        await person.press("enter", "s", "p", "y", "c", "ctrl+s")
        assert person.sees("Queued")
        await person.press("escape", "3")
        assert person.sees("Queued")
        brake.release()
        await person.until(lambda: person.sees("Finished"), 30)
    assert len(downloads.list_all()) == 1


async def test_a_download_is_stopped_and_begun_again_in_its_window(
    screens: Screens, size: tuple[int, int], brake: Brake
) -> None:
    insert(1)
    async with screens(size) as person:
        await person.press("w", "ctrl+s")
        await person.until(lambda: person.sees("Queued"), 10)
        await person.press("x")
        await person.until(lambda: person.sees("Stopping"), 10)
        brake.release()
        await person.until(lambda: person.sees("Stopped", "Download again"), 30)
        assert not person.sees("Save a copy")
        await person.press("c")
        await person.until(lambda: person.sees("Queued", "x Stop"), 10)
        brake.release()
        await person.until(lambda: person.sees("Finished", "1 contact", "Save a copy"), 30)


async def test_hostile_words_are_shown_as_text(screens: Screens, size: tuple[int, int]) -> None:
    words = "".join(NAUGHTY[:6])
    await download(search=words)
    async with screens(size) as person:
        person.app.screen.query_one("#search", Line).value = words
        await person.settle()
        await person.press("w")
        assert person.sees("What the list shows now: “[/][@click")
        assert_harmless(person)
        await person.press("enter")
        assert_harmless(person)
        await person.press("escape")
        await finish(person)
        assert_harmless(person)
        await person.press("escape", "3")
        assert_harmless(person)
        await person.press("o")
        assert person.sees("search “[/][@click")
        assert_harmless(person)
        await person.press("escape", "d")
        await person.until(lambda: person.sees("Remove this download (search “[/]"), 5)
        assert_harmless(person)
