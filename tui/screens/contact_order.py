"""The order of the list's rows: taken in the background, shown as it comes, and anew when others write."""

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from textual import on, work
from textual.message import Message
from textual.timer import Timer

from store import database, listing, settings
from store.errors import ContactsError, Invalid
from store.language import _, ngettext
from store.listing import Listing
from store.looks import Look
from tui.page import Page
from tui.screens.contact_choosing import ContactChoosing
from tui.text import plain, shown
from tui.widgets.contact_table import ContactTable
from tui.widgets.line import Line
from tui.widgets.marks import Marks
from tui.widgets.search_bar import SearchBar

T = TypeVar("T")

_FIRST = 200
"""Rows that are shown before the whole order is known."""
_REST = 4
"""While others write, a new order is taken after so many times as long as the last one took."""
_REST_SECONDS = 1.0
"""The longest rest after a reading that was not long."""
_LONG_SECONDS = 0.5
_COUNT_SECONDS = 0.3
"""The number of what was searched before stays for so long beside the first rows of a new search."""


@dataclass(eq=False)
class Taking:
    """An order that is being taken, and how it is to be shown."""

    listing: Listing
    keep: int | None
    """The contact that is to be under the cursor."""
    is_new: bool
    """Whether the person asked for it and has seen nothing of it; else the list is to stay where it is."""


def _rest_after(seconds: float) -> float:
    """How long to rest after reading for so long: what others write is to be seen within 2 s of it."""
    rest = _REST * seconds
    return rest if seconds > _LONG_SECONDS else min(rest, _REST_SECONDS)


