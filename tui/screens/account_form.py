"""The account's settings: they change what is stored or meant, so they are the company's."""

from collections.abc import Iterable
from typing import Any

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from store import settings
from store.language import _
from store.settings import Settings
from store.values import countries, times
from tui.screens.choice import Choice
from tui.screens.form import Form
from tui.widgets.check import Check
from tui.widgets.choice_field import ChoiceField
from tui.widgets.field import Field
from tui.widgets.line import Line


class AccountForm(Form[Settings]):
    """Ends with the settings as they were saved, or None."""

    def heading(self) -> str:
        return _("Account settings")

    def compose_fields(self) -> Iterable[Widget]:
        settled = settings.load()
        zones = [Choice(_("The server's own"), ""), *(Choice(name, name) for name in times.zone_names())]
        orders = [Choice(_("day/month/year"), "dmy"), Choice(_("month/day/year"), "mdy")]
        signs = [Choice("1234.5", "."), Choice("1234,5", ",")]
        regions = [Choice(_("None"), "")]
        regions += [Choice(f"{c.name} (+{c.calling_code})", c.code) for c in countries.all_countries()]
        for key, label, choices, value in (
            ("time_zone", _("Time zone"), zones, settled.time_zone),
            ("date_order", _("Dates are written"), orders, settled.date_order),
            ("decimal_sign", _("Numbers are written"), signs, settled.decimal_sign),
            ("default_country", _("Country that is offered first"), regions, settled.default_country),
        ):
            yield Field(label, ChoiceField(label, choices, value, id=key), key=key)
        days = Line(str(settled.retention_days), id="retention_days")
        yield Field(_("Keep imported files (days)"), days, key="retention_days")
        days = Line(str(settled.download_days), id="download_days")
        yield Field(_("Keep downloads (days)"), days, key="download_days")
        yield Check(_("In CSV files, put a ' before phones too"), settled.guard_phones, id="guard_phones")

    def on_mount(self) -> None:
        """Begin at the top."""
        self.query_one("#time_zone").focus()

    async def save(self) -> Settings:
        chosen = Settings(
            time_zone=self._value("time_zone"),
            date_order=self._value("date_order"),
            decimal_sign=self._value("decimal_sign"),
            default_country=self._value("default_country"),
            retention_days=settings.days_of(self.query_one("#retention_days", Line).value),
            download_days=settings.days_of(self.query_one("#download_days", Line).value),
            guard_phones=self.query_one("#guard_phones", Check).value,
        )
        await self.contacts_app.write(settings.save, chosen)
        return chosen

    @on(Input.Submitted)
    def _enter(self) -> None:
        self.action_save()

    def _value(self, key: str) -> Any:
        return self.query_one(f"#{key}", ChoiceField).value
