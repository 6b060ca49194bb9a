"""`contacts record` and `contacts replay`: what companies tell of themselves, and all of it once more."""

import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

from store import database
from store.errors import ContactsError, DatabaseUnavailable, Invalid
from store.language import _
from store.whatsapp import inbox, records
from tui.cli import ROWS_REJECTED, open_store
from tui.text import lines

_TOGETHER = 100
"""Lines that share one commit at most, so that others can write in between."""
_LINE_LIMIT = 1024 * 1024


@click.command(help=_("Record an interaction that a bot without Meta's API has had; - reads lines of JSON."))
@click.argument("phone", metavar="PHONE|id:N|-")
@click.option("--inbound", "kind", flag_value="inbound", help=_("The person wrote."))
@click.option("--outbound", "kind", flag_value="outbound", help=_("The company began a conversation."))
@click.option("--cancelled", "kind", flag_value="cancelled", help=_("What is open was cancelled."))
@click.option("--notification", "kind", flag_value="notification", help=_("A notification was received."))
@click.option("--at", metavar="TIME", help=_("When; else now."))
@click.option("--id", "key", metavar="ID", help=_("The message's id: the same again counts once."))
@click.option("--flow", metavar="NAME", help=_("Of an outbound: the flow that begins when it is accepted."))
@click.pass_context
def record(
    context: click.Context, phone: str, kind: str | None, at: str | None, key: str | None, flow: str | None
) -> int:
    if phone == "-":
        if (kind, at, key, flow) != (None, None, None, None):
            raise click.UsageError(_("With - the lines say all: leave the other words out."))
        open_store(context)
        return _record_lines(sys.stdin.buffer)
    if kind is None:
        raise click.UsageError(_("Say one of --inbound, --outbound, --cancelled and --notification."))
    open_store(context)
    told = {"kind": kind, "phone": phone, "at": at, "id": key, "flow": flow}
    found = records.parse({name: value for name, value in told.items() if value is not None})
    inbox.be_durable()
    inbox.record(found)
    return 0


@click.command(help=_("Make counters and dates of all contacts anew of what was received and recorded."))
@click.pass_context
def replay(context: click.Context) -> None:
    open_store(context)
    done = inbox.replay()
    click.echo(
        _("Deliveries: {count:,}, of which not understood: {failed:,}").format(
            count=done.deliveries, failed=done.failed
        )
    )


def _record_lines(stream: BinaryIO) -> int:
    inbox.be_durable()
    number = new = known = refused = 0
    for group in _groups(stream):
        with database.writing():
            for line in group:
                number += 1
                if not line.strip():
                    continue
                try:
                    is_new = inbox.record(records.parse_line(line))
                except DatabaseUnavailable:
                    raise
                except ContactsError as error:
                    refused += 1
                    sentence = _("Line {number:,}: {fault}").format(number=number, fault=error)
                    click.echo(lines(sentence).plain, err=True)
                    continue
                new, known = new + is_new, known + (not is_new)
    click.echo(
        _("{new:,} recorded, {known:,} known already, {refused:,} refused").format(
            new=new, known=known, refused=refused
        )
    )
    return ROWS_REJECTED if refused else 0


def _groups(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines that are there, without waiting for more: a bot may feed them one by one."""
    rest = b""
    while chunk := stream.read1(64 * 1024):  # type: ignore[attr-defined]
        *found, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LINE_LIMIT:
            raise Invalid(_("A line is too long: what comes is not one JSON object a line."))
        for start in range(0, len(found), _TOGETHER):
            yield found[start : start + _TOGETHER]
    if rest:
        yield [rest]
