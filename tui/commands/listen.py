"""`contacts listen`: receives what WhatsApp delivers, until it is ended."""

import socket
from typing import TYPE_CHECKING

import click

from store import database
from store.errors import SecretsUnusable
from store.language import _
from tui.cli import WRONG_USE, open_store

if TYPE_CHECKING:
    from store.whatsapp import secrets

_PORT = 8470
_NEEDED = frozenset({"starlette", "uvicorn", "h11"})


@click.command(help=_("Receive what WhatsApp delivers, until you end it."))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("The address to receive at."))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help=_("The port; 0 for any.")
)
@click.pass_context
def listen(context: click.Context, host: str, port: int) -> int:
    try:
        from store.whatsapp import listener
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _NEEDED:
            raise
        sentence = _('Receiving from WhatsApp needs a few more packages: pip install ".[whatsapp]"')
        click.echo(sentence, err=True)
        return WRONG_USE
    from store.whatsapp import secrets

    keys = secrets.for_listening()
    open_store(context)
    database.check_writable()
    sending = _sending()
    listening = listener.bind(host, port)
    click.echo(_("Listening on {url}").format(url=_url(listening) + listener.PATH))
    if not secrets.is_loopback(listening.getsockname()[0]):
        click.echo(_("Others can reach this address: put a proxy with TLS before it."), err=True)
    listener.serve(keys, listening, sending)
    return 0


def _sending() -> "secrets.Sending | None":
    """What flows answer with; None where it is not set, which is said if somebody waits for answers."""
    from store.flows import keeping, runs
    from store.whatsapp import secrets

    try:
        return secrets.for_sending()
    except SecretsUnusable as error:
        if keeping.live() is not None or runs.is_anybody_inside():
            click.echo(_("Flows do not answer: {reason}").format(reason=error), err=True)
        return None


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
