"""Changes of many contacts: what they change, what they leave, and that they are undone."""

from collections.abc import Callable

import pytest

from store import changes, contacts, database, jobs, listing, properties, searches
from store.changes import Action, ChangeView
from store.errors import Invalid, InvalidFields, JobFailed, NotFound
from store.jobs import State
from store.listing import Listing
from store.models import Contact, Job
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tests.downloading import fill
from tests.support import kill_job, until, writers_wait

pytestmark = pytest.mark.usefixtures("db")


def ended(change_id: int) -> ChangeView:
    """The change when it, and its undoing, have come to an end."""
    until(lambda: not changes.get(change_id).is_running, 60)
    return changes.get(change_id)


def undone(change_id: int) -> ChangeView:
    changes.undo(change_id)
    return ended(change_id)


def found(line: str = "") -> list[int]:
    return sorted(listing.ids(Listing(search=line)))


def value_of(contact_id: int, item: CustomProperty) -> str | None:
    return contacts.get(contact_id).properties.get(item.id)


@pytest.fixture
def tier() -> CustomProperty:
    """A value list."""
    return properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])


def test_all_that_match_but_some_are_deleted_and_come_back() -> None:
    fill(5_000)
    before = contacts.get_many(range(1, 11))
    view = ended(changes.delete(set(found('"contact 1"')) - {1}))
    matching = [i for i in range(1, 5_001) if f"contact {i}".startswith("contact 1")]
    assert (view.state, view.changed, view.sentence) == (
        State.FINISHED,
        len(matching) - 1,
        "1,110 contacts are deleted.",
    )
    assert found('"contact 1"') == [1]
    assert len(found()) == 5_000 - view.changed
    view = undone(view.id)
    assert (view.state, view.undone, view.sentence) == (
        State.UNDONE,
        1_110,
        "1,110 contacts are as they were.",
    )
    assert found('"contact 1"') == matching
    assert contacts.get_many(range(1, 11)) == before


def test_a_property_is_set_for_some_and_what_was_there_comes_back(tier: CustomProperty) -> None:
    fill(4)
    contacts.edit(1, values={tier.id: "Silver"})
    contacts.edit(2, values={tier.id: "Gold"})
    view = ended(changes.set_value([99, 3, 2, 2, 1], tier.id, " Gold "))
    assert (view.action, view.property_name, view.value) == (Action.SET, "Tier", "Gold")
    # Who had it already is not changed.
    assert view.changed == 2
    assert [value_of(i, tier) for i in (1, 2, 3, 4)] == ["Gold", "Gold", "Gold", None]
    contacts.edit(3, values={tier.id: "Silver"})
    view = undone(view.id)
    assert view.sentence == "1 contact is as it was. 1 has changed since and stays."
    assert [value_of(i, tier) for i in (1, 2, 3, 4)] == ["Silver", "Gold", "Silver", None]


def test_a_property_is_cleared_for_all_and_comes_back(tier: CustomProperty) -> None:
    fill(3)
    contacts.edit(1, values={tier.id: "Silver"})
    contacts.edit(2, values={tier.id: "Gold"})
    view = ended(changes.clear(found(), tier.id))
    assert (view.changed, value_of(1, tier), value_of(2, tier)) == (2, None, None)
    undone(view.id)
    assert [value_of(i, tier) for i in (1, 2, 3)] == ["Silver", "Gold", None]


def test_a_change_counts_as_a_change_of_its_contacts(tier: CustomProperty) -> None:
    fill(2)
    ended(changes.set_value([1], tier.id, "Gold"))
    assert contacts.get(1).changed > contacts.get(1).created
    assert contacts.get(2).changed < contacts.get(1).changed


def test_who_got_the_number_meanwhile_keeps_it() -> None:
    person = contacts.create("+573001234567", "Ana")
    other = contacts.create("+573001234568", "Eva")
    view = ended(changes.delete(found()))
    contacts.create("+573001234567", "New")
    view = undone(view.id)
    assert view.sentence == "1 contact is as it was. 1 has changed since and stays."
    assert contacts.get(person.id).deleted
    assert not contacts.get(other.id).deleted


def test_a_change_that_was_killed_goes_on_and_is_undone_as_a_whole() -> None:
    fill(60_000)
    change_id = changes.delete(found())
    until(lambda: changes.get(change_id).changed > 0, 30)
    kill_job(change_id)
    until(lambda: changes.get(change_id).state is State.INTERRUPTED, 30)
    assert 0 < changes.get(change_id).changed < 60_000
    changes.resume(change_id)
    assert ended(change_id).changed == 60_000
    assert found() == []
    view = undone(change_id)
    assert (view.undone, len(found("contact"))) == (60_000, 60_000)


