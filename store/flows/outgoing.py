"""The messages of flows on their way out: what is to be sent, and what has become of it.

A row waits until `store.whatsapp.outbox` takes it. It is `unsure` from the moment before it is sent until the
answer is noted down, so that nothing is ever sent a second time by itself.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from peewee import fn

from store import database
from store.events import News
from store.models import Outgoing
from store.values.events import Kind

WAITING, SENT, FAILED, UNSURE, DROPPED = "waiting", "sent", "failed", "unsure", "dropped"
_INSERT = "INSERT INTO outgoing (run_id, contact_id, body, state, due, created) VALUES (?, ?, ?, ?, ?, ?)"
_SIGN = "contacts"
_STATUSES = frozenset({Kind.SENT, Kind.DELIVERED, Kind.READ, Kind.PLAYED, Kind.FAILED})


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, but for the person whom it is sent to."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    """What can be tapped: what a tap stands for, and what is read on it."""
    menu: str = ""
    """What opens the list, where the choices are too many for buttons."""
    asks: bool = False
    """Whether the run waits for an answer to it."""

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Body":
        """What `add` has kept."""
        choices = tuple((payload, title) for payload, title in kept["choices"])
        return cls(kept["text"], choices, kept["menu"], kept["asks"])


def add(run_id: int, contact_id: int, body: Body, now: int) -> None:
    """Have a message sent after all others of the contact, inside a transaction."""
    # By hand: Peewee takes ten times as long to say it as SQLite to do it.
    kept = json.dumps(asdict(body), ensure_ascii=False)
    database.db.execute_sql(_INSERT, (run_id, contact_id, kept, WAITING, now, now))


def is_question_unsent(run_id: int) -> bool:
    """Whether the person cannot know what the run asks: it was not sent yet, or could not be."""
    return _question(run_id)[1] in (WAITING, FAILED)


def ask_again(run_id: int, now: int) -> None:
    """Have what the run asks sent once more where it could not be sent, inside a transaction."""
    failed = (Outgoing.id == _question(run_id)[0]) & (Outgoing.state == FAILED)
    Outgoing.update(state=WAITING, due=now, attempts=0).where(failed).execute()


def _question(run_id: int) -> tuple[int, str]:
    """The last question of a run and what has become of it; 0 where there is none."""
    asked = (Outgoing.run_id == run_id) & (fn.json_extract(Outgoing.body, "$.asks") == 1)
    query = Outgoing.select(Outgoing.id, Outgoing.state).where(asked).order_by(Outgoing.id.desc()).limit(1)
    found = list(database.tuples(query))
    return (int(found[0][0]), str(found[0][1])) if found else (0, "")


def drop(run_id: int, sentence: str) -> None:
    """Let what waits of a run not be sent any more, for this reason; inside a transaction."""
    waiting = (Outgoing.run_id == run_id) & (Outgoing.state == WAITING)
    Outgoing.update(state=DROPPED, fault=sentence).where(waiting).execute()


def give(giver: int, taker: int) -> None:
    """Make the messages to one contact another's, inside a transaction."""
    Outgoing.update(contact_id=taker).where(Outgoing.contact_id == giver).execute()


def sign(outgoing_id: int, created: int) -> str:
    """What goes with a message and comes back with its statuses, by which it is known again."""
    return f"{_SIGN} {outgoing_id} {created}"


def concerns(news: News) -> bool:
    """Whether `note` may have to do with it."""
    event = news.event
    return event.kind is Kind.FAILED or (event.kind in _STATUSES and event.payload.startswith(_SIGN))


def note(news: Iterable[News]) -> None:
    """Write down what WhatsApp tells of messages: that they were sent after all, or have failed after all."""
    for event, contact_id, _number, _user_id in news:
        is_failed = event.kind is Kind.FAILED
        values = {"state": FAILED, "fault": event.text} if is_failed else {"state": SENT, "fault": ""}
        if (key := _signed(event.payload)) is not None:
            mine = (Outgoing.id == key[0]) & (Outgoing.created == key[1])
            unknown = Outgoing.state == UNSURE
            Outgoing.update(message_id=event.subject, **values).where(mine, unknown).execute()
        if is_failed and contact_id is not None:
            mine = (Outgoing.contact_id == contact_id) & (Outgoing.message_id == event.subject)
            Outgoing.update(values).where(mine, Outgoing.state == SENT).execute()


def _signed(payload: str) -> tuple[int, int] | None:
    sign_, *numbers = payload.split(" ")
    if sign_ != _SIGN or len(numbers) != 2 or not all(_is_whole(number) for number in numbers):
        return None
    return int(numbers[0]), int(numbers[1])


def _is_whole(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < len(str(2**63))
