"""Check a file before it is imported: what would become of its rows, what is wrong, and what cures it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, DataTable, ProgressBar, Static

from store import imports, jobs, settings
from store.errors import ContactsError, NotFound, Wound
from store.imports import check
from store.imports.check import INCOMPLETE, CheckView, ColumnFault
from store.imports.judging import CREATED, DUPLICATE, DUPLICATE_IN_FILE, REJECTED
from store.language import N_, _, ngettext
from store.reading import columns
from store.values import countries
from tui.page import Dialog
from tui.screens.choice import Choice, ChoiceScreen
from tui.text import cell, lines, plain, shown
from tui.widgets.check_table import CheckTable
from tui.widgets.keys_line import KeysLine
from tui.widgets.small_table import SmallColumn, SmallTable

_LOOK_SECONDS = 0.2
_FILTERS = {
    None: N_("All"),
    CREATED: N_("Created"),
    INCOMPLETE: N_("Created, not whole"),
    DUPLICATE: N_("Duplicates of contacts"),
    DUPLICATE_IN_FILE: N_("Duplicates in the file"),
    REJECTED: N_("Rejected"),
}
_CURES = {
    Wound.CODE_MISSING: N_("Enter: choose the country they belong to."),
    Wound.UNKNOWN_RANGE: N_("Enter: accept numbers in unknown ranges."),
    Wound.DATE_ORDER: N_("Enter: read all dates of the file the other way round."),
    Wound.SERIAL_DATE: N_("Enter: leave the column out, if these are no dates."),
    Wound.DIGITS_LOST: N_("In Excel, format the column as text (@) and enter these numbers again."),
}
_CLEARED_AWAY = N_("This check was cleared away; check the file again.")


@dataclass(frozen=True, slots=True)
class Checked:
    """How a check was left."""

    plan: imports.Plan
    """The plan with the cures that were chosen."""
    import_id: int | None
    """The import that was begun; None if the person goes back to the columns."""


class CheckWindow(Dialog[Checked]):
    """Ends with the plan as it was left."""

    CSS_PATH = "check_window.tcss"
    BINDINGS = [
        Binding("escape", "leave(False)", N_("Back")),
        Binding("ctrl+s", "leave(True)", N_("Import"), priority=True),
        Binding("f", "filter(1)", N_("Show others")),
        Binding("F", "filter(-1)", show=False),
        Binding("d", "drop", N_("Drop/take rows not whole")),
    ]

    def __init__(self, plan: imports.Plan) -> None:
        super().__init__()
        self._plan = plan
        self._begun: asyncio.Task[int] | None = None
        """The check that was begun last, whether it has an id yet or not."""
        self._check_id: int | None = None
        self._view: CheckView | None = None
        self._kind: str | None = None
        self._timer: Timer | None = None
        self._is_leaving = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog check"):
            yield Static(plain(_("Check of {file}").format(file=shown(self._plan.name, 60))), classes="title")
            yield ProgressBar(total=1000, show_eta=False)
            yield Static(id="counts")
            yield SmallTable(
                (
                    SmallColumn(_("Column"), 14),
                    SmallColumn(_("Rows"), 9),
                    SmallColumn(_("What is wrong, or to be known")),
                ),
                id="faults",
            )
            yield Static(id="cure")
            yield Static(id="filter")
            yield CheckTable(self._fetch)
            with Horizontal(classes="buttons"):
                yield Button(plain(_("Import")), id="import", variant="primary", compact=True)
                yield Button(plain(_("Back")), id="back", compact=True)
            yield KeysLine()

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs the end of the check waits for it."""
        view = self._view
        if action == "drop":
            return view is not None and (bool(view.kinds.get(INCOMPLETE)) or self._plan.whole_only)
        if action == "filter" or parameters == (True,):
            return True if view is not None else None
        return True

    # The check

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _begin(self) -> None:
        """Check the file by the plan as it stands now."""
        self._show_running(True)
        before = self._begun
        # Begun to its end though the window be left meanwhile: only then is it known what to discard.
        begun = self._begun = asyncio.create_task(self.contacts_app.write(check.start, self._plan))
        self._discard(before)
        try:
            self._check_id = await asyncio.shield(begun)
        except ContactsError as error:
            self._fail(error)
            return
        self._timer = self.set_interval(_LOOK_SECONDS, self._look)

    def _discard(self, begun: asyncio.Task[int] | None) -> None:
        """Forget a check, as work of the program: the window waits for nothing."""
        self._view = self._check_id = None
        if begun is not None:
            self.app.run_worker(self._remove(begun), group="discard", exit_on_error=False)

    async def _remove(self, begun: asyncio.Task[int]) -> None:
        app = self.contacts_app
        # What cannot be removed now is cleaned up later, with the checks of windows closed by force.
        with suppress(ContactsError):
            check_id = await begun
            await app.write(jobs.stop, check_id)
            # Waited for here, and not where it would keep others from writing.
            while jobs.get(check_id).is_running:
                await asyncio.sleep(_LOOK_SECONDS)
            await app.write(check.discard, check_id)

    def _look(self) -> None:
        # A look may have been on its way when the timer was stopped.
        check_id = self._check_id
        if check_id is None or self._timer is None:
            return
        try:
            job = self.contacts_app.glance(lambda: jobs.get(check_id))
        except NotFound as error:
            self._fail(error)
            return
        if job is None:
            return
        self.query_one(ProgressBar).update(progress=job.progress)
        if not job.is_running:
            self._stop_looking()
            self._finish(check_id)

    def _stop_looking(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _finish(self, check_id: int) -> None:
        try:
            view = await self.contacts_app.read(check.get, check_id)
            if view.state is jobs.State.FINISHED:
                await self._show(view)
            else:
                self._say_fault(view.message or _("The check was interrupted."))
        except ContactsError as error:
            self._fail(error)

    async def _show(self, view: CheckView) -> None:
        self._view = view
        self._kind = None
        self._show_running(False)
        self.query_one("#counts", Static).update(plain(_counts(view), 400))
        self._show_faults(view)
        await self._show_rows()
        has_cure = any(fault.wound for fault in view.faults)
        self.query_one("#faults" if has_cure else CheckTable).focus()
        self.refresh_bindings()

    def _fail(self, error: ContactsError) -> None:
        """Say why the check cannot be shown; what it has found may be gone with another's clean-up."""
        self._say_fault(_(_CLEARED_AWAY) if isinstance(error, NotFound) else str(error))

    def _say_fault(self, sentence: str) -> None:
        self._view = None
        self._stop_looking()
        self._show_running(False)
        self.refresh_bindings()
        counts = self.query_one("#counts", Static)
        counts.update(lines(sentence))
        counts.add_class("-fault")
        self.query_one("#back").focus()

    def _show_running(self, is_running: bool) -> None:
        self.query_one(ProgressBar).display = is_running
        for widget in self.query("#faults, #cure, #filter, CheckTable"):
            widget.display = False
        self.query_one("#import", Button).disabled = True
        if is_running:
            self.query_one(ProgressBar).update(progress=0)
            counts = self.query_one("#counts", Static)
            counts.remove_class("-fault")
            counts.update(plain(_("Reading every row; nothing is written …")))

    # What was found

    def _show_faults(self, view: CheckView) -> None:
        table = self.query_one(SmallTable)
        table.display = self.query_one("#cure").display = bool(view.faults)
        table.styles.height = min(len(view.faults), 5) + 1
        table.fill({str(place): _cells(view, fault) for place, fault in enumerate(view.faults)})

    async def _show_rows(self) -> None:
        view = self._view
        assert view is not None
        numbers = await self.contacts_app.read(check.numbers, view.id, self._kind)
        table = self.query_one(CheckTable)
        for widget in self.query("#filter, CheckTable"):
            widget.display = True
        self.query_one("#import", Button).disabled = view.created == 0
        table.show(numbers)
        self.query_one("#filter", Static).update(plain(self._filter_line(view), 400))

    def _filter_line(self, view: CheckView) -> str:
        parts = []
        for kind, label in _FILTERS.items():
            count = view.rows if kind is None else view.kinds.get(kind, 0)
            if count or kind is None:
                words = f"{_(label)} {count:,}"
                parts.append(f"[{words}]" if kind == self._kind else words)
        return "  ".join(parts)

    def _fetch(self, wanted: Sequence[int]) -> dict[int, check.Row]:
        view = self._view
        if view is None:
            return {}
        try:
            return self.contacts_app.glance(lambda: check.rows(view, wanted)) or {}
        except NotFound as error:
            # Called within a paint, where nothing can be shown or hidden.
            self.call_later(self._lose, error)
            return {}

    def _lose(self, error: NotFound) -> None:
        if not self._is_leaving:
            self._fail(error)

    @work(exclusive=True, group="read", exit_on_error=False)
    async def action_filter(self, step: int) -> None:
        """Show the rows of another kind."""
        view = self._view
        if view is None:
            return
        present = [kind for kind in _FILTERS if kind is None or view.kinds.get(kind)]
        self._kind = present[(present.index(self._kind) + step) % len(present)]
        try:
            await self._show_rows()
        except ContactsError as error:
            self._fail(error)

    # Cures

    @on(DataTable.RowHighlighted, "#faults")
    def _fault_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if self._view is None or not 0 <= event.cursor_row < len(self._view.faults):
            return
        fault = self._view.faults[event.cursor_row]
        cure = _(_CURES[fault.wound]) + " " if fault.wound else ""
        example = _("For example: {sentence}").format(sentence=shown(fault.example, 300))
        self.query_one("#cure", Static).update(Content.assemble((cure, "bold"), example))

    @on(DataTable.RowSelected, "#faults")
    def _fault_selected(self, event: DataTable.RowSelected) -> None:
        if self._view is not None:
            self._cure(self._view.faults[event.cursor_row])

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _cure(self, fault: ColumnFault) -> None:
        plan = self._plan
        match fault.wound:
            case Wound.CODE_MISSING:
                country = await self._ask_country()
                if country is None:
                    return
                plan = replace(plan, country=country, settled=True)
            case Wound.UNKNOWN_RANGE:
                plan = replace(plan, accept_unknown=True)
            case Wound.DATE_ORDER:
                order = plan.date_order or settings.load().date_order
                plan = replace(plan, date_order="mdy" if order == "dmy" else "dmy")
            case Wound.SERIAL_DATE:
                plan = replace(plan, assignment=plan.assignment.with_target(fault.column, None))
            case _:
                return
        self._check_again(plan)

    def _check_again(self, plan: imports.Plan) -> None:
        self._plan = plan
        self._begin()

    async def _ask_country(self) -> str | None:
        choices = [Choice(f"{c.name} (+{c.calling_code})", c.code) for c in countries.all_countries()]
        present = self._plan.country or settings.load().default_country
        title = _("Numbers without + or 00 belong to")
        choice = await self.app.push_screen_wait(ChoiceScreen(title, choices, value=present))
        return choice.value if choice is not None else None

    def action_drop(self) -> None:
        """Leave rows that would not be whole for later, or take them again."""
        self._check_again(replace(self._plan, whole_only=not self._plan.whole_only))

    # The end

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        self.action_leave(event.button.id == "import")

    @work(group="begin", exit_on_error=False)
    async def action_leave(self, is_to_begin: bool) -> None:
        """Begin the import, or go back to the columns; the check itself is forgotten."""
        if self._is_leaving or (is_to_begin and not (self._view and self._view.created)):
            return
        self._is_leaving = True
        try:
            import_id = await self._begin_import() if is_to_begin else None
        except Exception as error:
            self._is_leaving = False
            if not isinstance(error, ContactsError):
                raise
            self._say_not_begun(error)
            return
        self._stop_looking()
        self.workers.cancel_group(self, "read")
        self._discard(self._begun)
        self.dismiss(Checked(self._plan, import_id))

    async def _begin_import(self) -> int:
        assert self._check_id is not None
        # What was checked is what is imported, whatever became of the file meanwhile.
        copy = imports.kept_copy(self._check_id)
        if not copy.exists():
            raise NotFound(_(_CLEARED_AWAY))
        plan = replace(self._plan, file=copy, called=self._plan.name)
        return await self.contacts_app.write(imports.start, plan)

    def _say_not_begun(self, error: ContactsError) -> None:
        if isinstance(error, NotFound):
            self._fail(error)
        else:
            self.contacts_app.say_error(error)


def _cells(view: CheckView, fault: ColumnFault) -> list[Text]:
    return [
        cell(columns.header_of(view.headers, fault.column)),
        cell(f"{fault.count:,}", right=True),
        cell(fault.reason, style="bold" if fault.wound else ""),
    ]


def _counts(view: CheckView) -> str:
    rows = ngettext("{count} row:", "{count} rows:", view.rows)
    parts = [_("{count:,} would be created").format(count=view.created)]
    if incomplete := view.kinds.get(INCOMPLETE):
        parts[0] += " " + _("({count:,} of them not whole)").format(count=incomplete)
    parts.append(_("{count:,} duplicates").format(count=view.duplicates))
    parts.append(_("{count:,} rejected").format(count=view.rejected))
    return f"{rows} {', '.join(parts)}"
