"""Counters are sorted by indexes of those who interacted: all others have 0 in each of them."""

from typing import Any

from peewee import Database

_COUNTERS = ("user_initiated", "business_initiated", "cancelled_outbounds", "received_notifications")


def up(migrator: Any, db: Database) -> None:
    for column in _COUNTERS:
        db.execute_sql(f"DROP INDEX contact_{column}")
        # An import is a tenth quicker without its contacts in them.
        db.execute_sql(
            f"CREATE INDEX contact_{column} ON contact ({column}, id) "
            "WHERE deleted = 0 AND last_interaction > 0"
        )
