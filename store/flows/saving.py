"""What becomes of an answer that a flow keeps, and what a contact's values are in its texts."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from store.flows.player import Save
from store.flows.wording import property_variable
from store.values import property_type
from store.values.custom_property import CustomProperty
from store.values.property_type import BOOLEANS, TRUE, Formats, PropertyType


class Outcome(StrEnum):
    """What becomes of a value that is to be kept; only the first two change the contact."""

    FILLED = "filled"
    """There was none before."""
    REPLACED = "replaced"
    KEPT = "kept"
    """Another is there, and is not to be overwritten."""
    SAME = "same"
    """It is there already."""
    UNFIT = "unfit"
    """It is none of the values of a value list, or of another type."""
    GONE = "gone"
    """The property has been deleted."""

    @property
    def changes(self) -> bool:
        """Whether the contact has another value afterwards."""
        return self in (Outcome.FILLED, Outcome.REPLACED)


def outcome(save: Save, item: CustomProperty | None, before: str | None) -> Outcome:
    """What becomes of `save`; `item` is its property if it is still there, `before` its stored value."""
    if item is None:
        return Outcome.GONE
    if item.type is PropertyType.LIST:
        if save.kind is not PropertyType.TEXT or save.value not in item.choices:
            return Outcome.UNFIT
    elif item.type is not save.kind:
        return Outcome.UNFIT
    if before == save.value:
        return Outcome.SAME
    if not before:
        return Outcome.FILLED
    return Outcome.REPLACED if save.overwrite else Outcome.KEPT


def variables(
    name: str,
    phone: str | None,
    address: str | None,
    values: Mapping[int, str],
    known: Sequence[CustomProperty],
    formats: Formats,
    language: str,
) -> dict[str, str]:
    """What stands for each variable of a flow's texts, for `wording.fill`; what is unset is absent.

    `values` are stored ones by the property's id, `language` is the flow's.
    """
    found = {"name": name, "phone": phone or "", "email": address or ""}
    for item in known:
        if (stored := values.get(item.id)) is not None:
            found[property_variable(item.id)] = _shown(item, stored, formats, language)
    return found


def _shown(item: CustomProperty, stored: str, formats: Formats, language: str) -> str:
    if item.type is PropertyType.BOOLEAN:
        yes, no = BOOLEANS.get(language, BOOLEANS["en"])
        return yes if stored == TRUE else no
    return property_type.shown(item.type, stored, formats)
