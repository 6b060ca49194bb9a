"""Whatever happens to the listener or its database: what got 200 is there, once; all else comes again."""

import asyncio
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import httpx

from store import database
from store.whatsapp import inbox
from tests.store.listening import (
    COMMAND,
    Listener,
    delivery,
    head,
    listening,
    person,
    read_all,
    sign,
    text,
    writers,
)
from tests.support import until

DAY = 24 * 3600
READ_ONLY = """
from store import database
from store.whatsapp import listener, secrets
database.open_database(create=False, read_only=True)
socket = listener.bind("127.0.0.1", 0)
print(f"Listening on http://127.0.0.1:{socket.getsockname()[1]}/whatsapp", flush=True)
listener.serve(secrets.for_listening(), socket)
"""
NOBODY_READS = """
import os
reads, writes = os.pipe()
os.close(reads)
os.dup2(writes, 2)
"""
PROCESSING_FAILS_TWICE = """
from store.whatsapp import inbox
from tui.cli import main
process_new, left = inbox.process_new, [1, 2]
def fail(limit=None, **more):
    if left:
        left.pop()
        raise ValueError("what somebody wrote")
    return process_new(limit, **more)
inbox.process_new = fail
main()
"""


@contextmanager
def busy(path: Path) -> Iterator[None]:
    """Another program writes to the database and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def bodies(count: int, first: int = 0) -> list[bytes]:
    """Deliveries of one message each, by as many people, called P0 and so on."""
    return [
        delivery(text(person(number), f"wamid.{number}"), name=f"P{number}")
        for number in range(first, first + count)
    ]


def assert_each_once(names: set[str]) -> None:
    """These contacts are there, and whoever is there has begun one interaction."""
    found = writers()
    assert names <= found.keys()
    assert {contact.user_initiated for contact in found.values()} == {1}


def test_a_burst_is_taken_as_a_whole(db: Path) -> None:
    with listening(db) as listener:

        async def send_all() -> list[int]:
            limits = httpx.Limits(max_connections=40)
            async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:
                requests = [
                    client.post(listener.url, content=body, headers={"x-hub-signature-256": sign(body)})
                    for body in bodies(300)
                ]
                return [answer.status_code for answer in await asyncio.gather(*requests)]

        assert asyncio.run(send_all()) == [200] * 300
        until(lambda: len(writers()) == 300)
    assert_each_once({f"P{number}" for number in range(300)})


def test_the_same_delivery_at_once_and_again_counts_once(db: Path) -> None:
    [body] = bodies(1)
    with listening(db) as listener:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _turn: listener.post(body), range(16))) == {200}
        until(writers)
        # Processed after all of these: then none of them waits any more.
        assert listener.post(bodies(1, 1)[0]) == 200
        until(lambda: "P1" in writers())
    assert_each_once({"P0", "P1"})


def test_a_thousand_updates_in_one_delivery_are_taken(db: Path) -> None:
    messages = [text(person(number % 500), f"wamid.{number}") for number in range(1_000)]
    with listening(db) as listener:
        assert listener.post(delivery(*messages)) == 200
        until(lambda: len(database.ids(contact_ids())) == 500)
        # Others are answered while they are processed, and are processed after them.
        assert listener.post(delivery(text(person(900), "wamid.last"), name="Last")) == 200
        until(lambda: "Last" in writers())


def contact_ids() -> object:
    from store.models import Contact

    return Contact.select(Contact.id)


def test_a_busy_database_is_503_and_what_comes_again_counts_once(db: Path) -> None:
    [body] = bodies(1)
    with listening(db) as listener:
        with busy(db), ThreadPoolExecutor(2) as pool:
            health = pool.submit(listener.health)
            assert listener.post(body) == 503
            assert health.result().status_code == 503
        assert listener.post(body) == 200
        assert listener.health().status_code == 200
        until(writers)
    assert_each_once({"P0"})
    assert list(writers()) == ["P0"]


def test_a_database_that_cannot_be_written_is_503(db: Path) -> None:
    with listening(
        db, command=READ_ONLY.replace("open_database(", f"open_database({str(db)!r}, ")
    ) as listener:
        assert listener.post(bodies(1)[0]) == 503
        assert listener.health().status_code == 503
    assert not writers()


def test_a_database_that_was_replaced_takes_nothing_that_would_be_lost(db: Path, tmp_path: Path) -> None:
    database.close()
    copy = shutil.copy(db, tmp_path / "copy.db")
    with listening(db) as listener:
        assert listener.post(bodies(1)[0]) == 200
        Path(copy).replace(db)
        assert listener.post(bodies(1, 1)[0]) == 503
        assert listener.health().status_code == 503
        db.unlink()
        assert listener.post(bodies(1, 1)[0]) == 503


def test_whatever_got_200_before_a_kill_is_there_once(db: Path) -> None:
    answered: set[str] = set()
    kills = 3
    for turn in range(kills):
        with listening(db) as listener:
            numbers = iter(range(1_000 * turn, 1_000 * (turn + 1)))
            senders = [
                threading.Thread(target=send_until_it_dies, args=(listener, numbers, answered))
                for _sender in range(8)
            ]
            for sender in senders:
                sender.start()
            wanted = len(answered) + 60
            until(partial(is_larger, answered, wanted))
            listener.kill()
            for sender in senders:
                sender.join()
    with listening(db) as listener:
        # WhatsApp delivers again what got no answer, and now and then what got one.
        again = [f"P{1_000 * turn + number}" for turn in range(kills) for number in range(20)]
        for name in again:
            assert listener.post(bodies(1, int(name[1:]))[0]) == 200
        until(lambda: answered <= writers().keys())
        assert listener.post(bodies(1, 9_999)[0]) == 200
        until(lambda: "P9999" in writers())
    assert_each_once(answered | {"P9999"})


def is_larger(found: set[str], wanted: int) -> bool:
    return len(found) > wanted


def send_until_it_dies(listener: Listener, numbers: Iterator[int], answered: set[str]) -> None:
    with httpx.Client(trust_env=False, timeout=30) as client:
        for number in numbers:
            [body] = bodies(1, number)
            try:
                answer = client.post(listener.url, content=body, headers={"x-hub-signature-256": sign(body)})
            except httpx.HTTPError:
                return
            if answer.status_code == 200:
                answered.add(f"P{number}")


def test_deliveries_are_stored_while_processing_fails_and_processed_later(db: Path) -> None:
    with listening(db, command=PROCESSING_FAILS_TWICE) as listener:
        assert [listener.post(body) for body in bodies(5)] == [200] * 5
        until(lambda: len(writers()) == 5)
        assert "ValueError" in listener.log
        assert "what somebody wrote" not in listener.log
    assert_each_once({f"P{number}" for number in range(5)})


def test_nobody_reading_the_log_stops_nothing(db: Path) -> None:
    with listening(db, command=NOBODY_READS + COMMAND) as listener:
        assert listener.post(b"{", "sha256=0") == 401
        assert listener.post(bodies(1)[0]) == 200
        until(writers)


def test_what_was_stored_and_not_processed_is_processed_at_the_next_start(db: Path) -> None:
    inbox.receive_many(bodies(5))
    assert not writers()
    with listening(db):
        until(lambda: len(writers()) == 5)
    assert_each_once({f"P{number}" for number in range(5)})


def test_asked_to_end_it_answers_those_who_wait(db: Path) -> None:
    [body] = bodies(1)
    with listening(db) as listener, listener.connect() as connection:
        with busy(db):
            connection.sendall(head(f"content-length: {len(body)}\r\nexpect: 100-continue", sign(body)))
            # It has begun with this one.
            assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
            connection.sendall(body)
            listener.process.send_signal(signal.SIGTERM)
            until(lambda: not is_open(listener))
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")
        assert listener.process.wait(30) == 0
    inbox.process_new()
    assert_each_once({"P0"})


def is_open(listener: Listener) -> bool:
    try:
        listener.connect().close()
    except OSError:
        return False
    return True


def test_a_wrong_clock_moves_nothing_out_of_reason(db: Path) -> None:
    times: list[int | str] = [0, -5, 1, 99_999_999_999, 10**18, "yesterday", "", "1e9"]
    with listening(db) as listener:
        for number, at in enumerate(times):
            body = delivery(text(person(number), f"wamid.{number}", at), name=f"Clock{number}")
            assert listener.post(body) == 200
        assert listener.post(bodies(1, 100)[0]) == 200
        until(lambda: "P100" in writers())
    last = [contact.last_interaction for contact in writers().values()]
    assert min(last) >= 0
    assert max(last) <= time.time() + DAY + 60
