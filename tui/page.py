"""What all screens share: texts in the person's language, the app's type, and room enough."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from store.language import _
from tui.widgets.mode_tabs import ModeTabs

if TYPE_CHECKING:
    from tui.app import ContactsApp

R = TypeVar("R")


def translated(bindings: dict[str, ActiveBinding]) -> dict[str, ActiveBinding]:
    """Bindings with their descriptions in the language in use; classes are made before it is known."""
    return {
        key: active._replace(binding=replace(active.binding, description=_(active.binding.description)))
        if active.binding.description
        else active
        for key, active in bindings.items()
    }


class Page(Screen[None]):
    """A screen of its own mode."""

    MODE: ClassVar[str]

    @property
    def contacts_app(self) -> "ContactsApp":
        """The program."""
        return cast("ContactsApp", self.app)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(super().active_bindings)

    def compose(self) -> ComposeResult:
        yield ModeTabs(self.MODE)
        yield from self.compose_page()
        yield Footer(show_command_palette=False)
        yield Static(
            Content(_("Please make this window larger: 60 columns and 15 lines at least.")), id="too-small"
        )

    def compose_page(self) -> Iterable[Widget]:
        """What stands between the modes and the footer."""
        return ()


class Dialog(ModalScreen[R]):
    """A window over a page, which ends with a typed value; esc ends it with None."""

    @property
    def contacts_app(self) -> "ContactsApp":
        """The program."""
        return cast("ContactsApp", self.app)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(super().active_bindings)
