"""Turning pages: painted once, with nothing worked out that is known, and yet right."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet

from store import contacts, listing
from tests.tui.conftest import Person, Screens
from tui.widgets.contact_table import ContactTable

PAGES = {"1": "contacts", "2": "imports", "3": "downloads", "5": "settings"}
CONTACTS = 60


@dataclass
class Work:
    """What Textual did since the last `clear`."""

    paints: list[Any] = field(default_factory=list)
    styled: list[Any] = field(default_factory=list)

    def clear(self) -> None:
        """Begin to count anew."""
        self.paints.clear()
        self.styled.clear()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts paints of the screen, and widgets whose styles are worked out."""
    found = Work()
    paint, style = Compositor.render_update, Stylesheet.apply

    def painted(compositor: Compositor, *args: Any, **kwargs: Any) -> Any:
        update = paint(compositor, *args, **kwargs)
        if update is not None:
            found.paints.append(update)
        return update

    def styled(sheet: Stylesheet, node: Any, **kwargs: Any) -> None:
        found.styled.append(node)
        style(sheet, node, **kwargs)

    monkeypatch.setattr(Compositor, "render_update", painted)
    monkeypatch.setattr(Stylesheet, "apply", styled)
    return found


@pytest.fixture
def people(db: object) -> list[int]:
    """Contacts, more than the screen has lines."""
    return [contacts.create(f"+57300{index:07}", f"Person {index:02}").id for index in range(CONTACTS)]


async def test_a_page_is_painted_once_and_keeps_its_styles(
    screens: Screens, people: list[int], size: tuple[int, int], work: Work
) -> None:
    async with screens(size) as person:
        await person.press(*PAGES)
        for key, mode in [*PAGES.items(), *reversed(PAGES.items())][1:]:
            if person.app.current_mode == mode:
                continue
            work.clear()
            await person.press(key)
            assert person.app.current_mode == mode
            assert (len(work.paints), work.styled) == (1, []), mode


async def test_the_first_rows_are_painted_before_all_are_read(
    screens: Screens, people: list[int], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    paints, styles_read = [], []
    first_ids, ids, reparse = listing.first_ids, listing.ids, Stylesheet.reparse

    def first(*args: Any) -> Any:
        found = first_ids(*args)
        paints.append(len(work.paints))
        return found

    def whole(*args: Any) -> Any:
        paints.append(len(work.paints))
        return ids(*args)

    def read(sheet: Stylesheet) -> None:
        styles_read.append(sheet)
        reparse(sheet)

    monkeypatch.setattr(listing, "first_ids", first)
    monkeypatch.setattr(listing, "ids", whole)
    monkeypatch.setattr(Stylesheet, "reparse", read)
    async with screens() as person:
        assert person.sees("Person 59", f"{CONTACTS} contacts")
    assert paints[0] < paints[1]
    assert styles_read == []


async def test_what_others_have_changed_is_in_the_only_paint(
    screens: Screens, people: list[int], db: Path, work: Work
) -> None:
    async with screens() as person:
        await person.press("2", "1", "2")
        with closing(sqlite3.connect(db)) as other, other:
            other.execute("UPDATE contact SET name = 'Renamed' WHERE id = ?", (people[-1],))
        work.clear()
        await person.press("1")
        assert person.sees("Renamed")
        assert len(work.paints) == 1


async def test_contacts_that_came_meanwhile_are_there_soon(
    screens: Screens, people: list[int], db: Path
) -> None:
    async with screens() as person:
        await person.press("2")
        with closing(sqlite3.connect(db)) as other, other:
            other.execute("UPDATE contact SET last_interaction = 2 WHERE id = ?", (people[0],))
            other.execute("UPDATE contact SET deleted = 1 WHERE id = ?", (people[1],))
            other.execute("INSERT INTO contact_search (contact_search) VALUES ('rebuild')")
        await person.press("1")
        await person.until(lambda: person.sees("59 contacts"))
        assert person.app.screen.query_one(ContactTable).ids[0] == people[0]


async def test_focus_and_cursor_are_where_they_were(screens: Screens, people: list[int]) -> None:
    async with screens() as person:
        table = person.app.screen.query_one(ContactTable)
        await person.press("end", "up", "3", "1")
        assert person.app.focused is table
        assert (table.cursor_row, table.selected_id) == (CONTACTS - 2, people[1])
        await person.press("slash")
        await person.type("Person 17")
        await person.press("down", "5", "1")
        assert person.app.focused is table
        assert person.sees("Person 17", f"1 contact of {CONTACTS}")


@pytest.mark.parametrize("small", [(80, 10), (59, 24), (30, 8)])
async def test_a_window_that_is_too_small_for_a_moment_leaves_the_focus_where_it_is(
    screens: Screens, people: list[int], small: tuple[int, int]
) -> None:
    async with screens() as person:
        for keys in ("", "/", "2", "3", "4", "5"):
            await person.press(*keys)
            focused = person.app.focused
            for _time in range(2):
                await person.pilot.resize_terminal(*small)
                await person.settle()
                assert person.sees("Please make this"), keys
                await person.pilot.resize_terminal(80, 24)
                await person.settle()
            assert focused is not None
            assert person.app.focused is focused, keys
            if keys == "/":
                await person.type("Person 17")
                assert person.sees(f"1 contact of {CONTACTS}")
                await person.press("enter")


@pytest.mark.parametrize("page", [key for key in PAGES if key != "2"])
async def test_a_theme_and_a_size_from_another_page_are_this_one_s_too(
    screens: Screens, people: list[int], page: str
) -> None:
    async with screens((140, 45)) as person:
        person.app.theme = "textual-light"
        await person.pilot.resize_terminal(80, 24)
        await person.settle()
        await person.press(*([page] if page != "1" else []))
        wanted = _picture(person)
    async with screens((140, 45)) as person:
        await person.press(page, "2")
        person.app.theme = "textual-light"
        await person.pilot.resize_terminal(80, 24)
        await person.settle()
        await person.press(page)
        assert _picture(person) == wanted


def _picture(person: Person) -> list[list[tuple[str, object]]]:
    """Every line, with its colours."""
    strips = person.app.screen._compositor.render_strips(person.app.size)
    return [
        [
            (segment.text, segment.style and (segment.style.color, segment.style.bgcolor, segment.style.bold))
            for segment in Segment.simplify(strip)
        ]
        for strip in strips
    ]
