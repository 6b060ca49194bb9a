"""A property that a company has defined."""

from dataclasses import dataclass

from store.values.property_type import PropertyType

NAME_LIMIT = 60
"""Characters of its name."""


@dataclass(frozen=True, slots=True)
class CustomProperty:
    """A property that a company has defined for its contacts."""

    id: int
    name: str
    type: PropertyType
    choices: tuple[str, ...] = ()
    """The allowed values of a value list; empty for other types."""
    hidden: bool = False
