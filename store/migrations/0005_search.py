"""Search by an index of trigrams; the order of names by an index of names alone."""

from typing import Any

from peewee import Database

_NAME = "substr(search_key, 1, instr(search_key, char(10)) - 1)"
# Two characters more, so that a trigram begins at every character of the key.
_TEXT = "SELECT id, search_key || char(10) || char(10) AS text FROM contact WHERE deleted = 0"
# Without the places of trigrams it is half as large and half as dear; what is found is looked at anyway.
_INDEX = """fts5 (
    text, content='contact_text', content_rowid='id', tokenize='trigram case_sensitive 1', detail=none,
    columnsize=0
)"""


def up(migrator: Any, db: Database) -> None:
    # Phone and email stood in it too, to be searched: the dearest part of writing a contact.
    db.execute_sql("DROP INDEX contact_search_key")
    db.execute_sql(f"CREATE INDEX contact_name ON contact ({_NAME}, id) WHERE deleted = 0")
    db.execute_sql(f"CREATE VIEW contact_text AS {_TEXT}")
    db.execute_sql(f"CREATE VIRTUAL TABLE contact_search USING {_INDEX}")
    # 0.3 s for 100,000 contacts in batches of 2,000; 0.4 s with the usual 4.
    db.execute_sql("INSERT INTO contact_search (contact_search, rank) VALUES ('automerge', 16)")
    db.execute_sql("INSERT INTO contact_search (contact_search) VALUES ('rebuild')")
    db.execute_sql("CREATE VIRTUAL TABLE contact_trigram USING fts5vocab (contact_search, row)")
