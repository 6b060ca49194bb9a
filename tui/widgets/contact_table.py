"""The table of contacts, with columns by the width there is."""

from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.widgets.data_table import ColumnKey

from store.language import N_, _
from store.listing import Listing, Order, Row
from store.values import times
from tui.widgets.laid import LaidColumn, Spot
from tui.widgets.markable_table import MarkableTable

_HEADER_LINES = 2
_NAME_AT_LEAST = 14
_NAME_COMFORTABLE = 20
_NAME_AMPLE = 26
"""From here on, what is left over goes to further columns."""
_NEAR = 2_000
_NEIGHBOURS = 100
_OPTIONS = "⋮"


class ColumnSpec(NamedTuple):
    """A column: its header in two lines, in full and shortened, and what it shows of a row."""

    key: str
    order: Order | None
    full: str
    short: str
    text: Callable[[Row, str], str]
    """The cell, given the row and the name of the time zone."""
    width: int = 0
    """What the cells need; 0 takes what is left over."""
    right: bool = False
    expendable: int = 0
    """The higher, the sooner it goes where there is no room; 0 stays."""


def _moment(row: Row, zone: str) -> str:
    return times.shown(row.last_interaction, zone) or _("Never")


COLUMNS = (
    ColumnSpec("contact", Order.NAME, N_("Contact"), N_("Contact"), lambda row, _zone: row.name),
    ColumnSpec(
        "last_interaction",
        Order.LAST_INTERACTION,
        N_("Last\ninteraction"),
        N_("Last\ninteraction"),
        _moment,
        width=16,
    ),
    ColumnSpec(
        "user_initiated",
        Order.USER_INITIATED,
        N_("User\ninitiated conv."),
        N_("User\ninit."),
        lambda row, _zone: f"{row.user_initiated:,}",
        width=5,
        right=True,
        expendable=1,
    ),
    ColumnSpec(
        "business_initiated",
        Order.BUSINESS_INITIATED,
        N_("Business\ninitiated conv."),
        N_("Business\ninit."),
        lambda row, _zone: f"{row.business_initiated:,}",
        width=5,
        right=True,
        expendable=2,
    ),
    ColumnSpec(
        "cancelled_outbounds",
        Order.CANCELLED_OUTBOUNDS,
        N_("Cancelled\noutbounds"),
        N_("Cancel.\noutb."),
        lambda row, _zone: f"{row.cancelled_outbounds:,}",
        width=5,
        right=True,
        expendable=4,
    ),
    ColumnSpec(
        "received_notifications",
        Order.RECEIVED_NOTIFICATIONS,
        N_("Received\nnotifications"),
        N_("Received\nnotif."),
        lambda row, _zone: f"{row.received_notifications:,}",
        width=5,
        right=True,
        expendable=3,
    ),
    ColumnSpec("options", None, N_("Options"), N_("Op-\ntions"), lambda _row, _zone: _OPTIONS),
)


FURTHER_COLUMNS = (
    ColumnSpec("phone", None, N_("Phone number"), "", lambda row, _zone: row.phone or "", width=16),
    ColumnSpec("email", None, N_("Email"), "", lambda row, _zone: row.email or "", width=26),
    ColumnSpec(
        "created", None, N_("Created"), "", lambda row, zone: times.shown(row.created, zone), width=16
    ),
)
"""What wide terminals show before the options; the first ones first."""

_SPECS = {spec.key: spec for spec in (*COLUMNS, *FURTHER_COLUMNS)}


def full_name(spec: ColumnSpec) -> str:
    """A column's name on one line."""
    return _(spec.full).replace("\n", " ")


