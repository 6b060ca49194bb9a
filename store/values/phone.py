"""Phone numbers: E.164 inside, any usual writing outside."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from store.errors import Invalid, UnknownRange, Wound
from store.language import _
from store.values import phone_patterns

_SEPARATORS = frozenset(" \t\r\n-.()/[]_~·‐‑‒–—−⁃•")
_PLAIN = re.compile(r"(\+?)(\d[\d ()-]*)", re.ASCII)
"""The usual writings; all others are looked at char by char."""
_MOST_DIGITS = 15
"""Of a number in E.164, its country code among them."""
_LEFT_OUT = str.maketrans("", "", " ()-")
_FLOAT = re.compile(r"(\+?\d{7,})[.,]0+")
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.IGNORECASE)


class Phone(NamedTuple):
    """A phone number that was understood."""

    e164: str
    bare: bool
    """Written without + or 00, so that its reading depends on what one takes for granted."""

    @property
    def region(self) -> str | None:
        """Two letters; None for numbers that belong to no country."""
        return region(self.e164)


def parse(raw: str, country: str | None = None) -> Phone:
    """The number that a person wrote.

    Digits without + or 00 are read as a number of `country` (two letters), or with their country code
    included where it is None. Raises UnknownRange for a number that is merely possible, else Invalid.
    """
    digits, international = _digits(raw)
    if international or country is None:
        if phone_patterns.is_valid(digits):
            return Phone(f"+{digits}", not international)
    elif certain := phone_patterns.of_country(digits, country):
        return Phone(certain, True)
    return _parse(raw, digits, international, country)


def _parse(raw: str, digits: str, international: bool, country: str | None) -> Phone:
    # Imported here: the first screen does not need it.
    import phonenumbers

    may_lack_code = not international and country is None and len(digits) <= _MOST_DIGITS
    wound = Wound.CODE_MISSING if may_lack_code else None
    try:
        if international or country is None:
            number = phonenumbers.parse(f"+{digits}", None)
        else:
            number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException as error:
        reason = _parse_reason(error.error_type, digits)
        raise _fault(raw, reason, wound) from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number) or any(_valid(variant) for variant in variants(e164)):
        return Phone(e164, not international)
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.IS_POSSIBLE:
        sentence = _("“{number}” lies in no known range of numbers; it may be new, or mistyped.")
        raise UnknownRange(
            sentence.format(number=raw.strip()[:40]), e164, _("it lies in no known range of numbers")
        )
    raise _fault(raw, _length_reason(possible), wound)


def is_bare(raw: str) -> bool:
    """Whether what a person wrote has neither + nor 00; raises Invalid for what is no number at all."""
    _digits_only, international = _digits(raw)
    return not international


def variants(e164: str) -> tuple[str, ...]:
    """Other numbers under which WhatsApp may know the same person (Brazil, Mexico, Argentina)."""
    rule = _VARIANTS.get(e164[:3])
    return rule(e164) if rule is not None else ()


def _brazil(e164: str) -> tuple[str, ...]:
    """Mobile numbers have a 9 behind the area code; older accounts are known without it."""
    if len(e164) == 14 and e164[5] == "9" and e164[6] in "6789":
        return (e164[:5] + e164[6:],)
    if len(e164) == 13 and e164[5] in "6789":
        return (f"{e164[:5]}9{e164[5:]}",)
    return ()


def _with_or_without(digit: str) -> Callable[[str], tuple[str, ...]]:
    """The rule of a country whose ten digits may come with one more before them."""

    def rule(e164: str) -> tuple[str, ...]:
        if len(e164) == 14 and e164[3] == digit:
            return (e164[:3] + e164[4:],)
        if len(e164) == 13:
            return (e164[:3] + digit + e164[3:],)
        return ()

    return rule


_VARIANTS = {"+55": _brazil, "+52": _with_or_without("1"), "+54": _with_or_without("9")}
"""By calling code; regular expressions took 8 µs a number, a tenth of writing its contact."""


def region(e164: str) -> str | None:
    """Two letters of the country that a number belongs to."""
    certain = phone_patterns.only_region(e164[1:])
    if certain is not None:
        return certain
    import phonenumbers

    found = phonenumbers.region_code_for_number(phonenumbers.parse(e164, None))
    return found if found and found.isalpha() else None


def international(e164: str) -> str:
    """The number with the usual spaces: +57 300 1234567."""
    import phonenumbers

    return phonenumbers.format_number(
        phonenumbers.parse(e164, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def example(country: str) -> str | None:
    """A number of `country` as people there write it, to show what is expected."""
    import phonenumbers

    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        number = phonenumbers.example_number(country)
    if number is None:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def _digits(raw: str) -> tuple[str, bool]:
    """The ASCII digits of `raw`, less + or 00, and whether it had one of them."""
    has_plus = raw.startswith("+")
    written = raw[1:] if has_plus else raw
    if written.isdecimal() and written.isascii() and (has_plus or not written.startswith("00")):
        return written, has_plus
    if plain := _PLAIN.fullmatch(raw):
        digits = plain[2].translate(_LEFT_OUT)
        if plain[1] or not digits.startswith("00"):
            return digits, bool(plain[1])
    text = "".join(char for char in raw if unicodedata.category(char) not in ("Cf", "Cc") or char in "\t\r\n")
    text = unicodedata.normalize("NFKC", text).strip().removeprefix("'")
    if text[:4].lower() == "tel:":
        text = text[4:]
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise _fault(
            raw,
            _("Excel has cut its digits off; format the column as text (@) and enter the number again"),
            Wound.DIGITS_LOST,
        )
    if match := _FLOAT.fullmatch(text.strip()):
        # A number exported as 43664123456.0: with its zero it would be another, valid number.
        text = match[1]
    kept: list[str] = []
    for char in text:
        if char.isdigit():
            kept.append(str(unicodedata.digit(char)))
        elif char == "+" and not kept:
            kept.append(char)
        elif char not in _SEPARATORS:
            raise _fault(raw, _character_reason(char))
    number = "".join(kept)
    for prefix in ("+", "00"):
        if number.startswith(prefix):
            return _not_empty(raw, number.removeprefix(prefix)), True
    return _not_empty(raw, number), False


def _not_empty(raw: str, digits: str) -> str:
    if digits:
        return digits
    if raw.strip():
        raise _fault(raw, _("it has no digits"))
    raise Invalid(_("The phone number is missing."), _("it is missing"))


def _character_reason(char: str) -> str:
    if char.isalpha():
        return _("it has letters")
    return _("the character {char} does not belong in a number").format(char=char)


@lru_cache(maxsize=4096)
def _valid(e164: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164, None))
    except phonenumbers.NumberParseException:
        return False


def _fault(raw: str, reason: str, wound: Wound | None = None) -> Invalid:
    if wound is Wound.CODE_MISSING:
        reason = _("{reason}; it may lack its country code").format(reason=reason)
    sentence = _("“{number}” is not a phone number: {reason}.")
    return Invalid(sentence.format(number=raw.strip()[:40], reason=reason), reason, wound)


def _parse_reason(error_type: int, digits: str) -> str:
    from phonenumbers import NumberParseException

    if error_type == NumberParseException.TOO_LONG or len(digits) > _MOST_DIGITS:
        return _("it is too long")
    if error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return _("it does not begin with a country code")
    return _("it is too short")


def _length_reason(possible: int) -> str:
    from phonenumbers import ValidationResult

    if possible == ValidationResult.TOO_LONG:
        return _("it is too long")
    if possible == ValidationResult.INVALID_COUNTRY_CODE:
        return _("it does not begin with a country code")
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return _("its area code is missing")
    if possible == ValidationResult.TOO_SHORT:
        return _("it is too short")
    return _("no number of that country has this many digits")
