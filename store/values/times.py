"""Points in time: whole seconds since 1970 in UTC inside, 0 for never; the company's time zone outside."""

import time
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from store.errors import Invalid
from store.language import _

NEVER = 0


def now() -> int:
    """Seconds since 1970."""
    return int(time.time())


@lru_cache(maxsize=8)
def zone(name: str | None) -> tzinfo | None:
    """The time zone called `name` (None: the server's own, as None); raises Invalid for an unknown one."""
    if not name:
        return None
    # Imported here: where the server's own zone is good enough, nothing of it is needed.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            _("There is no time zone “{name}”; they look like America/Bogota.").format(name=name)
        ) from None


def shown(moment: int, zone_name: str | None) -> str:
    """Date and time to the minute in the time zone; empty for never."""
    if moment == NEVER:
        return ""
    return datetime.fromtimestamp(moment, UTC).astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M")


def iso_utc(moment: int) -> str | None:
    """ISO 8601 with Z; None for never."""
    if moment == NEVER:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today(zone_name: str | None) -> date:
    """The day that it is in the time zone."""
    return datetime.fromtimestamp(now(), UTC).astimezone(zone(zone_name)).date()


def begin_of(day: date, zone_name: str | None) -> int:
    """The moment at which a day begins in the time zone, also where it has no midnight."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)).timestamp())


def zone_names() -> tuple[str, ...]:
    """The time zones that people choose from: UTC, and those named after places."""
    from zoneinfo import available_timezones

    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *sorted(places))
