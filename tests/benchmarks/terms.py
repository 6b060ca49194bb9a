"""Words to search by: pieces of what contacts are found by, and noise, of 1 to 20 letters."""

import random
from collections.abc import Iterator, Sequence

_LONGEST = 20
_NOISE = "abcdefghijklmnopqrstuvwxyz áéñçöşЖжαωأ陽佐김शर0123456789"


def endless(chance: random.Random, keys: Sequence[str]) -> Iterator[str]:
    """Terms of random lengths, half of them as they stand in one of the keys."""
    while True:
        length = chance.randint(1, _LONGEST)
        makers = (_piece, _piece, _start, _garbled, _noise)
        term = " ".join(chance.choice(makers)(chance, chance.choice(keys), length).split())
        if term:
            yield term


def _piece(chance: random.Random, key: str, length: int) -> str:
    line = chance.choice([line for line in key.split("\n") if line])
    start = chance.randrange(max(len(line) - length, 0) + 1)
    return line[start : start + length]


def _start(chance: random.Random, key: str, length: int) -> str:
    """Of a word: what people type."""
    return chance.choice(key.split())[:length]


def _garbled(chance: random.Random, key: str, length: int) -> str:
    piece = list(_piece(chance, key, length))
    piece[chance.randrange(len(piece))] = chance.choice(_NOISE)
    return "".join(piece)


def _noise(chance: random.Random, _key: str, length: int) -> str:
    return "".join(chance.choices(_NOISE, k=length))