class ContactOrder(ContactChoosing, Page):
    """The part of the list's screen that knows which contacts it shows, and in which order."""

    LOOK_SECONDS = 1.0

    class OrderTaken(Message):
        """The ids of a listing are known: the first of them, or all."""

        def __init__(
            self, taking: Taking, ids: "array[int]", total: int | None = None, living: Marks | None = None
        ) -> None:
            super().__init__()
            self.listing = taking.listing
            self.ids = ids
            self.keep = taking.keep
            self.is_new = taking.is_new
            self.total = total
            """How many contacts there are in all; None while only the first ids are known."""
            self.living = living
            """All that are not in the bin; only where some are marked."""

    def __init__(self) -> None:
        super().__init__()
        self._listing = Listing()
        """What is wanted."""
        self._shown = self._listing
        """What the table shows, some of it or all."""
        self._taking: Taking | None = None
        self._look = Look()
        self._version = 0
        self._is_stale = False
        self._is_top_stale = False
        self._rest_until = 0.0
        self._top_rest_until = 0.0
        self._total: int | None = None
        self._found: tuple[str, int] | None = None
        """The search that was last shown as a whole, and how many it found."""
        self._count_timer: Timer | None = None

    def _show_details(self) -> None:
        """Let what stands beside the list follow it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """First rows at once, with the first layout; the rest when they are painted."""
        self._version = database.data_version()
        wanted = self._listing
        first = self.contacts_app.glance(lambda: listing.first_ids(wanted, _FIRST))
        if first is None:
            self._take_order()
            return
        self._show_order(self.OrderTaken(Taking(wanted, None, True), first))
        self._take_rest()

    @work(exclusive=True, group="order", exit_on_error=False)
    async def _take_rest(self) -> None:
        # Long reading makes paints slow.
        await self.painted()
        self._take_order(is_new=False)

    def opened(self) -> None:
        """The visible rows as they are now."""
        self._forget_changed()

    def look(self) -> None:
        """When others have written: the visible rows anew at once, a new order when there is time for it."""
        self._forget_changed()
        if not self._is_stale:
            return
        self._show_details()
        if self._taking is not None:
            return
        now = time.monotonic()
        rest = self._rest_until - now
        if rest <= 0:
            self._take_order(is_new=False)
            return
        if rest < self.LOOK_SECONDS:
            # The next look may come nearly a second later.
            self.set_timer(rest, self._look_again)
        is_top_seen = self._table.top == 0 and self._table.is_whole
        if is_top_seen and self._is_top_stale and now >= self._top_rest_until:
            self._take_top()

    def _look_again(self) -> None:
        if self in self.app.screen_stack:
            self.contacts_app.glance(self.look)

    def _forget_changed(self) -> None:
        version = self.contacts_app.glance(database.data_version)
        if version is not None and version != self._version:
            self._version = version
            self._is_stale = self._is_top_stale = True
            self._table.forget_rows()

    def reload(self) -> None:
        """Show what this program has just changed."""
        self._table.forget_rows()
        self._take_order(is_new=False)

    def show_contact(self, contact_id: int) -> None:
        """Show what this program has just changed, the cursor on a contact."""
        self._take_order(contact_id)

    def _kept(self) -> int | None:
        # At the top of the list a person looks at the top, whoever stands there.
        return self._table.selected_id if self._table.cursor_row > 0 else None

    def _want(self, wanted: Listing, keep: int | None) -> None:
        """Show another listing: `keep` under the cursor, or from the top."""
        self._listing = wanted
        self._table.wait()
        self._take_order(keep)

    def _take_order(self, keep: int | None = None, *, is_new: bool = True) -> None:
        before = self._taking
        if not is_new and before is not None and before.listing is self._listing:
            # What the person asked for is still to be shown so.
            keep, is_new = before.keep, before.is_new
        self._taking = Taking(self._listing, keep, is_new)
        # What is wanted no more must not keep this one waiting: a filter may look at every contact.
        self._look.break_off()
        self._read_order(self._taking)

    @work(exclusive=True, group="order", exit_on_error=False)
    async def _read_order(self, taking: Taking) -> None:
        wanted = taking.listing
        self._is_stale = self._is_top_stale = False
        try:
            if taking.is_new and taking.keep is None:
                first = await self._read_if_wanted(taking, lambda: listing.first_ids(wanted, _FIRST))
                if first is not None:
                    self.post_message(self.OrderTaken(taking, first))
                    await self.painted()
                    # What follows shows the same from the top: a person may have begun to walk in it.
                    taking.is_new = False
            began = time.monotonic()
            ids = await self._read_if_wanted(taking, lambda: listing.ids(wanted))
            total = await self.contacts_app.read(listing.count)
            living = await self._living(wanted, ids)
            self._rest_until = time.monotonic() + _rest_after(time.monotonic() - began)
            if ids is not None:
                self.post_message(self.OrderTaken(taking, ids, total, living))
        except Invalid as error:
            self._keep_shown(taking, str(error))
        except ContactsError as error:
            self.contacts_app.say_error(error)
            self._stay()
        except Exception:
            self._stay()
            raise
        finally:
            if self._taking is taking:
                self._taking = None

    def _stay(self) -> None:
        """What is shown is all there will be."""
        self._listing = self._shown
        self._table.wait_no_more()
        self._show_count()

    def _keep_shown(self, taking: Taking, fault: str) -> None:
        """Where the search is wrong, as while it is typed: the list stays, and what is wrong is said."""
        self.query_one(SearchBar).say_fault(fault)
        wanted = replace(taking.listing, search=self._shown.search)
        if wanted == taking.listing or (wanted == self._shown and self._table.shows_all):
            # The former where it has become wrong: a property is gone.
            self._stay()
        elif wanted == self._shown:
            self._listing = self._shown
            self._take_order(is_new=False)
        else:
            # It has been sorted since.
            self._want(wanted, taking.keep)

    @work(exclusive=True, group="order", exit_on_error=False)
    async def _take_top(self) -> None:
        """Between two readings of the whole order: who has come to its top."""
        wanted, known = self._listing, self._table.ids
        self._is_top_stale = False

        def renewed() -> "array[int] | None":
            first = listing.first_ids(wanted, _FIRST)
            if first == known[: len(first)]:
                return None
            return first if len(first) < _FIRST else listing.renewed(first, known)

        began = time.monotonic()
        try:
            ids = await self.contacts_app.read(self._look.take, renewed)
        except ContactsError:
            # When the whole order is read next, it is said.
            return
        self._top_rest_until = time.monotonic() + _rest_after(time.monotonic() - began)
        if ids is not None:
            self.post_message(self.OrderTaken(Taking(wanted, None, False), ids, self._total))

    def _turn_around(self) -> bool:
        """Turn the order around without reading it, where all of it is known; returns whether it was."""
        self._forget_changed()
        if not self._table.is_whole or self._is_stale or self._taking is not None:
            return False
        before = self._listing
        ids = self.contacts_app.glance(lambda: listing.turned(self._table.ids, before))
        if ids is None:
            return False
        self._listing = replace(before, descending=not before.descending)
        self._show_order(self.OrderTaken(Taking(self._listing, self._kept(), True), ids, self._total))
        return True

    async def _living(self, wanted: Listing, ids: "array[int] | None") -> Marks | None:
        """Who may still be marked; None where nobody is."""
        if not self._table.marks or ids is None:
            return None
        everybody = await self.contacts_app.read(listing.ids, Listing()) if wanted.search else ids
        return await self.contacts_app.read(Marks, everybody)

    async def _read_if_wanted(self, taking: Taking, look: Callable[[], T]) -> T | None:
        """Skips a look that another key has made needless while it waited for the one before."""

        def take() -> T | None:
            return self._look.take(look) if taking is self._taking else None

        return await self.contacts_app.read(take)

    @on(OrderTaken)
    def _show_order(self, event: OrderTaken) -> None:
        if event.listing is not self._listing:
            return
        zone, is_whole = settings.load().time_zone, event.total is not None
        if self.query_one("#search", Line).value == event.listing.search:
            self.query_one(SearchBar).say_fault("")
        self._shown = event.listing
        self._table.show(
            event.ids, event.listing, zone, keep=event.keep, is_new=event.is_new, is_whole=is_whole
        )
        self._say_if_empty(event)
        self.call_after_refresh(self._show_details)
        if event.total is None:
            return
        self._total = event.total
        self._found = (event.listing.search, len(event.ids))
        if event.living is not None:
            self._table.keep_marks(event.living)
        self._show_count()

    def _show_count_soon(self) -> None:
        """Say that it is not known, unless it is known soon; of all contacts it is."""
        if not self._listing.search:
            self._show_count()
        elif self._count_timer is None:
            self._count_timer = self.set_timer(_COUNT_SECONDS, self._show_count)

    def _show_count(self) -> None:
        if self._count_timer is not None:
            self._count_timer.stop()
            self._count_timer = None
        if self._total is None:
            return
        count = None if self._listing.search else self._total
        if self._found is not None and self._found[0] == self._listing.search:
            count = self._found[1]
        found = "…" if count is None else ngettext("{count} contact", "{count} contacts", count)
        if self._listing.search:
            found = _("{found} of {total:,}").format(found=found, total=self._total)
        if self._table.marks:
            marked = ngettext("{count} marked", "{count} marked", len(self._table.marks))
            found = f"{found} · {marked}"
        self.query_one(SearchBar).say_count(found)

    @on(ContactTable.MarksChanged)
    def _follow_marks(self) -> None:
        self._show_count()
        self.refresh_bindings()

    def _say_if_empty(self, event: OrderTaken) -> None:
        sentence = None
        if not event.ids:
            sentence = plain(_("No contacts yet. Press i to import an Excel file, n to create one."))
            if words := shown(event.listing.search, 40):
                sentence = plain(_("No contact fits “{words}”. Esc shows all.").format(words=words))
        if sentence is not None or self.query("#empty"):
            from tui.widgets import unseen

            unseen.say_empty(self.query_one("#list"), sentence)
