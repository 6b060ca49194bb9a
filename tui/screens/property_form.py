"""Define a property, or change one."""

from collections.abc import Iterable

from textual import on, work
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from store import properties
from store.errors import ContactsError, InvalidFields
from store.language import _
from store.properties import CustomProperty
from store.values.property_type import PropertyType
from tui.screens.choice import Choice
from tui.screens.form import Form
from tui.text import plain, shown
from tui.widgets.check import Check
from tui.widgets.choice_field import ChoiceField
from tui.widgets.field import Field, say_faults
from tui.widgets.line import Line


class PropertyForm(Form[CustomProperty]):
    """Ends with the property as it was saved, or None."""

    def __init__(self, item: CustomProperty | None) -> None:
        super().__init__()
        self._item = item

    def heading(self) -> str:
        if self._item is None:
            return _("Create property")
        return _("Edit {name}").format(name=shown(self._item.name, 50))

    def compose_fields(self) -> Iterable[Widget]:
        item = self._item
        yield Field(_("Name (required)"), Line(item.name if item else "", id="name"), key="name")
        yield from self._type_fields(item)
        hidden = item.hidden if item else False
        yield Check(_("Hidden: not shown in a contact's details"), hidden, id="hidden")

    def _type_fields(self, item: CustomProperty | None) -> Iterable[Widget]:
        if item is None:
            choices = [Choice(kind.label, kind) for kind in PropertyType]
            field = ChoiceField(_("Type"), choices, PropertyType.TEXT, id="type")
            yield Field(_("Type (it cannot be changed later)"), field, key="type")
            values = Field(_("Values, one a line"), _area(), key="values")
            values.display = False
            yield values
            return
        yield Static(plain(_("Type: {type}").format(type=item.type.label)), classes="label")
        if item.type is PropertyType.LIST:
            present = ", ".join(shown(choice, 60) for choice in item.choices)
            yield Static(plain(_("Values: {values}").format(values=present), 1_000), classes="label")
            yield Field(_("More values, one a line"), _area(), key="values")

    @on(ChoiceField.Changed, "#type")
    def _show_values(self, event: ChoiceField.Changed) -> None:
        for field in self.query(Field):
            if field.key == "values":
                field.display = event.field.value is PropertyType.LIST

    @on(Input.Submitted)
    def _enter(self) -> None:
        self.action_save()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_save(self) -> None:
        """Save, or say what is wrong."""
        try:
            saved = await self.contacts_app.write(self._save)
        except InvalidFields as error:
            say_faults(self, error.fields)
        except ContactsError as error:
            self.contacts_app.say_error(error)
        else:
            self.dismiss(saved)

    def _save(self) -> CustomProperty:
        name = self.query_one("#name", Line)
        hidden = self.query_one("#hidden", Check).value
        values = self._values() or []
        if self._item is not None:
            return properties.edit(self._item.id, name=name.changed, hidden=hidden, new_choices=values)
        kind = self.query_one("#type", ChoiceField).value
        return properties.create(name.value, kind, choices=values, hidden=hidden)

    def _values(self) -> list[str] | None:
        """The values typed; None where the type has none."""
        for field in self.query(Field):
            if field.key == "values" and field.display and isinstance(field.input, TextArea):
                return [line.strip() for line in field.input.text.splitlines() if line.strip()]
        return None


def _area() -> TextArea:
    area = TextArea(tab_behavior="focus", soft_wrap=False)
    area.cursor_blink = False
    return area
