"""The table of contacts: jumps, marks, the chosen contact through changes, columns that stay straight."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from unicodedata import category

import peewee
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from store import contacts, database, listing
from tests import support
from tests.benchmarks import product
from tests.benchmarks.terminal import COLUMNS, LINES, Terminal
from tests.tui.conftest import Person, Screens
from tests.tui.test_contacts_screen import elsewhere, insert, names
from tui import text
from tui.screens.contacts import ContactsScreen
from tui.screens.jump import place_meant
from tui.widgets.contact_table import ContactTable
from tui.widgets.fitting import fitted

BY_NAME = ("s", "home", "enter")


def table_of(person: Person) -> ContactTable:
    return person.app.screen_stack[0].query_one(ContactTable)


def chosen_name(person: Person) -> str:
    """The name of the contact under the cursor."""
    selected = table_of(person).selected_id
    assert selected is not None
    return contacts.get(selected).name


def marked(person: Person) -> list[str]:
    """The names with a mark, as they are seen."""
    return [line[1:14] for line in person.lines if line.startswith("*")]


# Jump


@pytest.mark.parametrize(
    ("words", "place"),
    [
        *(("1,234", 1_233), ("1.234", 1_233), ("1 234", 1_233), ("1", 0), ("0", 0), ("99999999999", 2_999)),
        *(("50%", 1_500), (" 12.5 % ", 375), ("12,5%", 375), ("100%", 2_999), ("900%", 2_999)),
        *(("", None), ("x", None), ("-5", None), ("%", None), ("...", None), ("5 %%", None)),
    ],
)
def test_a_row_or_a_share_is_meant(words: str, place: int | None) -> None:
    assert place_meant(words, 3_000) == place


@given(st.text(), st.integers(0, 3))
def test_whatever_is_typed_means_a_place_in_the_list_or_none(words: str, count: int) -> None:
    place = place_meant(words, count)
    assert place is None or 0 <= place <= max(count - 1, 0)


async def test_a_row_a_share_and_a_name_are_jumped_to(screens: Screens, size: tuple[int, int]) -> None:
    insert(3_000)
    async with screens(size) as person:
        await person.press(*BY_NAME, "g")
        await person.type("1,234")
        assert "Person 001233" in names(person.lines)
        await person.press("enter")
        assert chosen_name(person) == "Person 001233"
        await person.press("colon")
        await person.pilot.press("5", "0", "percent_sign", "enter")
        await person.settle()
        assert chosen_name(person) == "Person 001500"
        # All keys at once, as a slow line delivers them.
        await person.pilot.press("apostrophe", *"PERSON", "space", *"0029")
        await person.settle()
        assert chosen_name(person) == "Person 002900"
        await person.press("escape")
        assert chosen_name(person) == "Person 001500"
        await person.press("G")
        assert names(person.lines)[-1] == "Person 002999"
        await person.press("ctrl+home")
        assert names(person.lines)[0] == "Person 000000"


async def test_letters_jump_backwards_too_and_only_in_the_order_of_names(screens: Screens) -> None:
    insert(50)
    contacts.create("+573101234567", "Ángela")
    async with screens() as person:
        await person.press("g")
        await person.type("an")
        assert person.sees("Type a row number like 1,234")
        await person.press("escape", "apostrophe")
        assert person.sees("press s")
        await person.press(*BY_NAME, "s", "enter", "apostrophe", "a", "enter")
        assert chosen_name(person) == "Ángela"
        assert table_of(person).cursor_row == 50


# Marks


async def test_marks_are_seen_and_stay_through_orders_and_searches(
    screens: Screens, size: tuple[int, int]
) -> None:
    insert(50)
    async with screens(size) as person:
        await person.press(*BY_NAME, "space", "down", "space")
        assert marked(person) == ["Person 000000", "Person 000002"]
        assert chosen_name(person) == "Person 000003"
        assert person.sees("50 contacts · 2 marked")
        await person.press("s", "enter", "end", "slash")
        assert marked(person) == ["Person 000002", "Person 000000"]
        await person.type("3000000002")
        assert marked(person) == ["Person 000002"]
        assert person.sees("1 contact of 50 · 2 marked")
        await person.press("down", "space")
        assert person.sees("1 contact of 50 · 1 marked")
        await person.press("escape")
        assert person.sees("1 contact of 50") and not person.sees("marked")
        await person.press("escape")
        assert person.sees("50 contacts")


async def test_shift_marks_what_is_passed_and_unmarks_on_the_way_back(screens: Screens) -> None:
    insert(500)
    async with screens() as person:
        await person.press(*BY_NAME, "down", *["shift+down"] * 3)
        assert marked(person) == [f"Person {i:06}" for i in range(1, 5)]
        await person.press("shift+up", "shift+up")
        assert marked(person) == ["Person 000001", "Person 000002"]
        await person.press("shift+up", "shift+up")
        assert marked(person) == ["Person 000000", "Person 000001"]
        await person.press("escape", "end", "shift+pageup")
        rows = table_of(person).rows_in_sight
        assert len(table_of(person).marks) == rows + 1
        await person.press("shift+home")
        assert person.sees("500 contacts · 500 marked")
        assert names(person.lines) == []
        assert marked(person)[0] == "Person 000000"


async def test_all_that_match_are_deleted_and_brought_back_as_one_step(screens: Screens) -> None:
    insert(50)
    async with screens() as person:
        await person.press("slash")
        await person.type("00001")
        await person.press("enter", "asterisk")
        assert person.sees("11 contacts of 50 · 11 marked")
        await person.press("space", "slash")
        await person.type("zzz")
        await person.press("down", "d")
        assert person.sees("Delete 10 contacts?", "u brings them back.")
        await person.press("y")
        await person.until(lambda: person.sees("10 contacts are deleted"), 5)
        assert listing.count() == 40
        assert not person.sees("marked")
        await person.press("u")
        await person.until(lambda: person.sees("10 of 10 contacts are back"), 5)
        assert listing.count() == 50


async def test_an_undo_brings_back_all_that_can_come(screens: Screens) -> None:
    insert(3)
    async with screens() as person:
        await person.press("ctrl+a", "d", "y")
        await person.until(lambda: listing.count() == 0, 5)
        contacts.create("+573000000001", "Another")
        await person.press("u")
        await person.until(lambda: person.sees("2 of 3 contacts are back", "Another has the number"), 5)


async def test_options_and_details_are_for_their_contact_whatever_is_marked(screens: Screens) -> None:
    insert(5)
    async with screens() as person:
        await person.press(*BY_NAME, "space", "space", "o", "down", "enter")
        assert person.sees("Delete Person 000002 ")
        await person.press("n", "enter", "d")
        assert person.sees("Delete Person 000002 ")


async def test_more_than_are_deleted_at_once_are_chosen_without_newcomers(screens: Screens) -> None:
    insert(1_200)
    async with screens() as person:
        await person.press("asterisk", "down", "space")
        screen = person.app.screen
        assert isinstance(screen, ContactsScreen)
        unmarked = table_of(person).ids[1]
        await asyncio.to_thread(elsewhere, lambda: contacts.create("+573101234567", "New"))
        await person.until(lambda: person.sees("1,201 contacts · 1,199 marked"), 10)
        chosen = screen.chosen()
        assert chosen.are_marked
        assert set(chosen.ids) == set(range(1, 1_201)) - {unmarked}
        await person.press("d")
        assert person.sees("Delete 1,199 contacts?")
        await person.press("n", "escape", "d")
        assert person.sees(f"Delete {chosen_name(person)} (")


async def test_contacts_that_others_delete_are_marked_no_more(screens: Screens) -> None:
    insert(30)
    async with screens() as person:
        await person.press(*BY_NAME, *["space"] * 4, "slash")
        await person.type("00002")
        await asyncio.to_thread(elsewhere, lambda: contacts.delete([1, 2]))
        await person.until(lambda: person.sees("11 contacts of 28 · 2 marked"), 10)


# The chosen contact


async def test_a_search_that_is_cleared_returns_to_the_contact_before_it(screens: Screens) -> None:
    insert(3_000)
    async with screens() as person:
        await person.press(*BY_NAME, *["pagedown"] * 5, "up", "up")
        before, seen = chosen_name(person), names(person.lines)
        await person.press("slash")
        await person.type("son 002")
        assert chosen_name(person) != before
        await person.press("escape")
        assert (chosen_name(person), names(person.lines)) == (before, seen)


async def test_a_contact_that_was_found_is_under_the_cursor_among_all(screens: Screens) -> None:
    insert(3_000)
    async with screens() as person:
        await person.press(*BY_NAME, "slash")
        await person.type("son 001234")
        await person.press("enter", "escape")
        assert person.sees("3,000 contacts")
        assert chosen_name(person) == "Person 001234"
        assert "Person 001234" in names(person.lines)


async def test_a_contact_that_scrolled_out_of_sight_comes_back_by_sorting(screens: Screens) -> None:
    insert(3_000)
    async with screens() as person:
        await person.press(*BY_NAME, *["down"] * 5)
        table_of(person).scroll_to(y=2_000, animate=False)
        await person.settle()
        await person.press("s", "enter")
        assert chosen_name(person) == "Person 000005"
        assert "Person 000005" in names(person.lines)


async def test_where_others_delete_the_chosen_contact_the_next_takes_its_place(screens: Screens) -> None:
    insert(3_000)
    async with screens() as person:
        await person.press(*BY_NAME, "g")
        await person.type("2000")
        await person.press("enter")
        line = names(person.lines).index("Person 001999")
        gone = list(range(100, 120)) + list(range(1_990, 2_010))
        await asyncio.to_thread(elsewhere, lambda: contacts.delete(gone))
        await person.until(lambda: person.sees("2,960 contacts"), 10)
        assert chosen_name(person) == "Person 002009"
        assert names(person.lines).index("Person 002009") == line


async def test_while_a_person_walks_another_program_adds_contacts(screens: Screens, db: Path) -> None:
    insert(300)
    async with screens() as person:
        await person.press(*BY_NAME, "down", "space", "down")
        chosen = chosen_name(person)
        process = await asyncio.to_thread(support.contacts, "add", "+573101234567", "Aa first", database=db)
        assert process.code == 0, process.err
        # The list stands at its top, and stays there.
        await person.until(lambda: person.sees("Aa first", "301 contacts · 1 marked"), 10)
        assert chosen_name(person) == chosen
        assert marked(person) == ["Person 000001"]
        for number in range(3):
            await person.press("pagedown", "down")
            chosen = chosen_name(person)
            await asyncio.to_thread(
                support.contacts, "add", f"+57310123456{number}", f"Ab {number}", database=db
            )
            await person.until(lambda: person.sees(f"{302 + number} contacts"), 10)  # noqa: B023
            assert chosen_name(person) == chosen
            assert chosen in names(person.lines)


async def test_the_next_page_is_read_while_the_person_looks_at_this_one(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(1_000)
    read: set[int] = set()
    rows = listing.rows

    def noted(wanted: Sequence[int]) -> dict[int, listing.Row]:
        read.update(wanted)
        return rows(wanted)

    monkeypatch.setattr(listing, "rows", noted)
    async with screens((100, 30)) as person:
        table = table_of(person)
        for way in (["pagedown"], ["end", "pageup"]):
            await person.press(*way)
            for _turn in range(6):
                known = set(read)
                await person.press(way[-1])
                assert known.issuperset(table.ids[table.top : table.top + table.rows_in_sight])
        assert len(read) < 1_000


async def test_a_page_that_cannot_be_read_is_told_of_and_the_program_goes_on(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(1_000)
    async with screens() as person:
        rows = listing.rows

        def damaged(ids: list[int]) -> dict[int, listing.Row]:
            raise peewee.DatabaseError("database disk image is malformed")

        monkeypatch.setattr(listing, "rows", damaged)
        await person.press("end", "pageup", "pageup", "pageup", "pageup", "pageup")
        assert person.sees("is damaged; put its last")
        assert len(person.app._notifications) == 1
        assert names(person.lines) == []
        monkeypatch.setattr(listing, "rows", rows)
        await person.press("home")
        assert names(person.lines)


# The mouse, as a terminal tells of it


@pytest.mark.parametrize("plain", ["0", "1"])
def test_bytes_of_another_encoding_end_nothing(db: Path, monkeypatch: pytest.MonkeyPatch, plain: str) -> None:
    monkeypatch.setenv("CONTACTS_PLAIN_DRIVER", plain)
    insert(30)
    database.close()
    with Terminal(product.command(), db) as terminal:
        terminal.wait_for(b"30 contacts")
        terminal.type(b"/")
        terminal.settle(0.2)
        terminal.type(b"\x1b[200~zz\xe9\x1b[201~")
        terminal.wait_for("�".encode())


def test_wheel_header_bar_and_clicks_in_a_terminal(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whole rows, to be read without an emulator.
    monkeypatch.setenv("CONTACTS_PLAIN_DRIVER", "1")
    insert(3_000)
    database.close()
    with Terminal(product.command(), db) as terminal:

        def mouse(button: int, x: int, y: int, *, up: bool = False) -> None:
            terminal.type(f"\x1b[<{button};{x + 1};{y + 1}{'m' if up else 'M'}".encode())

        def click(x: int, y: int, button: int = 0) -> None:
            mouse(button, x, y)
            mouse(button, x, y, up=True)

        terminal.wait_for(b"3,000 contacts")
        click(3, 2)
        terminal.wait_for(f"Person {LINES - 6:06}".encode())
        mouse(65, 10, 10)
        terminal.wait_for(f"Person {LINES - 3:06}".encode())
        bar = COLUMNS - 1
        mouse(0, bar, 2)
        terminal.settle(0.2)
        mouse(32, bar, 10)
        mouse(32, bar, LINES - 1)
        mouse(0, bar, LINES - 1, up=True)
        terminal.wait_for(b"Person 002999")
        click(5, 10, 16)
        terminal.wait_for(b"1 marked")
        click(5, 13, 4)
        terminal.wait_for(b"4 marked")
        click(bar - 5, 20)
        terminal.wait_for(b"View details")
        terminal.press(b"\x1b")
        terminal.settle(0.5)
        terminal.end(b"q")


# Columns


async def test_wide_terminals_show_more_before_the_options(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana", address="ana@example.com")
    async with screens((200, 40)) as person:
        keys = [column.key for column in table_of(person).laid]
        assert keys[-4:] == ["received_notifications", "phone", "email", "options"]
        assert person.sees("Phone number Email Options", "+573001234567 ana@example.com")
        await person.pilot.resize_terminal(260, 40)
        await person.settle()
        assert [column.key for column in table_of(person).laid][-3:] == ["email", "created", "options"]
        await person.pilot.resize_terminal(80, 24)
        await person.settle()
        assert not person.sees("ana@example.com")


HARD_NAMES = [
    "👨‍👩‍👧‍👦 family",
    "🇨🇴 flag 🇧🇷🇲🇽",
    "👍🏽 tone 👩🏾‍⚕️",
    "❤️ heart ☎️ 1️⃣",
    "陈秀英 한국어 ﾊﾝｶｸ",
    "Zoe\u0308 a\u0301\u0323b",
    "محمد علي",
    "שלום 12:30 world",
    "a\u200db\u00adc\ufe0f",
    "🏴\U000e0067\U000e0062\U000e007f ☝🏿",
    "x" * 90 + "👨‍👩‍👧",
    "陈" * 60,
]


async def test_columns_stand_straight_however_a_terminal_counts(
    screens: Screens, size: tuple[int, int]
) -> None:
    for number, name in enumerate(HARD_NAMES):
        contacts.create(f"+573001234{number:03}", name, accept_unknown=True)
    async with screens(size) as person:
        table = table_of(person)
        expected = sum(column.width for column in table.laid[:-1]) + 1
        rows = [line.split("⋮")[0] for line in person.lines if "⋮" in line]
        assert len(rows) == len(HARD_NAMES)
        for row in rows:
            assert each_for_itself(row) == cell_len(row) == expected, row


def each_for_itself(raw: str) -> int:
    """The cells of a text in a terminal that knows no sequences, such as xterm."""
    return sum(get_character_cell_size(char) for char in raw)


_parts = st.sampled_from(
    [*"a1# ", *"👨👩❤☝🏽🇨🇴🏴⚕陈é", "\u200d", "\ufe0f", "\ufe0e", "\u20e3", "\u0301", "ش"]
)


@given(st.lists(_parts, max_size=12).map("".join))
@example("1\u200d\u20e3")
def test_steady_text_has_one_width_and_loses_no_letter(raw: str) -> None:
    steady = text.steady(raw)
    assert cell_len(steady) == each_for_itself(steady)
    assert text.steady(steady) == steady
    assert [char for char in steady if char in "a陈éش"] == [char for char in raw if char in "a陈éش"]


@given(st.text(alphabet="शदर्यिााुंक्षabc é日", min_size=1, max_size=24), st.integers(10, 30))
def test_room_is_left_for_marks_that_a_terminal_may_give_a_cell(raw: str, width: int) -> None:
    shown = fitted(raw, width, right=False)
    marks = sum(category(char) == "Mc" for char in shown)
    assert cell_len(shown) == width
    # Narrow columns of nothing but marks show what they can.
    assert cell_len(shown.rstrip()) + marks <= width or marks >= width // 2
