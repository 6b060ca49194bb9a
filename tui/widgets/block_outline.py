"""A flow as lines to be read: its blocks, and below each the ways that branch off from it."""

from collections.abc import Callable, Sequence
from functools import partial

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from store.flows import editing, wording
from store.flows.blocks import Block, Flow, Kind
from store.flows.checks import Fault
from store.flows.editing import INVALID, OutlineLine, Spot
from store.language import N_, _, ngettext
from store.values.custom_property import CustomProperty
from tui.text import plain, shown
from tui.widgets.download_progress import language_name
from tui.widgets.walking import WALKING_KEYS

_INDENT = 3
_DEEPEST = 8
"""From here on lines are not indented further."""
_LEAST_TEXT = 16


class BlockOutline(OptionList):
    """One line of the outline under the cursor."""

    BINDINGS = [
        *WALKING_KEYS,
        Binding("n", "screen.add", N_("Add")),
        Binding("N", "screen.add(True)", N_("Add before"), show=False),
        Binding("e", "screen.edit", N_("Edit")),
        Binding("d,delete", "screen.remove", N_("Delete")),
        Binding("K,ctrl+up", "screen.move(-1)", N_("Move up"), show=False),
        Binding("J,ctrl+down", "screen.move(1)", N_("Move down"), show=False),
        Binding("c", "screen.duplicate", N_("Duplicate"), show=False),
        Binding("u", "screen.undo", N_("Undo")),
        Binding("U", "screen.redo", N_("Redo"), show=False),
        Binding("s", "screen.save", N_("Save")),
        Binding("p", "screen.rehearse", N_("Rehearse")),
    ]

    def __init__(self) -> None:
        super().__init__(id="outline")
        self._spots: list[Spot] = [Spot()]
        self._contents: list[Content] = []
        self._show_again: Callable[[], None] = lambda: None

    @property
    def spot(self) -> Spot:
        """The line under the cursor."""
        return self._spots[self.highlighted or 0]

    def show(
        self, flow: Flow, spot: Spot, known: Sequence[CustomProperty], faults: Sequence[Fault], note: str
    ) -> None:
        """Show a flow, with a mark where it has faults; the cursor goes to `spot`."""
        self._show_again = partial(self.show, flow, spot, known, faults, note)
        lines = editing.outline(flow)
        marked = {_spot_of(fault) for fault in faults}
        spots = [Spot(), *(line.spot for line in lines)]
        contents = [_flow_line(flow, len(faults), note)]
        width = self.scrollable_content_region.width - 1
        contents += [_line(line, line.spot in marked, known, width) for line in lines]
        if spots == self._spots and len(self._contents) == len(contents):
            for index, (before, now) in enumerate(zip(self._contents, contents, strict=True)):
                if before != now:
                    self.replace_option_prompt_at_index(index, now)
        else:
            self.set_options([Option(content) for content in contents])
        self._spots, self._contents = spots, contents
        index = spots.index(spot) if spot in spots else 0
        if self.highlighted != index:
            self.highlighted = index

    def on_resize(self) -> None:
        """Texts are cut so that what stands behind them is seen."""
        spot = self.spot
        self._show_again()
        self.highlighted = self._spots.index(spot)

    def action_scroll_top(self) -> None:
        """To the flow itself."""
        self.action_first()

    def action_scroll_bottom(self) -> None:
        """To the last line."""
        self.action_last()


def _spot_of(fault: Fault) -> Spot:
    """The line that a fault is shown at."""
    name, _colon, position = fault.field.partition(":")
    return Spot(fault.block_id, int(position) if name == "option" else None)


def _flow_line(flow: Flow, faults: int, note: str) -> Content:
    words = [
        language_name(flow.language),
        _("expires after {hours} h").format(hours=flow.hours),
    ]
    if faults:
        words.append(ngettext("{count} fault", "{count} faults", faults))
    if note:
        words.append(note)
    name = shown(flow.name or _("(no name)")) + "  "
    return Content.assemble(_mark(faults > 0), (name, "bold"), (" · ".join(words), "dim"))


def _line(line: OutlineLine, is_marked: bool, known: Sequence[CustomProperty], width: int) -> Content:
    head = Content.assemble(_mark(is_marked), " " * _INDENT * min(line.depth, _DEEPEST))
    if line.way is not None:
        return head + _way(line)
    label = max(len(kind.label) for kind in Kind)
    head += Content.assemble((f"{line.block.kind.label:{label}}  ", "$primary"))
    text, saved = _text(line.block, known), _saved(line.block, known)
    room = max(width - head.cell_length - saved.cell_length, _LEAST_TEXT)
    return head + text.truncate(room, ellipsis=True) + saved


def _mark(is_marked: bool) -> tuple[str, str]:
    return ("! ", "bold $text-error") if is_marked else ("  ", "")


def _text(block: Block, known: Sequence[CustomProperty]) -> Content:
    text = wording.named(block.text, known)
    return plain(text or ("" if block.kind is Kind.END else "–"))


def _saved(block: Block, known: Sequence[CustomProperty]) -> Content:
    """Where the answer goes."""
    if block.saving is None:
        return Content()
    found = (item.name for item in known if item.id == block.saving.property_id)
    sentence = _("saved to {name}, overwrites") if block.saving.overwrite else _("saved to {name}")
    return Content.assemble(("  " + sentence.format(name=shown(next(found, _("(deleted)")), 30)), "dim"))


def _way(line: OutlineLine) -> Content:
    if line.way == INVALID:
        count = line.block.attempts
        words = ngettext("after {count} wrong answer", "after {count} wrong answers", count)
        head = Content(f"{words}  ")
    else:
        assert line.way is not None
        text = shown(line.block.options[line.way].text) or "–"
        head = Content.assemble((f"{line.way + 1}. ", "dim"), (f"{text}  ", "bold"))
    return head if line.blocks else head + Content.assemble((_("goes on"), "dim"))
