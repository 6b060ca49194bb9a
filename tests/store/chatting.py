"""Flows that answer: people who write, a stand-in for the Graph API, and what it was given to send."""

import time
from collections.abc import Sequence
from typing import Any

from store import contacts, database, properties
from store.flows import keeping, runs
from store.flows.blocks import Block, Flow, Kind, Option, Saving
from store.flows.keeping import FlowView
from store.flows.player import Ending
from store.flows.runs import Answering
from store.models import FlowRun, Outgoing
from store.values.property_type import PropertyType
from store.whatsapp import inbox, outbox
from store.whatsapp.sender import Sender
from tests.store.graph import Graph, Request
from tests.store.payloads import LINE, SHEENA, Json, message, said, text

NOW = int(time.time()) - 3_600
"""When conversations begin."""


def guide(*, overwrite: bool = False, **more: Any) -> Flow:
    """The flow of the guide: Client, a text, and Document, a number; makes these properties where missing."""
    known = {item.name: item for item in properties.list_all()}
    client = known.get("Client") or properties.create("Client", PropertyType.TEXT)
    document = known.get("Document") or properties.create("Document", PropertyType.NUMBER)
    return Flow(
        "Guide",
        (
            question(1, "Which client?", client.id, overwrite=overwrite, **more),
            question(2, "Which document, {{Client}}?", document.id, PropertyType.NUMBER, overwrite=overwrite),
            Block(3, Kind.MESSAGE, "Thanks."),
        ),
    )


def question(
    key: int,
    words: str,
    property_id: int,
    expects: PropertyType = PropertyType.TEXT,
    *,
    overwrite: bool = False,
    **more: Any,
) -> Block:
    """An open question that saves its answer."""
    for item in properties.list_all():
        words = words.replace(f"{{{{{item.name}}}}}", f"{{{{#{item.id}}}}}")
    saving = Saving(property_id, overwrite)
    return Block(key, Kind.QUESTION, words, expects=expects, saving=saving, retry=f"Again {key}.", **more)


def choice(key: int, words: str, *options: str, saving: Saving | None = None) -> Block:
    """A question with options that lead nowhere else."""
    ways = tuple(Option(option) for option in options)
    return Block(key, Kind.OPTIONS, words, options=ways, saving=saving, retry=f"Again {key}.")


def switched_on(flow: Flow) -> FlowView:
    """Keep a flow, and let it answer."""
    return keeping.switch_on(keeping.create(flow).id)


class Chat:
    """A person who writes to the company, and is answered through the stand-in."""

    def __init__(self, graph: Graph, sender: Sender) -> None:
        self.graph, self.sender = graph, sender
        self._keys = 0

    def say(self, words: str, at: int = 0, **more: Any) -> list[str]:
        """Write, `at` seconds after the beginning; what is answered."""
        return self.deliver(said(text(self._key(), NOW + at, words, **more)))

    def send(self, kind: str, at: int = 0, **more: Any) -> list[str]:
        """Send something of another kind than a text; what is answered."""
        return self.deliver(said(message(self._key(), NOW + at, kind, **more)))

    def tap(self, position: int, at: int = 0, request: Request | None = None) -> list[str]:
        """Tap on an answer of the last message (or of that one); what is answered."""
        choices = tappable(request or self.graph.requests[-1])
        reply = {"type": "button_reply", "button_reply": choices[position]}
        return self.send("interactive", at, interactive=reply)

    def deliver(self, *bodies: bytes) -> list[str]:
        """Have deliveries processed; what is sent after that."""
        inbox.receive_many(bodies)
        inbox.process_new(answering=Answering(LINE))
        return self.flush()

    def flush(self, now: int | None = None) -> list[str]:
        """What is sent of all that is due then."""
        before = len(self.graph.requests)
        while outbox.send_next(self.sender, LINE, now):
            pass
        return words(self.graph.requests[before:])

    def tick(self, now: int) -> list[str]:
        """What is sent when it is so late, and nobody has answered."""
        while runs.tick(now):
            pass
        return self.flush(now)

    def _key(self) -> str:
        self._keys += 1
        return f"wamid.in{self._keys}"


def words(requests: Sequence[Request]) -> list[str]:
    """The texts of messages that were sent."""
    found = [request.content[request.content["type"]] for request in requests]
    return [
        content["body"] if isinstance(content["body"], str) else content["body"]["text"] for content in found
    ]


def tappable(request: Request) -> list[Json]:
    """Ids and titles of what can be tapped on a message that was sent."""
    action = request.content["interactive"]["action"]
    if "buttons" in action:
        return [button["reply"] for button in action["buttons"]]
    return [{"id": row["id"], "title": row["title"]} for row in action["sections"][0]["rows"]]


def values(number: str = SHEENA) -> dict[str, str]:
    """The properties of a contact by their names."""
    stored = contacts.find(f"+{number}").properties
    return {item.name: stored[item.id] for item in properties.list_all() if item.id in stored}


def endings() -> list[str | None]:
    """How all runs have ended, in the order of their beginning; None for those that go on."""
    states = database.tuples(FlowRun.select(FlowRun.state).order_by(FlowRun.id))
    return [None if state["ended"] is None else str(Ending(state["ended"])) for (state,) in states]


def states() -> list[str]:
    """What has become of all messages, in their order."""
    return [row.state for row in Outgoing.select().order_by(Outgoing.id)]
