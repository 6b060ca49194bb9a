"""Play a flow as if on WhatsApp, beside what it would write; nothing is stored."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from store import properties, settings
from store.contacts import Person
from store.flows import rehearsal
from store.flows.blocks import Flow
from store.flows.rehearsal import Pretended, Rehearsal, Written
from store.flows.saving import Outcome
from store.language import N_, _
from store.values import property_type
from store.values.property_type import Formats
from tui.page import Page
from tui.screens.choice import Choice, ChoiceScreen
from tui.text import shown
from tui.widgets.chat import Chat, OptionTapped
from tui.widgets.line import Line

_PHONE = "+57 300 123 4567"


class FlowRehearsal(Page):
    """The conversation, what is written into it, and what would be kept."""

    MODE = "flows"
    CSS_PATH = "flow_rehearsal.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("ctrl+t", "wait", N_("Let time pass"), priority=True),
        Binding("ctrl+r", "restart", N_("Restart"), priority=True),
        Binding("ctrl+g", "picture", N_("Send a picture"), priority=True),
        Binding("ctrl+o", "contact", N_("Another contact"), priority=True),
        Binding("pageup", "scroll(-1)", N_("Scroll up"), show=False),
        Binding("pagedown", "scroll(1)", N_("Scroll down"), show=False),
    ]

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self._flow = flow
        self._known = properties.list_all()
        self._formats = settings.load().formats
        self._pretended = Pretended(_("Ana Example"), _PHONE, "ana@example.com")
        self._played = self._begun()

    def _begun(self) -> Rehearsal:
        return rehearsal.begin(self._flow, self._known, self._formats, self._pretended)

    def compose_page(self) -> ComposeResult:
        yield Static(id="state")
        with Horizontal(id="stage"):
            yield Chat()
            with VerticalScroll(id="written", can_focus=False):
                yield Static(id="writes")
        with Vertical(id="say"):
            yield Line(placeholder=_("Answer as the contact would: text, an option's number, or EXIT"))

    def on_mount(self) -> None:
        """Begin the conversation."""
        self.query_one(Line).focus()
        self._show(self._played)

    def _show(self, played: Rehearsal) -> None:
        self._played = played
        self.query_one(Chat).show(played.said)
        self.query_one("#state", Static).update(_state(played))
        self.query_one("#writes", Static).update(_writes(played.written, self._formats))
        self.query_one("#written").scroll_end(animate=False)

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text:
            event.input.clear()
            self._show(self._played.answer(text))

    @on(OptionTapped)
    def _tap(self, event: OptionTapped) -> None:
        self._show(self._played.tap(event.block, event.position))

    def action_picture(self) -> None:
        """Answer with something that has no text."""
        self._show(self._played.send_picture())

    def action_wait(self) -> None:
        """Nobody answers until the reminder, or until the flow expires."""
        self._show(self._played.wait())

    def action_restart(self) -> None:
        """Once more from the beginning, with the contact as it was then."""
        self.query_one(Chat).clear()
        self._show(self._begun())

    def action_scroll(self, pages: int) -> None:
        """Read what was said before."""
        chat = self.query_one(Chat)
        chat.scroll_relative(y=pages * chat.size.height, animate=False)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_contact(self) -> None:
        """Whom to pretend to be."""
        name = _("Ana Example")
        choices = [
            Choice(_("{name}, nothing known yet").format(name=name), "new"),
            Choice(_("{name}, with values already there").format(name=name), "filled"),
            Choice(_("A contact of yours, who is only read …"), "real"),
        ]
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Pretend to be"), choices))
        if choice is None:
            return
        if choice.value == "real":
            from tui.screens.contact_choice import ContactChoice

            person = await self.app.push_screen_wait(ContactChoice())
            if person is None:
                return
            self._pretended = _pretending(person)
        else:
            values = rehearsal.filled(self._flow, self._known) if choice.value == "filled" else {}
            self._pretended = Pretended(name, _PHONE, "ana@example.com", values)
        self.action_restart()


def _pretending(person: Person) -> Pretended:
    return Pretended(person.name, person.phone, person.email, person.properties)


def _state(played: Rehearsal) -> Content:
    """Who talks, and what happens if nobody does."""
    event = played.waits_for
    if event is None:
        happens = _("ended; ctrl+r begins anew")
    else:
        minutes, is_reminder = event
        happens = _("reminder in {time}") if is_reminder else _("expires in {time}")
        happens = happens.format(time=rehearsal.duration(minutes))
    return Content.assemble(
        (_("Rehearsal of {name}").format(name=shown(played.flow.name, 60)) + "  ", "bold $primary"),
        (_("as {name}").format(name=shown(played.pretended.name, 40)) + " · ", ""),
        (happens, "dim"),
    )


def _writes(written: tuple[Written, ...], formats: Formats) -> Content:
    parts: list[tuple[str, str]] = [(_("Would be written") + "\n", "bold")]
    if not written:
        parts.append((_("Nothing so far."), "dim"))
    for entry in written:
        parts += _entry(entry, formats)
    return Content.assemble(*parts)


def _entry(entry: Written, formats: Formats) -> list[tuple[str, str]]:
    """A property, what it had, and what it would have."""
    if entry.item is None:
        return [(_("(deleted)") + "  ", "$primary"), (shown(entry.value, 60) + " ", ""), _why(entry)]
    kind = entry.item.type
    before = "–" if entry.before is None else shown(property_type.shown(kind, entry.before, formats), 60)
    name = (shown(entry.item.name, 40) + "  ", "$primary")
    if entry.outcome is Outcome.UNFIT:
        return [name, (shown(entry.value, 60) + " ", ""), _why(entry)]
    after = shown(property_type.shown(kind, entry.value, formats), 60)
    if entry.outcome.changes:
        return [name, (f"{before} → {after}\n", "")]
    return [name, (before + " ", ""), _why(entry)]


def _why(entry: Written) -> tuple[str, str]:
    match entry.outcome:
        case Outcome.KEPT:
            said = _("kept, since overwrite is off")
        case Outcome.SAME:
            said = _("stays the same")
        case Outcome.GONE:
            said = _("not written: the property is not there any more")
        case _:
            said = _("not written: none of the property's values")
    return f"({said})\n", "dim"
