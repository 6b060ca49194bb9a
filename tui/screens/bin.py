"""Put contacts into the bin and bring them back, from the list."""

from typing import TYPE_CHECKING

from textual import work

from store.errors import ContactsError
from store.language import _
from tui.page import OurScreen

if TYPE_CHECKING:
    from store.contacts import Person


class Bin(OurScreen):
    """A mixin for the page of contacts."""

    def reload(self) -> None:
        """Show what this program has just changed."""
        raise NotImplementedError

    def show_contact(self, contact_id: int) -> None:
        """Show the list anew, this contact under the cursor."""
        raise NotImplementedError

    @work(group="write", exit_on_error=False)
    async def _delete(self, person: "Person") -> None:
        from store import contacts

        try:
            await self.contacts_app.write(contacts.delete, [person.id])
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        self.contacts_app.deleted.append(person)
        self.contacts_app.say(_("{name} is deleted; u brings it back.").format(name=person.name))
        self.reload()

    @work(group="write", exit_on_error=False)
    async def action_undo(self) -> None:
        """Bring back what was deleted last in this session."""
        from store import contacts

        if not self.contacts_app.deleted:
            self.contacts_app.say(_("Nothing was deleted in this session."))
            return
        # Taken off the list whatever comes of it: one that cannot come back must not bar the others.
        person = self.contacts_app.deleted.pop()
        try:
            await self.contacts_app.write(contacts.restore, person.id)
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        self.contacts_app.say(_("{name} is back.").format(name=person.name))
        self.show_contact(person.id)
