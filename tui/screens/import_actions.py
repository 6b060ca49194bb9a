"""What can be done with an import, alike wherever it is shown, and what follows one that is open."""

from collections.abc import Callable
from typing import Any

from store import database, imports
from store.imports import ImportView, State
from tui.following import Following
from tui.screens.import_files import (
    resume_import,
    stop_import,
    undo_import,
    write_report,
    write_rows_to_fix,
)
from tui.widgets.import_progress import ImportProgress

_POSSIBLE: dict[str, Callable[[ImportView], bool]] = {
    "stop": lambda view: view.can_stop,
    "resume": lambda view: view.can_resume,
    "report": lambda view: not view.is_running,
    "rows_to_fix": lambda view: view.can_be_mended,
    "undo": lambda view: view.can_undo,
}
"""By action, whether it makes sense for an import as it stands."""
IMPORT_ACTIONS = frozenset(_POSSIBLE)


class ImportActions(Following):
    """A mixin for screens with an import that is meant."""

    def meant(self) -> ImportView | None:
        """The import that is meant, as it is shown."""
        raise NotImplementedError

    def meant_for(self, action: str) -> ImportView | None:
        """The import that is meant, if the action makes sense for it and whoever sits here may write."""
        view = self.meant()
        # Even a report is a job.
        if view is None or database.is_read_only() or not _POSSIBLE[action](view):
            return None
        return view

    def action_stop(self) -> None:
        """Stop it, or its undo; what was done stays."""
        if view := self.meant_for("stop"):
            stop_import(self, view.id)

    def action_resume(self) -> None:
        """Go on with it, behind the last row that was handled."""
        if view := self.meant_for("resume"):
            resume_import(self, view.id)

    def action_report(self) -> None:
        """Write the report."""
        if view := self.meant_for("report"):
            write_report(self, view)

    def action_rows_to_fix(self) -> None:
        """Write the rejected rows."""
        if view := self.meant_for("rows_to_fix"):
            write_rows_to_fix(self, view)

    def action_undo(self) -> None:
        """Put what it created into the bin."""
        if view := self.meant_for("undo"):
            undo_import(self, view, self.look)


class WatchingImport(ImportActions):
    """A mixin for dialogs that show one import, by `ImportProgress`, as it stands while they are open."""

    LOOK_SECONDS = 0.5

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watched: int | None = None
        self._view: ImportView | None = None

    def meant(self) -> ImportView | None:
        """The import that is watched."""
        return self._view

    def watch_import(self, import_id: int) -> None:
        """Show this import from now on."""
        self._watched = import_id
        self.follow()

    @property
    def is_restless(self) -> bool:
        """While it goes on, or lies there broken off: whoever resumes that may leave its row as it is."""
        return self._view is not None and (self._view.is_busy or self._view.state is State.INTERRUPTED)

    def show_anew(self) -> None:
        """Draw what differs."""
        if self._watched is None:
            return
        view = imports.get(self._watched)
        self.query_one(ImportProgress).show(view)
        if view != self._view:
            self._view = view
            self.moved_on()

    def moved_on(self) -> None:
        """The import differs from what was shown of it."""
        self.refresh_bindings()
