"""Page 1 by keys and mouse: what a person sees and does with the list."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Offset, Region
from textual.strip import Strip

from store import contacts, database, listing, properties, search, searches, settings
from store.models import Contact
from store.values.property_type import PropertyType
from store.values.text import search_key
from tests.tui.conftest import Screens
from tui.widgets.contact_table import COLUMNS, ContactTable, full_name
from tui.widgets.keys_line import KeysLine
from tui.widgets.line import Line

MOMENT = 1_767_225_600  # 2026-01-01 00:00 UTC


def insert(count: int) -> None:
    """Contacts whose every column gives another order."""
    rows = [
        {
            "name": f"Person {i:06}",
            "phone": f"+57300{i:07}",
            "created": MOMENT,
            "changed": MOMENT,
            "origin": "message",
            "last_interaction": MOMENT + 60 * (i * 7 % count) if i % 3 else 0,
            "user_initiated": i * 11 % count,
            "business_initiated": i * 13 % count,
            "cancelled_outbounds": i * 17 % 4,
            "received_notifications": i % 5,
            "search_key": search_key(f"Person {i:06}", f"+57300{i:07}", None),
        }
        for i in range(count)
    ]
    with database.writing():
        for start in range(0, count, 500):
            Contact.insert_many(rows[start : start + 500]).execute()
        search.add_after(0)


def names(lines: list[str]) -> list[str]:
    """The names in the table, from the top."""
    return [line.split("  ")[0].strip(" ") for line in lines if line.lstrip().startswith("Person ")]


async def test_three_origins_are_three_rows_with_their_times(screens: Screens, size: tuple[int, int]) -> None:
    settings.save(settings.Settings(time_zone="America/Bogota"))
    for name, origin, last in (
        ("Ana", "hand", 0),
        ("Eva", "import", 0),
        ("+573001234567", "message", MOMENT),
    ):
        Contact.create(
            name=name, created=1, changed=1, origin=origin, last_interaction=last, search_key=name.lower()
        )
    search.rebuild()
    async with screens(size) as person:
        assert person.sees("3 contacts", "Ana", "Eva", "+573001234567", "2025-12-31 19:00", "Never")


async def test_the_seven_columns_stand_in_order(screens: Screens, size: tuple[int, int]) -> None:
    insert(3)
    async with screens(size) as person:
        first, second = person.lines[2], person.lines[3]
        table = person.app.screen.query_one(ContactTable)
        headers = []
        x = 0
        for width in (column.width for column in table.laid):
            parts = (first[x : x + width].strip(), second[x : x + width].strip(" ▼▲"))
            headers.append(" ".join(part for part in parts if part))
            x += width
        assert x <= size[0]
        full = [full_name(spec) for spec in COLUMNS]
        if size[0] >= 140:
            assert headers == full
        for header, name in zip(headers, full, strict=True):
            assert header.replace("- ", "").rstrip(".")[:4] == name[:4]


async def test_a_shortened_header_tells_its_full_name_in_a_tooltip(screens: Screens) -> None:
    insert(3)
    async with screens((80, 24)) as person:
        table = person.app.screen.query_one(ContactTable)
        x = sum(column.width for column in table.laid[:2]) + 2
        await person.pilot.hover(ContactTable, offset=(x, 0))
        assert table.tooltip == "User initiated conv."


@pytest.mark.parametrize("column", [spec.key for spec in COLUMNS if spec.order])
async def test_a_click_on_a_header_sorts_and_another_turns_it_around(screens: Screens, column: str) -> None:
    insert(60)
    order = listing.Order(column) if column != "contact" else listing.Order.NAME
    async with screens() as person:
        table = person.app.screen.query_one(ContactTable)
        seen = []
        for _ in range(2):
            keys = [laid.key for laid in table.laid]
            x = sum(laid.width for laid in table.laid[: keys.index(column)]) + 1
            await person.pilot.click(ContactTable, offset=Offset(x, 0))
            await person.settle()
            seen.append(names(person.lines))
            assert "▼" in person.text or "▲" in person.text
        both = []
        for descending in (True, False):
            ids = listing.ids(listing.Listing(order, descending))
            rows = listing.rows(ids)
            both.append([rows[i].name for i in ids])
        visible = len(seen[0])
        assert visible > 10
        expected = [found[:visible] for found in both]
        assert sorted(seen) == sorted(expected)


async def test_sorting_by_key(screens: Screens) -> None:
    insert(30)
    async with screens() as person:
        await person.press("s")
        assert person.sees("Sort by", "Cancelled outbounds")
        await person.press("home", "enter")
        assert names(person.lines)[:2] == ["Person 000000", "Person 000001"]
        await person.press("s", "enter")
        assert names(person.lines)[0] == "Person 000029"


async def test_search_as_you_type_and_esc_shows_all(screens: Screens, size: tuple[int, int]) -> None:
    insert(50)
    async with screens(size) as person:
        await person.press("slash")
        await person.type("SON 000012")
        assert names(person.lines) == ["Person 000012"]
        assert person.sees("1 contact of 50")
        await person.press("enter", "enter")
        assert person.sees("+57 300 0000012")
        await person.press("escape", "escape")
        assert person.sees("50 contacts")


async def test_a_search_that_finds_nothing_says_what_to_do(screens: Screens) -> None:
    insert(5)
    async with screens() as person:
        await person.press("slash")
        await person.type("zzz")
        assert person.sees("No contact fits “zzz”", "Esc shows all", "0 contacts of 5")


async def test_an_empty_list_says_what_to_do(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        assert person.sees("No contacts yet. Press i to import")
        # Keys that need a contact do nothing, quietly.
        await person.press("enter", "e", "d", "o", "y", "u", "end", "pagedown", "up")
        assert person.sees("No contacts yet")


async def test_a_long_list_is_walked_to_its_end_and_back(screens: Screens) -> None:
    insert(3_000)
    async with screens() as person:
        await person.press("s", "home", "enter")
        await person.press("end")
        assert names(person.lines)[-1] == "Person 002999"
        await person.press("pageup", "pageup", "up")
        table = person.app.screen.query_one(ContactTable)
        assert 2_900 < table.cursor_row < 2_999
        assert names(person.lines)[0] > "Person 002900"
        await person.press("home")
        assert names(person.lines)[0] == "Person 000000"
        await person.press("pagedown", "down")
        assert table.cursor_row > 15
        assert f"Person {table.cursor_row:06}" in names(person.lines)


async def test_options_open_by_key_and_by_the_first_click(screens: Screens, size: tuple[int, int]) -> None:
    insert(20)
    async with screens(size) as person:
        await person.press("o")
        assert person.sees("View details", "Delete")
        await person.press("escape")
        table = person.app.screen.query_one(ContactTable)
        x = sum(column.width for column in table.laid) - 2
        await person.pilot.click(ContactTable, offset=Offset(x, 7))
        await person.settle()
        assert table.cursor_row == 5
        assert person.sees("View details", "Delete")
        await person.press("enter")
        assert person.sees("Received notifications", "Created")


async def test_details_stand_beside_the_list_where_there_is_room(screens: Screens) -> None:
    insert(20)
    async with screens((140, 45)) as person:
        await person.press("s", "home", "enter", "home", "down", "down")
        await person.until(lambda: person.sees("+57 300 0000002 (Colombia)"), 5)
        await person.pilot.resize_terminal(80, 24)
        await person.settle()
        assert not person.sees("(Colombia)")


async def test_delete_asks_and_undo_brings_back(screens: Screens, size: tuple[int, int]) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens(size) as person:
        await person.press("d")
        assert person.sees("Delete Ana (+573001234567)?")
        await person.press("enter")  # the safe answer has the focus
        assert person.sees("1 contact")
        await person.press("d", "y")
        await person.until(lambda: person.sees("No contacts yet", "Ana is deleted"), 5)
        assert listing.count() == 0
        await person.press("u")
        await person.until(lambda: person.sees("1 contact", "Ana is back"), 5)
        await person.press("u")
        assert person.sees("There is nothing to undo.")


async def test_undo_is_refused_when_another_has_the_number(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens() as person:
        await person.press("d", "y")
        await person.until(lambda: listing.count() == 0, 5)
        contacts.create("+573001234567", "Eva")
        await person.press("u")
        await person.until(lambda: person.sees("Eva has the number +573001234567"), 5)


async def test_contacts_that_others_create_appear_without_moving_the_cursor(screens: Screens) -> None:
    insert(100)
    async with screens() as person:
        await person.press("s", "home", "enter", *["down"] * 5)
        table = person.app.screen.query_one(ContactTable)
        selected = table.selected_id
        await asyncio.to_thread(elsewhere, lambda: contacts.create("+573101234567", "AAA first"))
        await person.until(lambda: person.sees("101 contacts"), 10)
        assert table.selected_id == selected
        assert table.cursor_row == 6
        await person.press("home")
        assert person.sees("AAA first")


def elsewhere(change: Callable[[], object]) -> None:
    """Change something on another connection, as another program would."""
    database.connect()
    try:
        with database.writing():
            change()
    finally:
        database.close()


def _lose_all() -> None:
    Contact.delete().execute()
    search.rebuild()


async def test_a_contact_that_vanished_is_no_surprise(screens: Screens) -> None:
    insert(3)
    async with screens() as person:
        await asyncio.to_thread(elsewhere, _lose_all)
        await person.press("enter", "e", "d", "o", "y")
        await person.until(lambda: person.sees("No contacts yet"), 10)


async def test_the_phone_is_copied(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens() as person:
        await person.press("y")
        assert person.app.clipboard == "+573001234567"
        assert person.sees("+573001234567 is copied")


async def test_every_action_is_found_by_name_and_all_keys_are_shown(screens: Screens) -> None:
    async with screens((100, 40)) as person:
        await person.press("question_mark")
        assert person.sees("Copy phone", "Undo")
        await person.press("question_mark")
        assert not person.sees("Copy phone")
        await person.press("ctrl+p")
        await person.type("import")
        await person.until(lambda: person.sees("Import contacts"), 5)


async def test_a_small_window_is_usable_and_a_tiny_one_asks_for_more(screens: Screens) -> None:
    insert(30)
    async with screens((60, 15)) as person:
        assert person.sees("Person 0000", "30 contacts")
        assert person.lines[0].strip() == "1 Contacts  2 Imports  3 Downloads  4 Flows  5 Settings"
        await person.press("s", "home", "enter", "end")
        assert names(person.lines)[-1].startswith("Person 00002")
        await person.pilot.resize_terminal(59, 14)
        await person.settle()
        assert person.sees("make this window larger")


async def test_modes_change_by_number_and_by_click(screens: Screens) -> None:
    properties.create("Client", PropertyType.TEXT)
    async with screens() as person:
        await person.press("5")
        assert person.sees("Contact Properties", "Client")
        await person.press("2")
        assert person.sees("No imports yet")
        await person.pilot.click("ModeTabs", offset=(3, 0))
        await person.settle()
        assert person.sees("No contacts yet")


async def test_an_idle_screen_draws_nothing(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    insert(50)
    async with screens((140, 45)) as person:
        await person.pilot.pause(0.5)
        drawn: list[object] = []
        app = person.app
        display = app._display

        def note(*arguments: Any) -> None:
            drawn.append(arguments)
            display(*arguments)

        monkeypatch.setattr(app, "_display", note)
        await person.pilot.pause(2.5)
        assert drawn == []


async def test_the_database_file_is_left_whole(screens: Screens, db: Path) -> None:
    insert(10)
    async with screens() as person:
        await person.press("d", "y")
        await person.until(lambda: listing.count() == 9, 5)
    assert database.db.execute_sql("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_what_is_typed_right_behind_the_slash_goes_into_the_search(screens: Screens) -> None:
    insert(5)
    async with screens() as person:
        # All keys at once, as a slow line delivers them: q, i and n among them must not run as keys.
        await person.burst("/quin")
        assert person.app.is_running
        assert person.app.screen.query_one("#search", Line).value == "quin"


async def test_what_is_typed_right_behind_a_search_is_for_its_results(screens: Screens) -> None:
    insert(30)
    async with screens() as person:
        await person.burst("/00001\r*")
        assert person.app.screen.query_one("#search", Line).value == "00001"
        await person.until(lambda: person.sees("11 contacts of 30 · 11 marked"), 5)


async def test_pages_turned_faster_than_they_can_be_painted_are_painted_once(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(300)
    painted = []
    render_lines = ContactTable.render_lines

    def counted(table: ContactTable, crop: Region) -> list[Strip]:
        painted.append(table.cursor_row)
        return render_lines(table, crop)

    async with screens() as person:
        rows = person.app.screen.query_one(ContactTable).rows_in_sight
        monkeypatch.setattr(ContactTable, "render_lines", counted)
        await person.burst("\x1b[6~" * 5 + "\x1b[5~")
        assert painted == [4 * rows]
        await person.press("pageup")
        assert painted == [4 * rows, 3 * rows]


async def test_keys_typed_while_a_dialog_opens_turn_no_page(screens: Screens) -> None:
    insert(30)
    searches.save("First", "zzz")
    searches.save("Second", "yyy")
    async with screens() as person:
        await person.burst("g50%")
        assert person.sees("Row number, or 50%")
        assert person.app.screen.query_one(Line).value == "50%"
        await person.press("escape")
        await person.burst("s5")
        assert person.sees("Sort by")
        assert person.app.current_mode == "contacts"
        await person.press("escape")
        await person.burst("f2")
        await person.until(lambda: person.sees("No contact fits “yyy”"), 5)


async def test_while_others_write_the_list_stays_where_the_person_looks(screens: Screens) -> None:
    insert(1_000)
    async with screens() as person:
        table = person.app.screen.query_one(ContactTable)
        table.scroll_to(y=500, animate=False)
        await person.settle()
        seen = names(person.lines)
        await asyncio.to_thread(elsewhere, lambda: contacts.create("+573101234567", "ZZZ"))
        await person.until(lambda: person.sees("1,001 contacts"), 10)
        assert table.cursor_row == 0
        assert names(person.lines) == seen


async def test_reading_only_is_said_and_offers_no_changes(screens: Screens, db: Path) -> None:
    insert(3)
    database.open_database(db, read_only=True)
    async with screens() as person:
        assert person.sees("read only", "3 contacts")
        await person.press("n", "d", "e", "i", "a")
        assert person.sees("3 contacts", "Person 000000")
        await person.press("o")
        assert not person.sees("Delete")
        await person.press("escape", "5", "n", "2", "i")
        assert person.sees("No imports yet")


async def test_work_that_fails_in_an_unforeseen_way_is_told_and_the_program_goes_on(
    screens: Screens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    insert(3)

    def broken(*_arguments: object) -> int:
        raise RuntimeError("a secret of a contact")

    async with screens() as person:
        monkeypatch.setattr(contacts, "delete", broken)
        await person.press("d", "y")
        await person.until(lambda: person.sees("Something went wrong that should not have"), 5)
        assert not person.sees("secret")
        assert person.sees("3 contacts")
    assert "RuntimeError" in (tmp_path / "contacts.db-files" / "errors.log").read_text()


async def test_a_click_on_a_key_below_does_what_the_key_does(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        assert person.lines[-1].startswith(" / Search  n New  a Actions ")
        await person.pilot.click(KeysLine, offset=Offset(person.lines[-1].index("New"), 0))
        await person.settle()
        assert person.sees("Create contact", "Phone number")
        assert person.sees("esc Cancel", "^s Save")
