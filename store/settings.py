"""What the company has settled for all its people; it changes what is stored or meant."""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from store import database
from store.errors import Invalid, InvalidFields
from store.first_models import Setting
from store.language import _
from store.values import times

if TYPE_CHECKING:
    from store.values.property_type import DateOrder, DecimalSign, Formats

DAYS_LIMIT = 3_650
"""Days for which files can be kept at most."""
_DIGITS_LIMIT = 9


@dataclass(frozen=True, slots=True)
class Settings:
    """The account's settings."""

    time_zone: str = ""
    """Such as America/Bogota; empty for the server's own."""
    date_order: "DateOrder" = "dmy"
    decimal_sign: "DecimalSign" = "."
    default_country: str = ""
    """Two letters, offered first where a country is asked; empty for none."""
    retention_days: int = 90
    """For how long the copies of imported files are kept."""
    download_days: int = 90
    """For how long the files of downloads are kept."""
    guard_phones: bool = False
    """Whether a ' stands before phones in CSV files, as it does before all that could be a formula."""

    @property
    def formats(self) -> "Formats":
        """How dates and numbers are written."""
        # Imported here: the first screen reads nothing that a person wrote.
        from store.values.property_type import Formats

        return Formats(self.date_order, self.decimal_sign)


def load() -> Settings:
    """The settings as they stand."""
    known = {field.name for field in fields(Settings)}
    stored: dict[str, Any] = {row.key: row.value for row in Setting.select() if row.key in known}
    return Settings(**stored)


def days_of(written: str) -> int:
    """The days that a person wrote; 0, which `save` refuses, for what is no number of days."""
    digits = written.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _DIGITS_LIMIT else 0


def _check_days(settings: Settings) -> None:
    sentence = _("Write a number of days from 1 to {limit:,}.").format(limit=DAYS_LIMIT)
    days = {"retention_days": settings.retention_days, "download_days": settings.download_days}
    faults = {key: sentence for key, value in days.items() if not 1 <= value <= DAYS_LIMIT}
    if faults:
        raise InvalidFields(faults)


def save(settings: Settings) -> None:
    """Replace the settings; raises Invalid for a time zone that does not exist, or for other nonsense."""
    times.zone(settings.time_zone)
    _check_days(settings)
    if settings.date_order not in ("dmy", "mdy") or settings.decimal_sign not in (".", ","):
        raise Invalid(_("These settings do not fit together."))
    with database.writing():
        for key, value in asdict(settings).items():
            Setting.insert(key=key, value=value).on_conflict(
                conflict_target=[Setting.key], preserve=[Setting.value]
            ).execute()
