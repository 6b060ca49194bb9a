"""A rehearsal by keys: answers, options, EXIT, time, contacts; and nothing is stored."""

from dataclasses import replace
from functools import partial

from textual.widgets import Static

from store import contacts, properties
from store.flows import keeping, player, rehearsal
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving
from store.flows.rehearsal import Pretended, Rehearsal, Voice
from store.flows.saving import Outcome
from store.values import property_type
from store.values.custom_property import CustomProperty
from store.values.property_type import Formats, PropertyType
from tests.tui.conftest import Person, Screens

CLIENT = CustomProperty(1, "Client", PropertyType.TEXT)
DOCUMENT = CustomProperty(2, "Document", PropertyType.NUMBER)
TIER = CustomProperty(3, "Tier", PropertyType.LIST, ("Gold", "Silver"))
KNOWN = [CLIENT, DOCUMENT, TIER]
FLOW = Flow(
    "Welcome",
    (
        Block(
            1, Kind.QUESTION, "Company, {{name}}?", saving=Saving(1), reminder=Reminder(45, "Still there?")
        ),
        Block(
            2,
            Kind.QUESTION,
            "Document of {{#1}}?",
            expects=PropertyType.NUMBER,
            saving=Saving(2, overwrite=True),
        ),
        Block(
            3,
            Kind.OPTIONS,
            "Which tier?",
            options=(Option("gold", (Block(4, Kind.MESSAGE, "Small letters"),)), Option("Silver")),
            saving=Saving(3),
        ),
        Block(5, Kind.END, "Bye"),
    ),
)


def begin(values: dict[int, str] | None = None, flow: Flow = FLOW) -> Rehearsal:
    return rehearsal.begin(flow, KNOWN, Formats(), Pretended("Ana", values=values or {}))


def said(played: Rehearsal) -> list[str]:
    return [entry.text for entry in played.said if entry.voice is Voice.FLOW]


def outcomes(played: Rehearsal) -> list[tuple[str | None, str, Outcome]]:
    return [(entry.before, entry.value, entry.outcome) for entry in played.written]


async def open_rehearsal(person: Person) -> None:
    """Rehearse the guide's flow, its properties defined."""
    for item in KNOWN:
        properties.create(item.name, item.type, choices=item.choices)
    keeping.create(FLOW)
    await person.press("4", "p")


def written(person: Person) -> str:
    """What would be written, wherever its lines are broken."""
    return " ".join(str(person.app.screen.query_one("#writes", Static).render()).split())


async def say(person: Person, text: str) -> None:
    await person.type(text)
    await person.press("enter")


def test_what_is_written_follows_overwrite_and_the_values_of_a_list() -> None:
    played = begin({1: "Old", 2: "1"}).answer("Acme").answer("1,234.5").answer("1")
    assert said(played) == ["Company, Ana?", "Document of Old?", "Which tier?", "Small letters", "Bye"]
    assert outcomes(played) == [
        ("Old", "Acme", Outcome.KEPT),
        ("1", "1234.5", Outcome.REPLACED),
        (None, "gold", Outcome.UNFIT),
    ]
    assert played.pretended.values == {1: "Old", 2: "1234.5"}
    again = begin(dict(played.pretended.values)).answer("Old").answer("1234.5").tap(3, 1)
    assert [entry.outcome for entry in again.written] == [Outcome.SAME, Outcome.SAME, Outcome.FILLED]


def test_a_property_that_is_gone_is_written_nowhere() -> None:
    played = rehearsal.begin(FLOW, [DOCUMENT], Formats(), Pretended("Ana")).answer("Acme")
    assert [(entry.item, entry.outcome) for entry in played.written] == [(None, Outcome.GONE)]
    assert played.pretended.values == {}


def test_time_passes_to_the_reminder_once_and_then_to_the_expiry() -> None:
    played = begin()
    assert played.waits_for == (45, True)
    played = played.wait()
    assert (said(played)[-1], played.waits_for) == ("Still there?", (24 * 60 - 45, False))
    # An answer begins the hours anew; the next question has no reminder.
    answered = played.answer("Acme")
    assert answered.waits_for == (24 * 60, False)
    expired = answered.wait()
    assert (expired.state.ended, expired.waits_for) == (player.Ending.EXPIRED, None)
    assert said(expired) == said(answered)
    assert expired.wait().state == expired.answer("late").state == expired.state


def test_a_reminder_that_would_come_after_the_expiry_never_comes() -> None:
    late = replace(FLOW.blocks[0], reminder=Reminder(360, "Still there?"))
    assert begin(flow=Flow("Short", (late,), hours=1)).waits_for == (60, False)


def test_a_tap_on_an_earlier_question_does_nothing() -> None:
    played = begin().answer("Acme").answer("7")
    tapped = played.tap(3, 0)
    assert tapped.tap(3, 1).written == tapped.written


