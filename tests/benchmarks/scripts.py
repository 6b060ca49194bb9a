"""What people would write themselves, and readers by themselves, each run in a process of its own.

`python -m tests.benchmarks.scripts NAME FILE [DATABASE]` is such a process; a reader prints how many rows it
has read and in how many seconds. It imports what it needs and nothing else, since its start counts too.
"""

import importlib
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

_BATCH = 1_000
_CHUNK = 1 << 16


def use_pandas(file: Path, database: Path) -> None:
    """Without checks of any kind."""
    import sqlite3

    # Not by name: it has no types, and need not be there when types are checked.
    pandas: Any = importlib.import_module("pandas")
    with closing(sqlite3.connect(database)) as connection:
        pandas.read_excel(file).to_sql("contacts", connection, index=False)


def use_peewee(file: Path, database: Path) -> None:
    """Numbers checked, duplicates skipped; no word on any row."""
    import peewee

    store = peewee.SqliteDatabase(str(database), pragmas={"journal_mode": "wal"})

    class Contact(peewee.Model):
        phone = peewee.TextField(unique=True)
        name = peewee.TextField(null=True)
        email = peewee.TextField(null=True)
        city = peewee.TextField(null=True)
        company = peewee.TextField(null=True)
        since = peewee.DateField(null=True)

        class Meta:
            database = store

    store.create_tables([Contact])
    for batch in peewee.chunked(_valid_rows(file), _BATCH):
        with store.atomic():
            Contact.insert_many(batch).on_conflict_ignore().execute()
    store.close()


def _valid_rows(file: Path) -> Iterator[dict[str, Any]]:
    import openpyxl
    import phonenumbers

    rows = openpyxl.load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True)
    names = [str(name) for name in next(rows)]
    for values in rows:
        row: dict[str, Any] = dict(zip(names, values, strict=True))
        try:
            number = phonenumbers.parse("+" + str(row["phone"]).lstrip("+"), None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            row["phone"] = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            yield row


def read_ours(file: Path) -> int:
    """The rows of a workbook by our reader."""
    from store.reading import workbook

    with workbook.open_sheet(file) as sheet:
        return sum(1 for _row in sheet.rows())


def read_openpyxl(file: Path) -> int:
    """The rows of a workbook by openpyxl."""
    import openpyxl

    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    return sum(1 for _row in sheet.iter_rows(values_only=True))


def read_expat(file: Path) -> int:
    """Nothing but unzip and parse: the least that a reader must do that looks at every byte."""
    import zipfile
    from xml.parsers import expat

    with zipfile.ZipFile(file) as archive:
        for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
            parser = expat.ParserCreate()
            with archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    parser.Parse(chunk)
                parser.Parse(b"", True)
    return 0


_WRITERS = {"pandas": use_pandas, "peewee": use_peewee}
_READERS = {"ours": read_ours, "openpyxl": read_openpyxl, "expat": read_expat}


def main(name: str, *paths: Path) -> None:
    """Carry out one of them."""
    if name in _WRITERS:
        _WRITERS[name](*paths)
        return
    # Interpreter and imports aside: what is compared is the reading.
    for module in ("openpyxl", "store.reading.workbook"):
        importlib.import_module(module)
    begun = time.perf_counter()
    count = _READERS[name](*paths)
    print(count, time.perf_counter() - begun)


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
