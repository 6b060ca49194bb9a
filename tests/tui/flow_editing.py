"""The flow editor as the tests use it: flows to begin with, and what a person does again and again."""

from dataclasses import replace

from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind, Option
from store.flows.keeping import FlowView
from tests.tui.conftest import Person

HELLO = Block(1, Kind.MESSAGE, "Hello")
NAME = Block(2, Kind.QUESTION, "Your company?")
HELP = Block(3, Kind.OPTIONS, "Which?", options=(Option("Sales", (replace(HELLO, id=4),)), Option("Help")))


def only() -> FlowView:
    """The one flow that there is."""
    (view,) = keeping.list_all()
    return view


async def open_editor(person: Person, *blocks: Block) -> None:
    """Edit a flow that has these blocks."""
    keeping.create(Flow("Welcome", blocks))
    await person.press("4", "e")


async def save(person: Person) -> None:
    """Save, and wait until it is kept."""
    before = only().changed
    await person.press("ctrl+s")
    await person.until(lambda: only().changed > before, 5)
    await person.until(lambda: all(w.is_finished for w in person.app.workers if w.group == "save"), 5)


async def retype(person: Person, text: str) -> None:
    """Put another text in the place of what stands in the line with the cursor."""
    await person.press("end", *["backspace"] * 20)
    await person.type(text)


async def tab_to(person: Person, id: str) -> None:
    """Press tab until an input has the cursor."""
    for _step in range(25):
        focused = person.app.screen.focused
        if focused is not None and (focused.id == id or (focused.parent and focused.parent.id == id)):
            return
        await person.press("tab")
    raise AssertionError(f"tab never comes to {id}:\n{person.text}")
