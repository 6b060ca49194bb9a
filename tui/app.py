"""The program on the screen: its modes, keys and theme, and the threads that talk to the store."""

import asyncio
import gc
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from rich.text import Text
from textual import work
from textual.app import App, ScreenError, ScreenStackError, SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import AwaitMount
from textual.worker import Worker, WorkerState

from store import database
from store.errors import ContactsError
from store.language import N_, _
from tui.page import OurScreen, Page
from tui.text import shown

if TYPE_CHECKING:
    from store.contacts import Person

P = ParamSpec("P")
T = TypeVar("T")

_LAST_RESORT_SECONDS = 3
"""Between a signal that ends the program and the end of its patience."""

_NOT_IN_PALETTE = frozenset(
    f"{prefix}{action}"
    for prefix in ("", "app.", "screen.")
    for action in (
        *("command_palette", "focus_next", "focus_previous", "select_cursor", "help_quit", "copy_text"),
        *("cursor_up", "cursor_down", "cursor_left", "cursor_right", "page_up", "page_down"),
        *("page_left", "page_right", "scroll_home", "scroll_end", "minimize", "maximize", "screenshot"),
    )
)
"""Actions that are keys rather than things to do."""

_WHEEL_ROWS = 3
"""What a notch of the mouse wheel scrolls by, as in most programs."""
_FAILURE_SECONDS = 10
"""For so long the same failure is not told of again."""

_TERMINAL_SECONDS = 5
"""Between two looks at whether the terminal is still there; a look costs some µs and draws nothing."""
_FURTHER_STYLES = Path(__file__).with_name("further.tcss")
_PATIENCE_SECONDS = 1
"""For threads that are at work when the program ends."""

THEME = Theme(
    name="contacts",
    primary="#3fa88f",
    secondary="#3fa88f",
    accent="#3fa88f",
    foreground="#d7dbd9",
    background="#14181a",
    surface="#1a1f22",
    panel="#242b2f",
    success="#6fbf73",
    warning="#d9a441",
    error="#d96c6c",
    dark=True,
    variables={"footer-key-foreground": "#3fa88f", "block-cursor-text-style": "none"},
)


def _contacts() -> Screen[Any]:
    from tui.screens.contacts import ContactsScreen

    return ContactsScreen()


def _imports() -> Screen[Any]:
    from tui.screens.imports import ImportsScreen

    return ImportsScreen()


def _downloads() -> Screen[Any]:
    from tui.screens.downloads import DownloadsScreen

    return DownloadsScreen()


def _flows() -> Screen[Any]:
    from tui.screens.flows import FlowsScreen

    return FlowsScreen()


def _settings() -> Screen[Any]:
    from tui.screens.settings import SettingsScreen

    return SettingsScreen()


