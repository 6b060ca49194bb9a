"""Countries by the names that a person knows them by."""

from dataclasses import dataclass
from functools import lru_cache

from store import language
from store.values.text import fold


@dataclass(frozen=True, slots=True)
class Country:
    """A region that has phone numbers."""

    code: str
    """Two letters (ISO 3166)."""
    name: str
    """In the language in use."""
    calling_code: int


def all_countries() -> tuple[Country, ...]:
    """Every region that `phonenumbers` knows, by name."""
    return _countries(language.current())


def name(code: str | None) -> str:
    """The name of a country; an unknown code as it is, and nothing for none."""
    if not code:
        return ""
    return _names(language.current()).get(code, code)


def find(words: str) -> Country | None:
    """The country meant by two letters, a calling code or (the beginning of) a name; or None."""
    wanted = fold(words.strip()).removeprefix("+")
    countries = all_countries()
    for country in countries:
        if wanted in (country.code.lower(), fold(country.name)):
            return country
    if wanted.isdigit():
        return next((c for c in countries if str(c.calling_code) == wanted and _is_main(c)), None)
    return next((c for c in countries if wanted and fold(c.name).startswith(wanted)), None)


def _is_main(country: Country) -> bool:
    import phonenumbers

    return phonenumbers.region_code_for_country_code(country.calling_code) == country.code


@lru_cache(maxsize=3)
def _names(language_code: str) -> dict[str, str]:
    from babel import Locale

    return dict(Locale(language_code).territories)


@lru_cache(maxsize=3)
def _countries(language_code: str) -> tuple[Country, ...]:
    import phonenumbers

    names = _names(language_code)
    countries = (
        Country(code, names.get(code, code), phonenumbers.country_code_for_region(code))
        for code in phonenumbers.SUPPORTED_REGIONS
    )
    return tuple(sorted(countries, key=lambda country: fold(country.name)))
