"""The database: made on purpose, migrated once, refused when it is not ours."""

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import peewee
import pytest

from store import contacts, database, listing, properties, search
from store.errors import DatabaseUnavailable
from store.listing import Listing
from store.models import Contact
from store.values.property_type import PropertyType
from tests.support import ROOT


def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = database.open_database(tmp_path / "new.db")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_files_beside_the_database_take_its_mode(db: Path) -> None:
    db.chmod(0o660)
    os.close(database.open_beside("some.lock"))
    folder = database.files_folder()
    assert stat.S_IMODE((folder / "some.lock").stat().st_mode) == 0o660
    # What is made in it belongs to the database's group.
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770


def test_eight_first_starts_at_once_all_succeed(tmp_path: Path) -> None:
    script = "import sys; from store import database; database.open_database(sys.argv[1])"
    command = [sys.executable, "-c", script, str(tmp_path / "race.db")]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    started = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE) for _ in range(8)]
    assert [(p.wait(60), p.communicate()[1]) for p in started] == [(0, b"")] * 8


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE contact (x)")
    other.close()
    with pytest.raises(DatabaseUnavailable, match="another program"):
        database.open_database(path)
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("contact",)]
    other.close()


def test_a_newer_database_is_refused(db: Path) -> None:
    with database.writing():
        database.db.execute_sql(
            "INSERT INTO schema_migration (name, applied) VALUES ('9999_from_the_future', '2030-01-01')"
        )
    with pytest.raises(DatabaseUnavailable, match="newer version"):
        database.open_database(db)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"these are not the tables you are looking for" * 40, "not a database")],
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnavailable, match=sentence):
        database.open_database(path)
    assert path.read_bytes() == content


def test_a_folder_a_missing_folder_and_an_unknown_url_have_sentences(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="is a folder"):
        database.open_database(tmp_path)
    with pytest.raises(DatabaseUnavailable, match="no folder"):
        database.open_database(tmp_path / "nowhere" / "x.db")
    with pytest.raises(DatabaseUnavailable, match="SQLite") as caught:
        database.open_database("postgresql://user:secret@host/contacts")
    assert "secret" not in str(caught.value)


def test_a_missing_database_is_made_only_on_purpose(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="no database"):
        database.open_database(tmp_path / "x.db", create=False)
    assert not (tmp_path / "x.db").exists()


def test_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_file_system", lambda folder: "nfs4")
    with pytest.raises(DatabaseUnavailable, match="network drive"):
        database.open_database(tmp_path / "x.db")


def test_the_file_system_of_a_folder_is_known_on_linux(tmp_path: Path) -> None:
    assert database._file_system(Path("/proc")) in ("proc", "")


def test_read_only_changes_nothing(db: Path) -> None:
    contacts.create("+573001234567", "Ana")
    database.open_database(db, read_only=True)
    with pytest.raises(DatabaseUnavailable, match="reading only"):
        contacts.create("+573001234568", "Eva")
    assert contacts.find("+573001234567").name == "Ana"


@pytest.mark.parametrize("is_replaced", [False, True])
def test_nothing_is_written_into_a_file_that_was_taken_away(db: Path, is_replaced: bool) -> None:
    contacts.create("+573001234567", "Ana")
    db.rename(db.with_name("moved.db"))
    if is_replaced:
        db.touch()
    with pytest.raises(DatabaseUnavailable, match="was moved, deleted or replaced"):
        contacts.create("+573001234568", "Eva")
    with ThreadPoolExecutor(1) as pool, pytest.raises(DatabaseUnavailable, match="moved, deleted"):
        pool.submit(database.connect).result()
    # Nor is an empty one left in its place.
    assert db.exists() == is_replaced
    db.with_name("moved.db").replace(db)
    contacts.create("+573001234568", "Eva")


@pytest.mark.parametrize("is_damaged", [False, True])
def test_letters_of_older_databases_are_found_by_their_plain_ones(db: Path, is_damaged: bool) -> None:
    for number, name in ((1, "Zoë Yılmaz"), (2, "Łukasz Sørensen"), (3, "Ana")):
        contacts.create(f"+57300123456{number}", name)
    for name in ("Łódź", "Other"):
        properties.create(name, PropertyType.TEXT)
    for statement in (
        "UPDATE contact SET search_key = replace(search_key, 'yilmaz', 'yılmaz')",
        "UPDATE contact SET search_key = replace(search_key, 'lukasz sorensen', 'łukasz sørensen')",
        "UPDATE property SET name_key = 'łodz' WHERE name_key = 'lodz'",
        "INSERT INTO contact_search (contact_search) VALUES ('rebuild')",
        "DELETE FROM schema_migration WHERE name LIKE '0009%'",
    ):
        database.db.execute_sql(statement)

    def found(words: str) -> int:
        return len(listing.ids(Listing(search=words)))

    assert found("yilmaz") == 0
    if is_damaged:
        database.db.execute_sql("INSERT INTO contact_search (contact_search) VALUES ('delete-all')")
    database.open_database(db)
    assert [found(words) for words in ("YILMAZ", "yılmaz", "lukasz sorensen", "sør", "ana")] == [1] * 5
    assert properties.get("Lodz").name == "Łódź"


def test_a_default_database_is_made_in_the_data_folder() -> None:
    path = database.open_database(None)
    assert path == database.default_path()
    assert path.exists()


def test_no_bound_value_slips_past_the_checks_of_the_tables(db: Path) -> None:
    contacts.create("+573001234567", "Ana")
    for column, value in (
        ("last_interaction", "abc"),
        ("user_initiated", -1),
        ("name", ""),
        ("phone", "57300"),
        ("origin", "elsewhere"),
    ):
        with pytest.raises(peewee.IntegrityError), database.db.atomic():
            Contact.update({column: value}).execute()


def test_two_living_contacts_never_share_a_number_whatever_the_way(db: Path) -> None:
    person = contacts.create("+573001234567", "Ana")
    row = {"phone": person.phone, "name": "x", "created": 1, "changed": 1, "origin": "hand", "search_key": ""}
    with pytest.raises(peewee.IntegrityError), database.db.atomic():
        Contact.insert(row).execute()
    contacts.delete([person.id])
    with database.db.atomic():
        Contact.insert(row).execute()
        search.rebuild()


def test_a_busy_database_is_told_after_some_seconds(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.1)
    database.open_database(db)
    other = sqlite3.connect(db)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseUnavailable, match="busy"):
            contacts.create("+573001234567", "Ana")
    finally:
        other.close()
