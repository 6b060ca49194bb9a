"""The bar beside long lists looks and works as Textual's own; keys come back from where it leads."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.widget import Widget
from textual.widgets import DataTable, Static

from store import properties
from store.values.property_type import PropertyType
from tests.downloading import fill
from tests.tui.conftest import Screens
from tui.widgets.contact_table import ContactTable
from tui.widgets.scroll_bar import LeanScrollBar


class _Bars(App[None]):
    CSS = """
    #both { layout: horizontal; scrollbar-size-vertical: 1; }
    ScrollBar, LeanScrollBar { width: 1; height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        with Static(id="both"):
            yield ScrollBar()
            yield LeanScrollBar()


def _looks(bar: Widget, crop: Region) -> list[list[tuple[str, object]]]:
    return [[(text, style) for text, style, _control in line] for line in bar.render_lines(crop)]


@pytest.mark.parametrize("height", [2, 9, 37])
async def test_every_place_of_a_long_list_is_shown_as_by_textuals_own_bar(height: int) -> None:
    async with _Bars().run_test(size=(20, height)) as pilot:
        bars = own, lean = pilot.app.query_one(ScrollBar), pilot.app.query_one(LeanScrollBar)
        for length in (height, height + 1, 100, 1_000_000):
            for place in range(9):
                for bar in bars:
                    bar.window_virtual_size, bar.window_size = length, height
                    bar.position = place * (length - height) / 8
                    bar.mouse_over = place % 2 == 1
                for crop in (Region(0, 0, 1, height), Region(0, 1, 1, height - 1)):
                    assert _looks(lean, crop) == _looks(own, crop)
        assert any(len({look[0] for look in _looks(bar, Region(0, 0, 1, height))}) > 1 for bar in bars)


WHEEL_UP, WHEEL_DOWN = "\x1b[<64;10;10M", "\x1b[<65;10;10M"


@pytest.mark.parametrize(
    ("page", "start", "wheel", "keys"),
    [
        ("1", "home", WHEEL_DOWN, ("pageup", "up", "home", "k")),
        ("1", "end", WHEEL_UP, ("pagedown", "down", "end", "G")),
        ("5", "home", WHEEL_DOWN, ("up", "home")),
        ("5", "end", WHEEL_UP, ("down", "end")),
    ],
)
async def test_a_key_brings_the_cursor_back_from_where_the_wheel_has_led(
    screens: Screens, db: Path, page: str, start: str, wheel: str, keys: Sequence[str]
) -> None:
    fill(300)
    for number in range(50):
        properties.create(f"Property {number}", PropertyType.TEXT)
    async with screens() as person:
        await person.press(page, start)
        table = person.app.screen.query_one(DataTable)
        row, top = table.cursor_row, table.scroll_offset.y
        for key in keys:
            await person.burst(20 * wheel)
            assert abs(table.scroll_offset.y - top) > table.size.height
            await person.press(key)
            assert (table.cursor_row, table.scroll_offset.y) == (row, top), key


async def test_a_click_beside_the_thumb_leaves_a_way_back(screens: Screens, db: Path) -> None:
    fill(300)
    async with screens() as person:
        table = person.app.screen.query_one(ContactTable)
        bar = table.vertical_scrollbar.region
        await person.burst(3 * f"\x1b[<0;{bar.x + 1};{bar.bottom}M\x1b[<0;{bar.x + 1};{bar.bottom}m")
        assert table.top == 3 * table.rows_in_sight
        await person.press("up")
        assert (table.cursor_row, table.top) == (0, 0)
