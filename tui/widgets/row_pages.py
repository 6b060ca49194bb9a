"""Rows of a list of any length: those that are looked at, fetched by pages."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

R = TypeVar("R")

PAGE = 64
"""Rows that are fetched at once."""
_PAGES_KEPT = 64


class RowPages(Generic[R]):
    """Pages that were looked at last."""

    def __init__(self, fetch: Callable[[Sequence[int]], dict[int, R]]) -> None:
        """`fetch` gets rows by their ids, some dozens at a time."""
        self._fetch = fetch
        self._pages: OrderedDict[int, dict[int, R]] = OrderedDict()

    def row(self, ids: "array[int]", index: int) -> R | None:
        """What is at a place among ids, which are the same until `clear`; None if it is gone for good."""
        page = index // PAGE
        rows = self._pages.get(page)
        if rows is None:
            rows = self._pages[page] = self._fetch(ids[page * PAGE : (page + 1) * PAGE])
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page)
        return rows.get(ids[index])

    def clear(self) -> None:
        """Fetch them anew when they are looked at next."""
        self._pages.clear()


class _Height:
    height = 1


class Heights(Sequence[_Height]):
    """Rows of one line each, as many as are asked for."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int | slice) -> "_Height | Heights":  # type: ignore[override]
        if isinstance(index, slice):
            return Heights(len(range(*index.indices(self._length))))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return _Height()
