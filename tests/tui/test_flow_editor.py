"""The flow editor by keys: the guide's example, every setting, faults, undo."""

from dataclasses import replace

import pytest

from store import properties
from store.flows import checks, keeping
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tests.tui.conftest import Screens
from tests.tui.flow_editing import HELLO, HELP, NAME, only, open_editor, retype, save, tab_to
from tui.screens.flow_editor import FlowEditor

pytestmark = pytest.mark.usefixtures("db")


async def test_the_guides_example_is_built_by_keys(screens: Screens, size: tuple[int, int]) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    document = properties.create("Document", PropertyType.NUMBER)
    properties.create("Born", PropertyType.DATE)
    async with screens(size) as person:
        await person.press("4")
        assert person.sees("No flows yet. Press n to create one")
        await person.press("n")
        await person.type("Welcome")
        await person.press("enter")
        await person.until(lambda: person.sees("This flow is empty. Press n"), 5)
        await person.press("n")
        assert person.sees("Message", "Open Question", "Answer Options", "End")
        await person.press("down", "enter")
        await person.type("Your company?")
        await person.press("tab", "tab", "space")
        # A Text question is offered Text properties only.
        assert person.sees("Save response as", "Client (Text)", "Create a property")
        assert not person.sees("Document") and not person.sees("Born")
        await person.press("enter")
        assert person.sees("Contact property", "Client (Text)", "[ ] Overwrite previous value")
        await person.press("escape", "n", "down", "enter")
        await person.type("Your document?")
        await person.press("tab", "enter", "down", "enter", "tab", "space")
        assert person.sees("Document (Number)") and not person.sees("Client (Text)")
        await person.press("enter")
        # The cursor is at what is asked next.
        await person.press("space", "escape")
        assert person.sees("Your company?", "saved to Client", "saved to Document, overwrites", "not saved")
        await save(person)
        assert not person.sees("not saved")
        await person.press("escape", "s")
        await person.until(lambda: only().is_live, 5)
    assert only().flow.blocks == (
        Block(1, Kind.QUESTION, "Your company?", saving=Saving(client.id)),
        Block(
            2,
            Kind.QUESTION,
            "Your document?",
            expects=PropertyType.NUMBER,
            saving=Saving(document.id, overwrite=True),
        ),
    )


async def test_every_setting_is_reached_by_keys(screens: Screens, size: tuple[int, int]) -> None:
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])
    async with screens(size) as person:
        await open_editor(person)
        await person.press("enter")
        await retype(person, "Plans")
        await person.press("tab", "enter", "down", "enter", "tab")
        await retype(person, "12")
        await person.press("escape", "n", "down", "down", "enter")
        await person.type("Which plan, ")
        await person.press("ctrl+n", "enter")
        await person.press("tab")
        await person.type("Gold")
        await person.press("enter")
        await person.type("Silver")
        await tab_to(person, "menu")
        await person.type("Plans")
        await tab_to(person, "save")
        await person.press("space", "enter", "space")
        await tab_to(person, "attempts")
        await retype(person, "2")
        await tab_to(person, "retry")
        await person.type("Please choose")
        await tab_to(person, "invalid")
        await person.press("space")
        await tab_to(person, "remind")
        await person.press("space")
        await tab_to(person, "reminder_minutes")
        await retype(person, "45")
        await tab_to(person, "reminder_text")
        await person.type("Still there?")
        await person.press("escape")
        assert person.sees(
            "Plans Spanish · expires after 12 h", "Which plan, {{name}}", "1. Gold", "2. Silver"
        )
        assert person.sees("after 2 wrong answers", "saved to Tier, overwrites")
        await save(person)
    assert only().flow == Flow(
        "Plans",
        (
            Block(
                1,
                Kind.OPTIONS,
                "Which plan, {{name}}",
                options=(Option("Gold"), Option("Silver")),
                menu="Plans",
                saving=Saving(tier.id, overwrite=True),
                attempts=2,
                retry="Please choose",
                invalid=(),
                reminder=Reminder(45, "Still there?"),
            ),
        ),
        language="es",
        hours=12,
    )


async def test_settings_are_switched_off_again(screens: Screens) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    full = replace(
        NAME, saving=Saving(client.id, True), invalid=(HELLO,), reminder=Reminder(30, "There?"), retry="Again"
    )
    async with screens((60, 15)) as person:
        await open_editor(person, full)
        await person.press("down", "enter")
        for key in ("save", "invalid", "remind"):
            await tab_to(person, key)
            await person.press("space")
        await tab_to(person, "retry")
        await person.press(*["backspace"] * 5, "escape")
        await save(person)
    assert only().flow.blocks == (NAME,)


