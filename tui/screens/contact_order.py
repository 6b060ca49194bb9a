"""The order of the list's rows: taken in the background, shown as it comes, and anew when others write."""

import time
from array import array
from collections.abc import Callable
from typing import TypeVar

from textual import on, work
from textual.message import Message

from store import database, listing, settings
from store.errors import ContactsError, Invalid
from store.language import _, ngettext
from store.listing import Listing
from store.looks import Look
from tui.page import Page
from tui.screens.contact_choosing import ContactChoosing
from tui.text import plain, shown
from tui.widgets.contact_table import ContactTable
from tui.widgets.marks import Marks
from tui.widgets.search_bar import SearchBar

T = TypeVar("T")

_FIRST = 200
"""Rows that are shown before the whole order is known."""
_REST = 4
"""While others write, a new order is taken after so many times as long as the last one took."""


class ContactOrder(ContactChoosing, Page):
    """The part of the list's screen that knows which contacts it shows, and in which order."""

    LOOK_SECONDS = 1.0

    class OrderTaken(Message):
        """The ids of a listing are known: the first of them, or all."""

        def __init__(
            self,
            wanted: Listing,
            ids: "array[int]",
            keep: int | None,
            total: int | None,
            is_new: bool,
            living: Marks | None = None,
        ) -> None:
            super().__init__()
            self.wanted = wanted
            self.ids = ids
            self.keep = keep
            """The contact that is to be under the cursor."""
            self.is_new = is_new
            """Whether the person asked for it; else the list is to stay where it is."""
            self.total = total
            """How many contacts there are in all; None while only the first ids are known."""
            self.living = living
            """All that are not in the bin; only where some are marked."""

    def __init__(self) -> None:
        super().__init__()
        self._listing = Listing()
        self._look = Look()
        self._version = 0
        self._is_stale = False
        self._rest_until = 0.0
        self._is_whole = False
        self._total: int | None = None

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
        self._show_order(self.OrderTaken(wanted, first, None, None, True))
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
        if time.monotonic() > self._rest_until:
            self._take_order(is_new=False)

    def _forget_changed(self) -> None:
        version = self.contacts_app.glance(database.data_version)
        if version is not None and version != self._version:
            self._version = version
            self._is_stale = True
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

    @work(exclusive=True, group="order", exit_on_error=False)
    async def _take_order(self, keep: int | None = None, *, is_new: bool = True) -> None:
        wanted = self._listing
        self._is_stale = False
        began = time.monotonic()
        try:
            if is_new and keep is None:
                first = await self._read_if_wanted(wanted, lambda: listing.first_ids(wanted, _FIRST))
                if first is not None:
                    self.post_message(self.OrderTaken(wanted, first, None, None, True))
                    await self.painted()
                    # What follows shows the same from the top: a person may have begun to walk in it.
                    is_new = False
            ids = await self._read_if_wanted(wanted, lambda: listing.ids(wanted))
            total = await self.contacts_app.read(listing.count)
            living = await self._living(wanted, ids)
        except Invalid as error:
            # Of what is being typed: the list stays, and what is wrong is said below the line.
            self.query_one(SearchBar).say_fault(str(error))
            return
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        finally:
            self._rest_until = time.monotonic() + _REST * (time.monotonic() - began)
        if ids is not None:
            self.post_message(self.OrderTaken(wanted, ids, keep, total, is_new, living))

    async def _living(self, wanted: Listing, ids: "array[int] | None") -> Marks | None:
        """Who may still be marked; None where nobody is."""
        if not self._table.marks or ids is None:
            return None
        everybody = await self.contacts_app.read(listing.ids, Listing()) if wanted.search else ids
        return await self.contacts_app.read(Marks, everybody)

    async def _read_if_wanted(self, wanted: Listing, look: Callable[[], T]) -> T | None:
        """Skips a look that another key has made needless while it waited for the one before."""

        def take() -> T | None:
            return self._look.take(look) if wanted is self._listing else None

        return await self.contacts_app.read(take)

    @on(OrderTaken)
    def _show_order(self, event: OrderTaken) -> None:
        if event.wanted is not self._listing:
            return
        zone = settings.load().time_zone
        self.query_one(SearchBar).say_fault("")
        self._table.show(event.ids, event.wanted, zone, keep=event.keep, is_new=event.is_new)
        self._say_if_empty(event)
        self.call_after_refresh(self._show_details)
        self._is_whole = event.total is not None
        if event.total is None:
            return
        self._total = event.total
        if event.living is not None:
            self._table.keep_marks(event.living)
        self._show_count()

    def _show_count(self) -> None:
        if self._total is None:
            return
        text = ngettext("{count} contact", "{count} contacts", len(self._table.ids))
        if self._listing.search:
            text = _("{found} of {total:,}").format(found=text, total=self._total)
        if self._table.marks:
            marked = ngettext("{count} marked", "{count} marked", len(self._table.marks))
            text = f"{text} · {marked}"
        self.query_one(SearchBar).say_count(text)

    @on(ContactTable.MarksChanged)
    def _follow_marks(self) -> None:
        self._show_count()
        self.refresh_bindings()

    def _say_if_empty(self, event: OrderTaken) -> None:
        sentence = None
        if not event.ids:
            sentence = plain(_("No contacts yet. Press i to import an Excel file, n to create one."))
            if words := shown(event.wanted.search, 40):
                sentence = plain(_("No contact fits “{words}”. Esc shows all.").format(words=words))
        if sentence is not None or self.query("#empty"):
            from tui.widgets import unseen

            unseen.say_empty(self.query_one("#list"), sentence)
