"""All about one import."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from store import database, imports
from store.language import N_
from tui.page import Dialog
from tui.screens.import_files import stop_import, write_report
from tui.widgets.import_progress import ImportProgress
from tui.widgets.keys_line import KeysLine


class ImportDetails(Dialog[None]):
    """Follows the import as long as it runs."""

    BINDINGS = [
        Binding("escape,enter", "dismiss(None)", N_("Back")),
        Binding("x", "stop", N_("Stop loading")),
        Binding("r", "report", N_("Download results")),
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
        self.query_one(ImportProgress).follow(self._import_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stopping is for running ones, the report for the others."""
        if action not in ("stop", "report"):
            return True
        if database.is_read_only():
            return False
        return imports.get(self._import_id).is_running == (action == "stop")

    @on(ImportProgress.Ended)
    def _ended(self) -> None:
        self.refresh_bindings()

    def action_stop(self) -> None:
        """Stop it; what is loaded stays."""
        stop_import(self, self._import_id)

    def action_report(self) -> None:
        """Write the report."""
        write_report(self, imports.get(self._import_id))
