"""All that is known of one contact, what happened with it, and what can be done with it."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from store import contacts, database, interactions
from store.contacts import Person
from store.errors import NotFound
from store.interactions import Entry
from store.language import N_, _
from tui.following import Following
from tui.page import Dialog
from tui.screens.choice import ChoiceScreen
from tui.screens.contact_actions import ContactActions, adopting, can_adopt, counters
from tui.text import plain, shown
from tui.widgets.details import Details
from tui.widgets.interaction_table import SHOWN, InteractionTable
from tui.widgets.keys_line import KeysLine


class ContactDetails(Following, ContactActions, Dialog[str]):
    """Follows the contact while it is open; ends with "delete" if the person wants that, else with None."""

    BINDINGS = [
        Binding("escape,enter", "dismiss(None)", N_("Back")),
        Binding("e", "edit", N_("Edit")),
        Binding("d,delete", "dismiss('delete')", N_("Delete")),
        Binding("y", "copy", N_("Copy phone")),
        Binding("o", "options", N_("Options")),
        Binding("p", "adopt", N_("Adopt name")),
    ]

    def __init__(self, contact_id: int) -> None:
        super().__init__()
        self._contact_id = contact_id
        self._seen: Person | None = None
        """The contact as it is on the screen."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog details"):
            yield Details(can_focus=True)
            yield Static(id="happened", classes="title")
            yield InteractionTable(id="interactions")
            yield KeysLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changes are not for those who may only read; a name can be adopted where there is one."""
        if action == "adopt":
            return self._seen is not None and can_adopt(self._seen)
        return not (database.is_read_only() and (action == "edit" or parameters == ("delete",)))

    def on_mount(self) -> None:
        """Read it, and again whenever something was written."""
        self.query_one(Details).focus()
        # Its lines are broken by the width, which is known then.
        self.call_after_refresh(self.follow)

    @work(exclusive=True, group="details", exit_on_error=False)
    async def show_anew(self) -> None:
        """Read it and show it."""
        person = self._selected()
        if person is None:
            return
        entries = await self.contacts_app.read(interactions.timeline, self._contact_id, SHOWN + 1)
        is_first = self._seen is None
        self._seen = person
        self._show_entries(entries)
        if is_first and entries:
            self.query_one(InteractionTable).focus()
        self.refresh_bindings()
        await self.query_one(Details).show(person)

    def _show_entries(self, entries: list[Entry]) -> None:
        title = _("Interactions, the latest first")
        if len(entries) > SHOWN:
            title = _("Interactions, the latest {count:,}").format(count=SHOWN)
        self.query_one("#happened", Static).update(plain(title))
        self.query_one(".details").set_class(not entries, "-quiet")
        self.query_one(InteractionTable).show(entries)

    def _selected(self) -> Person | None:
        try:
            return contacts.get(self._contact_id)
        except NotFound as error:
            self.contacts_app.say_error(error)
            self.dismiss(None)
            return None

    def _as_shown(self) -> Person | None:
        return self._seen

    def _changed(self, person: Person) -> None:
        self.show_anew()

    def action_edit(self) -> None:
        """Change name, email and properties."""
        person = self._selected()
        if person is None:
            return
        from tui.screens.contact_form import ContactForm

        self.app.push_screen(ContactForm(person), self._after_form)

    def _after_form(self, person: Person | None) -> None:
        if person is not None:
            self.contacts_app.say(_("{name} is saved.").format(name=person.name))
            self.show_anew()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_options(self) -> None:
        """Open what is behind a counter, or adopt the name."""
        person = self._selected()
        if person is None:
            return
        choices = counters(person) + adopting(person)
        choice = await self.app.push_screen_wait(ChoiceScreen(shown(person.label), choices))
        if choice is not None:
            await self.run_action(choice.value)
