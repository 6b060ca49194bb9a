"""Page 1: who wrote and how often; search, sort, and what can be done with a contact."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import DataTable, Input

from store import database, listing
from store.language import N_, _
from store.listing import Order, Row
from tui.screens.contact_order import ContactOrder
from tui.widgets.contact_table import COLUMNS, ContactTable, full_name
from tui.widgets.line import Line
from tui.widgets.search_bar import SearchBar

if TYPE_CHECKING:
    from store.contacts import Person

_CHANGES = frozenset(
    {"create", "edit", "delete", "delete_selected", "undo", "import", "download", "actions", "adopt"}
)
"""Actions that are not for those who may only read."""
_NOT_WHILE_TYPING = frozenset({"search", "saved_searches", "jump", "jump_name"})
"""Actions whose keys are letters in the search line."""
_DETAILS_SECONDS = 0.1
"""The cursor must rest for so long before the details beside the list follow it."""


class ContactsScreen(ContactOrder):
    """The list of contacts."""

    MODE = "contacts"
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

    def __init__(self) -> None:
        super().__init__()
        self._details_timer: Timer | None = None
        self._before_search: int | None = None
        """The contact that clearing the search returns to, unless one of its results was taken."""

    def compose_page(self) -> ComposeResult:
        yield SearchBar()
        with Horizontal(id="list"):
            yield ContactTable(self._rows, id="contacts")
            if self.has_class("-wide"):
                from tui.widgets import unseen

                yield unseen.details()

    def _rows(self, ids: Sequence[int]) -> dict[int, Row]:
        return self.contacts_app.glance(lambda: listing.rows(ids)) or {}

    # Search and sort

    def action_search(self) -> None:
        """Go to the search line."""
        line = self.query_one("#search", Line)
        self._table.drop_wish()
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
        if event.input.has_focus:
            # Else it was typed before the person went to the results.
            self._table.drop_wish()
        if event.value == self._listing.search:
            self.query_one(SearchBar).say_fault("")
            return
        keep = None
        if not self._listing.search:
            self._before_search = self._kept()
        elif not event.value:
            keep = self._before_search
        self._want(replace(self._listing, search=event.value), keep)
        self._show_count_soon()

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

        self._table.drop_wish()
        self.app.push_screen(SavedSearches(self.query_one("#search", Line).value), self._search_again)

    def _search_again(self, words: str | None) -> None:
        if words is not None:
            self.query_one("#search", Line).value = words
            self._table.focus()

    def action_results(self) -> None:
        """From the search line into the results."""
        self._table.drop_wish()
        self._table.wait()
        self.set_focus(self._table)
        self._have_results()

    @work(exclusive=True, group="results", exit_on_error=False)
    async def _have_results(self) -> None:
        # What is pressed next is for what was typed, which may still be on its way.
        await self.typed()
        if self._taking is None and self._listing is self._shown:
            self._table.wait_no_more()

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
        self._table.drop_wish()
        if order is not self._listing.order:
            # Names from A, numbers and dates from the top.
            wanted = replace(self._listing, order=order, descending=order is not Order.NAME)
            self._want(wanted, self._kept())
        elif not self._turn_around():
            self._want(replace(self._listing, descending=not self._listing.descending), self._kept())

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
