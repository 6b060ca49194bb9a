"""What commands print."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from store.contacts import Person
from store.language import _
from store.values import times
from store.values.custom_property import CustomProperty
from store.values.property_type import TRUE, PropertyType
from tui.text import shown

_ANEW = "\r\x1b[K"
"""Begins the line of a terminal anew."""


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line, its text readable but for what would act on a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    click.echo("".join(char if shown(char) == char else _escaped(char) for char in text))


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1]


def person_json(person: Person, known: list[CustomProperty]) -> dict[str, Any]:
    """A contact as `--json` has it: times in UTC, unset properties absent, hidden ones included."""
    values: dict[str, Any] = {}
    for item in known:
        stored = person.properties.get(item.id)
        if stored is not None:
            values[item.name] = stored == TRUE if item.type is PropertyType.BOOLEAN else stored
    return {
        "id": person.id,
        "phone": person.phone,
        "name": person.name,
        "email": person.email,
        "created": times.iso_utc(person.created),
        "first_interaction": times.iso_utc(person.first_interaction),
        "last_interaction": times.iso_utc(person.last_interaction),
        "user_initiated": person.user_initiated,
        "business_initiated": person.business_initiated,
        "cancelled_outbounds": person.cancelled_outbounds,
        "received_notifications": person.received_notifications,
        "properties": values,
    }


def print_columns(rows: list[list[object]]) -> None:
    """Rows in columns as wide as their contents, made harmless for a terminal."""
    from rich.cells import cell_len, set_cell_size

    texts = [[shown(value, 60) for value in row] for row in rows]
    widths = [max(cell_len(row[i]) for row in texts) for i in range(len(texts[0]))] if texts else []
    for row in texts:
        cells = [set_cell_size(text, width) for text, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def show_progress(line: str) -> None:
    """On a terminal, put a line in the place of the one before; an empty one at the end of the work."""
    if sys.stderr.isatty():
        click.echo(f"{_ANEW}{line}", nl=False, err=True)


def tell(sentence: str) -> None:
    """Say a sentence on stderr, in the place of a line of progress."""
    click.echo(f"{_ANEW}{sentence}" if sys.stderr.isatty() else sentence, err=True)


def confirmed(question: str, yes: bool) -> bool:
    """Whether a person agrees: by `--yes`, or asked in a terminal; else a sentence is said."""
    if yes:
        return True
    if sys.stdin.isatty():
        return click.confirm(question, err=True)
    click.echo(_("Nothing was deleted: add --yes to delete without being asked."), err=True)
    return False
