"""Dates and times of Excel, held to openpyxl."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel

from store.reading import moments

days = (
    st.integers(-1000, 3_000_000)
    | st.floats(-2, 62)
    | st.floats(-1e9, 1e9)
    | st.integers(0, 400).map(lambda whole: whole + 0.999999999)
)
codes = st.lists(
    st.sampled_from(
        [
            *("d", "dd", "mmm", "yyyy", "h", "HH", "ss", "[h]", "[hh]", "[mm]", "[s]", "[Red]", "[$-409]"),
            *('"d"', '"', "_d", "\\d", ";", "General", "0.00", "@", " ", "/", "[", "]", "AM/PM", "E+0"),
        ]
    ),
    max_size=6,
).map("".join)


def outcome(call: Callable[[], Any]) -> Any:
    """What a call makes, or that it finds no date."""
    try:
        return call()
    except (OverflowError, ValueError):
        return None


@given(days, st.sampled_from([moments.WINDOWS_EPOCH, moments.MAC_EPOCH]))
@example(59, moments.WINDOWS_EPOCH)
@example(60, moments.WINDOWS_EPOCH)
@example(0, moments.MAC_EPOCH)
def test_numbers_of_days_mean_what_openpyxl_makes_of_them(number: float, epoch: Any) -> None:
    ours = outcome(lambda: moments.moment_of(number, epoch))
    theirs = outcome(lambda: from_excel(number, epoch))
    assert (type(ours), ours) == (type(theirs), theirs)


@given(days)
def test_spans_of_time_are_those_of_openpyxl(number: float) -> None:
    assert outcome(lambda: moments.duration_of(number)) == outcome(lambda: from_excel(number, timedelta=True))


@given(codes)
def test_formats_show_dates_where_openpyxl_says_so(code: str) -> None:
    assert moments.is_moment("164", code) == is_date_format(code)
    assert moments.is_duration("164", code) == is_timedelta_format(code)


@pytest.mark.parametrize("number", [*BUILTIN_FORMATS, 163, 200])
def test_formats_that_a_workbook_need_not_spell_out_are_known(number: int) -> None:
    code = BUILTIN_FORMATS.get(number)
    assert moments.is_moment(str(number), None) == is_date_format(code)
    assert moments.is_duration(str(number), None) == is_timedelta_format(code)
