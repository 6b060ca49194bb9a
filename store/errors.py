"""One root error; every error's text is a sentence for a person.

ContactsError
├── Invalid               a value that a field does not take
│   ├── UnknownRange      a phone number of a possible length in a range nobody has registered
│   └── InvalidFields     several fields of a form at once
├── AlreadyExists         a living contact has this number
├── NotFound              what was asked for is not there
├── DatabaseUnavailable   the database cannot be opened or written
├── FileUnusable          a file cannot be read or written
└── JobFailed             long work could not be started or carried on
"""


class ContactsError(Exception):
    """Something went wrong that a person can understand: `str(error)` says what, where and what to do."""


class Invalid(ContactsError):
    """A value that a field does not take."""

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason or sentence
        """The sentence without the value, so that equal faults of a column can be counted."""


class UnknownRange(Invalid):
    """A phone number of a possible length whose range is not registered (or newer than our data)."""

    def __init__(self, sentence: str, phone: str, reason: str = "") -> None:
        super().__init__(sentence, reason)
        self.phone = phone
        """The number in E.164, to be used if the person insists."""


class AlreadyExists(ContactsError):
    """A living contact has this number already."""


class NotFound(ContactsError):
    """What was asked for is not there (any more)."""


class DatabaseUnavailable(ContactsError):
    """The database cannot be opened or written."""


class FileUnusable(ContactsError):
    """A file cannot be read or written."""


class JobFailed(ContactsError):
    """Long work could not be started or carried on."""


class InvalidFields(Invalid):
    """Several fields at once: `fields` has a sentence by each field's name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields
