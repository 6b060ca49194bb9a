"""A contact as a flow meets it: its values fill the texts, and answers become values."""

import json
from functools import cached_property

from store import database, properties, settings
from store.flows import saving
from store.flows.player import Save
from store.flows.wording import fill, variables
from store.models import LIVING, Contact
from store.values import times
from store.values.custom_property import CustomProperty


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
        row, formats = self._row, settings.load().formats
        values = {int(key): stored for key, stored in row.properties.items()}
        known = list(self._known.values())
        return saving.variables(row.name, row.phone, row.email, values, known, formats, language)

    def keep(self, save: Save) -> None:
        """Store an answer by the rules of its block, if the property takes it as it is now."""
        key = str(save.property_id)
        present = self._row.properties.get(key)
        if not saving.outcome(save, self._known.get(save.property_id), present).changes:
            return
        # In whole seconds it may be the second in which the contact was created: it would seem unchanged.
        now = max(times.now(), self._row.created + 1)
        self._row.properties = {**self._row.properties, key: save.value}
        database.db.execute_sql(
            "UPDATE contact SET properties = ?, changed = max(changed, ?) WHERE id = ?",
            (json.dumps(self._row.properties, ensure_ascii=False), now, self._row.id),
        )


def is_living(contact_id: int) -> bool:
    """Whether there is such a contact, and not in the bin."""
    return bool(Contact.select().where(Contact.id == contact_id, Contact.deleted == LIVING).exists())
