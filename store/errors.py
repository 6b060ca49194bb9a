"""One root error; every error's text is a sentence for a person.

ContactsError
├── Invalid               a value that a field does not take
│   ├── UnknownRange      a phone number of a possible length in a range nobody has registered
│   ├── InvalidFields     several fields of a form at once
│   └── InvalidFlow       a flow, or a file of flows, that cannot be used as it is
├── AlreadyExists         a living contact has this number
├── NotFound              what was asked for is not there
├── ChangedMeanwhile      somebody else has saved what is to be saved
├── DatabaseUnavailable   the database cannot be opened or written
├── FileUnusable          a file cannot be read or written
├── JobFailed             long work could not be started or carried on
├── SecretsUnusable       what WhatsApp is to be spoken to with is missing, or not safe where it is
├── ListenerFailed        nothing can be received from WhatsApp
└── SendFailed            WhatsApp did not take a message
"""

from enum import StrEnum


class Wound(StrEnum):
    """What a whole column of a file can suffer from, so that one choice cures it."""

    CODE_MISSING = "code_missing"
    """Phone numbers without their country code."""
    DIGITS_LOST = "digits_lost"
    """Phone numbers such as 5.73E+11, cut off by Excel."""
    UNKNOWN_RANGE = "unknown_range"
    """Phone numbers of a possible length in ranges that nobody has registered."""
    DATE_ORDER = "date_order"
    """Dates that only the other order of day and month makes sense of."""
    SERIAL_DATE = "serial_date"
    """Dates as bare numbers of days."""


class ContactsError(Exception):
    """Something went wrong that a person can understand: `str(error)` says what, where and what to do."""


class Invalid(ContactsError):
    """A value that a field does not take."""

    def __init__(self, sentence: str, reason: str = "", wound: Wound | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason or sentence
        """The sentence without the value, so that equal faults of a column can be counted."""
        self.wound = wound
        """What the whole column may suffer from, if other values are like this one."""


class UnknownRange(Invalid):
    """A phone number of a possible length whose range is not registered (or newer than our data)."""

    def __init__(self, sentence: str, phone: str, reason: str = "") -> None:
        super().__init__(sentence, reason, Wound.UNKNOWN_RANGE)
        self.phone = phone
        """The number in E.164, to be used if the person insists."""


class AlreadyExists(ContactsError):
    """A living contact has this number already."""


class NotFound(ContactsError):
    """What was asked for is not there (any more)."""


class ChangedMeanwhile(ContactsError):
    """Somebody else has saved it since it was read: saving now would undo their work."""


class DatabaseUnavailable(ContactsError):
    """The database cannot be opened or written."""


class FileUnusable(ContactsError):
    """A file cannot be read or written."""


class JobFailed(ContactsError):
    """Long work could not be started or carried on."""


class SecretsUnusable(ContactsError):
    """What WhatsApp is to be spoken to with is missing, or not safe where it is; never says what it is."""


class ListenerFailed(ContactsError):
    """Nothing can be received from WhatsApp."""


class SendFailed(ContactsError):
    """WhatsApp did not take a message, or it is not known whether it did."""

    def __init__(
        self,
        sentence: str,
        *,
        retry_seconds: float | None = None,
        message_id: str | None = None,
        is_unsure: bool = False,
        is_settings: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.retry_seconds = retry_seconds
        """After how long the same may succeed; None where trying again is of no use, or would send twice."""
        self.message_id = message_id
        """Of the message that was sent, though what was to follow went wrong."""
        self.is_unsure = is_unsure
        """Whether it is not known whether the message was sent."""
        self.is_settings = is_settings
        """Whether nothing can be sent at all until the secrets are set anew."""


class InvalidFields(Invalid):
    """Several fields at once: `fields` has a sentence by each field's name."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class InvalidFlow(Invalid):
    """A flow, or a file of flows, that cannot be used as it is; the sentence says where its fault lies."""
