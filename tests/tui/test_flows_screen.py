"""Page 4: flows in a table, created, renamed, copied, deleted and switched on and off by keys."""

import peewee
import pytest

from store import contacts, database
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from store.models import FlowRun, Outgoing
from store.values import times
from tests.tui.conftest import Person, Screens, elsewhere

pytestmark = pytest.mark.usefixtures("db")

HELLO = Block(1, Kind.MESSAGE, "Hello")


def names() -> list[str]:
    return [view.flow.name for view in keeping.list_all()]


def row(person: Person, name: str) -> str:
    """The line of a flow in the table, its words one blank apart."""
    return next(" ".join(line.split()) for line in person.lines if line.strip().startswith(name))


async def calm(person: Person) -> None:
    """Take away what was said."""
    person.app.clear_notifications()
    await person.settle()


async def test_without_flows_the_page_says_what_to_do(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await person.press("4")
        assert person.sees("4 Flows", "No flows yet. Press n to create one")
        await person.press("e", "enter", "r", "c", "d", "s", "p")
        assert person.sees("No flows yet")


async def test_a_flow_is_created_renamed_copied_and_deleted(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await person.press("4", "n")
        assert person.sees("Create flow", "Name (required)", "English")
        await person.press("enter")
        await person.until(lambda: person.sees("A flow needs a name"), 5)
        await person.type("Welcome")
        await person.press("tab", "enter", "down", "enter", "ctrl+s")
        await person.until(lambda: person.sees("Welcome Spanish", "This flow is empty"), 5)
        await person.press("escape", "r")
        assert person.sees("Rename Welcome")
        await person.type("!")
        await person.press("enter")
        await person.until(lambda: names() == ["Welcome!"], 5)
        await person.press("c")
        assert person.sees("Copy Welcome!", "Welcome! (copy)")
        await person.press(*["backspace"] * 7, "enter")
        await person.until(lambda: person.sees("There is a flow “Welcome!” already"), 5)
        await person.type("2")
        await person.press("enter")
        await person.until(lambda: names() == ["Welcome!", "Welcome!2"], 5)
        # The cursor is on the copy.
        await person.press("d")
        assert person.sees("Delete the flow Welcome!2?")
        await person.press("y")
        await person.until(lambda: names() == ["Welcome!"], 5)


async def test_one_flow_is_live_and_changes_wait_until_they_are_published(
    screens: Screens, size: tuple[int, int]
) -> None:
    first = keeping.create(Flow("First", (HELLO,)))
    keeping.create(Flow("Second", (HELLO,)))
    async with screens(size) as person:
        await person.press("4")
        assert row(person, "First") == "First draft 0 Never"
        await person.press("s")
        await person.until(lambda: keeping.get(first.id).is_live, 5)
        await calm(person)
        assert row(person, "First") == "First live 0 Never"
        await person.press("down", "s")
        assert person.sees("Switch Second on? First is switched off then.")
        await person.press("y")
        await person.until(lambda: keeping.named("Second").is_live, 5)
        await calm(person)
        assert row(person, "First") == "First off 0 Never"
        second = keeping.named("Second")
        await elsewhere(lambda: keeping.save(second.id, Flow("Second", (HELLO,), hours=2)))
        await person.until(lambda: row(person, "Second") == "Second live, changed 0 Never", 5)
        assert person.sees("answers as it was published; the changes since then wait for s")
        await person.press("s")
        assert person.sees("Publish the changes", "Switch it off")
        await person.press("enter")
        await person.until(lambda: not keeping.get(second.id).has_changes, 5)
        await calm(person)
        assert row(person, "Second") == "Second live 0 Never"
        await person.press("s")
        assert person.sees("Switch Second off?", "those inside finish")
        await person.press("y")
        await person.until(lambda: keeping.live() is None, 5)


async def test_a_faulty_flow_says_what_is_wrong_and_is_not_switched_on(
    screens: Screens, size: tuple[int, int]
) -> None:
    keeping.create(Flow("Broken", (HELLO, Block(2, Kind.QUESTION), Block(3, Kind.OPTIONS, "Which?"))))
    async with screens(size) as person:
        await person.press("4")
        assert row(person, "Broken") == "Broken draft 2 0 Never"
        assert person.sees("2 faults, the first: block 2: Write what is to be said.")
        for key in ("s", "p"):
            await person.press(key)
            await person.until(lambda: person.sees("“Broken”"), 5)
            assert not keeping.list_all()[0].is_live
            await calm(person)


async def test_deleting_a_live_flow_says_so(screens: Screens) -> None:
    keeping.switch_on(keeping.create(Flow("First", (HELLO,))).id)
    async with screens() as person:
        await person.press("4", "d")
        assert person.sees("Delete the flow First?", "It is live", "those inside finish")
        await person.press("escape")
        assert keeping.live() is not None
        await person.press("d", "y")
        await person.until(lambda: keeping.live() is None, 5)
        assert names() == []


async def test_who_may_only_read_can_still_rehearse(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.create(Flow("First", (HELLO,)))
    monkeypatch.setattr(database, "is_read_only", lambda: True)
    async with screens() as person:
        await person.press("4", "n", "e", "r", "c", "d", "s", "enter")
        assert person.sees("First", "draft") and not person.sees("Create")
        await person.press("p")
        assert person.sees("Rehearsal of First", "Hello")


async def test_the_page_follows_what_others_do(screens: Screens) -> None:
    async with screens() as person:
        await person.press("4")
        await elsewhere(lambda: keeping.create(Flow("Theirs", (HELLO,))))
        await person.until(lambda: person.sees("Theirs"), 5)


async def test_messages_that_were_not_sent_are_shown_with_their_reason_and_tried_again(
    screens: Screens, size: tuple[int, int]
) -> None:
    ana = contacts.create("+573001234567", "Ana")
    view = keeping.switch_on(keeping.create(Flow("First", (HELLO,))).id)
    run = FlowRun.create(
        flow_id=view.id,
        version_id=view.version_id,
        contact_id=ana.id,
        interaction="in 1",
        state={"waiting": None, "wrong": 0, "reminded": False, "ended": "completed"},
        started=times.now(),
        last=times.now(),
    )
    for state, words, fault in (
        ("failed", "Hello one", "The number is blocked."),
        ("unsure", "Hello two", "The answer never came."),
        ("sent", "Hello three", ""),
    ):
        Outgoing.create(
            run_id=run.id,
            contact_id=ana.id,
            body={"text": words, "choices": [], "menu": ""},
            state=state,
            due=0,
            created=times.now(),
            fault=fault,
        )
    async with screens(size) as person:
        await person.press("4")
        assert person.sees("2 messages were not sent: m")
        await person.press("m")
        assert person.sees("Messages not sent", "Hello two", "unsure", "Hello one", "failed")
        assert person.sees("It may have been sent. The answer never came.") and not person.sees("Hello three")
        await person.press("t")
        assert person.sees("Send it once more?")
        await person.press("escape", "down")
        assert person.sees("The number is blocked.")
        await person.press("t")
        await person.until(
            lambda: Outgoing.get(Outgoing.fault == "The number is blocked.").state == "waiting", 5
        )
        assert Outgoing.get(Outgoing.fault == "The answer never came.").state == "unsure"


async def test_small_windows_ask_for_more_room(screens: Screens) -> None:
    keeping.create(Flow("First", (HELLO,)))
    async with screens((59, 14)) as person:
        await person.press("4")
        assert person.sees("Please make this window larger")
        await person.press("e")
        assert person.sees("Please make this window larger")


async def test_flows_that_cannot_be_read_are_told_of_and_the_program_goes_on(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screens() as person:

        def damaged() -> list[keeping.FlowView]:
            raise peewee.DatabaseError("database disk image is malformed")

        with monkeypatch.context() as patch:
            patch.setattr(keeping, "list_all", damaged)
            await person.press("4")
            assert person.sees("is damaged; put its last")
        keeping.create(Flow("Welcome", (HELLO,)))
        await person.press("1", "4")
        assert person.sees("Welcome")
