"""The language of everything a person reads: screens, files, errors. English is the source."""

import gettext
import locale
import os
from pathlib import Path

LANGUAGES = ("en", "es", "pt")
_LOCALES = Path(__file__).parent / "locales"
_state: dict[str, str | gettext.NullTranslations] = {}


def use(language: str | None) -> str:
    """Speak `language` (one of LANGUAGES; None: as the environment says); returns the one in use."""
    chosen = language if language in LANGUAGES else _of_environment()
    _state["language"] = chosen
    _state["catalogue"] = gettext.translation("contacts", _LOCALES, [chosen], fallback=True)
    return chosen


def current() -> str:
    """The language in use."""
    return str(_state.get("language") or use(None))


def _of_environment() -> str:
    for variable in ("CONTACTS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = locale.normalize(os.environ.get(variable, "")).partition("_")[0].partition(".")[0]
        if code in LANGUAGES:
            return code
    return "en"


def _catalogue() -> gettext.NullTranslations:
    current()
    catalogue = _state["catalogue"]
    assert isinstance(catalogue, gettext.NullTranslations)
    return catalogue


def _(message: str) -> str:
    """`message` in the language in use; put values in afterwards with `.format(name=…)`."""
    return _catalogue().gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the sentence that fits `count`, which is filled in for `{count}` with thousands marked."""
    return _catalogue().ngettext(one, many, count).format(count=f"{count:,}")


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark `message` for translation where it is defined before the language is known."""
    return message
