"""Where the columns of a file go, and how its phones and dates are read."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from store import imports, properties, settings
from store.imports import phones
from store.imports.phones import Reading, Readings
from store.language import N_, _, ngettext
from store.reading import columns
from store.reading.columns import EMAIL, NAME, PHONE, Assignment
from store.reading.reader import Preview
from store.values import countries
from store.values.property_type import DateOrder, PropertyType
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.property_form import PropertyForm
from tui.text import cell, plain, shown
from tui.widgets.check import Check
from tui.widgets.choice_field import ChoiceField
from tui.widgets.small_table import SmallColumn, SmallTable

_SAMPLES = 3
"""Values of a column that are shown."""
_DATE_ORDERS: dict[DateOrder | None, str] = {
    None: N_("Dates are written as in the settings"),
    "dmy": N_("Dates are day/month/year"),
    "mdy": N_("Dates are month/day/year"),
}


@dataclass(frozen=True, slots=True)
class _NewProperty:
    """The target of a column that is to become a property."""


class ColumnAssignment(VerticalScroll, can_focus=False):
    """A row for each column; enter changes where it goes."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._file = Path()
        self._preview = Preview("", (), 0, (), ())
        self._assignment = Assignment(())
        self._readings = Readings((), Reading("", 0))

    def compose(self) -> ComposeResult:
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
        orders = [Choice(_(label), order) for order, label in _DATE_ORDERS.items()]
        yield ChoiceField(_("Dates of this file"), orders, None, id="dates")
        yield Check(_("Accept numbers in unknown number ranges"), id="unknown")
        yield Check(_("Leave rows with a missing or unfit value for later"), id="whole")

    @property
    def preview(self) -> Preview:
        """The file as it was looked into."""
        return self._preview

    async def load(self, file: Path, preview: Preview) -> None:
        """Propose where the columns go: as last time for the same headers, else by what they say."""
        self._file, self._preview = file, preview
        remembered = imports.remembered(preview.headers) if preview.header_row else None
        self._assignment = columns.propose(preview.headers, properties.list_all())
        if remembered is not None:
            self._assignment = remembered.assignment
        await self._judge_phones()
        if remembered is not None:
            self._set(remembered.country, remembered.accept_unknown, False, remembered.date_order)
        else:
            self._set(self._country.value or None, False, False, None)
        self._show(is_remembered=remembered is not None)
        self.query_one(SmallTable).focus()

    def plan(self) -> imports.Plan:
        """What was settled; raises Invalid if phone or name goes nowhere."""
        self._assignment.check()
        return imports.Plan(
            file=self._file,
            sheet=self._preview.sheet,
            headers=self._preview.headers,
            header_row=self._preview.header_row,
            assignment=self._assignment,
            country=self._country.value or None,
            accept_unknown=self.query_one("#unknown", Check).value,
            settled=bool(self._readings.bare),
            whole_only=self.query_one("#whole", Check).value,
            date_order=self._dates.value,
        )

    def take(self, plan: imports.Plan) -> None:
        """Show a plan that was changed elsewhere."""
        self._assignment = plan.assignment
        self._set(plan.country, plan.accept_unknown, plan.whole_only, plan.date_order)
        self._show()

    def _set(self, country: str | None, unknown: bool, whole: bool, date_order: DateOrder | None) -> None:
        self._country.value = country or ""
        self._dates.value = date_order
        self.query_one("#unknown", Check).value = unknown
        self.query_one("#whole", Check).value = whole

    @property
    def _country(self) -> ChoiceField[str]:
        return self.query_one("#country", ChoiceField)

    @property
    def _dates(self) -> ChoiceField[DateOrder | None]:
        return self.query_one("#dates", ChoiceField)

    # Columns

    def _show(self, *, is_remembered: bool = False) -> None:
        self.query_one("#what", Static).update(plain(self._what(is_remembered), 400))
        names = _target_names()
        rows = {str(column): self._cells(column, names) for column in range(len(self._preview.headers))}
        self.query_one(SmallTable).fill(rows)
        dates = {str(item.id) for item in properties.list_all() if item.type is PropertyType.DATE}
        self._dates.display = any(target in dates for _column, target in self._assignment.targets)
        self._show_reading()

    def _what(self, is_remembered: bool) -> str:
        sheet = shown(self._preview.sheet, 30)
        if len(self._preview.sheets) > 1:
            sheet = _("{sheet} (one of {count} sheets; ctrl+o: another)").format(
                sheet=sheet, count=len(self._preview.sheets)
            )
        what = _("2 of 3: {file}, sheet {sheet}. Enter on a column changes where it goes.")
        if not self._preview.header_row:
            what = _("2 of 3: {file}, sheet {sheet}. It has no headers: its first row is a contact.")
        elif is_remembered:
            what = _("2 of 3: {file}, sheet {sheet}. Assigned as last time; enter changes a column.")
        return what.format(file=shown(self._file.name, 40), sheet=sheet)

    def _cells(self, column: int, names: dict[str | None, str]) -> list[Text]:
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
        # The screen's own: it tells of what fails.
        self.screen.run_worker(
            self._assign(event.cursor_row), exclusive=True, group="dialog", exit_on_error=False
        )

    async def _assign(self, column: int) -> None:
        header = self._preview.headers[column]
        title = _("Column {letter} {header} goes to").format(
            letter=columns.letter(column), header=shown(header, 40)
        )
        choices: list[Choice[str | _NewProperty | None]] = [
            Choice(name, target) for target, name in _target_names().items()
        ]
        choices.append(Choice(_("New property …"), _NewProperty()))
        screen = ChoiceScreen(title, choices, value=self._assignment.target_of(column))
        choice = await self.app.push_screen_wait(screen)
        if choice is None:
            return
        target = choice.value
        if isinstance(target, _NewProperty):
            target = await self._create_property(column)
            if target is None:
                return
        before = self._assignment.column_of(PHONE)
        self._assignment = self._assignment.with_target(column, target)
        if self._assignment.column_of(PHONE) != before:
            await self._judge_phones()
        self._show()

    async def _create_property(self, column: int) -> str | None:
        """Make a property of a column; its target, or None if the person thought better of it."""
        formats = settings.load().formats
        name, kind = columns.propose_property(
            self._preview.headers[column], self._preview.samples(column), formats
        )
        item = await self.app.push_screen_wait(PropertyForm(None, name=name, kind=kind))
        return str(item.id) if item is not None else None

    # How phones are read

    async def _judge_phones(self) -> None:
        """Propose a reading of the phone column by its first values."""
        country = settings.load().default_country
        self._readings = await asyncio.to_thread(phones.propose, self._phone_samples(), country)
        self._country.choices = [
            Choice(_("Their country code is included"), ""),
            *(
                Choice(_("They belong to {country}").format(country=f"{c.name} (+{c.calling_code})"), c.code)
                for c in countries.all_countries()
            ),
        ]
        self._country.value = self._readings.best.country

    def _phone_samples(self) -> list[str]:
        column = self._assignment.column_of(PHONE)
        return self._preview.samples(column) if column is not None else []

    def _show_reading(self) -> None:
        label = self.query_one("#reading", Static)
        bare = self._readings.bare
        self._country.display = bool(bare)
        if not bare:
            samples = self._phone_samples()
            label.update(plain(_("The first phone numbers all begin with + or 00.") if samples else ""))
            return
        valid = phones.read_as(bare, self._country.value).valid
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


def _target_names() -> dict[str | None, str]:
    """What a column can go to, by its name for a person; first of all, nowhere."""
    names: dict[str | None, str] = {None: _("(left out)")}
    names |= {PHONE: _("Phone number"), NAME: _("Name"), EMAIL: _("Email")}
    names |= {str(item.id): item.name for item in properties.list_all()}
    return names
