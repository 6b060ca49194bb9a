"""Define, rename, hide and delete custom properties."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import peewee

from store import database
from store.errors import Invalid, InvalidFields, NotFound
from store.language import _
from store.models import LIVING, Contact, Property
from store.values import text, times
from store.values.custom_property import NAME_LIMIT, CustomProperty
from store.values.property_type import PropertyType

T = TypeVar("T")

CHOICES_LIMIT = 500
_BATCH = 5_000

_BUILT_IN = frozenset(
    text.fold(word)
    for word in (
        *("id", "phone", "name", "email"),
        *("Name", "Phone number", "Email", "Creation date", "First interaction", "Last interaction"),
        *("User initiated conv.", "Business initiated conv.", "Cancelled outbounds"),
        *("Received notifications", "Contact", "Options"),
        *("Nombre", "Número de teléfono", "Correo electrónico", "Fecha de creación"),
        *("Primera interacción", "Última interacción", "Conv. iniciadas por el usuario"),
        *("Conv. iniciadas por la empresa", "Salientes cancelados", "Notificaciones recibidas"),
        *("Nome", "Número de telefone", "E-mail", "Data de criação", "Primeira interação"),
        *("Última interação", "Conv. iniciadas pelo usuário", "Conv. iniciadas pela empresa"),
        *("Envios cancelados", "Notificações recebidas"),
    )
)
"""Names of built-in columns in every language of the files, so that no file has two columns alike."""


def list_all(*, visible_only: bool = False) -> list[CustomProperty]:
    """The properties in order of creation."""
    query = Property.select().where(Property.deleted == 0).order_by(Property.id)
    found = [_outward(row) for row in query]
    return [item for item in found if not (visible_only and item.hidden)]


def get(name: str) -> CustomProperty:
    """The property called `name`, without regard to case and accents; raises NotFound."""
    row = Property.get_or_none((Property.name_key == _key(name)) & (Property.deleted == 0))
    if row is None:
        raise NotFound(_("There is no property “{name}”.").format(name=name))
    return _outward(row)


def create(
    name: str, kind: PropertyType, *, choices: Sequence[str] = (), hidden: bool = False
) -> CustomProperty:
    """Define a property; raises InvalidFields with sentences for `name` and `values`."""
    faults: dict[str, str] = {}
    with database.writing():
        checked_name = _try(faults, "name", lambda: _checked_name(name, None))
        checked_choices = _try(faults, "values", lambda: _checked_choices(kind, choices))
        if checked_name is None or checked_choices is None:
            raise InvalidFields(faults)
        row = Property.create(
            name=checked_name,
            name_key=_key(checked_name),
            type=str(kind),
            choices=checked_choices,
            hidden=hidden,
            created=times.now(),
        )
    return _outward(row)


def edit(
    property_id: int,
    *,
    name: str | None = None,
    hidden: bool | None = None,
    new_choices: Sequence[str] = (),
) -> CustomProperty:
    """Rename, hide or show a property, or give a value list more values; what is None stays.

    Raises InvalidFields as `create` does.
    """
    faults: dict[str, str] = {}
    with database.writing():
        row = _row(property_id)
        if name is not None:
            row.name = _try(faults, "name", lambda: _checked_name(name, property_id)) or row.name
            row.name_key = _key(row.name)
        if hidden is not None:
            row.hidden = hidden
        if new_choices:
            merged = list(dict.fromkeys([*row.choices, *(text.clean(value) for value in new_choices)]))
            row.choices = _try(faults, "values", lambda: _checked_choices(PropertyType(row.type), merged))
        if faults:
            raise InvalidFields(faults)
        row.save()
    return _outward(row)


def count_values(property_id: int) -> int:
    """How many living contacts have a value for the property."""
    return int(_having(property_id).where(Contact.deleted == LIVING).count())


def delete(property_id: int) -> None:
    """Delete a property and the values that contacts have for it."""
    with database.writing():
        row = _row(property_id)
        row.deleted = times.now()
        row.save()
    # In small transactions, so that others can write in between; what is left over after a crash
    # belongs to an id that never comes back.
    last = 0
    while ids := [row[0] for row in database.tuples(_having(property_id, after=last).limit(_BATCH))]:
        with database.writing():
            emptied = peewee.fn.json_remove(Contact.properties, _json_path(property_id))
            Contact.update(properties=emptied).where(Contact.id.between(ids[0], ids[-1])).execute()
        last = ids[-1]


def _having(property_id: int, after: int = 0) -> "peewee.ModelSelect[Contact]":
    value = peewee.fn.json_extract(Contact.properties, _json_path(property_id))
    return Contact.select(Contact.id).where(value.is_null(False), Contact.id > after).order_by(Contact.id)


def _json_path(property_id: int) -> str:
    return f'$."{property_id}"'


def _row(property_id: int) -> Property:
    row = Property.get_or_none((Property.id == property_id) & (Property.deleted == 0))
    if row is None:
        raise NotFound(_("This property is not there any more."))
    return row


def _outward(row: Property) -> CustomProperty:
    return CustomProperty(row.id, row.name, PropertyType(row.type), tuple(row.choices), bool(row.hidden))


def _try(faults: dict[str, str], field: str, check: Callable[[], T]) -> T | None:
    try:
        return check()
    except Invalid as error:
        faults[field] = str(error)
        return None


def _key(name: str) -> str:
    return text.fold(text.clean(name))


def _checked_name(raw: str, own_id: int | None) -> str:
    name = text.clean(raw)
    if not name:
        raise Invalid(_("A property needs a name."))
    if len(name) > NAME_LIMIT:
        raise Invalid(_("A property's name has at most {limit} characters.").format(limit=NAME_LIMIT))
    if not name.isprintable():
        raise Invalid(_("A property's name is one line of ordinary characters."))
    if _key(name) in _BUILT_IN:
        raise Invalid(_("“{name}” is the name of a built-in column; choose another.").format(name=name))
    other = Property.get_or_none((Property.name_key == _key(name)) & (Property.deleted == 0))
    if other is not None and other.id != own_id:
        raise Invalid(_("There is a property “{name}” already.").format(name=other.name))
    return name


def _checked_choices(kind: PropertyType, raw: Sequence[str]) -> list[str]:
    choices = [text.checked(value, NAME_LIMIT) for value in raw]
    if kind is not PropertyType.LIST:
        if choices:
            raise Invalid(_("Only a value list has values to choose from."))
        return []
    if not choices:
        raise Invalid(_("A value list needs at least one value."))
    if not all(value.isprintable() for value in choices):
        raise Invalid(_("A value of a value list is one line of ordinary characters."))
    if "" in choices:
        raise Invalid(_("A value of a value list cannot be empty."))
    if len(set(choices)) < len(choices):
        raise Invalid(_("A value list cannot have the same value twice."))
    if len(choices) > CHOICES_LIMIT:
        raise Invalid(_("A value list has at most {limit} values.").format(limit=CHOICES_LIMIT))
    return choices
