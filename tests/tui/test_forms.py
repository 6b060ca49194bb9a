"""Create and edit contacts, define properties, settle the account: by keys, at both sizes."""

import pytest

from store import contacts, listing, properties, settings
from store.values.property_type import PropertyType
from tests.tui.conftest import Person, Screens
from tui.widgets.line import Line

pytestmark = pytest.mark.usefixtures("db")


async def choose(person: Person, words: str) -> None:
    """Choose in the list that is open."""
    await person.type(words)
    await person.press("enter")


async def test_a_contact_is_created_by_country_number_and_name(
    screens: Screens, size: tuple[int, int]
) -> None:
    async with screens(size) as person:
        await person.press("n")
        assert person.sees("Create contact", "Country", "Phone number (required)", "Name (required)", "Email")
        await person.type("c")  # type-ahead opens the list
        await choose(person, "olombia")
        assert person.sees("Colombia (+57)")
        await person.type("300 123 4567")
        await person.press("tab")
        await person.type("Ana")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("1 contact", "Ana is saved"), 5)
    assert contacts.find("+573001234567").name == "Ana"


@pytest.mark.parametrize("words", ["+57", "colom", "CO", "lombia"])
async def test_a_country_is_found_by_any_part_of_its_name(screens: Screens, words: str) -> None:
    async with screens() as person:
        await person.press("n", "enter")
        await person.type(words)
        assert person.sees("Colombia (+57)")


async def test_faults_stand_at_their_fields(screens: Screens, size: tuple[int, int]) -> None:
    settings.save(settings.Settings(default_country="CO"))
    async with screens(size) as person:
        await person.press("n")
        await person.type("12")
        await person.press("tab", "tab")
        await person.type("nobody")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("is too short", "The name is missing", "not an e-mail"), 5)
        assert listing.count() == 0
        # The cursor is at the first wrong field.
        await person.type("0")
        await person.press("escape")
        assert person.sees("Leave without saving?")
        await person.press("y")
        await person.until(lambda: person.sees("No contacts yet"), 5)


async def test_a_number_that_exists_names_its_owner(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens() as person:
        await person.press("n", "tab")
        await person.type("+573001234567")
        await person.press("tab")
        await person.type("Eva")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Ana has the number +573001234567 already"), 5)


async def test_an_unknown_range_is_asked_about(screens: Screens) -> None:
    async with screens() as person:
        await person.press("n", "tab")
        await person.type("+579999999999")
        await person.press("tab")
        await person.type("Ana")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("no known range", "Create it all the same?"), 5)
        await person.press("y")
        await person.until(lambda: listing.count() == 1, 5)


async def test_custom_properties_are_offered_and_judged_by_their_type(
    screens: Screens, size: tuple[int, int]
) -> None:
    properties.create("Born", PropertyType.DATE)
    properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])
    properties.create("Secret", PropertyType.TEXT, hidden=True)
    async with screens(size) as person:
        await person.press("n", "tab")
        await person.type("+573001234567")
        await person.press("tab")
        await person.type("Ana")
        await person.press("ctrl+n")
        assert person.sees("Add custom property", "Born (Date)", "Tier (Value list)")
        assert not person.sees("Secret")
        await person.press("enter")
        await person.type("31/31/1990")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("“31/31/1990” is not a date"), 5)
        await person.press(*["backspace"] * 10)
        await person.type("31/12/1990")
        await person.press("ctrl+n", "enter", "enter")
        await person.press("down", "enter")
        await person.press("ctrl+s")
        await person.until(lambda: listing.count() == 1, 5)
    saved = contacts.find("+573001234567")
    assert sorted(saved.properties.values()) == ["1990-12-31", "Gold"]


async def test_edit_changes_the_name_and_offers_no_phone(screens: Screens, size: tuple[int, int]) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    made = contacts.create("+573001234567", "+573001234567", values={client.id: "Acme"})
    async with screens(size) as person:
        await person.press("enter")
        assert person.sees("Phone number", "+57 300 1234567", "Client", "Acme")
        await person.press("e")
        assert not person.sees("Phone number (required)")
        await person.press(*["backspace"] * 13)
        await person.type("Ana")
        await person.press("tab", "tab", *["backspace"] * 4, "ctrl+s")
        await person.until(lambda: person.sees("Ana is saved"), 5)
        await person.press("escape")
        assert "Ana" in person.text
    saved = contacts.get(made.id)
    assert (saved.name, saved.phone, saved.properties) == ("Ana", "+573001234567", {})


async def test_what_was_not_touched_is_not_written_back(screens: Screens) -> None:
    made = contacts.create("+573001234567", "\x1b]0;x\x07 [/]", address="a@b.co")
    async with screens() as person:
        await person.press("e", "tab", "end")
        await person.type("m")
        await person.press("ctrl+s")
        await person.until(lambda: contacts.get(made.id).email == "a@b.com", 5)
    assert contacts.get(made.id).name == "\x1b]0;x\x07 [/]"


