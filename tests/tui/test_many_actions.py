"""Many contacts at once, by keys: set, clear, delete, download; undone; searches completed and kept."""

import pytest

from store import changes, contacts, listing, properties, searches
from store.listing import Listing
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tests.downloading import fill
from tests.tui.conftest import Person, Screens, elsewhere
from tui.widgets.contact_table import ContactTable


@pytest.fixture
def tier() -> CustomProperty:
    """A value list."""
    return properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])


@pytest.fixture
def client() -> CustomProperty:
    """A text."""
    return properties.create("Client", PropertyType.TEXT)


def found(line: str = "") -> list[int]:
    return sorted(listing.ids(Listing(search=line)))


async def search(person: Person, words: str) -> None:
    """Type words into the search line, and go to what was found."""
    await person.press("/", *words, "enter")


async def test_all_that_match_get_a_value_and_lose_it_again(screens: Screens, client: CustomProperty) -> None:
    fill(30)
    contacts.edit(1, values={client.id: "Before"})
    async with screens() as person:
        await search(person, '"contact 1"')
        await person.until(lambda: person.sees("11 contacts of 30"))
        await person.press("*", "a")
        assert person.sees("Set a property of 11 marked")
        await person.press("enter")
        await person.until(lambda: person.sees("Set which property?"))
        await person.press("enter", *"Acme", "ctrl+s")
        await person.until(
            lambda: person.sees("Set Client to Acme", "Finished", "11 contacts are changed."), 20
        )
        await person.press("escape")
        assert found("client:=acme") == [1, *range(10, 20)]
        assert not person.app.screen.query_one(ContactTable).marks
        await person.press("u")
        await person.until(lambda: person.sees("Undone", "11 contacts are as they were."), 20)
        await person.press("escape")
    assert (found("client:acme"), found("client:before")) == ([], [1])


async def test_a_property_is_cleared_after_a_question(screens: Screens, tier: CustomProperty) -> None:
    fill(3)
    for contact_id in (1, 2):
        contacts.edit(contact_id, values={tier.id: "Gold"})
    async with screens() as person:
        await person.press("*", "a", "down", "enter")
        await person.until(lambda: person.sees("Clear which property?"))
        await person.press("enter")
        await person.until(lambda: person.sees("Clear Tier?", "3 contacts are meant"))
        await person.press("y")
        await person.until(lambda: person.sees("2 contacts are changed."), 20)
        await person.press("escape")
    assert found("tier:") == []


async def test_a_value_that_does_not_fit_is_said_at_the_field(screens: Screens) -> None:
    properties.create("Document", PropertyType.NUMBER)
    fill(2)
    async with screens() as person:
        await person.press("*", "a", "enter")
        await person.until(lambda: person.sees("Set which property?"))
        await person.press("enter", *"ten", "ctrl+s")
        await person.until(lambda: person.sees("is not a number"))
        await person.press("escape")
    assert changes.list_all() == []


async def test_more_than_can_be_waited_for_are_deleted_by_a_job_and_come_back(screens: Screens) -> None:
    fill(1_500)
    async with screens() as person:
        await person.press("*", "d")
        assert person.sees("Delete 1,500 contacts?")
        await person.press("y")
        await person.until(lambda: person.sees("1,500 contacts are deleted."), 20)
        await person.press("escape")
        await person.until(lambda: person.sees("No contacts yet"))
        await person.press("u")
        await person.until(lambda: person.sees("1,500 contacts are as they were."), 20)
        await person.press("escape")
        await person.until(lambda: person.sees("1,500 contacts"))


async def test_the_latest_changes_are_listed_and_can_be_undone_later(
    screens: Screens, tier: CustomProperty
) -> None:
    fill(2)
    change_id = changes.set_value([1, 2], tier.id, "Gold")
    async with screens() as person:
        await person.until(lambda: not changes.get(change_id).is_running, 20)
        await person.press("a", *("down",) * 5, "enter")
        await person.until(lambda: person.sees("Changes of many contacts", "Set Tier to Gold", "Finished"))
        await person.press("enter", "u")
        await person.until(lambda: person.sees("2 contacts are as they were."), 20)
        await person.press("escape")
        await person.until(lambda: person.sees("Undone"))
        await elsewhere(lambda: changes.set_value([1], tier.id, "Silver"))
        # Without a key: it is there, and then it has come to its end.
        await person.until(lambda: person.sees("Set Tier to Silver", "Finished"), 20)
        await person.press("escape")
    assert (found("tier:gold"), found("tier:silver")) == ([], [1])


