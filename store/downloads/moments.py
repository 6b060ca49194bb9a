"""Points in time as files have them: ISO 8601 with the offset of the company's time zone."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

from store.values import times

_DAY = 24 * 60 * 60
_EPOCH = date(1970, 1, 1)


class _Day(NamedTuple):
    """A day of UTC in which the time zone's offset does not change."""

    midnight: int
    """The moment at which the local day of the same date begins."""
    before: str
    date: str
    after: str
    """That date and its neighbours, which part of the day belongs to."""
    suffix: str


_MINUTES = [f"T{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60)]
_SECONDS = [f"{second:02}" for second in range(60)]


class Clock:
    """Writes moments in one time zone: 0.2 µs each, where `datetime` takes 1.5.

    What it remembers are days, which are few, so that its memory does not grow with what it writes.
    """

    def __init__(self, zone_name: str | None) -> None:
        self._zone = times.zone(zone_name)
        self._days: dict[int, _Day | None] = {}

    def write(self, moment: int) -> str:
        """A moment such as 2026-07-27T09:15:00-05:00; empty for never."""
        return self.write_all((moment,))[0]

    def write_all(self, moments: Iterable[int]) -> list[str]:
        """Many moments at once."""
        days, written = self._days, []
        for moment in moments:
            if moment == times.NEVER:
                written.append("")
                continue
            number = moment // _DAY
            if number not in days:
                days[number] = self._look_up(number)
            day = days[number]
            if day is None:
                written.append(self._local(moment).isoformat())
                continue
            midnight, before, date_, after, suffix = day
            second = moment - midnight
            if second < 0:
                date_, second = before, second + _DAY
            elif second >= _DAY:
                date_, second = after, second - _DAY
            written.append(f"{date_}{_MINUTES[second // 60]}{_SECONDS[second % 60]}{suffix}")
        return written

    def _look_up(self, number: int) -> _Day | None:
        """A day of UTC, counted from 1970; None for one in which the offset changes."""
        first, last = self._local(number * _DAY), self._local((number + 1) * _DAY - 1)
        offset = first.utcoffset()
        if offset is None or offset != last.utcoffset():
            return None
        middle = _EPOCH.toordinal() + number
        before, same, after = (date.fromordinal(middle + step).isoformat() for step in (-1, 0, 1))
        suffix = first.isoformat()[len("2026-07-27T09:15:00") :]
        return _Day(number * _DAY - int(offset.total_seconds()), before, same, after, suffix)

    def _local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment, UTC).astimezone(self._zone)
