"""Page 2: the imports, how far they are, and what can be done with them."""

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Static

from store import database, imports, settings
from store.imports import ImportView
from store.language import N_, _
from store.values import times
from tui.page import Page
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.import_actions import IMPORT_ACTIONS, ImportActions
from tui.screens.import_details import ImportDetails
from tui.text import cell, plain, shown
from tui.widgets.import_progress import time_left
from tui.widgets.small_table import SmallColumn, SmallTable

_CHANGES = IMPORT_ACTIONS | {"import", "options"}


class ImportsScreen(ImportActions, Page):
    """The list of imports."""

    MODE = "imports"
    LOOK_SECONDS = 0.5
    BINDINGS = [
        Binding("i", "import", N_("Import contacts")),
        Binding("o", "options", N_("Options")),
        Binding("enter", "details", N_("Details")),
        Binding("x", "stop", N_("Stop loading"), show=False),
        Binding("c", "resume", N_("Resume"), show=False),
        Binding("r", "report", N_("Download results"), show=False),
        Binding("f", "rows_to_fix", N_("Write the rows to fix"), show=False),
        Binding("z", "undo", N_("Undo this import"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._views: list[ImportView] = []

    def compose_page(self) -> ComposeResult:
        yield SmallTable(
            (
                SmallColumn(_("File")),
                SmallColumn(_("State"), 16),
                SmallColumn(_("Created"), 9),
                SmallColumn(_("Duplic."), 9),
                SmallColumn(_("Rejected"), 9),
                SmallColumn(_("Start"), 16, wide_only=True),
                SmallColumn(_("By"), 14, wide_only=True),
            ),
            id="imports",
        )
        yield Static(plain(_("No imports yet. Press i to import an Excel file.")), id="none", classes="muted")

    def on_mount(self) -> None:
        """The table first."""
        self.query_one(SmallTable).focus()

    @property
    def is_restless(self) -> bool:
        """While any import goes on."""
        return any(view.is_busy for view in self._views)

    def show_anew(self) -> None:
        """Draw the table."""
        self._views = imports.list_all()
        zone = settings.load().time_zone
        self.query_one(SmallTable).fill({str(view.id): _cells(view, zone) for view in self._views})
        self.query_one("#none").display = not self._views

    def meant(self) -> ImportView | None:
        """The import under the cursor."""
        key = self.query_one(SmallTable).selected
        return next((view for view in self._views if str(view.id) == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only looking is for those who may only read: even a report is a job."""
        return not (database.is_read_only() and action in _CHANGES)

    # What can be done

    @on(DataTable.RowSelected)
    def action_details(self) -> None:
        """All about an import."""
        view = self.meant()
        if view is not None:
            self.app.push_screen(ImportDetails(view.id))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_options(self) -> None:
        """What can be done with the selected import."""
        view = self.meant()
        if view is None:
            return
        choices = [Choice(_("View details"), "details")]
        if view.can_stop:
            label = _("Stop undoing") if view.is_undoing else _("Stop loading contacts")
            choices.append(Choice(label, "stop"))
        if view.can_resume:
            choices.append(Choice(_("Resume"), "resume"))
        if not view.is_running:
            choices.append(Choice(_("Download results"), "report"))
        if view.can_be_mended:
            choices.append(Choice(_("Write the rows to fix"), "rows_to_fix"))
        if view.can_undo:
            choices.append(Choice(_("Undo this import"), "undo"))
        choice = await self.app.push_screen_wait(ChoiceScreen(shown(view.file, 50), choices))
        if choice is not None:
            await self.run_action(choice.value)

    def action_import(self) -> None:
        """Open the import window."""
        from tui.screens.import_window import ImportWindow

        self.app.push_screen(ImportWindow(), lambda _import_id: self.look())


def _cells(view: ImportView, zone: str) -> list[Text]:
    state = imports.state_label(view)
    if view.is_running and view.done and not view.stop_asked:
        state = f"{view.progress // 10}% {time_left(view)}"
    return [
        cell(view.file),
        cell(state),
        cell(f"{view.created:,}", right=True),
        cell(f"{view.duplicates:,}", right=True),
        cell(f"{view.rejected:,}", right=True),
        cell(times.shown(view.created_at, zone)),
        cell(view.person),
    ]
