"""The contacts of a download, read batch by batch from one picture of the data."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from peewee import fn

from store import database, listing
from store.downloads import Plan, columns
from store.models import LIVING, Contact, Property
from store.values import times
from store.values.property_type import PropertyType

_BATCH = 1_000
"""Contacts that are held at one time."""


class Table:
    """Columns, and what stands in them."""

    def __init__(self, read: Callable[[Any], sqlite3.Cursor], plan: Plan, zone_name: str | None) -> None:
        query = Property.select(Property.id, Property.name, Property.type).where(Property.deleted == 0)
        properties = read(query.order_by(Property.id)).fetchall()
        self.columns = columns.of_file(
            plan.language, [(name, PropertyType(kind)) for _id, name, kind in properties]
        )
        self.rows = 0
        """Contacts that were handed out so far."""
        self._keys = [str(row[0]) for row in properties]
        self._last_id: int = read(Contact.select(fn.MAX(Contact.id))).fetchone()[0] or 0
        self._reached = 0
        self._cursor = read(_query(plan, zone_name))

    @property
    def progress(self) -> int:
        """Thousandths of all contacts that were looked at."""
        return 1000 * self._reached // max(self._last_id, 1)

    def batches(self) -> Iterator[list[Sequence[Any]]]:
        """For each batch and column a sequence of stored values, None for what is unset."""
        while rows := self._cursor.fetchmany(_BATCH):
            ids, documents, *fields = zip(*rows, strict=True)
            self.rows += len(rows)
            self._reached = ids[-1]
            yield [*fields, *_values(documents, self._keys)]


@contextmanager
def opened(plan: Plan, zone_name: str | None) -> Iterator[Table]:
    """The table of a plan; whatever others write while it is read, it is as it was when it was opened."""
    with database.snapshot() as read:
        yield Table(read, plan, zone_name)


def _query(plan: Plan, zone_name: str | None) -> Any:
    fields = [getattr(Contact, item.field) for item in columns.BUILT_IN]
    query = Contact.select(Contact.id, Contact.properties, *fields).where(
        Contact.deleted == LIVING, *listing.conditions(plan.search)
    )
    if plan.first_day is not None:
        begin = times.begin_of(plan.first_day, zone_name)
        end = times.begin_of(plan.last_day + timedelta(days=1), zone_name) if plan.last_day else 1 << 62
        query = query.where(
            Contact.created.between(begin, end - 1) | Contact.first_interaction.between(begin, end - 1)
        )
    return query.order_by(Contact.id)


def _values(documents: Sequence[str], keys: Sequence[str]) -> list[list[str | None]]:
    """For each property the values of a batch. Read here: `json_extract` took twice as long."""
    if not keys:
        return []
    read = json.JSONDecoder().raw_decode
    found: list[dict[str, str]] = [read(document)[0] for document in documents]
    return [[values.get(key) for values in found] for key in keys]