async def test_marked_contacts_are_downloaded_by_their_numbers(screens: Screens) -> None:
    fill(5)
    async with screens() as person:
        await person.press("space", "space", "a", *("down",) * 3)
        assert person.sees("Download 2 marked")
        await person.press("enter")
        await person.until(lambda: person.sees("id:4,5"))


async def test_more_than_can_be_named_are_downloaded_by_the_search_that_found_them(screens: Screens) -> None:
    fill(10_002)
    async with screens() as person:
        await person.press(*"/contact", "enter", "*", "a", *("down",) * 3)
        assert person.sees("Download 10,002 marked")
        await person.press("enter")
        await person.until(lambda: person.sees("Download contacts", "contact"))
        # One less: no search finds just these.
        await person.press("escape", "space", "a", *("down",) * 3, "enter")
        await person.until(lambda: person.sees("At most 10,000 marked contacts"))


async def test_what_was_taken_back_in_its_own_window_does_not_bar_what_was_done_before(
    screens: Screens, tier: CustomProperty
) -> None:
    fill(3)
    async with screens() as person:
        await person.press("d", "y")
        await person.until(lambda: person.sees("2 contacts"))
        await person.press("*", "a", "enter")
        await person.until(lambda: person.sees("Set which property?"))
        await person.press("enter", "enter", "down", "enter", "ctrl+s")
        await person.until(lambda: person.sees("2 contacts are changed."), 20)
        await person.press("u")
        await person.until(lambda: person.sees("2 contacts are as they were."), 20)
        await person.press("escape", "u")
        await person.until(lambda: person.sees("3 contacts"))


async def test_a_filter_is_completed_by_tab(screens: Screens, tier: CustomProperty) -> None:
    fill(2)
    contacts.edit(1, values={tier.id: "Gold"})
    async with screens() as person:
        await person.press("/")
        assert person.sees("Words, or filters")
        await person.press(*"ti")
        assert person.sees("Tab: Tier: property: Value list")
        await person.press("tab", "g", "tab")
        await person.until(lambda: person.sees("Tier:Gold", "1 contact of 2"))
        # Nothing is left to complete: on to the list.
        await person.press("tab")
        assert person.app.screen.query_one(ContactTable).has_focus
        assert not person.sees("Words, or filters")


async def test_a_wrong_filter_is_told_below_the_line(screens: Screens) -> None:
    fill(3)
    async with screens() as person:
        await person.press("/", *"shoe:4")
        await person.until(lambda: person.sees("No filter or property “shoe”", 'quote it: "shoe:4"'))
        await person.press("enter")
        assert person.sees("No filter or property “shoe”")
        await person.press("*")
        assert not person.app.screen.query_one(ContactTable).marks
        await person.press("/", "end", "backspace", "backspace", *":")
        await person.press(*("backspace",) * 6)
        await person.until(lambda: person.sees("3 contacts", "Words, or filters"))


async def test_a_search_is_kept_taken_and_forgotten_by_keys(screens: Screens) -> None:
    fill(12)
    async with screens() as person:
        await person.press("f")
        assert person.sees("None yet.")
        await person.press("escape")
        await search(person, "contact last:never 11")
        await person.press("f", "s", *"Elevens", "ctrl+s")
        await person.until(lambda: person.sees("Saved searches", "1 Elevens contact last:never 11"))
        await person.press("escape", "escape")
        await person.until(lambda: person.sees("12 contacts"))
        await person.press("f", "1")
        await person.until(lambda: person.sees("1 contact of 12"))
        await person.press("f", "d", "y")
        await person.until(lambda: person.sees("None yet."))
    assert searches.list_all() == []
