"""Sending through a stand-in for the Cloud API: the right requests, and sentences for what goes wrong."""

import json
import re
from collections.abc import Iterator

import pytest

from store.errors import ContactsError, DatabaseUnavailable, Invalid, SendFailed
from store.whatsapp.secrets import Sending
from store.whatsapp.sender import Choice, Sender, Sent, Template
from tests.store.graph import Answer, Graph, standing_in

TOKEN = "EAAaccess-token-51bc"
TO = "+573001234567"


@pytest.fixture
def graph() -> Iterator[Graph]:
    with standing_in() as found:
        yield found


@pytest.fixture
def sender(graph: Graph) -> Iterator[Sender]:
    with Sender(Sending(TOKEN, "1065", graph.url)) as found:
        yield found


def refused(sender: Sender, to: str = TO, kind: type[ContactsError] = SendFailed) -> ContactsError:
    """What sending a text raises; it is recorded nowhere, and tells no secret."""
    recorded: list[Sent] = []
    with pytest.raises(kind) as caught:
        sender.text(to, "Hola", recorded.append)
    assert not recorded
    assert TOKEN not in f"{caught.value} {caught.value!r}"
    return caught.value


def failure(sender: Sender) -> SendFailed:
    found = refused(sender)
    assert isinstance(found, SendFailed)
    return found


def test_a_text_is_sent_and_recorded(graph: Graph, sender: Sender) -> None:
    recorded: list[Sent] = []
    assert sender.text(TO, "Hola, señora 🙂", recorded.append) == "wamid.1"
    [request] = graph.requests
    assert request.path == "/v25.0/1065/messages"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.content == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": TO,
        "type": "text",
        "text": {"preview_url": False, "body": "Hola, señora 🙂"},
    }
    assert recorded == [Sent("wamid.1", TO, "573001234567")]


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (("Ana", "3"), [{"type": "text", "text": "Ana"}, {"type": "text", "text": "3"}]),
        ({"name": "Ana"}, [{"type": "text", "parameter_name": "name", "text": "Ana"}]),
    ],
)
def test_a_template_is_sent_with_what_goes_into_it(
    graph: Graph, sender: Sender, body: tuple[str, ...] | dict[str, str], parameters: list[dict[str, str]]
) -> None:
    template = Template("welcome", "es", body, payloads=("accept", "reject"))
    assert sender.template(TO, template, lambda _sent: None) == "wamid.1"
    content = graph.requests[0].content
    assert (content["type"], content["to"]) == ("template", TO)
    assert (content["template"]["name"], content["template"]["language"]) == ("welcome", {"code": "es"})
    first, *buttons = content["template"]["components"]
    assert first == {"type": "body", "parameters": parameters}
    assert [(button["index"], button["parameters"][0]["payload"]) for button in buttons] == [
        ("0", "accept"),
        ("1", "reject"),
    ]


def test_a_template_without_gaps_has_no_components(graph: Graph, sender: Sender) -> None:
    sender.template(TO, Template("hello", "en_US"), lambda _sent: None)
    assert graph.requests[0].content["template"]["components"] == []


def choices(count: int, title: str = "Choice") -> list[Choice]:
    return [Choice(f"id {number}", f"{title} {number}") for number in range(count)]


def test_up_to_three_answers_are_buttons(graph: Graph, sender: Sender) -> None:
    recorded: list[Sent] = []
    assert sender.question(TO, "Which?", choices(3), "", recorded.append, sign="ours 1") == "wamid.1"
    assert graph.requests[0].content == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": TO,
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Which?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": f"id {number}", "title": f"Choice {number}"}}
                    for number in range(3)
                ]
            },
        },
        "biz_opaque_callback_data": "ours 1",
    }
    assert [sent.message_id for sent in recorded] == ["wamid.1"]


@pytest.mark.parametrize("count", [4, 10])
def test_more_answers_are_a_list(graph: Graph, sender: Sender, count: int) -> None:
    sender.question(TO, "x" * 4_096, choices(count), "Plans", lambda _sent: None)
    content = graph.requests[0].content["interactive"]
    rows = [{"id": f"id {number}", "title": f"Choice {number}"} for number in range(count)]
    assert content["type"] == "list"
    assert content["action"] == {"button": "Plans", "sections": [{"rows": rows}]}


@pytest.mark.parametrize(
    ("body", "given", "menu"),
    [
        ("", choices(2), ""),
        ("x" * 1_025, choices(2), ""),
        ("x" * 4_097, choices(4), "Plans"),
        ("Which?", [], ""),
        ("Which?", choices(11), "Plans"),
        ("Which?", choices(4), ""),
        ("Which?", choices(4), "x" * 21),
        ("Which?", choices(2, "x" * 19), ""),
        ("Which?", choices(4, "x" * 23), "Plans"),
        ("Which?", [Choice("a", ""), Choice("b", "B")], ""),
        ("Which?", [Choice("a", "A"), Choice("b", "A")], ""),
        ("Which?", [Choice("a", "A"), Choice("a", "B")], ""),
        ("Which?", [Choice("x" * 201, "A"), Choice("b", "B")], ""),
    ],
)
def test_a_question_that_whatsapp_would_refuse_is_not_sent(
    graph: Graph, sender: Sender, body: str, given: list[Choice], menu: str
) -> None:
    with pytest.raises(Invalid):
        sender.question(TO, body, given, menu, lambda _sent: None)
    assert not graph.requests


