"""What is not drawn anew is what could not be seen, or would look the same."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.widget import Widget

from store import contacts, properties
from store.values.property_type import PropertyType
from tests.support import NAUGHTY
from tests.tui.conftest import Person, Screens
from tests.tui.test_contacts_screen import insert
from tui.compositor import LeanCompositor, LeanUpdate
from tui.widgets.scroll_bar import LeanScrollBar
from tui.widgets.virtual_table import VirtualTable

_WALK = (
    *("down", "pagedown", "pagedown", "up", "space", "shift+pagedown", "pageup", "end", "home", "right"),
    *("a", "escape", "o", "down", "escape", "s", "down", "enter", "question_mark", "pagedown", "escape"),
    *("slash", "a", "down", "pagedown", "space", "down", "d", "n", "enter", "escape", "5", "n", "escape"),
    *("1", "escape", "escape", "g", "9", "0", "enter", "end", "pageup", "n", "escape", "2", "4", "1"),
)


@contextmanager
def _as_textual_does(person: Person) -> Iterator[None]:
    """Without anything that was drawn before, which stays for later."""
    for widget in person.app.screen.query(Widget).results():
        widget._styles_cache.clear()
    with (
        ExitStack() as kept,
        patch.object(LeanCompositor, "_get_renders", Compositor._get_renders),
        patch.object(VirtualTable, "render_lines", Widget.render_lines),
        patch.object(LeanScrollBar, "render_lines", Widget.render_lines),
    ):
        for table in person.app.screen.query(VirtualTable).results():
            kept.enter_context(patch.object(table, "_drawn", {}))
        yield


def _cells(person: Person, crop: Region) -> dict[tuple[int, int], tuple[str, Style | None]]:
    """What would be painted of a part of the screen."""
    visible_screen_stack.set(person.app._background_screens)
    chops = person.app.screen._compositor._render_chops(crop, lambda _y: True)
    found = {}
    for y in crop.line_range:
        for start, strip in chops[y].items():
            x = start
            for text, style, _control in strip or ():
                for char in text:
                    if crop.contains(x, y):
                        found[x, y] = char, style
                    x += cell_len(char)
    return found


def _assert_written_alike(person: Person, part: Region) -> None:
    """What is sent for a part of the screen is what Textual would send."""
    compositor, console = person.app.screen._compositor, person.app.console
    for regions in ({part}, {part, Region(part.right // 2, part.y, 3, 1)}):
        compositor._dirty_regions = set(regions)
        update = compositor.render_partial_update()
        assert isinstance(update, LeanUpdate)
        assert update.render_segments(console) == ChopsUpdate.render_segments(update, console)


@pytest.mark.parametrize(("seed", "size"), [(1, (120, 30)), (2, (76, 20))])
async def test_every_part_of_the_screen_is_painted_as_textual_would(
    screens: Screens, seed: int, size: tuple[int, int]
) -> None:
    chance = random.Random(seed)
    properties.create("Tier", PropertyType.LIST, choices=["Gold"])
    insert(150)
    for place, name in enumerate(NAUGHTY):
        contacts.create(f"+5730155501{place:02}", f"{name} a")
    async with screens(size) as person:
        await person.settle()
        for key in _WALK:
            await person.press(key)
            x, y = chance.randrange(size[0]), chance.randrange(size[1])
            part = Region(x, y, 1 + chance.randrange(size[0] - x), 1 + chance.randrange(size[1] - y))
            _assert_written_alike(person, part)
            for crop in (part, Region(0, 0, *size)):
                painted = _cells(person, crop)
                assert painted
                with _as_textual_does(person):
                    assert painted == _cells(person, crop), key
