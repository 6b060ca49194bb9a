"""A listener in a process of its own, and deliveries signed as WhatsApp signs them."""

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

import httpx

from store.contacts import Person
from tests.support import ROOT, people

SECRETS = {
    "CONTACTS_WHATSAPP_APP_SECRET": "app-secret-0f3e",
    "CONTACTS_WHATSAPP_VERIFY_TOKEN": "verify-token-77aa",
    "CONTACTS_WHATSAPP_ACCESS_TOKEN": "EAAaccess-token-51bc",
    "CONTACTS_WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
}
COMMAND = "from tui.cli import main; main()"
_SECONDS = 30
_ENDS = (0, 130, -signal.SIGKILL)
"""How a listener ends when it is asked to, interrupted or killed: not by itself."""


def sign(body: bytes, secret: str = SECRETS["CONTACTS_WHATSAPP_APP_SECRET"]) -> str:
    """The header that comes with a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def delivery(*messages: Mapping[str, Any], name: str = "Sheena Nelson") -> bytes:
    """The body of a delivery of some people's messages."""
    senders = dict.fromkeys(message["from"] for message in messages)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": name}, "wa_id": sender} for sender in senders],
        "messages": messages,
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()


def text(sender: str, message_id: str, at: int | str = 1749416383, body: str = "Hola") -> dict[str, Any]:
    """A text that a person has written."""
    return {
        "from": sender,
        "id": message_id,
        "timestamp": str(at),
        "type": "text",
        "text": {"body": body},
    }


def writers() -> dict[str | None, Person]:
    """All living contacts by what they call themselves in WhatsApp."""
    return {contact.profile_name: contact for contact in people().values()}


def person(number: int) -> str:
    """The WhatsApp id of one of many people."""
    return f"573{number:09}"


def head(headers: str, signature: str = "sha256=0") -> bytes:
    """The beginning of a request, up to its body."""
    lines = ("POST /whatsapp HTTP/1.1", "host: x", f"x-hub-signature-256: {signature}", headers, "", "")
    return "\r\n".join(lines).encode()


def read_all(connection: socket.socket) -> bytes:
    """What comes until the listener closes the connection."""
    found = b""
    while part := connection.recv(4096):
        found += part
    return found


class Listener:
    """`contacts listen`, running."""

    def __init__(self, process: "subprocess.Popen[str]", log: Any) -> None:
        self.process = process
        self._log = log
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("Listening on "), said + self.log
        self.url = said.removeprefix("Listening on ").strip()
        self.origin = self.url.removesuffix("/whatsapp")
        self.client = httpx.Client(trust_env=False, timeout=_SECONDS)

    @property
    def log(self) -> str:
        """All that it has said about trouble."""
        self._log.seek(0)
        return str(self._log.read())

    def post(self, body: bytes, signature: str | None = None) -> int:
        """Deliver something; the status of the answer."""
        headers = {"x-hub-signature-256": sign(body) if signature is None else signature}
        return self.client.post(self.url, content=body, headers=headers).status_code

    def health(self) -> httpx.Response:
        """What `/healthz` answers."""
        return self.client.get(self.origin + "/healthz")

    def connect(self) -> socket.socket:
        """A connection on which nothing was sent yet."""
        parts = urlsplit(self.url)
        return socket.create_connection((parts.hostname, parts.port), timeout=_SECONDS)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_SECONDS)


@contextmanager
def listening(
    database: Path,
    *words: str,
    command: str = COMMAND,
    secrets: Mapping[str, str] = SECRETS,
) -> Iterator[Listener]:
    """A listener on a database; at its end it must have lived, and have told nobody its secrets."""
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", command, "listen", "--port", "0", *words],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd="/",
            env=os.environ | secrets | {"CONTACTS_DATABASE": str(database), "PYTHONPATH": str(ROOT)},
            # Tests that run in the background of a shell ignore interrupts, and all that they start.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        assert process.stdout is not None
        try:
            listener = Listener(process, log)
            with listener.client:
                yield listener
            if process.poll() is None:
                assert listener.end() == 0, listener.log
            assert process.returncode in _ENDS, listener.log
        finally:
            process.kill()
            said = process.stdout.read()
            process.stdout.close()
            process.wait()
        assert_discreet(said + listener.log)


def assert_discreet(said: str) -> None:
    """No secret and no traceback is in what was said."""
    assert "Traceback" not in said, said
    for name in ("APP_SECRET", "VERIFY_TOKEN", "ACCESS_TOKEN"):
        assert SECRETS[f"CONTACTS_WHATSAPP_{name}"] not in said
