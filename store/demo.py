"""A database with invented contacts: example numbers of `phonenumbers`, names in several scripts."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import phonenumbers

from store import database, properties, search, settings
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving
from store.models import Contact
from store.values import times
from store.values.custom_property import CustomProperty
from store.values.property_type import FALSE, TRUE, PropertyType
from store.values.text import search_key
from store.whatsapp import inbox
from store.whatsapp.records import Record

CONTACTS = 2_000
_SEED = 20_26
_DAY = 86_400

_NAMES = {
    "CO MX AR PE CL EC ES": (
        "María José Camila Andrés Valentina Santiago Lucía Mateo Sofía Diego Isabela Julián Ximena Íñigo",
        "García Rodríguez Martínez Muñoz Peña Ordóñez Quispe Hernández Ibáñez Núñez Restrepo Güell",
    ),
    "BR PT": (
        "João Ana Conceição Luís Inês Tiago Beatriz Antônio Letícia Fábio Júlia Otávio",
        "Silva Gonçalves Araújo Assunção Magalhães Simões Falcão Cardoso Brandão",
    ),
    "US GB IE": (
        "Grace Oliver Amelia Jack Maeve Liam Ruth Aoife Noah Zoë",
        "O'Brien Smith Taylor Walsh Johnson-Reid Clarke Bell",
    ),
    "JP": ("陽菜 蓮 さくら 翔太 美咲 大輔", "佐藤 鈴木 高橋 田中 渡辺"),
    "CN TW": ("伟 芳 娜 秀英 敏 静 强", "王 李 张 刘 陈 杨"),
    "EG SA AE": ("محمد فاطمة علي مريم يوسف نور", "حسن السيد العلي الحربي"),
    "IN": ("आरव दिया अर्जुन प्रिया रोहन", "शर्मा पटेल सिंह गुप्ता"),
    "GR": ("Γιώργος Ελένη Νίκος Σοφία", "Παπαδόπουλος Οικονόμου Γεωργίου"),
    "UA KZ": ("Олена Андрій Дар'я Тарас Айгүл", "Шевченко Коваленко Бондар Нұрлан"),
    "TR": ("Ayşe Mehmet Zeynep İbrahim Çağla", "Yılmaz Öztürk Şahin Doğan"),
    "KR": ("지우 서연 민준 하은", "김 이 박 최"),
    "RW KE NG": ("Uwase Chidi Wanjiru Emeka Keza", "Niyonzima Okafor Mwangi Adeyemi"),
}
_COMPANIES = (
    "Acme",
    "ACME [GmbH]",
    "Café Ñandú",
    "Ferretería El Tornillo",
    "Padaria São João",
    "株式会社さくら",
)
_TIERS = ("Bronze", "Silver", "Gold")
_SCRIPTS_WITHOUT_SPACE = ("JP", "CN TW", "KR")


def build(path: Path, contacts: int = CONTACTS) -> None:
    """Make a database at `path`, filled with invented contacts: the same every time but for the dates."""
    database.open_database(path)
    settings.save(settings.Settings(default_country="CO"))
    chance = random.Random(_SEED)
    defined = _define_properties()
    keeping.create(_flow(defined))
    now = times.now()
    with database.writing():
        rows = list(_rows(chance, defined, contacts, now))
        for start in range(0, len(rows), 500):
            Contact.insert_many(rows[start : start + 500]).execute()
        search.add_after(0)
        # As bots record them: every number of the demonstration can be explained, and replayed.
        inbox.record_all(list(_records(chance, now)))


def _define_properties() -> list[CustomProperty]:
    return [
        properties.create("Client", PropertyType.TEXT),
        properties.create("Document", PropertyType.NUMBER),
        properties.create("Newsletter", PropertyType.BOOLEAN),
        properties.create("Birthday", PropertyType.DATE),
        properties.create("Billing address", PropertyType.EMAIL),
        properties.create("Tier", PropertyType.LIST, choices=_TIERS),
        properties.create("Internal note", PropertyType.TEXT, hidden=True),
    ]


def _flow(defined: list[CustomProperty]) -> Flow:
    """The guide's example, Client and Document, and what the person wants; ready to be switched on."""
    client, document, newsletter, _birthday, _address, tier, _note = (item.id for item in defined)
    plan = Block(
        5,
        Kind.OPTIONS,
        "Which plan do you have in mind?",
        options=tuple(Option(name) for name in _TIERS),
        saving=Saving(tier, overwrite=True),
    )
    consent = Block(
        6,
        Kind.QUESTION,
        "May we send you our newsletter?",
        expects=PropertyType.BOOLEAN,
        saving=Saving(newsletter, overwrite=True),
    )
    person = Block(7, Kind.END, "Thank you, {{name}}. A colleague of ours writes to you here.")
    support = Block(9, Kind.QUESTION, "What happened? Write it in your own words.")
    blocks = (
        Block(1, Kind.MESSAGE, "Hello {{name}}, this is Acme. Write EXIT to leave at any time."),
        Block(
            2,
            Kind.QUESTION,
            "What is your company called?",
            saving=Saving(client),
            reminder=Reminder(30, "Are you still there? We only need your company's name."),
        ),
        Block(
            3,
            Kind.QUESTION,
            "What is the number of your document?",
            expects=PropertyType.NUMBER,
            saving=Saving(document, overwrite=True),
            retry="Please write the number alone, such as 1234567.",
            invalid=(person,),
        ),
        Block(
            4,
            Kind.OPTIONS,
            f"How can we help {{{{#{client}}}}}?",
            options=(Option("Plans", (plan, consent)), Option("Support", (support,)), Option("Nothing else")),
        ),
        Block(8, Kind.END, "Thank you! We have noted it all, and come back to you today."),
    )
    return Flow("Welcome", blocks)