class ContactsApp(App[None]):
    """The contacts of a WhatsApp business."""

    TITLE = "contacts"
    # With the sheet of the first page: one that comes later has all of them read once more, 5 ms.
    CSS_PATH = ["app.tcss", "screens/contacts.tcss"]
    MODES = {
        "contacts": _contacts,
        "imports": _imports,
        "downloads": _downloads,
        "flows": _flows,
        "settings": _settings,
    }
    DEFAULT_MODE = "contacts"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (130, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-high")]
    BINDINGS = [
        Binding("1", "switch_mode('contacts')", N_("Contacts"), show=False),
        Binding("2", "switch_mode('imports')", N_("Imports"), show=False),
        Binding("3", "switch_mode('downloads')", N_("Downloads"), show=False),
        Binding("4", "switch_mode('flows')", N_("Flows"), show=False),
        Binding("5", "switch_mode('settings')", N_("Settings"), show=False),
        Binding("question_mark", "toggle_keys", N_("Keys"), key_display="?"),
        Binding("q", "quit", N_("Quit")),
        # Textual's own answer to ctrl+q and ctrl+c stays: the first quits, the second says how.
        Binding("ctrl+q", "quit", N_("Quit"), show=False, priority=True),
    ]

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        # Over SSH every byte counts, and nothing here gets clearer by moving.
        self.animation_level = "none"
        self.register_theme(THEME)
        self.theme = "contacts"
        self.scroll_sensitivity_y = _WHEEL_ROWS
        self.undoable: list[Sequence[Person] | int] = []
        """Who was deleted together in this session, and changes of many by their ids, the latest last."""
        self._asks_to_quit = False
        self._last_failure = ("", 0.0)
        # One thread, one connection, one role: what takes long to read, and what may have to wait to write.
        self._readers = ThreadPoolExecutor(1, "read")
        self._writers = ThreadPoolExecutor(1, "write")
        self._used: set[ThreadPoolExecutor] = set()

    def on_mount(self) -> None:
        """Signals end the program with the terminal restored; Textual itself leaves it broken."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, number)
        self.set_interval(_TERMINAL_SECONDS, self._look_for_terminal)

    def _look_for_terminal(self) -> None:
        """End when the terminal is gone: where no signal tells, Textual would read its end for ever."""
        if self.is_headless or not sys.__stdin__ or sys.__stdin__.closed:
            return
        poll = select.poll()
        poll.register(sys.__stdin__.fileno(), select.POLLHUP)
        if poll.poll(0):
            self._end(signal.SIGHUP)

    def on_ready(self) -> None:
        """What is there by now stays: walking through it for garbage again takes 30 ms, within a key."""
        gc.freeze()
        gc.enable()
        self.screen.call_after_refresh(self._read_further_styles)

    def _read_further_styles(self) -> None:
        # Parsed with the next paint: 2 ms that the first one need not wait for.
        self.stylesheet.read(_FURTHER_STYLES)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No page is turned while a dialog is about to open: its keys may be typed already."""
        if action != "switch_mode" or not isinstance(self.screen, Page):
            return True
        return not any(worker.group == "dialog" and worker.is_running for worker in self.workers)

    async def action_quit(self) -> None:
        """End the program; ask first where something would be lost, on whatever page; asked twice, end it."""
        screens = [screen for stack in self._screen_stacks.values() for screen in stack]
        is_unsaved = any(screen.is_unsaved for screen in screens if isinstance(screen, OurScreen))
        if is_unsaved and not self._asks_to_quit:
            self._ask_to_quit()
        else:
            self.exit()

    @work(group="dialog", exit_on_error=False)
    async def _ask_to_quit(self) -> None:
        from tui.screens.question import Question

        self._asks_to_quit = True
        try:
            question = Question(_("Quit? What was changed and not saved is lost."), _("Quit"), _("Stay"))
            if await self.push_screen_wait(question):
                self.exit()
        finally:
            self._asks_to_quit = False

    def switch_mode(self, mode: str) -> AwaitMount:
        """Turn to another page, which is painted once, as soon as it has been told so."""
        if mode == self.current_mode:
            return super().switch_mode(mode)
        hold = ExitStack()
        hold.enter_context(self.batch_update())
        mounted = super().switch_mode(mode)
        # Behind all that the page has been told by now.
        self.screen.call_later(self._show_page, self.screen, hold)
        return mounted

    def refresh_css(self, animate: bool = True) -> None:
        """Apply the theme; without a screen, not by reading the style sheets: that is still to come."""
        try:
            self.screen  # noqa: B018 - asks whether there is one
        except ScreenError:
            self.stylesheet.set_variables(self.get_css_variables())
            return
        super().refresh_css(animate)

    def delay_update(self, delay: float = 0.05) -> None:
        """Nothing: `switch_mode` knows when a page can be painted, where Textual waits for so long."""

    async def _show_page(self, page: Screen[Any], hold: ExitStack) -> None:
        # Its widgets take their turn; then comes what they have said of it, and then the paint.
        await asyncio.sleep(0)
        page.call_later(self._paint, page, hold)

    def _paint(self, page: Screen[Any], hold: ExitStack) -> None:
        hold.close()
        if isinstance(page, OurScreen):
            page.paint()

    def _end(self, number: int) -> None:
        # In a thread of its own: it must come even when the loop waits for something.
        last_resort = threading.Timer(_LAST_RESORT_SECONDS, os._exit, (128 + number,))
        last_resort.daemon = True
        last_resort.start()
        self.exit(return_code=128 + number)

    def clear_selection(self) -> None:
        """Clear the selection of text.

        From Python 3.12 on, Textual runs tasks eagerly: the first page's Input asks for this before the page
        is on the stack of screens.
        """
        with suppress(ScreenStackError):
            super().clear_selection()

    async def on_unmount(self) -> None:
        """Let the threads go, with their connections closed; not for ever, they may be waiting for others."""
        loop = asyncio.get_running_loop()
        closing = [loop.run_in_executor(executor, database.close) for executor in self._used]
        if closing:
            await asyncio.wait(closing, timeout=_PATIENCE_SECONDS)
        for executor in (self._readers, self._writers):
            executor.shutdown(wait=False, cancel_futures=True)

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a long look into the store, taken in a thread of its own."""
        return await self._run(self._readers, function, *args, **kwargs)

    async def write(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a change to the store, which may have to wait for others."""
        return await self._run(self._writers, function, *args, **kwargs)

    async def _run(
        self, executor: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self._used.add(executor)

        def run() -> T:
            database.connect(database.SMALL_PRAGMAS)
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(executor, run)

    def glance(self, look: Callable[[], T]) -> T | None:
        """The result of a quick look into the store, taken at once.

        A database that cannot be read there is told of in a toast, and gives None.
        """
        try:
            return look()
        except Exception as error:
            sentence = database.explain(error)
            if sentence is None:
                raise
            told, moment = self._last_failure
            if sentence != told or time.monotonic() > moment + _FAILURE_SECONDS:
                self._last_failure = (sentence, time.monotonic())
                self.say_error(ContactsError(sentence))
            return None

    def say(self, sentence: str) -> None:
        """A toast: something went well, or is to be known."""
        self.notify(shown(sentence, 400), markup=False)

    def say_error(self, error: ContactsError) -> None:
        """A toast that stays for longer: something did not go well."""
        self.notify(shown(error, 400), severity="error", timeout=10, markup=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell of the program's own work in the background that failed; screens tell of theirs."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.tell_bug(event.worker.error)

    def tell_bug(self, error: BaseException) -> str:
        """Say that something went wrong that nobody foresaw, in a toast; returns the sentence."""
        sentence = database.explain(error)
        if sentence is None:
            import traceback

            log = database.files_folder() / "errors.log"
            with os.fdopen(database.open_beside(log.name, append=True), "a") as file:
                traceback.print_exception(error, file=file)
            sentence = _("Something went wrong that should not have; your data is safe. Please report {log}.")
            sentence = sentence.format(log=log)
        self.say_error(ContactsError(sentence))
        return sentence

    def _fatal_error(self) -> None:
        """The end after an error: one sentence; Textual would print a traceback with people's data in it."""
        error = sys.exception()
        if os.environ.get("CONTACTS_DEBUG") or error is None:
            super()._fatal_error()
            return
        self.panic(Text(self.tell_bug(error)))

    def copy_phone(self, person: "Person") -> None:
        """Copy the contact's phone to the clipboard of the person's own machine, by way of the terminal."""
        if person.phone is None:
            self.say(_("This contact has no phone number."))
            return
        self.copy_to_clipboard(person.phone)
        self.say(
            _("{phone} is copied (in tmux it needs: set -g set-clipboard on).").format(phone=person.phone)
        )

    def action_toggle_keys(self) -> None:
        """Show or hide all keys."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action that has a key now, by its name."""
        seen = set(_NOT_IN_PALETTE)
        for node, binding, enabled, _tooltip in screen.active_bindings.values():
            if enabled and binding.description and not binding.system and binding.action not in seen:
                seen.add(binding.action)
                key = self.get_key_display(binding)
                yield SystemCommand(
                    binding.description,
                    _("Key: {key}").format(key=key),
                    lambda node=node, action=binding.action: node.call_next(node.run_action, action),
                )
        yield SystemCommand(_("Theme"), _("Choose other colours"), self.action_change_theme)
