"""The very interactions that a counter of a contact counts."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from store import interactions
from store.contacts import Person
from store.interactions import Counter
from store.language import N_, _
from tui.following import Following
from tui.page import Dialog
from tui.text import plain, shown
from tui.widgets.interaction_table import SHOWN, InteractionTable
from tui.widgets.keys_line import KeysLine


class BehindCounter(Following, Dialog[None]):
    """Follows the interactions while it is open."""

    BINDINGS = [Binding("escape,enter", "dismiss(None)", N_("Back"))]

    def __init__(self, person: Person, counter: str, title: str) -> None:
        super().__init__()
        self._person = person
        self._counter = Counter(counter)
        self._heading = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog behind"):
            yield Static(plain(shown(self._person.label, 60)), classes="title")
            yield Static(id="counted")
            yield InteractionTable(id="interactions")
            yield Static(plain(_("Only the latest {count:,} are listed.").format(count=SHOWN)), id="more")
            yield KeysLine()

    def on_mount(self) -> None:
        """Look, and look again now and then."""
        self.query_one(InteractionTable).focus()
        self.follow()

    @work(exclusive=True, group="details", exit_on_error=False)
    async def show_anew(self) -> None:
        """Count them, and show the latest."""
        found = await self.contacts_app.read(interactions.behind, self._person.id, self._counter)
        # Counted, not read off the contact: what is listed is what the number says.
        self.query_one("#counted", Static).update(plain(f"{self._heading}: {len(found):,}"))
        self.query_one("#more").display = len(found) > SHOWN
        self.query_one(InteractionTable).show(found)
