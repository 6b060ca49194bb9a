"""Changes of many contacts at once, what was before them, and searches under a name."""

from typing import Any

from peewee import Database

_TABLES = (
    """CREATE TABLE change (
        id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
        action TEXT NOT NULL CHECK (action IN ('delete', 'set', 'clear')),
        property_id INTEGER,
        value TEXT NOT NULL DEFAULT '',
        ids BLOB NOT NULL,
        position INTEGER NOT NULL DEFAULT 0,
        changed INTEGER NOT NULL DEFAULT 0 CHECK (changed >= 0),
        undone INTEGER NOT NULL DEFAULT 0 CHECK (undone >= 0),
        undo_job INTEGER
    )""",
    """CREATE TABLE change_item (
        change_id INTEGER NOT NULL REFERENCES change (id) ON DELETE CASCADE,
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        before TEXT NOT NULL,
        PRIMARY KEY (change_id, contact_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE saved_search (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL CHECK (name <> ''),
        name_key TEXT NOT NULL UNIQUE,
        words TEXT NOT NULL,
        created INTEGER NOT NULL CHECK (created = created + 0)
    )""",
)


def up(migrator: Any, db: Database) -> None:
    for table in _TABLES:
        db.execute_sql(table)
    # A contact that goes for good takes its items along without a look at all of them.
    db.execute_sql("CREATE INDEX change_item_contact ON change_item (contact_id)")
