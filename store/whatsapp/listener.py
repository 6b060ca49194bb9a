"""HTTP in: takes what WhatsApp delivers, if it is signed, and answers when it is stored for good.

The only place, beside the sender, where the packages of the extra `whatsapp` are imported.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import h11
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from store.errors import ListenerFailed
from store.language import _
from store.whatsapp.complaints import Complaints
from store.whatsapp.outbox import Outbox
from store.whatsapp.secrets import Listening, Sending
from store.whatsapp.writer import Writer

PATH = "/whatsapp"
"""What Meta's callback URL ends with."""
_MOST_BYTES = 3 * 1024 * 1024
"""Of one delivery; WhatsApp sends no more."""
_MOST_BYTES_TOGETHER = 64 * 1024 * 1024
"""Of all deliveries that are being read or wait to be stored."""
_BETWEEN_BYTES_SECONDS = 2.0
_REQUEST_SECONDS = 5.0
_END_SECONDS = 15
"""For answers that are still to be given when the listener is asked to end."""
_SIGNATURE = b"x-hub-signature-256"
_NO_GUESSING = {"x-content-type-options": "nosniff"}
_BACKLOG = 512
_Handler = Callable[[Request], Awaitable[Response]]


class _Refused(Exception):
    """A request that gets no 200."""

    def __init__(self, status: int, reason: str, complaint: str = "") -> None:
        self.status, self.reason, self.complaint = status, reason, complaint


class _Impatient(H11Protocol):
    """Gives up on clients that are slow to send a request, for which uvicorn would wait for ever.

    What is sent on after a refusal is thrown away for as long: a connection that is closed with bytes unread
    is reset, and with it goes the answer.
    """

    _since: float | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Wait for the rest of the request, if there is one, for as long as the limits say."""
        self._unwatch()
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._since = None
            return
        now = self.loop.time()
        self._since = now if self._since is None else self._since
        rest = self._since + _REQUEST_SECONDS - now
        self._timer = self.loop.call_later(min(rest, _BETWEEN_BYTES_SECONDS), self._give_up)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            )
        self.transport.close()


class _Endpoints:
    """What each address does."""

    def __init__(self, secrets: Listening, sending: Sending | None) -> None:
        self._secrets, self._sending = secrets, sending
        self._complaints = Complaints()
        self._held = 0
        """Bytes of deliveries that are being read or wait to be stored."""

    def app(self) -> Starlette:
        """All of them as a program of HTTP."""
        routes = [
            Route(PATH, self._guarded(self._verify), methods=["GET"]),
            Route(PATH, self._guarded(self._deliver), methods=["POST"]),
            Route("/healthz", self._guarded(self._tell_health), methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Around all requests: the writer, which ends after the last of them, and what sends, after it."""
        outbox = None if self._sending is None else Outbox(self._sending, self._complaints)
        self._writer = Writer(self._complaints, outbox)
        self._writer.start()
        try:
            yield
        finally:
            await self._writer.end()
            if outbox is not None:
                await asyncio.to_thread(outbox.end)

    def _guarded(self, handle: _Handler) -> _Handler:
        """The same, but refusals become answers, and our bugs no tracebacks."""

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except _Refused as refusal:
                if refusal.complaint:
                    self._complaints.say(refusal.complaint)
                return PlainTextResponse(refusal.reason, refusal.status)
            except ClientDisconnect:
                return PlainTextResponse("gone", 400)
            except Exception as error:
                self._complaints.bug(error)
                return PlainTextResponse("our fault", 500)

        return guarded

    async def _verify(self, request: Request) -> Response:
        """Meta's handshake, whenever the callback URL is set: the challenge back, if the token is ours."""
        query = request.query_params
        token = query.get("hub.verify_token", "").encode(errors="surrogateescape")
        is_ours = hmac.compare_digest(token, self._secrets.verify_token)
        if not is_ours or query.get("hub.mode") != "subscribe":
            raise _Refused(403, "refused", _("A handshake came without our verify token."))
        return PlainTextResponse(query.get("hub.challenge", ""), headers=_NO_GUESSING)

    async def _deliver(self, request: Request) -> Response:
        """A delivery: 200 when it is stored for good, 503 if it is to be delivered again."""
        _check_length(request)
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                self._held += len(chunk)
                if self._held > _MOST_BYTES_TOGETHER:
                    raise _Refused(503, "busy", _("More came than could be stored; it was refused for now."))
            await self._keep(bytes(body), _signature(request))
        finally:
            self._held -= len(body)
        return PlainTextResponse("ok")

    async def _keep(self, body: bytes, signature: bytes) -> None:
        """Store what is signed and can be read at all; raises _Refused."""
        wanted = hmac.new(self._secrets.app_secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, b"sha256=" + wanted.encode()):
            raise _Refused(401, "wrong signature", _("A delivery was not signed with our app secret."))
        if not _is_json(body):
            raise _Refused(400, "not JSON", _("A signed delivery was not JSON."))
        if not await self._writer.store(body):
            raise _Refused(503, "not stored")

    async def _tell_health(self, _request: Request) -> Response:
        """Whether a delivery could be stored now."""
        if await self._writer.can_write():
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "the database cannot be written"}, 503)


def _check_length(request: Request) -> None:
    """Refuse, before it is read, what does not say how long it is, or is too long."""
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not (length.isascii() and length.isdecimal()):
        raise _Refused(411, "length needed")
    if len(length) > len(str(_MOST_BYTES)) or int(length) > _MOST_BYTES:
        raise _Refused(413, "too long", _("A delivery of more than 3 MB was refused."))


def _signature(request: Request) -> bytes:
    """What the request says is its signature; refuses one without, or with several."""
    found = [value for name, value in request.headers.raw if name == _SIGNATURE]
    if len(found) != 1:
        raise _Refused(401, "no signature", _("A delivery was not signed."))
    return found[0]


def _is_json(body: bytes) -> bool:
    """Whether it can be parsed at all, so that what is stored can be processed some day."""
    try:
        # Decoded here: by itself `loads` would take UTF-16 and UTF-32 too.
        json.loads(body.decode())
    except (ValueError, RecursionError):
        return False
    return True


def bind(host: str, port: int) -> socket.socket:
    """A socket that takes connections; raises ListenerFailed."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server((address[0], port), family=family, backlog=_BACKLOG)
        # Connections inherit it. asyncio sets it for sockets of its own making only, and an answer in two
        # parts took 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ListenerFailed(
            _("Nothing can be received at {host}, port {port}: {reason}.").format(
                host=host, port=port, reason=reason
            )
        ) from error


def serve(secrets: Listening, listening: socket.socket, sending: Sending | None = None) -> None:
    """Receive until SIGTERM or SIGINT; what was answered with 200 is stored, whatever ends it.

    With `sending` flows begin, and what they say is sent.
    """
    run(_Endpoints(secrets, sending).app(), listening)


def run(app: Starlette, listening: socket.socket) -> None:
    """Carry out requests with our limits, until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        app,
        http=_Impatient,
        ws="none",
        loop="asyncio",
        lifespan="on",
        backlog=_BACKLOG,
        # Who asks comes through a reverse proxy, and is known by the signature alone.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        # Its tracebacks and its words about bad requests stay out of the log: `Complaints` says what matters.
        log_config=None,
        log_level=logging.CRITICAL + 1,
        timeout_graceful_shutdown=_END_SECONDS,
    )
    # uvicorn ends gracefully, and then raises the signal once more for whoever else had asked for it.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
    uvicorn.Server(config).run(sockets=[listening])
