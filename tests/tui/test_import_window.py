"""Import a file as a person does: choose, assign, watch, stop, ask for the report."""

from pathlib import Path

import openpyxl
import pytest
from textual.widgets import OptionList

from store import contacts, imports, listing, properties, settings
from store.imports import State
from store.values.property_type import PropertyType
from tests.support import assert_adds_up, kill_job, long_file, plan, three_samples, workbook
from tests.tui.conftest import Person, Screens
from tui.widgets.contact_table import ContactTable
from tui.widgets.line import Line
from tui.widgets.path_line import PathLine, path_of

pytestmark = pytest.mark.usefixtures("db")


async def choose_file(person: Person, path: Path | str) -> None:
    """Open the import window and paste a path into it."""
    await person.press("a", "down", "enter")
    assert person.sees("Import contacts", "1 of 3")
    person.app.screen.query_one("#path", Line).insert_text_at_cursor(str(path))
    await person.settle()
    await person.press("enter")


async def test_the_samples_are_imported_through_the_window(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    properties.create("Sheep", PropertyType.NUMBER)
    properties.create("Created On", PropertyType.DATE)
    properties.create("Status", PropertyType.TEXT)
    async with screens(size) as person:
        for name, path in three_samples(tmp_path).items():
            await choose_file(person, path)
            await person.until(lambda: person.sees("2 of 3", "Phone number", "Name"), 20)
            if name == "extra":
                assert person.sees("Created On Created On", "Field:Sheep Sheep", "2020-09-17")
            await person.press("ctrl+s")
            await person.until(lambda: person.sees("Finished", "rows in the file"), 30)
            await person.press("enter")
        assert person.sees("7 contacts")
        await person.press("2")
        assert person.sees("simple.xlsx", "team.xlsx", "extra.xlsx", "Finished")
    for view in imports.list_all():
        assert_adds_up(view)
    by_name = {item.name: item.id for item in properties.list_all()}
    john = contacts.find("+250788123123")
    assert john.properties == {
        by_name["Sheep"]: "0",
        by_name["Created On"]: "2020-09-17",
        by_name["Status"]: "Archived",
    }


async def test_a_column_is_assigned_by_hand(screens: Screens, size: tuple[int, int], tmp_path: Path) -> None:
    properties.create("Team", PropertyType.TEXT)
    rows = [["Celular", "Quién", "Nombre"], ["+573001234567", "Ana", "blue"]]
    async with screens(size) as person:
        await choose_file(person, workbook(tmp_path / "a.xlsx", rows))
        await person.until(lambda: person.sees("2 of 3"), 20)
        assert person.sees("Quién (left out)", "Nombre Name")
        await person.press("down", "enter")
        assert person.sees("Column B Quién goes to")
        await person.press("down", "down", "enter")
        assert person.sees("Quién Name", "Nombre (left out)")
        await person.press("down", "enter", "down", "down", "down", "down", "enter")
        assert person.sees("Nombre Team")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
    ana = contacts.find("+573001234567")
    assert (ana.name, list(ana.properties.values())) == ("Ana", ["blue"])


async def test_without_a_name_the_import_does_not_begin(screens: Screens, tmp_path: Path) -> None:
    async with screens() as person:
        await choose_file(person, workbook(tmp_path / "a.xlsx", [["Phone"], ["+573001234567"]]))
        await person.until(lambda: person.sees("2 of 3"), 20)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("No column is assigned to the name"), 5)
    assert imports.list_all() == []


