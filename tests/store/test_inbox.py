"""The inbox: nothing is lost, nothing counts twice, and replaying it gives what is there."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from store import contacts, database, demo, interactions
from store.errors import DatabaseUnavailable, Invalid, NotFound
from store.models import Contact, Delivery, Event, Interaction
from store.whatsapp import inbox, updates
from store.whatsapp.records import Record
from tests.store.inboxing import assert_explained, counters, everybody, only, record, state, take
from tests.store.payloads import (
    DAY,
    HOUR,
    SHEENA,
    START,
    body,
    button,
    change,
    said,
    status,
)
from tests.store.payloads import text as text_
from tests.store.payloads import told as told_
from tests.support import ROOT

pytestmark = pytest.mark.usefixtures("db")


def test_an_unknown_number_becomes_a_contact_named_by_its_number() -> None:
    take(said(text_("a")))
    person = only()
    assert (person.name, person.phone, person.origin) == ("+16505551234", "+16505551234", "message")
    assert person.profile_name == "Sheena Nelson"
    assert counters(person) == (1, 0, 0, 0)
    assert person.first_interaction == person.last_interaction == START
    assert_explained()


def test_the_last_interaction_moves_though_the_counter_does_not() -> None:
    take(said(text_("a")), said(text_("b", START + HOUR)), said(text_("c", START + 2 * HOUR)))
    assert counters(only()) == (1, 0, 0, 0)
    assert (only().first_interaction, only().last_interaction) == (START, START + 2 * HOUR)


def test_a_delivery_is_kept_byte_for_byte() -> None:
    raw = said(text_("a", words="¿Tienen más colores? 🎨")) + b"\n \n"
    delivery_id = inbox.receive(raw)
    assert bytes(Delivery.get_by_id(delivery_id).body) == raw
    inbox.process_new()
    assert bytes(Delivery.get_by_id(delivery_id).body) == raw


def test_what_was_received_is_on_the_disk_when_receive_returns() -> None:
    inbox.receive(said(text_("a")))
    assert database.db.execute_sql("PRAGMA synchronous").fetchone()[0] == 2


def test_the_same_message_counts_once_however_often_it_comes() -> None:
    take(said(text_("a")), said(text_("a")))
    take(said(text_("a"), text_("a")))
    assert counters(only()) == (1, 0, 0, 0)
    assert Event.select().count() == 1


def test_processing_again_changes_nothing() -> None:
    delivery_id = inbox.receive(said(text_("a")))
    assert inbox.process(delivery_id)
    before = state()
    assert inbox.process(delivery_id)
    assert state() == before
    assert inbox.process_new() == 0


def test_a_limit_leaves_the_rest_for_later() -> None:
    inbox.receive_many([said(text_(f"m{i}")) for i in range(5)])
    assert inbox.process_new(2) == 2
    assert inbox.process_new(2) == 2
    assert inbox.process_new() == 1


@pytest.mark.parametrize(
    "raw", [b"{", b"[" * 50_000, b"\xff\xfe", b"7", b'{"entry": 1}', b'{"a": ' + b"9" * 5_000 + b"}"]
)
def test_what_cannot_be_understood_stays_and_says_why(raw: bytes) -> None:
    delivery_id = inbox.receive(raw)
    inbox.process_new()
    row = Delivery.get_by_id(delivery_id)
    assert (row.state, bytes(row.body)) == ("failed", raw)
    assert row.fault.endswith(".")
    assert everybody() == []


def test_what_failed_can_be_processed_again_after_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    delivery_id = inbox.receive(said(text_("a")))
    with monkeypatch.context() as broken:
        broken.setattr(updates, "understand", _refuse)
        inbox.process_new()
    assert Delivery.get_by_id(delivery_id).state == "failed"
    assert everybody() == []
    assert inbox.process(delivery_id)
    assert Delivery.get_by_id(delivery_id).fault == ""
    assert counters(only()) == (1, 0, 0, 0)


def _refuse(raw: bytes, received: int) -> None:
    raise Invalid("Not yet.")


def test_a_part_that_cannot_be_understood_does_not_keep_the_rest_from_counting() -> None:
    delivery_id = inbox.receive(body(change(messages=[5, text_("a"), {"id": "b"}])))
    inbox.process_new()
    assert counters(only()) == (1, 0, 0, 0)
    assert Delivery.get_by_id(delivery_id).state == "failed"


def test_a_bug_that_one_delivery_meets_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    add = interactions.add

    def stumble(news: Sequence[Any]) -> list[Any]:
        if any(item.event.key == "b" for item in news):
            raise ZeroDivisionError("b")
        return add(news)

    monkeypatch.setattr(interactions, "add", stumble)
    take(said(text_("a")), said(text_("b", sender="16505550000")), said(text_("c", START + 2 * DAY)))
    assert counters(only()) == (2, 0, 0, 0)
    failed = Delivery.get(Delivery.state == "failed")
    assert "ZeroDivisionError: b" in failed.fault
    monkeypatch.undo()
    assert inbox.process(failed.id)
    assert len(everybody()) == 2
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_an_unknown_delivery_is_not_found() -> None:
    with pytest.raises(NotFound):
        inbox.process(7)


def test_a_busy_database_takes_nothing_and_loses_nothing(db: Path) -> None:
    waiting = inbox.receive(said(text_("a")))
    database.open_database(db, busy_seconds=0.05)
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(db)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(DatabaseUnavailable, match="busy"):
        inbox.receive(said(text_("b")))
    with pytest.raises(DatabaseUnavailable, match="busy"):
        inbox.process_new()
    holder.communicate("")
    assert Delivery.get_by_id(waiting).state == "new"
    assert inbox.process_new() == 1
    assert counters(only()) == (1, 0, 0, 0)


def test_two_processes_at_once_never_count_twice(db: Path) -> None:
    bodies = [said(text_(f"m{i}", START - i * 2 * DAY, sender=f"1650555{i % 7:04}")) for i in range(300)]
    inbox.receive_many(bodies)
    script = (
        "import sys; from store import database; from store.whatsapp import inbox; "
        "database.open_database(sys.argv[1], busy_seconds=60); print(inbox.process_new())"
    )
    command = [
        sys.executable,
        "-P",
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}",
        str(db),
    ]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _turn in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    for process in started:
        process.communicate()
    assert sum(person.user_initiated for person in everybody()) == 300
    assert len(everybody()) == 7
    assert_explained()


def preference(value: str, at: int) -> bytes:
    entry = {"wa_id": SHEENA, "category": "marketing_messages", "value": value, "timestamp": at}
    return body({"field": "user_preferences", "value": {"user_preferences": [entry]}})


def test_an_opt_out_is_kept_until_a_later_resume() -> None:
    take(said(text_("a")), preference("stop", START + 10))
    assert only().opted_out
    take(preference("resume", START + 20), preference("stop", START + 15))
    assert not only().opted_out
    assert counters(only()) == (1, 0, 0, 0)


def test_statuses_alone_make_no_contact_but_count_when_the_person_writes() -> None:
    take(told_(status("N", "delivered", START, category="marketing")))
    assert everybody() == []
    take(said(text_("a", START + 60)))
    assert counters(only()) == (1, 0, 0, 1)
    assert only().first_interaction == START
    assert_explained()


def test_a_deleted_contact_that_writes_again_begins_at_zero() -> None:
    take(said(text_("a")))
    contacts.delete([only().id])
    take(said(text_("a")), said(text_("b", START + 60)))
    assert counters(only()) == (1, 0, 0, 0)
    before = state()
    inbox.replay()
    assert state() == before


def test_a_recorded_outbound_is_known_again_when_its_statuses_come() -> None:
    assert inbox.record(record("outbound", "T"))
    assert not inbox.record(record("outbound", "T"))
    take(told_(status("T", "delivered", START + 5, category="marketing"), status("T", "read", START + 9)))
    assert counters(only()) == (0, 1, 0, 0)
    take(said(button("a", START + 60, "no", "No, thanks", "T")))
    assert counters(only()) == (0, 1, 1, 0)


def test_a_sent_template_counts_when_it_arrives_whichever_is_known_first() -> None:
    take(said(text_("hello", START - 5 * DAY)))
    take(told_(status("T", "delivered", START + 5, category="marketing")))
    assert counters(only()) == (1, 0, 0, 1)
    inbox.record(record("outbound", "T", certain=False))
    assert counters(only()) == (1, 1, 0, 0)
    inbox.record(record("outbound", "U", certain=False))
    assert counters(only()) == (1, 1, 0, 0)
    assert_explained()


def test_who_announced_a_message_knows_whose_it_is() -> None:
    ana = contacts.create("+573001234567", "Ana")
    take(said(text_("a")))
    take(told_(status("T", "delivered", START + 5, category="utility")))
    inbox.record(Record("notification", "T", START, contact=ana.id, certain=False))
    assert {p.name: p.received_notifications for p in everybody()} == {"Ana": 1, f"+{SHEENA}": 0}
    assert_explained()


def test_the_cancellation_of_nothing_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(Invalid, match="Nothing is open"):
        inbox.record(record("cancelled", "x"))
    inbox.record(record("outbound", "T"))
    with pytest.raises(Invalid, match="Nothing is open"):
        inbox.record(record("cancelled", "x", START + DAY))
    assert Delivery.select().count() == 1
    assert inbox.record(record("cancelled", "x", START + DAY - 1))
    assert not inbox.record(record("cancelled", "x", START + DAY - 1))
    assert counters(only()) == (0, 1, 1, 0)


def test_times_that_cannot_be_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    take(
        said(text_("a", 99_999_999_999_999)), said(text_("b", 5, sender="16505550000"), number="16505550000")
    )
    times = {person.phone: person.last_interaction for person in everybody()}
    assert times["+16505550000"] == 1_230_768_000
    assert 0 < times[f"+{SHEENA}"] - contacts.find(f"+{SHEENA}").created <= DAY


def test_a_thousand_updates_in_one_delivery_all_count() -> None:
    messages = [text_(f"m{i}", START - i * 2 * DAY, sender=f"1650555{i % 10:04}") for i in range(500)]
    statuses = [
        status(f"n{i}", "read", START + i, to=f"1650555{i % 10:04}", category="utility") for i in range(500)
    ]
    take(body(change(messages=messages, statuses=statuses)))
    assert sum(person.user_initiated for person in everybody()) == 500
    assert sum(person.received_notifications for person in everybody()) == 500
    assert_explained()


def test_replay_mends_whatever_was_done_to_counters_and_interactions() -> None:
    take(said(text_("a")), told_(status("N", "read", START + 5, category="utility")))
    inbox.record(record("outbound", "T", START + 10))
    before = state()
    entries = interactions.timeline(only().id)
    with database.writing():
        Contact.update(user_initiated=9, last_interaction=1).execute()
        Interaction.delete().where(Interaction.kind == "inbound").execute()
        Event.update(text="?").execute()
    assert state() != before
    done = inbox.replay()
    assert (done.deliveries, done.failed) == (3, 0)
    assert state() == before
    assert [(e.kind, e.text) for e in interactions.timeline(only().id)] == [(e.kind, e.text) for e in entries]
    assert_explained()


def test_replay_processes_what_had_failed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.receive(said(text_("a")))
    with monkeypatch.context() as broken:
        broken.setattr(updates, "understand", _refuse)
        inbox.process_new()
    inbox.replay()
    assert counters(only()) == (1, 0, 0, 0)


def test_the_timeline_shows_the_latest_first() -> None:
    take(said(text_("a", words="first"), text_("b", START + 2 * DAY, words="second")))
    take(told_(status("N", "read", START + 3 * DAY, category="utility")))
    entries = interactions.timeline(only().id)
    assert [(str(e.kind), e.text) for e in entries] == [
        ("notification", ""),
        ("inbound", "second"),
        ("inbound", "first"),
    ]
    assert interactions.timeline(only().id, 1) == entries[:1]


def test_every_number_of_the_demonstration_is_explained_and_replayed(tmp_path: Path) -> None:
    demo.build(tmp_path / "demo.db", 150)
    assert_explained()
    before = state()
    assert all(sum(row[index] for row in before) > 5 for index in (6, 7, 8, 9))
    inbox.replay()
    assert state() == before


def test_a_record_of_a_later_version_is_told_and_kept() -> None:
    with database.writing():
        Delivery.create(source="record", received=START, state="new", body=json.dumps({"kind": "x"}).encode())
    inbox.process_new()
    assert Delivery.get().state == "failed"
