"""What all screens share: texts in the person's language, the app's type, and room enough."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from store.language import _
from tui.widgets.keys_line import KeysLine
from tui.widgets.mode_tabs import ModeTabs

if TYPE_CHECKING:
    from tui.app import ContactsApp

    _Base = Screen[Any]
else:
    _Base = object

R = TypeVar("R")


class OurScreen(_Base):
    """What is common to all screens of this program.

    A mixin: styles follow the first base that is a widget, and that must be Screen or ModalScreen.
    """

    @property
    def contacts_app(self) -> "ContactsApp":
        """The program."""
        return cast("ContactsApp", self.app)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell of work in the background that failed in a way nobody foresaw; the program goes on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.contacts_app.tell_bug(event.worker.error)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Bindings with their descriptions in the language in use; classes are made before it is known."""
        return {
            key: active._replace(binding=_translated(active.binding))
            for key, active in super().active_bindings.items()
        }


def _translated(binding: Binding) -> Binding:
    # The empty text stands for the catalogue's own header.
    return replace(binding, description=_(binding.description)) if binding.description else binding


class Page(OurScreen, Screen[None]):
    """A screen of its own mode."""

    MODE: ClassVar[str]

    def compose(self) -> ComposeResult:
        yield ModeTabs(self.MODE)
        yield from self.compose_page()
        yield KeysLine()
        sentence = _("Please make this window larger: 60 columns and 15 lines at least.")
        yield Static(Content(sentence), id="too-small")

    def compose_page(self) -> Iterable[Widget]:
        """What stands between the modes and the footer."""
        return ()


class Dialog(OurScreen, ModalScreen[R]):
    """A window over a page, which ends with a typed value; esc ends it with None."""


AnyScreen = Page | Dialog[Any]
