"""A running download to watch."""

import time

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import ProgressBar, Static

from store import downloads
from store.downloads import DownloadView, State
from store.errors import ContactsError
from store.language import N_, _, ngettext
from tui.text import minutes_left, plain, shown

_LOOK_SECONDS = 0.5
"""Between two looks; each sends a few hundred bytes."""
_UNITS = ("B", "KB", "MB", "GB")
LANGUAGES = {"en": N_("English"), "es": N_("Spanish"), "pt": N_("Portuguese")}
"""Names of the languages that files are written in."""
FORMATS = {"csv": "CSV", "xlsx": "Excel (.xlsx)"}


class DownloadProgress(Vertical):
    """How far it is, and what came of it."""

    DEFAULT_CSS = "DownloadProgress { height: auto; } DownloadProgress ProgressBar { margin: 1 0; }"

    class Ended(Message):
        """The download has come to an end."""

    def __init__(self) -> None:
        super().__init__()
        self._download_id = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield ProgressBar(total=1000, show_eta=False)
        yield Static(id="numbers")

    def follow(self, download_id: int) -> None:
        """Watch this download until it ends."""
        self._stop_looking()
        self._download_id = download_id
        self._timer = self.set_interval(_LOOK_SECONDS, self._look)
        self._look()

    def _look(self) -> None:
        numbers = self.query_one("#numbers", Static)
        try:
            view = downloads.get(self._download_id)
        except ContactsError as error:
            # Somebody else has removed it.
            numbers.update(plain(error, 400))
            self._end()
            return
        self.query_one(ProgressBar).update(progress=view.progress)
        numbers.update(content_of(view))
        if not view.is_running:
            self._end()

    def _end(self) -> None:
        self._stop_looking()
        self.post_message(self.Ended())

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


def content_of(view: DownloadView) -> Content:
    """A download's state and numbers as styled text."""
    parts: list[Content | tuple[str, str] | str] = [
        (downloads.state_label(view), "bold"),
        f"  {what(view)}\n",
    ]
    if left := time_left(view):
        parts.append("\n" + left)
    if view.rows is not None:
        parts.append("\n" + ngettext("{count} contact", "{count} contacts", view.rows))
        if view.size is not None:
            parts.append(f", {size(view.size)}")
    if view.message:
        parts.append(("\n\n" + shown(view.message, 600), "$text-error"))
    return Content.assemble(*parts)


def time_left(view: DownloadView) -> str:
    """The time that a running download still needs; empty while that cannot be told."""
    if view.state is not State.IN_PROGRESS or view.stop_asked or not view.progress:
        return ""
    running = max(time.time() - view.started, 0.5)
    return minutes_left(running * (1000 - view.progress) / view.progress)


def what(view: DownloadView) -> str:
    """Which contacts a download holds, to be read."""
    if view.search:
        return _("search “{words}”").format(words=shown(view.search, 40))
    if view.first_day is None and view.last_day is None:
        return _("everything")
    return f"{view.first_day or ''} – {view.last_day or ''}"


def language_name(code: str) -> str:
    """The name of a file's language."""
    return _(LANGUAGES[code]) if code in LANGUAGES else code


def size(count: int) -> str:
    """A number of bytes, to be read."""
    amount = float(count)
    for unit in _UNITS[:-1]:
        if amount < 999.5:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 9.95 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} {_UNITS[-1]}"
