"""What WhatsApp delivers, what it means, and the interactions that follow from it."""

from typing import Any

from peewee import Database

_COLUMNS = (
    "wa_id TEXT",
    "user_id TEXT",
    "username TEXT",
    "profile_name TEXT",
    "profile_time INTEGER NOT NULL DEFAULT 0",
    "opted_out INTEGER NOT NULL DEFAULT 0 CHECK (opted_out IN (0, 1))",
    "opted_time INTEGER NOT NULL DEFAULT 0",
)
_TABLES = (
    """CREATE TABLE delivery (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL CHECK (source IN ('whatsapp', 'record')),
        received INTEGER NOT NULL CHECK (received = received + 0),
        state TEXT NOT NULL CHECK (state IN ('new', 'processed', 'failed')),
        fault TEXT NOT NULL DEFAULT '',
        body BLOB NOT NULL
    )""",
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        "key" TEXT NOT NULL UNIQUE CHECK ("key" <> ''),
        contact_id INTEGER REFERENCES contact (id) ON DELETE CASCADE,
        number TEXT,
        user_id TEXT,
        kind TEXT NOT NULL,
        time INTEGER NOT NULL CHECK (time = time + 0),
        subject TEXT NOT NULL,
        reply_to TEXT NOT NULL DEFAULT '',
        line TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL DEFAULT '',
        details TEXT NOT NULL DEFAULT '{}'
    )""",
    """CREATE TABLE interaction (
        id INTEGER PRIMARY KEY,
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        "key" TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('inbound', 'outbound', 'notification', 'touch')),
        line TEXT NOT NULL,
        opened INTEGER NOT NULL CHECK (opened = opened + 0),
        last INTEGER NOT NULL CHECK (last >= opened),
        expires INTEGER NOT NULL CHECK (expires >= 0),
        accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
        cancelled INTEGER NOT NULL CHECK (cancelled = cancelled + 0),
        cancelled_by TEXT NOT NULL,
        fresh INTEGER NOT NULL CHECK (fresh IN (0, 1))
    )""",
    """CREATE TABLE former_number (
        id INTEGER PRIMARY KEY,
        number TEXT NOT NULL,
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        until INTEGER NOT NULL
    )""",
)
_INDEXES = (
    "INDEX contact_wa_id ON contact (wa_id) WHERE wa_id IS NOT NULL AND deleted = 0",
    "INDEX contact_user_id ON contact (user_id) WHERE user_id IS NOT NULL AND deleted = 0",
    "INDEX delivery_waiting ON delivery (state, id) WHERE state <> 'processed'",
    "INDEX event_contact ON event (contact_id, time)",
    "INDEX event_subject ON event (subject)",
    "INDEX event_reply_to ON event (reply_to) WHERE reply_to <> ''",
    "INDEX event_number ON event (number) WHERE contact_id IS NULL AND number IS NOT NULL",
    "INDEX event_user_id ON event (user_id) WHERE contact_id IS NULL AND user_id IS NOT NULL",
    'UNIQUE INDEX interaction_contact ON interaction (contact_id, opened, "key")',
    "UNIQUE INDEX former_number_contact ON former_number (number, contact_id)",
    "INDEX former_number_of ON former_number (contact_id)",
)


def up(migrator: Any, db: Database) -> None:
    for column in _COLUMNS:
        db.execute_sql(f"ALTER TABLE contact ADD COLUMN {column}")
    for table in _TABLES:
        db.execute_sql(table)
    for index in _INDEXES:
        db.execute_sql(f"CREATE {index}")
