"""What happened with a contact: its name in WhatsApp, the timeline, what is behind a counter; all live."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store import contacts, database, interactions, listing, settings
from store.contacts import Person
from store.interactions import Counter
from store.values import times
from store.whatsapp import inbox
from store.whatsapp.records import Record
from tests.store.payloads import DAY, SHEENA, START, body, change, contact, message, said, text
from tests.support import start_contacts
from tests.tui.conftest import Person as Watcher
from tests.tui.conftest import Screens
from tests.tui.test_safety import WALKS, assert_harmless
from tui.widgets.contact_table import ContactTable
from tui.widgets.interaction_table import SHOWN, InteractionTable

NUMBER = f"+{SHEENA}"
COUNTERS = (
    (Counter.USER_INITIATED, "User initiated conv.", 2),
    (Counter.BUSINESS_INITIATED, "Business initiated conv.", 3),
    (Counter.CANCELLED_OUTBOUNDS, "Cancelled outbounds", 1),
    (Counter.RECEIVED_NOTIFICATIONS, "Received notifications", 4),
)
"""What the history below counts."""
LIVE_SECONDS = 2
"""In which what another process has written is to be on the screen."""


def take(*bodies: bytes) -> None:
    """Receive and process deliveries."""
    inbox.receive_many(bodies)
    inbox.process_new()


def record(kind: str, key: str, at: int) -> None:
    """What a company tells of itself."""
    inbox.record(Record(kind, key, at, NUMBER))


def history() -> Person:
    """Two conversations by Sheena, three by the company, one of them cancelled, and four notifications."""
    take(said(text("in1", START, "first words"), text("in2", START + 60, "and more")))
    take(said(text("in3", START + 2 * DAY, "later words")))
    for index in range(3):
        record("outbound", f"out{index}", START + (10 + 2 * index) * DAY)
    record("cancelled", "exit", START + 14 * DAY + 60)
    for index in range(4):
        record("notification", f"note{index}", START + (20 + index) * DAY)
    return contacts.find(NUMBER)


def table(person: Watcher) -> InteractionTable:
    return person.app.screen.query_one(InteractionTable)


def rows(person: Watcher) -> list[list[str]]:
    """The interactions on the list, the ones that are scrolled out of sight among them."""
    found = table(person)
    return [[str(cell) for cell in found.get_row_at(row)] for row in range(found.row_count)]


async def test_the_name_in_whatsapp_stands_by_the_phone_until_it_is_adopted(
    screens: Screens, size: tuple[int, int]
) -> None:
    take(said(text("in1")))
    assert contacts.find(NUMBER).name == NUMBER
    async with screens(size) as person:
        await person.press("enter")
        assert person.sees("Name in WhatsApp Sheena Nelson", "p Adopt name")
        await person.press("p")
        await person.until(lambda: person.sees("is called Sheena Nelson now"), 5)
        await person.until(lambda: not person.sees("Name in WhatsApp"), 5)
        assert not person.sees("p Adopt name")
        await person.press("escape")
        assert contacts.find(NUMBER).name == "Sheena Nelson"
        assert any(line.lstrip().startswith("Sheena Nelson") for line in person.lines)


async def test_the_name_is_adopted_from_the_list_by_key_and_found_among_all_actions(screens: Screens) -> None:
    take(said(text("in1")))
    async with screens((140, 45)) as person:
        assert person.sees("Name in WhatsApp Sheena", "Nelson")
        await person.press("question_mark")
        assert person.sees("Adopt name from")
        await person.press("question_mark", "ctrl+p")
        await person.type("adopt")
        await person.until(lambda: person.sees("Adopt name from WhatsApp"), 5)
        await person.press("escape", "p")
        await person.until(lambda: contacts.find(NUMBER).name == "Sheena Nelson", 5)
        await person.press("p")
        assert person.sees("No other name of this contact is known from WhatsApp")


async def test_a_name_that_another_has_changed_unseen_is_not_overwritten_at_once(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(said(text("in1")))
    async with screens() as person:
        await person.press("enter")
        with monkeypatch.context() as unseen:
            unseen.setattr(database, "data_version", lambda: 0)
            await asyncio.to_thread(_rename, "Sheena of sales")
            await person.press("p")
            await person.until(lambda: person.sees("Somebody has changed this to “Sheena of sales”"), 5)
            assert contacts.find(NUMBER).name == "Sheena of sales"
        # Once it is seen, the key means it.
        await person.until(lambda: "Sheena of sales" in person.lines[1], 5)
        await person.press("p")
        await person.until(lambda: contacts.find(NUMBER).name == "Sheena Nelson", 5)


def _rename(name: str) -> None:
    """On another connection, as another program would."""
    database.connect()
    try:
        contacts.edit(contacts.find(NUMBER).id, name=name)
    finally:
        database.close()


async def test_who_may_only_read_adopts_nothing(screens: Screens, db: Path) -> None:
    take(said(text("in1")))
    database.open_database(db, read_only=True)
    async with screens() as person:
        await person.press("p", "enter")
        assert person.sees("Name in WhatsApp Sheena Nelson")
        assert not person.sees("Adopt name")
        await person.press("p", "o")
        assert person.sees("User initiated conv. (1)")
        assert not person.sees("Adopt")
    assert contacts.find(NUMBER).name == NUMBER


async def test_without_a_phone_the_username_is_shown(screens: Screens, size: tuple[int, int]) -> None:
    user_id = "US.13491208655302741918"
    told = contact(None, "Sheena Nelson", username="sheena.n", user_id=user_id)
    take(body(change(messages=[message("in1", sender=None, from_user_id=user_id)], contacts=[told])))
    async with screens(size) as person:
        assert any(line.lstrip().startswith("sheena.n") for line in person.lines)
        await person.press("enter")
        assert person.sees("Username in WhatsApp sheena.n", "Name in WhatsApp Sheena Nelson")
        assert not person.sees("Phone number")


async def test_the_timeline_shows_the_latest_first(screens: Screens, size: tuple[int, int]) -> None:
    settings.save(settings.Settings(time_zone="America/Bogota"))
    history()
    async with screens(size) as person:
        await person.press("enter")
        shown = rows(person)
        assert [row[1] for row in shown] == [
            *["notification"] * 4,
            *["begun by the company"] * 3,
            *["begun by the person"] * 2,
        ]
        opened = [row[0] for row in shown]
        assert opened == sorted(opened, reverse=True)
        # 2025-06-08 20:59:43 UTC is 15:59 in Bogota; the second message of the first came a minute later.
        assert shown[-1][:4] == ["2025-06-08 15:59", "begun by the person", "2025-06-08 16:00", "expired"]
        assert [row[3] for row in shown[4:7]] == ["cancelled", "expired", "expired"]
        assert person.sees("Interactions, the latest first", opened[0])
        assert person.sees("first words") == (size[0] >= 140)


async def test_the_timeline_is_walked_by_keys(screens: Screens, size: tuple[int, int]) -> None:
    history()
    async with screens(size) as person:
        await person.press("enter", "end")
        assert table(person).cursor_row == 8
        assert person.sees("2025-06-08 20:59", "2025-06-08 21:00")
        await person.press("home", "down", "j", "k")
        assert table(person).cursor_row == 1
        await person.press("enter")
        assert not person.app.screen.query(InteractionTable)


async def test_in_a_small_window_the_timeline_keeps_its_words_whole(screens: Screens) -> None:
    history()
    async with screens((60, 15)) as person:
        await person.press("enter", *["down"] * 4)
        assert person.sees("begun by the company", "cancelled")
        assert not person.sees("Last message")


async def test_details_without_interactions_leave_their_room_to_the_fields(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens() as person:
        await person.press("enter")
        assert person.sees("Phone number +57 300 1234567 (Colombia)", "Created")
        assert not person.sees("Interactions")
        assert not person.sees("WhatsApp")


@pytest.mark.parametrize("from_details", [False, True])
async def test_behind_a_counter_are_as_many_interactions_as_it_says(
    screens: Screens, size: tuple[int, int], from_details: bool
) -> None:
    known = history()
    # In the options of the list they stand below "View details" and "Delete".
    above = 0 if from_details else 2
    async with screens(size) as person:
        await person.press(*["enter"] * from_details)
        for place, (counter, title, count) in enumerate(COUNTERS):
            assert getattr(known, counter) == count
            await person.press("o", *["down"] * (above + place))
            assert person.sees(f"{title} ({count})")
            await person.press("enter")
            assert person.sees(f"{title}: {count}")
            behind = interactions.behind(known.id, counter)
            opened = [times.shown(entry.opened, "UTC") for entry in behind]
            assert [row[0] for row in rows(person)] == opened
            assert len(opened) == count
            await person.press("escape")
            assert bool(person.app.screen.query(InteractionTable)) == from_details


async def test_of_very_many_interactions_the_latest_are_listed_and_the_number_is_whole(
    screens: Screens,
) -> None:
    with database.writing():
        for index in range(SHOWN + 1):
            record("notification", f"note{index}", START + index)
    async with screens() as person:
        await person.press("enter")
        assert person.sees("Interactions, the latest 1,000")
        assert table(person).row_count == SHOWN
        await person.press("o", *["down"] * 3, "enter")
        assert person.sees("Received notifications: 1,001", "Only the latest 1,000 are listed.")
        assert table(person).row_count == SHOWN


async def _within(person: Watcher, condition: Callable[[], bool]) -> None:
    """Another process has just ended its work: now it must be seen."""
    began = time.monotonic()
    await person.until(condition, LIVE_SECONDS * 3)
    assert time.monotonic() - began < LIVE_SECONDS


async def _in_another_process(person: Watcher, db: Path, *words: str) -> None:
    process = start_contacts("record", *words, database=db)
    try:
        await person.until(lambda: process.poll() is not None, 60)
        assert process.communicate() == ("", "")
    finally:
        process.kill()
        process.communicate()


async def test_what_another_process_records_is_in_the_list_within_two_seconds(
    screens: Screens, db: Path, size: tuple[int, int]
) -> None:
    for index in range(8):
        contacts.create(f"+57300123456{index}", f"Person {index}")
    async with screens(size) as person:
        contact_table = person.app.screen.query_one(ContactTable)
        await person.press("s", "home", "enter", "down", "down", "down")
        selected = contact_table.selected_id
        assert selected is not None
        await _in_another_process(person, db, "+573009999999", "--inbound")
        await _within(person, lambda: person.sees("9 contacts", "+573009999999"))
        assert contact_table.selected_id == selected
        chosen = contacts.get(selected)
        assert chosen.phone is not None
        await _in_another_process(person, db, chosen.phone, "--notification", "--at", "2026-01-02T03:04Z")
        await _within(person, lambda: "2026-01-02 03:04" in _line_of(person, chosen.name))
        assert contact_table.selected_id == selected
        assert listing.rows([selected])[selected].received_notifications == 1


def _line_of(person: Watcher, name: str) -> str:
    return next((line for line in person.lines if line.lstrip().startswith(name)), "")


async def test_an_open_timeline_and_an_open_counter_follow_another_process(
    screens: Screens, db: Path, size: tuple[int, int]
) -> None:
    take(said(text("in1")))
    async with screens(size) as person:
        await person.press("enter")
        assert table(person).row_count == 1
        await _in_another_process(person, db, NUMBER, "--notification")
        await _within(person, lambda: table(person).row_count == 2)
        assert person.sees("Received notifications 1")
        await person.press("o", *["down"] * 3, "enter")
        assert person.sees("Received notifications: 1")
        await _in_another_process(person, db, NUMBER, "--notification")
        await _within(person, lambda: person.sees("Received notifications: 2"))
        assert table(person).row_count == 2
        # The details below have not looked meanwhile, and do now.
        await person.press("escape")
        await _within(person, lambda: table(person).row_count == 3)
        assert person.sees("Received notifications 2")


@pytest.mark.parametrize("name", WALKS)
async def test_names_and_messages_from_whatsapp_are_text(screens: Screens, name: str) -> None:
    take(said(text("in1", START, name), name=name))
    async with screens((140, 45)) as person:
        for keys in ("enter", "o", "enter", "escape", "p"):
            await person.press(keys)
            assert_harmless(person)
        await person.until(lambda: contacts.find(NUMBER).name != NUMBER, 5)
        await person.settle()
        assert_harmless(person)
        assert contacts.find(NUMBER).name == contacts.find(NUMBER).profile_name
