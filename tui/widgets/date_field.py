"""A field for a day, with the keys of a calendar."""

from calendar import monthrange
from datetime import date, timedelta

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from store.errors import Invalid
from store.language import N_, _
from store.values import property_type
from store.values.property_type import Formats, PropertyType
from tui.text import plain
from tui.widgets.field import Field
from tui.widgets.line import Line

_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


class DateField(Field):
    """A day between two others: typed, or walked to; its weekday stands beside it."""

    DEFAULT_CSS = """
    DateField Horizontal { height: 1; }
    DateField _DateLine { width: 14; }
    DateField .weekday { width: auto; padding: 0 1; color: $text-muted; }
    """

    class Changed(Message):
        """Another day, or something that is none, stands in the field."""

    def __init__(self, label: str, day: date, first: date, last: date, formats: Formats, *, key: str) -> None:
        """The keys stay between `first` and `last`; what is typed may lie outside."""
        self._line = _DateLine(day, first, last, formats, id=key)
        super().__init__(label, self._line, key=key)

    def compose(self) -> ComposeResult:
        yield Static(plain(self._label), classes="label")
        with Horizontal():
            yield self._line
            yield Static(_weekday(self._line.day), classes="weekday")
        yield Static(classes="fault")

    @property
    def day(self) -> date | None:
        """The day in the field; None while what is typed is no date."""
        return self._line.day

    def check(self) -> date:
        """The day in the field; raises Invalid, saying how a date is written."""
        return self._line.check()

    @on(Input.Changed)
    def _follow(self) -> None:
        self.query_one(".weekday", Static).update(_weekday(self.day))
        self.post_message(self.Changed())


class _DateLine(Line):
    """The line that a DateField is typed into."""

    BINDINGS = [
        Binding("up", "walk(1)", N_("Day later"), show=False),
        Binding("down", "walk(-1)", N_("Day earlier"), show=False),
        Binding("pageup", "leap(1)", N_("Month later"), show=False),
        Binding("pagedown", "leap(-1)", N_("Month earlier"), show=False),
        Binding("home", "first", N_("First day"), show=False),
        Binding("end", "last", N_("Last day"), show=False),
    ]

    def __init__(self, day: date, first: date, last: date, formats: Formats, *, id: str) -> None:
        super().__init__(day.isoformat(), id=id)
        # What is typed takes the place of the day that was walked to.
        self.select_on_focus = True
        self._bounds = first, last
        self._formats = formats
        self._latest = day
        """The latest that was a day: from there the keys go on."""

    @property
    def day(self) -> date | None:
        """The day in the line."""
        try:
            return self.check()
        except Invalid:
            return None

    def check(self) -> date:
        """The day in the line; raises Invalid."""
        written = self.value.strip()
        if not written:
            raise Invalid(_("Enter a date, such as {example}.").format(example=self._latest.isoformat()))
        stored = property_type.parse(PropertyType.DATE, written, self._formats)
        self._latest = date.fromisoformat(stored)
        return self._latest

    def action_walk(self, days: int) -> None:
        """To a day later or earlier."""
        self._go(self._from() + timedelta(days))

    def action_leap(self, months: int) -> None:
        """To the same day of a month later or earlier, or to the last that it has."""
        day = self._from()
        number = day.year * 12 + day.month - 1 + months
        year, month = number // 12, number % 12 + 1
        self._go(date(year, month, min(day.day, monthrange(year, month)[1])))

    def action_first(self) -> None:
        """To the first day there is."""
        self._go(self._bounds[0])

    def action_last(self) -> None:
        """To the last day there is."""
        self._go(self._bounds[1])

    def _from(self) -> date:
        # Within the bounds first: beyond the years that there are, no step could be made.
        return self._bounded(self.day or self._latest)

    def _bounded(self, day: date) -> date:
        first, last = self._bounds
        return min(max(day, first), last)

    def _go(self, day: date) -> None:
        self.value = self._bounded(day).isoformat()
        self.action_select_all()


def _weekday(day: date | None) -> Content:
    return plain(_(_WEEKDAYS[day.weekday()]) if day is not None else "")
