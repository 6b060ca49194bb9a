"""Page 4: the flows that conversations go along."""

from collections.abc import Sequence

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Static

from store import database, properties, settings
from store.errors import ContactsError
from store.flows import checks, keeping
from store.flows.checks import Fault
from store.flows.keeping import FlowView
from store.language import N_, _, ngettext
from store.values import times
from store.whatsapp import outbox
from tui.following import Following
from tui.page import Page
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.flow_form import FlowName, NewFlow, copying, renaming
from tui.screens.question import Question
from tui.screens.unsent import SHOWN, Unsent
from tui.text import cell, lines, plain, shown
from tui.widgets.small_table import SmallColumn, SmallTable

_CHANGES = frozenset({"create", "edit", "rename", "copy", "delete", "switch"})


class FlowsScreen(Following, Page):
    """The flows in a table; below it how the one under the cursor stands."""

    MODE = "flows"
    CSS_PATH = "flows.tcss"
    BINDINGS = [
        Binding("n", "create", N_("Create flow")),
        Binding("e,enter", "edit", N_("Edit")),
        Binding("s", "switch", N_("Switch on/off")),
        Binding("p", "rehearse", N_("Rehearse")),
        Binding("r", "rename", N_("Rename")),
        Binding("c", "copy", N_("Copy"), show=False),
        Binding("d,delete", "delete", N_("Delete"), show=False),
        Binding("m", "unsent", N_("Messages not sent"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[str, FlowView] = {}
        self._faults: dict[int, list[Fault]] = {}

    def compose_page(self) -> ComposeResult:
        yield SmallTable(
            (
                SmallColumn(_("Name")),
                SmallColumn(_("State"), 15),
                SmallColumn(_("Faults"), 6),
                SmallColumn(_("Runs"), 8),
                SmallColumn(_("Last run"), 16, least=72),
            ),
            id="flows",
        )
        sentence = _("No flows yet. Press n to create one: it asks on WhatsApp, and keeps the answers.")
        yield Static(plain(sentence), id="none", classes="muted")
        yield Static(id="about")
        yield Static(id="unsent")

    def on_mount(self) -> None:
        """The table first."""
        self.query_one(SmallTable).focus()

    def show_anew(self, selected: int | None = None) -> None:
        """Draw the table, the cursor on the flow `selected` or where it was."""
        known = properties.list_all()
        zone = settings.load().time_zone
        found = keeping.list_all()
        self._views = {str(view.id): view for view in found}
        self._faults = {view.id: checks.faults(view.flow, known) for view in found}
        rows = {key: _cells(view, self._faults[view.id], zone) for key, view in self._views.items()}
        self.query_one(SmallTable).fill(rows, None if selected is None else str(selected))
        self.query_one("#none").display = not rows
        self._tell()
        failed = len(outbox.failures(SHOWN))
        said = ngettext("{count} message was not sent: m", "{count} messages were not sent: m", failed)
        self.query_one("#unsent", Static).update(plain(said if failed else ""))

    @on(DataTable.RowHighlighted)
    def _tell(self) -> None:
        """Say how the flow under the cursor stands."""
        view = self._selected()
        said = "" if view is None else _about(view, self._faults[view.id])
        self.query_one("#about", Static).update(lines(said))

    def _selected(self) -> FlowView | None:
        return self._views.get(self.query_one(SmallTable).selected or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Those who may only read look and rehearse."""
        return not (database.is_read_only() and action in _CHANGES)

    # What can be done

    def action_create(self) -> None:
        """Name a flow, and begin to edit it."""
        self.app.push_screen(NewFlow(), self._created)

    def _created(self, view: FlowView | None) -> None:
        if view is not None:
            self.show_anew(view.id)
            self._edit(view)

    @on(DataTable.RowSelected)
    def action_edit(self) -> None:
        """Edit the flow under the cursor."""
        view = self._selected()
        if view is not None and not database.is_read_only():
            self._edit(view)

    def _edit(self, view: FlowView) -> None:
        from tui.screens.flow_editor import FlowEditor

        try:
            # As it is now: somebody may have saved it since the table was filled.
            self.app.push_screen(FlowEditor(keeping.get(view.id)))
        except ContactsError as error:
            self.contacts_app.say_error(error)

    def action_rename(self) -> None:
        """Call it by another name."""
        view = self._selected()
        if view is not None:
            self._keep(renaming(view))

    def action_copy(self) -> None:
        """Make another one like it."""
        view = self._selected()
        if view is not None:
            self._keep(copying(view))

    def _keep(self, form: FlowName) -> None:
        self.app.push_screen(form, self._kept)

    def _kept(self, view: FlowView | None) -> None:
        if view is not None:
            self.contacts_app.say(_("{name} is saved.").format(name=view.flow.name))
            self.show_anew(view.id)

    def action_rehearse(self) -> None:
        """Play it as if on WhatsApp."""
        view = self._selected()
        if view is None:
            return
        if self._faults[view.id]:
            self._say_faulty(view)
            return
        from tui.screens.flow_rehearsal import FlowRehearsal

        self.app.push_screen(FlowRehearsal(view.flow))

    def _say_faulty(self, view: FlowView) -> None:
        try:
            keeping.check(view.flow)
        except ContactsError as error:
            self.contacts_app.say_error(error)

    def action_unsent(self) -> None:
        """See which messages could not be sent, and have them tried again."""
        self.app.push_screen(Unsent())

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_delete(self) -> None:
        """Ask, then delete."""
        view = self._selected()
        if view is None:
            return
        question = _("Delete the flow {name}?").format(name=shown(view.flow.name))
        if view.is_live:
            question += "\n" + _("It is live: nobody new enters it any more; those inside finish.")
        if not await self.app.push_screen_wait(Question(question, _("Delete"), _("Keep"))):
            return
        try:
            await self.contacts_app.write(keeping.delete, view.id)
            self.contacts_app.say(_("{name} is deleted.").format(name=view.flow.name))
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self.show_anew()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_switch(self) -> None:
        """Let it answer those who write, or no longer."""
        view = self._selected()
        if view is None:
            return
        turn_on: bool | None = not view.is_live
        if view.is_live and view.has_changes:
            turn_on = await self._ask_publish(view)
        elif not await self._is_sure(view):
            turn_on = None
        if turn_on is None:
            return
        try:
            if turn_on:
                await self.contacts_app.write(keeping.switch_on, view.id)
                said = _("{name} is live: it answers those who write from now on.")
            else:
                await self.contacts_app.write(keeping.switch_off, view.id)
                said = _("{name} is switched off: nobody new enters it; those inside finish.")
            self.contacts_app.say(said.format(name=view.flow.name))
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self.show_anew()

    async def _ask_publish(self, view: FlowView) -> bool | None:
        """Whether a live flow is to go on with its draft, or to be switched off; None for neither."""
        choices = [Choice(_("Publish the changes"), True), Choice(_("Switch it off"), False)]
        title = _("{name} is live").format(name=shown(view.flow.name, 50))
        choice = await self.app.push_screen_wait(ChoiceScreen(title, choices))
        return None if choice is None else choice.value

    async def _is_sure(self, view: FlowView) -> bool:
        """Ask before anything that ends what is live now."""
        others = [other for other in self._views.values() if other.is_live and other.id != view.id]
        name = shown(view.flow.name)
        if view.is_live:
            question = _("Switch {name} off? Nobody new enters it; those inside finish.").format(name=name)
            return bool(await self.app.push_screen_wait(Question(question, _("Switch off"), _("Keep"))))
        if not others or self._faults[view.id]:
            # A faulty flow is refused by the store, which says why.
            return True
        question = _("Switch {name} on? {other} is switched off then.")
        question = question.format(name=name, other=shown(others[0].flow.name))
        return bool(await self.app.push_screen_wait(Question(question, _("Switch on"), _("Back"))))


def _state(view: FlowView) -> str:
    if view.is_live:
        return _("live, changed") if view.has_changes else _("live")
    return _("draft") if view.version_id is None else _("off")


def _cells(view: FlowView, faults: Sequence[Fault], zone: str) -> list[Text]:
    return [
        cell(view.flow.name),
        cell(_state(view)),
        cell(len(faults) or "", right=True),
        cell(f"{view.runs:,}", right=True),
        cell(times.shown(view.last_run, zone) or _("Never")),
    ]


def _about(view: FlowView, faults: Sequence[Fault]) -> str:
    """How the flow stands, and what is wrong with it first."""
    if view.is_live:
        said = _("It answers those who write to the company.")
        if view.has_changes:
            said = _("It answers as it was published; the changes since then wait for s.")
    elif view.version_id is None:
        said = _("A draft: s switches it on.")
    else:
        said = _("Switched off: s switches it on again.")
    if faults:
        said += "\n" + ngettext("{count} fault.", "{count} faults, the first:", len(faults))
        said += " " + keeping.fault_sentence(view.flow, faults[0])
    return said
