"""A contact as a flow meets it: its values fill the texts, and answers become values."""

import json
from functools import cached_property

from store import database, properties, settings
from store.errors import Invalid
from store.flows.player import Save
from store.flows.wording import fill, property_variable, variables
from store.models import LIVING, Contact
from store.properties import CustomProperty
from store.values import property_type, times
from store.values.property_type import BOOLEANS, TRUE, Formats, PropertyType


class Person:
    """One contact, to be made and used inside a transaction."""

    def __init__(self, contact_id: int) -> None:
        self._id = contact_id

    @cached_property
    def _row(self) -> Contact:
        return Contact.get_by_id(self._id)

    @cached_property
    def _known(self) -> dict[int, CustomProperty]:
        return {item.id: item for item in properties.list_all()}

    def fill(self, text: str, language: str) -> str:
        """A text of a flow in this language, with the contact's values for its variables."""
        return fill(text, self._variables(language)) if variables(text) else text

    def _variables(self, language: str) -> dict[str, str]:
        """What stands for variables, as people write it; what is unset is absent."""
        formats = settings.load().formats
        values = {"name": self._row.name, "phone": self._row.phone or "", "email": self._row.email or ""}
        for key, stored in self._row.properties.items():
            item = self._known.get(int(key))
            if item is not None:
                values[property_variable(item.id)] = _shown(item, stored, formats, language)
        return values

    def keep(self, save: Save) -> None:
        """Store an answer by the rules of its block, if the property takes it as it is now."""
        value = _taken(self._known.get(save.property_id), save)
        key = str(save.property_id)
        present = self._row.properties.get(key)
        if value is None or value == present or (present and not save.overwrite):
            return
        # In whole seconds it may be the second in which the contact was created: it would seem unchanged.
        now = max(times.now(), self._row.created + 1)
        self._row.properties = {**self._row.properties, key: value}
        database.db.execute_sql(
            "UPDATE contact SET properties = ?, changed = max(changed, ?) WHERE id = ?",
            (json.dumps(self._row.properties, ensure_ascii=False), now, self._row.id),
        )


def is_living(contact_id: int) -> bool:
    """Whether there is such a contact, and not in the bin."""
    return bool(Contact.select().where(Contact.id == contact_id, Contact.deleted == LIVING).exists())


def _taken(item: CustomProperty | None, save: Save) -> str | None:
    """What a property stores of an answer; None if it is gone, of another type, or has no such value."""
    if item is None:
        return None
    is_option = item.type is PropertyType.LIST and save.kind is PropertyType.TEXT
    if item.type is not save.kind and not is_option:
        return None
    try:
        # The value is canonical already: the company's own formats could read it otherwise.
        return property_type.parse(item.type, save.value, Formats(), item.choices) or None
    except Invalid:
        return None


def _shown(item: CustomProperty, stored: str, formats: Formats, language: str) -> str:
    if item.type is PropertyType.BOOLEAN:
        yes, no = BOOLEANS.get(language, BOOLEANS["en"])
        return yes if stored == TRUE else no
    return property_type.shown(item.type, stored, formats)
