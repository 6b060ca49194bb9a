"""Define a property, or change one."""

from collections.abc import Iterable

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from store import properties
from store.language import _
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tui.screens.choice import Choice
from tui.screens.form import Form
from tui.text import plain, shown
from tui.widgets.check import Check
from tui.widgets.choice_field import ChoiceField
from tui.widgets.field import Field
from tui.widgets.line import Line


class PropertyForm(Form[CustomProperty]):
    """Ends with the property as it was saved, or None."""

    def __init__(
        self, item: CustomProperty | None, *, name: str = "", kind: PropertyType = PropertyType.TEXT
    ) -> None:
        """`name` and `kind` are proposed for a new property."""
        super().__init__()
        self._item = item
        self._name_proposed = name
        self._kind_proposed = kind

    def heading(self) -> str:
        if self._item is None:
            return _("Create property")
        return _("Edit {name}").format(name=shown(self._item.name, 50))

    def compose_fields(self) -> Iterable[Widget]:
        item = self._item
        yield Field(
            _("Name (required)"), Line(item.name if item else self._name_proposed, id="name"), key="name"
        )
        yield from self._type_fields(item)
        hidden = item.hidden if item else False
        yield Check(_("Hidden: not shown in a contact's details"), hidden, id="hidden")

    def _type_fields(self, item: CustomProperty | None) -> Iterable[Widget]:
        if item is None:
            choices = [Choice(kind.label, kind) for kind in PropertyType]
            field = ChoiceField(_("Type"), choices, self._kind_proposed, id="type")
            yield Field(_("Type (it cannot be changed later)"), field, key="type")
            values = Field(_("Values, one a line"), _Lines(), key="values")
            values.display = False
            yield values
            return
        yield Static(plain(_("Type: {type}").format(type=item.type.label)), classes="label")
        if item.type is PropertyType.LIST:
            present = ", ".join(shown(choice, 60) for choice in item.choices)
            yield Static(plain(_("Values: {values}").format(values=present), 1_000), classes="label")
            yield Field(_("More values, one a line"), _Lines(), key="values")

    @on(ChoiceField.Changed, "#type")
    def _show_values(self, event: ChoiceField.Changed) -> None:
        for field in self.query(Field):
            if field.key == "values":
                field.display = event.field.value is PropertyType.LIST

    @on(Input.Submitted)
    def _enter(self) -> None:
        self.action_save()

    async def save(self) -> CustomProperty:
        name = self.query_one("#name", Line)
        hidden = self.query_one("#hidden", Check).value
        values = self._values() or []
        write = self.contacts_app.write
        if self._item is not None:
            return await write(
                properties.edit, self._item.id, name=name.changed, hidden=hidden, new_choices=values
            )
        kind = self.query_one("#type", ChoiceField).value
        return await write(properties.create, name.value, kind, choices=values, hidden=hidden)

    def _values(self) -> list[str] | None:
        """The values typed; None where the type has none."""
        for field in self.query(Field):
            if field.key == "values" and field.display and isinstance(field.input, TextArea):
                return [line.strip() for line in field.input.text.splitlines() if line.strip()]
        return None


class _Lines(TextArea):
    """A TextArea that never blinks and never draws what would act on the terminal."""

    def __init__(self) -> None:
        super().__init__(tab_behavior="focus", soft_wrap=False)
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted may hold anything."""
        event.prevent_default()
        self.insert("\n".join(shown(line) for line in event.text.splitlines()))
