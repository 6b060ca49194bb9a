"""Secrets of WhatsApp: from the environment or a file that nobody else can read, and never told."""

import pickle
from pathlib import Path

import pytest

from store.errors import SecretsUnusable
from store.whatsapp import secrets
from tests.store.listening import SECRETS

FILE = """
app_secret = "from-the-file"
verify_token = "file-token"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (*SECRETS, "CONTACTS_WHATSAPP_API_URL"):
        monkeypatch.delenv(name, raising=False)


def write(content: str, mode: int = 0o600) -> Path:
    path = secrets.settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return path


def set_all(monkeypatch: pytest.MonkeyPatch, **others: str) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for name, value in others.items():
        monkeypatch.setenv(f"CONTACTS_WHATSAPP_{name}", value)


def test_they_come_from_a_file_of_the_person() -> None:
    write(FILE)
    found = secrets.for_listening()
    assert (found.app_secret, found.verify_token) == (b"from-the-file", b"file-token")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write(FILE)
    monkeypatch.setenv("CONTACTS_WHATSAPP_APP_SECRET", "from-the-environment\n")
    found = secrets.for_listening()
    assert (found.app_secret, found.verify_token) == (b"from-the-environment", b"file-token")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o777])
def test_a_file_that_others_can_read_or_write_is_refused(mode: int) -> None:
    path = write(FILE, mode)
    with pytest.raises(SecretsUnusable, match="chmod 600") as caught:
        secrets.for_listening()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "CONTACTS_WHATSAPP_APP_SECRET"),
        ('app_secret = "hidden-value"', "CONTACTS_WHATSAPP_VERIFY_TOKEN"),
        ('app_secret = "hidden-value"\nverify_token = " "', "verify_token .* is empty"),
        ('app_secret = hidden-value"', "not TOML"),
        ('app_secret = "hidden-value', "not TOML"),
        ('app_secret = "hidden-value"\nhidden-value = "x"', "not known"),
        ("app_secret = 5", "in quotes"),
        ('app_secret = "\udcff"', "not TOML"),
    ],
)
def test_a_file_that_does_not_do_is_refused_without_quoting_it(content: str, words: str) -> None:
    secrets.settings_file().parent.mkdir(parents=True)
    secrets.settings_file().write_bytes(content.encode(errors="surrogateescape"))
    secrets.settings_file().chmod(0o600)
    with pytest.raises(SecretsUnusable, match=words) as caught:
        secrets.for_listening()
    assert "hidden-value" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_folder_or_a_device_is_no_settings_file() -> None:
    secrets.settings_file().mkdir(parents=True)
    with pytest.raises(SecretsUnusable, match="cannot be read"):
        secrets.for_listening()
    secrets.settings_file().rmdir()
    secrets.settings_file().symlink_to("/dev/zero")
    with pytest.raises(SecretsUnusable, match="not a settings file"):
        secrets.for_listening()


@pytest.mark.parametrize("name", ["APP_SECRET", "VERIFY_TOKEN", "ACCESS_TOKEN"])
def test_an_empty_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    set_all(monkeypatch, **{name: " \n"})
    with pytest.raises(SecretsUnusable, match=f"CONTACTS_WHATSAPP_{name} is empty"):
        secrets.for_listening()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCESS_TOKEN", "two words"),
        ("ACCESS_TOKEN", "line\nbreak"),
        ("ACCESS_TOKEN", "señal"),
        ("PHONE_NUMBER_ID", "../1065"),
        ("PHONE_NUMBER_ID", "١٠٦"),
        ("API_URL", "http://graph.facebook.com/v25.0"),
        ("API_URL", "http://127.0.0.1.example.com"),
        ("API_URL", "http://127.example.com"),
        ("API_URL", "ftp://127.0.0.1"),
        ("API_URL", "https://user:word@graph.facebook.com"),
        ("API_URL", "https:///v25.0"),
        ("API_URL", "https://[::1"),
        ("API_URL", "graph.facebook.com"),
    ],
)
def test_what_cannot_be_sent_with_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    set_all(monkeypatch, **{name: value})
    with pytest.raises(SecretsUnusable, match=name) as caught:
        secrets.for_sending()
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://graph.example.com/v25.0/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"],
)
def test_the_address_is_encrypted_or_never_leaves_the_machine(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    set_all(monkeypatch, API_URL=url)
    assert secrets.for_sending().api_url == url.rstrip("/")


def test_they_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch)
    told = f"{secrets.for_listening()!r} {secrets.for_sending()} {[secrets.for_sending()]}"
    for value in SECRETS.values():
        assert value not in told
    # It is in the object, though: the test could fail.
    assert SECRETS["CONTACTS_WHATSAPP_ACCESS_TOKEN"].encode() in pickle.dumps(secrets.for_sending())
