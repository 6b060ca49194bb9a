"""Create, edit, delete and restore contacts; custom properties."""

import pytest

from store import contacts, database, listing, properties, search, settings
from store.errors import AlreadyExists, Invalid, InvalidFields, NotFound, UnknownRange
from store.models import Contact
from store.values.property_type import PropertyType
from tests.support import NAUGHTY

pytestmark = pytest.mark.usefixtures("db")

ANA = "+573001234567"


def test_the_country_supplies_the_calling_code() -> None:
    person = contacts.create("300 123 4567", "Ana", country="CO")
    assert person.phone == ANA
    assert person.origin == "hand"
    assert contacts.get(person.id) == person


def test_every_fault_is_told_at_its_field() -> None:
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold"])
    with pytest.raises(InvalidFields) as caught:
        contacts.create("12", " ", address="nobody", values={tier.id: "gold"})
    assert set(caught.value.fields) == {"phone", "name", "email", f"property:{tier.id}"}
    assert listing.count() == 0


def test_a_second_contact_with_the_number_is_refused_naming_the_first() -> None:
    contacts.create(ANA, "Ana")
    with pytest.raises(InvalidFields, match=r"Ana has the number \+573001234567 already"):
        contacts.create("0057 300 123 4567", "Eva")


def test_a_variant_of_a_number_that_exists_is_refused_too() -> None:
    contacts.create("+5511961234567", "Bia")
    with pytest.raises(InvalidFields, match=r"Bia has the number \+5511961234567"):
        contacts.create("+551161234567", "Bia again")


def test_a_number_in_an_unknown_range_is_taken_when_the_person_insists() -> None:
    with pytest.raises(UnknownRange):
        contacts.create("+579999999999", "Ana")
    assert contacts.create("+579999999999", "Ana", accept_unknown=True).phone == "+579999999999"


def test_editing_changes_what_was_given_and_nothing_else() -> None:
    client = properties.create("Client", PropertyType.TEXT)
    born = properties.create("Born", PropertyType.DATE)
    person = contacts.create(ANA, "Ana", address="a@b.co", values={client.id: "Acme", born.id: "1/2/1990"})
    changed = contacts.edit(person.id, name="Ana María", values={client.id: ""})
    assert changed.name == "Ana María"
    assert changed.email == "a@b.co"
    assert changed.phone == ANA
    assert changed.properties == {born.id: "1990-02-01"}
    assert contacts.edit(person.id, address="").email is None


def test_an_edited_contact_is_found_by_its_new_name_only() -> None:
    person = contacts.create(ANA, "Ana")
    contacts.edit(person.id, name="Eva")
    assert list(listing.ids(listing.Listing(search="eva"))) == [person.id]
    assert list(listing.ids(listing.Listing(search="ana"))) == []


def test_a_deleted_contact_is_seen_nowhere_and_its_number_is_free() -> None:
    person = contacts.create(ANA, "Ana")
    assert contacts.delete([person.id]) == 1
    assert contacts.delete([person.id]) == 0
    assert listing.count() == 0
    assert list(listing.ids(listing.Listing(search="ana"))) == []
    with pytest.raises(NotFound):
        contacts.find(ANA)
    assert contacts.create(ANA, "Eva").id != person.id


def test_restoring_brings_a_contact_back_whole() -> None:
    client = properties.create("Client", PropertyType.TEXT)
    person = contacts.create(ANA, "Ana", values={client.id: "Acme"})
    contacts.delete([person.id])
    assert contacts.restore(person.id) == person


def test_restoring_is_refused_when_another_has_the_number_by_now() -> None:
    person = contacts.create(ANA, "Ana")
    contacts.delete([person.id])
    contacts.create(ANA, "Eva")
    with pytest.raises(AlreadyExists, match="Eva"):
        contacts.restore(person.id)


def test_editing_a_contact_that_was_deleted_meanwhile_says_so() -> None:
    person = contacts.create(ANA, "Ana")
    contacts.delete([person.id])
    with pytest.raises(NotFound, match="deleted in the meantime"):
        contacts.edit(person.id, name="x")


