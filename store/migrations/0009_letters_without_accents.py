"""Letters that have a plain one though no accent are found by it: yilmaz finds Yılmaz."""

from typing import Any

from peewee import Database

_PLAIN = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th"}
_PLAIN |= {"æ": "ae", "œ": "oe"}


def up(migrator: Any, db: Database) -> None:
    for table in ("property", "flow", "saved_search"):
        _make_plain(db, table, "name_key")
    if _make_plain(db, "contact", "search_key"):
        db.execute_sql("INSERT INTO contact_search (contact_search) VALUES ('rebuild')")


def _make_plain(db: Database, table: str, column: str) -> int:
    """How many keys had such letters; where two names would become one, both stay as they are."""
    key = column
    for letter, plain in _PLAIN.items():
        key = f"replace({key}, '{letter}', '{plain}')"
    found = f"{column} GLOB '*[{''.join(_PLAIN)}]*'"
    return int(db.execute_sql(f"UPDATE OR IGNORE {table} SET {column} = {key} WHERE {found}").rowcount)
