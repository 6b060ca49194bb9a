"""Page 3: the downloads there were, and how their files are got again."""

from collections.abc import Callable

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Static

from store import database, downloads, settings
from store.downloads import DownloadView
from store.language import N_, _
from store.values import times
from tui.following import Following
from tui.page import AnyScreen, Page
from tui.screens import download_files
from tui.screens.choice import Choice, ChoiceScreen
from tui.text import cell, plain
from tui.widgets.download_progress import FORMATS, language_name, size, time_left, what
from tui.widgets.small_table import SmallColumn, SmallTable

_CHANGES = frozenset({"download", "stop", "again", "remove"})
_DEEDS: dict[str, Callable[[AnyScreen, int], None]] = {
    "save": download_files.save_copy,
    "path": download_files.show_path,
    "scp": download_files.copy_scp,
    "stop": download_files.stop_download,
    "again": download_files.download_again,
    "remove": download_files.remove_download,
}
"""By action, what is done with a download."""


class DownloadsScreen(Following, Page):
    """The download history."""

    MODE = "downloads"
    LOOK_SECONDS = 0.5
    BINDINGS = [
        Binding("w", "download", N_("Download contacts")),
        Binding("o", "options", N_("Options")),
        Binding("s", "save", N_("Save a copy")),
        Binding("enter", "options", N_("Options"), show=False),
        Binding("p", "path", N_("Show path"), show=False),
        Binding("y", "scp", N_("Copy scp command"), show=False),
        Binding("x", "stop", N_("Stop"), show=False),
        Binding("c", "again", N_("Download again"), show=False),
        Binding("d,delete", "remove", N_("Remove"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._views: list[DownloadView] = []

    def compose_page(self) -> ComposeResult:
        yield SmallTable(
            (
                SmallColumn(_("Creation date"), 16),
                SmallColumn(_("From"), 10),
                SmallColumn(_("To"), 10),
                SmallColumn(_("Search"), wide_only=True),
                SmallColumn(_("Language"), 10, wide_only=True),
                SmallColumn(_("Rows"), 9),
                SmallColumn(_("Size"), 7),
                SmallColumn(_("By"), 8, wide_only=True),
                SmallColumn(_("State"), 13),
            ),
            id="downloads",
        )
        yield Static(plain(_("No downloads yet. Press w to download contacts.")), id="none", classes="muted")

    def on_mount(self) -> None:
        """The table first."""
        self.query_one(SmallTable).focus()

    def opened(self) -> None:
        """What happened while another page was open."""
        table = self.query_one(SmallTable)
        was_at_top = table.cursor_row == 0
        super().opened()
        if was_at_top:
            # There is what was begun on the page of contacts.
            table.move_cursor(row=0)

    @property
    def is_restless(self) -> bool:
        """While any download goes on."""
        return any(view.is_running for view in self._views)

    def show_anew(self) -> None:
        """Draw the table."""
        self._views = downloads.list_all()
        zone = settings.load().time_zone
        rows = {str(view.id): _cells(view, zone) for view in self._views}
        self.query_one(SmallTable).fill(rows)
        self.query_one("#none").display = not self._views

    def _selected(self) -> DownloadView | None:
        key = self.query_one(SmallTable).selected
        return next((view for view in self._views if str(view.id) == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Those who may only read look, and take files along."""
        return not (database.is_read_only() and action in _CHANGES)

    # What can be done

    @on(DataTable.RowSelected)
    def _open_selected(self) -> None:
        self.action_options()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_options(self) -> None:
        """What can be done with the selected download."""
        view = self._selected()
        if view is None:
            return
        offered = [
            Choice(label, action) for label, action in _possible(view) if self.check_action(action, ())
        ]
        if not offered:
            self.contacts_app.say(_("There is nothing to be done with this download."))
            return
        title = f"{what(view)} · {language_name(view.language)} · {FORMATS[view.format]}"
        choice = await self.app.push_screen_wait(ChoiceScreen(title, offered))
        if choice is not None:
            # On the one that was asked about, whatever is under the cursor by now.
            _DEEDS[choice.value](self, view.id)

    def action_save(self) -> None:
        """Save a copy of the file."""
        self._do("save")

    def action_path(self) -> None:
        """Show where the file is."""
        self._do("path")

    def action_scp(self) -> None:
        """Copy the command that fetches the file."""
        self._do("scp")

    def action_stop(self) -> None:
        """Stop it."""
        self._do("stop")

    def action_again(self) -> None:
        """Write the file of a download that did not come to its end."""
        self._do("again")

    def action_remove(self) -> None:
        """Ask, then remove it with its file."""
        self._do("remove")

    def _do(self, action: str) -> None:
        # Whether it fits the download's state is for the store to say: that may have changed meanwhile.
        view = self._selected()
        if view is not None:
            _DEEDS[action](self, view.id)

    def action_download(self) -> None:
        """Open the download window."""
        from tui.screens.download_window import DownloadWindow

        self.app.push_screen(DownloadWindow(), lambda _download_id: self.look())


def _possible(view: DownloadView) -> list[tuple[str, str]]:
    """What can be done with a download: names and actions."""
    if view.is_running:
        return [] if view.stop_asked else [(_("Stop"), "stop")]
    if view.can_begin_again:
        return [(_("Download again"), "again"), (_("Remove"), "remove")]
    if not view.has_file:
        return [(_("Remove"), "remove")]
    return [
        (_("Save a copy"), "save"),
        (_("Show path"), "path"),
        (_("Copy scp command"), "scp"),
        (_("Remove"), "remove"),
    ]


def _cells(view: DownloadView, zone: str) -> list[Text]:
    return [
        cell(times.shown(view.created_at, zone)),
        cell(view.first_day or "–"),
        cell(view.last_day or "–"),
        cell(view.search),
        cell(language_name(view.language)),
        cell(f"{view.rows:,}" if view.rows is not None else "", right=True),
        cell(size(view.size) if view.size is not None else "", right=True),
        cell(view.person),
        cell(_state(view)),
    ]


def _state(view: DownloadView) -> str:
    if view.removed_after is not None:
        return _("File removed")
    if view.is_running and view.progress and not view.stop_asked:
        return f"{view.progress // 10}% {time_left(view)}".rstrip()
    return downloads.state_label(view)
