"""All about one import."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from store.language import N_
from tui.page import Dialog
from tui.screens.import_actions import IMPORT_ACTIONS, WatchingImport
from tui.widgets.import_progress import ImportProgress
from tui.widgets.keys_line import KeysLine


class ImportDetails(WatchingImport, Dialog[None]):
    """Follows the import as long as it is open."""

    BINDINGS = [
        Binding("escape,enter", "dismiss(None)", N_("Back")),
        Binding("x", "stop", N_("Stop")),
        Binding("c", "resume", N_("Resume")),
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
        self.watch_import(self._import_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense for the import as it stands."""
        return action not in IMPORT_ACTIONS or self.meant_for(action) is not None
