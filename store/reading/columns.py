"""Which column of a file goes where."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import Invalid
from store.language import _
from store.values import property_type
from store.values.custom_property import NAME_LIMIT, CustomProperty
from store.values.property_type import Formats, PropertyType
from store.values.text import clean, fold

PHONE, NAME, EMAIL = "phone", "name", "email"
FIELDS = (PHONE, NAME, EMAIL)
"""The fields of a contact that a column can fill; the other targets are ids of properties, as text."""

_HEADERS = {
    PHONE: """
        phone, phone number, numero de telefono, numero de telefone,
        telephone, mobile, mobile number, cell, cell phone, cellphone, whatsapp, whatsapp number,
        number, tel, urn tel, phone no, contact number, msisdn,
        telefono, numero, numero telefonico, celular, numero de celular, numero celular,
        movil, telefono movil, telefono celular, numero de whatsapp,
        telefone, telefone celular, telemovel, fone, numero do whatsapp
    """,
    NAME: """
        name, nombre, nome, full name, contact name, contact, customer name, first and last name,
        nombre completo, nombres, nombre y apellido, nombre y apellidos, nombre del contacto,
        contacto,
        nome completo, nome do contato, contato
    """,
    EMAIL: """
        email, e mail, correo electronico, email address, mail, correo, direccion de correo,
        email do contato, endereco de email, endereco de e mail
    """,
}
"""The earlier counts where several are there: first what our own files say."""
_SYNONYMS = {
    field: tuple(re.sub(r"\s+", " ", word).strip() for word in words.split(","))
    for field, words in _HEADERS.items()
}
_PREFIX = re.compile(r"(field|campo|property|propiedad|propriedade)\s*:\s*")
_PREFIX_AS_WRITTEN = re.compile(_PREFIX.pattern, re.IGNORECASE)
_NUMERAL = re.compile(r"\+|0\d")
"""How texts of digits begin that are no quantities."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Targets by column, counted from 0; a column that is absent is left out of the import."""

    targets: tuple[tuple[int, str], ...]

    def column_of(self, target: str) -> int | None:
        """The column that fills `target`."""
        return next((column for column, filled in self.targets if filled == target), None)

    def target_of(self, column: int) -> str | None:
        """What `column` fills."""
        return dict(self.targets).get(column)

    def property_columns(self) -> tuple[tuple[int, int], ...]:
        """Columns that fill properties, with the property's id."""
        return tuple((column, int(target)) for column, target in self.targets if target not in FIELDS)

    def with_target(self, column: int, target: str | None) -> "Assignment":
        """The same with another target for `column` (None: left out), taken from the one that had it."""
        kept = [pair for pair in self.targets if pair[0] != column and pair[1] != target]
        if target is not None:
            kept.append((column, target))
        return Assignment(tuple(sorted(kept)))

    def check(self) -> None:
        """Raise Invalid if phone or name is assigned to no column."""
        missing = {PHONE: _("the phone number"), NAME: _("the name")}
        for target, label in missing.items():
            if self.column_of(target) is None:
                raise Invalid(
                    _("No column is assigned to {field}; both phone and name are needed.").format(field=label)
                )

    def as_json(self) -> list[list[Any]]:
        """Pairs for a job's row."""
        return [list(pair) for pair in self.targets]

    @classmethod
    def from_json(cls, pairs: Iterable[Sequence[Any]]) -> "Assignment":
        """The inverse of `as_json`."""
        return cls(tuple((int(column), str(target)) for column, target in pairs))


def propose(headers: Sequence[str], properties: Sequence[CustomProperty]) -> Assignment:
    """A sensible assignment by the headers, in any of the three languages.

    Where no header tells, phone is the first column and name the next one that is free.
    """
    names = [_normal(header) for header in headers]
    targets: dict[int, str] = {}
    for field in FIELDS:
        _assign(targets, names, field, _SYNONYMS[field])
    for item in properties:
        _assign(targets, names, str(item.id), (_normal(item.name),))
    for field in (PHONE, NAME):
        free = next((i for i in range(len(headers)) if i not in targets), None)
        if field not in targets.values() and free is not None:
            targets[free] = field
    return Assignment(tuple(sorted(targets.items())))