async def test_blocks_go_into_ways_and_the_outline_shows_them(
    screens: Screens, size: tuple[int, int]
) -> None:
    async with screens(size) as person:
        await open_editor(person, HELLO, HELP)
        # Into the way of the second option, then behind it on the same way.
        await person.press("end", "n", "enter")
        await person.type("We help")
        await person.press("escape", "n", "up", "enter", "escape")
        assert [line.rstrip()[:30].rstrip() for line in person.lines[4:8]] == [
            "     1. Sales",
            "        Message         Hello",
            "     2. Help",
            "        Message         We hel",
        ]
        await save(person)
        assert [[b.text for b in option.blocks] for option in only().flow.blocks[1].options] == [
            ["Hello"],
            ["We help", ""],
        ]
        # Up and out of it: into the way of the first option.
        await person.press("K", "K", "K")
        await save(person)
        sales, other = only().flow.blocks[1].options
        assert ([b.id for b in sales.blocks], [b.id for b in other.blocks]) == ([6, 4], [5])
        await person.press("N", "enter", "escape", "d", "c", "d", "d")
        await save(person)
        assert [b.id for b in only().flow.blocks[1].options[0].blocks] == [6]


async def test_options_are_moved_and_removed_with_their_ways(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, HELP)
        await person.press("down", "down", "enter")
        # At the line of the option that was under the cursor.
        await person.type("!")
        await person.press("ctrl+down")
        await save(person)
        assert [option.text for option in only().flow.blocks[0].options] == ["Help", "Sales!"]
        assert only().flow.blocks[0].options[1].blocks == HELP.options[0].blocks
        await person.press("up", *["backspace"] * 5)
        await save(person)
        assert [option.text for option in only().flow.blocks[0].options] == ["Sales!"]
        await person.press("down")
        await person.type("Other")
        await person.press("enter")
        await person.type("Third")
        await person.press("escape", "end", "d")
        await save(person)
        assert [option.text for option in only().flow.blocks[0].options] == ["Sales!", "Other"]


