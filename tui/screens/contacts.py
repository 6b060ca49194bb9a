"""Page 1: who wrote and how often; search, sort, and what can be done with a contact."""

import asyncio
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import DataTable, Input

from store import database, listing, settings
from store.errors import ContactsError, Invalid
from store.language import N_, _, ngettext
from store.listing import Listing, Order, Row
from store.looks import Look
from tui.page import Page
from tui.screens.contact_choosing import ContactChoosing
from tui.text import plain, shown
from tui.widgets.contact_table import COLUMNS, ContactTable, full_name
from tui.widgets.line import Line
from tui.widgets.marks import Marks
from tui.widgets.search_bar import SearchBar

if TYPE_CHECKING:
    from store.contacts import Person

T = TypeVar("T")

_CHANGES = frozenset(
    {"create", "edit", "delete", "delete_selected", "undo", "import", "download", "actions", "adopt"}
)
"""Actions that are not for those who may only read."""
_NOT_WHILE_TYPING = frozenset({"search", "saved_searches", "jump", "jump_name"})
"""Actions whose keys are letters in the search line."""
_FIRST = 200
"""Rows that are shown before the whole order is known."""
_DETAILS_SECONDS = 0.1
"""The cursor must rest for so long before the details beside the list follow it."""
_REST = 4
"""While others write, a new order is taken after so many times as long as the last one took."""