def test_for_each_type_there_is_a_value_to_be_there_already() -> None:
    known = [
        CustomProperty(number, kind.label, kind, ("Gold",) if kind is PropertyType.LIST else ())
        for number, kind in enumerate(PropertyType, 1)
    ]
    blocks = tuple(Block(item.id, Kind.QUESTION, "?", saving=Saving(item.id)) for item in known)
    values = rehearsal.filled(Flow("All", blocks), known)
    for item in known:
        written = property_type.shown(item.type, values[item.id], Formats())
        assert property_type.parse(item.type, written, Formats(), item.choices) == values[item.id]


async def test_a_flow_is_played_by_keys_beside_what_it_would_write(
    db: object, screens: Screens, size: tuple[int, int]
) -> None:
    async with screens(size) as person:
        await open_rehearsal(person)
        assert person.sees(
            "Rehearsal of Welcome as Ana Example · reminder in 45 min", "Company, Ana Example?"
        )
        assert person.sees("Would be written", "Nothing so far")
        await say(person, "Acme")
        assert person.sees("Client – → Acme", "Document of Acme?")
        await say(person, "many")
        assert person.sees("Please answer with a number")
        await person.press("ctrl+g")
        assert person.sees("(a picture)")
        await say(person, "12")
        assert person.sees("Document – → 12", "Which tier?", "1. gold", "2. Silver")
        await say(person, "2")
        assert person.sees("Tier – → Silver", "Bye", "The flow has ended.")
        await say(person, "hello?")
        assert person.sees("there is no answer to this")
        await person.press("ctrl+r")
        assert person.sees("Company, Ana Example?", "Nothing so far") and not person.sees("Bye")
        await say(person, "exit")
        assert person.sees("the person wanted to leave")
    assert contacts.get_many([1]) == []
    assert [view.runs for view in keeping.list_all()] == [0]


async def test_time_passes_by_a_key(db: object, screens: Screens) -> None:
    async with screens() as person:
        await open_rehearsal(person)
        await person.press("ctrl+t")
        assert person.sees("45 min without an answer", "Still there?", "expires in 23 h 15 min")
        await person.press("ctrl+t")
        assert person.sees("The flow has expired; nothing is said.", "ended; ctrl+r begins anew")


async def test_values_already_there_show_what_overwrite_does(
    db: object, screens: Screens, size: tuple[int, int]
) -> None:
    async with screens(size) as person:
        await open_rehearsal(person)
        await person.press("ctrl+o", "down", "enter")
        await say(person, "Acme")
        assert "Client an old value (kept, since overwrite is off)" in written(person)
        await say(person, "12")
        assert "Document 1 → 12" in written(person)


async def test_a_contact_of_ones_own_is_only_read(db: object, screens: Screens) -> None:
    async with screens() as person:
        await open_rehearsal(person)
        eva = contacts.create("+573001234567", "Eva", values={1: "Theirs"})
        contacts.create("+573001234568", "Zoe")
        await person.press("ctrl+o", "up", "enter")
        assert person.sees("Choose a contact", "Eva (+573001234567)", "Zoe (+573001234568)")
        await say(person, "eva")
        assert person.sees("as Eva", "Company, Eva?")
        await say(person, "Acme")
        await say(person, "12")
        assert "Client Theirs (kept, since overwrite is off) Document – → 12" in written(person)
    assert contacts.get(eva.id) == eva


async def test_the_contact_whose_name_was_typed_is_chosen_however_quickly(
    db: object, screens: Screens
) -> None:
    async with screens() as person:
        await open_rehearsal(person)
        contacts.create("+573001234567", "Eva")
        contacts.create("+573001234568", "Zoe")
        for name in ("Eva", "Zoe"):
            await person.press("ctrl+o", "up", "enter")
            await person.until(lambda: person.sees("Choose a contact", "Eva (", "Zoe ("), 5)
            await person.burst(f"{name}\r")
            await person.until(partial(person.sees, f"as {name}"), 5)
        await person.press("ctrl+o", "up", "enter")
        await person.type("shoe:4")
        await person.until(lambda: person.sees("No filter or property “shoe”"), 5)
        await person.press("enter")
        assert person.sees("Choose a contact")


async def test_options_can_be_tapped(db: object, screens: Screens) -> None:
    async with screens((120, 40)) as person:
        await open_rehearsal(person)
        await say(person, "Acme")
        await say(person, "12")
        await person.pilot.click("TapOption.option")
        await person.settle()
        assert "Tier gold (not written: none of the property's values)" in written(person)
        assert person.sees("Small letters")
        await person.pilot.click("TapOption.option")
        await person.settle()
        assert person.sees("there is no answer to this")


async def test_the_editor_plays_what_is_not_saved_yet(db: object, screens: Screens) -> None:
    async with screens((60, 15)) as person:
        await person.press("4", "n")
        await person.type("Draft")
        await person.press("enter")
        await person.until(lambda: person.sees("This flow is empty"), 5)
        await person.press("n", "down", "enter")
        await person.type("How old?")
        await person.press("escape", "p")
        assert person.sees("Rehearsal of Draft", "How old?")
        await person.press("escape")
        assert person.sees("Open Question", "How old?", "not saved")
