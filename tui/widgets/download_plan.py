"""Which contacts are to be downloaded, and how the file is written."""

from datetime import date
from enum import StrEnum
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from store import downloads, language, settings
from store.downloads import Plan
from store.errors import Invalid
from store.language import _
from tui.screens.choice import Choice
from tui.text import plain, shown
from tui.widgets.choice_field import ChoiceField
from tui.widgets.date_field import DateField
from tui.widgets.download_progress import FORMATS, LANGUAGES
from tui.widgets.field import Field


class What(StrEnum):
    """Which contacts."""

    ALL = "all"
    RANGE = "range"
    SEARCH = "search"


class DownloadPlan(Vertical):
    """The fields of a download that is to be begun."""

    def __init__(self, search: str, *, id: str) -> None:
        super().__init__(id=id)
        self._search = search.strip()

    def compose(self) -> ComposeResult:
        yield _choice("what", _("Contacts"), self._whats(), What.SEARCH if self._search else What.ALL)
        with Vertical(id="range"):
            yield Static(plain(_("Created or first in touch on these days, both included.")), classes="label")
            with Horizontal(classes="row"):
                yield from self._days()
            yield Static(plain(_("Keys: ↑ ↓ day, PgUp PgDn month, Home End bounds.")), classes="label")
        with Horizontal(classes="row"):
            names = [Choice(_(name), code) for code, name in LANGUAGES.items()]
            yield _choice("language", _("Language of the file"), names, language.current())
            formats = [Choice(name, key) for key, name in FORMATS.items()]
            yield _choice("format", _("Format"), formats, "csv")
            separators = [Choice(_(", (comma)"), ","), Choice(_("; (semicolon)"), ";")]
            yield _choice("separator", _("Separator"), separators, ",")

    def _whats(self) -> list[Choice[What]]:
        choices = [Choice(_("Everything"), What.ALL), Choice(_("A range of dates"), What.RANGE)]
        if self._search:
            label = _("What the list shows now: “{words}”").format(words=shown(self._search, 40))
            choices.insert(0, Choice(label, What.SEARCH))
        return choices

    def _days(self) -> list[DateField]:
        first, last = downloads.day_limits()
        formats = settings.load().formats
        # What is asked for most: this month up to now.
        start = last.replace(day=1)
        return [
            DateField(_("From"), start, first, last, formats, key="from"),
            DateField(_("To"), last, first, last, formats, key="to"),
        ]

    def begin(self) -> None:
        """Go to the first field."""
        self._show_fitting()
        self.query_one("#what").focus()

    # What is chosen

    def plan(self) -> Plan | None:
        """What was settled; None if a date is wrong, which is said at its field."""
        what = self._value("what")
        first, last = None, None
        if what is What.RANGE:
            faults = self._faults(is_final=True)
            self._say(faults)
            if faults:
                self.query_one(f"#{next(iter(faults))}").focus()
                return None
            first, last = self._day("from").day, self._day("to").day
        return Plan(
            first_day=first,
            last_day=last,
            search=self._search if what is What.SEARCH else "",
            language=self._value("language"),
            separator=self._value("separator"),
            format=self._value("format"),
        )

    def _value(self, key: str) -> Any:
        return self.query_one(f"#{key}", ChoiceField).value

    def _day(self, key: str) -> DateField:
        return next(field for field in self.query(DateField) if field.key == key)

    @on(ChoiceField.Changed)
    def _chosen(self, event: ChoiceField.Changed) -> None:
        self._show_fitting()
        if event.field.id == "what" and event.field.value is What.RANGE:
            self.query_one("#from").focus()

    def _show_fitting(self) -> None:
        """The range only where one is asked for, the separator only where there is one."""
        self.query_one("#range").display = self._value("what") is What.RANGE
        for field in self.query(Field):
            if field.key == "separator":
                field.display = self._value("format") == "csv"

    # What is wrong with it

    @on(DateField.Changed)
    def _judge(self) -> None:
        self._say(self._faults(is_final=False))

    def _say(self, faults: dict[str, str]) -> None:
        for field in self.query(DateField):
            field.say(faults.get(field.key))

    def _faults(self, *, is_final: bool) -> dict[str, str]:
        """What is wrong with the days, by field; what is not a date yet only when it `is_final`."""
        faults = {}
        for field in self.query(DateField):
            try:
                day = field.check()
            except Invalid as error:
                if is_final:
                    faults[field.key] = str(error)
                continue
            if fault := _fault(day, day):
                faults[field.key] = fault
        start, end = self._day("from").day, self._day("to").day
        if not faults and start is not None and end is not None and (fault := _fault(start, end)):
            faults["to"] = fault
        return faults


def _fault(first: date, last: date) -> str:
    try:
        downloads.check_range(first, last)
    except Invalid as error:
        return str(error)
    return ""


def _choice(key: str, label: str, choices: list[Choice[Any]], value: object) -> Field:
    return Field(label, ChoiceField(label, choices, value, id=key), key=key)
