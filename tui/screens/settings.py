"""Page 5: the contact properties, and the account's settings."""

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from store import database, properties, settings
from store.errors import ContactsError
from store.language import N_, _, ngettext
from store.values import countries
from store.values.custom_property import CustomProperty
from tui.page import Page
from tui.screens.question import Question
from tui.text import cell, plain, shown
from tui.widgets.small_table import SmallColumn, SmallTable


class SettingsScreen(Page):
    """Contact Properties in a table, the account's settings below."""

    MODE = "settings"
    CSS_PATH = "settings.tcss"
    BINDINGS = [
        Binding("n", "create", N_("Create property")),
        Binding("e,enter", "edit", N_("Edit")),
        Binding("h", "hide", N_("Hide/show")),
        Binding("d,delete", "delete", N_("Delete")),
        Binding("a", "account", N_("Account")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._items: dict[str, CustomProperty] = {}

    def compose_page(self) -> ComposeResult:
        yield Static(plain(_("Contact Properties")), classes="heading")
        with Vertical(id="tile"):
            yield SmallTable(
                (
                    SmallColumn(_("Name"), 26),
                    SmallColumn(_("Type"), 12),
                    SmallColumn(_("Hidden"), 7),
                    SmallColumn(_("Values")),
                ),
                id="properties",
            )
            yield Static(
                plain(_("No properties yet. Press n to create one: a client's name, a document, a tier …")),
                id="none",
                classes="muted",
            )
        yield Static(plain(_("Account")), classes="heading")
        yield Static(id="account")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing here is for those who may only read."""
        return not (database.is_read_only() and action in ("create", "edit", "hide", "delete", "account"))

    def on_mount(self) -> None:
        """The table first."""
        self.query_one(SmallTable).focus()

    def opened(self) -> None:
        """Others may have changed something."""
        self._show()

    def _show(self, selected: int | None = None) -> None:
        self._items = {str(item.id): item for item in properties.list_all()}
        rows = {key: _cells(item) for key, item in self._items.items()}
        self.query_one(SmallTable).fill(rows, None if selected is None else str(selected))
        self.query_one("#none").display = not rows
        account = self.query_one("#account", Static)
        # Only what is new: an update has the whole page laid out and painted once more.
        if account.content != (said := plain(_account(), 400)):
            account.update(said)

    def _selected(self) -> CustomProperty | None:
        return self._items.get(self.query_one(SmallTable).selected or "")

    def action_create(self) -> None:
        """Define a property."""
        from tui.screens.property_form import PropertyForm

        self.app.push_screen(PropertyForm(None), self._after_form)

    @on(DataTable.RowSelected)
    def action_edit(self) -> None:
        """Change name, hidden or values."""
        item = self._selected()
        if item is None or database.is_read_only():
            return
        from tui.screens.property_form import PropertyForm

        self.app.push_screen(PropertyForm(item), self._after_form)

    def _after_form(self, item: CustomProperty | None) -> None:
        if item is not None:
            self.contacts_app.say(_("{name} is saved.").format(name=item.name))
            self._show(item.id)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_hide(self) -> None:
        """Hide the property from the details of contacts, or show it again."""
        item = self._selected()
        if item is None:
            return
        try:
            await self.contacts_app.write(properties.edit, item.id, hidden=not item.hidden)
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self._show()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_delete(self) -> None:
        """Ask, saying how many contacts have a value, then delete."""
        item = self._selected()
        if item is None:
            return
        try:
            count = await self.contacts_app.read(properties.count_values, item.id)
            have = ngettext(
                "{count} contact has a value for it, which is deleted too.",
                "{count} contacts have a value for it; the values are deleted too.",
                count,
            )
            question = _("Delete the property {name}?").format(name=shown(item.name)) + "\n" + have
            if await self.app.push_screen_wait(Question(question, _("Delete"), _("Keep"))):
                await self.contacts_app.write(properties.delete, item.id)
                self.contacts_app.say(_("{name} is deleted.").format(name=item.name))
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self._show()

    def action_account(self) -> None:
        """Time zone, formats and country."""
        from tui.screens.account_form import AccountForm

        self.app.push_screen(AccountForm(), lambda _settings: self._show())


def _cells(item: CustomProperty) -> list[Text]:
    values = ", ".join(shown(choice, 30) for choice in item.choices)
    return [cell(item.name), cell(item.type.label), cell(_("hidden") if item.hidden else ""), cell(values)]


def _account() -> str:
    settled = settings.load()
    order = _("day/month/year") if settled.date_order == "dmy" else _("month/day/year")
    return " · ".join(
        (
            _("Time zone: {zone}").format(zone=settled.time_zone or _("the server's own")),
            _("Dates: {order}").format(order=order),
            _("Decimal sign: {sign}").format(sign=settled.decimal_sign),
            _("Country: {country}").format(country=countries.name(settled.default_country) or _("none")),
            ngettext(
                "Imported files: kept for {count} day",
                "Imported files: kept for {count} days",
                settled.retention_days,
            ),
            ngettext("Downloads: {count} day", "Downloads: {count} days", settled.download_days),
        )
    )
