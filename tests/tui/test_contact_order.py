"""The order of the list while it is being read: what is wished meanwhile, and what others write."""

import asyncio
import threading
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import peewee
import pytest

from store import contacts, database, listing
from store.listing import Listing
from store.models import Contact
from tests.tui.conftest import Person, Screens
from tests.tui.test_contact_table import BY_NAME, chosen_name, marked, table_of
from tests.tui.test_contacts_screen import MOMENT, elsewhere, insert, names
from tui.app import ContactsApp
from tui.screens import contact_order
from tui.screens.contacts import ContactsScreen
from tui.widgets.line import Line
from tui.widgets.search_bar import SearchBar

_HELD = (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE is_held()) SELECT max(i) FROM n"
)
_PATIENCE = 30


class Gate:
    """Before it every reading of a whole order waits, as within SQLite: it can be broken off."""

    def __init__(self) -> None:
        self._opened = threading.Event()
        self._opened.set()
        self._ids = listing.ids
        self.passed: list[Listing] = []

    def close(self) -> None:
        """Let nobody through."""
        self._opened.clear()

    def open(self) -> None:
        """Let all through."""
        self._opened.set()

    def ids(self, wanted: Listing) -> "array[int]":
        """In the place of `listing.ids`."""
        if not self._opened.is_set():
            database.db.connection().create_function("is_held", 0, lambda: not self._opened.wait(0.01))
            database.db.execute_sql(_HELD).fetchall()
        self.passed.append(wanted)
        return self._ids(wanted)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    found = Gate()
    monkeypatch.setattr(listing, "ids", found.ids)
    yield found
    found.open()


async def press(person: Person, *keys: str) -> None:
    """Press keys without waiting for what is held."""
    await person.pilot.press(*keys)
    for _ in range(3):
        await person.pilot.pause()


async def until(person: Person, condition: Callable[[], bool]) -> None:
    """Wait for what another thread does, without waiting for what is held."""
    for _ in range(_PATIENCE * 50):
        if condition():
            return
        await person.pilot.pause(0.02)
    raise AssertionError(f"it did not happen; the screen:\n{person.text}")


async def let_through(person: Person, gate: Gate) -> None:
    """Open the gate, and wait until the order is shown."""
    gate.open()
    await person.settle()


PLACES = [
    (("end",), "Person 002999"),
    (("G",), "Person 002999"),
    (("g", *"1500", "enter"), "Person 001499"),
    (("colon", "5", "0", "percent_sign", "enter"), "Person 001500"),
    (("apostrophe", *"person", "space", *"0029", "enter"), "Person 002900"),
]


@pytest.mark.parametrize(("keys", "reached"), PLACES, ids=lambda item: item if isinstance(item, str) else "")
@pytest.mark.parametrize("begun", ["sort", "search"])
async def test_a_place_that_is_not_known_yet_is_gone_to_when_it_is(
    screens: Screens, gate: Gate, begun: str, keys: tuple[str, ...], reached: str
) -> None:
    insert(3_000)
    async with screens() as person:
        if begun == "search":
            await person.press(*BY_NAME)
        gate.close()
        await press(person, *(BY_NAME if begun == "sort" else ("slash", *"son", "enter")))
        await until(person, lambda: len(table_of(person).ids) == 200)
        await press(person, *keys)
        await let_through(person, gate)
        assert len(table_of(person).ids) == 3_000
        assert chosen_name(person) == reached
        assert reached in names(person.lines)


async def test_the_end_is_gone_to_right_after_the_start(db: Path, gate: Gate) -> None:
    insert(3_000)
    gate.close()
    async with ContactsApp().run_test(size=(80, 24), notifications=True) as pilot:
        person = Person(pilot)
        await until(person, lambda: bool(table_of(person).ids))
        await press(person, "end")
        await let_through(person, gate)
        assert table_of(person).cursor_row == 2_999


async def test_the_end_of_what_is_typed_in_one_go_is_that_of_its_results(screens: Screens) -> None:
    insert(3_000)
    async with screens() as person:
        await person.press(*BY_NAME)
        await person.burst("/son 00012\r\x1b[F")
        table = table_of(person)
        assert 10 <= len(table.ids) < 1_000
        assert table.cursor_row == len(table.ids) - 1