@pytest.mark.parametrize("reference", [ANA, "57 300 1234567", "00573001234567", "id:1", "ID: 1"])
def test_contacts_are_found_by_any_writing_and_by_id(reference: str) -> None:
    contacts.create(ANA, "Ana")
    assert contacts.find(reference).name == "Ana"


def test_a_wrong_reference_has_a_sentence() -> None:
    with pytest.raises(NotFound, match="id:7"):
        contacts.find("id:7")
    with pytest.raises(Invalid, match="id:12"):
        contacts.find("id:x")


@pytest.mark.parametrize("name", NAUGHTY)
def test_names_are_stored_exactly(name: str) -> None:
    assert contacts.create(ANA, name).name == name.strip()


def test_a_hidden_property_keeps_its_values() -> None:
    client = properties.create("Client", PropertyType.TEXT)
    person = contacts.create(ANA, "Ana", values={client.id: "Acme"})
    properties.edit(client.id, hidden=True)
    assert properties.list_all(visible_only=True) == []
    contacts.edit(person.id, name="Ana María")
    properties.edit(client.id, hidden=False)
    assert contacts.get(person.id).properties == {client.id: "Acme"}


@pytest.mark.parametrize(
    "name", ["", "  ", "phone", "NAME", "Correo electronico", "última interação", "E-mail", "x" * 61, "a\nb"]
)
def test_names_of_properties_that_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        properties.create(name, PropertyType.TEXT)


def test_names_of_properties_are_unique_without_regard_to_case_and_accents() -> None:
    first = properties.create("Categoría", PropertyType.TEXT)
    with pytest.raises(Invalid, match="“Categoría” already"):
        properties.create("CATEGORIA", PropertyType.NUMBER)
    second = properties.create("Other", PropertyType.TEXT)
    with pytest.raises(Invalid, match="“Categoría” already"):
        properties.edit(second.id, name="categoria")
    assert properties.edit(first.id, name="CATEGORÍA").name == "CATEGORÍA"


def test_a_value_list_gains_values_and_loses_none() -> None:
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold", "Silver"])
    assert properties.edit(tier.id, new_choices=["Bronze", "Gold"]).choices == ("Gold", "Silver", "Bronze")


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        (PropertyType.LIST, []),
        (PropertyType.LIST, ["Gold", "Gold"]),
        (PropertyType.LIST, ["Gold", " "]),
        (PropertyType.TEXT, ["Gold"]),
        (PropertyType.LIST, [str(i) for i in range(501)]),
    ],
)
def test_values_of_value_lists_that_are_refused(kind: PropertyType, choices: list[str]) -> None:
    with pytest.raises(Invalid):
        properties.create("Tier", kind, choices=choices)


def test_deleting_a_property_takes_its_values_and_its_id_never_returns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(properties, "_BATCH", 2)
    client = properties.create("Client", PropertyType.TEXT)
    people = [
        contacts.create(f"+57300123456{i}", f"P{i}", values={client.id: "x"} if i % 2 else {})
        for i in range(9)
    ]
    assert properties.count_values(client.id) == 4
    properties.delete(client.id)
    assert all(not contacts.get(person.id).properties for person in people)
    again = properties.create("Client", PropertyType.TEXT)
    assert again.id != client.id
    with pytest.raises(NotFound):
        properties.edit(client.id, name="x")


def test_settings_are_kept_for_everybody() -> None:
    chosen = settings.Settings("America/Bogota", "mdy", ",", "CO")
    settings.save(chosen)
    assert settings.load() == chosen
    with pytest.raises(Invalid):
        settings.save(settings.Settings(time_zone="Mars/Olympus"))
    assert settings.load() == chosen


def test_a_contact_without_a_phone_can_live_beside_others() -> None:
    with database.writing():
        for name in ("user.one", "user.two"):
            Contact.create(name=name, created=1, changed=1, origin="message", search_key=f"{name}\n\n")
        search.add([1, 2])
    assert [person.phone for person in contacts.get_many([1, 2])] == [None, None]
    contacts.delete([1])
    assert contacts.restore(1).name == "user.one"