def propose_property(header: str, samples: Sequence[str], formats: Formats) -> tuple[str, PropertyType]:
    """A name and a type for a property made of a column, by its header and its first values."""
    name = " ".join(_PREFIX_AS_WRITTEN.sub("", clean(header)).split())
    name = "".join(char for char in name if char.isprintable())[:NAME_LIMIT].strip()
    for kind in (PropertyType.NUMBER, PropertyType.DATE, PropertyType.EMAIL, PropertyType.BOOLEAN):
        if samples and all(_fits(kind, sample, formats) for sample in samples):
            return name, kind
    return name, PropertyType.TEXT


def _fits(kind: PropertyType, sample: str, formats: Formats) -> bool:
    if kind is PropertyType.NUMBER and _NUMERAL.match(sample):
        # A number would lose its zeros or its plus: a document, a post code, a phone.
        return False
    try:
        property_type.parse(kind, sample, formats)
    except Invalid:
        return False
    return True


def by_words(
    words: Sequence[str],
    headers: Sequence[str],
    properties: Sequence[CustomProperty],
    otherwise: Assignment | None = None,
) -> Assignment:
    """The assignment that `Header=phone|name|email|PROPERTY` words ask for; raises Invalid.

    Columns that they do not mention are as `otherwise` says (None: as is proposed); an empty target leaves
    one out.
    """
    assignment = propose(headers, properties) if otherwise is None else otherwise
    said: dict[int, str | None] = {}
    for word in words:
        wanted, sign, target = word.rpartition("=")
        if not sign:
            raise Invalid(_("“{word}” should look like Header=phone.").format(word=word))
        said[_column(wanted, headers)] = _target(target, properties)
    for column in said:
        assignment = assignment.with_target(column, None)
    for column, filled in said.items():
        assignment = assignment.with_target(column, filled)
    return assignment


def letter(index: int) -> str:
    """The name of a column, counted from 0, as Excel has it: A, B, … AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def header_of(headers: Sequence[str], column: int) -> str:
    """A column by its header, or by its letter where it has none."""
    return (headers[column] if column < len(headers) else "") or letter(column)


def _assign(targets: dict[int, str], names: Sequence[str], target: str, synonyms: Sequence[str]) -> None:
    """Give `target` to the first free column whose name is the earliest of `synonyms`."""
    for word in synonyms:
        for column, name in enumerate(names):
            if name and name == word and column not in targets:
                targets[column] = target
                return


def _normal(header: str) -> str:
    """A header for comparing: folded, without punctuation and without "Field:"."""
    folded = _PREFIX.sub("", fold(header).strip())
    return " ".join(re.sub(r"[\W_]+", " ", folded).split()) or folded.strip()


def _column(wanted: str, headers: Sequence[str]) -> int:
    exact = [i for i, header in enumerate(headers) if header == wanted.strip()]
    alike = [i for i, header in enumerate(headers) if _normal(header) == _normal(wanted)]
    found = exact or alike
    if len(found) > 1:
        raise Invalid(
            _("The file has {count} columns “{header}”; give them different headers.").format(
                count=len(found), header=wanted
            )
        )
    if not found:
        raise Invalid(
            _("The file has no column “{header}”; it has: {headers}.").format(
                header=wanted, headers=", ".join(headers)
            )
        )
    return found[0]


def _target(word: str, properties: Sequence[CustomProperty]) -> str | None:
    target = word.strip()
    if not target:
        return None
    if fold(target) in FIELDS:
        return fold(target)
    for item in properties:
        if fold(item.name) == fold(target):
            return str(item.id)
    raise Invalid(
        _("“{target}” is none of phone, name, email or a property; make the property first.").format(
            target=target
        )
    )
