"""What forms share: fields that scroll, save and cancel, and keys for both."""

from collections.abc import Iterable
from typing import TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from store.errors import ContactsError, InvalidFields
from store.language import N_, _
from tui.page import Dialog
from tui.text import plain
from tui.widgets.field import say_faults
from tui.widgets.keys_line import KeysLine

R = TypeVar("R")


class Form(Dialog[R]):
    """Ends with what was saved, or None."""

    BINDINGS = [
        Binding("escape", "leave", N_("Cancel")),
        Binding("ctrl+s", "save", N_("Save"), priority=True),
    ]

    is_saving = False
    """Set while the store works on what was entered: it cannot be called back."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form"):
            yield Static(plain(self.heading()), classes="title")
            with VerticalScroll(id="fields", can_focus=False):
                yield from self.compose_fields()
            with Horizontal(classes="buttons"):
                yield from self.compose_buttons()
                yield Button(plain(_("Save")), id="save", variant="primary", compact=True)
                yield Button(plain(_("Cancel")), id="cancel", compact=True)
            yield KeysLine()

    def heading(self) -> str:
        """What the form is for."""
        return ""

    def compose_fields(self) -> Iterable[Widget]:
        """The fields."""
        return ()

    def compose_buttons(self) -> Iterable[Widget]:
        """Buttons before Save and Cancel."""
        return ()

    @on(Button.Pressed, "#save")
    def _press_save(self) -> None:
        self.action_save()

    @on(Button.Pressed, "#cancel")
    def _press_cancel(self) -> None:
        self.action_leave()

    async def save(self) -> R | None:
        """Save what was entered; None if the person is to go on."""
        return None

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """Save, or say at each field what is wrong with it."""
        if self.is_saving:
            return
        self.is_saving = True
        try:
            saved = await self.save()
        except InvalidFields as error:
            say_faults(self, error.fields)
        except ContactsError as error:
            self.contacts_app.say_error(error)
        else:
            if saved is not None:
                self.dismiss(saved)
        finally:
            self.is_saving = False

    def action_leave(self) -> object:
        """Leave without saving."""
        return None if self.is_saving else self.dismiss(None)
