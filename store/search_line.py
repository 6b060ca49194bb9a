"""The line that a person searches by, taken apart; what its words and filters mean is in store.filters."""

import re
from dataclasses import dataclass
from unicodedata import category

from store.values import text

_TOKEN = re.compile(
    r"""(?P<minus>-)?(?:(?P<name>[^\s":<>=]*[^\W\d][^\s":<>=]*|"[^"]+"):)?(?P<sign>[<>]=?|=)?"""
    r"""(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<plain>[^\s"]*))"""
)
_IN_NUMBERS = r"\d\s().+\-/\u2010-\u2015\u2212"
"""Digits, and what may stand between them: a web page has dashes and a minus of its own."""
_NUMBER = re.compile(rf"[{_IN_NUMBERS}]*\d[{_IN_NUMBERS}]*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a filter."""

    name: str | None
    """As it is written; None for a word."""
    is_name_quoted: bool
    sign: str
    value: str
    is_not: bool
    is_quoted: bool
    written: str

    @property
    def filter_name(self) -> str:
        """The name as the filter has to be written again."""
        return f'"{self.name}"' if self.is_name_quoted else f"{self.name}"


def tokens(line: str) -> list[Token]:
    """The words and filters of a line, in their order."""
    found = []
    for match in _TOKEN.finditer(line):
        if match[0].strip() in ("", "-"):
            continue
        quoted, name = match["quoted"], match["name"]
        value = match["plain"] if quoted is None else quoted
        minus, sign = match["minus"] is not None, match["sign"] or ""
        if name is None and (sign or minus) and not any(char.isalpha() for char in value):
            # -300 is a piece of a number.
            value, minus, sign = match[0], False, ""
        elif name is None:
            value, sign = sign + value, ""
        # What a name is equal to may have marks of its own; without them, less is asked for.
        value = value.strip() if sign == "=" else without_marks(value)
        is_name_quoted = name is not None and name.startswith('"')
        name = None if name is None else without_marks(name.strip('"'))
        found.append(Token(name, is_name_quoted, sign, value, minus, quoted is not None, match[0]))
    return [token for token in found if token.name is not None or token.value]


def without_marks(words: str) -> str:
    """What is pasted, without blanks and unseen marks around it (of reading directions, for instance).

    Inside, they may join the letters of a name; where there is nothing else, they are meant.
    """
    begin, end = 0, len(words)
    while begin < end and _is_unseen(words[begin]):
        begin += 1
    while end > begin and _is_unseen(words[end - 1]):
        end -= 1
    return words[begin:end] or words.strip()


def _is_unseen(char: str) -> bool:
    return char.isspace() or category(char) == "Cf"


def term(word: Token) -> str:
    """What must stand in a search key for a word: digits for a number that is not quoted."""
    number = None if word.is_quoted else digits(word.value)
    return text.fold(word.value) if number is None else number


def digits(words: str) -> str | None:
    """The digits of a phone number in any writing; None for what is none."""
    folded = text.fold(words)
    if not folded.isascii():
        folded = "".join(char for char in folded if category(char) != "Cf")
    if not _NUMBER.fullmatch(folded):
        return None
    found = "".join(str(int(char)) for char in folded if char.isdigit())
    return found.removeprefix("00") or found


def folded_name(name: str) -> str:
    """The name of a filter or a property as it is compared: `Billing address` is billing_address too."""
    return re.sub(r"[\s_]+", "_", text.fold(name))
