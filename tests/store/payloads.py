"""Bodies of webhooks in the shapes that Meta documents, written anew."""

import json
from collections.abc import Sequence
from typing import Any

LINE = "106540352242922"
SHEENA = "16505551234"
START = 1_749_416_383
HOUR, DAY = 3_600, 86_400

Json = dict[str, Any]


def body(*changes: Json) -> bytes:
    """A delivery of changes."""
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}
    return json.dumps(whole, ensure_ascii=False).encode()


def change(
    *, messages: Sequence[Any] = (), statuses: Sequence[Any] = (), contacts: Sequence[Any] = (), **more: Any
) -> Json:
    """One change of the field `messages`."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": more.pop("line", LINE)}
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata}
    for name, entries in (("contacts", contacts), ("messages", messages), ("statuses", statuses)):
        if entries:
            value[name] = list(entries)
    return {"field": "messages", "value": value | more}


def contact(number: str | None = SHEENA, name: str = "Sheena Nelson", **more: Any) -> Json:
    """An entry of `contacts`; `username` goes into its profile."""
    profile = {"name": name} | ({"username": more.pop("username")} if "username" in more else {})
    return {"profile": profile} | ({} if number is None else {"wa_id": number}) | more


def message(
    key: str, at: int = START, kind: str = "text", *, sender: str | None = SHEENA, **more: Any
) -> Json:
    """A message, a text unless it says otherwise."""
    content = {"body": "Does it come in another color?"} if kind == "text" else {}
    whole: Json = {"id": key, "timestamp": str(at), "type": kind, kind: content} | more
    return whole if sender is None else {"from": sender} | whole


def text(key: str, at: int = START, words: str = "hi", *, sender: str = SHEENA, reply_to: str = "") -> Json:
    """A text."""
    context: Json = {"context": {"from": "15550783881", "id": reply_to}} if reply_to else {}
    return message(key, at, sender=sender, text={"body": words}, **context)


def button(key: str, at: int, payload: str, title: str, reply_to: str = "") -> Json:
    """A tap on a quick reply of a template."""
    context: Json = {"context": {"from": "15550783881", "id": reply_to}} if reply_to else {}
    return message(key, at, "button", button={"payload": payload, "text": title}, **context)


def status(
    key: str, kind: str, at: int = START, *, to: str = SHEENA, category: str = "", **more: Any
) -> Json:
    """What became of a message of the company's."""
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    whole: Json = {"id": key, "status": kind, "timestamp": str(at), "recipient_id": to}
    return whole | ({"pricing": pricing} if category else {}) | more


def said(*messages: Json, number: str = SHEENA, name: str = "Sheena Nelson") -> bytes:
    """A delivery of messages from one person."""
    return body(change(messages=messages, contacts=[contact(number, name)]))


def told(*statuses: Json) -> bytes:
    """A delivery of statuses."""
    return body(change(statuses=statuses))
