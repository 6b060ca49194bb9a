"""Who is who (B6): user ids, numbers and their variants, names, and what changes of them."""

import pytest

from store import contacts, database, listing, search
from store.models import Contact, FormerNumber
from tests.store.inboxing import assert_explained, counters, everybody, only, take
from tests.store.payloads import DAY, HOUR, SHEENA, START, body, change, contact, message, said
from tests.store.payloads import text as text_

pytestmark = pytest.mark.usefixtures("db")

BSUID = "US.13491208655302741918"


@pytest.mark.parametrize(
    ("known", "received"),
    [
        ("+5511961234567", "551161234567"),
        ("+551161234567", "5511961234567"),
        ("+525512345678", "5215512345678"),
        ("+5215512345678", "525512345678"),
        ("+541123456789", "5491123456789"),
        ("+5491123456789", "541123456789"),
    ],
)
def test_a_variant_of_a_number_finds_who_is_there(known: str, received: str) -> None:
    there = contacts.create(known, "Ana", accept_unknown=True)
    take(said(text_("a", sender=received), number=received))
    take(said(text_("b", START + 2 * DAY, sender=received), number=received))
    person = only()
    assert (person.id, person.phone, person.name) == (there.id, known, "Ana")
    assert counters(person) == (2, 0, 0, 0)


def test_the_very_number_comes_before_a_variant() -> None:
    take(said(text_("a", sender="551161234567"), number="551161234567"))
    with database.writing():
        Contact.create(
            phone="+5511961234567", name="Eva", created=1, changed=1, origin="hand", search_key="eva"
        )
        search.rebuild()
    take(said(text_("b", sender="5511961234567"), number="5511961234567"))
    assert {p.name: p.user_initiated for p in everybody()} == {"Eva": 1, "+551161234567": 1}


@pytest.mark.parametrize("number", ["551133334444", "999", "12345678901234567890"])
def test_an_inbound_number_is_never_refused_nor_rewritten(number: str) -> None:
    take(said(text_("a", sender=number), number=number))
    assert only().phone == f"+{number}"


def test_a_renamed_contact_keeps_its_name() -> None:
    take(said(text_("a")))
    contacts.edit(only().id, name="Sheena of Sales")
    take(said(text_("b", START + 2 * DAY), name="S. N."))
    assert (only().name, only().profile_name) == ("Sheena of Sales", "S. N.")


def test_names_are_matched_by_number_not_by_position() -> None:
    other = "573001234567"
    people = [contact(other, "Ana"), contact(SHEENA, "Sheena")]
    take(body(change(messages=[text_("a"), text_("b", sender=other)], contacts=people)))
    assert {p.phone: p.profile_name for p in everybody()} == {f"+{SHEENA}": "Sheena", f"+{other}": "Ana"}


def test_the_latest_profile_name_counts_not_the_last_to_arrive() -> None:
    take(said(text_("b", START + HOUR), name="New"), said(text_("a"), name="Old"))
    assert only().profile_name == "New"


def test_who_shows_only_a_user_id_is_found_by_it() -> None:
    hidden = {"user_id": BSUID, "username": "@realsheena"}
    for key, at in (("a", START), ("b", START + 2 * DAY)):
        sent = message(key, at, sender=None, from_user_id=BSUID)
        take(body(change(messages=[sent], contacts=[contact(None, **hidden)])))
    person = only()
    assert (person.phone, person.name, person.username) == (None, "@realsheena", "@realsheena")
    assert counters(person) == (2, 0, 0, 0)
    assert list(listing.ids(listing.Listing(search="realshee"))) == [person.id]


def test_who_is_known_by_number_is_found_by_user_id_when_the_number_is_hidden() -> None:
    take(body(change(messages=[text_("a")], contacts=[contact(user_id=BSUID)])))
    take(body(change(messages=[message("b", START + 2 * DAY, sender=None, from_user_id=BSUID)])))
    assert (only().phone, counters(only())) == (f"+{SHEENA}", (2, 0, 0, 0))


def test_who_turns_out_to_be_somebody_else_becomes_one_with_them() -> None:
    there = contacts.create(f"+{SHEENA}", "Sheena of Sales")
    take(body(change(messages=[message("a", sender=None, from_user_id=BSUID)])))
    assert len(everybody()) == 2
    take(body(change(messages=[text_("b", START + 2 * DAY)], contacts=[contact(user_id=BSUID)])))
    person = only()
    assert (person.id, person.name, counters(person)) == (there.id, "Sheena of Sales", (2, 0, 0, 0))
    assert_explained()


def test_a_number_that_becomes_known_is_shown() -> None:
    take(body(change(messages=[message("a", sender=None, from_user_id=BSUID)])))
    assert only().name == BSUID
    take(body(change(messages=[text_("b")], contacts=[contact(user_id=BSUID)])))
    assert (only().phone, only().name) == (f"+{SHEENA}", f"+{SHEENA}")


def moved(key: str, at: int, old: str, new: str) -> bytes:
    system = {"body": f"changed from {old} to {new}", "wa_id": new, "type": "user_changed_number"}
    return said(message(key, at, "system", sender=old, system=system), number=old)


def test_a_changed_number_is_taken_over_and_counts_go_on() -> None:
    new = "16505559999"
    take(said(text_("a")), moved("s", START + 60, SHEENA, new))
    take(said(text_("b", START + 90, sender=new), number=new))
    person = only()
    assert (person.phone, person.name, counters(person)) == (f"+{new}", f"+{new}", (1, 0, 0, 0))
    assert FormerNumber.select().count() == 1


def test_a_changed_number_that_a_contact_of_ours_has_stays_theirs() -> None:
    new = "16505559999"
    contacts.create(f"+{new}", "Eva")
    take(said(text_("a")), moved("s", START + 60, SHEENA, new))
    assert {person.name: person.phone for person in everybody()} == {
        "Eva": f"+{new}",
        f"+{SHEENA}": f"+{SHEENA}",
    }


def test_a_changed_user_id_is_taken_over() -> None:
    take(body(change(messages=[text_("a")], contacts=[contact(user_id=BSUID)])))
    system = {"user_id": "MX.2", "previous_user_id": BSUID, "type": "user_changed_user_id"}
    take(body(change(messages=[message("s", START + 9, "system", sender=None, system=system)])))
    take(body(change(messages=[message("b", START + 2 * DAY, sender=None, from_user_id="MX.2")])))
    assert counters(only()) == (2, 0, 0, 0)
    update = {
        "wa_id": SHEENA,
        "user_id": {"previous": "MX.2", "current": "BR.3"},
        "timestamp": START + 3 * DAY,
    }
    take(body({"field": "user_id_update", "value": {"user_id_update": [update]}}))
    take(body(change(messages=[message("c", START + 4 * DAY, sender=None, from_user_id="BR.3")])))
    assert counters(only()) == (3, 0, 0, 0)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1), (1, 2, 0), (2, 0, 1)])
def test_a_changed_number_ends_in_one_contact_whatever_comes_first(order: tuple[int, ...]) -> None:
    new = "16505559999"
    bodies = [
        said(text_("a")),
        moved("s", START + 60, SHEENA, new),
        said(text_("b", START + 2 * DAY, sender=new), number=new),
    ]
    for index in order:
        take(bodies[index])
    assert (only().phone, only().name, counters(only())) == (f"+{new}", f"+{new}", (2, 0, 0, 0))
    assert_explained()
