"""What can be done with the list of contacts as a whole."""

from typing import TYPE_CHECKING

from textual import work

from store.language import _
from store.listing import Listing
from tui.page import OurScreen

if TYPE_CHECKING:
    from store.contacts import Person
    from tui.screens.choice import Choice


class ListActions(OurScreen):
    """A mixin for the screen that has the list."""

    _listing: Listing

    def choices_for_many(self) -> "list[Choice[str]]":
        """What can be done with those that are marked."""
        raise NotImplementedError

    def reload(self) -> None:
        """Show what this program has just changed."""
        raise NotImplementedError

    def show_contact(self, contact_id: int) -> None:
        """Show what this program has just changed, the cursor on a contact."""
        raise NotImplementedError

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_actions(self) -> None:
        """What can be done with the list."""
        from tui.screens.choice import Choice, ChoiceScreen

        choices = [
            Choice(_("+ Create contact"), "create"),
            Choice(_("Import contacts"), "import"),
            Choice(_("Download contacts"), "download"),
            Choice(_("Mark all that match (*; space marks one)"), "mark_all"),
            Choice(_("Saved searches (f)"), "saved_searches"),
            Choice(_("Changes of many contacts"), "changes"),
        ]
        choices = self.choices_for_many() + choices
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Actions"), choices))
        if choice is not None:
            await self.run_action(choice.value)

    def action_create(self) -> None:
        """Open an empty form."""
        from tui.screens.contact_form import ContactForm

        self.app.push_screen(ContactForm(None), self._after_form)

    def _after_form(self, person: "Person | None") -> None:
        if person is not None:
            self.contacts_app.say(_("{name} is saved.").format(name=person.name))
            self.show_contact(person.id)

    def action_import(self) -> None:
        """Open the import window."""
        from tui.screens.import_window import ImportWindow

        self.app.push_screen(ImportWindow(), lambda _import_id: self.reload())

    def action_download(self) -> None:
        """Open the download window, which offers what the list shows now."""
        from tui.screens.download_window import DownloadWindow

        self.app.push_screen(DownloadWindow(self._listing.search))
