"""All about one import."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from store import database, imports
from store.language import N_
from tui.page import Dialog
from tui.screens.import_files import stop_import, undo_import, write_report, write_rows_to_fix
from tui.widgets.import_progress import ImportProgress
from tui.widgets.keys_line import KeysLine


class ImportDetails(Dialog[None]):
    """Follows the import as long as it runs."""

    BINDINGS = [
        Binding("escape,enter", "dismiss(None)", N_("Back")),
        Binding("x", "stop", N_("Stop")),
        Binding("r", "report", N_("Download results")),
        Binding("f", "rows_to_fix", N_("Rows to fix")),
        Binding("z", "undo", N_("Undo")),
    ]

    def __init__(self, import_id: int) -> None:
        super().__init__()
        self._import_id = import_id

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield ImportProgress()
            yield KeysLine()

    def on_mount(self) -> None:
        """Watch it."""
        self._watch()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense for the import as it stands."""
        if action not in ("stop", "report", "rows_to_fix", "undo"):
            return True
        if database.is_read_only():
            return False
        view = imports.get(self._import_id)
        return {
            "stop": view.can_stop,
            "report": not view.is_running,
            "rows_to_fix": view.can_be_mended,
            "undo": view.can_undo,
        }[action]

    @on(ImportProgress.Ended)
    def _ended(self) -> None:
        self.refresh_bindings()

    def action_stop(self) -> None:
        """Stop it, or its undo; what was done stays."""
        stop_import(self, self._import_id)

    def action_report(self) -> None:
        """Write the report."""
        write_report(self, imports.get(self._import_id))

    def action_rows_to_fix(self) -> None:
        """Write the rejected rows."""
        write_rows_to_fix(self, imports.get(self._import_id))

    def action_undo(self) -> None:
        """Put what it created into the bin, and watch that."""
        undo_import(self, imports.get(self._import_id), self._watch)

    def _watch(self) -> None:
        self.query_one(ImportProgress).follow(self._import_id)
        self.refresh_bindings()
