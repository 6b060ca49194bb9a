"""The tables, and nothing else. Points in time are whole seconds since 1970 in UTC, 0 for never."""

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from store.first_models import LIVING, Contact, Setting, Table

__all__ = [
    "LIVING",
    "Change",
    "Contact",
    "Delivery",
    "Download",
    "Event",
    "Flow",
    "FlowRun",
    "FlowVersion",
    "FormerNumber",
    "Import",
    "ImportResult",
    "Interaction",
    "Job",
    "Outgoing",
    "Property",
    "SavedSearch",
    "Setting",
    "Table",
]


class Property(Table):
    """A custom property; its row outlives its deletion, so that no id ever means two properties."""

    id = AutoField()
    name = TextField()
    name_key = TextField()
    """Folded; unique among those not deleted."""
    type = TextField()
    choices = JSONField(default=list)
    hidden = BooleanField(default=False)
    created = BigIntegerField()
    deleted = BigIntegerField(default=0)


class Job(Table):
    """Long work in a process of its own."""

    id = AutoField()
    kind = TextField()
    state = TextField()
    created = BigIntegerField()
    started = BigIntegerField(default=0)
    finished = BigIntegerField(default=0)
    stop_asked = BooleanField(default=False)
    parameters = JSONField(default=dict)
    progress = IntegerField(default=0)
    """Thousandths."""
    message = TextField(default="")
    """The sentence that says why it failed."""
    person = TextField(default="")
    """Who started it."""


class Import(Table):
    """The import that a job of kind `import` carries out."""

    job = ForeignKeyField(Job, primary_key=True, column_name="id", on_delete="CASCADE")
    file = TextField()
    """The file's own name, without folders."""
    sheet = TextField(default="")
    headers = JSONField(default=list)
    rows = IntegerField(null=True)
    """Rows that hold anything below the header; None until the sheet was read to its end."""
    position = IntegerField(default=0)
    """The last row handled, as Excel counts."""
    duplicates = IntegerField(default=0)
    created_rows = IntegerField(default=0)
    rejected = IntegerField(default=0)
    incomplete = IntegerField(default=0)
    """Created rows with a property's column empty."""
    unsaved = IntegerField(default=0)
    """Created rows with a value that did not fit its type."""
    phones = JSONField(default=dict)
    """How many numbers came without + or 00, by country."""
    report = TextField(null=True)
    """Where the last report was written to."""
    undo_job = IntegerField(null=True)
    """The last job that undid it, or tried to."""
    undo_binned = IntegerField(default=0)
    """Contacts that undoing has put into the bin, however often it was begun."""
    undo_kept = IntegerField(default=0)
    """Contacts that the last undo has met and left, since something happened to them."""
    copy_days = IntegerField(null=True)
    """After how many days the kept copy of the file was removed; None while it is there."""


class ImportResult(Table):
    """A row of a file that did not simply become a contact."""

    id = AutoField()
    import_id = IntegerField()
    row = IntegerField()
    result = TextField()
    detail = JSONField(default=dict)


class Download(Table):
    """The download that a job of kind `download` carries out."""

    job = ForeignKeyField(Job, primary_key=True, column_name="id", on_delete="CASCADE")
    first_day = TextField(null=True)
    """ISO date; None for no range."""
    last_day = TextField(null=True)
    search = TextField(default="")
    language = TextField()
    """Of the headers and words in the file."""
    separator = TextField()
    format = TextField()
    """csv or xlsx."""
    rows = IntegerField(null=True)
    """Contacts in the file; None until it is whole."""
    size = BigIntegerField(null=True)
    """Bytes of the file; None until it is whole."""
    removed_after = IntegerField(null=True)
    """After how many days the kept file was removed; None while it is there."""


class Delivery(Table):
    """What came in, as it came in; everything else about WhatsApp can be made of it again."""

    id = AutoField()
    source = TextField()
    """whatsapp, or record for what companies tell us themselves."""
    received = BigIntegerField()
    state = TextField()
    """new, processed or failed."""
    fault = TextField(default="")
    """The sentence that says why it failed."""
    body = BlobField()


