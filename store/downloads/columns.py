"""The columns of a download: what they are called in each language, and what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from store.values.property_type import PropertyType


class Kind(Enum):
    """How the values of a column are written."""

    TEXT = auto()
    PHONE = auto()
    """E.164, in nearly all rows."""
    MOMENT = auto()
    COUNT = auto()
    """Its digits."""
    NUMBER = auto()
    """A canonical decimal."""
    BOOLEAN = auto()


class BuiltIn(NamedTuple):
    """A column that every file has."""

    field: str
    """Of a contact."""
    kind: Kind
    titles: dict[str, str]
    """By language."""


def _built_in(field: str, kind: Kind, en: str, es: str, pt: str) -> BuiltIn:
    return BuiltIn(field, kind, {"en": en, "es": es, "pt": pt})


BUILT_IN = (
    _built_in("name", Kind.TEXT, "Name", "Nombre", "Nome"),
    _built_in("phone", Kind.PHONE, "Phone number", "Número de teléfono", "Número de telefone"),
    _built_in("email", Kind.TEXT, "Email", "Correo electrónico", "E-mail"),
    _built_in("created", Kind.MOMENT, "Creation date", "Fecha de creación", "Data de criação"),
    _built_in(
        "first_interaction", Kind.MOMENT, "First interaction", "Primera interacción", "Primeira interação"
    ),
    _built_in("last_interaction", Kind.MOMENT, "Last interaction", "Última interacción", "Última interação"),
    _built_in(
        "user_initiated",
        Kind.COUNT,
        "User initiated conv.",
        "Conv. iniciadas por el usuario",
        "Conv. iniciadas pelo usuário",
    ),
    _built_in(
        "business_initiated",
        Kind.COUNT,
        "Business initiated conv.",
        "Conv. iniciadas por la empresa",
        "Conv. iniciadas pela empresa",
    ),
    _built_in(
        "cancelled_outbounds", Kind.COUNT, "Cancelled outbounds", "Salientes cancelados", "Envios cancelados"
    ),
    _built_in(
        "received_notifications",
        Kind.COUNT,
        "Received notifications",
        "Notificaciones recibidas",
        "Notificações recebidas",
    ),
)
"""In the order of the file; properties follow. The language is the file's, not that of the screen."""

_KINDS = {PropertyType.NUMBER: Kind.NUMBER, PropertyType.BOOLEAN: Kind.BOOLEAN}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one file."""

    title: str
    kind: Kind


def of_file(language: str, properties: Sequence[tuple[str, PropertyType]]) -> tuple[Column, ...]:
    """The columns of a file, given names and types of its properties."""
    return (
        *(Column(item.titles[language], item.kind) for item in BUILT_IN),
        *(Column(name, _KINDS.get(kind, Kind.TEXT)) for name, kind in properties),
    )
