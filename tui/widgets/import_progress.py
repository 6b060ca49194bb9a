"""A running import to watch."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import ProgressBar, Static

from store import imports
from store.imports import ImportView, State, UndoView
from store.language import _, ngettext
from tui.text import minutes_left, shown

_LOOK_SECONDS = 0.5
"""Between two looks; each sends a few hundred bytes."""


class ImportProgress(Vertical):
    """How far, how fast, how long yet, and what came of it."""

    DEFAULT_CSS = "ImportProgress { height: auto; } ImportProgress ProgressBar { margin: 1 0; }"

    class Ended(Message):
        """The import, or its undo, has come to an end."""

    def __init__(self) -> None:
        super().__init__()
        self._import_id = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield ProgressBar(total=1000, show_eta=False)
        yield Static(id="numbers")

    def follow(self, import_id: int) -> None:
        """Watch this import, or its undo, until it ends."""
        self._import_id = import_id
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(_LOOK_SECONDS, self._look)
        self._look()

    def _look(self) -> None:
        view = imports.get(self._import_id)
        undo = view.undo if view.is_undoing else None
        self.query_one(ProgressBar).update(progress=view.progress if undo is None else undo.progress)
        self.query_one("#numbers", Static).update(content_of(view))
        if not view.is_busy and self._timer is not None:
            self._timer.stop()
            self.post_message(self.Ended())


def content_of(view: ImportView) -> Content:
    """An import's state and numbers as styled text."""
    parts: list[Content | tuple[str, str] | str] = [
        (imports.state_label(view), "bold"),
        f"  {shown(view.file, 50)}\n",
    ]
    if view.state is State.QUEUED and imports.is_waiting(view):
        parts.append(_("Another import is writing; this one begins when it has ended.") + "\n")
    if view.state is State.IN_PROGRESS:
        parts.append(pace(view) + "\n")
    for label, count in counts(view):
        parts.append(f"\n{count:>12,}  {label}")
    if view.undo is not None:
        parts.append(_undo_said(view, view.undo))
    for sentence in cautions(view):
        parts.append(("\n\n" + sentence, "$text-warning"))
    if view.message:
        parts.append(("\n\n" + shown(view.message, 600), "$text-error"))
    elif not view.is_running and view.rejected + view.duplicates + view.incomplete + view.unsaved:
        parts.append("\n\n" + _("Which rows, and why: Imports (2), Options, Download results."))
    if view.scattered:
        from store.imports.report import scatter_warning

        parts.append(("\n\n" + scatter_warning(len(view.phones)), "$text-warning"))
    return Content.assemble(*parts)


def _undo_said(view: ImportView, undo: UndoView) -> str:
    said = f"\n\n{undo.binned:>12,}  " + _("put into the bin by the undo")
    said += f"\n{undo.kept:>12,}  " + _("stayed: changed, or in touch, since then")
    if undo.state is State.QUEUED and imports.is_waiting(view):
        said += "\n\n" + _("An import is writing; the undo begins when it has ended.")
    if undo.message:
        said += "\n\n" + shown(undo.message, 600)
    elif not undo.is_running and view.state is not State.UNDONE:
        said += "\n\n" + _("The undo was broken off; begin it again to put the rest into the bin.")
    return said


def cautions(view: ImportView) -> list[str]:
    """What is to be known of rows that were created, but not whole."""
    found = []
    if view.unsaved:
        found.append(
            ngettext(
                "{count} of the created has a value that did not fit and was not saved.",
                "{count} of the created have a value that did not fit and was not saved.",
                view.unsaved,
            )
        )
    if view.incomplete:
        found.append(
            ngettext(
                "{count} of the created lacks a value of a property.",
                "{count} of the created lack a value of a property.",
                view.incomplete,
            )
        )
    return found


def pace(view: ImportView) -> str:
    """Rows so far, rows a second and the time that is left."""
    speed, _rest = imports.speed_and_rest(view)
    said = _("{rows:,} rows, {speed:,.0f} rows/s").format(rows=view.done, speed=speed)
    left = time_left(view)
    return f"{said}, {left}" if left else said


def time_left(view: ImportView) -> str:
    """The time that a running import still needs; empty while that cannot be told."""
    _speed, rest = imports.speed_and_rest(view)
    return "" if rest is None else minutes_left(rest)


def counts(view: ImportView) -> list[tuple[str, int]]:
    """The numbers of an import, whose sum is its rows."""
    found = [(_("created"), view.created), (_("duplicates"), view.duplicates), (_("rejected"), view.rejected)]
    if view.not_processed and not view.is_running:
        found.append((_("not processed"), view.not_processed))
    if view.rows is not None:
        found.append((_("rows in the file"), view.rows))
    return found
