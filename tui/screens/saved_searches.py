"""Searches that are kept under a name: take one, keep the present one, forget one."""

from collections.abc import Iterable

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from store import database, searches
from store.errors import ContactsError
from store.language import N_, _
from store.searches import Search
from tui.page import Dialog
from tui.screens.form import Form
from tui.screens.question import Question
from tui.text import cell, plain, shown
from tui.widgets.field import Field
from tui.widgets.keys_line import KeysLine
from tui.widgets.line import Line
from tui.widgets.small_table import SmallColumn, SmallTable

_BY_KEY = 9
"""The first so many are taken by their number."""


class SavedSearches(Dialog[str]):
    """Ends with the words of the search that was taken, or None."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("enter", "take", N_("Take")),
        Binding("s", "save", N_("Save the present search")),
        Binding("d,delete", "delete", N_("Delete")),
        *(Binding(str(number), f"take_number({number})", show=False) for number in range(1, _BY_KEY + 1)),
    ]

    def __init__(self, words: str) -> None:
        """`words`: of the present search."""
        super().__init__()
        self._words = words
        # At once: a number may be typed right behind the key that opens this.
        self._found = searches.list_all()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(_("Saved searches")), classes="title")
            columns = (SmallColumn("", 2), SmallColumn(_("Name"), 24), SmallColumn(_("Search")))
            yield SmallTable(columns, id="searches")
            sentence = _("None yet. Write a search with /, then f and s keep it under a name.")
            yield Static(plain(sentence), classes="muted")
            yield KeysLine()

    def on_mount(self) -> None:
        """The table first."""
        self.query_one(SmallTable).focus()
        self._show()

    def _show(self, selected: str | None = None) -> None:
        self._found = searches.list_all()
        rows = {
            str(item.id): [cell(number if number <= _BY_KEY else ""), cell(item.name), cell(item.words)]
            for number, item in enumerate(self._found, 1)
        }
        self.query_one(SmallTable).fill(rows, selected)
        self.query_one(".muted").display = not rows
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a search, or may be done by those who may write, is offered there only."""
        if action in ("take", "delete") and not self._found:
            return False
        if action == "save" and not self._words.strip():
            return False
        return not (database.is_read_only() and action in ("save", "delete"))

    def _selected(self) -> Search | None:
        key = self.query_one(SmallTable).selected
        return next((item for item in self._found if str(item.id) == key), None)

    @on(DataTable.RowSelected)
    def action_take(self) -> None:
        """Search for the one under the cursor."""
        item = self._selected()
        if item is not None:
            self.dismiss(item.words)

    def action_take_number(self, number: int) -> None:
        """Search for the one with this number."""
        if number <= len(self._found):
            self.dismiss(self._found[number - 1].words)

    def action_save(self) -> None:
        """Ask for a name for the present search."""

        def show(saved: Search | None) -> None:
            if saved is not None:
                self._show(str(saved.id))

        self.app.push_screen(_NameForm(self._words), show)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_delete(self) -> None:
        """Ask, then forget the one under the cursor."""
        item = self._selected()
        if item is None:
            return
        question = _("Forget the search “{name}”?").format(name=shown(item.name))
        if not await self.app.push_screen_wait(Question(question, _("Forget"), _("Keep"))):
            return
        try:
            await self.contacts_app.write(searches.delete, item.id)
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self._show()


class _NameForm(Form[Search]):
    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def heading(self) -> str:
        return _("Save the search")

    def compose_fields(self) -> Iterable[Widget]:
        yield Field(_("Name (one that exists is replaced)"), Line(id="name"), key="name")
        yield Field(_("Search"), Line(self._words, id="words"), key="words")

    @on(Input.Submitted)
    def _enter(self) -> None:
        self.action_save()

    async def save(self) -> Search:
        words = self.query_one("#words", Line).changed
        name = self.query_one("#name", Line).value
        return await self.contacts_app.write(searches.save, name, self._words if words is None else words)
