"""Imports know of their undo, and when their kept copy was removed."""

from typing import Any

from peewee import Database


def up(migrator: Any, db: Database) -> None:
    for column in (
        "undo_job INTEGER",
        "undo_binned INTEGER NOT NULL DEFAULT 0",
        "undo_kept INTEGER NOT NULL DEFAULT 0",
        "copy_days INTEGER",
    ):
        db.execute_sql(f'ALTER TABLE "import" ADD COLUMN {column}')