class ContactsScreen(ContactChoosing, Page):
    """The list of contacts."""

    MODE = "contacts"
    LOOK_SECONDS = 1.0
    CSS_PATH = "contacts.tcss"
    # At once, not by way of the search line, whose hint would move the list down and up again.
    AUTO_FOCUS = "#contacts"
    BINDINGS = [
        # With priority: what is typed right behind them belongs to where they lead.
        Binding("slash", "search", N_("Search"), key_display="/", priority=True),
        Binding("enter,down", "results", N_("Results"), priority=True),
        Binding("n", "create", N_("New")),
        Binding("a", "actions", N_("Actions")),
        Binding("o", "options", N_("Options")),
        Binding("s", "sort", N_("Sort")),
        Binding("f", "saved_searches", N_("Saved searches"), show=False, priority=True),
        Binding("enter", "details", N_("Details"), show=False),
        Binding("e", "edit", N_("Edit"), show=False),
        Binding("d,delete", "delete", N_("Delete"), show=False),
        Binding("u", "undo", N_("Undo"), show=False),
        Binding("y", "copy", N_("Copy phone"), show=False),
        Binding("p", "adopt", N_("Adopt name from WhatsApp"), show=False),
        Binding("i", "import", N_("Import contacts"), show=False),
        Binding("w", "download", N_("Download contacts"), show=False),
        Binding("asterisk,ctrl+a", "mark_all", N_("Mark all that match"), show=False),
        Binding("g,colon", "jump", N_("Jump to a row"), show=False, priority=True),
        Binding("apostrophe", "jump_name", N_("Jump to a name"), show=False, priority=True),
        Binding("escape", "unmark", N_("Unmark")),
        Binding("escape", "clear_search", N_("Show all")),
    ]

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
        self._details_timer: Timer | None = None
        self._is_whole = False
        self._total: int | None = None
        self._before_search: int | None = None
        """The contact that clearing the search returns to, unless one of its results was taken."""

    def compose_page(self) -> ComposeResult:
        yield SearchBar()
        with Horizontal(id="list"):
            yield ContactTable(self._rows, id="contacts")
            if self.has_class("-wide"):
                from tui.widgets import unseen

                yield unseen.details()

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

    def _rows(self, ids: Sequence[int]) -> dict[int, Row]:
        return self.contacts_app.glance(lambda: listing.rows(ids)) or {}

    # The order of rows

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

    # Search and sort

    def action_search(self) -> None:
        """Go to the search line."""
        line = self.query_one("#search", Line)
        self.set_focus(line)
        line.action_select_all()

    def action_clear_search(self) -> None:
        """Show all again; first of all without the panel of keys."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
            return
        if self._table.has_focus and self._table.selected_id is not None:
            # Whoever has gone into the results has found what is under the cursor.
            self._before_search = self._table.selected_id
        self.query_one("#search", Line).value = ""
        self._table.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Showing all is offered where something is left out, changes where they are possible."""
        if action == "clear_search":
            line = self.query_one("#search", Line)
            return bool(line.value) or line.has_focus or bool(self.query("HelpPanel"))
        if action == "unmark":
            return self._table.has_focus and bool(self._table.marks) and not self.query("HelpPanel")
        if action == "results":
            return isinstance(self.focused, Line)
        if action in _NOT_WHILE_TYPING:
            return not isinstance(self.focused, Line)
        return not (database.is_read_only() and action in _CHANGES)

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        self.refresh_bindings()
        if event.value == self._listing.search:
            return
        keep = None
        if not self._listing.search:
            self._before_search = self._kept()
        elif not event.value:
            keep = self._before_search
        self._listing = replace(self._listing, search=event.value)
        self._is_whole = False
        # What was typed before must not keep this one waiting: a filter may look at every contact.
        self._look.break_off()
        self._take_order(keep)

    async def typed(self) -> None:
        line = self.query_one("#search", Line)
        # What was typed is told from parent to parent, each of which comes to it in its own time.
        for node in line.ancestors_with_self:
            done = asyncio.Event()
            node.call_later(done.set)
            await done.wait()
            if node is self:
                return

    def action_saved_searches(self) -> None:
        """Choose a search that is kept under a name, or keep the present one."""
        from tui.screens.saved_searches import SavedSearches

        self.app.push_screen(SavedSearches(self._listing.search), self._search_again)

    def _search_again(self, words: str | None) -> None:
        if words is not None:
            self.query_one("#search", Line).value = words
            self._table.focus()

    def action_results(self) -> None:
        """From the search line into the results."""
        self.set_focus(self._table)

    @on(DataTable.HeaderSelected)
    def _sort_by_header(self, event: DataTable.HeaderSelected) -> None:
        order = self._table.order_of(event.column_key)
        if order is not None:
            self._sort(order)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_sort(self) -> None:
        """Ask what to sort by; what is sorted by already turns around."""
        from tui.screens.choice import Choice, ChoiceScreen

        choices = [Choice(full_name(spec), spec.order) for spec in COLUMNS if spec.order is not None]
        screen = ChoiceScreen(_("Sort by (again: turn around)"), choices, value=self._listing.order)
        choice = await self.app.push_screen_wait(screen)
        if choice is not None:
            self._sort(choice.value)

    def _sort(self, order: Order) -> None:
        if order is self._listing.order:
            self._listing = replace(self._listing, descending=not self._listing.descending)
        else:
            # Names from A, numbers and dates from the top.
            self._listing = replace(self._listing, order=order, descending=order is not Order.NAME)
        self._take_order(self._kept())

    # Details

    @on(DataTable.RowHighlighted)
    def _follow_cursor(self) -> None:
        if self._details_timer is not None:
            self._details_timer.stop()
        if self.has_class("-wide"):
            self._details_timer = self.set_timer(_DETAILS_SECONDS, self._show_details)

    def _show_details(self) -> None:
        if self.has_class("-wide"):
            self._fill_details()

    @work(exclusive=True, group="details", exit_on_error=False)
    async def _fill_details(self) -> None:
        from tui.widgets import unseen

        beside = await unseen.details_in(self.query_one("#list"))
        # In the reader's thread: the first time it loads the numbering plans of the world, 60 ms.
        await beside.show(self._selected())

    def on_resize(self) -> None:
        """The details may have come on screen."""
        self.call_after_refresh(self._show_details)

    def _selected(self) -> "Person | None":
        # Imported here: the first rows need it not.
        from store import contacts

        contact_id = self._table.selected_id
        if contact_id is None:
            return None
        people = self.contacts_app.glance(lambda: contacts.get_many([contact_id]))
        return people[0] if people else None

    def _changed(self, person: "Person") -> None:
        self.reload()

    # What is done with a contact

    @on(DataTable.RowSelected)
    def _open_selected(self) -> None:
        self.action_details()

    @on(ContactTable.OptionsAsked)
    def _options_clicked(self) -> None:
        self.action_options()
