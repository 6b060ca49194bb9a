"""`contacts send`: a template goes out, and counts when it arrives."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import contacts as contacts_
from store import database
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from store.models import Contact
from store.whatsapp import inbox
from tests.store.graph import Graph, standing_in
from tests.store.inboxing import counters
from tests.store.listening import SECRETS, assert_discreet
from tests.store.payloads import status, told
from tests.support import Result, contacts

ANA = "+573001234567"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return database.open_database(tmp_path / "team.db")


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    with standing_in() as found:
        for name, value in (SECRETS | {"CONTACTS_WHATSAPP_API_URL": found.url}).items():
            monkeypatch.setenv(name, value)
        yield found


def send(path: Path, *words: str) -> Result:
    result = contacts("send", *words, database=path)
    assert_discreet(result.out + result.err)
    return result


def arrive(key: str) -> None:
    contact = contacts_.find(ANA)
    inbox.receive(told(status(key, "delivered", contact.created, to=ANA.removeprefix("+"))))
    inbox.process_new()


def test_a_template_without_a_flow_is_a_notification_once_it_arrives(path: Path, graph: Graph) -> None:
    done = send(path, ANA, "reminder", "--template-language", "es", "--value", "Ana", "--value", "3")
    assert (done.code, done.out, done.err) == (0, "wamid.1\n", "")
    [request] = graph.requests
    assert request.content["to"] == ANA
    template = request.content["template"]
    assert (template["name"], template["language"]) == ("reminder", {"code": "es"})
    assert [one["text"] for one in template["components"][0]["parameters"]] == ["Ana", "3"]
    assert counters(contacts_.find(ANA)) == (0, 0, 0, 0)
    arrive("wamid.1")
    assert counters(contacts_.find(ANA)) == (0, 0, 0, 1)


def test_a_template_with_a_flow_is_an_outbound_that_carries_it(path: Path, graph: Graph) -> None:
    keeping.create(Flow("Début", (Block(1, Kind.QUESTION, "Which client?"),)))
    ana = contacts_.create(ANA, "Ana")
    words = (f"id:{ana.id}", "welcome", "--template-language", "en_US", "--flow", "debut")
    assert send(path, *words, "--named", "name=Ana=1").code == 0
    parameters = graph.requests[0].content["template"]["components"][0]["parameters"]
    assert parameters == [{"type": "text", "parameter_name": "name", "text": "Ana=1"}]
    arrive("wamid.1")
    assert counters(contacts_.find(ANA)) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((ANA, "x", "--template-language", "es", "--flow", "Nobody's"), "There is no flow “Nobody's”."),
        (("id:99", "x", "--template-language", "es"), "There is no contact id:99."),
        (("12", "x", "--template-language", "es"), "“12”"),
        ((ANA, "x", "--template-language", "es", "--named", "Ana"), "“Ana” is no NAME=TEXT."),
        ((ANA, "x", "--template-language", "es", "--value", "a", "--named", "b=c"), "Usage"),
        ((ANA, "x"), "Usage"),
    ],
)
def test_what_cannot_be_sent_is_a_sentence_and_nothing_goes_out(
    path: Path, graph: Graph, words: tuple[str, ...], sentence: str
) -> None:
    done = send(path, *words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert not graph.requests
    assert not Contact.select().exists()


def test_what_meta_refuses_counts_nothing(path: Path, graph: Graph) -> None:
    graph.refuse(400, 132001, "Template name does not exist", "welcome in es")
    done = send(path, ANA, "welcome", "--template-language", "es")
    assert done.code == 2
    assert "Template name does not exist welcome in es" in done.err
    assert not Contact.select().exists()


def test_without_secrets_nothing_is_opened(tmp_path: Path) -> None:
    done = send(tmp_path / "new.db", ANA, "welcome", "--template-language", "es")
    assert done.code == 2
    assert "CONTACTS_WHATSAPP_ACCESS_TOKEN" in done.err
    assert not (tmp_path / "new.db").exists()
