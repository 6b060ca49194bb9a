"""Flows live: signed deliveries in over real HTTP, messages out over real HTTP, values on the contact."""

import csv
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import properties
from store.flows import keeping
from store.flows.blocks import Flow, Saving
from store.models import Delivery, FlowRun, Outgoing
from store.values.property_type import PropertyType
from store.whatsapp import outbox
from tests.store.chatting import choice, endings, guide, states, switched_on, tappable, values, words
from tests.store.graph import Answer, Graph, Request, standing_in
from tests.store.inboxing import counters, only
from tests.store.listening import SECRETS, Listener, listening
from tests.store.payloads import Json, button, message, said, status, text, told
from tests.support import contacts, until

pytestmark = pytest.mark.usefixtures("db")
ANA = "573001234567"


class Meta(Graph):
    """The stand-in, which can also take a message and be long in answering."""

    def __init__(self) -> None:
        super().__init__()
        self.answers_now = threading.Event()
        self.answers_now.set()

    def answer(self, request: Request) -> Answer:
        found = super().answer(request)
        assert self.answers_now.wait(60)
        return found


@pytest.fixture
def meta() -> Iterator[Meta]:
    found = Meta()
    with standing_in(found):
        yield found


class Phone:
    """Ana's: she writes through a listener, and reads what the stand-in was given to send."""

    def __init__(self, meta: Meta) -> None:
        self._meta = meta
        self._keys = 0
        self.seen = 0
        self.listener: Listener | None = None

    def write(self, body: str) -> None:
        self.deliver(text(self._key(), int(time.time()), body, sender=ANA))

    def tap(self, position: int) -> None:
        reply = {"type": "list_reply", "list_reply": tappable(self._meta.requests[-1])[position]}
        at = int(time.time())
        self.deliver(message(self._key(), at, "interactive", sender=ANA, interactive=reply))

    def deliver(self, entry: Json, times: int = 1) -> None:
        assert self.listener is not None
        for _turn in range(times):
            assert self.listener.post(said(entry, number=ANA, name="Ana")) == 200

    def reads(self, *expected: str) -> None:
        """These messages come, and no others."""
        until(lambda: len(self._meta.requests) >= self.seen + len(expected), 30)
        found = words(self._meta.requests[self.seen :])
        assert found == list(expected)
        self.seen += len(found)

    def hears_nothing(self) -> None:
        """All that was delivered is processed, and nothing is said to it."""
        until(lambda: not Delivery.select().where(Delivery.state == "new").exists())
        assert words(self._meta.requests[self.seen :]) == []
        assert "waiting" not in states()

    def _key(self) -> str:
        self._keys += 1
        return f"wamid.ana{self._keys}"


@pytest.fixture
def phone(meta: Meta) -> Phone:
    return Phone(meta)


def secrets(meta: Meta) -> dict[str, str]:
    return SECRETS | {"CONTACTS_WHATSAPP_API_URL": meta.url}


def test_the_example_of_the_guide_ends_in_the_file(db: Path, meta: Meta, phone: Phone) -> None:
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver", "Bronze"])
    flow = guide(overwrite=True)
    more = (
        choice(4, "Are you sure?", "Yes", "No"),
        choice(5, "Which tier?", "Gold", "Silver", "Bronze", "None", saving=Saving(tier.id)),
    )
    switched_on(Flow("Guide", (*flow.blocks[:2], *more, *flow.blocks[2:])))
    with listening(db, secrets=secrets(meta)) as phone.listener:
        phone.write("Hola")
        phone.reads("Which client?")
        phone.write("ACME & Söhne 🙂")
        phone.reads("Which document, ACME & Söhne 🙂?")
        phone.write("no number")
        phone.reads("Again 2.", "Which document, ACME & Söhne 🙂?")
        phone.write("1,234.5")
        phone.reads("Are you sure?")
        assert len(meta.requests[-1].content["interactive"]["action"]["buttons"]) == 2
        phone.write("yes")
        phone.reads("Which tier?")
        phone.tap(1)
        phone.reads("Thanks.")
        assert meta.requests[0].path == f"/v25.0/{SECRETS['CONTACTS_WHATSAPP_PHONE_NUMBER_ID']}/messages"
        assert meta.requests[0].content["to"] == f"+{ANA}"
        assert endings() == ["completed"]
        phone.write("EXIT")
        phone.write("Hola")
        phone.reads("Which client?")
        phone.write("salir")
        phone.hears_nothing()
        until(lambda: endings() == ["completed", "left"])
    assert values(ANA) == {"Client": "ACME & Söhne 🙂", "Document": "1234.5", "Tier": "Silver"}
    assert counters(only()) == (2, 0, 0, 0)
    [row] = csv.DictReader(io.StringIO(contacts("download", "-", database=db).out.lstrip("\ufeff")))
    assert (row["Client"], row["Document"], row["Tier"]) == ("ACME & Söhne 🙂", "1234.5", "Silver")
    assert row["Phone number"] == f"+{ANA}"


