"""Sends what flows have to say: in order to each contact, again after growing pauses, and nothing twice.

A message is marked as `unsure`, for good, before it is sent: whoever dies in between leaves it so, and no one
else takes it. What WhatsApp tells of it later may settle it; see `store.flows.outgoing`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from peewee import SQL

from store import contacts, database, events
from store.errors import ContactsError, DatabaseUnavailable, Invalid, NotFound, SendFailed
from store.flows import outgoing, runs
from store.flows.outgoing import DROPPED, FAILED, SENT, UNSURE, WAITING, Body
from store.flows.runs import Answering
from store.language import _
from store.models import Contact, FlowRun, Outgoing
from store.values import times
from store.values.events import DAY
from store.whatsapp import inbox
from store.whatsapp.complaints import Complaints
from store.whatsapp.records import Record
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Choice, Sender, Sent

_WORKERS = 4
"""Messages to different people that are sent at the same time: WhatsApp takes half a second for each."""
_PAUSES = (5, 15, 60, 300, 1_800)
"""Seconds until a message is tried again; the last one over and over."""
_IN_FLIGHT_SECONDS = 30
"""In which a message that is being sent has been answered, or never will be: 5 s to connect, 20 s to wait."""
_LOOK_SECONDS = 5.0
"""Between looks at what other programs have put there, such as messages to be tried again."""
_AGAIN_SECONDS = 1.0
"""After the database could not be used."""
_WINDOW = DAY
"""Seconds after a person's last message in which WhatsApp takes others than templates."""
_DURABLE = {"synchronous": 2}
"""FULL: a mark that the machine forgets would have the message sent twice."""

