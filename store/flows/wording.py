"""The words of flows: variables in texts, and the usual sentences where nobody wrote any.

Within flows a property's variable is written by its id, as in {{#12}}, so that renaming it breaks nothing;
people read and write it by its name. {{name}}, {{phone}} and {{email}} are the same to both.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from store.flows.blocks import TEXT_LIMIT, Block, Kind
from store.values import text as texts
from store.values.custom_property import CustomProperty
from store.values.property_type import Formats, PropertyType

BUILT_IN = ("name", "phone", "email")
"""Variables that every contact has."""

_VARIABLE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_BY_ID = re.compile(r"#[0-9]+")


def variables(text: str) -> tuple[str, ...]:
    """The names within {{…}} in order, without the spaces around them."""
    return tuple(name.strip() for name in _VARIABLE.findall(text))


def is_torn(text: str) -> bool:
    """Whether a "{{" or "}}" stands in `text` that belongs to no variable."""
    return any(_BRACES.search(written) for written in _VARIABLE.split(text)[::2])


def property_variable(property_id: int) -> str:
    """The name of a property's variable within flows: "#12"."""
    return f"#{property_id}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its variables' values, by "name", "phone", "email", "#12"; nothing for what is missing.

    It fits into a message: where it would not, the longest values are cut, never what was written.
    """
    pieces = _VARIABLE.split(text)
    found = [values.get(_key(name), "") for name in pieces[1::2]]
    room = TEXT_LIMIT - sum(map(len, pieces[::2]))
    pieces[1::2] = _cut(found, max(room, 0))
    return "".join(pieces)


def _cut(values: list[str], room: int) -> list[str]:
    """`values` with no more than `room` characters in all; short ones stay whole."""
    if sum(map(len, values)) <= room:
        return values
    cut = list(values)
    by_length = sorted(range(len(values)), key=lambda place: len(values[place]))
    for done, place in enumerate(by_length):
        share = room // (len(values) - done)
        if len(values[place]) > share:
            cut[place] = values[place][: share - 1] + "…" if share > 0 else ""
        room -= len(cut[place])
    return cut


def named(text: str, known: Sequence[CustomProperty]) -> str:
    """`text` of a flow as people read it, properties by name; an id that is not known stays.

    `numbered` reads it back: a name that it could not read between braces stays an id too.
    """
    names = {property_variable(item.id): _written(item) for item in known}
    return _with_names(text, lambda name: names.get(_key(name)))


def numbered(text: str, known: Sequence[CustomProperty]) -> str:
    """`text` as people write it, properties by id, without regard to case and accents.

    A name that is not known stays.
    """
    ids = {_key(item.name): property_variable(item.id) for item in known if _is_readable(item.name)}
    ids |= {name: name for name in (*BUILT_IN, *map(property_variable, (item.id for item in known)))}
    return _with_names(text, lambda name: _braced(ids[key]) if (key := _key(name)) in ids else None)


def _with_names(text: str, variable: Callable[[str], str | None]) -> str:
    return _VARIABLE.sub(lambda match: variable(match[1]) or match[0], text)


def _key(name: str) -> str:
    return texts.fold(texts.clean(name))


def _braced(name: str) -> str:
    return "{{" + name + "}}"


def _written(item: CustomProperty) -> str:
    if not _is_readable(item.name):
        return _braced(property_variable(item.id))
    # A brace at its end would be taken for the variable's own.
    return _braced(item.name + " " if item.name.endswith("}") else item.name)


def _is_readable(name: str) -> bool:
    return not _BRACES.search(name) and not _BY_ID.fullmatch(_key(name))


def usual_retry(block: Block, language: str, formats: Formats) -> str:
    """What is said to a wrong answer where nobody wrote it: what is expected, and how to write it."""
    sentences = _RETRIES.get(language, _RETRIES["en"])
    expected = "options" if block.kind is Kind.OPTIONS else block.expects
    if block.kind is Kind.QUESTION and block.expects is PropertyType.DATE:
        expected = formats.date_order
    return sentences[expected].format(limit=texts.LIMIT, sign=formats.decimal_sign)


def usual_menu(language: str) -> str:
    """What opens a list of options where nobody wrote it."""
    return _MENUS.get(language, _MENUS["en"])


_MENUS = {"en": "Options", "es": "Opciones", "pt": "Opções"}
_RETRIES = {
    "en": {
        "text": "Please answer with a text of up to {limit} characters.",
        "number": "Please answer with a number, such as 1234{sign}5",
        "boolean": "Please answer yes or no.",
        "dmy": "Please answer with a date: day/month/year, such as 31/12/2026",
        "mdy": "Please answer with a date: month/day/year, such as 12/31/2026",
        "email": "Please answer with an e-mail address, such as ana@example.com",
        "options": "Please choose one of the options, or write its number.",
    },
    "es": {
        "text": "Por favor, responde con un texto de hasta {limit} caracteres.",
        "number": "Por favor, responde con un número, como 1234{sign}5",
        "boolean": "Por favor, responde sí o no.",
        "dmy": "Por favor, responde con una fecha: día/mes/año, como 31/12/2026",
        "mdy": "Por favor, responde con una fecha: mes/día/año, como 12/31/2026",
        "email": "Por favor, responde con un correo electrónico, como ana@example.com",
        "options": "Por favor, elige una de las opciones o escribe su número.",
    },
    "pt": {
        "text": "Por favor, responda com um texto de até {limit} caracteres.",
        "number": "Por favor, responda com um número, como 1234{sign}5",
        "boolean": "Por favor, responda sim ou não.",
        "dmy": "Por favor, responda com uma data: dia/mês/ano, como 31/12/2026",
        "mdy": "Por favor, responda com uma data: mês/dia/ano, como 12/31/2026",
        "email": "Por favor, responda com um e-mail, como ana@example.com",
        "options": "Por favor, escolha uma das opções ou escreva o número dela.",
    },
}
"""By the block's expected type; dates by their order."""