async def test_bare_numbers_get_the_country_that_fits_and_it_can_be_changed(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    settings.save(settings.Settings(default_country="CO"))
    rows = [["Phone", "Name"], *([3001234560 + i, f"P{i}"] for i in range(5))]
    async with screens(size) as person:
        await choose_file(person, workbook(tmp_path / "a.xlsx", rows))
        await person.until(lambda: person.sees("2 of 3"), 20)
        assert person.sees("5 are valid read so", "They belong to Colombia (+57)")
        await person.press("tab")
        await person.type("their country code")
        await person.press("enter")
        assert person.sees("0 are valid read so", "Choose the country they belong to")
        await person.type("colom")
        await person.press("enter", "ctrl+s")
        await person.until(lambda: person.sees("Finished", "5 created"), 30)


async def test_a_second_sheet_can_be_chosen(screens: Screens, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, number in (("One", "+573001234567"), ("Two", "+573001234568")):
        sheet = book.create_sheet(title)
        sheet.append(["Phone", "Name"])
        sheet.append([number, title])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    async with screens() as person:
        await choose_file(person, tmp_path / "a.xlsx")
        await person.until(lambda: person.sees("sheet One (one of 2 sheets; ctrl+o: another)"), 20)
        await person.press("ctrl+o", "down", "enter")
        await person.until(lambda: person.sees("sheet Two"), 20)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
    assert contacts.find("+573001234568").name == "Two"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty"),
        (b"phone,name\n", "text file such as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected by a password or in the old .xls"),
        (b"PK\x03\x04 and then nothing", "is damaged"),
        (None, "There is no file"),
    ],
)
async def test_a_wrong_file_is_told_in_the_window(
    screens: Screens, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "clientes.xlsx"
    if content is not None:
        path.write_bytes(content)
    async with screens() as person:
        await choose_file(person, path)
        await person.until(lambda: person.sees(sentence), 20)
        assert person.sees("1 of 3")
        await person.press("escape")
        assert person.sees("No contacts yet")


async def test_paths_are_completed_and_chosen_from_the_list(screens: Screens, tmp_path: Path) -> None:
    folder = tmp_path / "clients of [acme]"
    folder.mkdir()
    workbook(folder / "January.xlsx", [["Phone", "Name"], ["+573001234567", "Ana"]])
    (folder / "notes.txt").write_text("not for here")
    async with screens() as person:
        await person.press("i")
        line = person.app.screen.query_one("#path", Line)
        line.insert_text_at_cursor(str(tmp_path / "cli"))
        await person.press("tab")
        assert line.value == f"{folder}/"
        assert not person.sees("notes.txt")
        await person.press("down", "enter")
        await person.until(lambda: person.sees("2 of 3: January.xlsx"), 20)


async def test_the_picker_goes_up_as_well(screens: Screens, tmp_path: Path) -> None:
    workbook(tmp_path / "January.xlsx", [["Phone", "Name"], ["+573001234567", "Ana"]])
    inside = tmp_path / "files"
    inside.mkdir()
    async with screens() as person:
        await person.press("i")
        line = person.app.screen.query_one("#path", Line)
        line.insert_text_at_cursor(f"{inside}/")
        await person.settle()
        assert person.sees("../")
        await person.press("down", "enter")
        assert line.value == f"{tmp_path}/"
        assert person.sees("files/", "January.xlsx")


async def test_a_file_with_a_hostile_name_can_be_chosen(screens: Screens, tmp_path: Path) -> None:
    rows = [["Phone", "[/]\x9b31m"], ["+573001234567", "Ana"]]
    folder = tmp_path / "files"
    folder.mkdir()
    workbook(folder / "\x1b]0;x\x07[red].xlsx", rows)
    async with screens() as person:
        await person.press("i")
        person.app.screen.query_one("#path", Line).insert_text_at_cursor(f"{folder}/")
        await person.settle()
        await person.press("down")
        assert person.app.screen.query_one(PathLine).query_one(OptionList).has_focus
        await person.press("enter")
        await person.until(lambda: person.sees("2 of 3", "[/]"), 20)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished"), 30)
        assert "\x1b" not in person.text


@pytest.mark.parametrize(
    "typed",
    ["/tmp/a b.xlsx", "'/tmp/a b.xlsx'", '"/tmp/a b.xlsx" ', "file:///tmp/a%20b.xlsx", "/tmp/a\\ b.xlsx"],
)
def test_pasted_and_dropped_paths_are_understood(typed: str) -> None:
    assert path_of(typed) == Path("/tmp/a b.xlsx")


async def test_many_rows_come_in_while_the_list_is_scrolled_and_stopped(
    screens: Screens, tmp_path: Path
) -> None:
    file = long_file(tmp_path / "clientes.xlsx", 300_000)
    async with screens((140, 45)) as person:
        await choose_file(person, file)
        await person.until(lambda: person.sees("2 of 3"), 60)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("rows/s"), 60)
        assert person.sees("Stop", "It goes on when you leave")
        await person.press("escape")
        await person.until(lambda: listing.count() > 2_000, 60)
        await person.until(lambda: not person.sees("No contacts yet"), 10)
        table = person.app.screen.query_one(ContactTable)
        while imports.get(1).done < 10_000:
            await person.press("pagedown", "end", "pageup")
        await person.until(lambda: table.row_count > 2_000, 10)
        await person.press("2")
        assert person.sees("clientes.xlsx", "%")
        await person.press("o")
        assert person.sees("Stop loading contacts")
        await person.press("down", "enter")
        await person.until(lambda: imports.get(1).state is State.STOPPED, 60)
        await person.until(lambda: person.sees("Stopped"), 5)
        view = imports.get(1)
        assert 10_000 <= view.done < 300_000
        assert view.rows == 300_000
        assert_adds_up(view)
        await person.press("1")
        await person.until(lambda: person.sees(f"{view.created:,} contacts"), 10)
    assert listing.count() == view.created


