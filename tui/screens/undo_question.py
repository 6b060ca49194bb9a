"""Show what undoing an import would do, and ask."""

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, DataTable, Static

from store.imports import UndoPreview
from store.language import N_, _, ngettext
from tui.page import Dialog
from tui.text import cell, lines, plain, shown
from tui.widgets.keys_line import KeysLine
from tui.widgets.small_table import SmallColumn, SmallTable

_OTHER_LINES = 13
"""Lines that the window needs beside the table."""


class UndoQuestion(Dialog[bool]):
    """Ends with True if the person agrees; the safe answer has the focus, the arrows walk the list."""

    BINDINGS = [
        Binding("escape,n", "dismiss(False)", N_("No")),
        Binding("y", "dismiss(True)", N_("Yes")),
        Binding("left,right", "other_answer", show=False),
        Binding("down", "walk('cursor_down')", show=False),
        Binding("up", "walk('cursor_up')", show=False),
        Binding("pagedown", "walk('page_down')", show=False),
        Binding("pageup", "walk('page_up')", show=False),
        Binding("home", "walk('scroll_top')", show=False),
        Binding("end", "walk('scroll_bottom')", show=False),
    ]

    def __init__(self, file: str, preview: UndoPreview) -> None:
        super().__init__()
        self._file = file
        self._preview = preview

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            title = _("Undo the import of {file}?").format(file=shown(self._file, 40))
            yield Static(plain(title), classes="title")
            yield Static(lines(_what_happens(self._preview)))
            if self._preview.kept:
                columns = (SmallColumn(_("Name")), SmallColumn(_("Phone"), 16), SmallColumn(_("Why"), 27))
                yield SmallTable(columns, id="kept")
            with Horizontal(classes="buttons"):
                yield Button(plain(_("Undo")), id="yes", variant="error", compact=True)
                yield Button(plain(_("Leave it")), id="no", compact=True)
            yield KeysLine()

    def on_mount(self) -> None:
        """The safe answer first."""
        self.query_one("#no").focus()
        rows = {
            str(number): [cell(kept.name), cell(kept.phone or "–"), cell(kept.why)]
            for number, kept in enumerate(self._preview.first_kept)
        }
        for table in self.query(SmallTable):
            table.fill(rows)

    def on_resize(self, event: events.Resize) -> None:
        """The list takes the room that is left."""
        for table in self.query(SmallTable):
            table.styles.max_height = max(event.size.height - _OTHER_LINES, 3)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_other_answer(self) -> None:
        """To the other button."""
        self.query_one("#yes" if self.query_one("#no").has_focus else "#no").focus()

    async def action_walk(self, action: str) -> None:
        """Move in the list without leaving the answers."""
        for table in self.query(DataTable):
            await table.run_action(action)


def _what_happens(preview: UndoPreview) -> str:
    said = ngettext(
        "{count} contact goes into the bin; its number is free again.",
        "{count} contacts go into the bin; their numbers are free again.",
        preview.to_bin,
    )
    if not preview.kept:
        return said
    said += "\n" + ngettext(
        "{count} stays, since it was changed or in touch after it was imported:",
        "{count} stay, since they were changed or in touch after they were imported:",
        preview.kept,
    )
    listed = len(preview.first_kept)
    if listed < preview.kept:
        said += "\n" + _("(The first {count:,} of them are listed.)").format(count=listed)
    return said
