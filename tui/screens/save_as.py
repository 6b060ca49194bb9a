"""Ask where a file is to be written."""

from collections.abc import Callable
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from store.errors import FileUnusable
from store.language import N_, _
from tui.page import Dialog
from tui.screens.question import Question
from tui.text import lines, plain, shown
from tui.widgets.keys_line import KeysLine
from tui.widgets.path_line import PathLine


class SaveAs(Dialog[Path]):
    """Ends with a path that can be written, or None; asks before a file is replaced."""

    BINDINGS = [Binding("escape", "dismiss(None)", N_("Cancel"))]

    def __init__(self, title: str, proposed: Path, check: Callable[[Path], None]) -> None:
        """`check` raises FileUnusable for a place where the file cannot be written."""
        super().__init__()
        self._check = check
        self._heading = title
        self._proposed = proposed

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog save-as"):
            yield Static(plain(self._heading), classes="title")
            yield PathLine(lambda entry: entry.suffix.lower() == self._proposed.suffix, self._proposed)
            yield Static(classes="fault")
            with Horizontal(classes="buttons"):
                yield Button(plain(_("Save")), id="save", variant="primary", compact=True)
                yield Button(plain(_("Cancel")), id="cancel", compact=True)
            yield KeysLine()

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self._save(self.query_one(PathLine).path)
        else:
            self.dismiss(None)

    @on(PathLine.Entered)
    def _entered(self, event: PathLine.Entered) -> None:
        self._save(event.path)

    @on(Input.Changed)
    def _corrected(self) -> None:
        self.query_one(".fault").remove_class("-shown")

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _save(self, path: Path) -> None:
        path = path.absolute()
        try:
            self._check(path)
        except FileUnusable as error:
            fault = self.query_one(".fault", Static)
            fault.update(lines(str(error)))
            fault.add_class("-shown")
            return
        if path.exists():
            question = _("{path} exists already. Replace it?").format(path=shown(path))
            if not await self.app.push_screen_wait(Question(question, _("Replace"), _("Back"))):
                return
        self.dismiss(path)
