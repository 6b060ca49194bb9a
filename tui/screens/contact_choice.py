"""Choose a contact by name, phone or email."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from store import contacts, listing
from store.contacts import Person
from store.errors import ContactsError
from store.language import N_, _
from store.listing import Listing
from tui.page import Dialog
from tui.text import lines, plain
from tui.widgets.keys_line import KeysLine
from tui.widgets.line import Line

_SHOWN = 30


class ContactChoice(Dialog[Person]):
    """Ends with the contact as it is now, or None."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Person] = []
        self._words: str | None = None
        """What was searched for; None before anything was."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog choice"):
            yield Static(plain(_("Choose a contact")), classes="title")
            yield Line(placeholder=_("Type to find"))
            yield OptionList(markup=False)
            yield Static(plain(_("Nothing fits what you typed.")), classes="muted")
            yield KeysLine()

    def on_mount(self) -> None:
        """The latest first."""
        self.query_one(Line).focus()
        self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _search(self, words: str, *, is_taken: bool = False) -> None:
        said = _("Nothing fits what you typed.")
        try:
            self._found = await self.contacts_app.read(_people, words)
        except ContactsError as error:
            self._found, said = [], str(error)
        self._words = words
        options = self.query_one(OptionList)
        options.set_options(Option(plain(person.label)) for person in self._found)
        options.highlighted = 0 if self._found else None
        muted = self.query_one(".muted", Static)
        muted.update(lines(said))
        muted.display = not self._found
        if is_taken:
            self._take_highlighted()

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        if event.value == self._words:
            self._take_highlighted()
        else:
            # What is shown still belongs to what was typed before.
            self._search(event.value, is_taken=True)

    def _take_highlighted(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._found):
            self.dismiss(self._found[index])

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])

    def action_move(self, rows: int) -> None:
        """Move in the list while typing."""
        options = self.query_one(OptionList)
        if options.highlighted is not None and self._found:
            options.highlighted = (options.highlighted + rows) % len(self._found)


def _people(words: str) -> list[Person]:
    return contacts.get_many(list(listing.first_ids(Listing(search=words), _SHOWN)))
