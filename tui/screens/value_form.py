"""The value that many contacts are to have for a property."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from store import changes, settings
from store.errors import Invalid, InvalidFields
from store.language import ngettext
from store.values.custom_property import CustomProperty
from tui.screens.form import Form
from tui.text import shown
from tui.widgets.field import Field
from tui.widgets.property_input import changed_value, property_input


class ValueForm(Form[int]):
    """Ends with the id of the change that has begun, or None."""

    def __init__(self, item: CustomProperty, ids: Sequence[int]) -> None:
        super().__init__()
        self._item = item
        self._ids = ids
        self._input = property_input(item, None, settings.load().formats)

    def heading(self) -> str:
        return ngettext(
            "Set a property of {count} contact", "Set a property of {count} contacts", len(self._ids)
        )

    def compose_fields(self) -> Iterable[Widget]:
        yield Field(shown(self._item.name, 60), self._input, key="value")

    @on(Input.Submitted)
    def _enter(self) -> None:
        self.action_save()

    async def save(self) -> int:
        raw = changed_value(self._input, None) or ""
        try:
            return await self.contacts_app.write(changes.set_value, self._ids, self._item.id, raw)
        except InvalidFields:
            raise
        except Invalid as error:
            raise InvalidFields({"value": str(error)}) from error
