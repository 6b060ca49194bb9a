"""What is not saved in the flow editor, and who else has saved or deleted the flow meanwhile."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from store.flows import keeping
from store.flows.blocks import Flow, Kind
from store.flows.keeping import FlowView
from tests.tui.conftest import Screens
from tests.tui.flow_editing import HELLO, only, open_editor

pytestmark = pytest.mark.usefixtures("db")


async def test_leaving_asks_about_what_is_not_saved(screens: Screens, size: tuple[int, int]) -> None:
    async with screens(size) as person:
        await open_editor(person, HELLO)
        await person.press("n", "enter")
        await person.type("More")
        await person.press("escape", "escape")
        assert person.sees("Leave without saving?")
        await person.press("n")
        assert person.sees("More", "not saved")
        await person.press("q")
        assert person.sees("Leave without saving?")
        await person.press("y")
        assert person.sees("Create flow") and only().flow.blocks == (HELLO,)
        await person.press("e", "escape")
        assert person.sees("Create flow")


@pytest.mark.parametrize(
    ("keys", "back"), [(["ctrl+q"], []), (["escape", "1", "q"], ["4"])], ids=["at once", "from another page"]
)
async def test_quitting_asks_about_what_is_not_saved(
    screens: Screens, keys: list[str], back: list[str]
) -> None:
    async with screens() as person:
        await open_editor(person, HELLO)
        await person.press("n", "enter")
        await person.type("More")
        await person.press(*keys)
        assert person.sees("Quit? What was changed and not saved is lost.")
        await person.press("n")
        assert person.app.is_running
        await person.press(*back)
        assert person.sees("More")
        await person.press("ctrl+q", "ctrl+q")
    assert only().flow.blocks == (HELLO,)


async def test_quitting_asks_nothing_where_all_is_saved(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, HELLO)
        await person.press("ctrl+q")
        await person.until(lambda: not person.app.is_running, 5)


async def test_what_somebody_else_has_saved_is_not_overwritten_unasked(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, HELLO)
        keeping.save(only().id, replace(only().flow, hours=5))
        await person.press("d", "down", "d", "s")
        await person.until(lambda: person.sees("Somebody else has saved the flow “Welcome” meanwhile"), 5)
        await person.press("escape")
        assert only().flow.hours == 5
        await person.press("s")
        await person.until(lambda: person.sees("Put yours in its place?"), 5)
        await person.press("y")
        await person.until(lambda: only().flow.hours == 24, 5)
    assert only().flow.blocks == ()


async def test_what_was_built_is_kept_though_somebody_else_has_deleted_the_flow(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, HELLO)
        keeping.delete(only().id)
        await person.press("n", "down", "down", "down", "enter", "ctrl+s")
        await person.until(lambda: person.sees("not there any more", "Keep yours as a new flow?"), 5)
        await person.press("y")
        await person.until(lambda: len(keeping.list_all()) == 1, 5)
        await person.press("escape", "escape")
        assert person.sees("Create flow")
    assert [block.kind for block in only().flow.blocks] == [Kind.END, Kind.MESSAGE]


async def test_a_flow_kept_anew_needs_a_name_of_its_own(screens: Screens) -> None:
    async with screens() as person:
        await open_editor(person, HELLO)
        keeping.delete(only().id)
        keeping.create(Flow("Welcome"))
        await person.press("d", "ctrl+s")
        await person.until(lambda: person.sees("Keep yours as a new flow?"), 5)
        await person.press("y")
        await person.until(lambda: person.sees("There is a flow “Welcome” already."), 5)


async def test_saving_twice_is_no_quarrel_with_oneself(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_save, save_flow = threading.Event(), keeping.save

    def slow(*arguments: Any) -> FlowView:
        may_save.wait(5)
        return save_flow(*arguments)

    monkeypatch.setattr(keeping, "save", slow)
    async with screens() as person:
        await open_editor(person, HELLO)
        await person.press("down", "d", "s", "n", "enter", "escape", "s")
        may_save.set()
        await person.until(lambda: all(w.is_finished for w in person.app.workers if w.group == "save"), 5)
        assert not person.sees("Somebody else")
        assert [block.kind for block in only().flow.blocks] == [Kind.MESSAGE]
