"""Downloads and their history."""

from typing import Any

from peewee import SQL, BigIntegerField, Check, Database, IntegerField, Model, TextField


def up(migrator: Any, db: Database) -> None:
    class Download(Model):
        id = IntegerField(primary_key=True, constraints=[SQL("REFERENCES job (id) ON DELETE CASCADE")])
        first_day = TextField(null=True)
        last_day = TextField(null=True)
        search = TextField()
        language = TextField()
        separator = TextField()
        format = TextField(constraints=[Check("format IN ('csv', 'xlsx')")])
        rows = IntegerField(null=True)
        size = BigIntegerField(null=True)
        removed_after = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "download"

    db.create_tables([Download])