class Event(Table):
    """What a delivery means for one contact; see store.values.events."""

    id = AutoField()
    key = TextField(unique=True)
    contact_id = IntegerField(null=True)
    """None while nobody is known who has the number or user id."""
    number = TextField(null=True)
    user_id = TextField(null=True)
    kind = TextField()
    time = BigIntegerField()
    subject = TextField()
    reply_to = TextField(default="")
    line = TextField(default="")
    text = TextField(default="")
    details = JSONField(default=dict)


class Interaction(Table):
    """What follows from a contact's events; see store.values.events. Counters are sums of these."""

    id = AutoField()
    contact_id = IntegerField()
    key = TextField()
    kind = TextField()
    line = TextField()
    opened = BigIntegerField()
    last = BigIntegerField()
    expires = IntegerField()
    accepted = BooleanField()
    cancelled = BigIntegerField()
    cancelled_by = TextField()
    fresh = BooleanField()


class FormerNumber(Table):
    """A number that a contact had until it changed: what was sent before may arrive later."""

    id = AutoField()
    number = TextField()
    contact_id = IntegerField()
    until = BigIntegerField()


class Flow(Table):
    """A flow as it was last saved, and which version of it is in use."""

    id = AutoField()
    name = TextField()
    name_key = TextField()
    """Folded; unique among those not deleted."""
    body = JSONField()
    """The draft; see store.flows.keeping."""
    version_id = IntegerField(null=True)
    """What conversations go along now; None for a flow that was never switched on or sent."""
    live = BooleanField(default=False)
    """Whether it answers those who write; one flow at most."""
    created = BigIntegerField()
    changed = BigIntegerField()
    deleted = BigIntegerField(default=0)


class FlowVersion(Table):
    """A flow as it was when it was switched on; never changed, since people may be inside."""

    id = AutoField()
    flow_id = IntegerField()
    body = JSONField()
    created = BigIntegerField()


class FlowRun(Table):
    """A conversation that goes along a flow."""

    id = AutoField()
    flow_id = IntegerField()
    version_id = IntegerField()
    contact_id = IntegerField()
    interaction = TextField()
    """The key of the interaction: a run for each at most."""
    line = TextField(default="")
    state = JSONField()
    """Of the player."""
    started = BigIntegerField()
    last = BigIntegerField()
    """The last message of the person."""
    due = BigIntegerField(default=0)
    """When something happens without an answer: a reminder or the end; 0 for never."""
    ended = BigIntegerField(default=0)


class Outgoing(Table):
    """A message that is to be sent, or was."""

    id = AutoField()
    run_id = IntegerField(null=True)
    contact_id = IntegerField()
    body = JSONField()
    """Without its recipient."""
    state = TextField()
    """waiting, sent, failed, unsure (it may have been sent), or dropped (it came too late)."""
    attempts = IntegerField(default=0)
    due = BigIntegerField()
    created = BigIntegerField()
    message_id = TextField(default="")
    fault = TextField(default="")


class Change(Table):
    """The change of many contacts that a job of kind `change` carries out."""

    job = ForeignKeyField(Job, primary_key=True, column_name="id", on_delete="CASCADE")
    action = TextField()
    """delete, set or clear."""
    property_id = IntegerField(null=True)
    value = TextField(default="")
    """Canonical, as it is stored; of a deletion its moment."""
    ids = BlobField()
    """Of the contacts that are meant, ascending, 4 bytes each; empty when it has finished."""
    position = IntegerField(default=0)
    """The highest id of a contact that was looked at."""
    changed = IntegerField(default=0)
    """Contacts that it has changed."""
    undone = IntegerField(default=0)
    """Contacts that undoing has changed back."""
    undo_job = IntegerField(null=True)
    """The last job that undid it, or tried to."""


class SavedSearch(Table):
    """A line of words and filters under a name."""

    id = AutoField()
    name = TextField()
    name_key = TextField()
    """Folded; unique."""
    words = TextField()
    created = BigIntegerField()
