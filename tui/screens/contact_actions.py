"""What can be done with a contact from the list as from its details."""

from typing import TYPE_CHECKING

from textual import work

from store import database
from store.errors import ContactsError
from store.language import _
from tui.page import OurScreen
from tui.text import shown
from tui.widgets.contact_table import COLUMNS, full_name

if TYPE_CHECKING:
    from store.contacts import Person
    from tui.screens.choice import Choice

_COUNTERS = [spec for spec in COLUMNS if spec.right]
"""The four columns that count interactions; their keys are the counters' names."""


class ContactActions(OurScreen):
    """A mixin for screens that have a contact to do something with."""

    def _selected(self) -> "Person | None":
        """The contact, as it is now; None if there is none."""
        raise NotImplementedError

    def _as_shown(self) -> "Person | None":
        """The contact as the person at the screen knows it, for changes to begin from."""
        return self._selected()

    def _changed(self, person: "Person") -> None:
        """Show the contact as it has become."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """Copy its phone."""
        person = self._selected()
        if person is not None:
            self.contacts_app.copy_phone(person)

    def action_counter(self, counter: str) -> None:
        """Show the interactions behind one of its counters."""
        person = self._selected()
        if person is None:
            return
        from tui.screens.behind_counter import BehindCounter

        title = next(full_name(spec) for spec in _COUNTERS if spec.key == counter)
        self.app.push_screen(BehindCounter(person, counter, title))

    def action_adopt(self) -> None:
        """Let its name be what the person calls themselves in WhatsApp."""
        person = self._as_shown()
        if person is None:
            return
        if not can_adopt(person):
            self.contacts_app.say(_("No other name of this contact is known from WhatsApp."))
            return
        self._adopt(person)

    @work(group="write", exit_on_error=False)
    async def _adopt(self, person: "Person") -> None:
        from store import contacts

        name = person.profile_name or ""
        try:
            adopted = await self.contacts_app.write(contacts.edit, person.id, name=name, seen=person)
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        sentence = _("{before} is called {name} now.")
        self.contacts_app.say(sentence.format(before=shown(person.name, 100), name=shown(adopted.name, 100)))
        self._changed(adopted)


def can_adopt(person: "Person") -> bool:
    """Whether WhatsApp knows another name of a contact, and it may be changed."""
    if person.deleted or database.is_read_only():
        return False
    return bool(person.profile_name) and person.profile_name != person.name


def adopting(person: "Person") -> "list[Choice[str]]":
    """The choice to adopt the name from WhatsApp, where there is one."""
    from tui.screens.choice import Choice

    label = _("Adopt the name “{name}”").format(name=shown(person.profile_name, 30))
    return [Choice(label, "adopt")] if can_adopt(person) else []


def counters(person: "Person") -> "list[Choice[str]]":
    """A choice for each counter of a contact: its value is the action that opens it."""
    from tui.screens.choice import Choice

    return [
        Choice(f"{full_name(spec)} ({getattr(person, spec.key):,})", f"counter('{spec.key}')")
        for spec in _COUNTERS
    ]