class ContactTable(MarkableTable[Row]):
    """A list of contacts of any length."""

    class OptionsAsked(Message):
        """The options of a contact were clicked."""

        def __init__(self, contact_id: int) -> None:
            super().__init__()
            self.contact_id = contact_id

    def __init__(self, fetch: Callable[[Sequence[int]], dict[int, Row]], *, id: str | None = None) -> None:
        self._listing = Listing()
        self._zone = ""
        self._layout_key: tuple[object, ...] = ()
        self._is_whole = False
        self._is_waiting = True
        self._wish: Callable[[], None] | None = None
        super().__init__(fetch, header_lines=_HEADER_LINES, id=id)

    def show(
        self,
        ids: "array[int]",
        listing: Listing,
        zone: str,
        *,
        keep: int | None = None,
        is_new: bool = True,
        is_whole: bool = True,
    ) -> None:
        """Show these contacts: `keep` under the cursor where it was on screen, or the first of a new list.

        A list that is not new stays where it is, on the contact that was chosen. One that is not whole waits
        for the rest of its ids.
        """
        row, top = self._places(ids, keep, is_new)
        self._zone = zone
        self._listing = listing
        self._is_whole = is_whole
        self._lay_out()
        self.show_ids(ids, row, top)
        if is_whole:
            self.wait_no_more()

    # What is wished before all ids are known

    @property
    def is_whole(self) -> bool:
        """Whether these are all the ids of what is wanted."""
        return self._is_whole and not self._is_waiting

    @property
    def shows_all(self) -> bool:
        """Whether these are all the ids of the listing that is shown, be it wanted or not."""
        return self._is_whole

    def wait(self) -> None:
        """Other ids are to come."""
        self._is_waiting = True

    def wait_no_more(self) -> None:
        """No others come: what was wished is done with these."""
        self._is_waiting = False
        wish, self._wish = self._wish, None
        if wish is not None:
            wish()

    def when_whole(self, wish: Callable[[], None]) -> None:
        """Do what needs all ids: at once, or when they have come, unless the person has gone on by then."""
        self._wish = wish
        if not self._is_waiting:
            self.wait_no_more()

    def drop_wish(self) -> None:
        """Stay here, whatever was wished."""
        self._wish = None

    def on_key(self) -> None:
        """Whoever goes on with the rows there are wants to be taken nowhere else."""
        self.drop_wish()

    def on_mouse_down(self) -> None:
        """As a key."""
        self.drop_wish()

    def on_mouse_scroll_down(self) -> None:
        """As a key."""
        self.drop_wish()

    def on_mouse_scroll_up(self) -> None:
        """As a key."""
        self.drop_wish()

    def action_scroll_bottom(self) -> None:
        """Go to the last row."""
        self.when_whole(super().action_scroll_bottom)

    def action_extend(self, towards: str) -> None:
        """As any table; to the last row when it is known."""
        extend = partial(super().action_extend, towards)
        if towards == "last":
            self.when_whole(extend)
        else:
            extend()

    def _places(self, ids: "array[int]", keep: int | None, is_new: bool) -> tuple[int, int]:
        """Where the cursor and the top of the list are to be among other ids."""
        row, top = self.cursor_row, self.top
        in_sight = top <= row < top + self.rows_in_sight
        if keep is not None or is_new:
            row = 0 if keep is None else self._place_of(ids, row, keep)
            lines_above = self.cursor_row - top if in_sight else self.rows_in_sight // 2
            return row, max(row - lines_above, 0)
        # Who stands at the top looks at the top, whoever comes there.
        new_row = self._place_of(ids, row) if row > 0 else 0
        if top == 0 and new_row < self.rows_in_sight:
            return new_row, 0
        if in_sight:
            return new_row, max(new_row - (row - top), 0)
        return new_row, self._place_of(ids, top) if top > 0 else 0

    def _place_of(self, ids: "array[int]", row: int, wanted: int | None = None) -> int:
        """Where among other ids the contact is that stands at a row now, or the next one that is left there.

        `wanted` may be one that stands elsewhere.
        """
        if wanted is None and not self.is_valid_row_index(row):
            return row
        place = _index(ids, self._ids[row] if wanted is None else wanted, row)
        if place is not None:
            return place
        for neighbour in self._ids[row + 1 : row + _NEIGHBOURS]:
            with suppress(ValueError):
                return ids.index(neighbour, max(row - _NEAR, 0), row + _NEAR)
        return min(row, max(len(ids) - 1, 0))

    def bookmark(self) -> Callable[[], None]:
        """What returns to the contact that is under the cursor now, where it is on screen."""
        row, top, contact_id = self.cursor_row, self.top, self.selected_id

        def go_back() -> None:
            self.drop_wish()
            place = row if contact_id is None else self._place_of(self._ids, row, contact_id)
            self.stand(place, max(top + place - row, 0))

        return go_back

    def cell(self, row: Row, key: str) -> str:
        return _SPECS[key].text(row, self._zone)

    def cell_style(self, row: Row, key: str, style: Style) -> Style:
        return style + Style(dim=True) if key == "last_interaction" and not row.last_interaction else style

    # Columns

    def on_resize(self, event: events.Resize) -> None:
        """Columns by the width there is."""
        self._lay_out()
        self.keep_cursor_in_sight(event.size.height)

    def _lay_out(self) -> None:
        # The scroll bar's column is kept free, so that nothing moves when it appears.
        width = self.outer_size.width - 1
        key = (width, self._listing.order, self._listing.descending)
        if width <= 0 or key == self._layout_key:
            return
        self._layout_key = key
        specs = list(COLUMNS)
        measured = self._with_further(self._measure(specs, full=True), width)
        if self._left_over(measured, width) < _NAME_COMFORTABLE:
            measured = self._measure(specs, full=False)
        while self._left_over(measured, width) < _NAME_AT_LEAST and any(spec.expendable for spec in specs):
            specs.remove(max(specs, key=lambda spec: spec.expendable))
            measured = self._measure(specs, full=False)
        rest = max(self._left_over(measured, width), 1)
        self.lay(
            [LaidColumn(spec.key, tuple(lines), cells or rest, spec.right) for spec, lines, cells in measured]
        )

    def _measure(self, specs: list[ColumnSpec], *, full: bool) -> list[tuple[ColumnSpec, list[str], int]]:
        """Header lines and widths, the gap of one cell included; 0 for the column that takes the rest."""
        found = []
        for spec in specs:
            lines = _(spec.full if full else spec.short).split("\n")
            if spec.order is self._listing.order:
                lines[-1] += " ▼" if self._listing.descending else " ▲"
            lines += [""] * (_HEADER_LINES - len(lines))
            width = 0 if spec.key == "contact" else max(spec.width, *map(cell_len, lines)) + 1
            found.append((spec, lines, width))
        return found

    def _with_further(
        self, measured: list[tuple[ColumnSpec, list[str], int]], width: int
    ) -> list[tuple[ColumnSpec, list[str], int]]:
        """As many further columns as fit, before the last."""
        for further in self._measure(list(FURTHER_COLUMNS), full=True):
            wider = [*measured[:-1], further, measured[-1]]
            if self._left_over(wider, width) < _NAME_AMPLE:
                break
            measured = wider
        return measured

    @staticmethod
    def _left_over(measured: list[tuple[ColumnSpec, list[str], int]], width: int) -> int:
        return width - sum(cells for _spec, _lines, cells in measured)

    # The mouse

    def clicked(self, spot: Spot, event: events.Click) -> None:
        if self._key_of(spot.column) != "options":
            super().clicked(spot, event)
            return
        # At the first click, not only on a row that is under the cursor already.
        self.move_cursor(row=spot.row, scroll=False)
        self.post_message(self.OptionsAsked(self._ids[spot.row]))

    def _on_mouse_move(self, event: events.MouseMove) -> None:
        super()._on_mouse_move(event)
        spot = self._spot(event)
        spec = _SPECS.get(self._key_of(spot.column) or "") if spot is not None and spot.row < 0 else None
        self.tooltip = full_name(spec) if spec is not None else None

    def order_of(self, key: ColumnKey) -> Order | None:
        """What a column sorts by."""
        return next((spec.order for spec in COLUMNS if spec.key == key.value), None)


def _index(ids: "array[int]", wanted: int, near: int) -> int | None:
    """Where an id is; at once where that is near, or as near to the end (a million take 20 ms)."""
    for place in (near, len(ids) - 1 - near):
        with suppress(ValueError):
            return ids.index(wanted, max(place - _NEAR, 0), max(place + _NEAR, 0))
    with suppress(ValueError):
        return ids.index(wanted)
    return None
