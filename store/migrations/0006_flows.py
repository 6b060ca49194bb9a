"""Flows, the conversations that go along them, and the messages that they send."""

from typing import Any

from peewee import Database

_TABLES = (
    """CREATE TABLE flow (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL CHECK (name <> ''),
        name_key TEXT NOT NULL,
        body TEXT NOT NULL,
        version_id INTEGER,
        live INTEGER NOT NULL DEFAULT 0 CHECK (live IN (0, 1)),
        created INTEGER NOT NULL CHECK (created = created + 0),
        changed INTEGER NOT NULL CHECK (changed = changed + 0),
        deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted = deleted + 0)
    )""",
    """CREATE TABLE flow_version (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        flow_id INTEGER NOT NULL REFERENCES flow (id),
        body TEXT NOT NULL,
        created INTEGER NOT NULL CHECK (created = created + 0)
    )""",
    """CREATE TABLE flow_run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        flow_id INTEGER NOT NULL REFERENCES flow (id),
        version_id INTEGER NOT NULL REFERENCES flow_version (id),
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        interaction TEXT NOT NULL,
        line TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        started INTEGER NOT NULL CHECK (started = started + 0),
        last INTEGER NOT NULL CHECK (last = last + 0),
        due INTEGER NOT NULL DEFAULT 0 CHECK (due = due + 0),
        ended INTEGER NOT NULL DEFAULT 0 CHECK (ended = ended + 0)
    )""",
    """CREATE TABLE outgoing (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER REFERENCES flow_run (id) ON DELETE CASCADE,
        contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'unsure', 'dropped')),
        attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        due INTEGER NOT NULL CHECK (due = due + 0),
        created INTEGER NOT NULL CHECK (created = created + 0),
        message_id TEXT NOT NULL DEFAULT '',
        fault TEXT NOT NULL DEFAULT ''
    )""",
)
_INDEXES = (
    "UNIQUE INDEX flow_name ON flow (name_key) WHERE deleted = 0",
    "UNIQUE INDEX flow_live ON flow (live) WHERE live = 1",
    "INDEX flow_version_of ON flow_version (flow_id)",
    "UNIQUE INDEX flow_run_interaction ON flow_run (contact_id, interaction)",
    "INDEX flow_run_flow ON flow_run (flow_id, started)",
    "INDEX flow_run_version ON flow_run (version_id)",
    "INDEX flow_run_due ON flow_run (due) WHERE ended = 0 AND due > 0",
    "INDEX outgoing_waiting ON outgoing (due, id) WHERE state = 'waiting'",
    "INDEX outgoing_run ON outgoing (run_id)",
    "INDEX outgoing_contact ON outgoing (contact_id)",
    "INDEX outgoing_failed ON outgoing (state, id) WHERE state IN ('failed', 'unsure')",
)


def up(migrator: Any, db: Database) -> None:
    for table in _TABLES:
        db.execute_sql(table)
    for index in _INDEXES:
        db.execute_sql(f"CREATE {index}")
