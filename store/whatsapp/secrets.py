"""What WhatsApp is spoken to with: from the environment, or from a settings file that nobody else can read.

A value is never part of a log, an error or a repr: what is said names it, and shows nothing of it.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from store.errors import SecretsUnusable
from store.language import _

_PREFIX = "CONTACTS_WHATSAPP_"
_NAMES = ("app_secret", "verify_token", "access_token", "phone_number_id", "api_url")
_META = "https://graph.facebook.com/v25.0"
_MOST_BYTES = 64 * 1024
"""A settings file is small; what is larger is something else."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What deliveries are checked with."""

    app_secret: bytes = field(repr=False)
    verify_token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sending:
    """What messages are sent with."""

    access_token: str = field(repr=False)
    phone_number_id: str = field(repr=False)
    api_url: str = _META
    """Without a slash at its end; another than Meta's in tests."""


def settings_file() -> Path:
    """Where the person's settings of WhatsApp are, if they are in a file."""
    from platformdirs import user_config_path

    return user_config_path("contacts", appauthor=False) / "whatsapp.toml"


def for_listening() -> Listening:
    """The app secret and the verify token; raises SecretsUnusable."""
    values = _load()
    return Listening(
        _needed(values, "app_secret").encode(errors="surrogateescape"),
        _needed(values, "verify_token").encode(errors="surrogateescape"),
    )


def for_sending() -> Sending:
    """The access token, the id of the company's number and the API's address; raises SecretsUnusable."""
    values = _load()
    token, number = _needed(values, "access_token"), _needed(values, "phone_number_id")
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise SecretsUnusable(
            _("{name} holds what no token can hold; copy it again.").format(name=_told("access_token"))
        )
    # It becomes a part of the address.
    if not (number.isascii() and number.isdecimal()):
        raise SecretsUnusable(
            _("{name} is the id that Meta shows: digits only.").format(name=_told("phone_number_id"))
        )
    return Sending(token, number, _address(values.get("api_url", _META)))


def is_loopback(host: str | None) -> bool:
    """Whether what is sent there never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _load() -> dict[str, str]:
    """All that is set; the environment wins over the file, value by value."""
    values = _of_file() | _of_environment()
    for name, value in values.items():
        if not value:
            raise SecretsUnusable(_("{name} is empty; set it, or take it away.").format(name=_told(name)))
    return values


def _of_environment() -> dict[str, str]:
    named = {name: os.environ.get(_variable(name)) for name in _NAMES}
    return {name: value.strip() for name, value in named.items() if value is not None}


def _of_file() -> dict[str, str]:
    path = settings_file()
    try:
        content = _read(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SecretsUnusable(
            _("{path} cannot be read: {reason}.").format(path=path, reason=error.strerror)
        ) from None
    try:
        table = tomllib.loads(content.decode())
    except ValueError:
        # Without the reason: it may quote a value.
        raise SecretsUnusable(
            _('{path} is not TOML: write lines such as app_secret = "…".').format(path=path)
        ) from None
    return _checked(table, path)


def _read(path: Path) -> bytes:
    """The file's content; raises SecretsUnusable where others can read it too."""
    with path.open("rb") as file:
        # The file that was opened is looked at, not what may lie there by now.
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
            raise SecretsUnusable(_("{path} is not a settings file.").format(path=path))
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise SecretsUnusable(
                _("{path} can be read by others: `chmod 600` it, and think of its secrets as known.").format(
                    path=path
                )
            )
        return file.read()


def _checked(table: Mapping[str, object], path: Path) -> dict[str, str]:
    values = {}
    for name, value in table.items():
        if name not in _NAMES:
            raise SecretsUnusable(
                _("{path} has a name that is not known; there are {names}.").format(
                    path=path, names=", ".join(_NAMES)
                )
            )
        if not isinstance(value, str):
            raise SecretsUnusable(_("{name} in {path} must stand in quotes.").format(name=name, path=path))
        values[name] = value.strip()
    return values


def _needed(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise SecretsUnusable(
            _("WhatsApp needs {variable} in the environment, or {name} in {path}.").format(
                variable=_variable(name), name=name, path=settings_file()
            )
        )
    return values[name]


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    # The access token travels with each request: in clear only on this machine.
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SecretsUnusable(_("{name} must be an https:// address.").format(name=_told("api_url")))
    return url.rstrip("/")


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def _told(name: str) -> str:
    """How a value is named to a person: as it was set."""
    return _variable(name) if _variable(name) in os.environ else f"{name} ({settings_file()})"
