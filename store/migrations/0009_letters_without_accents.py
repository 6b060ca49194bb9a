"""Letters that have a plain one though no accent are found by it: yilmaz finds Yılmaz."""

from typing import Any

from peewee import Database, DatabaseError

_PLAIN = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th"}
_PLAIN |= {"æ": "ae", "œ": "oe"}
_HAS_ONE = f"GLOB '*[{''.join(_PLAIN)}]*'"
_ENTRIES = "SELECT {first}id, text FROM contact_text WHERE id IN (SELECT id FROM to_fold)"


def up(migrator: Any, db: Database) -> None:
    for table in ("property", "flow", "saved_search"):
        # Where two names would become one, both stay as they are.
        db.execute_sql(
            f"UPDATE OR IGNORE {table} SET name_key = {_plain('name_key')} WHERE name_key {_HAS_ONE}"
        )
    db.execute_sql(f"CREATE TEMP TABLE to_fold AS SELECT id FROM contact WHERE search_key {_HAS_ONE}")
    # The index is told of each: to make all of it anew takes many times as long.
    _remove_entries(db)
    db.execute_sql(
        f"UPDATE contact SET search_key = {_plain('search_key')} WHERE id IN (SELECT id FROM to_fold)"
    )
    db.execute_sql(f"INSERT INTO contact_search (rowid, text) {_ENTRIES.format(first='')}")
    db.execute_sql("DROP TABLE to_fold")


def _remove_entries(db: Database) -> None:
    entries = _ENTRIES.format(first="'delete', ")
    statement = f"INSERT INTO contact_search (contact_search, rowid, text) {entries}"
    try:
        db.execute_sql(statement)
    except DatabaseError:
        # FTS5 calls itself damaged where an entry was missing; it follows from the contacts.
        db.execute_sql("INSERT INTO contact_search (contact_search) VALUES ('rebuild')")
        db.execute_sql(statement)


def _plain(column: str) -> str:
    key = column
    for letter, plain in _PLAIN.items():
        key = f"replace({key}, '{letter}', '{plain}')"
    return key
