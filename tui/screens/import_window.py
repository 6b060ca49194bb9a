"""Import contacts in three steps: choose the file, assign its columns, watch it go in."""

import asyncio
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, ContentSwitcher, Input, Static

from store import imports
from store.errors import ContactsError
from store.language import N_, _
from store.reading import reader
from tui.page import Dialog
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.import_actions import WatchingImport
from tui.text import lines, plain, shown
from tui.widgets.column_assignment import ColumnAssignment
from tui.widgets.import_progress import ImportProgress
from tui.widgets.keys_line import KeysLine
from tui.widgets.path_line import PathLine


class ImportWindow(WatchingImport, Dialog[int]):
    """Ends with the id of the import that was begun, or None."""

    CSS_PATH = "import_window.tcss"
    BINDINGS = [
        Binding("escape", "back", N_("Back")),
        Binding("ctrl+t", "template", N_("Write a template"), priority=True),
        Binding("ctrl+s", "go_on", N_("Next"), priority=True),
        Binding("ctrl+k", "check", N_("Check"), priority=True),
        Binding("ctrl+o", "sheet", N_("Another sheet"), priority=True),
        Binding("c", "resume", N_("Resume")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._file = Path()
        self._import_id: int | None = None
        self._is_beginning = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog import"):
            yield Static(plain(_("Import contacts")), classes="title")
            with ContentSwitcher(initial="file"):
                with Vertical(id="file"):
                    yield Static(plain(_("1 of 3: the Excel file (.xlsx). Tab completes.")), classes="label")
                    yield PathLine(lambda entry: entry.suffix.lower() == ".xlsx")
                yield ColumnAssignment(id="assign")
                with Vertical(id="run"):
                    yield Static(
                        plain(_("3 of 3: the import. It goes on when you leave this window.")),
                        classes="label",
                    )
                    yield ImportProgress()
            yield Static(id="said", classes="fault")
            with Horizontal(classes="buttons"):
                yield Button(plain(_("Template")), id="template", compact=True)
                yield Button(plain(_("Check")), id="check", compact=True)
                yield Button(plain(_("Next")), id="next", variant="primary", compact=True)
                yield Button(plain(_("Cancel")), id="back", compact=True)
            yield KeysLine()

    def on_mount(self) -> None:
        """Begin with the file."""
        self._go_to("file")

    @property
    def _assignment(self) -> ColumnAssignment:
        return self.query_one(ColumnAssignment)

    @property
    def _step(self) -> str:
        return self.query_one(ContentSwitcher).current or "file"

    def _go_to(self, step: str) -> None:
        self._say("")
        self.query_one(ContentSwitcher).current = step
        self.query_one("#template").display = step == "file"
        self.query_one("#check").display = step == "assign"
        following, leaving = {
            "file": (_("Next"), _("Cancel")),
            "assign": (_("Import"), _("Back")),
            "run": (_("Stop"), _("Close")),
        }[step]
        self.query_one("#next", Button).label = plain(following)
        self.query_one("#back", Button).label = plain(leaving)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What belongs to the step that is shown."""
        if action == "template":
            return self._step == "file"
        if action == "go_on":
            return self._step != "run"
        if action == "sheet":
            return self._step == "assign" and len(self._assignment.preview.sheets) > 1
        if action == "check":
            return self._step == "assign"
        if action == "resume":
            return self.meant_for("resume") is not None
        return True

    def _say(self, sentence: str, *, is_fault: bool = True) -> None:
        line = self.query_one("#said", Static)
        line.update(lines(sentence))
        line.set_class(bool(sentence), "-shown")
        line.set_class(not is_fault, "-neutral")

    # Keys and buttons

    @on(Button.Pressed, "#next")
    def action_go_on(self) -> None:
        """To the next step."""
        if self._step == "file":
            self._read(self.query_one(PathLine).path, None)
        elif self._step == "assign":
            self._begin()
        elif self.meant_for("resume") is not None:
            self.action_resume()
        else:
            self.action_stop()

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """To the step before, or out of the window."""
        if self._is_beginning:
            return
        if self._step == "assign":
            self._go_to("file")
            self.query_one("#path").focus()
        else:
            self.dismiss(self._import_id)

    @on(Button.Pressed, "#template")
    def action_template(self) -> None:
        """Write a file with the right columns, to be filled in."""
        from tui.screens.import_files import write_template

        write_template(self)

    # The file

    @on(PathLine.Entered)
    def _entered(self, event: PathLine.Entered) -> None:
        self._read(event.path, None)

    @on(Input.Changed, "#path")
    def _path_changed(self) -> None:
        self._say("")

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self, file: Path, sheet: str | None) -> None:
        """Look into the file, in a process of its own."""
        self._say(_("Reading {file} …").format(file=shown(file.name, 50)), is_fault=False)
        try:
            preview = await asyncio.to_thread(reader.preview, file, sheet)
            await self._assignment.load(file, preview)
        except ContactsError as error:
            self._say(str(error))
            return
        self._file = file
        self._go_to("assign")
        self._assignment.query_one("#columns").focus()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_sheet(self) -> None:
        """Read another sheet of the file."""
        preview = self._assignment.preview
        choices = [Choice(name, name) for name in preview.sheets]
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Sheet"), choices, value=preview.sheet))
        if choice is not None:
            self._read(self._file, choice.value)

    # The import

    @work(group="begin", exit_on_error=False)
    async def _begin(self) -> None:
        if self._is_beginning:
            return
        self._is_beginning = True
        self.workers.cancel_group(self, "read")
        try:
            plan = self._assignment.plan()
            import_id = await self.contacts_app.write(imports.start, plan)
        except ContactsError as error:
            self._say(str(error))
            return
        finally:
            self._is_beginning = False
        self._run(import_id)

    def _run(self, import_id: int) -> None:
        self._import_id = import_id
        self._go_to("run")
        self.watch_import(import_id)
        # Not the button that has become Stop: a second Enter would press it.
        self.query_one("#back").focus()

    @on(Button.Pressed, "#check")
    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_check(self) -> None:
        """See what the import would do before anything is written."""
        from tui.screens.check_window import CheckWindow

        try:
            plan = self._assignment.plan()
        except ContactsError as error:
            self._say(str(error))
            return
        self._say("")
        checked = await self.app.push_screen_wait(CheckWindow(plan))
        if checked is None:
            return
        self._assignment.take(checked.plan)
        if checked.import_id is not None:
            self._run(checked.import_id)

    def moved_on(self) -> None:
        """Let the button offer what can be done now."""
        super().moved_on()
        can_stop, can_resume = (self.meant_for(action) is not None for action in ("stop", "resume"))
        button = self.query_one("#next", Button)
        button.display = can_stop or can_resume
        if button.display:
            button.label = plain(_("Stop") if can_stop else _("Resume"))
