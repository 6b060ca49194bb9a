"""Every test has a home, a language, a time zone and, where it asks for one, a database of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database, language
from tests.support import assert_imports_add_up, assert_search_is_right


def pytest_xdist_auto_num_workers() -> int:
    """Half of the time a test waits for other processes: two for each processor took a quarter less."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def _world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "100")
    for variable in ("CONTACTS_DATABASE", "CONTACTS_LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    language.use("en")
    yield
    database.close()
    assert_imports_add_up(tmp_path)
    assert_search_is_right(tmp_path)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """An empty database, open in this thread."""
    return database.open_database(tmp_path / "contacts.db")
