"""A stand-in for Meta's Graph API: real HTTP on loopback, answers as a test wants them."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: Mapping[str, str]
    content: dict[str, Any]


@dataclass
class Answer:
    """What goes out; without a status the connection breaks off."""

    status: int | None = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Graph:
    """Takes messages and remembers them."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        """The next answers; when there are none left, messages are accepted."""
        self.url = ""

    def refuse(self, status: int, code: int | None, message: str, details: str = "", **headers: str) -> None:
        """The next message is refused, in the way of Meta."""
        error = {"message": message, "code": code, "error_data": {"details": details}}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(Answer(status, json.dumps({"error": error}).encode(), named))

    def answer(self, request: Request) -> Answer:
        """What a request gets."""
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        to = str(request.content.get("to", request.content.get("recipient")))
        accepted = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to.removeprefix("+")}],
            "messages": [{"id": f"wamid.{len(self.requests)}"}],
        }
        return Answer(200, json.dumps(accepted).encode())


@contextmanager
def standing_in(given: Graph | None = None) -> Iterator[Graph]:
    """A stand-in (or that one) that runs meanwhile."""
    graph = given or Graph()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found = graph.answer(Request(self.path, dict(self.headers.items()), content))
            if found.status is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    graph.url = f"http://127.0.0.1:{server.server_port}/v25.0"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield graph
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
