"""The listener over real HTTP: what it takes, what it refuses and with which answer, and that it lives on."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from store import database
from tests.store.listening import (
    SECRETS,
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

MOST = 3 * 1024 * 1024
TOKEN = SECRETS["CONTACTS_WHATSAPP_VERIFY_TOKEN"]
REFUSED = delivery(text(person(0), "wamid.refused"), name="Refused")
"""What must leave no contact, since each test sends it in a way that is refused."""
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Listener]]:
    """One listener for all tests here: what one of them does must not disturb the next one either."""
    folder = tmp_path_factory.mktemp("listener")
    with listening(folder / "contacts.db", secrets=SECRETS | {"HOME": str(folder)}) as started:
        yield folder / "contacts.db", started


@pytest.fixture
def listener(shared: tuple[Path, Listener]) -> Listener:
    path, started = shared
    database.open_database(path, create=False)
    return started


def fresh(name: str = "") -> tuple[bytes, str]:
    """A delivery from somebody new, and the name that it comes with."""
    number = next(_numbers)
    called = f"P{number} {name}".strip()
    return delivery(text(person(number), f"wamid.{number}"), name=called), called


def assert_taken(listener: Listener) -> None:
    """A delivery is taken now, and becomes a contact; what was refused before has become none."""
    body, name = fresh()
    assert listener.post(body) == 200
    until(lambda: name in writers())
    assert "Refused" not in writers()


def shake(listener: Listener, **query: str) -> httpx.Response:
    named = {f"hub.{name}": value for name, value in query.items()}
    return listener.client.get(listener.url, params=named)


def test_the_handshake_gives_the_challenge_back(listener: Listener) -> None:
    answer = shake(listener, mode="subscribe", verify_token=TOKEN, challenge="1158201444")
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "verify_token": "another", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "señor\udcff", "challenge": "1"},
        {"mode": "unsubscribe", "verify_token": TOKEN, "challenge": "1"},
        {"challenge": "1"},
    ],
)
def test_a_handshake_with_another_token_or_mode_is_refused(listener: Listener, query: dict[str, str]) -> None:
    encoded = {name: value.encode("utf-8", "surrogateescape") for name, value in query.items()}
    answer = listener.client.get(
        listener.url, params={f"hub.{name}": value for name, value in encoded.items()}
    )
    assert answer.status_code == 403
    assert answer.text != "1"


def test_a_signed_delivery_makes_a_contact(listener: Listener) -> None:
    body = delivery(text(person(77_777), "wamid.sheena"), name="Sheena Nelson")
    assert listener.post(body) == 200
    until(lambda: "Sheena Nelson" in writers())
    contact = writers()["Sheena Nelson"]
    assert (contact.phone, contact.user_initiated) == ("+" + person(77_777), 1)


@pytest.mark.parametrize("name", ["João Conceição", "陈秀英 🙂", "a\u2028b/</script>"])
@pytest.mark.parametrize("escaped", [True, False])
def test_signatures_are_of_the_bytes_as_they_came(listener: Listener, name: str, escaped: bool) -> None:
    body, called = fresh(name)
    # With spaces that no serialiser of ours would put there again.
    rewritten = json.dumps(json.loads(body), ensure_ascii=escaped, indent=1)
    assert listener.post(rewritten.encode()) == 200
    until(lambda: called in writers())


@pytest.mark.parametrize(
    "signature",
    [
        sign(REFUSED, "another secret"),
        sign(REFUSED + b" "),
        sign(REFUSED).removeprefix("sha256="),
        sign(REFUSED)[:-1],
        "sha1=" + sign(REFUSED).removeprefix("sha256="),
        "sha256=",
        "",
        "sha256=é",
    ],
)
def test_a_wrong_signature_is_refused_and_leaves_nothing(listener: Listener, signature: str) -> None:
    headers = {b"x-hub-signature-256": signature.encode("latin-1")}
    assert listener.client.post(listener.url, content=REFUSED, headers=headers).status_code == 401
    assert_taken(listener)


def test_no_signature_or_two_are_refused(listener: Listener) -> None:
    assert listener.client.post(listener.url, content=REFUSED).status_code == 401
    two = [("x-hub-signature-256", sign(REFUSED)), ("x-hub-signature-256", sign(REFUSED))]
    assert listener.client.post(listener.url, content=REFUSED, headers=two).status_code == 401
    assert_taken(listener)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (f"content-length: {MOST + 1}", 413),
        ("content-length: 99999999999999999999", 413),
        ("transfer-encoding: chunked", 411),
        ("accept: */*", 411),
        ("content-length: -1", 400),
        ("content-length: 5\r\ncontent-length: 6", 400),
        (f"content-length: {MOST}\r\ntransfer-encoding: chunked", 411),
    ],
)
def test_bodies_too_long_or_without_length_are_refused_unread(
    listener: Listener, headers: str, status: int
) -> None:
    with listener.connect() as connection:
        connection.sendall(head(headers, sign(REFUSED)))
        # Nothing of the body was sent, and the answer is there.
        assert connection.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())


def test_who_goes_on_sending_too_much_gets_the_answer_and_is_cut_off(listener: Listener) -> None:
    with listener.connect() as connection:
        connection.sendall(head("content-length: 999999999"))
        connection.settimeout(0.05)
        answer, deadline = b"", time.monotonic() + 20
        with pytest.raises(ConnectionError):
            while time.monotonic() < deadline:
                connection.sendall(b" " * 4_096)
                with suppress(TimeoutError):
                    answer += connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_the_largest_delivery_is_taken(listener: Listener) -> None:
    body, name = fresh()
    assert listener.post(body + b" " * (MOST - len(body))) == 200
    until(lambda: name in writers())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 50_000,
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a": "\xff\xfe"}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"\x00",
    ],
    ids=["empty", "cut", "open", "brackets", "objects", "utf8", "digits", "utf16", "mark", "nul"],
)
def test_signed_rubbish_is_a_bad_request(listener: Listener, body: bytes) -> None:
    assert listener.post(body) == 400
    assert_taken(listener)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"1", b"null", b'"x"', b"{}", b'{"entry": 5}', b'{"entry": [{"changes": [{"value": []}]}]}'],
)
def test_right_json_of_another_shape_is_kept_and_disturbs_nothing(listener: Listener, body: bytes) -> None:
    assert listener.post(body) == 200
    assert_taken(listener)


@pytest.mark.parametrize(("method", "path"), [("PUT", "/whatsapp"), ("POST", "/"), ("GET", "/whatsapp/x")])
def test_other_addresses_and_methods_are_none_of_ours(listener: Listener, method: str, path: str) -> None:
    answer = listener.client.request(method, listener.origin + path, content=REFUSED)
    assert answer.status_code in (404, 405)


def test_what_is_no_http_is_a_bad_request(listener: Listener) -> None:
    with listener.connect() as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00 TLS spoken to it\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "beginning",
    [b"", b"POST /whatsapp HT", head(f"content-length: {len(REFUSED)}", sign(REFUSED)) + REFUSED[:-1]],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_client_that_stops_in_the_middle_is_given_up(listener: Listener, beginning: bytes) -> None:
    with listener.connect() as connection:
        connection.sendall(beginning)
        begun = time.monotonic()
        answer = read_all(connection)
        taken = time.monotonic() - begun
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert 1.5 < taken < 4


def test_a_client_that_drips_is_given_up_after_five_seconds(listener: Listener) -> None:
    with listener.connect() as connection:
        connection.sendall(head(f"content-length: {len(REFUSED)}", sign(REFUSED)))
        connection.settimeout(0.5)
        begun = time.monotonic()
        answer = b""
        for index in range(60):
            try:
                answer = connection.recv(4096)
                break
            except TimeoutError:
                connection.sendall(REFUSED[index : index + 1])
        taken = time.monotonic() - begun
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert 4 < taken < 8


def test_a_client_that_pauses_shortly_is_waited_for(listener: Listener) -> None:
    with listener.connect() as connection:
        body, _name = fresh()
        request = head(f"content-length: {len(body)}\r\nconnection: close", sign(body)) + body
        connection.settimeout(0.3)
        for part in (request[:40], request[40:-10]):
            connection.sendall(part)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        connection.settimeout(30)
        connection.sendall(request[-10:])
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


def test_what_is_held_at_once_has_a_limit_and_room_again_later(listener: Listener) -> None:
    parts = [head(f"content-length: {MOST}") + b" " * (MOST - 1)] * 22
    with ExitStack() as stack:
        connections = [stack.enter_context(listener.connect()) for _part in parts]
        for connection, part in zip(connections, parts, strict=True):
            connection.sendall(part)
        answers = [connection.recv(4096)[9:12] for connection in connections]
    assert b"503" in answers
    assert set(answers) <= {b"503", b"408"}
    assert_taken(listener)


def test_sixty_slow_clients_hold_nobody_up(listener: Listener) -> None:
    with ExitStack() as stack:
        for index in range(60):
            connection = stack.enter_context(listener.connect())
            connection.sendall((b"POST /", head("content-length: 3000000") + b"{")[index % 2])
        begun = time.monotonic()
        assert listener.post(fresh()[0]) == 200
        assert time.monotonic() - begun < 1


def test_a_connection_can_be_used_for_many_deliveries(listener: Listener) -> None:
    with listener.connect() as connection:
        names = set()
        for _turn in range(5):
            body, name = fresh()
            names.add(name)
            connection.sendall(head(f"content-length: {len(body)}", sign(body)) + body)
            answer = b""
            while not answer.endswith(b"\r\n\r\nok"):
                answer += connection.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200 ")
    until(lambda: names <= writers().keys())


def test_it_tells_that_it_is_well(listener: Listener) -> None:
    answer = listener.health()
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_trouble_is_said_once_a_minute_and_without_what_came(db: Path) -> None:
    with listening(db) as listener:
        for index in range(5):
            assert listener.post(b"Gr\xc3\xbc\xc3\x9fe", "sha256=deadbeef") == 401
            assert listener.post(f"not json {index}".encode()) == 400
        said = listener.log
    assert len(said.splitlines()) == 2
    assert "deadbeef" not in said
    assert "not json" not in said
