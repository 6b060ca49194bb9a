"""Where the file of a download lies, and how it is fetched."""

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from store.language import N_, _
from tui.page import Dialog
from tui.screens.download_files import copy_command
from tui.text import lines, plain
from tui.widgets.keys_line import KeysLine


class DownloadPlace(Dialog[None]):
    """Shows the path and the command in full, to be read, selected or copied."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("y", "copy", N_("Copy scp command")),
    ]

    def __init__(self, path: Path, command: str) -> None:
        super().__init__()
        self._path = path
        self._command = command

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(_("Where the file is")), classes="title")
            yield Static(plain(_("On this machine:")), classes="label")
            yield Static(lines(str(self._path)), id="path")
            yield Static()
            yield Static(plain(_("To fetch it, on your own machine:")), classes="label")
            yield Static(lines(self._command), id="command")
            with Horizontal(classes="buttons"):
                yield Button(plain(_("Copy scp command")), id="copy", compact=True)
                yield Button(plain(_("Close")), id="close", variant="primary", compact=True)
            yield KeysLine()

    def on_mount(self) -> None:
        """Enter closes it."""
        self.query_one("#close").focus()

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Copy the command."""
        copy_command(self, self._command)

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.dismiss(None)
