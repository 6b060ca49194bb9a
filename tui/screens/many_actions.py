"""What can be done with many contacts at once: set or clear a property, delete, download."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from store.errors import ContactsError
from store.language import _, ngettext
from tui.page import OurScreen
from tui.text import shown

if TYPE_CHECKING:
    from store.values.custom_property import CustomProperty
    from tui.screens.choice import Choice

_DOWNLOAD_LIMIT = 10_000
"""Contacts that a download can name one by one; more are meant by a search."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The contacts that an action is for: all that are marked, else the one under the cursor."""

    ids: "array[int]"
    """No more and no others, whatever has come into the list since they were marked; 4 bytes each."""
    are_marked: bool

    def __len__(self) -> int:
        return len(self.ids)


class ManyActions(OurScreen):
    """A mixin for the screen where contacts are marked."""

    def chosen(self) -> Chosen:
        """What the next action is for."""
        raise NotImplementedError

    def search_that_found(self, chosen: Chosen) -> str | None:
        """What is searched for, if it has found just these."""
        raise NotImplementedError

    def unmark(self, chosen: Chosen) -> None:
        """Let them be marked no more."""
        raise NotImplementedError

    def choices_for_many(self) -> "list[Choice[str]]":
        """What can be done with those that are marked; nothing where none are."""
        from tui.screens.choice import Choice

        chosen = self.chosen()
        if not chosen.are_marked:
            return []
        count = len(chosen)
        return [
            Choice(
                ngettext("Set a property of {count} marked", "Set a property of {count} marked", count),
                "set_property",
            ),
            Choice(
                ngettext("Clear a property of {count} marked", "Clear a property of {count} marked", count),
                "clear_property",
            ),
            Choice(ngettext("Delete {count} marked", "Delete {count} marked", count), "delete"),
            Choice(ngettext("Download {count} marked", "Download {count} marked", count), "download_marked"),
        ]

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_set_property(self) -> None:
        """Ask for a property and a value, and give it to all that are chosen."""
        from tui.screens.value_form import ValueForm

        chosen = self.chosen()
        item = await self._property(_("Set which property?"))
        if item is None or not chosen:
            return
        change_id = await self.app.push_screen_wait(ValueForm(item, chosen.ids))
        if change_id is not None:
            self._follow(change_id, chosen)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_clear_property(self) -> None:
        """Ask for a property, and take its value away from all that are chosen."""
        from store import changes
        from tui.screens.question import Question

        chosen = self.chosen()
        item = await self._property(_("Clear which property?"))
        if item is None or not chosen:
            return
        question = _("Clear {name}?").format(name=shown(item.name)) + "\n"
        question += ngettext(
            "{count} contact is meant; u brings its value back.",
            "{count} contacts are meant; u brings their values back.",
            len(chosen),
        )
        if await self.app.push_screen_wait(Question(question, _("Clear"), _("Keep"))):
            self.change_many(partial(changes.clear, chosen.ids, item.id), chosen)

    async def _property(self, question: str) -> "CustomProperty | None":
        from store import properties
        from tui.screens.choice import Choice, ChoiceScreen

        items = properties.list_all()
        if not items:
            self.contacts_app.say(_("There are no properties yet: Settings (5) makes some."))
            return None
        choices = [Choice(shown(item.name, 60), item) for item in items]
        choice = await self.app.push_screen_wait(ChoiceScreen(question, choices))
        return None if choice is None else choice.value

    @work(group="write", exit_on_error=False)
    async def change_many(self, begin: Callable[[], int], chosen: Chosen) -> None:
        """Begin a change of what is chosen, and watch it."""
        try:
            change_id = await self.contacts_app.write(begin)
        except ContactsError as error:
            self.contacts_app.say_error(error)
            return
        self._follow(change_id, chosen)

    def _follow(self, change_id: int, chosen: Chosen) -> None:
        self.contacts_app.undoable.append(change_id)
        if chosen.are_marked:
            self.unmark(chosen)
        self._watch(change_id)

    def _watch(self, change_id: int) -> None:
        from tui.screens.change_window import ChangeWindow

        self.app.push_screen(ChangeWindow(change_id))

    def is_undone(self, change_id: int) -> bool:
        """Whether a change was taken back already."""
        from store import changes
        from store.jobs import State

        view = self.contacts_app.glance(lambda: changes.get(change_id))
        return view is not None and view.state is State.UNDONE

    @work(group="write", exit_on_error=False)
    async def undo_change(self, change_id: int) -> None:
        """Take a change back, and watch it."""
        from store import changes

        try:
            await self.contacts_app.write(changes.undo, change_id)
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self._watch(change_id)

    def action_changes(self) -> None:
        """Show the latest changes of many contacts."""
        from tui.screens.change_window import Changes

        self.app.push_screen(Changes())

    def action_download_marked(self) -> None:
        """Open the download window for those that are marked."""
        from tui.screens.download_window import DownloadWindow

        chosen = self.chosen()
        search = self.search_that_found(chosen)
        if len(chosen) <= _DOWNLOAD_LIMIT:
            search = f"id:{','.join(map(str, chosen.ids))}"
        if search is None:
            sentence = _("At most {limit:,} marked contacts can be downloaded; search for more, and press w.")
            self.contacts_app.say(sentence.format(limit=_DOWNLOAD_LIMIT))
            return
        self.app.push_screen(DownloadWindow(search))