@pytest.mark.parametrize("key", ["home", "down", "pagedown", "enter", "slash"])
async def test_whoever_moves_on_is_not_taken_elsewhere(screens: Screens, gate: Gate, key: str) -> None:
    insert(3_000)
    async with screens() as person:
        gate.close()
        await press(person, *BY_NAME)
        await until(person, lambda: len(table_of(person).ids) == 200)
        await press(person, "end", key)
        if key == "slash":
            await person.pilot.press("p")
        before = table_of(person).cursor_row
        await let_through(person, gate)
        assert table_of(person).cursor_row == before < 200
        assert len(table_of(person).ids) == 3_000


async def test_only_the_latest_wish_counts_and_esc_takes_it_back(screens: Screens, gate: Gate) -> None:
    insert(3_000)
    async with screens() as person:
        gate.close()
        await press(person, *BY_NAME)
        await until(person, lambda: len(table_of(person).ids) == 200)
        await press(person, "end", "g", *"2000", "enter")
        await let_through(person, gate)
        assert chosen_name(person) == "Person 001999"
        gate.close()
        await press(person, "s", "down", "enter", "g", *"900", "escape")
        await let_through(person, gate)
        assert chosen_name(person) == "Person 001999"


async def test_marking_to_the_last_marks_all_when_all_are_known(screens: Screens, gate: Gate) -> None:
    insert(500)
    async with screens() as person:
        gate.close()
        await press(person, *BY_NAME)
        await until(person, lambda: len(table_of(person).ids) == 200)
        await press(person, "space", "space", "space", "shift+end")
        assert len(table_of(person).marks) == 3
        await let_through(person, gate)
        assert person.sees("500 contacts · 500 marked")
        assert marked(person)[-1] == "Person 000499"


