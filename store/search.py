"""The index that contacts are searched by; whoever changes contacts changes it in the same transaction.

It holds the trigrams of every living contact's search key, by SQLite's FTS5. An entry must be taken out as
the contact stands, and so before the contact changes.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from peewee import SQL, DatabaseError, fn

from store import database
from store.first_models import Contact

GRAM = 3
"""Characters of what the index holds: of a shorter term it knows little."""
_MOST_GRAMS = 24
"""Of a term that are asked for: nobody's key has them all but by having the term, and each costs a look."""
_FEW_TRIGRAMS = 500
"""Those that begin with a term of one or two letters: with more of them it is found in many contacts."""
_LAST = "\U0010ffff"
"""What no other character comes after."""
_NOWHERE = "\x01\x01\x01"
"""Asked for where a term begins no trigram at all."""
_ADD = "INSERT INTO contact_search (rowid, text) SELECT id, text FROM contact_text WHERE "
_REMOVE = (
    "INSERT INTO contact_search (contact_search, rowid, text) "
    "SELECT 'delete', id, text FROM contact_text WHERE "
)
_AMONG = "id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be true of a contact."""

    terms: tuple[str, ...] = ()
    """Folded; each must stand in its search key."""
    others: tuple[Any, ...] = field(default=(), repr=False)
    """Further conditions, for queries."""

    @property
    def conditions(self) -> list[Any]:
        """All of it."""
        return [fn.instr(Contact.search_key, term) > 0 for term in self.terms] + list(self.others)

    def __bool__(self) -> bool:
        return bool(self.terms or self.others)


def last_id() -> int:
    """The highest id of a contact; 0 where there is none."""
    return int(database.db.execute_sql("SELECT coalesce(max(id), 0) FROM contact").fetchone()[0])


def add_after(contact_id: int) -> None:
    """Enter the contacts with higher ids, which are new: 3 µs each for thousands, 20 for one by one."""
    database.db.execute_sql(f"{_ADD}id > ?", (contact_id,))


def add(ids: Collection[int]) -> None:
    """Enter contacts that are not in it, as they are now; those in the bin are left out."""
    database.db.execute_sql(_ADD + _AMONG, (json.dumps(list(ids)),))


def remove(ids: Collection[int]) -> None:
    """Take contacts out that are in it and have not changed yet."""
    statement, among = _REMOVE + _AMONG, (json.dumps(list(ids)),)
    try:
        database.db.execute_sql(statement, among)
    except DatabaseError:
        # FTS5 calls itself damaged where an entry was missing; nothing is lost, it follows from the contacts.
        rebuild()
        database.db.execute_sql(statement, among)


@contextmanager
def changing(ids: Collection[int]) -> Iterator[None]:
    """Inside, contacts that are in it may change, or go."""
    remove(ids)
    yield
    add(ids)


def rebuild() -> None:
    """Make it anew of all living contacts, inside a transaction (some seconds a million)."""
    database.db.execute_sql("INSERT INTO contact_search (contact_search) VALUES ('rebuild')")


def check() -> None:
    """Raise DatabaseError where it differs from the contacts; inside a transaction."""
    database.db.execute_sql("INSERT INTO contact_search (contact_search, rank) VALUES ('integrity-check', 1)")


def candidates(terms: Sequence[str]) -> SQL | None:
    """The ids of all contacts that may contain all of these folded terms, as a subquery; most of them do.

    None where the index cannot tell, or where too many may.
    """
    # One of one or two letters sorts out little, and costs a look at all trigrams that begin with it: it is
    # asked for only where there is no longer one.
    longest = min(max(map(len, terms), default=0), GRAM)
    wanted = [match for term in terms if len(term) >= longest and (match := _match(term)) is not None]
    if not wanted:
        return None
    return SQL(
        "(SELECT rowid FROM contact_search WHERE contact_search MATCH ?)",
        [" AND ".join(f"({match})" for match in wanted)],
    )


def _match(term: str) -> str | None:
    """What FTS5 is asked for a term; None where it would be asked for too much."""
    if len(term) < GRAM:
        return _short(term)
    # Each third and the last hold every character: more of them sort out little, and cost a look each.
    places = [*range(0, len(term) - GRAM, GRAM), len(term) - GRAM]
    grams = dict.fromkeys(term[place : place + GRAM] for place in places)
    return " AND ".join(map(_quoted, islice(grams, _MOST_GRAMS)))


def _short(term: str) -> str | None:
    # Each character of a key begins a trigram: one with the term in it has one that begins with it.
    statement = "SELECT term FROM contact_trigram WHERE term >= ? AND term < ? LIMIT ?"
    found = database.db.execute_sql(statement, (term, term + _LAST * GRAM, _FEW_TRIGRAMS + 1)).fetchall()
    if len(found) > _FEW_TRIGRAMS:
        return None
    return " OR ".join(_quoted(row[0]) for row in found) or _quoted(_NOWHERE)


def _quoted(gram: str) -> str:
    doubled = gram.replace('"', '""')
    return f'"{doubled}"'
