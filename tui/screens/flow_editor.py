"""Edit a flow: its outline, and beside it (or in its place) the settings of the block under the cursor."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.widgets import OptionList, Static
from textual.worker import WorkerError

from store import properties
from store.errors import ChangedMeanwhile, ContactsError, InvalidFields, NotFound
from store.flows import checks, editing, keeping
from store.flows.blocks import Block, Flow, Kind, Saving
from store.flows.checks import Fault
from store.flows.editing import INVALID, Edited, History, Spot
from store.flows.keeping import FlowView
from store.language import N_, _, ngettext
from store.values.custom_property import CustomProperty
from tui.page import Page
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.question import Question
from tui.text import lines
from tui.widgets.block_options import BlockOptions
from tui.widgets.block_outline import BlockOutline
from tui.widgets.block_panel import BlockPanel, property_choices, type_for
from tui.widgets.block_settings import Item, variable_names
from tui.widgets.block_text import BlockText


class FlowEditor(Page):
    """What is edited is kept when it is saved; until then every edit can be taken back."""

    MODE = "flows"
    CSS_PATH = "flow_editor.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    BINDINGS = [
        Binding("escape", "back", N_("Back")),
        Binding("ctrl+s", "screen.save", N_("Save"), priority=True),
        Binding("ctrl+n", "variable", N_("Insert variable"), priority=True),
        Binding("ctrl+z", "undo", N_("Undo"), show=False),
        Binding("ctrl+r", "redo", N_("Redo"), show=False, priority=True),
        Binding("q", "leave", N_("Leave"), show=False),
    ]

    def __init__(self, view: FlowView) -> None:
        super().__init__()
        self._view = view
        self._history = History.begin(view.flow, *_in_use(view))
        self._saved = view.flow
        self._known: list[CustomProperty] = []
        self._faults: list[Fault] = []
        self._refused: dict[str, str] = {}
        """What the store said of the flow's own settings when it was saved last."""
        self._saving = asyncio.Lock()
        self._said = ""
        """The faults below the outline."""

    def compose_page(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield BlockOutline()
                yield Static(lines(_("This flow is empty. Press n to add its first block.")), id="hint")
                yield Static(id="fault", classes="fault")
            yield BlockPanel()

    def on_mount(self) -> None:
        """The outline first."""
        self._outline.focus()

    def opened(self) -> None:
        """Others may have defined properties; a list may have been closed that has set something."""
        self._gather()
        self._known = properties.list_all()
        self._show()

    @property
    def _outline(self) -> BlockOutline:
        return self.query_one(BlockOutline)

    @property
    def _panel(self) -> BlockPanel:
        return self.query_one(BlockPanel)

    @property
    def _flow(self) -> Flow:
        return self._history.flow

    @property
    def _block(self) -> Block | None:
        """The block under the cursor; None for the flow itself."""
        return editing.find(self._flow, self._history.spot.block)

    # What is shown

    def _show(self) -> None:
        """Show the flow as it is now, and the settings of what is under the cursor."""
        self._faults = checks.faults(self._flow, self._known)
        note = "" if self._flow == self._saved else _("not saved")
        self._outline.show(self._flow, self._history.spot, self._known, self._faults, note)
        self.query_one("#left").set_class(not self._flow.blocks, "-empty")
        self._show_here()

    def _show_here(self) -> None:
        """Show the settings of what is under the cursor, and what is wrong with them."""
        block = self._block
        here = [fault for fault in self._faults if fault.block_id == self._history.spot.block]
        if block is None:
            here += [Fault(None, field, sentence) for field, sentence in self._refused.items()]
        self._panel.show(block or self._flow, self._known)
        self._panel.say(here)
        # That it is empty is said by the hint.
        said = "\n".join(fault.sentence for fault in here if self._flow.blocks or fault.field != "blocks")
        if said != self._said:
            self._said = said
            line = self.query_one("#fault", Static)
            line.update(lines(said))
            line.set_class(bool(said), "-shown")

    @on(OptionList.OptionHighlighted, "#outline")
    @on(BlockPanel.Touched)
    def _gather(self) -> None:
        """Take over what was typed into the panel, then where the person has walked to.

        Every action begins with it: a quick person's next key may come before the message about the last.
        """
        before, walked = self._history, self._outline.spot
        item, typed = self._panel.read()
        if item is not None and item != (self._block or self._flow):
            self._history = self._with(item, typed)
        if walked != before.spot:
            self._history = self._history.at(walked)
        if self._history.flow is not before.flow:
            self._show()
        elif self._history.spot != before.spot:
            self._show_here()

    def _with(self, item: Item, typed: str) -> History:
        spot = self._history.spot
        if isinstance(item, Flow):
            flow, self._refused = item, {}
        else:
            flow = editing.put(self._flow, item)
            if spot.way == INVALID and item.invalid is None:
                spot = Spot(item.id)
        typing = f"{spot.block} {typed}" if typed else ""
        return self._history.do(Edited(flow, spot), typing)

    def _do(self, edited: Edited | None) -> None:
        """Take over an edit of the outline, if there is one."""
        if edited is not None:
            self._history = self._history.do(edited)
            self._show()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A variable can be inserted where a text is typed."""
        return action != "variable" or isinstance(self.focused, BlockText)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_add(self, before: bool = False) -> None:
        """Add a block after the one under the cursor (or before it), or at the beginning of its way."""
        self._gather()
        choices = [Choice(kind.label, kind) for kind in Kind]
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Add a block"), choices))
        if choice is None:
            return
        block = Block(self._history.next_id, choice.value)
        insert = editing.insert_before if before else editing.insert
        self._do(insert(self._flow, self._history.spot, block))
        self._enter()

    @on(OptionList.OptionSelected, "#outline")
    def action_edit(self) -> None:
        """Go to the settings of what is under the cursor."""
        self._enter()

    def _enter(self, key: str = "") -> None:
        self._gather()
        self.add_class("-editing")
        way = self._history.spot.way
        if way == INVALID:
            key = "attempts"
        if way is None or way == INVALID:
            self.call_after_refresh(self._panel.enter, key)
        else:
            self.call_after_refresh(self._panel.enter_option, way)

    def action_back(self) -> None:
        """From the settings to the outline; from there out of the editor."""
        self._gather()
        if self.focused is self._outline:
            self.action_leave()
        else:
            self.remove_class("-editing")
            self._outline.focus()

    @on(DescendantFocus, "#outline")
    def _is_back(self) -> None:
        # Where both are seen a click goes there; with less room it would have to be opened again.
        self.remove_class("-editing")

    @property
    def is_unsaved(self) -> bool:
        """Whether the flow differs from what is kept of it."""
        self._gather()
        return self._flow != self._saved

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_leave(self) -> None:
        """Leave the editor; ask first if something is not saved."""
        for worker in self.workers:
            if worker.group == "save" and not worker.is_finished:
                # What goes wrong there is told of there.
                with suppress(WorkerError):
                    await worker.wait()
        if self.is_unsaved:
            question = Question(_("Leave without saving?"), _("Leave"), _("Stay"))
            if not await self.app.push_screen_wait(question):
                return
        self.dismiss(None)

    def action_remove(self) -> None:
        """Take out the block, the option or the way under the cursor."""
        self._gather()
        before = sum(1 for _block in self._flow.walk())
        self._do(editing.remove(self._flow, self._history.spot))
        gone = before - sum(1 for _block in self._flow.walk())
        if gone > 1:
            sentence = ngettext(
                "{count} block is removed; u brings it back.",
                "{count} blocks are removed; u brings them back.",
                gone,
            )
            self.contacts_app.say(sentence)

    def action_move(self, by: int) -> None:
        """Move the block or option under the cursor, into ways and out of them."""
        self._gather()
        self._do(editing.move(self._flow, self._history.spot, by))

    def action_duplicate(self) -> None:
        """Put a copy of the block after it."""
        self._gather()
        self._do(editing.duplicate(self._flow, self._history.spot, self._history.next_id))

    def action_undo(self) -> None:
        """Take the last edit back."""
        self._gather()
        if not self._history.past:
            self.contacts_app.say(_("There is nothing to undo."))
        self._history = self._history.undo()
        self._show()

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._gather()
        if not self._history.future:
            self.contacts_app.say(_("There is nothing to do again."))
        self._history = self._history.redo()
        self._show()

    @on(BlockOptions.Moved)
    def _option_moved(self, event: BlockOptions.Moved) -> None:
        self._gather()
        if self._block is not None:
            self._do(editing.move(self._flow, Spot(self._block.id, event.index), event.by))
            self._panel.enter_option(event.index + event.by)

    @on(BlockOptions.Removed)
    def _option_removed(self, event: BlockOptions.Removed) -> None:
        self._gather()
        if self._block is not None:
            self._do(editing.remove(self._flow, Spot(self._block.id, event.index)))
            self._panel.enter_option(max(event.index - 1, 0))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_variable(self) -> None:
        """Choose a variable and put it into the text."""
        text = self.focused
        choices = [Choice(name, name) for name in variable_names(self._known)]
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Insert variable"), choices))
        if choice is not None and isinstance(text, BlockText):
            text.insert(choice.value)

    # Properties

    @on(BlockPanel.PropertyWanted)
    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _ask_property(self) -> None:
        """Where to save the answer: only properties that match are offered."""
        self._gather()
        block = self._block
        if block is None or block.saving is not None:
            return
        choices = property_choices(block, self._known)
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Save response as"), choices))
        if choice is None:
            self._show()
        elif choice.value:
            self._save_to(block, choice.value)
        else:
            await self._create_property(block)

    @on(BlockPanel.NewPropertyWanted)
    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _ask_new_property(self) -> None:
        self._gather()
        if self._block is not None:
            await self._create_property(self._block)

    async def _create_property(self, block: Block) -> None:
        from tui.screens.property_form import PropertyForm

        made = await self.app.push_screen_wait(PropertyForm(None, kind=type_for(block)))
        if made is None:
            self._show()
            return
        self._known = properties.list_all()
        self._save_to(block, made.id)

    def _save_to(self, block: Block, property_id: int) -> None:
        saving = replace(block.saving or Saving(property_id), property_id=property_id)
        self._do(Edited(editing.put(self._flow, replace(block, saving=saving)), self._history.spot))
        self._panel.enter("overwrite")

    # Saving and rehearsing

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """Keep the flow as it is now, with its faults if it has any."""
        self._gather()
        # One after the other: the next begins from what this one has stored.
        async with self._saving:
            await self._save(self._view.changed)

    async def _save(self, seen_changed: int | None, *, is_new: bool = False) -> None:
        flow = self._flow
        try:
            if is_new:
                self._view = await self.contacts_app.write(keeping.create, flow)
            else:
                self._view = await self.contacts_app.write(keeping.save, self._view.id, flow, seen_changed)
        except ChangedMeanwhile as error:
            question = Question(f"{error}\n" + _("Put yours in its place?"), _("Replace"), _("Back"))
            if await self.app.push_screen_wait(question):
                await self._save(None)
        except NotFound as error:
            # Somebody has deleted the flow: what was built here need not be lost.
            question = Question(f"{error}\n" + _("Keep yours as a new flow?"), _("Keep"), _("Back"))
            if await self.app.push_screen_wait(question):
                await self._save(None, is_new=True)
        except InvalidFields as error:
            self._refused = error.fields
            self._history = self._history.at(Spot())
            self._show()
            self._enter("name")
        except ContactsError as error:
            self.contacts_app.say_error(error)
        else:
            self._refused = {}
            self._saved = flow
            self._show()
            self.contacts_app.say(self._after_saving())

    def _after_saving(self) -> str:
        name = self._view.flow.name
        if self._faults:
            sentence = _("{name} is saved as a draft: its faults have to be mended before it is switched on.")
        elif self._view.is_live and self._view.has_changes:
            sentence = _("{name} is saved. It answers as before until you publish it on the page Flows (s).")
        else:
            sentence = _("{name} is saved.")
        return sentence.format(name=name)

    def action_rehearse(self) -> None:
        """Play the flow as it is now."""
        self._gather()
        if self._faults:
            self._go_to(self._faults[0])
            self.contacts_app.say(_("A flow with faults cannot be played; here is the first."))
            return
        from tui.screens.flow_rehearsal import FlowRehearsal

        self.app.push_screen(FlowRehearsal(self._flow))

    def _go_to(self, fault: Fault) -> None:
        self._history = self._history.at(Spot(fault.block_id))
        self._show()


def _in_use(view: FlowView) -> Iterable[Flow]:
    """The version that people may be inside of."""
    return () if view.version_id is None else (keeping.version(view.version_id).flow,)
