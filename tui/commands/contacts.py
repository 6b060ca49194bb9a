"""`contacts list`, `show`, `add`, `edit` and `delete`."""

import sys

import click

from store import contacts, interactions, listing, properties, settings
from store.contacts import Person
from store.errors import Invalid, UnknownRange
from store.language import _
from store.values import property_type, times
from tui.cli import WRONG_USE, open_store
from tui.commands.interactions import entry_cells, entry_json
from tui.commands.output import confirmed, person_json, print_columns, print_json
from tui.text import shown

_WINDOW = 500
_ENTRIES = 1_000
"""Interactions that are shown at most, the latest."""


@click.command("list", help=_("Print contacts: all, or those that match words."))
@click.option("--search", default="", metavar="WORDS", help=_("Any parts of names, numbers or addresses."))
@click.option(
    "--sort",
    type=click.Choice([str(order) for order in listing.Order]),
    default=str(listing.Order.LAST_INTERACTION),
    show_default=True,
    help=_("What to sort by."),
)
@click.option("--descending", is_flag=True, help=_("Largest or latest first."))
@click.option("--limit", type=click.IntRange(min=0), help=_("At most so many."))
@click.option("--json", "as_json", is_flag=True, help=_("One object a line."))
@click.pass_context
def list_(
    context: click.Context, search: str, sort: str, descending: bool, limit: int | None, as_json: bool
) -> None:
    open_store(context)
    found = listing.ids(listing.Listing(listing.Order(sort), descending, search))[:limit]
    known = properties.list_all()
    zone = settings.load().time_zone
    for start in range(0, len(found), _WINDOW):
        people = contacts.get_many(list(found[start : start + _WINDOW]))
        if as_json:
            for person in people:
                print_json(person_json(person, known))
        else:
            print_columns(
                [[p.name, p.phone or f"id:{p.id}", times.shown(p.last_interaction, zone)] for p in people]
            )


@click.command(help=_("Print one contact."))
@click.argument("reference", metavar="PHONE|id:N")
@click.option("--interactions", "with_interactions", is_flag=True, help=_("And what happened with them."))
@click.option("--json", "as_json", is_flag=True, help=_("As one object."))
@click.pass_context
def show(context: click.Context, reference: str, with_interactions: bool, as_json: bool) -> None:
    open_store(context)
    person = contacts.find(reference)
    if not with_interactions:
        _print(person, as_json)
        return
    entries = interactions.timeline(person.id, _ENTRIES)
    if as_json:
        told = [entry_json(entry) for entry in entries]
        print_json(person_json(person, properties.list_all()) | {"interactions": told})
        return
    _print(person, as_json)
    click.echo()
    zone = settings.load().time_zone
    print_columns([entry_cells(entry, zone) for entry in entries])


@click.command(help=_("Create a contact."))
@click.argument("phone")
@click.argument("name")
@click.option("--email", default="", help=_("An e-mail address."))
@click.option("--set", "pairs", multiple=True, metavar="PROPERTY=VALUE", help=_("Fill in a property."))
@click.option("--json", "as_json", is_flag=True, help=_("As one object."))
@click.pass_context
def add(
    context: click.Context, phone: str, name: str, email: str, pairs: tuple[str, ...], as_json: bool
) -> None:
    open_store(context)
    values = _values(pairs)
    try:
        person = contacts.create(phone, name, address=email, values=values)
    except UnknownRange as error:
        if not sys.stdin.isatty() or not click.confirm(
            _("{sentence} Create it all the same?").format(sentence=error), err=True
        ):
            raise
        person = contacts.create(phone, name, address=email, values=values, accept_unknown=True)
    _print(person, as_json)


@click.command(help=_("Change a contact; an empty value takes away what was there."))
@click.argument("reference", metavar="PHONE|id:N")
@click.option("--name", help=_("A new name."))
@click.option("--email", help=_("A new e-mail address."))
@click.option("--set", "pairs", multiple=True, metavar="PROPERTY=VALUE", help=_("Fill in a property."))
@click.option("--json", "as_json", is_flag=True, help=_("As one object."))
@click.pass_context
def edit(
    context: click.Context,
    reference: str,
    name: str | None,
    email: str | None,
    pairs: tuple[str, ...],
    as_json: bool,
) -> None:
    open_store(context)
    person = contacts.find(reference)
    _print(contacts.edit(person.id, name=name, address=email, values=_values(pairs)), as_json)


@click.command(help=_("Put a contact into the bin."))
@click.argument("reference", metavar="PHONE|id:N")
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.pass_context
def delete(context: click.Context, reference: str, yes: bool) -> int:
    open_store(context)
    person = contacts.find(reference)
    if not confirmed(_("Delete {name}?").format(name=shown(person.label)), yes):
        return WRONG_USE
    contacts.delete([person.id])
    return 0


def _values(pairs: tuple[str, ...]) -> dict[int, str]:
    values: dict[int, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise Invalid(_("“{pair}” should look like PROPERTY=VALUE.").format(pair=pair))
        values[properties.get(name).id] = value
    return values


def _print(person: Person, as_json: bool) -> None:
    known = properties.list_all()
    if as_json:
        print_json(person_json(person, known))
        return
    settled = settings.load()
    lines: list[tuple[str, object]] = [
        (_("Id"), person.id),
        (_("Name"), person.name),
        (_("Phone number"), person.phone or ""),
        (_("Email"), person.email or ""),
        (_("Created"), times.shown(person.created, settled.time_zone)),
        (_("First interaction"), times.shown(person.first_interaction, settled.time_zone)),
        (_("Last interaction"), times.shown(person.last_interaction, settled.time_zone)),
        (_("User initiated conv."), person.user_initiated),
        (_("Business initiated conv."), person.business_initiated),
        (_("Cancelled outbounds"), person.cancelled_outbounds),
        (_("Received notifications"), person.received_notifications),
    ]
    if person.profile_name:
        lines.append((_("Name in WhatsApp"), person.profile_name))
    if person.username:
        lines.append((_("Username in WhatsApp"), person.username))
    if person.opted_out:
        lines.append((_("Marketing"), _("not wanted")))
    for item in known:
        if not item.hidden and (stored := person.properties.get(item.id)) is not None:
            lines.append((item.name, property_type.shown(item.type, stored, settled.formats)))
    print_columns([[label, value] for label, value in lines])
