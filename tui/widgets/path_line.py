"""A line for a path, with completion of what lies in its folder."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from store.language import N_, _
from store.values.text import fold
from tui.text import plain, shown
from tui.widgets.line import Line

_SHOWN_AT_MOST = 200
_UP = "../"


def path_of(typed: str) -> Path:
    """The path that a person typed, pasted or dropped: quotes, file:// and escaped spaces are understood."""
    text = typed.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(urlsplit(text).path)
    # os.path rather than Path: it does not raise for ~nobody, names that are too long or closed folders.
    path = os.path.expanduser(text)  # noqa: PTH111
    if "\\ " in text and not os.path.exists(path):  # noqa: PTH110
        path = os.path.expanduser(text.replace("\\ ", " "))  # noqa: PTH111
    return Path(path)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder that can be seen; never raises."""
    return os.path.isdir(path)  # noqa: PTH112


class PathLine(Vertical):
    """A Line, and below it the folders and files that its text could become."""

    BINDINGS = [
        Binding("tab", "complete", N_("Complete"), priority=True),
        Binding("down", "to_list", show=False),
    ]

    class Entered(Message):
        """A path was entered or chosen."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, accepts: Callable[[Path], bool], proposed: Path | None = None) -> None:
        super().__init__()
        self._accepts = accepts
        self._proposed = proposed
        self._found: list[Path] = []
        self._listed: list[Path] = []
        """What the list shows: what was found, and the folder above."""
        self._real: dict[str, Path] = {}
        """Paths by what is shown of them, where the two differ."""

    def compose(self) -> ComposeResult:
        written = self._written(self._proposed) if self._proposed is not None else ""
        yield Line(written, placeholder=_("Type or paste a path, or choose below"), id="path")
        yield OptionList(markup=False)

    def on_mount(self) -> None:
        """Show what is there."""
        line = self.query_one(Line)
        line.focus()
        # What is proposed gives way to what is typed or pasted.
        line.action_select_all()
        self._list(line.value)

    @property
    def path(self) -> Path:
        """What the line says."""
        value = self.query_one(Line).value
        return self._real.get(value) or path_of(value)

    def _written(self, path: Path) -> str:
        written = str(path) + ("/" if is_folder(path) and str(path) != "/" else "")
        text = shown(written, 4_000)
        if text != written:
            self._real[text] = path
        return text

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        self._list(event.value)

    def _list(self, typed: str) -> None:
        path = self._real.get(typed) or path_of(typed)
        folder, beginning = (path, "") if not typed or typed.endswith("/") else (path.parent, path.name)
        self._found = self._entries(folder, beginning)
        # Behind all that there is: completion is not to walk up.
        here = folder.absolute()
        above = [] if beginning or here.parent == here else [here.parent]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(plain(found.name + ("/" if is_folder(found) else ""))) for found in self._found
        )
        options.add_options(Option(plain(_UP)) for _above in above)
        self._listed = [*self._found, *above]

    def _entries(self, folder: Path, beginning: str) -> list[Path]:
        try:
            entries = sorted(folder.iterdir(), key=lambda entry: (not is_folder(entry), fold(entry.name)))
        except (OSError, ValueError):
            return []
        wanted = fold(beginning)
        return [
            entry
            for entry in entries
            if fold(entry.name).startswith(wanted)
            and (beginning.startswith(".") or not entry.name.startswith("."))
            and (is_folder(entry) or self._accepts(entry))
        ][:_SHOWN_AT_MOST]

    def action_complete(self) -> None:
        """Complete the line as far as it is certain, or go on to the next field."""
        line = self.query_one(Line)
        if not line.has_focus:
            self.app.action_focus_next()
            return
        if not self._found:
            self.screen.focus_next()
            return
        if len(self._found) == 1:
            self._take(self._found[0])
            return
        common = _common_beginning([entry.name for entry in self._found])
        completed = self._written(self._found[0].parent / common) if common else line.value
        if completed.rstrip("/") == line.value.rstrip("/"):
            self.action_to_list()
        else:
            line.value = completed.rstrip("/") if len(self._found) > 1 else completed
            line.cursor_position = len(line.value)

    def _take(self, path: Path) -> None:
        line = self.query_one(Line)
        line.value = self._written(path)
        line.cursor_position = len(line.value)
        line.focus()

    def action_to_list(self) -> None:
        """From the line into the list."""
        if self._listed:
            options = self.query_one(OptionList)
            options.highlighted = options.highlighted or 0
            options.focus()

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        if is_folder(self.path):
            self._take(self.path)
        else:
            self.post_message(self.Entered(self.path))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        path = self._listed[event.option_index]
        self._take(path)
        if not is_folder(path):
            self.post_message(self.Entered(path))


def _common_beginning(names: list[str]) -> str:
    first, last = min(names), max(names)
    length = next((i for i, char in enumerate(first) if i >= len(last) or char != last[i]), len(first))
    return first[:length]
