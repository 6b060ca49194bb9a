"""Messages of flows that could not be sent, and another try."""

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from store import database, settings
from store.errors import ContactsError
from store.language import N_, _
from store.values import times
from store.whatsapp import outbox
from store.whatsapp.outbox import FailedMessage
from tui.following import Following
from tui.page import Dialog
from tui.screens.question import Question
from tui.text import cell, lines, plain, shown
from tui.widgets.keys_line import KeysLine
from tui.widgets.small_table import SmallColumn, SmallTable

SHOWN = 200


class Unsent(Following, Dialog[None]):
    """Follows what is waiting while it is open."""

    CSS_PATH = "unsent.tcss"
    BINDINGS = [
        Binding("escape", "dismiss(None)", N_("Back")),
        Binding("t,enter", "again", N_("Try again")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._messages: dict[str, FailedMessage] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog unsent"):
            yield Static(plain(_("Messages not sent, the latest first")), classes="title")
            yield SmallTable(
                (
                    SmallColumn(_("Made"), 16),
                    SmallColumn(_("To"), 22, least=66),
                    SmallColumn(_("Text")),
                    SmallColumn(_("State"), 10),
                ),
                id="messages",
            )
            yield Static(plain(_("All messages were sent.")), id="none", classes="muted")
            yield Static(id="why")
            yield KeysLine()

    def on_mount(self) -> None:
        """Look now and then."""
        self.query_one(SmallTable).focus()
        self.follow()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Those who may only read look."""
        return action != "again" or not database.is_read_only()

    def show_anew(self) -> None:
        """Draw the table."""
        zone = settings.load().time_zone
        self._messages = {str(message.id): message for message in outbox.failures(SHOWN)}
        self.query_one(SmallTable).fill({key: _cells(item, zone) for key, item in self._messages.items()})
        self.query_one("#none").display = not self._messages
        self._tell()

    @on(DataTable.RowHighlighted)
    def _tell(self) -> None:
        """Say why the message under the cursor was not sent."""
        message = self._selected()
        said = "" if message is None else _why(message)
        self.query_one("#why", Static).update(lines(said))

    def _selected(self) -> FailedMessage | None:
        return self._messages.get(self.query_one(SmallTable).selected or "")

    @on(DataTable.RowSelected)
    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_again(self) -> None:
        """Have the message sent, after a question where that may send it twice."""
        message = self._selected()
        if message is None or database.is_read_only():
            return
        if message.state == "unsure":
            question = _("It may have been sent already. Send it once more?")
            if not await self.app.push_screen_wait(Question(question, _("Send"), _("Back"))):
                return
        try:
            await self.contacts_app.write(outbox.retry, message.id)
            self.contacts_app.say(_("It is sent as soon as `contacts listen` runs."))
        except ContactsError as error:
            self.contacts_app.say_error(error)
        self.show_anew()


def _cells(message: FailedMessage, zone: str) -> list[Text]:
    state = {"failed": _("failed"), "unsure": _("unsure"), "waiting": _("waiting")}[message.state]
    made = times.shown(message.created, zone)
    return [cell(made), cell(message.label), cell(message.text), cell(state)]


def _why(message: FailedMessage) -> str:
    said = shown(message.sentence, 400)
    match message.state:
        case "unsure":
            return _("It may have been sent.") + " " + said
        case "waiting":
            moment = times.shown(message.due, settings.load().time_zone)
            return _("It is tried again at {moment}.").format(moment=moment) + " " + said
        case _:
            return said