async def test_the_report_is_written_where_the_person_says(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    target = tmp_path / "report.xlsx"
    async with screens(size) as person:
        await choose_file(person, three_samples(tmp_path)["extra"])
        await person.until(lambda: person.sees("2 of 3"), 20)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Finished", "1 rejected"), 30)
        await person.press("enter", "2", "o")
        assert person.sees("View details", "Download results")
        await person.press("down", "enter")
        assert person.sees("Write the Contact Import Report to")
        line = person.app.screen.query_one("#path", Line)
        line.value = str(tmp_path / "nowhere" / "r.xlsx")
        await person.press("enter")
        await person.until(lambda: person.sees("There is no folder"), 5)
        line.value = str(target)
        await person.press("enter")
        await person.until(lambda: target.exists() and person.sees("Written"), 30)
        await person.press("r")
        person.app.screen.query_one("#path", Line).value = str(target)
        await person.press("enter")
        await person.until(lambda: person.sees("exists already. Replace it?"), 5)
        await person.press("n", "escape")
    assert openpyxl.load_workbook(target).sheetnames == ["Results", "Summary"]


async def test_the_template_is_written_from_the_window(screens: Screens, tmp_path: Path) -> None:
    properties.create("Tier", PropertyType.LIST, choices=["Gold"])
    target = tmp_path / "t.xlsx"
    async with screens() as person:
        await person.press("i", "ctrl+t")
        person.app.screen.query_one("#path", Line).value = str(target)
        await person.press("enter")
        await person.until(lambda: target.exists() and person.sees("Written"), 30)
    assert [c.value for c in openpyxl.load_workbook(target).worksheets[0][1]] == [
        "Phone number",
        "Name",
        "Email",
        "Tier",
    ]


async def test_a_failed_import_tells_why_and_its_details_follow(screens: Screens, tmp_path: Path) -> None:
    async with screens() as person:
        await choose_file(person, workbook(tmp_path / "a.xlsx", [["Phone", "Name"]]))
        await person.until(lambda: person.sees("2 of 3"), 20)
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Failed", "has headers but no rows"), 30)
        assert person.sees("The import has failed; Resume (c) tries again.", "c Resume")
        await person.press("enter", "2", "enter")
        assert person.sees("Failed", "has headers but no rows", "Resume (c) tries again.")


async def test_a_stopped_import_is_resumed_from_its_options(screens: Screens, tmp_path: Path) -> None:
    async with screens() as person:
        await choose_file(person, long_file(tmp_path / "a.xlsx", 120_000))
        await person.until(lambda: person.sees("2 of 3"), 60)
        await person.press("ctrl+s")
        await person.until(lambda: imports.list_all() != [] and imports.get(1).done >= 2_000, 60)
        await person.press("escape", "2", "x")
        await person.until(lambda: person.sees("Stopped"), 30)
        await person.press("o")
        assert person.sees("Resume", "Download results")
        await person.press("down", "enter")
        await person.until(lambda: imports.get(1).state is State.FINISHED, 60)
    assert imports.get(1).done == 120_000


async def test_an_import_whose_process_died_is_seen_within_seconds_and_goes_on(
    screens: Screens, size: tuple[int, int], tmp_path: Path
) -> None:
    async with screens(size) as person:
        import_id = imports.start(plan(long_file(tmp_path / "a.xlsx", 60_000)))
        await person.press("2")
        await person.until(lambda: imports.get(import_id).done > 0, 60)
        assert kill_job(import_id)
        await person.until(lambda: person.sees("Interrupted"), 5)
        await person.press("c")
        await person.until(lambda: imports.get(import_id).state is State.FINISHED, 60)
        await person.until(lambda: person.sees("Finished"), 5)
    assert imports.get(import_id).done == 60_000