async def test_a_slow_search_is_shown_from_its_top_however_much_others_write(
    screens: Screens, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(3_000)
    monkeypatch.setattr(contact_order, "_REST", 0)
    # The first rows are as slow as the rest.
    monkeypatch.setattr(listing, "first_ids", lambda wanted, limit: gate.ids(wanted)[:limit])
    async with screens() as person:
        await person.press(*BY_NAME, "end", "pageup")
        screen = person.app.screen
        assert isinstance(screen, ContactsScreen)
        gate.close()
        await press(person, "slash", *"son")
        for number in range(3):
            await asyncio.to_thread(elsewhere, partial(contacts.create, f"+57310123456{number}", "Zed"))
            screen.look()
            await press(person)
        gate.passed.clear()
        await let_through(person, gate)
        assert table_of(person).cursor_row == 0
        assert names(person.lines)[0] == "Person 000000"
        # Once for the first rows, once for all.
        assert [wanted.search for wanted in gate.passed[:2]] == ["son", "son"]


async def test_a_number_that_is_not_known_yet_is_not_that_of_the_search_before(
    screens: Screens, gate: Gate
) -> None:
    insert(500)
    async with screens() as person:
        gate.close()
        await press(person, "slash", *"son")
        await until(person, lambda: person.sees("… of 500"))
        assert len(table_of(person).ids) == 200
        await press(person, "enter", "space")
        assert person.sees("… of 500 · 1 marked")
        await let_through(person, gate)
        assert person.sees("500 contacts of 500 · 1 marked")
        gate.close()
        await press(person, "slash", "escape")
        assert person.sees("500 contacts · 1 marked")
        await let_through(person, gate)
        gate.close()
        # Another order leaves it as it is.
        await press(person, *BY_NAME)
        await until(person, lambda: not table_of(person).is_whole)
        await press(person, "space")
        assert person.sees("500 contacts · 2 marked")


async def test_a_number_that_comes_at_once_is_said_once(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(50)
    said: list[str] = []
    monkeypatch.setattr(contact_order, "_COUNT_SECONDS", 60)
    async with screens() as person:
        monkeypatch.setattr(SearchBar, "say_count", lambda _bar, text: said.append(text))
        await person.press("slash", *"3000000002")
        assert said[-1] == "1 contact of 50"
        assert len(said) <= 10
        assert not [text for text in said if "…" in text]


async def test_behind_a_wrong_filter_the_last_good_search_goes_on(screens: Screens, gate: Gate) -> None:
    insert(500)
    async with screens() as person:
        await person.press(*BY_NAME, "slash")
        await person.type("zzz")
        gate.close()
        await person.pilot.press("ctrl+u")
        await press(person, *"son")
        await until(person, lambda: len(table_of(person).ids) == 200)
        # As pasted: letter by letter it would search for "son la" before.
        person.app.screen.query_one(Line).value = "son last:x"
        await until(person, lambda: person.sees("“x”"))
        await let_through(person, gate)
        assert person.sees("“x”", "500 contacts of 500")
        await person.press("down", "end")
        assert chosen_name(person) == "Person 000499"
        await person.press("home", "s", "enter")
        assert names(person.lines)[0] == "Person 000499"
        assert person.sees("“x”", "500 contacts of 500")
        person.app.screen.query_one(Line).value = "son"
        await person.settle()
        assert not person.sees("“x”")
        assert names(person.lines)[0] == "Person 000499"


async def test_what_comes_first_is_seen_before_the_whole_order_is_taken_again(
    screens: Screens, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(500)
    async with screens() as person:
        screen = person.app.screen
        assert isinstance(screen, ContactsScreen)
        # As after a reading that took very long.
        monkeypatch.setattr(screen, "_rest_until", float("inf"))
        gate.passed.clear()

        def write(number: int) -> None:
            newcomer = contacts.create(f"+57310123456{number}", f"New {number}")
            Contact.update(last_interaction=MOMENT * 2 + number).where(Contact.id == newcomer.id).execute()

        for number in range(2):
            await asyncio.to_thread(elsewhere, partial(write, number))
            await until(person, lambda: person.sees(f"New {number}", f"{501 + number} contacts"))  # noqa: B023
        assert gate.passed == []
        assert table_of(person).ids[:2].tolist() == [502, 501]
        await person.press("end")
        assert table_of(person).cursor_row == 501
        # Further down nothing is disturbed.
        await asyncio.to_thread(elsewhere, partial(write, 2))
        screen.look()
        await person.settle()
        assert len(table_of(person).ids) == 502
        assert gate.passed == []


def test_the_list_rests_in_proportion_but_never_so_long_that_news_are_late() -> None:
    assert contact_order._rest_after(0.01) == pytest.approx(0.04)
    assert contact_order._rest_after(0.4) <= 1
    assert contact_order._rest_after(3) == pytest.approx(12)


async def test_the_same_order_is_turned_around_without_reading_it(screens: Screens, gate: Gate) -> None:
    insert(500)
    async with screens() as person:
        await person.press(*BY_NAME, "g", *"400", "enter")
        line = names(person.lines).index("Person 000399")
        gate.close()
        await press(person, "s", "enter")
        table = table_of(person)
        assert table.is_whole
        assert (chosen_name(person), table.cursor_row) == ("Person 000399", 100)
        assert names(person.lines)[line - 1 : line + 2] == ["Person 000400", "Person 000399", "Person 000398"]
        assert "▼" in person.text
        await press(person, "end")
        assert chosen_name(person) == "Person 000000"
        # What others have written meanwhile makes it be read.
        gate.passed.clear()
        await asyncio.to_thread(elsewhere, partial(contacts.create, "+573101234567", "Zed"))
        await press(person, "s", "enter")
        assert not table.is_whole
        await let_through(person, gate)
        assert person.sees("501 contacts", "Person 000000")
        assert chosen_name(person) == "Person 000000"


async def test_a_reading_that_fails_leaves_the_list_as_it_is_and_in_use(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(500)

    def damaged(*_arguments: object) -> "array[int]":
        raise peewee.DatabaseError("database disk image is malformed")

    async with screens() as person:
        monkeypatch.setattr(listing, "first_ids", damaged)
        await person.press("slash")
        await person.type("son")
        assert person.sees("is damaged; put its last", "500 contacts")
        await person.press("enter", "end")
        assert table_of(person).cursor_row == 499
