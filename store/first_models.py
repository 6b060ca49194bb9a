"""The tables that the first rows need; the others are in `store.models`, which knows these too."""

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BooleanField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

from store.database import db

LIVING = SQL("0")
"""What `Contact.deleted` equals for the living: a literal, since a bound value finds no partial index."""


class Table(Model):
    """What all tables share."""

    class Meta:
        database = db
        legacy_table_names = False


class Contact(Table):
    """A person who wrote, was created by hand or was imported."""

    id = AutoField()
    phone = TextField(null=True)
    """E.164; unique among the living."""
    name = TextField()
    email = TextField(null=True)
    user_initiated = IntegerField(default=0)
    business_initiated = IntegerField(default=0)
    cancelled_outbounds = IntegerField(default=0)
    received_notifications = IntegerField(default=0)
    first_interaction = BigIntegerField(default=0)
    last_interaction = BigIntegerField(default=0)
    created = BigIntegerField()
    changed = BigIntegerField()
    origin = TextField()
    """message, hand or import."""
    import_id = IntegerField(null=True)
    import_row = IntegerField(null=True)
    properties = JSONField(default=dict)
    """Canonical strings by the property's id."""
    search_key = TextField()
    """Folded name, digits of the phone and email; the order by name is the order by this."""
    deleted = BigIntegerField(default=0)
    """When the contact went into the bin; 0 for the living."""
    wa_id = TextField(null=True)
    """The number as WhatsApp last wrote it, with +; it may differ from `phone` by a variant."""
    user_id = TextField(null=True)
    """WhatsApp's id of the person for this company (BSUID)."""
    username = TextField(null=True)
    profile_name = TextField(null=True)
    """What the person calls themselves in WhatsApp."""
    profile_time = BigIntegerField(default=0)
    """When they were last told of."""
    opted_out = BooleanField(default=False)
    """Whether the person wants no marketing."""
    opted_time = BigIntegerField(default=0)


class Setting(Table):
    """What the company has settled for all its people."""

    key = TextField(primary_key=True)
    value = JSONField()
