"""Searches that a company keeps under a name."""

from dataclasses import dataclass

from store import database, filters
from store.errors import Invalid, InvalidFields, NotFound
from store.language import _
from store.models import SavedSearch
from store.values import text, times

NAME_LIMIT = 40
WORDS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Search:
    """A line of words and filters, and what it is called."""

    id: int
    name: str
    words: str


def list_all() -> list[Search]:
    """All of them, by name."""
    return [_outward(row) for row in SavedSearch.select().order_by(SavedSearch.name_key)]


def save(name: str, words: str) -> Search:
    """Keep a line under a name, in place of what had it; raises InvalidFields for `name` and `words`."""
    name, words = " ".join(text.clean(name).split()), text.clean(words)
    faults: dict[str, str] = {}
    if not name:
        faults["name"] = _("A search needs a name.")
    elif len(name) > NAME_LIMIT or not name.isprintable():
        faults["name"] = _("The name of a search is one line of at most {limit} characters.").format(
            limit=NAME_LIMIT
        )
    if fault := _fault(words):
        faults["words"] = fault
    if faults:
        raise InvalidFields(faults)
    with database.writing():
        row = SavedSearch.get_or_none(SavedSearch.name_key == text.fold(name))
        if row is None:
            row = SavedSearch(name_key=text.fold(name), created=times.now())
        row.name, row.words = name, words
        row.save()
    return _outward(row)


def delete(search_id: int) -> None:
    """Keep it no longer; raises NotFound."""
    with database.writing():
        if not SavedSearch.delete().where(SavedSearch.id == search_id).execute():
            raise NotFound(_("This search is not there any more."))


def _fault(words: str) -> str:
    if not words:
        return _("There is nothing to save: write a search first.")
    if len(words) > WORDS_LIMIT:
        return _("A search has at most {limit:,} characters.").format(limit=WORDS_LIMIT)
    try:
        filters.parse(words)
    except Invalid as error:
        return str(error)
    return ""


def _outward(row: SavedSearch) -> Search:
    return Search(row.id, row.name, row.words)