def test_a_kill_in_the_middle_loses_and_doubles_nothing(db: Path, meta: Meta, phone: Phone) -> None:
    switched_on(guide())
    with listening(db, secrets=secrets(meta)) as phone.listener:
        phone.write("Hola")
        phone.reads("Which client?")
        until(lambda: states() == ["sent"])
        # Killed while WhatsApp has taken the second question, but has not answered yet.
        meta.answers_now.clear()
        phone.write("ACME")
        phone.reads("Which document, ACME?")
        phone.listener.kill()
    meta.answers_now.set()
    assert states() == ["sent", "unsure"]
    with listening(db, secrets=secrets(meta)) as phone.listener:
        # What was delivered comes again, as it does where an answer was lost.
        phone.deliver(text("wamid.ana2", int(time.time()), "ACME", sender=ANA), 3)
        phone.hears_nothing()
        # Its status tells that it was sent, so that nothing stands in the way any more.
        sign = meta.requests[-1].content["biz_opaque_callback_data"]
        news = status("wamid.2", "sent", int(time.time()), to=ANA, biz_opaque_callback_data=sign)
        assert phone.listener.post(told(news)) == 200
        until(lambda: states() == ["sent", "sent"])
        phone.write("77")
        phone.reads("Thanks.")
        until(lambda: states() == ["sent"] * 3)
    assert endings() == ["completed"]
    assert values(ANA) == {"Client": "ACME", "Document": "77"}


def test_what_waited_when_the_listener_was_killed_is_sent_by_the_next(
    db: Path, meta: Meta, phone: Phone
) -> None:
    switched_on(guide())
    with listening(db, secrets=secrets(meta)) as phone.listener:
        meta.refuse(503, None, "Busy", retry_after="0")
        phone.write("Hola")
        phone.reads("Which client?")
        until(lambda: states() == ["waiting"])
        assert [(one.text, one.state) for one in outbox.failures(5)] == [("Which client?", "waiting")]
        until(lambda: "WhatsApp is out of order (503)" in phone.listener.log)  # type: ignore[union-attr]
        phone.listener.kill()
    with listening(db, secrets=secrets(meta)) as phone.listener:
        # By itself, after its pause.
        phone.reads("Which client?")
        until(lambda: states() == ["sent"])
    assert outbox.failures(5) == []


def test_what_another_program_has_sent_again_goes_out(db: Path, meta: Meta, phone: Phone) -> None:
    switched_on(guide())
    with listening(db, secrets=secrets(meta)) as phone.listener:
        meta.refuse(400, 131026, "Undeliverable")
        phone.write("Hola")
        phone.reads("Which client?")
        until(lambda: states() == ["failed"])
        [failed] = outbox.failures(5)
        outbox.retry(failed.id)
        phone.reads("Which client?")


def test_two_listeners_on_one_database_send_each_message_once(db: Path, meta: Meta) -> None:
    switched_on(guide())
    people = [f"5730098765{number:02}" for number in range(16)]
    with listening(db, secrets=secrets(meta)) as one, listening(db, secrets=secrets(meta)) as other:
        for turn, (body, count) in enumerate((("Hola", 1), ("ACME", 2), ("5", 3))):
            for number, sender in enumerate(people):
                listener = one if number % 2 else other
                entry = text(f"wamid.{sender} {turn}", int(time.time()), body, sender=sender)
                assert listener.post(said(entry, number=sender)) == 200
                assert (other if listener is one else one).post(said(entry, number=sender)) == 200
            until(lambda count=count: states().count("sent") == count * len(people))  # type: ignore[misc]
    assert len(meta.requests) == 3 * len(people)
    assert endings() == ["completed"] * len(people)
    assert {tuple(values(sender).values()) for sender in people} == {("ACME", "5")}


def test_a_template_begins_its_flow_when_it_is_accepted(db: Path, meta: Meta, phone: Phone) -> None:
    keeping.create(guide())
    environment = secrets(meta)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        words_ = (
            "send",
            f"+{ANA}",
            "welcome",
            "--template-language",
            "es",
            "--flow",
            "guide",
            "--value",
            "Ana",
        )
        done = contacts(*words_, database=db)
    assert (done.code, done.out, done.err) == (0, "wamid.1\n", "")
    assert meta.requests[0].content["template"]["language"] == {"code": "es"}
    phone.seen = 1
    with listening(db, secrets=environment) as phone.listener:
        news = status("wamid.1", "delivered", int(time.time()), to=ANA, category="marketing")
        assert phone.listener.post(told(news)) == 200
        phone.deliver(button("wamid.tap", int(time.time()), "yes", "Yes", "wamid.1") | {"from": ANA})
        phone.reads("Which client?")
        phone.write("ACME")
        phone.reads("Which document, ACME?")
    assert counters(only()) == (0, 1, 0, 0)
    assert FlowRun.get().interaction == "wamid.1"


def test_without_what_is_needed_to_send_it_says_so_and_no_flow_begins(db: Path, phone: Phone) -> None:
    switched_on(guide())
    hidden = {name: value for name, value in SECRETS.items() if "ACCESS_TOKEN" not in name}
    with listening(db, secrets=hidden) as phone.listener:
        phone.write("Hola")
        until(lambda: Delivery.select().where(Delivery.state == "processed").exists())
        said_ = phone.listener.log
    assert said_.count("\n") == 1
    assert said_.startswith("Flows do not answer: ")
    assert "CONTACTS_WHATSAPP_ACCESS_TOKEN" in said_
    assert not FlowRun.select().exists()
    assert not Outgoing.select().exists()