def _rows(
    chance: random.Random, defined: list[CustomProperty], contacts: int, now: int
) -> Iterator[dict[str, object]]:
    numbers = _numbers(chance)
    groups = list(_NAMES)
    weights = [12, 6, 3, *([1] * (len(groups) - 3))]
    for _index in range(contacts):
        group = chance.choices(groups, weights)[0]
        phone = next(numbers[group])
        first, last = (chance.choice(names.split()) for names in _NAMES[group])
        name = f"{last}{first}" if group in _SCRIPTS_WITHOUT_SPACE else f"{first} {last}"
        origin = chance.choices(("message", "import", "hand"), (5, 4, 1))[0]
        created = now - chance.randrange(400 * _DAY)
        if origin == "message" and chance.random() < 0.35:
            # Born of a message and never renamed.
            name = phone
        address = f"{first}.{last}@example.com".lower() if name.isascii() and " " in name else None
        yield {
            "phone": phone,
            "name": name,
            "email": address,
            "created": created,
            "changed": created,
            "origin": origin,
            "properties": _values(chance, defined),
            "search_key": search_key(name, phone, address),
        }


def _records(chance: random.Random, now: int) -> Iterator[Record]:
    """What happened with the contacts since they were created."""
    query = Contact.select(Contact.id, Contact.created, Contact.origin).order_by(Contact.id)
    for contact, created, origin in list(database.tuples(query)):
        by_message = origin == "message"
        inbound = chance.choice((1, 1, 1, 2, 3, 5, 8, 13)) if by_message else chance.choice((0, 0, 0, 1, 2))
        outbound = chance.choice((0, 0, 0, 0, 1, 1, 2, 3))
        notifications = chance.choice((0, 0, 0, 1, 2, 6))
        kinds = ["inbound"] * inbound + ["outbound"] * outbound + ["notification"] * notifications
        chance.shuffle(kinds)
        moments = sorted(created + chance.randrange(now - created + 1) for _kind in kinds)
        if by_message:
            # Which made them a contact.
            kinds.remove("inbound")
            kinds, moments[0] = ["inbound", *kinds], created
        for number, (kind, moment) in enumerate(zip(kinds, moments, strict=True)):
            key = f"demo {contact} {number}"
            yield Record(kind, key, moment, contact=contact)
            if kind == "outbound" and chance.random() < 0.15:
                yield Record("cancelled", f"{key} cancelled", min(moment + 600, now), contact=contact)


def _values(chance: random.Random, defined: list[CustomProperty]) -> dict[str, str]:
    birthday = date(1950, 1, 1) + timedelta(days=chance.randrange(365 * 55))
    values = (
        chance.choice(_COMPANIES),
        str(chance.randrange(10**7, 10**10)),
        chance.choice((TRUE, FALSE)),
        birthday.isoformat(),
        "billing@example.com",
        chance.choice(_TIERS),
        "calls back in the afternoon",
    )
    chances = (0.5, 0.4, 0.3, 0.3, 0.1, 0.4, 0.05)
    return {
        str(item.id): value
        for item, value, likely in zip(defined, values, chances, strict=True)
        if chance.random() < likely
    }


def _numbers(chance: random.Random) -> dict[str, Iterator[str]]:
    """For each group of countries valid numbers without end, none twice."""
    return {group: _numbers_of(chance, group.split()) for group in _NAMES}


def _numbers_of(chance: random.Random, regions: list[str]) -> Iterator[str]:
    """The library's own example numbers with their last digits changed."""
    seen = set()
    while True:
        region = chance.choice(regions)
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        assert example is not None
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        number = e164[:-6] + f"{chance.randrange(10**6):06}"
        if number not in seen and phonenumbers.is_valid_number(phonenumbers.parse(number)):
            seen.add(number)
            yield number