_FAULTY = f"state IN ('{FAILED}', '{UNSURE}')"
"""Literally as the index has it, like the states in what follows: a bound value finds none."""
_NEXT = f"""
    SELECT id FROM outgoing AS this WHERE state = '{WAITING}' AND due <= :now AND NOT EXISTS (
        SELECT 1 FROM outgoing AS before WHERE before.contact_id = this.contact_id AND before.id < this.id
        AND (before.state = '{WAITING}' OR (before.state = '{UNSURE}' AND before.due > :now))
    ) ORDER BY due, id LIMIT 1
"""
"""The next message that can be sent: nothing else to that contact is on its way or stands before it."""
_NEXT_DUE = f"""
    SELECT min(due) FROM (
        SELECT min(due) AS due FROM outgoing WHERE state = '{WAITING}' AND due > :now
        UNION ALL SELECT min(due) FROM outgoing WHERE {_FAULTY} AND state = '{UNSURE}' AND due > :now
        UNION ALL SELECT :due
    )
"""


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that was not sent, or perhaps not."""

    id: int
    contact_id: int
    label: str
    """Whom it is to."""
    text: str
    created: int
    sentence: str
    """Why."""
    state: str
    """failed, unsure (it may have been sent), or waiting (it is tried again by itself)."""
    due: int
    """When it is tried again, where it waits."""


def failures(limit: int) -> list[FailedMessage]:
    """The last messages that have failed, may have, or are being tried again, the latest first."""
    failed = SQL(_FAULTY) & (Outgoing.state == FAILED)
    unsure = SQL(_FAULTY) & (Outgoing.state == UNSURE) & (Outgoing.due <= times.now())
    again = SQL(f"state = '{WAITING}'") & (Outgoing.attempts > 0)
    latest = Outgoing.id.desc()
    # Of what waits not in the order of ids, for which all that was ever sent would be looked at.
    latest_waiting = SQL("+id DESC")
    rows = [
        row
        for condition, order in ((failed, latest), (unsure, latest), (again, latest_waiting))
        for row in Outgoing.select().where(condition).order_by(order).limit(limit)
    ]
    rows = sorted(rows, key=lambda row: row.id, reverse=True)[:limit]
    people = {person.id: person for person in contacts.get_many([row.contact_id for row in rows])}
    return [
        FailedMessage(
            row.id,
            row.contact_id,
            people[row.contact_id].label,
            row.body["text"],
            row.created,
            row.fault,
            row.state,
            row.due,
        )
        for row in rows
    ]


def retry(outgoing_id: int) -> None:
    """Have a message sent (again), by the listener; raises NotFound, or Invalid where it cannot be."""
    with database.writing():
        row = Outgoing.get_or_none(Outgoing.id == outgoing_id)
        if row is None:
            raise NotFound(_("This message is not there any more."))
        now = times.now()
        if row.state not in (FAILED, UNSURE, WAITING) or (row.state == UNSURE and row.due > now):
            raise Invalid(_("This message does not wait to be sent again."))
        if _closes(row) <= now:
            raise Invalid(_too_late())
        row.state, row.due, row.attempts = WAITING, now, 0
        row.save()


class Claimed(NamedTuple):
    """A message that is ours to send."""

    id: int
    contact_id: int
    to: str
    body: Body
    sign: str
    attempts: int
    closes: int
    """When WhatsApp will take it no more."""


def send_next(sender: Sender, line: str, now: int | None = None) -> bool:
    """Send the next message that is due (by `now`, else the clock); False where there is none.

    Messages that have come too late are dropped on the way. Raises DatabaseUnavailable.
    """
    claimed = claim(times.now() if now is None else now)
    if claimed is not None:
        deliver(sender, line, claimed, now)
    return claimed is not None


def claim(now: int) -> Claimed | None:
    """The next message that is due, marked for good as `unsure`: it is sent once, if at all."""
    database.tune(_DURABLE)
    while _next(now) is not None:
        with database.writing():
            # Others may have taken it since.
            found = _next(now)
            row = None if found is None else Outgoing.get_by_id(found)
            claimed = None if row is None else _claim(row, now)
        if claimed is not None:
            return claimed
    return None


def deliver(sender: Sender, line: str, claimed: Claimed, now: int | None = None) -> str:
    """Send a message that is ours, and write down what has become of it; why nothing can be sent for now.

    That sentence holds nothing of the message; it is empty where others can be sent.
    """

    def moment() -> int:
        return times.now() if now is None else now

    def note(sent: Sent) -> None:
        with database.writing():
            told = Record(
                "reply", sent.message_id, moment(), contact=claimed.contact_id, line=line, certain=False
            )
            inbox.record(told)
            _settle(claimed.id, state=SENT, message_id=sent.message_id, fault="", due=moment())

    try:
        _send(sender, claimed, note)
    except SendFailed as error:
        _fail(claimed, error, moment())
        return str(error) if _may_succeed(error) else ""
    except DatabaseUnavailable:
        raise
    except ContactsError as error:
        _settle(claimed.id, state=FAILED, fault=str(error), due=moment())
    return ""


def next_due(now: int) -> int | None:
    """When there is something to do after `now`; None where nothing waits."""
    found = database.db.execute_sql(_NEXT_DUE, {"now": now, "due": runs.next_due()}).fetchone()[0]
    return None if found is None else int(found)


def _next(now: int) -> int | None:
    found = database.db.execute_sql(_NEXT, {"now": now}).fetchone()
    return None if found is None else int(found[0])


def _claim(row: Outgoing, now: int) -> Claimed | None:
    """Mark a message as being sent; None where it is not to be sent any more."""
    person = Contact.get_by_id(row.contact_id)
    closes = _closes(row)
    sentence = _("The contact was deleted.") if person.deleted else _too_late() if closes <= now else ""
    if sentence:
        row.state, row.fault = DROPPED, f"{row.fault} {sentence}".strip()
        row.save()
        return None
    row.state, row.due, row.attempts = UNSURE, now + _IN_FLIGHT_SECONDS, row.attempts + 1
    row.fault = _("The program was ended while it was sent: it is not known whether it was.")
    row.save()
    to = contacts.whatsapp_address(person.id)
    sign = outgoing.sign(row.id, row.created)
    return Claimed(row.id, person.id, to, Body.from_json(row.body), sign, row.attempts, closes)


def _closes(row: Outgoing) -> int:
    """When WhatsApp will not take a message any more."""
    run = FlowRun.get_or_none(FlowRun.id == row.run_id)
    latest = 0 if run is None else run.last
    return max(latest, events.last_message(row.contact_id, "" if run is None else run.line)) + _WINDOW


def _too_late() -> str:
    return _("It is more than 24 hours since the person last wrote: WhatsApp takes only templates now.")


def _send(sender: Sender, claimed: Claimed, note: Callable[[Sent], object]) -> None:
    body = claimed.body
    if body.choices:
        choices = [Choice(payload, title) for payload, title in body.choices]
        sender.question(claimed.to, body.text, choices, body.menu, note, sign=claimed.sign)
    else:
        sender.text(claimed.to, body.text, note, sign=claimed.sign)


def _fail(claimed: Claimed, error: SendFailed, now: int) -> None:
    """Write down what a failure means for a message, and for those that wait behind it."""
    if error.message_id is not None:
        _settle(claimed.id, state=SENT, message_id=error.message_id, fault=str(error), due=now)
    elif error.is_unsure:
        _settle(claimed.id, state=UNSURE, fault=str(error), due=now)
    elif not _may_succeed(error):
        _settle(claimed.id, state=FAILED, fault=str(error), due=now)
    else:
        pause = _PAUSES[min(claimed.attempts, len(_PAUSES)) - 1]
        again = min(now + max(pause, int(error.retry_seconds or 0)), claimed.closes)
        with database.writing():
            _settle(claimed.id, state=WAITING, fault=str(error), due=again)
            behind = (Outgoing.contact_id == claimed.contact_id) & (Outgoing.id > claimed.id)
            Outgoing.update(due=again).where(
                behind, Outgoing.state == WAITING, Outgoing.due < again
            ).execute()


def _may_succeed(error: SendFailed) -> bool:
    """Whether the same may be sent later."""
    return error.is_settings or error.retry_seconds is not None


def _settle(outgoing_id: int, **values: object) -> None:
    """Write down what has become of a message, unless its status was faster."""
    with database.writing():
        mine = (Outgoing.id == outgoing_id) & (Outgoing.state == UNSURE)
        Outgoing.update(values).where(mine).execute()


class Outbox:
    """Sends by threads of its own, in the listener: woken by its writer and by the clock, else asleep."""

    def __init__(self, sending: Sending, complaints: Complaints) -> None:
        """It begins when it is woken for the first time."""
        self._sending, self._complaints = sending, complaints
        self._changed = threading.Condition()
        self._news = 0
        self._ends = False
        self._sender: Sender | None = None
        self._threads: list[threading.Thread] = []

    @property
    def answering(self) -> Answering:
        """What flows need to know of it."""
        return Answering(self._sending.phone_number_id, self._complaints.say)

    def wake(self) -> None:
        """There may be something to send."""
        with self._changed:
            self._news += 1
            if not self._threads:
                self._add_thread()
            self._changed.notify()

    def end(self) -> None:
        """End when what is being sent was answered; what waits is sent after the next start."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        if self._sender is not None:
            self._sender.__exit__(None, None, None)

    def _run(self) -> None:
        try:
            while not self._ends:
                seen = self._news
                self._sleep(seen, self._work())
        finally:
            database.close()

    def _work(self) -> float:
        """Do what is due; for how many seconds there is nothing to do then."""
        try:
            database.connect()
            now = times.now()
            due = runs.next_due()
            while due is not None and due <= now and runs.tick(now) and not self._ends:
                pass
            while not self._ends and _next(times.now()) is not None:
                # Before anything is marked: whatever is wrong with it, the messages wait.
                sender = self._open()
                if (claimed := claim(times.now())) is not None:
                    self._call_another()
                    if trouble := deliver(sender, self._sending.phone_number_id, claimed):
                        self._complaints.say(trouble)
            due = next_due(times.now())
            return _LOOK_SECONDS if due is None else min(max(due - times.now(), 0), _LOOK_SECONDS)
        except DatabaseUnavailable as error:
            self._complaints.say(str(error))
        except Exception as error:
            self._complaints.bug(error)
        return _AGAIN_SECONDS

    def _call_another(self) -> None:
        """There may be more to send than one thread can at a time."""
        with self._changed:
            self._news += 1
            if len(self._threads) < _WORKERS:
                self._add_thread()
            self._changed.notify()

    def _add_thread(self) -> None:
        if not self._ends:
            thread = threading.Thread(target=self._run, name=f"whatsapp-outbox-{len(self._threads)}")
            self._threads.append(thread)
            thread.start()

    def _sleep(self, seen: int, seconds: float) -> None:
        """Sleep until something may have changed since `seen`."""
        with self._changed:
            self._changed.wait_for(lambda: self._ends or self._news != seen, timeout=seconds)

    def _open(self) -> Sender:
        """What sends; made with the first message, since most listeners never send one."""
        with self._changed:
            if self._sender is None:
                self._sender = Sender(self._sending)
            return self._sender
