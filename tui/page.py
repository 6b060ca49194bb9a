"""What all screens share: texts in the person's language, the app's type, and room enough."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from store.language import _
from tui.compositor import LeanCompositor
from tui.widgets.keys_line import KeysLine
from tui.widgets.mode_tabs import ModeTabs

if TYPE_CHECKING:
    from tui.app import ContactsApp

    _Base = Screen[Any]
else:
    _Base = object

R = TypeVar("R")

_TOO_SMALL = {"-tiny", "-flat"}
_STAY_SECONDS = 0.3
"""A page must be open for so long before its first look: whoever only passes waits for nothing."""


class OurScreen(_Base):
    """What is common to all screens of this program.

    A mixin: styles follow the first base that is a widget, and that must be Screen or ModalScreen.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._compositor = LeanCompositor()

    @property
    def contacts_app(self) -> "ContactsApp":
        """The program."""
        return cast("ContactsApp", self.app)

    @property
    def is_unsaved(self) -> bool:
        """Whether something that a person has made here would be lost with it."""
        return False

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """End with this value, and with it all that was opened from here; what has ended already stays so.

        The second of two enters in one read comes when the first has ended this: Textual would end what is
        behind. There is nothing to wait for: whoever ends a screen is mostly part of it.
        """
        stack = self.app.screen_stack
        if self in stack:
            for above in reversed(stack[stack.index(self) + 1 :]):
                above.dismiss(None)
            super().dismiss(result)
        return AwaitComplete()

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

    def paint(self) -> None:
        """Lay out what has to be, and paint the whole screen, once and at once."""
        self._dirty_widgets.add(self)
        self._repaint_required = False
        self._on_timer_update()

    def paint_parts(self, *widgets: Widget) -> None:
        """Paint what has changed of these, before anybody else is told of it, which takes 0.6 ms."""
        for widget in widgets:
            widget._repaint_required = False
        self._dirty_widgets.update(widgets)
        self._on_timer_update()

    def _compositor_refresh(self) -> None:
        # While paints are held back, Textual makes them and throws them away: up to 9 ms each.
        if not self.app._batch_count:
            super()._compositor_refresh()


def _translated(binding: Binding) -> Binding:
    # The empty text stands for the catalogue's own header.
    return replace(binding, description=_(binding.description)) if binding.description else binding


class Page(OurScreen, Screen[None]):
    """A screen of its own mode; while it is open, it looks now and then whether it shows what is."""

    MODE: ClassVar[str]
    LOOK_SECONDS: ClassVar[float] = 0
    """Between two looks; 0 for a page that looks only when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        # No part of it has styles of a former theme yet; Textual would read all style sheets anew for it.
        self._css_update_count = self.app._css_update_count
        self._looks: list[Timer] = []
        self._waiting: list[asyncio.Event] = []
        # What they will be when it is laid out: to learn it then has the whole page styled once more.
        self.add_class(*self._classes_by_size(), update=False)

    def opened(self) -> None:
        """Show what happened while another page, or a dialog, was open."""

    def look(self) -> None:
        """Show what has changed since the last look."""

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Styles stay as they are: what changes them does so on every page, and tables cost 8 ms."""
        event.refresh_styles = False
        self.contacts_app.glance(self.opened)
        self._stop_looking()
        if self.LOOK_SECONDS:
            look = partial(self.contacts_app.glance, self.look)
            self._looks += self.set_timer(_STAY_SECONDS, look), self.set_interval(self.LOOK_SECONDS, look)

    def on_screen_suspend(self) -> None:
        """Look no more, unless it is only a dialog that stands before this page."""
        if self not in self.app.screen_stack:
            self._stop_looking()
            self._let_go()

    def _stop_looking(self) -> None:
        for timer in self._looks:
            timer.stop()
        self._looks.clear()

    async def painted(self) -> None:
        """Come back when what was posted to this page is on the screen; long reading makes paints slow."""
        done = asyncio.Event()
        # Behind what was posted. Textual's own `call_after_refresh` does not wait while paints are held back.
        self.call_later(self._wait, done)
        await done.wait()

    def _wait(self, done: asyncio.Event) -> None:
        # Not the list's own method: to learn its signature, `inspect` compiles a grammar for 5 ms.
        self._waiting.append(done)

    def _compositor_refresh(self) -> None:
        super()._compositor_refresh()
        if not self.app._batch_count:
            self._let_go()

    def _let_go(self) -> None:
        while self._waiting:
            self._waiting.pop().set()

    def compose(self) -> ComposeResult:
        yield ModeTabs(self.MODE)
        yield from self.compose_page()
        yield KeysLine()

    def on_resize(self) -> None:
        """Make the sentence for windows that are too small, which most never are."""
        if self._classes_by_size() & _TOO_SMALL and not self.query("#too-small"):
            sentence = _("Please make this window larger: 60 columns and 15 lines at least.")
            self.mount(Static(Content(sentence), id="too-small"))

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        # All is hidden while the window is too small. Textual would then give the focus to nobody, for good.
        is_to_come_back = bool(self._classes_by_size() & _TOO_SMALL) or widget in self._compositor.widgets
        if avoiding or not widget.focusable or not is_to_come_back:
            super()._reset_focus(widget, avoiding)

    def _classes_by_size(self) -> set[str]:
        width, height = self.app.size
        across, down = self.app.HORIZONTAL_BREAKPOINTS or [], self.app.VERTICAL_BREAKPOINTS or []
        return self._get_breakpoint_classes(width, across) | self._get_breakpoint_classes(height, down)

    def compose_page(self) -> Iterable[Widget]:
        """What stands between the modes and the footer."""
        return ()


class Dialog(OurScreen, ModalScreen[R]):
    """A window over a page, which ends with a typed value; esc ends it with None."""

    async def _on_key(self, event: events.Key) -> None:
        # Textual lets keys climb to the app, and asks there what the uppermost screen makes of them: those
        # that came in one read with the key that ends this dialog would act on the page behind.
        event.stop()
        if self in self.app.screen_stack:
            await self.app._check_bindings(event.key)


AnyScreen = Page | Dialog[Any]
