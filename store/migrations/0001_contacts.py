"""Contacts, properties, settings, jobs and imports."""

from typing import Any

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BooleanField,
    Check,
    Database,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

SORTS = (
    "last_interaction",
    "user_initiated",
    "business_initiated",
    "cancelled_outbounds",
    "received_notifications",
)


def _whole(column: str) -> Any:
    # SQLite keeps 'abc' in an integer column unless it is told otherwise.
    return Check(f"{column} = {column} + 0 AND {column} >= 0")


def up(migrator: Any, db: Database) -> None:
    class Table(Model):
        class Meta:
            database = db

    class Contact(Table):
        id = AutoField()
        phone = TextField(null=True, constraints=[Check("phone LIKE '+%'")])
        name = TextField(constraints=[Check("name <> ''")])
        email = TextField(null=True)
        user_initiated = IntegerField(constraints=[SQL("DEFAULT 0"), _whole("user_initiated")])
        business_initiated = IntegerField(constraints=[SQL("DEFAULT 0"), _whole("business_initiated")])
        cancelled_outbounds = IntegerField(constraints=[SQL("DEFAULT 0"), _whole("cancelled_outbounds")])
        received_notifications = IntegerField(
            constraints=[SQL("DEFAULT 0"), _whole("received_notifications")]
        )
        first_interaction = BigIntegerField(constraints=[SQL("DEFAULT 0"), _whole("first_interaction")])
        last_interaction = BigIntegerField(constraints=[SQL("DEFAULT 0"), _whole("last_interaction")])
        created = BigIntegerField(constraints=[_whole("created")])
        changed = BigIntegerField(constraints=[_whole("changed")])
        # One by one: for a list SQLite builds a table each time, a sixth of what inserting a contact takes.
        origin = TextField(constraints=[Check("origin = 'import' OR origin = 'message' OR origin = 'hand'")])
        import_id = IntegerField(null=True)
        import_row = IntegerField(null=True)
        properties = JSONField(constraints=[SQL("DEFAULT '{}'")])
        search_key = TextField()
        deleted = BigIntegerField(constraints=[SQL("DEFAULT 0"), _whole("deleted")])

        class Meta:
            table_name = "contact"

    class Property(Table):
        id = AutoField()
        name = TextField(constraints=[Check("name <> ''")])
        name_key = TextField()
        type = TextField(
            constraints=[Check("type IN ('text', 'number', 'boolean', 'date', 'email', 'list')")]
        )
        choices = JSONField(constraints=[SQL("DEFAULT '[]'")])
        hidden = BooleanField(constraints=[SQL("DEFAULT 0")])
        created = BigIntegerField()
        deleted = BigIntegerField(constraints=[SQL("DEFAULT 0")])

        class Meta:
            table_name = "property"

    class Setting(Table):
        key = TextField(primary_key=True)
        value = JSONField()

        class Meta:
            table_name = "setting"

    class Job(Table):
        id = AutoField()
        kind = TextField()
        state = TextField()
        created = BigIntegerField()
        started = BigIntegerField()
        finished = BigIntegerField()
        stop_asked = BooleanField()
        parameters = JSONField()
        progress = IntegerField()
        message = TextField()
        person = TextField()

        class Meta:
            table_name = "job"

    class Import(Table):
        id = IntegerField(primary_key=True, constraints=[SQL("REFERENCES job (id) ON DELETE CASCADE")])
        file = TextField()
        sheet = TextField()
        headers = JSONField()
        rows = IntegerField(null=True)
        position = IntegerField()
        duplicates = IntegerField()
        created_rows = IntegerField()
        rejected = IntegerField()
        incomplete = IntegerField()
        unsaved = IntegerField()
        phones = JSONField()
        report = TextField(null=True)

        class Meta:
            table_name = "import"

    class ImportResult(Table):
        id = AutoField()
        import_id = IntegerField(constraints=[SQL("REFERENCES import (id) ON DELETE CASCADE")])
        row = IntegerField()
        result = TextField()
        detail = JSONField()

        class Meta:
            table_name = "import_result"

    db.create_tables([Contact, Property, Setting, Job, Import, ImportResult])
    # Every list is a list of the living: partial indexes, each ending in the id.
    db.execute_sql("CREATE UNIQUE INDEX contact_phone ON contact (phone) WHERE deleted = 0")
    db.execute_sql("CREATE INDEX contact_search_key ON contact (search_key, id) WHERE deleted = 0")
    for column in SORTS:
        db.execute_sql(f"CREATE INDEX contact_{column} ON contact ({column}, id) WHERE deleted = 0")
    db.execute_sql("CREATE INDEX contact_import ON contact (import_id) WHERE import_id IS NOT NULL")
    db.execute_sql("CREATE UNIQUE INDEX property_name ON property (name_key) WHERE deleted = 0")
    db.execute_sql("CREATE UNIQUE INDEX import_result_row ON import_result (import_id, row)")
