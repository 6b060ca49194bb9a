"""The bar beside a long list, made of the few cells that it consists of."""

from functools import lru_cache
from typing import cast

from rich.segment import Segment, Segments
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


class LeanScrollBar(ScrollBar):
    """A vertical one, as Textual draws it by way of Rich and of borders, which takes 1 ms a page."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some lines of the bar; it has no border."""
        base = self.visual_style.rich_style
        _base, background = self.background_colors
        cells = self._cells()
        found = {cell: _strip(cell, self.size.width, base) for cell in set(cells)}
        for line_filter in self.get_line_filters():
            found = {cell: strip.apply_filter(line_filter, background) for cell, strip in found.items()}
        lines = [found[cells[y]] for y in crop.line_range]
        if crop.column_span == (0, self.size.width):
            return lines
        return [line.crop(crop.x, crop.right) for line in lines]

    def _cells(self) -> list[Segment]:
        bar = cast(ScrollBarRender, self.render())
        width, height = self.size
        options = self.app.console.options.update(max_width=width, height=height)
        return next(cast(Segments, part).segments for part in bar.__rich_console__(self.app.console, options))


@lru_cache(256)
def _strip(cell: Segment, width: int, base: Style) -> Strip:
    style = base if cell.style is None else base + cell.style
    return Strip([Segment(cell.text, style)], width)
