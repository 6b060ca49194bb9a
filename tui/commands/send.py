"""`contacts send`: sends a template through WhatsApp, and counts it."""

import click

from store import database
from store.errors import Invalid
from store.language import _
from store.whatsapp import inbox, records
from tui.cli import WRONG_USE, open_store


@click.command(help=_("Send a template that Meta has approved; with a flow it begins a conversation."))
@click.argument("phone", metavar="PHONE|id:N")
@click.argument("template")
@click.option(
    "--template-language",
    required=True,
    metavar="CODE",
    help=_("The template's language, such as es or en_US."),
)
@click.option("--flow", metavar="NAME", help=_("The flow that begins when the person accepts."))
@click.option(
    "--value", "values", multiple=True, metavar="TEXT", help=_("What goes into a gap, in order; repeatable.")
)
@click.option(
    "--named", multiple=True, metavar="NAME=TEXT", help=_("What goes into a gap with a name; repeatable.")
)
@click.pass_context
def send(
    context: click.Context,
    phone: str,
    template: str,
    template_language: str,
    flow: str | None,
    values: tuple[str, ...],
    named: tuple[str, ...],
) -> int:
    if values and named:
        raise click.UsageError(_("A template has --value or --named gaps, not both."))
    gaps = _by_name(named) if named else values
    from store.whatsapp import secrets

    sending = secrets.for_sending()
    open_store(context)
    database.check_writable()
    try:
        from store.whatsapp.sender import Sender, Sent, Template

        sender = Sender(sending)
    except ModuleNotFoundError as error:
        if error.name != "httpx":
            raise
        sentence = _('Sending through WhatsApp needs a few more packages: pip install ".[whatsapp]"')
        click.echo(sentence, err=True)
        return WRONG_USE
    told = {"kind": "outbound" if flow else "notification", "phone": phone, "flow": flow}
    found = records.parse({name: value for name, value in told.items() if value is not None})

    def note(sent: Sent) -> None:
        inbox.record(records.sent(found, sent.message_id, sending.phone_number_id))

    inbox.be_durable()
    with sender:
        to = records.recipient(found)
        message_id = sender.template(to, Template(template, template_language, gaps), note)
    click.echo(message_id)
    return 0


def _by_name(named: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in named]
    for name, equals, _value in pairs:
        if not name or not equals:
            raise Invalid(_("“{word}” is no NAME=TEXT.").format(word=name))
    return {name: value for name, _equals, value in pairs}
