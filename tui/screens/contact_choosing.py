"""Which contacts of the list an action is for, and what is done with one or many of them."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from textual import work

from store import contacts, listing
from store.contacts import Person
from store.errors import ContactsError
from store.language import _, ngettext
from store.listing import Order
from tui.screens.contact_actions import ContactActions
from tui.screens.list_actions import ListActions
from tui.screens.question import Question
from tui.text import shown
from tui.widgets.contact_table import ContactTable

AT_ONCE = 1_000
"""Contacts that are changed while the person waits; more are work for a job."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The contacts that an action is for: all that are marked, else the one under the cursor."""

    ids: "array[int]"
    """No more and no others, whatever has come into the list since they were marked; 8 bytes each."""
    are_marked: bool

    def __len__(self) -> int:
        return len(self.ids)


class ContactChoosing(ContactActions, ListActions):
    """The part of the list's screen that knows marks."""

    _is_whole: bool
    """Whether the table knows all ids of its listing."""

    @property
    def _table(self) -> ContactTable:
        return self.query_one(ContactTable)

    def chosen(self) -> Chosen:
        """What the next action is for; empty in an empty list (40 ms of a million marks)."""
        marks = self._table.marks
        if marks:
            return Chosen(marks.ids(), True)
        selected = self._table.selected_id
        return Chosen(array("q", () if selected is None else (selected,)), False)

    # Marks

    @work(exclusive=True, group="read", exit_on_error=False)
    async def action_mark_all(self) -> None:
        """Mark all that match."""
        ids, wanted = self._table.ids, self._listing
        if not self._is_whole:
            ids = await self.contacts_app.read(listing.ids, wanted)
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

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _ask_where(self, question: str, *, letters_only: bool) -> None:
        from tui.screens.jump import Jump, place_meant

        back = self._table.bookmark()

        def go(words: str) -> str:
            table = self._table
            place = None if letters_only else place_meant(words, len(table.ids))
            if place is None and self._listing.order is Order.NAME:
                place = self.contacts_app.glance(lambda: self._place_of_name(words))
            if place is None:
                return _("Type a row number like 1,234, or a share like 50%.")
            table.go_to(place)
            return ""

        if not await self.app.push_screen_wait(Jump(question, go)):
            back()

    def _place_of_name(self, words: str) -> int:
        return listing.position(self._table.ids, words, descending=self._listing.descending)

    # Delete and bring back

    def action_delete(self) -> None:
        """Ask, then put what is chosen into the bin."""
        self._ask_to_delete(self.chosen())

    def action_delete_selected(self) -> None:
        """Ask, then put the contact under the cursor into the bin, whatever is marked."""
        selected = self._table.selected_id
        if selected is not None:
            self._ask_to_delete(Chosen(array("q", (selected,)), False))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _ask_to_delete(self, chosen: Chosen) -> None:
        # The one place where more than `AT_ONCE` would be handed over to a job.
        if len(chosen) > AT_ONCE:
            sentence = _("{marked:,} contacts are marked; at most {limit:,} can be deleted at once.")
            self.contacts_app.say(sentence.format(marked=len(chosen), limit=AT_ONCE))
            return
        people = [person for person in contacts.get_many(chosen.ids.tolist()) if not person.deleted]
        if not people:
            return
        question = ngettext("Delete {count} contact?", "Delete {count} contacts?", len(people))
        question += "\n" + ngettext("u brings it back.", "u brings them back.", len(people))
        if not chosen.are_marked:
            question = _("Delete {name}?\nu brings it back.").format(name=shown(people[0].label))
        if await self.app.push_screen_wait(Question(question, _("Delete"), _("Keep"))):
            self._delete(people, chosen)

    @work(group="write", exit_on_error=False)
    async def _delete(self, people: Sequence[Person], chosen: Chosen) -> None:
        try:
            await self.contacts_app.write(contacts.delete, [person.id for person in people])
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        self.contacts_app.deleted.append(people)
        if chosen.are_marked:
            self._table.unmark(chosen.ids)
        sentence = _("{name} is deleted; u brings it back.").format(name=people[0].name)
        if len(people) > 1:
            sentence = _("{count:,} contacts are deleted; u brings them back.").format(count=len(people))
        self.contacts_app.say(sentence)
        self.reload()

    @work(group="write", exit_on_error=False)
    async def action_undo(self) -> None:
        """Bring back what was deleted last in this session."""
        if not self.contacts_app.deleted:
            self.contacts_app.say(_("Nothing was deleted in this session."))
            return
        # Taken off the list whatever comes of it: one that cannot come back must not bar the others.
        people = self.contacts_app.deleted.pop()
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
