"""All that is known of a contact, to read."""

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from store.contacts import Person
    from tui.app import ContactsApp


class Details(VerticalScroll, can_focus=False):
    """A contact's fields, one under the other; hidden properties are not among them."""

    def compose(self) -> ComposeResult:
        yield Static(id="details")

    async def show(self, person: "Person | None") -> None:
        """Show this contact, or nothing."""
        app = cast("ContactsApp", self.app)
        width = self.size.width - 1
        content = Content() if person is None else await app.read(lambda: _content_of(person, width))
        self.query_one("#details", Static).update(content)


def _content_of(person: "Person", width: int) -> Content:
    # Imported here: it needs the whole store, and a list can be shown without it.
    from tui.widgets.fields import content_of

    return content_of(person, width)
