"""A change of many contacts to watch, to stop, to go on with and to undo; and the list of the latest ones."""

from collections.abc import Callable
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable, ProgressBar, Static

from store import changes, database, jobs, settings
from store.changes import Action, ChangeView
from store.errors import ContactsError
from store.jobs import State
from store.language import N_, _
from store.values import times
from tui.following import Following
from tui.page import Dialog
from tui.text import cell, plain, shown, waiting
from tui.widgets.keys_line import KeysLine
from tui.widgets.small_table import SmallColumn, SmallTable

_LOOK_SECONDS = 0.5
"""Between two looks; each sends some hundred bytes."""
_CAN_GO_ON = (State.STOPPED, State.INTERRUPTED, State.FAILED)


def what(view: ChangeView) -> str:
    """What a change does, in a few words."""
    if view.action is Action.DELETE:
        return _("Delete contacts")
    name = shown(view.property_name or _("(a property that is gone)"), 40)
    if view.action is Action.CLEAR:
        return _("Clear {name}").format(name=name)
    return _("Set {name} to {value}").format(name=name, value=shown(view.value, 40))


class ChangeWindow(Dialog[None]):
    """Follows a change until it ends; closing it ends nothing."""

    BINDINGS = [
        Binding("escape,enter", "dismiss(None)", N_("Close")),
        Binding("t", "stop", N_("Stop")),
        Binding("r", "resume", N_("Go on")),
        Binding("u", "undo", N_("Undo")),
    ]

    def __init__(self, change_id: int) -> None:
        super().__init__()
        self._change_id = change_id
        self._view = changes.get(change_id)
        self._told = Content()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(what(self._view)), classes="title")
            yield ProgressBar(total=1000, show_eta=False)
            yield Static(id="numbers")
            yield KeysLine()

    def on_mount(self) -> None:
        """Look, and look again now and then."""
        self._look()
        self.set_interval(_LOOK_SECONDS, partial(self.contacts_app.glance, self._look))

    def _look(self) -> None:
        view = changes.get(self._change_id)
        told = _told(view)
        if view == self._view and told.is_same(self._told):
            return
        self._view, self._told = view, told
        self.query_one(ProgressBar).update(progress=view.progress)
        self.query_one("#numbers", Static).update(told)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is possible as it stands."""
        view = self._view
        if database.is_read_only() and action in ("stop", "resume", "undo"):
            return False
        match action:
            case "stop":
                return view.is_running
            case "resume":
                return view.undo is None and view.state in _CAN_GO_ON
            case "undo":
                return not view.is_running and view.state is not State.UNDONE and view.changed > 0
        return True

    def action_stop(self) -> None:
        """Stop it; what is done stays."""
        self._do(lambda: changes.stop(self._change_id))

    def action_resume(self) -> None:
        """Go on where it was stopped."""
        self._do(lambda: changes.resume(self._change_id))

    def action_undo(self) -> None:
        """Take it back."""
        self._do(lambda: changes.undo(self._change_id))

    @work(exclusive=True, group="write", exit_on_error=False)
    async def _do(self, action: Callable[[], object]) -> None:
        try:
            await self.contacts_app.write(action)
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self._look()


def _told(view: ChangeView) -> Content:
    state, job = view.state, view.id
    if view.undo is not None and view.state is not State.UNDONE:
        state, job = view.undo.state, view.undo.id
    label = state.label
    if view.undo is not None and view.undo.is_running:
        label = _("Undoing: {state}").format(state=label)
    parts: list[Content | tuple[str, str] | str] = [(label, "bold"), f"  {view.sentence}"]
    if state is State.QUEUED and jobs.is_waiting(job):
        parts.append("\n\n" + waiting())
    if view.message:
        parts.append(("\n\n" + shown(view.message, 600), "$text-error"))
    return Content.assemble(*parts)


class Changes(Following, Dialog[None]):
    """The latest changes of many contacts, followed while it is open."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("enter", "open", N_("Open")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._views: list[ChangeView] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(_("Changes of many contacts")), classes="title")
            columns = (
                SmallColumn(_("Date"), 16),
                SmallColumn(_("Change")),
                SmallColumn(_("Contacts"), 10),
                SmallColumn(_("State"), 12),
            )
            yield SmallTable(columns, id="changes")
            sentence = _("None yet. Mark contacts with space, or all that match with *, then press a.")
            yield Static(plain(sentence), classes="muted")
            yield KeysLine()

    def on_mount(self) -> None:
        """The table first."""
        self.query_one(SmallTable).focus()
        self.follow()

    @property
    def is_restless(self) -> bool:
        """While any change goes on."""
        return any(view.is_running for view in self._views)

    def show_anew(self) -> None:
        """Draw the table."""
        self._views = changes.list_all()
        zone = settings.load().time_zone
        rows = {
            str(view.id): [
                cell(times.shown(view.created, zone)),
                cell(what(view)),
                cell(f"{view.changed:,}", right=True),
                cell(view.state.label),
            ]
            for view in self._views
        }
        self.query_one(SmallTable).fill(rows)
        self.query_one(".muted").display = not rows

    @on(DataTable.RowSelected)
    def action_open(self) -> None:
        """Open the one under the cursor."""
        selected = self.query_one(SmallTable).selected
        if selected is not None and self.is_active:
            self.app.push_screen(ChangeWindow(int(selected)))
