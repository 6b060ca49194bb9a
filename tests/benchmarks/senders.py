"""WhatsApp as the benchmarks have it: senders that deliver one by one, each when the last was answered."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.benchmarks.figures import Unable
from tests.store.listening import delivery, head, sign, text

SENDERS = 32
_MESSAGES_EACH = 4
"""That one person writes."""


@dataclass
class Load:
    """What was delivered."""

    answers: list[float] = field(default_factory=list)
    """The seconds that each answer took."""
    seconds: float = 0.0
    """From the first delivery to the last answer."""


def requests(count: int) -> list[bytes]:
    """`count` deliveries of a message each as they travel, of a quarter as many people, a minute apart."""
    return [_request(number, count) for number in range(count)]


def _request(number: int, count: int) -> bytes:
    sender = number % max(1, count // _MESSAGES_EACH)
    # Of a country that no row of `people` is from: an import beside it meets none of these.
    message = text(f"4477{sender:08}", f"wamid.{number}", 1_749_416_383 + 60 * number, "¿Tienen otro color?")
    body = delivery(message, name=f"Persona {sender}")
    return head(f"content-length: {len(body)}", sign(body)) + body


def deliver(url: str, load: list[bytes], goes_on: Callable[[], bool] = lambda: True) -> Load:
    """Deliver all of it, or until `goes_on` says no; raises Unable for another answer than 200."""
    return asyncio.run(_deliver(url, load, goes_on))


async def _deliver(url: str, load: list[bytes], goes_on: Callable[[], bool]) -> Load:
    found = Load()
    waiting = iter(load)
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as senders:
        for _sender in range(SENDERS):
            senders.create_task(_send(url, waiting, goes_on, found.answers))
    found.seconds = time.perf_counter() - begun
    return found


async def _send(
    url: str, waiting: Iterator[bytes], goes_on: Callable[[], bool], answers: list[float]
) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        for request in waiting:
            if not goes_on():
                return
            begun = time.perf_counter()
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\nok")
            answers.append(time.perf_counter() - begun)
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise Unable(f"A delivery was answered with {answer[:40]!r}.")
    except asyncio.IncompleteReadError as error:
        raise Unable(f"A delivery was answered with {error.partial[:40]!r}.") from None
    finally:
        writer.close()
        await writer.wait_closed()
