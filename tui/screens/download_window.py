"""Download contacts in two steps: say which and how, then watch the file being written."""

from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, ContentSwitcher, Input, Static

from store import downloads
from store.downloads import DownloadView
from store.errors import ContactsError
from store.language import N_, _
from tui.page import Dialog
from tui.screens import download_files
from tui.text import lines, plain
from tui.widgets.download_plan import DownloadPlan
from tui.widgets.download_progress import DownloadProgress
from tui.widgets.keys_line import KeysLine

_WITH_FILE = frozenset({"save", "path", "scp"})
"""What can be done once there is a file."""


class DownloadWindow(Dialog[int]):
    """Ends with the id of the download that was begun, or None."""

    CSS_PATH = "download_window.tcss"
    BINDINGS = [
        Binding("escape", "leave", N_("Close")),
        Binding("ctrl+s", "start", N_("Start"), priority=True),
        Binding("x", "stop", N_("Stop")),
        Binding("s", "save", N_("Save a copy")),
        Binding("p", "path", N_("Show path")),
        Binding("y", "scp", N_("Copy scp command")),
        Binding("c", "again", N_("Download again")),
    ]

    def __init__(self, search: str = "") -> None:
        """`search` is what the list is searched by now."""
        super().__init__()
        self._search = search
        self._download_id: int | None = None
        self._is_beginning = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog download", can_focus=False):
            yield Static(plain(_("Download contacts")), classes="title")
            with ContentSwitcher(initial="plan"):
                yield DownloadPlan(self._search, id="plan")
                with Vertical(id="run"):
                    yield Static(
                        plain(_("The download goes on when you leave this window.")), classes="label"
                    )
                    yield DownloadProgress()
            yield Static(id="said", classes="fault")
            with Horizontal(classes="buttons"):
                yield from _buttons()
            yield KeysLine()

    def on_mount(self) -> None:
        """Begin with what is to be downloaded."""
        self.query_one(DownloadPlan).begin()
        self._offer()

    # What can be done now

    def _view(self) -> DownloadView | None:
        """The download as it stands; None before it was begun, or when it was removed by somebody."""
        if self._download_id is None:
            return None
        try:
            return downloads.get(self._download_id)
        except ContactsError:
            return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What fits the download's state."""
        if action == "start":
            return self._download_id is None
        if action not in (*_WITH_FILE, "stop", "again"):
            return True
        view = self._view()
        if view is None:
            return False
        if action == "stop":
            return view.is_running
        return view.can_begin_again if action == "again" else view.has_file

    def _offer(self) -> None:
        """Show the buttons of what can be done."""
        for button in self.query(".buttons Button").results(Button):
            button.display = bool(self.check_action(str(button.id), ()))
        leaving = _("Cancel") if self._download_id is None else _("Close")
        self.query_one("#leave", Button).label = plain(leaving)
        self.refresh_bindings()

    @on(Button.Pressed)
    async def _press(self, event: Button.Pressed) -> None:
        await self.run_action(str(event.button.id))

    def action_leave(self) -> None:
        """Leave; a download that was begun goes on."""
        if not self._is_beginning:
            self.dismiss(self._download_id)

    # Begin and watch

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @work(group="begin", exit_on_error=False)
    async def action_start(self) -> None:
        """Begin, or say at the field what is wrong with it."""
        if self._is_beginning or self._download_id is not None:
            return
        self._is_beginning = True
        self._say("")
        try:
            plan = self.query_one(DownloadPlan).plan()
            if plan is not None:
                self._follow(await self.contacts_app.write(downloads.start, plan))
        except ContactsError as error:
            self._say(str(error))
        finally:
            self._is_beginning = False

    def _follow(self, download_id: int) -> None:
        self._download_id = download_id
        self.query_one(ContentSwitcher).current = "run"
        # No button: a second Enter would press it.
        self.set_focus(None)
        self.query_one(DownloadProgress).follow(download_id)
        self._offer()

    @on(DownloadProgress.Ended)
    def _ended(self) -> None:
        self._offer()
        if self.check_action("save", ()):
            self.query_one("#save").focus()

    def _say(self, sentence: str) -> None:
        line = self.query_one("#said", Static)
        line.update(lines(sentence))
        line.set_class(bool(sentence), "-shown")

    # The download

    def action_stop(self) -> None:
        """Stop it."""
        self._do(download_files.stop_download)

    def action_save(self) -> None:
        """Save a copy of the file."""
        self._do(download_files.save_copy)

    def action_path(self) -> None:
        """Show where the file is."""
        self._do(download_files.show_path)

    def action_scp(self) -> None:
        """Copy the command that fetches the file."""
        self._do(download_files.copy_scp)

    def _do(self, do: Callable[[Dialog[int], int], None]) -> None:
        if self._download_id is not None:
            do(self, self._download_id)

    @work(group="begin", exit_on_error=False)
    async def action_again(self) -> None:
        """Write the file of a download that did not come to its end."""
        if self._is_beginning or self._download_id is None:
            return
        self._is_beginning = True
        try:
            await self.contacts_app.write(downloads.again, self._download_id)
            self._follow(self._download_id)
        except ContactsError as error:
            self._say(str(error))
        finally:
            self._is_beginning = False


def _buttons() -> list[Button]:
    """Every button there can be; each is named after its action."""
    return [
        Button(plain(_("Start")), id="start", variant="primary", compact=True),
        Button(plain(_("Stop")), id="stop", compact=True),
        Button(plain(_("Save a copy")), id="save", variant="primary", compact=True),
        Button(plain(_("Show path")), id="path", compact=True),
        Button(plain(_("Copy scp command")), id="scp", compact=True),
        Button(plain(_("Download again")), id="again", compact=True),
        Button(plain(_("Cancel")), id="leave", compact=True),
    ]
