"""The words of flows: variables in texts, and the usual sentences where nobody wrote any.

Within flows a property's variable is written by its id, as in {{#12}}, so that renaming it breaks nothing;
people read and write it by its name. {{name}}, {{phone}} and {{email}} are the same to both.
"""

from collections.abc import Mapping, Sequence

from store.flows.blocks import Block
from store.properties import CustomProperty
from store.values.property_type import Formats

BUILT_IN = ("name", "phone", "email")
"""Variables that every contact has."""


def variables(text: str) -> tuple[str, ...]:
    """The names within {{…}} in order, without the spaces around them."""
    raise NotImplementedError


def is_torn(text: str) -> bool:
    """Whether a "{{" or "}}" stands in `text` that belongs to no variable."""
    raise NotImplementedError


def property_variable(property_id: int) -> str:
    """The name of a property's variable within flows: "#12"."""
    return f"#{property_id}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its variables' values, by "name", "phone", "email", "#12"; nothing for what is missing.

    It fits into a message: where it would not, the values are cut, never what was written.
    """
    raise NotImplementedError


def named(text: str, known: Sequence[CustomProperty]) -> str:
    """`text` of a flow as people read it, properties by name; an id that is not known stays."""
    raise NotImplementedError


def numbered(text: str, known: Sequence[CustomProperty]) -> str:
    """`text` as people write it with properties by id; a name that is not known stays."""
    raise NotImplementedError


def usual_retry(block: Block, language: str, formats: Formats) -> str:
    """What is said to a wrong answer where nobody wrote it: what is expected, and how to write it."""
    raise NotImplementedError


def usual_menu(language: str) -> str:
    """What opens a list of options where nobody wrote it."""
    raise NotImplementedError
