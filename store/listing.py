"""Sort and search contacts; windows of rows out of lists of any length."""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import filterfalse
from typing import TYPE_CHECKING, Any, NamedTuple

import peewee

from store import database, search
from store.first_models import LIVING, Contact
from store.search import Wanted
from store.values import text

if TYPE_CHECKING:
    _Query = peewee.ModelSelect[Contact] | peewee.ModelCompoundSelectQuery

_FEW = 5_000
"""Contacts that are sorted in 10 ms."""
_MANY = 30_000
"""Contacts that are sorted in 70 ms."""
_LOOKED_AT = 2_000
"""Contacts along the order that are looked at for the first of a search, 6 ms: what is found in every tenth
is met so."""
_PASSED = 300_000
"""Contacts along the order that are passed for the first of what the search index knows, 60 ms at most."""
_NAME = peewee.SQL("substr(search_key, 1, instr(search_key, char(10)) - 1)")
"""The name, as the index of names has it to the letter."""
_ZERO = peewee.SQL("0")
"""A literal: a bound value finds no partial index."""


class Order(StrEnum):
    """What contacts are sorted by; the value is the name in JSON."""

    NAME = "name"
    LAST_INTERACTION = "last_interaction"
    USER_INITIATED = "user_initiated"
    BUSINESS_INITIATED = "business_initiated"
    CANCELLED_OUTBOUNDS = "cancelled_outbounds"
    RECEIVED_NOTIFICATIONS = "received_notifications"


_COUNTERS = frozenset(Order) - {Order.NAME, Order.LAST_INTERACTION}


@dataclass(frozen=True, slots=True)
class Listing:
    """Which contacts, in which order; ties by age, contacts that never interacted last in both directions."""

    order: Order = Order.LAST_INTERACTION
    descending: bool = True
    search: str = ""
    """Words and filters; see store.filters."""


class Row(NamedTuple):
    """What the list shows of a contact."""

    id: int
    name: str
    last_interaction: int
    user_initiated: int
    business_initiated: int
    cancelled_outbounds: int
    received_notifications: int
    phone: str | None
    email: str | None
    created: int


def ids(listing: Listing) -> "array[int]":
    """The ids of all the contacts of a listing, in its order (0.2 s a million).

    Raises Invalid for a search that asks for what there is not.
    """
    wanted = _wanted(listing)
    return _first(_arms(listing, wanted, search.candidates(wanted.terms)), None)


def first_ids(listing: Listing, limit: int) -> "array[int]":
    """The first `limit` of `ids`, at once."""
    wanted = _wanted(listing)
    if not wanted:
        return _first(_arms(listing, wanted), limit)
    candidates = search.candidates(wanted.terms)
    found = _walked(listing, wanted, candidates, limit)
    return _first(_arms(listing, wanted, candidates), limit) if found is None else found


def rows(wanted: Sequence[int]) -> dict[int, Row]:
    """What the list shows, by id (at most some hundreds at a time)."""
    found = database.db.execute_sql(_rows_query(), (json.dumps(list(wanted)),))
    return {row[0]: Row._make(row) for row in found.fetchall()}


@cache
def _rows_query() -> str:
    # Made once: for Peewee to say it takes as long as for SQLite to do it, at every page.
    columns = [getattr(Contact, name) for name in Row._fields]
    among = peewee.SQL("(SELECT value FROM json_each(?))", [""])
    statement: str = Contact.select(*columns).where(Contact.id.in_(among)).sql()[0]
    return statement


def count() -> int:
    """How many living contacts there are."""
    return int(Contact.select().where(Contact.deleted == LIVING).count())


def _wanted(listing: Listing) -> Wanted:
    if not listing.search.strip():
        return Wanted()
    # Imported here: the first screen searches for nothing.
    from store import filters

    return filters.parse(listing.search)


def _walked(
    listing: Listing, wanted: Wanted, candidates: peewee.SQL | None, limit: int
) -> "array[int] | None":
    """The first of a listing by a walk along its order; None where sorting all candidates is quicker."""
    known = _MANY if candidates is None else _how_many(candidates)
    if known <= _FEW:
        return None
    found = _met(listing, wanted, None, _LOOKED_AT, limit)
    # Where more than one thing must be true, few of the candidates may be left: a walk would go on and on.
    if found is not None or candidates is None or known < _MANY or len(wanted.conditions) > 1:
        return found
    return _met(listing, wanted, candidates, _PASSED, limit)


def _how_many(candidates: peewee.SQL) -> int:
    """How many there are, as far as it matters."""
    several = Contact.select(peewee.SQL("1")).from_(candidates).limit(_MANY)
    return len(database.ids(several))


