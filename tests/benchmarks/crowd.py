"""A database with invented contacts, as many as are asked for: made once, then taken from a folder.

`python -m tests.benchmarks.crowd DATABASE CONTACTS` makes one in a process of its own.
"""

import hashlib
import json
import random
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks import processes
from tests.benchmarks.processes import ROOT

HEADERS = ("Contact", "Last interaction", "User", "Business", "Cancelled", "Notifications")

_COUNTERS = (
    *("user_initiated", "business_initiated", "cancelled_outbounds", "received_notifications"),
    *("first_interaction", "last_interaction"),
)
_BATCH = 2_000
"""As an import commits: the index of words is then in as many pieces as after one."""
_SURELY_SEEN, _SURELY_WHOLE = 20, 18
"""Rows, and cells of a name, that all programs show at the start."""
_DAY = 86_400
_NOW = 1_790_000_000
_MADE_OF = ("store/migrations/*.py", "store/values/text.py", "tests/benchmarks/crowd.py")
"""A database made by other texts than these is made anew."""

_PHONES = (
    *(("57300", 7), ("57310", 7), ("57320", 7), ("5255", 8), ("5233", 8), ("551199", 7), ("552198", 7)),
    *(("519", 8), ("5491144", 6), ("569", 8), ("346", 8), ("1415", 7), ("1305", 7), ("447700", 6)),
    *(("4915", 9), ("81901", 7), ("8613", 9), ("9715", 8), ("2010", 8), ("9198", 8), ("3069", 8)),
    *(("38050", 7), ("9053", 8), ("8210", 8), ("25078", 7), ("234803", 7), ("79", 9)),
)
"""Beginnings of numbers of many countries, with how many digits follow."""
_SPREAD = 7_368_787
"""Has no factor in common with 10: multiples of it run through all last digits before one comes again."""

_LATIN = (
    """María José, Camila, Andrés, Valentina, Santiago, Lucía, Mateo, Sofía, Diego, Isabela, Julián, Ximena,
    Íñigo, João, Ana, Conceição, Luís, Inês, Tiago, Beatriz, Antônio, Grace, Oliver, Amelia, Jack, Maeve,
    Ruth, Noah, Zoë, Ayşe, İbrahim, Uwase, Chidi, Wanjiru""",
    """García, Rodríguez, Martínez, Muñoz, Peña, Ordóñez, Quispe, Hernández, Ibáñez, Núñez, Restrepo, Güell,
    Silva, Gonçalves, Araújo, O'Brien, Smith, Taylor, Walsh, Yılmaz, Öztürk, Okafor, Mwangi""",
)
_OTHERS = (
    ("陽菜, 蓮, さくら, 翔太, 美咲, 大輔", "佐藤, 鈴木, 高橋, 田中, 渡辺"),
    ("伟, 芳, 娜, 秀英, 敏, 静", "王, 李, 张, 刘, 陈, 杨"),
    ("محمد, فاطمة, علي, مريم, يوسف", "حسن, السيد, العلي, الحربي"),
    ("आरव, दिया, अर्जुन, प्रिया", "शर्मा, पटेल, सिंह, गुप्ता"),
    ("Γιώργος, Ελένη, Νίκος, Σοφία", "Παπαδόπουλος, Οικονόμου, Γεωργίου"),
    ("Олена, Андрій, Тарас, Айгүл", "Шевченко, Коваленко, Бондар, Нұрлан"),
    ("지우, 서연, 민준, 하은", "김, 이, 박, 최"),
)
_OTHER_SCRIPT = 0.15
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvxyz" for vowel in "aeiou"]
_DOMAINS = ("example.com", "correo.example.com", "example.org", "example.net")
_COMPANIES = ("Acme", "Café Ñandú", "Ferretería El Tornillo", "Padaria São João", "株式会社さくら")
_TIERS = ("Bronze", "Silver", "Gold")


def made(folder: Path, contacts: int) -> Path:
    """The database with so many contacts in `folder`; made there if it is not, or not as it would be now."""
    path = folder / f"crowd-{contacts}-{_fingerprint()}.db"
    if path.exists() and _count(path) == contacts:
        return path
    for stale in folder.glob(f"crowd-{contacts}-*"):
        if stale.is_dir():
            shutil.rmtree(stale)
        else:
            stale.unlink()
    unfinished = path.with_suffix(".new")
    processes.run(processes.module("tests.benchmarks.crowd", unfinished, contacts))
    return unfinished.rename(path)


