"""Filters in the line of words: what each finds, what its opposite finds, what is said where one is wrong."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from store import completion, contacts, database, listing, properties, settings
from store.errors import Invalid
from store.listing import Listing
from store.models import Contact
from store.values.property_type import PropertyType
from store.values.text import fold

pytestmark = pytest.mark.usefixtures("db")

DAY = 86_400
FIRST_OF_MAY = 1_777_593_600
"""2026-05-01 in UTC."""


def found(line: str) -> set[str]:
    """The names that a line finds, which are the same from the top of the list."""
    wanted = Listing(search=line)
    ids = listing.ids(wanted)
    assert list(listing.first_ids(wanted, 2)) == list(ids[:2])
    return {row.name for row in listing.rows(ids).values()}


@pytest.fixture
def people() -> set[str]:
    """Ana of Colombia, Bob of Canada, Cleo of the USA, and Di, who has no number."""
    settings.save(settings.Settings(time_zone="UTC"))
    client = properties.create("Client", PropertyType.TEXT).id
    document = properties.create("Document", PropertyType.NUMBER).id
    vip = properties.create("VIP member", PropertyType.BOOLEAN).id
    birthday = properties.create("Birthday", PropertyType.DATE).id
    tier = properties.create("Tier", PropertyType.LIST, choices=["Gold", "Two words"]).id
    contacts.create(
        "+573001234567",
        "Ana Muñoz",
        address="ana@example.com",
        values={client: "Ácme GmbH", document: "10", vip: "yes", birthday: "1990-05-01"},
    )
    contacts.create("+16132345678", "Bob", values={client: "acme", document: "9.50", vip: "no", tier: "Gold"})
    contacts.create("+12125550123", "Cleo", values={tier: "Two words"}, accept_unknown=True)
    contacts.create("+447400123456", "Di", values={birthday: "2001-01-01"})
    with database.writing():
        for name, values in {
            "Ana Muñoz": {"last_interaction": FIRST_OF_MAY + 10, "user_initiated": 3},
            "Bob": {"last_interaction": FIRST_OF_MAY + DAY},
            "Cleo": {"origin": "import", "import_id": 4, "import_row": 2},
        }.items():
            Contact.update(values).where(Contact.name == name).execute()
        Contact.update(phone=None).where(Contact.name == "Di").execute()
    return {"Ana Muñoz", "Bob", "Cleo", "Di"}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("id:1,3,99", {"Ana Muñoz", "Cleo"}),
        ("-id:1", {"Bob", "Cleo", "Di"}),
        ("country:co", {"Ana Muñoz"}),
        ("country:Colombia", {"Ana Muñoz"}),
        ("country:ca", {"Bob"}),
        ("country:us", {"Cleo"}),
        ("-country:co", {"Bob", "Cleo", "Di"}),
        ("country:", {"Ana Muñoz", "Bob", "Cleo"}),
        ("origin:import", {"Cleo"}),
        ("import:4", {"Cleo"}),
        ("import:", {"Cleo"}),
        ("last:never", {"Cleo", "Di"}),
        ("last:", {"Ana Muñoz", "Bob"}),
        ("-last:", {"Cleo", "Di"}),
        ("last:2026-05-01", {"Ana Muñoz"}),
        ("last:>2026-05-01", {"Bob"}),
        ("last:>=2026-05-01", {"Ana Muñoz", "Bob"}),
        ("last:<2026-05-02", {"Ana Muñoz"}),
        ("last:<=2/5/2026", {"Ana Muñoz", "Bob"}),
        ("email:", {"Ana Muñoz"}),
        ("-email:", {"Bob", "Cleo", "Di"}),
        ("email:EXAMPLE", {"Ana Muñoz"}),
        ("phone:3001", {"Ana Muñoz"}),
        ("name:=bob", {"Bob"}),
        ("name:munoz", {"Ana Muñoz"}),
        ("inbound:>2", {"Ana Muñoz"}),
        ("inbound:0", {"Bob", "Cleo", "Di"}),
        ("client:acme", {"Ana Muñoz", "Bob"}),
        ("client:=acme", {"Bob"}),
        ('client:"acme g"', {"Ana Muñoz"}),
        ("-client:acme", {"Cleo", "Di"}),
        ("client:", {"Ana Muñoz", "Bob"}),
        ("-client:", {"Cleo", "Di"}),
        ("document:>9.5", {"Ana Muñoz"}),
        ("document:9.5", {"Bob"}),
        ("document:<100", {"Ana Muñoz", "Bob"}),
        ("vip_member:yes", {"Ana Muñoz"}),
        ('"VIP member":no', {"Bob"}),
        ("birthday:<2000-01-01", {"Ana Muñoz"}),
        ("birthday:>1990-05-01", {"Di"}),
        ("munoz country:co last:>2026-01-01 client:acme", {"Ana Muñoz"}),
        ("munoz -email:", set()),
        ("-bob", {"Ana Muñoz", "Cleo", "Di"}),
        ('"ana muñoz"', {"Ana Muñoz"}),
        ('"ana m', {"Ana Muñoz"}),
        ('"muñoz ana"', set()),
        ("ana +57-300", {"Ana Muñoz"}),
        ("-300", {"Ana Muñoz"}),
        ('"country:co"', set()),
        ("phone:300-123", {"Ana Muñoz"}),
        ('phone:"300 123 4567"', {"Ana Muñoz"}),
        ("phone:0057300", {"Ana Muñoz"}),
        ("phone:=573001234567", {"Ana Muñoz"}),
        ("phone:+1", {"Bob", "Cleo"}),
        ("phone:+300", set()),
        ("-phone:300", {"Bob", "Cleo", "Di"}),
        ("phone:ana", set()),
        ("tier:zzz", set()),
        ("-tier:zzz", {"Ana Muñoz", "Bob", "Cleo", "Di"}),
        ("tier:g -tier:words", {"Bob"}),
        ("tier:=two\u00a0words", set()),
        ('tier:="TWO words"', {"Cleo"}),
        ("ORIGIN:Import", {"Cleo"}),
        ("country:=co", {"Ana Muñoz"}),
    ],
)
def test_a_filter_finds_whom_it_says(people: set[str], line: str, names: set[str]) -> None:
    assert found(line) == names


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("shoe:42", ("“shoe”", '"shoe:42"')),
        ("country:atlantis", ("“atlantis” is no country",)),
        ("origin:mars", ("message, hand, import",)),
        ("last:>soon", ("“soon” is no day", "2026-05-31")),
        ("last:9999-12-31", ("“9999-12-31” is no day",)),
        ("inbound:many", ("inbound:>3",)),
        ("document:ten", ("Document:", "not a number")),
        ("import:x", ("import:3",)),
        ("id:1,,2", ("id:12,15",)),
        ("id:", ("id:12,15",)),
        ("a " * 1_000, ("at most 50 words and filters",)),
        ("-name:a " * 1_000, ("at most 50 words and filters",)),
        *(
            (line, ("knows no", written))
            for line, written in {
                "client:>acme": "write client:acme",
                "-country:<=co": "write country:co",
                "last:<never": "write last:never",
                "name:>a": "write name:a",
                "phone:>3": "write phone:3",
                "origin:>import": "write origin:import",
                "import:>3": "write import:3",
                "id:<5": "write id:5",
                "vip_member:>yes": "write vip_member:yes",
                "tier:>gold": "write tier:gold",
            }.items()
        ),
        ("client:=", ("after client:=", "client: alone")),
        ("-client:=", ("after client:=", "client: alone")),
        ("last:>", ("after last:>", "last: alone")),
        ('inbound:>""', ("after inbound:>", "inbound: alone")),
    ],
)
def test_a_filter_that_is_wrong_says_so(people: set[str], line: str, words: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        listing.ids(Listing(search=line))
    assert all(word in str(caught.value) for word in words)


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(st.text(alphabet='ab:"-<>= 0+_ñ\n%\\', max_size=14))
def test_any_line_finds_something_or_says_what_is_wrong(line: str) -> None:
    try:
        ids = listing.ids(Listing(search=line))
    except Invalid as error:
        assert str(error)
        return
    assert list(listing.first_ids(Listing(search=line), 3)) == list(ids[:3])


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(
    st.lists(st.text(alphabet="abñ\U0001f600", min_size=1, max_size=8), min_size=1, max_size=6, unique=True),
    st.text(alphabet="abñ\U0001f600", min_size=1, max_size=5),
)
def test_the_index_finds_what_a_look_at_every_contact_finds(names: list[str], part: str) -> None:
    contacts.delete(list(listing.ids(Listing())))
    for number, name in enumerate(names):
        contacts.create(f"+57300{number:07}", name)
    contacts.edit(listing.ids(Listing())[0], name="changed")
    present = {row.name for row in listing.rows(listing.ids(Listing())).values()}
    assert found(f'"{part}"') == {name for name in present if fold(part) in fold(name)}


def test_as_many_words_as_there_may_be_are_searched_for(people: set[str]) -> None:
    assert found("-zz " * 25 + "-name:zz " * 24 + "ana") == {"Ana Muñoz"}
    assert found("a " * 50) == {"Ana Muñoz"}


@pytest.mark.parametrize(
    ("line", "goes_on"),
    [
        ("cou", ["country:"]),
        ("ana coun", ["ana country:"]),
        ("-ema", ["-email:"]),
        ("country:colo", ["country:co"]),
        ("origin:h", ["origin:hand"]),
        ("last:n", ["last:never"]),
        ("vip", ["VIP_member:"]),
        ("vip_member:t", ["vip_member:true"]),
        ("tier:g", ["tier:Gold"]),
        ("tier:t", ['tier:"Two words"']),
        ('ana tier:"two w', ['ana tier:"Two words"']),
        ('"two w', []),
        ("", []),
        ("zzz", []),
        ("shoe:4", []),
    ],
)
def test_a_word_is_completed(people: set[str], line: str, goes_on: list[str]) -> None:
    suggested = completion.complete(line)
    assert [item.line for item in suggested] == goes_on
    for item in suggested:
        if not item.line.endswith(":"):
            found(item.line)
