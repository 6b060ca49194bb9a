"""Page 2: the imports, how far they are, and what can be done with them."""

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Static

from store import database, imports, settings
from store.imports import ImportView
from store.language import N_, _
from store.values import times
from tui.page import Page
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.files import write_report
from tui.screens.import_details import ImportDetails
from tui.text import cell, plain, shown
from tui.widgets.import_progress import time_left

_LOOK_SECONDS = 0.5
_WIDE = 110
_NARROW_COLUMNS = 6


class ImportsScreen(Page):
    """The list of imports."""

    MODE = "imports"
    BINDINGS = [
        Binding("i", "import", N_("Import contacts")),
        Binding("o", "options", N_("Options")),
        Binding("enter", "details", N_("Details")),
        Binding("x", "stop", N_("Stop loading"), show=False),
        Binding("r", "report", N_("Download results"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._views: list[ImportView] = []
        self._version = -1

    def compose_page(self) -> ComposeResult:
        yield DataTable(id="imports", cursor_type="row")
        yield Static(plain(_("No imports yet. Press i to import an Excel file.")), id="none", classes="muted")

    def on_mount(self) -> None:
        """Look now and then."""
        self.query_one(DataTable).focus()
        self.set_interval(_LOOK_SECONDS, self._look)

    def on_resize(self, event: events.Resize) -> None:
        """Columns by the width there is."""
        columns = _columns(event.size.width)
        table = self.query_one(DataTable)
        if [column.width for column in table.ordered_columns] == [width for _title, width in columns]:
            return
        table.clear(columns=True)
        for title, width in columns:
            table.add_column(cell(title), width=width)
        self._views = []
        self._version = -1
        self._look()

    def on_screen_resume(self) -> None:
        """What happened while another page was open."""
        self._version = -1
        self._look()

    def _look(self) -> None:
        """Draw anew only when something was written, or a job may have died."""
        version = database.data_version()
        if version == self._version and not any(view.is_running for view in self._views):
            return
        self._version = version
        views = imports.list_all()
        if [view.id for view in views] == [view.id for view in self._views]:
            self._update(views)
        else:
            self._fill(views)
        self._views = views

    def _fill(self, views: list[ImportView]) -> None:
        table = self.query_one(DataTable)
        selected = self._selected()
        table.clear()
        for view in views:
            table.add_row(*_cells(view, len(table.columns)), key=str(view.id))
        if selected is not None and any(view.id == selected.id for view in views):
            table.move_cursor(row=table.get_row_index(str(selected.id)))
        self.query_one("#none").display = not views

    def _update(self, views: list[ImportView]) -> None:
        table = self.query_one(DataTable)
        for row, (before, view) in enumerate(zip(self._views, views, strict=True)):
            if before != view:
                for column, text in enumerate(_cells(view, len(table.columns))):
                    table.update_cell_at((row, column), text)

    def _selected(self) -> ImportView | None:
        row = self.query_one(DataTable).cursor_row
        return self._views[row] if 0 <= row < len(self._views) else None

    # What can be done

    @on(DataTable.RowSelected)
    def action_details(self) -> None:
        """All about an import."""
        view = self._selected()
        if view is not None:
            self.app.push_screen(ImportDetails(view.id))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_options(self) -> None:
        """What can be done with the selected import."""
        view = self._selected()
        if view is None:
            return
        choices = [Choice(_("View details"), "details")]
        if view.is_running:
            choices.append(Choice(_("Stop loading contacts"), "stop"))
        else:
            choices.append(Choice(_("Download results"), "report"))
        choice = await self.app.push_screen_wait(ChoiceScreen(shown(view.file, 50), choices))
        if choice is not None:
            await self.run_action(choice.value)

    def action_stop(self) -> None:
        """Stop it; what is loaded stays."""
        view = self._selected()
        if view is not None and view.is_running:
            imports.stop(view.id)
            self._look()

    def action_report(self) -> None:
        """Write the report."""
        view = self._selected()
        if view is not None and not view.is_running:
            write_report(self, view)

    def action_import(self) -> None:
        """Open the import window."""
        from tui.screens.import_window import ImportWindow

        self.app.push_screen(ImportWindow(), lambda _import_id: self._look())


def _columns(width: int) -> list[tuple[str, int]]:
    """Titles and widths; what is left over goes to the file's name."""
    columns = [(_("State"), 14), (_("Created"), 9), (_("Duplic."), 9), (_("Rejected"), 9), (_("Start"), 11)]
    if width >= _WIDE:
        columns = [*((title, size + 4) for title, size in columns[:-1]), (_("Start"), 16), (_("By"), 14)]
    # Two cells of padding a column, and one for the scroll bar.
    rest = width - sum(size + 2 for _title, size in columns) - 3
    return [(_("File"), max(rest, 8)), *columns]


def _cells(view: ImportView, columns: int) -> list[Text]:
    state = imports.state_label(view)
    if view.is_running and view.done:
        state = f"{view.progress / 10:.0f}% {time_left(view)}"
    start = times.shown(view.created_at, settings.load().time_zone)
    texts = [
        cell(view.file),
        cell(state),
        cell(f"{view.created:,}", right=True),
        cell(f"{view.duplicates:,}", right=True),
        cell(f"{view.rejected:,}", right=True),
        cell(start if columns > _NARROW_COLUMNS else start[5:]),
        cell(view.person),
    ]
    return texts[:columns]