async def test_undo_and_redo_take_edits_back_one_by_one(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await open_editor(person, HELLO, NAME)
        await person.press("down", "enter")
        await person.press("end")
        await person.type(" there")
        await person.press("escape", "J", "d")
        assert not person.sees("Hello there")
        await person.press("u")
        assert person.sees("Hello there")
        await person.press("u", "u")
        assert person.sees("Hello") and not person.sees("there") and not person.sees("not saved")
        await person.press("u")
        assert person.sees("There is nothing to undo")
        await person.press("U", "U", "ctrl+r")
        assert not person.sees("Hello")
        await save(person)
    assert only().flow.blocks == (NAME,)


async def test_faults_stand_at_their_block_while_typing(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await open_editor(person, HELLO, NAME)
        await person.press("down", "enter")
        await person.press("end")
        await person.type(" {{nobody")
        assert person.sees("one pair of braces is torn")
        await person.type("}}")
        assert person.sees("There is no variable “nobody”")
        await person.press("escape")
        assert person.lines[2].startswith("! Message") and person.sees("There is no variable “nobody”")
        assert person.sees("1 fault")
        await person.press("down", "enter")
        await tab_to(person, "attempts")
        await retype(person, "11")
        assert person.sees("given up after 1 to 10 wrong answers")
        await retype(person, "no")
        assert person.sees("given up after 1 to 10 wrong answers")
        await retype(person, "10")
        assert not person.sees("given up after 1 to 10")
        await save(person)
        assert person.sees("saved as a draft: its faults have to be mended")
        # It cannot be played or switched on.
        await person.press("escape", "p")
        assert person.sees("cannot be played", "There is no variable")
        await person.press("escape", "s")
        await person.until(lambda: person.sees("“Welcome”, block 1: There is no variable “nobody”"), 5)
    assert not only().is_live


async def test_a_property_is_created_in_place_with_the_type_preset(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, replace(NAME, expects=PropertyType.NUMBER))
        await person.press("down", "enter", "tab", "tab", "space")
        assert person.sees("Create a property")
        await person.press("enter")
        assert person.sees("Create property", "Number")
        await person.type("Document")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Document (Number)"), 5)
        await save(person)
        made = properties.get("Document")
        assert (made.type, only().flow.blocks[0].saving) == (PropertyType.NUMBER, Saving(made.id))
        # And from the list of properties, where another was chosen before.
        await tab_to(person, "saving")
        await person.press("enter", "end", "enter")
        await person.type("Other")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("Other (Number)"), 5)
        await save(person)
        assert only().flow.blocks[0].saving == Saving(properties.get("Other").id)


async def test_who_does_not_choose_a_property_saves_nothing(screens: Screens) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    async with screens() as person:
        await open_editor(person, NAME)
        await person.press("down", "enter", "tab", "tab", "space", "escape")
        assert person.sees("[ ] Save response as contact property")
        await person.press("space", "end", "enter", "escape")
        assert person.sees("[ ] Save response as contact property") and not person.sees("not saved")
        await person.press("space", "enter")
        await tab_to(person, "saving")
        await person.press("enter", "end", "enter", "escape")
        assert person.sees("[x] Save response as contact property", "Client (Text)")
        await save(person)
    assert only().flow.blocks[0].saving == Saving(client.id)


async def test_a_type_that_no_longer_matches_is_a_fault_with_the_property_still_named(
    screens: Screens,
) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    async with screens() as person:
        await open_editor(person, replace(NAME, saving=Saving(client.id)))
        await person.press("down", "enter", "tab", "enter", "down", "enter")
        assert person.sees("“Client” has another type", "Client (Text)")
        await person.press("tab", "space")
        assert not person.sees("has another type")


async def test_texts_name_properties_and_keep_them_when_they_are_renamed(screens: Screens) -> None:
    client = properties.create("Client", PropertyType.TEXT)
    async with screens() as person:
        await open_editor(person, HELLO)
        await person.press("down", "enter", "end")
        await person.type(" ")
        await person.press("ctrl+n", "end", "enter")
        await person.press("escape")
        assert person.sees("Hello {{Client}}")
        await save(person)
        assert only().flow.blocks[0].text == f"Hello {{{{#{client.id}}}}}"
        await person.press("escape")
        properties.edit(client.id, name="Company")
        await person.press("e")
        person.app.clear_notifications()
        await person.settle()
        assert person.sees("Hello {{Company}}") and not person.sees("fault")


async def test_more_options_than_fit_are_all_there_to_be_mended(screens: Screens) -> None:
    many = replace(HELP, options=tuple(Option(f"Option {number}") for number in range(12)))
    async with screens() as person:
        await open_editor(person, many)
        assert person.sees("! Answer Options")
        await person.press("down", "enter")
        assert person.sees("There are 12 options; at most 10 fit.", "Option 11")
        await person.press("escape", "end", "d", "d", "enter")
        assert not person.sees("at most 10 fit")
        await save(person)
    assert len(only().flow.blocks[0].options) == 10


async def test_a_name_that_is_taken_is_refused_at_its_field(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        keeping.create(Flow("Taken"))
        keeping.create(Flow("Welcome", (HELLO,)))
        await person.press("4", "down", "e", "enter")
        await retype(person, "TAKEN")
        await person.press("ctrl+s")
        await person.until(lambda: person.sees("There is a flow “Taken” already"), 5)
        await retype(person, "Free")
        assert not person.sees("already")
        await person.press("ctrl+s")
        await person.until(lambda: keeping.named("Free").flow.blocks == (HELLO,), 5)


async def test_ids_of_blocks_that_people_may_be_inside_of_are_not_used_again(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, HELLO, NAME)
        keeping.switch_on(only().id)
        keeping.save(only().id, replace(only().flow, blocks=(HELLO,)))
        await person.press("escape", "e", "n", "enter")
        await person.type("New")
        await save(person)
        assert person.sees("answers", "before until", "publish")
    assert [block.id for block in only().flow.blocks] == [3, 1]


async def test_the_mouse_works_too(screens: Screens) -> None:
    async with screens((140, 45)) as person:
        await open_editor(person, HELLO, NAME)
        await person.pilot.click("#outline", offset=(10, 2))
        await person.settle()
        assert person.app.screen.focused is not None and person.app.screen.focused.id == "text"
        await person.pilot.click("#remind")
        await person.settle()
        assert person.sees("Text of the reminder")


async def test_what_strangers_wrote_is_shown_harmless_and_kept_where_it_is_not_touched(
    screens: Screens, size: tuple[int, int]
) -> None:
    evil = Block(1, Kind.OPTIONS, "\x1b[2J[red]x[/]", options=(Option("[b]\x07"), Option("b")))
    async with screens(size) as person:
        await open_editor(person, evil)
        assert "\x1b" not in person.text and person.sees("[red]x[/]", "[b]")
        await person.press("down", "enter")
        await tab_to(person, "attempts")
        await retype(person, "4")
        await save(person)
    assert only().flow.blocks == (replace(evil, attempts=4),)


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_block_of_each_kind_shows_only_what_belongs_to_it(screens: Screens, kind: Kind) -> None:
    async with screens() as person:
        await open_editor(person)
        await person.press("n", *["down"] * list(Kind).index(kind), "enter")
        assert person.sees("Expected response type") is (kind is Kind.QUESTION)
        assert person.sees("What opens the list") is (kind is Kind.OPTIONS)
        assert person.sees("Save response as contact property") is kind.asks
        assert isinstance(person.app.screen, FlowEditor)
        await person.type("Text")
        await save(person)
    assert (only().flow.blocks[0].kind, only().flow.blocks[0].text) == (kind, "Text")
    known: list[CustomProperty] = []
    assert [fault.field for fault in checks.faults(only().flow, known)] == (
        ["options"] if kind is Kind.OPTIONS else []
    )
