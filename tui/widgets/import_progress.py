"""An import to watch."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ProgressBar, Static

from store import database, imports
from store.imports import ImportView, State, UndoView
from store.language import N_, _, ngettext
from tui.text import minutes_left, shown, waiting

_ENDED_EARLY = {
    State.STOPPED: N_("The import was stopped; Resume (c) goes on with the rest."),
    State.INTERRUPTED: N_("The import was broken off; Resume (c) goes on where it stopped."),
    State.FAILED: N_("The import has failed; Resume (c) tries again."),
}


class ImportProgress(Vertical):
    """How far, how fast, how long yet, and what came of it."""

    DEFAULT_CSS = "ImportProgress { height: auto; } ImportProgress ProgressBar { margin: 1 0; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown = Content()

    def compose(self) -> ComposeResult:
        yield ProgressBar(total=1000, show_eta=False)
        yield Static(id="numbers")

    def show(self, view: ImportView) -> None:
        """Show an import, or its undo, as it stands; what is shown already is not drawn again."""
        undo = view.undo if view.is_undoing else None
        progress = view.progress if undo is None else undo.progress
        bar = self.query_one(ProgressBar)
        if bar.progress != progress:
            bar.update(progress=progress)
        content = content_of(view)
        if not content.is_same(self._shown):
            self._shown = content
            self.query_one("#numbers", Static).update(content)


def content_of(view: ImportView) -> Content:
    """An import's state and numbers as styled text."""
    parts: list[Content | tuple[str, str] | str] = [
        (imports.state_label(view), "bold"),
        f"  {shown(view.file, 50)}\n",
    ]
    if view.state is State.QUEUED and imports.is_waiting(view):
        parts.append(waiting() + "\n")
    if view.state is State.IN_PROGRESS:
        parts.append(pace(view) + "\n")
    if sentence := _how_to_go_on(view):
        parts.append(sentence + "\n")
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


def _how_to_go_on(view: ImportView) -> str:
    """What is to be said of an import that can be resumed; empty for others."""
    if not view.can_resume or view.copy_days is not None or database.is_read_only():
        return ""
    return _(_ENDED_EARLY[view.state])


def _undo_said(view: ImportView, undo: UndoView) -> str:
    said = f"\n\n{undo.binned:>12,}  " + _("put into the bin by the undo")
    said += f"\n{undo.kept:>12,}  " + _("stayed: changed, or in touch, since then")
    if undo.state is State.QUEUED and imports.is_waiting(view):
        said += "\n\n" + waiting()
    if undo.message:
        said += "\n\n" + shown(undo.message, 600)
    elif not undo.is_running and view.state is not State.UNDONE:
        said += "\n\n" + _("The undo has not come to its end; begin it again to put the rest into the bin.")
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
