"""The bar beside long lists looks and works as Textual's own."""

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.widget import Widget
from textual.widgets import Static

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
