"""Rows of invented people, the same every time: valid numbers, names with accents, some faults."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

HEADERS = ("phone", "name", "email", "city", "company", "since")
PROPERTIES = (("city", "text"), ("company", "text"), ("since", "date"))
"""Names and types of the properties that the last three columns fill."""
EPOCH = date(1899, 12, 30)
"""The day from which Excel counts."""

_PREFIXES = (
    *("57300", "5255", "55119", "57310", "57301", "52222", "55219", "57311", "5233", "57304"),
    *("51987", "57320", "55319", "5281", "57305", "549115", "57312", "52442", "55719", "34612"),
)
"""Beginnings that any digits make a valid mobile number of: Colombia, Mexico, Brazil and a few others."""
_LENGTHS = {"57": 12, "52": 12, "55": 13, "51": 11, "54": 13, "34": 11}
_SPREAD = 7_368_787
"""Has no factor in common with 10: multiples of it run through all last digits before one comes again."""


def _listed(words: str) -> list[str]:
    return [" ".join(word.split()) for word in words.split(",")]


_GIVEN = _listed("""
    María José, Andrés, Valentina, Santiago, Lucía, Mateo, Sofía, Diego, Isabela, Julián, Ximena, Íñigo, João,
    Ana, Conceição, Luís, Inês, Tiago, Beatriz, Antônio, Letícia, Fábio, Júlia, Otávio, Camila, Sebastián,
    Daniela, Óscar, Adriana, Héctor, Paola, Nicolás, Gabriela, Raúl, Natália, Márcio, Patrícia, Simón,
    Verónica, Álvaro, Rocío
""")
_FAMILY = _listed("""
    García, Rodríguez, Martínez, Muñoz, Peña, Ordóñez, Quispe, Hernández, Ibáñez, Núñez, Restrepo, Güell,
    Silva, Gonçalves, Araújo, Assunção, Magalhães, Simões, Falcão, Cardoso, Brandão, Velásquez, Castaño,
    Jiménez, Pérez, Gómez, Ramírez, Suárez, Vélez, Zúñiga, Oliveira, Sant’Anna, Corrêa, Mejía, Londoño,
    Acuña, Benítez
""")
_CITIES = _listed("""
    Bogotá, Medellín, Cali, Ciudad de México, Guadalajara, Monterrey, São Paulo, Rio de Janeiro, Brasília,
    Lima, Madrid
""")
_COMPANIES = _listed("""
    Café Ñandú, Ferretería El Tornillo, Padaria São João, Transportes Águila, Clínica Santa Inés,
    Óptica Visión, Muebles Peña & Hijos, Distribuidora Andina, Construções Falcão, Librería Cervantes
""")
_NO_NUMBERS = ("pendiente", "+57 300 12", None)


class Row(NamedTuple):
    """A row as the file holds it."""

    phone: str | int | None
    name: str | None
    email: str | None
    city: str | None
    company: str | None
    since: int
    """As Excel counts days."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import should make of rows."""

    rows: int
    created: int
    duplicates: int
    rejected: int


def rows(count: int, start: int = 0, *, repeated: bool = False) -> Iterator[Row]:
    """`count` rows, one in 100 a duplicate, one rejected; other numbers for each `start` (a multiple of 100).

    With `repeated` all text is one of a few hundred strings, phones are numbers: a file whose shared strings
    do not grow with its rows.
    """
    for index in range(start, start + count):
        yield _row(index, repeated)


def counts(count: int) -> Counts:
    """What an import should make of `rows(count)`."""
    duplicates = sum(index % 100 == 37 for index in range(count))
    rejected = sum(index % 100 == 73 for index in range(count))
    return Counts(count, count - duplicates - rejected, duplicates, rejected)


def day(serial: int) -> date:
    """The day that Excel has as a number."""
    return EPOCH + timedelta(days=serial)


def _row(index: int, repeated: bool) -> Row:
    """With a missing name or no number in one of 100, and the number of an earlier row in another."""
    fault = index // 100 % 4 if index % 100 == 73 else None
    number = _phone(index - 30 if index % 100 == 37 else index, repeated)
    return Row(
        number if fault is None or fault == 3 else _NO_NUMBERS[fault],
        _name(index % 300 if repeated else index) if fault != 3 else None,
        _email(index % 300 if repeated else index),
        _CITIES[index * 7 % len(_CITIES)] if index % 8 else None,
        _COMPANIES[index * 3 % len(_COMPANIES)],
        42_000 + index * 13 % 4_000,
    )


def _phone(index: int, as_number: bool) -> str | int:
    """Seven of ten with +, two with spaces as well, one as a number."""
    turn, slot = divmod(index, len(_PREFIXES))
    prefix = _PREFIXES[slot]
    width = _LENGTHS[prefix[:2]] - len(prefix)
    digits = f"{prefix}{turn * _SPREAD % 10**width:0{width}}"
    writing = (turn + slot) % 10
    if as_number or writing == 9:
        return int(digits)
    if writing >= 7:
        return f"+{digits[:2]} {digits[2:5]} {digits[5:]}"
    return f"+{digits}"


def _name(index: int) -> str:
    given, first, second = _names(index)
    return f"{given} {first} {second}"


def _names(index: int) -> tuple[str, str, str]:
    families = len(_FAMILY)
    return _GIVEN[index % len(_GIVEN)], _FAMILY[index // 7 % families], _FAMILY[index // 259 % families]


def _email(index: int) -> str | None:
    if index % 5 == 4:
        return None
    given, first, _second = _names(index)
    domain = ("example.com", "correo.example.com", "example.org", "example.net")[index % 4]
    return f"{_ascii(given)}.{_ascii(first)}{index}@{domain}"


@cache
def _ascii(name: str) -> str:
    """As people write their names in addresses."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(char for char in letters if char.isascii() and char.isalpha())