@pytest.mark.parametrize("kind", list(PropertyType))
async def test_a_property_of_each_type_is_defined(
    screens: Screens, size: tuple[int, int], kind: PropertyType
) -> None:
    async with screens(size) as person:
        await person.press("5")
        assert person.sees("Contact Properties", "No properties yet")
        await person.press("n")
        await person.type("Mine")
        await person.press("tab", "enter")
        for _ in range(list(PropertyType).index(kind)):
            await person.press("down")
        await person.press("enter")
        assert person.sees(kind.label)
        if kind is PropertyType.LIST:
            await person.press("ctrl+s")
            await person.until(lambda: person.sees("needs at least one value"), 5)
            await person.type("Gold")
            await person.press("enter")
            await person.type("Silver")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Mine is saved"), 5)
    choices = ("Gold", "Silver") if kind is PropertyType.LIST else ()
    (made,) = properties.list_all()
    assert (made.name, made.type, made.choices, made.hidden) == ("Mine", kind, choices, False)


async def test_a_property_is_renamed_hidden_and_gains_values(screens: Screens, size: tuple[int, int]) -> None:
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold"])
    made = contacts.create("+573001234567", "Ana", values={tier.id: "Gold"})
    async with screens(size) as person:
        await person.press("5", "enter")
        assert person.sees("Edit Tier", "Type: Value list", "Values: Gold")
        await person.press(*["backspace"] * 4)
        await person.type("Level")
        await person.press("tab")
        await person.type("Silver")
        await person.press("tab", "space", "ctrl+s")
        await person.until(lambda: person.sees("Level", "hidden", "Gold, Silver"), 5)
        await person.press("1", "enter")
        assert not person.sees("Level Gold")
        await person.press("escape", "5", "h")
        await person.until(lambda: not properties.list_all()[0].hidden, 5)
        await person.press("1", "enter")
        await person.until(lambda: person.sees("Level Gold"), 5)
    assert contacts.get(made.id).properties == {tier.id: "Gold"}


async def test_faults_of_properties_stand_at_their_fields(screens: Screens) -> None:
    properties.create("Client", PropertyType.TEXT)
    async with screens() as person:
        await person.press("5", "n", "ctrl+s")
        await person.until(lambda: person.sees("A property needs a name"), 5)
        await person.type("cliént")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("There is a property “Client” already"), 5)
        await person.press(*["backspace"] * 6)
        await person.type("Phone")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("is the name of a built-in column"), 5)
        await person.press("escape")
        assert [item.name for item in properties.list_all()] == ["Client"]


async def test_deleting_a_property_says_how_many_values_go(screens: Screens, size: tuple[int, int]) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    for digit in "12":
        contacts.create(f"+57300123456{digit}", "x", values={client.id: "Acme"})
    async with screens(size) as person:
        await person.press("5", "d")
        await person.until(lambda: person.sees("Delete the property Client?", "2 contacts have a value"), 5)
        await person.press("n", "d")
        await person.until(lambda: person.sees("Delete the property Client?"), 5)
        await person.press("y")
        await person.until(lambda: person.sees("No properties yet"), 5)


async def test_the_account_is_settled_for_everybody(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await person.press("5", "a", "enter")
        await choose(person, "bogota")
        assert person.sees("America/Bogota")
        await person.press("tab", "enter", "down", "enter")
        await person.press("tab", "enter", "down", "enter")
        await person.press("tab", "enter")
        await choose(person, "colom")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Time zone: America/Bogota", "Country: Colombia"), 5)
    assert settings.load() == settings.Settings("America/Bogota", "mdy", ",", "CO")


async def test_letters_that_come_all_at_once_open_the_list_at_all_of_them(screens: Screens) -> None:
    async with screens() as person:
        await person.press("n")
        await person.pilot.press(*"braz")
        await person.settle()
        assert person.sees("Brazil (+55) BR")
        await person.press("enter")
        assert person.sees("Brazil (+55) BR")


async def test_a_number_typed_where_the_country_stands_goes_where_it_belongs(screens: Screens) -> None:
    async with screens() as person:
        await person.press("n")
        await person.pilot.press("plus", *"573001234567")
        await person.settle()
        assert person.app.screen.query_one("#phone", Line).value == "+573001234567"


async def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten_unseen(screens: Screens) -> None:
    made = contacts.create("+573001234567", "Ana")
    async with screens() as person:
        await person.press("e", "end")
        await person.type("x")
        contacts.edit(made.id, name="Eva")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Somebody has changed this to “Eva” meanwhile"), 5)
        assert contacts.get(made.id).name == "Eva"
        await person.press("ctrl+s")
        await person.until(lambda: contacts.get(made.id).name == "Anax", 5)


async def test_saving_twice_at_once_saves_once(screens: Screens) -> None:
    async with screens() as person:
        await person.press("n", "tab")
        await person.type("+573001234567")
        await person.press("tab")
        await person.type("Ana")
        await person.pilot.press("ctrl+s", "ctrl+s", "escape")
        await person.until(lambda: person.sees("Ana is saved"), 5)
        assert not person.sees("has the number")
    assert listing.count() == 1


async def test_a_form_stands_over_the_middle_of_the_list(screens: Screens) -> None:
    contacts.create("+573001234567", "Ana")
    async with screens((140, 45)) as person:
        await person.press("n")
        window = person.app.screen.query_one(".dialog").region
        assert abs(window.x - (140 - window.right)) <= 1
        assert abs(window.y - (45 - window.bottom)) <= 1
