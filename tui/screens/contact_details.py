"""All that is known of one contact, and what can be done with it."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from store import contacts, database
from store.contacts import Person
from store.errors import NotFound
from store.language import N_, _
from tui.page import Dialog
from tui.widgets.details import Details
from tui.widgets.keys_line import KeysLine


class ContactDetails(Dialog[str]):
    """Ends with "delete" if the person wants that, else with None."""

    BINDINGS = [
        Binding("escape,enter", "dismiss(None)", N_("Back")),
        Binding("e", "edit", N_("Edit")),
        Binding("d,delete", "dismiss('delete')", N_("Delete")),
        Binding("y", "copy", N_("Copy phone")),
    ]

    def __init__(self, contact_id: int) -> None:
        super().__init__()
        self._contact_id = contact_id

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog details"):
            yield Details(can_focus=True)
            yield KeysLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changes are not for those who may only read."""
        return not (database.is_read_only() and (action == "edit" or parameters == ("delete",)))

    def on_mount(self) -> None:
        """Read it."""
        self.query_one(Details).focus()
        # Its lines are broken by the width, which is known then.
        self.call_after_refresh(self._show)

    @work(exclusive=True, group="details", exit_on_error=False)
    async def _show(self) -> None:
        person = self._person()
        if person is not None:
            await self.query_one(Details).show(person)

    def _person(self) -> Person | None:
        try:
            return contacts.get(self._contact_id)
        except NotFound as error:
            self.contacts_app.say_error(error)
            self.dismiss(None)
            return None

    def action_edit(self) -> None:
        """Change name, email and properties."""
        person = self._person()
        if person is None:
            return
        from tui.screens.contact_form import ContactForm

        self.app.push_screen(ContactForm(person), self._after_form)

    def _after_form(self, person: Person | None) -> None:
        if person is not None:
            self.contacts_app.say(_("{name} is saved.").format(name=person.name))
            self._show()

    def action_copy(self) -> None:
        """Copy the phone."""
        person = self._person()
        if person is not None:
            self.contacts_app.copy_phone(person)
