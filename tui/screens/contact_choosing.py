"""Which contacts of the list an action is for, and what is done with one or many of them."""

from array import array
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from store import database, listing
from store.errors import ContactsError
from store.language import _, ngettext
from store.listing import Order
from tui.screens.contact_actions import ContactActions, adopting, counters
from tui.screens.list_actions import ListActions
from tui.screens.many_actions import Chosen, ManyActions
from tui.text import shown
from tui.widgets.contact_table import ContactTable
from tui.widgets.marks import Marks

if TYPE_CHECKING:
    from store.contacts import Person

AT_ONCE = 1_000
"""Contacts that are changed while the person waits; more are work for a job."""


class ContactChoosing(ContactActions, ManyActions, ListActions):
    """The part of the list's screen that knows marks."""

    @property
    def _table(self) -> ContactTable:
        return self.query_one(ContactTable)

    async def typed(self) -> None:
        """Come back when what was typed into the search line is searched for."""
        raise NotImplementedError

    def chosen(self) -> Chosen:
        """What the next action is for; empty in an empty list (40 ms of a million marks)."""
        marks = self._table.marks
        if marks:
            return Chosen(marks.ids(), True)
        selected = self._table.selected_id
        return Chosen(array(database.ID, () if selected is None else (selected,)), False)

    def search_that_found(self, chosen: Chosen) -> str | None:
        table = self._table
        found_all = table.is_whole and len(chosen) == len(table.ids) and Marks(table.ids).ids() == chosen.ids
        return self._listing.search if found_all else None

    # Marks

    @work(exclusive=True, group="read", exit_on_error=False)
    async def action_mark_all(self) -> None:
        """Mark all that match."""
        await self.typed()
        ids, wanted = self._table.ids, self._listing
        try:
            if not self._table.is_whole:
                ids = await self.contacts_app.read(listing.ids, wanted)
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        self._table.mark(ids)

    def action_unmark(self) -> None:
        """Let no contact be marked."""
        self._table.unmark_all()

    # Jump

    def action_jump(self) -> None:
        """Ask for a row, a share, or where the list is sorted by name, the first letters of one."""
        question = _("Row number, or 50%")
        if self._listing.order is Order.NAME:
            question = _("Row number, 50%, or first letters of a name")
        self._ask_where(question, letters_only=False)

    def action_jump_name(self) -> None:
        """Ask for the first letters of a name."""
        if self._listing.order is Order.NAME:
            self._ask_where(_("First letters of a name"), letters_only=True)
        else:
            self.contacts_app.say(_("Letters jump where the list is sorted by name: press s."))

    def _ask_where(self, question: str, *, letters_only: bool) -> None:
        from tui.screens.jump import Jump, place_meant

        back = self._table.bookmark()

        is_by_name = self._listing.order is Order.NAME

        def go_there(words: str) -> None:
            table = self._table
            place = None if letters_only else place_meant(words, len(table.ids))
            if place is None and is_by_name:
                place = self.contacts_app.glance(lambda: self._place_of_name(words))
            if place is not None:
                table.go_to(place)

        def go(words: str) -> str:
            if not is_by_name and place_meant(words, 1) is None:
                return _("Type a row number like 1,234, or a share like 50%.")
            self._table.when_whole(partial(go_there, words))
            return ""

        self.app.push_screen(Jump(question, go), lambda stays: None if stays else back())

    def _place_of_name(self, words: str) -> int:
        return listing.position(self._table.ids, words, descending=self._listing.descending)

    def unmark(self, chosen: Chosen) -> None:
        self._table.unmark(chosen.ids)

    # One contact

    def action_details(self) -> None:
        """Open the details of the selected contact."""
        person = self._selected()
        if person is None:
            return
        from tui.screens.contact_details import ContactDetails

        self.app.push_screen(ContactDetails(person.id), self._after_details)

    def _after_details(self, wish: str | None) -> None:
        if wish == "delete":
            self.action_delete_selected()
        self.reload()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_options(self) -> None:
        """What can be done with the selected contact."""
        person = self._selected()
        if person is None:
            return
        from tui.screens.choice import Choice, ChoiceScreen

        choices = [Choice(_("View details"), "details")]
        if not database.is_read_only():
            choices.append(Choice(_("Delete"), "delete_selected"))
        choices += counters(person) + adopting(person)
        choice = await self.app.push_screen_wait(ChoiceScreen(shown(person.label), choices))
        if choice is not None:
            await self.run_action(choice.value)

    def action_edit(self) -> None:
        """Open the form of the selected contact."""
        person = self._selected()
        if person is None:
            return
        from tui.screens.contact_form import ContactForm

        self.app.push_screen(ContactForm(person), self._after_form)

    # Delete and bring back

    def action_delete(self) -> None:
        """Ask, then put what is chosen into the bin."""
        self._ask_to_delete(self.chosen())

    def action_delete_selected(self) -> None:
        """Ask, then put the contact under the cursor into the bin, whatever is marked."""
        selected = self._table.selected_id
        if selected is not None:
            self._ask_to_delete(Chosen(array(database.ID, (selected,)), False))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _ask_to_delete(self, chosen: Chosen) -> None:
        if len(chosen) > AT_ONCE:
            question = ngettext("Delete {count} contact?", "Delete {count} contacts?", len(chosen))
            question += "\n" + _("u brings them back.")
            if await self._asked(question):
                from store import changes

                self.change_many(partial(changes.delete, chosen.ids), chosen)
            return
        from store import contacts

        people = [person for person in contacts.get_many(chosen.ids.tolist()) if not person.deleted]
        if not people:
            return
        question = ngettext("Delete {count} contact?", "Delete {count} contacts?", len(people))
        question += "\n" + ngettext("u brings it back.", "u brings them back.", len(people))
        if not chosen.are_marked:
            question = _("Delete {name}?\nu brings it back.").format(name=shown(people[0].label))
        if await self._asked(question):
            self._delete(people, chosen)

    async def _asked(self, question: str) -> bool:
        from tui.screens.question import Question

        return bool(await self.app.push_screen_wait(Question(question, _("Delete"), _("Keep"))))

    @work(group="write", exit_on_error=False)
    async def _delete(self, people: "Sequence[Person]", chosen: Chosen) -> None:
        from store import contacts

        try:
            await self.contacts_app.write(contacts.delete, [person.id for person in people])
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        self.contacts_app.undoable.append(people)
        if chosen.are_marked:
            self.unmark(chosen)
        sentence = _("{name} is deleted; u brings it back.").format(name=people[0].name)
        if len(people) > 1:
            sentence = _("{count:,} contacts are deleted; u brings them back.").format(count=len(people))
        self.contacts_app.say(sentence)
        self.reload()

    @work(group="write", exit_on_error=False)
    async def action_undo(self) -> None:
        """Take back what was deleted, or changed in many contacts, last in this session."""
        if not self.contacts_app.undoable:
            self.contacts_app.say(_("There is nothing to undo."))
            return
        # Taken off the list whatever comes of it: one that cannot come back must not bar the others.
        people = self.contacts_app.undoable.pop()
        if isinstance(people, int):
            if self.is_undone(people):
                # In its own window: what was done before it is meant.
                self.action_undo()
            else:
                self.undo_change(people)
            return
        from store import contacts

        try:
            faults = await self.contacts_app.write(contacts.restore_many, [person.id for person in people])
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        if faults:
            self.contacts_app.say_error(faults[0])
        if back := len(people) - len(faults):
            sentence = _("{name} is back.").format(name=people[0].name)
            if len(people) > 1:
                sentence = _("{back:,} of {count:,} contacts are back.").format(back=back, count=len(people))
            self.contacts_app.say(sentence)
            self.show_contact(people[0].id)
