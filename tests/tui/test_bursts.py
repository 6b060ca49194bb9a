"""Keys that come in one read, as over a slow line: no dialog ends twice, whatever is pressed twice."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import OptionList

import tui.screens
from store import changes, imports, listing, properties, searches
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from store.values.property_type import PropertyType
from tests.downloading import download, fill
from tests.support import finish, plan, workbook
from tests.tui.conftest import Person, Screens
from tui.page import Dialog, Page
from tui.screens.form import Form
from tui.screens.save_as import SaveAs
from tui.widgets.line import Line
from tui.widgets.path_line import PathLine

pytestmark = pytest.mark.usefixtures("db")

CONTACTS = 30
OPENED = {
    "AccountForm": ["5", "a"],
    "BehindCounter": ["enter", "o", "enter"],
    "ChangeWindow": ["a", "up", "enter", "enter"],
    "Changes": ["a", "up", "enter"],
    "CheckWindow": ["i", "FILE", "enter", "ctrl+k"],
    "ChoiceScreen": ["s"],
    "ContactChoice": ["4", "p", "ctrl+o", "up", "enter"],
    "ContactDetails": ["enter"],
    "ContactForm": ["n"],
    "DownloadPlace": ["3", "p"],
    "DownloadWindow": ["w"],
    "FlowEditor": ["4", "e"],
    "FlowName": ["4", "r"],
    "FlowRehearsal": ["4", "p"],
    "ImportDetails": ["2", "enter"],
    "ImportWindow": ["i"],
    "Jump": ["g"],
    "NewFlow": ["4", "n"],
    "PropertyForm": ["5", "n"],
    "Question": ["d"],
    "SaveAs": ["3", "s"],
    "SavedSearches": ["f"],
    "UndoQuestion": ["2", "z"],
    "Unsent": ["4", "m"],
    "ValueForm": ["space", "a", "enter", "enter"],
    "_NameForm": ["slash", "x", "enter", "f", "s"],
}
"""The keys that open each kind of dialog, and of page that is opened over another."""
PAGES_OVER_PAGES = ["FlowEditor", "FlowRehearsal"]
ENTER, ESCAPE = "\r", "\x1b[27u"


def kinds() -> Iterator[str]:
    """The name of every dialog that there is."""
    for module in pkgutil.iter_modules(tui.screens.__path__, "tui.screens."):
        importlib.import_module(module.name)
    waiting: list[type] = Dialog.__subclasses__()
    for kind in waiting:
        waiting += kind.__subclasses__()
        if kind is not Form:
            yield kind.__name__


def prepare(page: str, folder: Path) -> Path:
    """A file to import, and something of all that the dialogs of this page are about."""
    fill(CONTACTS)
    client = properties.create("Client", PropertyType.TEXT)
    file = workbook(folder / "some.xlsx", [["Phone", "Name"], ["+573001234567", "Ana"]])
    match page:
        case "2":
            finish(imports.start(plan(file)))
        case "3":
            download()
        case "4":
            keeping.create(Flow("Welcome", (Block(1, Kind.MESSAGE, "Hello"),)))
        case "a":
            changes.set_value([1, 2], client.id, "Acme")
        case "f":
            searches.save("First", "contact")
    return file


async def open_dialog(person: Person, name: str, file: Path) -> None:
    """Press the keys that open a dialog of this name."""
    for key in OPENED[name]:
        if key == "FILE":
            person.app.screen.query_one("#path", Line).insert_text_at_cursor(str(file))
        else:
            await person.press(key)
    await person.until(lambda: type(person.app.screen).__name__ == name, 10)


def test_every_dialog_is_tried() -> None:
    assert sorted([*kinds(), *PAGES_OVER_PAGES]) == sorted(OPENED)


@pytest.mark.parametrize("name", OPENED)
async def test_keys_pressed_twice_end_a_dialog_once(screens: Screens, tmp_path: Path, name: str) -> None:
    file = prepare(OPENED[name][0], tmp_path)
    async with screens() as person:
        for keys in (ENTER, ESCAPE):
            await open_dialog(person, name, file)
            *behind, dialog = person.app.screen_stack
            await person.burst(2 * keys)
            await person.settle()
            stack = person.app.screen_stack
            assert stack[: len(behind)] == behind
            assert keys == ENTER or stack == behind
            # An enter may open what is asked next, once.
            assert len(stack) <= len(behind) + (2 if dialog in stack else 0), stack
            if keys == ENTER:
                await person.press(*["escape"] * len(stack), "1")


@pytest.mark.parametrize(
    "name",
    ["ContactForm", "DownloadWindow", "FlowEditor", "ImportWindow", "Jump", "Question", "SavedSearches"],
)
async def test_a_window_too_small_for_a_moment_leaves_the_focus_of_a_dialog_where_it_is(
    screens: Screens, tmp_path: Path, name: str
) -> None:
    file = prepare(OPENED[name][0], tmp_path)
    async with screens() as person:
        await open_dialog(person, name, file)
        for _field in range(3):
            focused = person.app.focused
            assert focused is not None
            for size in ((80, 10), (80, 2), (20, 24), (80, 24)):
                await person.pilot.resize_terminal(*size)
                await person.settle()
            assert person.app.focused is focused
            await person.press("tab")


async def test_what_comes_with_the_key_that_ends_a_dialog_does_nothing_behind_it(
    screens: Screens,
) -> None:
    fill(CONTACTS)
    async with screens() as person:
        for opening, keys in (("d", "nn"), ("d", f"n{ENTER}i"), ("enter", f"{ESCAPE}n"), ("enter", "\r\rd")):
            await person.press(opening)
            await person.burst(keys)
            assert person.app.screen_stack == [person.app.screen]
        assert listing.count() == CONTACTS
        await person.press("d")
        await person.burst("yyd")
        await person.until(lambda: listing.count() == CONTACTS - 1, 5)
        assert person.app.clipboard == ""


async def test_a_double_click_takes_a_choice_once(screens: Screens) -> None:
    fill(CONTACTS)
    async with screens() as person:
        await person.press("enter", "o")
        x, y = person.app.screen.query_one(OptionList).region.offset
        click = f"\x1b[<0;{x + 3};{y + 1}M\x1b[<0;{x + 3};{y + 1}m"
        await person.burst(2 * click)
        assert [type(screen).__name__ for screen in person.app.screen_stack][1:] == [
            "ContactDetails",
            "BehindCounter",
        ]


async def test_a_place_that_is_taken_is_asked_about_once(screens: Screens) -> None:
    fill(CONTACTS)
    download()
    async with screens() as person:
        await person.press("3", "s")
        there = person.app.screen.query_one(PathLine).path
        there.write_text("before")
        await person.burst(2 * ENTER)
        assert [type(screen).__name__ for screen in person.app.screen_stack][1:] == ["SaveAs", "Question"]
        await person.press("n")
        assert isinstance(person.app.screen, SaveAs)
        await person.burst(2 * ENTER)
        await person.press("y")
        await person.until(lambda: there.read_text() != "before", 5)
        assert isinstance(person.app.screen, Page)
