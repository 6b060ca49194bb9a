"""The listener's HTTP server without what it is for: takes deliveries and answers 200, storing nothing."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from store.whatsapp import listener


async def _answer(request: Request) -> Response:
    async for _part in request.stream():
        pass
    return PlainTextResponse("ok")


def main() -> None:
    """Say where, and take deliveries until SIGTERM."""
    listening = listener.bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    print(f"Listening on http://127.0.0.1:{port}{listener.PATH}", flush=True)
    listener.run(Starlette(routes=[Route(listener.PATH, _answer, methods=["POST"])]), listening)


if __name__ == "__main__":
    main()