def _count(path: Path) -> int | None:
    """The contacts in a database; None where it is none of ours."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            [count] = connection.execute("SELECT count(*) FROM contact WHERE deleted = 0").fetchone()
            return int(count)
    except sqlite3.DatabaseError:
        return None


def texts(database: Path, limit: int) -> list[tuple[str, ...]]:
    """What the list shows of its first contacts, in the order of the start; see HEADERS."""
    query = """
        SELECT name, last_interaction, user_initiated, business_initiated, cancelled_outbounds,
            received_notifications
        FROM contact WHERE deleted = 0 ORDER BY last_interaction DESC, id DESC LIMIT ?
    """
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute(query, [limit]).fetchall()
    return [(name, _moment(last), *map(str, counts)) for name, last, *counts in found]


def landmark(database: Path) -> str:
    """A word far down in the first rows of the start that no other of them has, whole in a narrow column."""
    names = [name for name, *_others in texts(database, _SURELY_SEEN)]
    words = [name.split()[-1] for name in names]
    return next(
        word
        for name, word in reversed(list(zip(names, words, strict=True)))
        if name.isascii() and len(name) <= _SURELY_WHOLE and words.count(word) == 1
    )


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}" if seconds else "Never"


def _fingerprint() -> str:
    """Changes with the schema, and with what contacts are made of."""
    found = hashlib.sha256()
    for pattern in _MADE_OF:
        for file in sorted(ROOT.glob(pattern)):
            found.update(file.read_bytes())
    return found.hexdigest()[:12]


def main(path: Path, contacts: int) -> None:
    """Make a database, the same every time."""
    from store import database, properties, search
    from store.values.property_type import PropertyType

    path.unlink(missing_ok=True)
    database.open_database(path)
    for name, kind, choices in (
        ("Client", PropertyType.TEXT, ()),
        ("Document", PropertyType.NUMBER, ()),
        ("Tier", PropertyType.LIST, _TIERS),
    ):
        properties.create(name, kind, choices=choices)
    connection: sqlite3.Connection = database.db.connection()
    for name, value in database.BULK_PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    rows = _rows(random.Random(20_26), contacts)
    while batch := list(islice(rows, _BATCH)):
        names = ", ".join(batch[0])
        places = ", ".join(f":{name}" for name in batch[0])
        with database.writing():
            last = search.last_id()
            connection.executemany(f"INSERT INTO contact ({names}) VALUES ({places})", batch)
            search.add_after(last)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _rows(chance: random.Random, contacts: int) -> Iterator[dict[str, Any]]:
    from store.values.text import search_key

    scripts = [tuple(_listed(words) for words in pair) for pair in (_LATIN, *_OTHERS)]
    for index in range(contacts):
        given, family = scripts[0] if chance.random() > _OTHER_SCRIPT else chance.choice(scripts)
        name = f"{chance.choice(given)} {chance.choice(family)} {_invented(chance).title()}"
        phone = _phone(index) if chance.random() < 0.99 else None
        email = _email(chance) if chance.random() < 0.6 else None
        created = _NOW - chance.randrange(1_000 * _DAY)
        yield {
            "phone": phone,
            "name": name,
            "email": email,
            **_counters(chance, created),
            "created": created,
            "changed": created,
            "origin": chance.choice(("message", "import", "import", "hand")),
            "properties": json.dumps(_values(chance), ensure_ascii=False),
            "search_key": search_key(name, phone, email),
        }


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def _invented(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3, 4))))


def _phone(index: int) -> str:
    turn, slot = divmod(index, len(_PHONES))
    prefix, width = _PHONES[slot]
    return f"+{prefix}{turn * _SPREAD % 10**width:0{width}}"


def _email(chance: random.Random) -> str:
    return f"{_invented(chance)}.{_invented(chance)}{chance.randrange(100)}@{chance.choice(_DOMAINS)}"


def _counters(chance: random.Random, created: int) -> dict[str, int]:
    """Half of all never interacted."""
    if chance.random() < 0.5:
        return dict.fromkeys(_COUNTERS, 0)
    first = created + chance.randrange(_NOW - created + 1)
    values = (
        chance.choice((0, 1, 1, 2, 3, 5, 8)),
        chance.choice((0, 0, 0, 1, 2)),
        chance.choice((0, 0, 0, 0, 0, 1)),
        chance.choice((0, 0, 1, 2, 4, 12)),
        first,
        first + chance.randrange(_NOW - first + 1),
    )
    return dict(zip(_COUNTERS, values, strict=True))


def _values(chance: random.Random) -> dict[str, str]:
    """By the ids of the properties that `main` defines."""
    values = (chance.choice(_COMPANIES), str(chance.randrange(10**7, 10**10)), chance.choice(_TIERS))
    return {str(number): value for number, value in enumerate(values, 1) if chance.random() < 0.6}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
