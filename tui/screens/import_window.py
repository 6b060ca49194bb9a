"""Import contacts in three steps: choose the file, assign its columns, watch it go in."""

import asyncio
from pathlib import Path

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, ContentSwitcher, DataTable, Footer, Input, Static

from store import imports, properties, settings
from store.errors import ContactsError
from store.imports import columns, phones, reader
from store.imports.columns import EMAIL, NAME, PHONE, Assignment
from store.imports.phones import Reading, Readings
from store.imports.reader import Preview
from store.language import N_, _, ngettext
from store.values import countries
from tui.page import Dialog
from tui.screens.choice import Choice, ChoiceScreen
from tui.text import cell, lines, plain, shown
from tui.widgets.check import Check
from tui.widgets.choice_field import ChoiceField
from tui.widgets.import_progress import ImportProgress
from tui.widgets.path_line import PathLine
from tui.widgets.small_table import SmallColumn, SmallTable

_SAMPLES = 3
"""Values of a column that are shown."""


class ImportWindow(Dialog[int]):
    """Ends with the id of the import that was begun, or None."""

    CSS_PATH = "import_window.tcss"
    BINDINGS = [
        Binding("escape", "back", N_("Back")),
        Binding("ctrl+t", "template", N_("Write a template"), priority=True),
        Binding("ctrl+s", "go_on", N_("Next"), priority=True),
        Binding("ctrl+o", "sheet", N_("Another sheet"), priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._file = Path()
        self._preview: Preview | None = None
        self._assignment = Assignment(())
        self._readings = Readings((), Reading("", 0))
        self._import_id: int | None = None
        self._is_beginning = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog import"):
            yield Static(plain(_("Import contacts")), classes="title")
            with ContentSwitcher(initial="file"):
                with Vertical(id="file"):
                    yield Static(plain(_("1 of 3: the Excel file (.xlsx). Tab completes.")), classes="label")
                    yield PathLine(lambda entry: entry.suffix.lower() == ".xlsx")
                with VerticalScroll(id="assign", can_focus=False):
                    yield Static(id="what", classes="label")
                    yield SmallTable(
                        (
                            SmallColumn(_("Column"), 6),
                            SmallColumn(_("Header"), 18),
                            SmallColumn(_("Goes to"), 17),
                            SmallColumn(_("First values")),
                        ),
                        id="columns",
                    )
                    yield Static(id="reading", classes="label")
                    yield ChoiceField(_("Numbers without + or 00"), [], "", id="country")
                    yield Check(_("Accept numbers in unknown number ranges"), id="unknown")
                with Vertical(id="run"):
                    yield Static(
                        plain(_("3 of 3: the import. It goes on when you leave this window.")),
                        classes="label",
                    )
                    yield ImportProgress()
            yield Static(id="said", classes="fault")
            with Horizontal(classes="buttons"):
                yield Button(plain(_("Template")), id="template", compact=True)
                yield Button(plain(_("Next")), id="next", variant="primary", compact=True)
                yield Button(plain(_("Cancel")), id="back", compact=True)
            yield Footer(show_command_palette=False)

    @property
    def _step(self) -> str:
        return self.query_one(ContentSwitcher).current or "file"

    def _go_to(self, step: str) -> None:
        self._say("")
        self.query_one(ContentSwitcher).current = step
        self.query_one("#template").display = step == "file"
        following, leaving = {
            "file": (_("Next"), _("Cancel")),
            "assign": (_("Import"), _("Back")),
            "run": (_("Stop"), _("Close")),
        }[step]
        self.query_one("#next", Button).label = plain(following)
        self.query_one("#back", Button).label = plain(leaving)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What belongs to the step that is shown."""
        if action == "template":
            return self._step == "file"
        if action == "go_on":
            return self._step != "run"
        if action == "sheet":
            return self._step == "assign" and self._preview is not None and len(self._preview.sheets) > 1
        return True

    def _say(self, sentence: str, *, is_fault: bool = True) -> None:
        line = self.query_one("#said", Static)
        line.update(lines(sentence))
        line.set_class(bool(sentence), "-shown")
        line.set_class(not is_fault, "-neutral")

    # Keys and buttons

    @on(Button.Pressed, "#next")
    def action_go_on(self) -> None:
        """To the next step."""
        if self._step == "file":
            self._read(self.query_one(PathLine).path, None)
        elif self._step == "assign":
            self._begin()
        else:
            self._stop()

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """To the step before, or out of the window."""
        if self._is_beginning:
            return
        if self._step == "assign":
            self._go_to("file")
            self.query_one("#path").focus()
        else:
            self.dismiss(self._import_id)

    @on(Button.Pressed, "#template")
    def action_template(self) -> None:
        """Write a file with the right columns, to be filled in."""
        from tui.screens.import_files import write_template

        write_template(self)

    # The file

    @on(PathLine.Entered)
    def _entered(self, event: PathLine.Entered) -> None:
        self._read(event.path, None)

    @on(Input.Changed, "#path")
    def _path_changed(self) -> None:
        self._say("")

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self, file: Path, sheet: str | None) -> None:
        """Look into the file, in a process of its own."""
        self._say(_("Reading {file} …").format(file=shown(file.name, 50)), is_fault=False)
        try:
            preview = await asyncio.to_thread(reader.preview, file, sheet)
            self._assignment = columns.propose(preview.headers, properties.list_all())
            self._file = file
            self._preview = preview
            await self._judge_phones()
        except ContactsError as error:
            self._say(str(error))
            return
        self._show_columns()
        self._go_to("assign")
        self.query_one("#columns").focus()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_sheet(self) -> None:
        """Read another sheet of the file."""
        assert self._preview is not None
        choices = [Choice(name, name) for name in self._preview.sheets]
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Sheet"), choices, value=self._preview.sheet))
        if choice is not None:
            self._read(self._file, choice.value)

    # Columns

    def _show_columns(self) -> None:
        assert self._preview is not None
        sheet = shown(self._preview.sheet, 30)
        if len(self._preview.sheets) > 1:
            sheet = _("{sheet} (one of {count} sheets; ctrl+o: another)").format(
                sheet=sheet, count=len(self._preview.sheets)
            )
        what = _("2 of 3: {file}, sheet {sheet}. Enter on a column changes where it goes.")
        if not self._preview.header_row:
            what = _("2 of 3: {file}, sheet {sheet}. It has no headers: its first row is a contact.")
        self.query_one("#what", Static).update(
            plain(what.format(file=shown(self._file.name, 40), sheet=sheet))
        )
        names = _target_names()
        rows = {str(column): self._cells(column, names) for column in range(len(self._preview.headers))}
        self.query_one(SmallTable).fill(rows)
        self._show_reading()

    def _cells(self, column: int, names: dict[str | None, str]) -> list[Text]:
        assert self._preview is not None
        header = self._preview.headers[column]
        target = self._assignment.target_of(column)
        values = self._preview.samples(column)[:_SAMPLES]
        return [
            cell(columns.letter(column)),
            cell(header or _("(no header)"), style="" if header else "dim"),
            cell(names.get(target, names[None]), style="bold" if target else "dim"),
            cell(" · ".join(shown(value, 30) for value in values)),
        ]

    @on(DataTable.RowSelected, "#columns")
    def _column_selected(self, event: DataTable.RowSelected) -> None:
        self._assign(event.cursor_row)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _assign(self, column: int) -> None:
        assert self._preview is not None
        title = _("Column {letter} {header} goes to").format(
            letter=columns.letter(column), header=shown(self._preview.headers[column], 40)
        )
        choices = [Choice(name, target) for target, name in _target_names().items()]
        screen = ChoiceScreen(title, choices, value=self._assignment.target_of(column))
        choice = await self.app.push_screen_wait(screen)
        if choice is None:
            return
        before = self._assignment.column_of(PHONE)
        self._assignment = self._assignment.with_target(column, choice.value)
        if self._assignment.column_of(PHONE) != before:
            await self._judge_phones()
        self._show_columns()

    # How phones are read

    async def _judge_phones(self) -> None:
        """Propose a reading of the phone column by its first values."""
        country = settings.load().default_country
        self._readings = await asyncio.to_thread(phones.propose, self._phone_samples(), country)
        field = self.query_one("#country", ChoiceField)
        field.choices = [
            Choice(_("Their country code is included"), ""),
            *(
                Choice(_("They belong to {country}").format(country=f"{c.name} (+{c.calling_code})"), c.code)
                for c in countries.all_countries()
            ),
        ]
        field.value = self._readings.best.country

    def _phone_samples(self) -> list[str]:
        column = self._assignment.column_of(PHONE)
        return self._preview.samples(column) if self._preview is not None and column is not None else []

    def _show_reading(self) -> None:
        label = self.query_one("#reading", Static)
        country = self.query_one("#country", ChoiceField)
        samples = self._phone_samples()
        bare = self._readings.bare
        country.display = bool(bare)
        if not bare:
            label.update(plain(_("The first phone numbers all begin with + or 00.") if samples else ""))
            return
        valid = phones.read_as(bare, country.value).valid
        sentence = ngettext(
            "Of the first {count} number without + or 00, {{valid}} is valid read so:",
            "Of the first {count} numbers without + or 00, {{valid}} are valid read so:",
            len(bare),
        ).format(valid=f"{valid:,}")
        if valid * 2 < len(bare):
            sentence += " " + _("Choose the country they belong to.")
        label.update(plain(sentence))

    @on(ChoiceField.Changed, "#country")
    def _reading_changed(self) -> None:
        self._show_reading()

    # The import

    @work(group="begin", exit_on_error=False)
    async def _begin(self) -> None:
        if self._is_beginning or self._preview is None:
            return
        self._is_beginning = True
        self.workers.cancel_group(self, "read")
        try:
            self._assignment.check()
            plan = imports.Plan(
                file=self._file,
                sheet=self._preview.sheet,
                headers=self._preview.headers,
                header_row=self._preview.header_row,
                assignment=self._assignment,
                country=self.query_one("#country", ChoiceField).value or None,
                accept_unknown=self.query_one("#unknown", Check).value,
                settled=bool(self._readings.bare),
            )
            self._import_id = await self.contacts_app.write(imports.start, plan)
        except ContactsError as error:
            self._say(str(error))
            return
        finally:
            self._is_beginning = False
        self._go_to("run")
        self.query_one(ImportProgress).follow(self._import_id)
        # Not the button that has become Stop: a second Enter would press it.
        self.query_one("#back").focus()

    @on(ImportProgress.Ended)
    def _ended(self) -> None:
        self.query_one("#next").display = False

    def _stop(self) -> None:
        from tui.screens.import_files import stop_import

        if self._import_id is not None:
            stop_import(self, self._import_id)


def _target_names() -> dict[str | None, str]:
    """What a column can go to, by its name for a person; first of all, nowhere."""
    names: dict[str | None, str] = {None: _("(left out)")}
    names |= {PHONE: _("Phone number"), NAME: _("Name"), EMAIL: _("Email")}
    names |= {str(item.id): item.name for item in properties.list_all()}
    return names