def test_a_change_is_stopped_and_what_is_done_stays() -> None:
    fill(60_000)
    change_id = changes.delete(found())
    until(lambda: changes.get(change_id).changed > 0, 30)
    changes.stop(change_id)
    view = ended(change_id)
    assert view.state is State.STOPPED
    assert len(found()) == 60_000 - view.changed > 0


def test_an_undo_that_was_stopped_says_how_far_it_came_and_is_gone_on_with(tier: CustomProperty) -> None:
    fill(60_000)
    change_id = ended(changes.set_value(found(), tier.id, "Gold")).id
    undo_job = changes.undo(change_id)
    until(lambda: changes.get(change_id).undone > 0, 30)
    changes.stop(change_id)
    jobs.wait(undo_job, 30)
    view = changes.get(change_id)
    assert 0 < view.undone < 60_000
    assert view.sentence == f"{view.undone:,} of 60,000 contacts are as they were."
    # What was taken back and then given by a person is theirs.
    contacts.edit(found()[0], values={tier.id: "Gold"})
    view = undone(change_id)
    assert (view.state, view.undone, view.sentence) == (
        State.UNDONE,
        60_000,
        "60,000 contacts are as they were.",
    )
    assert found("tier:gold") == found()[:1]


def test_a_change_waits_for_its_turn_and_is_not_undone_before_its_end() -> None:
    fill(2)
    with writers_wait():
        change_id = changes.delete(found())
        with pytest.raises(JobFailed, match="still running"):
            changes.undo(change_id)
        assert found() == [1, 2]
    assert ended(change_id).changed == 2
    undone(change_id)
    with pytest.raises(JobFailed, match="undone already"):
        changes.undo(change_id)
    with pytest.raises(JobFailed):
        changes.resume(change_id)


def test_what_makes_no_sense_is_refused_before_anything_begins(tier: CustomProperty) -> None:
    fill(1)
    wrongs: list[Callable[[], int]] = [
        lambda: changes.set_value(found(), tier.id, "Bronze"),
        lambda: changes.set_value(found(), tier.id, " "),
    ]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            wrong()
    with pytest.raises(NotFound):
        changes.set_value(found(), 99, "Gold")
    with pytest.raises(NotFound):
        changes.get(1)
    assert changes.list_all() == []


def test_the_latest_changes_are_listed_first(tier: CustomProperty) -> None:
    fill(2)
    first = ended(changes.delete([1]))
    second = ended(changes.set_value([2], tier.id, "Gold"))
    assert changes.list_all() == [second, first]
    properties.delete(tier.id)
    assert changes.get(second.id).property_name == ""


def test_a_contact_that_is_gone_for_good_takes_its_past_along() -> None:
    fill(2)
    view = ended(changes.delete(found()))
    with database.writing():
        Contact.delete().where(Contact.id == 1).execute()
    assert undone(view.id).undone == 1
    assert found() == [2]


def test_an_old_change_is_forgotten_with_what_was_before_it(tier: CustomProperty) -> None:
    fill(2)
    old = ended(changes.set_value([1, 2], tier.id, "Gold")).id
    undone(old)
    Job.update(created=1, started=1, finished=1).execute()
    new = ended(changes.delete([1])).id
    assert [view.id for view in changes.list_all()] == [new]
    left = database.db.execute_sql("SELECT DISTINCT change_id FROM change_item").fetchall()
    assert left == [(new,)]


def test_searches_are_kept_under_their_names() -> None:
    first = searches.save(" Never  wrote ", "last:never")
    searches.save("Ánas", "ana")
    assert [(item.name, item.words) for item in searches.list_all()] == [
        ("Ánas", "ana"),
        ("Never wrote", "last:never"),
    ]
    assert searches.save("NEVER WROTE", "-last:").id == first.id
    searches.delete(first.id)
    assert [item.name for item in searches.list_all()] == ["Ánas"]
    with pytest.raises(NotFound):
        searches.delete(first.id)


@pytest.mark.parametrize(
    ("name", "words", "fields"),
    [
        ("", "ana", {"name"}),
        ("x" * 41, "ana", {"name"}),
        ("a", " ", {"words"}),
        ("", "shoe:1", {"name", "words"}),
    ],
)
def test_a_search_that_cannot_be_kept_says_why(name: str, words: str, fields: set[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        searches.save(name, words)
    assert set(caught.value.fields) == fields
