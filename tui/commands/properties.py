"""`contacts property add`, `list`, `edit` and `delete`."""

import click

from store import properties
from store.language import _, ngettext
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tui.cli import WRONG_USE, open_store
from tui.commands.output import confirmed, print_columns, print_json
from tui.text import shown


@click.group("property", help=_("Custom properties of contacts."))
def property_() -> None:
    pass


@property_.command(help=_("Define a property."))
@click.argument("name")
@click.option("--type", "kind", type=click.Choice([str(k) for k in PropertyType]), required=True)
@click.option("--value", "choices", multiple=True, help=_("A value of a value list; as often as needed."))
@click.option("--hidden", is_flag=True, help=_("Do not show it in a contact's details."))
@click.pass_context
def add(context: click.Context, name: str, kind: str, choices: tuple[str, ...], hidden: bool) -> None:
    open_store(context)
    properties.create(name, PropertyType(kind), choices=choices, hidden=hidden)


@property_.command("list", help=_("Print the properties."))
@click.option("--json", "as_json", is_flag=True, help=_("One object a line."))
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    open_store(context)
    found = properties.list_all()
    if as_json:
        for item in found:
            print_json(_as_json(item))
        return
    if not found:
        click.echo(_("There are no properties yet; `contacts property add` defines one."), err=True)
        return
    print_columns(
        [[i.name, i.type.label, _("hidden") if i.hidden else "", ", ".join(i.choices)] for i in found]
    )


@property_.command(help=_("Rename, hide or show a property, or give a value list more values."))
@click.argument("name")
@click.option("--name", "new_name", help=_("A new name."))
@click.option("--hidden/--visible", default=None, help=_("Hide it from, or show it in, a contact's details."))
@click.option("--value", "choices", multiple=True, help=_("One more value of a value list."))
@click.pass_context
def edit(
    context: click.Context, name: str, new_name: str | None, hidden: bool | None, choices: tuple[str, ...]
) -> None:
    open_store(context)
    properties.edit(properties.get(name).id, name=new_name, hidden=hidden, new_choices=choices)


@property_.command(help=_("Delete a property and the values that contacts have for it."))
@click.argument("name")
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.pass_context
def delete(context: click.Context, name: str, yes: bool) -> int:
    open_store(context)
    item = properties.get(name)
    count = properties.count_values(item.id)
    question = ngettext(
        "{count} contact has a value for it, which is deleted too.",
        "{count} contacts have a value for it; the values are deleted too.",
        count,
    )
    if not confirmed(_("Delete the property {name}?").format(name=shown(item.name)) + " " + question, yes):
        return WRONG_USE
    properties.delete(item.id)
    return 0


def _as_json(item: CustomProperty) -> dict[str, object]:
    found: dict[str, object] = {
        "id": item.id,
        "name": item.name,
        "type": str(item.type),
        "hidden": item.hidden,
    }
    if item.type is PropertyType.LIST:
        found["values"] = list(item.choices)
    return found
