"""Sort and search: any order both ways, ties stable, never last."""

from array import array
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from store import contacts, database, listing, search
from store.listing import Listing, Order
from store.models import Contact
from store.values.text import fold, search_key

pytestmark = pytest.mark.usefixtures("db")

ONE_DATABASE = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


def _insert(name: str, number: str | None = None, email: str | None = None, **columns: int) -> int:
    row = Contact.create(
        name=name,
        phone=number,
        email=email,
        created=1,
        changed=1,
        origin="message",
        search_key=search_key(name, number, email),
        **columns,
    )
    search.add([row.id])
    return int(row.id)


@pytest.mark.parametrize("descending", [True, False])
def test_never_stands_last_in_both_directions(descending: bool) -> None:
    never = [_insert("never 1"), _insert("never 2")]
    early = _insert("early", last_interaction=100)
    late = _insert("late", last_interaction=200)
    found = list(listing.ids(Listing(Order.LAST_INTERACTION, descending)))
    assert found[:2] == ([late, early] if descending else [early, late])
    assert set(found[2:]) == set(never)


_people = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=6).filter(lambda name: name.strip() and not {"\0", "\n"} & set(name)),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=12,
)


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(_people, st.sampled_from(Order), st.booleans())
def test_orders_are_stable_and_ascending_reversed_is_descending(
    people: list[tuple[str, int, int]], order: Order, descending: bool
) -> None:
    with database.writing():
        Contact.delete().execute()
        search.rebuild()
        made = {
            _insert(name, last_interaction=last, user_initiated=count, received_notifications=count)
            for name, last, number in people
            for count in [number if last else 0]
        }
    found = list(listing.ids(Listing(order, descending)))
    assert set(found) == made
    assert list(listing.first_ids(Listing(order, descending), 5)) == found[:5]
    turned = listing.turned(array(database.ID, found), Listing(order, descending))
    assert turned == listing.ids(Listing(order, not descending))
    rows = {row.id: row for row in Contact.select()}
    name = order is Order.NAME
    keys = [(fold(rows[i].name) if name else getattr(rows[i], order.value), i) for i in found]
    met = [key for key in keys if order is not Order.LAST_INTERACTION or key[0]]
    assert met == sorted(met, reverse=descending)
    assert keys[: len(met)] == met


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ñandú", {"Ñandú Ltda"}),
        ("nandu", {"Ñandú Ltda"}),
        ("LTDA ÑAN", {"Ñandú Ltda"}),
        ("300 123", {"Ana"}),
        ("+57-300", {"Ana"}),
        ("00573001234567", {"Ana"}),
        ("(300) 1234567", {"Ana"}),
        ("EXAMPLE.com", {"Ñandú Ltda"}),
        ("100%", {"100% Oro"}),
        ("_", set()),
        ("", {"Ana", "Ñandú Ltda", "100% Oro"}),
        ("ana ltda", set()),
    ],
)
def test_search_finds_any_part_of_name_number_and_address(words: str, found: set[str]) -> None:
    _insert("Ana", "+573001234567")
    _insert("Ñandú Ltda", "+551161234567", "info@example.com")
    _insert("100% Oro")
    ids = listing.ids(Listing(search=words))
    assert {row.name for row in listing.rows(ids).values()} == found


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)
@given(st.text(min_size=1, max_size=20).filter(str.strip), st.data())
def test_any_part_of_a_word_finds_the_name(name: str, data: st.DataObject) -> None:
    cleaned = name.translate({0: None} | dict.fromkeys(range(55296, 57344))).strip()
    words = fold(cleaned).split()
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    start = data.draw(st.integers(0, len(word) - 1))
    part = word[start : data.draw(st.integers(start + 1, len(word)))]
    with database.writing():
        Contact.delete().execute()
        search.rebuild()
        made = _insert(cleaned)
    if part[0] == "0" or fold(part) != part or '"' in part:
        return
    # Between quotes nothing is a filter.
    line = f'"{part}"' if set(part) & set(":<>=-") else part
    assert list(listing.ids(Listing(search=line))) == [made]


def test_rows_of_contacts_that_are_gone_are_left_out(db: Path) -> None:
    made = _insert("Ana")
    assert set(listing.rows([made, made + 1])) == {made}


@ONE_DATABASE
@given(
    st.lists(st.text("abÁñ陈z 1", min_size=1, max_size=4).filter(str.strip), max_size=15),
    st.text("aBÁ陈z1", min_size=1, max_size=2),
    st.booleans(),
)
def test_the_position_of_a_prefix_is_that_of_the_first_name_with_it(
    people: list[str], prefix: str, descending: bool
) -> None:
    with database.writing():
        Contact.delete().execute()
        search.rebuild()
        for name in people:
            _insert(name)
    ids = listing.ids(Listing(Order.NAME, descending))
    found = listing.position(ids, prefix, descending=descending)
    wanted = fold(prefix)
    folded = [fold(person.name) for person in contacts.get_many(ids.tolist())]
    begins = [place for place, name in enumerate(folded) if name.startswith(wanted)]
    if begins:
        assert found == begins[0]
    else:
        passed = [name > wanted if descending else name < wanted for name in folded]
        assert found == sum(passed)


@given(st.lists(st.integers(1, 30), unique=True), st.data())
def test_what_comes_first_anew_stands_before_the_others_as_they_were(
    ids: list[int], data: st.DataObject
) -> None:
    limit = data.draw(st.integers(1, 10))
    first = ids[:limit]
    # Who is among the first now was elsewhere before, or nowhere.
    known = [i for i in ids if i not in data.draw(st.sets(st.sampled_from(first or [0])))]
    for newcomer in data.draw(st.sets(st.sampled_from(first or [0]))):
        if newcomer in known:
            known.remove(newcomer)
            known.insert(data.draw(st.integers(0, len(known))), newcomer)
    assert list(listing.renewed(array(database.ID, first), array(database.ID, known))) == ids