def test_somebody_known_by_user_id_only_is_written_to(graph: Graph, sender: Sender) -> None:
    recorded: list[Sent] = []
    sender.text("US.13491208655302741918", "Hola", recorded.append)
    content = graph.requests[0].content
    assert content["recipient"] == "US.13491208655302741918"
    assert "to" not in content
    assert recorded[0].to == "US.13491208655302741918"


@pytest.mark.parametrize("to", ["573001234567", "+", "+57 300", "", "Ana", "+57300123456789012", "+١٢٣٤٥٦٧"])
def test_a_number_that_whatsapp_would_misread_is_not_sent_to(graph: Graph, sender: Sender, to: str) -> None:
    assert "country code" in str(refused(sender, to, Invalid))
    assert not graph.requests


@pytest.mark.parametrize("body", ["", "x" * 4_097])
def test_a_text_that_is_too_long_or_empty_is_not_sent(graph: Graph, sender: Sender, body: str) -> None:
    with pytest.raises(Invalid, match="4,096"):
        sender.text(TO, body, lambda _sent: None)
    assert not graph.requests


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, 190, "access token"),
        (400, 190, "access token"),
        (401, None, "access token"),
        (400, 131026, "cannot be reached through WhatsApp: .*Not on WhatsApp"),
        (400, 100, "did not take the message .400.: .*Not on WhatsApp"),
        (404, None, "did not take the message .404."),
        (302, None, "did not take the message .302."),
    ],
)
def test_what_is_of_no_use_to_try_again_is_said_so(
    graph: Graph, sender: Sender, status: int, code: int | None, words: str
) -> None:
    graph.refuse(status, code, "(#1) Something", "Not on WhatsApp", location="/elsewhere")
    found = failure(sender)
    assert found.retry_seconds is None
    assert found.message_id is None
    assert re.search(words, str(found))
    assert len(graph.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (429, None, "fewer"),
        (400, 130429, "fewer"),
        (400, 131056, "fewer"),
        (500, 1, "order"),
        (503, None, "order"),
    ],
)
@pytest.mark.parametrize(
    ("after", "seconds"), [("7", 7), ("", 30), ("soon", 30), ("-1", 30), ("nan", 30), ("1e300", 86_400)]
)
def test_what_may_succeed_later_says_after_how_long(
    graph: Graph, sender: Sender, status: int, code: int | None, words: str, after: str, seconds: float
) -> None:
    graph.refuse(status, code, "Busy", retry_after=after)
    found = failure(sender)
    assert words in str(found)
    assert found.retry_seconds == seconds


def test_metas_words_never_carry_the_token(graph: Graph, sender: Sender) -> None:
    graph.refuse(400, 100, f"Malformed access token {TOKEN} in the request")
    assert "Malformed access token …" in str(failure(sender))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"[]", b"{}", b'{"messages": []}', b'{"messages": [{"id": 5}]}'),
        *(b'{"messages": ["x"]}', b"[" * 50_000, b"\xff"),
    ],
)
def test_an_answer_that_makes_no_sense_is_not_taken_for_sent(
    graph: Graph, sender: Sender, body: bytes
) -> None:
    graph.answers.append(Answer(200, body))
    found = failure(sender)
    assert "not known whether" in str(found)
    # Sent again, the person might get it twice.
    assert found.retry_seconds is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": "x"}}'])
def test_a_refusal_in_another_shape_is_a_sentence(graph: Graph, sender: Sender, body: bytes) -> None:
    graph.answers.append(Answer(400, body))
    assert str(failure(sender)) == "WhatsApp did not take the message (400): no reason was given."


def test_a_connection_that_breaks_off_may_have_sent_it(graph: Graph, sender: Sender) -> None:
    graph.answers.append(Answer(None))
    found = failure(sender)
    assert "not known whether" in str(found)
    assert found.retry_seconds is None


def test_nobody_there_has_surely_sent_nothing() -> None:
    with standing_in() as graph:
        url = graph.url
    with Sender(Sending(TOKEN, "1065", url)) as sender:
        found = failure(sender)
    assert "cannot be reached" in str(found)
    assert found.retry_seconds is not None


def test_sent_but_not_noted_down_tells_its_id(graph: Graph, sender: Sender) -> None:
    def record(_sent: Sent) -> None:
        raise DatabaseUnavailable("It was busy.")

    with pytest.raises(SendFailed, match=r"was sent, but .* It was busy\.") as caught:
        sender.text(TO, "Hola", record)
    assert caught.value.message_id == "wamid.1"
    assert caught.value.retry_seconds is None
    assert len(graph.requests) == 1


def test_nothing_of_it_is_logged(graph: Graph, sender: Sender, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        sender.text(TO, "Hola", lambda _sent: None)
    assert json.dumps(TOKEN)[1:-1] not in caplog.text