def _met(
    listing: Listing, wanted: Wanted, candidates: peewee.SQL | None, steps: int, limit: int
) -> "array[int] | None":
    """The first of a listing, where a walk of so many steps along its order meets enough of them; else None.

    With candidates only these are looked at; all others are passed without a look.
    """
    found = array(database.ID)
    for arm in _arms(listing, Wanted()):
        passed = arm.limit(steps).alias("passed")
        query = Contact.select(passed.c.id).from_(passed).join(Contact, peewee.JOIN.CROSS)
        if candidates is not None:
            query = query.where(passed.c.id.in_(candidates))
        query = query.where(Contact.id == passed.c.id, *wanted.conditions)
        found.extend(database.ids(query.limit(limit - len(found))))
        if len(found) == limit:
            return found
        if len(database.ids(arm.limit(steps))) == steps:
            # It may go on with others of the same arm.
            return None
    return found


def _first(arms: Iterable["_Query"], limit: int | None) -> "array[int]":
    found = array(database.ID)
    for query in arms:
        found.extend(database.ids(query if limit is None else query.limit(limit - len(found))))
        if len(found) == limit:
            break
    return found


def _arms(listing: Listing, wanted: Wanted, candidates: peewee.SQL | None = None) -> list["_Query"]:
    """The queries whose results, one after the other, are the listing."""
    column: Any = _NAME if listing.order is Order.NAME else getattr(Contact, listing.order.value)
    query = Contact.select(Contact.id).where(Contact.deleted == LIVING, *wanted.conditions)
    if candidates is not None:
        query = query.where(Contact.id.in_(candidates))
    key = column
    if wanted:
        # Kept from walking the order's index, whose every step would fetch a row from elsewhere.
        key = column + _ZERO if listing.order is not Order.NAME else column.concat("")
    elif listing.order in _COUNTERS:
        return _arms_of_counter(query, column, listing.descending)
    if listing.descending:
        return [query.order_by(key.desc(), Contact.id.desc())]
    ordered = query.order_by(key, Contact.id)
    if listing.order is not Order.LAST_INTERACTION:
        return [ordered]
    return [ordered.where(column > _ZERO), ordered.where(column == _ZERO)]


def _arms_of_counter(query: "_Query", column: Any, is_descending: bool) -> list["_Query"]:
    """The same by indexes that leave out who never interacted: they are among those who have 0."""
    interacted, never = Contact.last_interaction > _ZERO, Contact.last_interaction == _ZERO
    some, none = query.where(interacted, column > _ZERO), query.where(interacted, column == _ZERO)
    # Both come by id: SQLite merges them as they come.
    none = none.union_all(query.where(never))
    if is_descending:
        return [some.order_by(column.desc(), Contact.id.desc()), none.order_by(peewee.SQL("1 DESC"))]
    return [none.order_by(peewee.SQL("1")), some.order_by(column, Contact.id)]


def turned(ids: "array[int]", listing: Listing) -> "array[int]":
    """All the ids of a listing the other way around (14 ms a million)."""
    if listing.order is not Order.LAST_INTERACTION:
        return ids[::-1]

    def has_never(contact_id: int) -> bool:
        moments = Contact.select(Contact.last_interaction).where(Contact.id == contact_id)
        return not any(row[0] for row in list(database.tuples(moments)))

    # Those who never interacted stand last in both directions.
    met = bisect_left(ids, True, key=has_never)
    return ids[:met][::-1] + ids[met:][::-1]


def renewed(first: "array[int]", known: "array[int]") -> "array[int]":
    """The ids of a listing of which the first ones have been read anew (70 ms a million)."""
    count = len(first)
    moved = set(first).difference(known[:count])
    left = set(known[:count]).difference(first)
    further = known[count:]
    if moved:
        further = array(database.ID, filterfalse(moved.__contains__, further))
    return first + array(database.ID, filter(left.__contains__, known[:count])) + further


def position(ids: Sequence[int], prefix: str, *, descending: bool = False) -> int:
    """The place of the first name that begins with `prefix`, or of the next one, in a listing by name (2 ms).

    `ids` are all of it. The length of the listing where all names come before.
    """
    wanted = text.fold(text.clean(prefix))

    def is_reached(contact_id: int) -> bool:
        keys = Contact.select(Contact.search_key).where(Contact.id == contact_id)
        key = next((row[0] for row in list(database.tuples(keys))), "")
        return key < wanted or key.startswith(wanted) if descending else key >= wanted

    return bisect_left(ids, True, key=is_reached)
