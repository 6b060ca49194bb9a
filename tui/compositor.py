"""Of all widgets, only those are asked for lines that can be seen where something has changed."""

from collections.abc import Iterable

from rich.console import Console
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class LeanUpdate(ChopsUpdate):
    """Textual's own makes an object of every position: 0.1 ms a page."""

    def render_segments(self, console: Console) -> str:
        """What is written to a terminal, as Textual would."""
        out: list[str] = []
        last = self.spans[-1][0]
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x > right or end <= left:
                    continue
                is_whole = left <= x < right and end <= right
                seen = strip if is_whole else strip.crop(0, min(end, right) - x)
                out.append(f"\x1b[{y + 1};{x + 1}H{seen.render(console)}")
            if y != last:
                out.append("\n")
        return "".join(out)


class LeanCompositor(Compositor):
    """Textual's own asks every widget on the screen for all its lines, whatever has changed: 3 ms a page."""

    def render_partial_update(self) -> LeanUpdate | None:
        """What has changed; None if nothing has."""
        update = super().render_partial_update()
        return None if update is None else LeanUpdate(update.chops, update.spans, update.chop_ends)

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Regions, what of them is to be seen, and lines of that, front to back, of what overlaps `crop`."""
        if crop is None:
            yield from super()._get_renders(crop)
            return
        # Whole lines: they are cut where widgets begin and end anyway.
        lines = Region(0, crop.y, self.size.width, crop.height)
        done: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip).intersection(lines)
            wanted = seen.intersection(crop)
            if not wanted or any(other.contains_region(wanted) for other in done):
                continue
            # Without what a scroll bar covers of it: nothing has to be cut off then.
            for other in done:
                if seen.x < other.x < seen.right == other.right and other.line_span == seen.line_span:
                    seen = Region(seen.x, seen.y, other.x - seen.x, seen.height)
            done.append(wanted)
            yield region, seen, widget.render_lines(seen.translate(-region.offset))
