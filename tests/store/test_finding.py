"""What is found in whatever way it is written: by filters, by quoted names, by numbers out of web pages."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from store import completion, contacts, database, listing, properties, search
from store.listing import Listing
from store.models import Contact
from store.values.property_type import PropertyType
from store.values.text import fold, search_key
from tests.store.test_filters import found, people

__all__ = ["people"]

pytestmark = pytest.mark.usefixtures("db")

_LETTERS = "aÁbñı@.ß漢\u200d3"


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)
@given(
    st.lists(st.tuples(*[st.text(alphabet=_LETTERS, min_size=1, max_size=9)] * 3), min_size=1, max_size=5),
    st.text(alphabet=_LETTERS, min_size=1, max_size=5).map(lambda word: word.strip("\u200d")).filter(bool),
    st.sampled_from(["name", "email", "username", "client"]),
    st.sampled_from(["", "="]),
)
def test_a_filter_finds_what_a_look_at_every_contact_finds(
    values: list[tuple[str, str, str]], part: str, filter_: str, sign: str
) -> None:
    contacts.delete(list(listing.ids(Listing())))
    client = next(iter(properties.list_all()), None) or properties.create("Client", PropertyType.TEXT)
    expected, others = set[int](), set[int]()
    last = search.last_id()
    with database.writing():
        for name, email, username in values:
            row = Contact.create(
                name=name,
                email=email,
                username=username,
                created=1,
                changed=1,
                origin="hand",
                search_key=search_key(name, None, email, username),
                properties={str(client.id): username},
            )
            value = fold({"name": name, "email": email}.get(filter_, username))
            is_wanted = value == fold(part) if sign else fold(part) in value
            (expected if is_wanted else others).add(row.id)
        search.add_after(last)
    assert set(listing.ids(Listing(search=f'{filter_}:{sign}"{part}"'))) == expected
    assert set(listing.ids(Listing(search=f'-{filter_}:{sign}"{part}"'))) == others


MARKS = st.sampled_from(["", "\u202a", "\u202c", "\u200b", "\u2060", "\ufeff"])


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(
    MARKS,
    st.sampled_from(["+57 300 123", "+57-300-123", "0057300123", "300 123 4567"]),
    st.sampled_from(" -\u2010\u2011\u2012\u2013\u2014\u2212\u00a0"),
    MARKS,
    st.sampled_from(["", "ana ", "phone:", "-bob "]),
)
def test_a_number_is_found_however_it_is_copied(
    before: str, number: str, dash: str, after: str, with_: str
) -> None:
    if not listing.count():
        contacts.create("+573001234567", "Ana")
    written = before + number.replace(" ", dash).replace("-", after + dash) + after
    quote = '"' if with_ == "phone:" else ""
    assert found(f"{with_}{quote}{written}{quote}") == {"Ana"}


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d👩\u200d👧 Pérez", "\u202eturned", "a\u200bb"])
def test_a_name_with_unseen_characters_is_found_by_itself(name: str) -> None:
    contacts.create("+573001234567", name)
    contacts.create("+573001234568", "Other")
    for line in (name, f"name:{name}", f'"{name}"', f"\u202a{name}\u202c"):
        assert found(line) == {name}, line
    assert found(f'name:="{name}"') == {name}


def test_a_quoted_name_is_a_property_even_if_a_filter_is_called_so(people: set[str]) -> None:
    country = properties.create("Country", PropertyType.TEXT).id
    spaced = properties.create("Last order", PropertyType.TEXT).id
    joined = properties.create("last_order", PropertyType.TEXT).id
    contacts.create("+573001234568", "Eva", values={country: "France", spaced: "one", joined: "two"})
    assert found('"country":France') == found('"COUNTRY":=france') == {"Eva"}
    assert found("country:co") == {"Ana Muñoz", "Eva"}
    assert found('"Last order":one') == found('"last_order":two') == found("last_order:two") == {"Eva"}
    assert found('"Last order":two') == found("last_order:one") == set()
    assert found('"origin":import') == {"Cleo"}


@pytest.mark.parametrize(
    "name", ["Country", "Last order", "a:b", "2024", "-x", "<y>", "Sí, no", "tab_or space"]
)
def test_every_name_is_completed_to_what_means_the_property(db: object, name: str) -> None:
    item = properties.create(name, PropertyType.TEXT)
    properties.create("last_order", PropertyType.TEXT)
    contacts.create("+573001234568", "Eva", values={item.id: "x"})
    lines = [
        suggested.line
        for begun in (name[:2], f'"{name[:2]}', f'"{name}"')
        for suggested in completion.complete(begun)
        if suggested.meaning.startswith("property") and found(f"{suggested.line}x") == {"Eva"}
    ]
    assert f'"{name}":' in lines


def test_a_value_is_completed_behind_a_quoted_name(people: set[str]) -> None:
    properties.create("Origin", PropertyType.LIST, choices=["Fair", "Shop"])
    assert [item.line for item in completion.complete('"Origin":f')] == ['"Origin":Fair']
    assert [item.line for item in completion.complete("origin:H")] == ["origin:hand"]


@pytest.mark.parametrize("line", ["country:co", "country:CO", "ana -country:ni", "tier:gold", "last:never"])
def test_what_is_whole_already_is_not_completed_to_something_else(people: set[str], line: str) -> None:
    properties.edit(properties.get("Tier").id, new_choices=["Gold plus"])
    assert completion.complete(line) == []


@pytest.mark.parametrize("line", ["1" * 4_000, "1234567890" * 400, "ana" * 1_500])
def test_what_is_longer_than_any_name_finds_nothing_by_few_questions(people: set[str], line: str) -> None:
    assert found(line) == set()
    candidates = search.candidates([line])
    assert candidates is not None
    assert candidates.params[0].count("AND") < 40
