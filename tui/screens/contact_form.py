"""Create a contact, or change one."""

from collections.abc import Iterable

from textual import events, on, work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Button, Input

from store import contacts, properties, settings
from store.contacts import Person, property_field
from store.errors import InvalidFields, UnknownRange
from store.language import N_, _
from store.values import countries, phone
from store.values.custom_property import CustomProperty
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.form import Form
from tui.screens.question import Question
from tui.text import plain, shown
from tui.widgets.choice_field import ChoiceField
from tui.widgets.field import Field
from tui.widgets.line import Line
from tui.widgets.property_input import changed_value, property_input


class ContactForm(Form[Person]):
    """Ends with the contact as it was saved, or None."""

    BINDINGS = [Binding("ctrl+n", "add_property", N_("Add property"), priority=True)]

    def __init__(self, person: Person | None) -> None:
        super().__init__()
        self._person = person
        self._seen = person
        """The contact as the person was last told that it is."""
        self._formats = settings.load().formats
        self._properties = properties.list_all(visible_only=True)

    def heading(self) -> str:
        if self._person is None:
            return _("Create contact")
        return _("Edit {name}").format(name=shown(self._person.label, 50))

    def compose_fields(self) -> Iterable[Widget]:
        name, address = "", ""
        if self._person is None:
            yield from self._phone_fields()
        else:
            name, address = self._person.name, self._person.email or ""
        yield Field(_("Name (required)"), Line(name, id="name"), key="name")
        yield Field(_("Email"), Line(address, placeholder="ana@example.com", id="email"), key="email")
        for item in self._properties:
            if self._stored(item) is not None:
                yield self._property_field(item)

    def compose_buttons(self) -> Iterable[Widget]:
        if self._properties:
            yield Button(plain(_("Add property")), id="add", compact=True)

    def on_mount(self) -> None:
        """Begin where something is missing."""
        if self._person is not None:
            self.query_one("#name").focus()
        elif self.query_one("#country", ChoiceField).value:
            self.query_one("#phone").focus()
        else:
            self.query_one("#country").focus()

    def _phone_fields(self) -> Iterable[Widget]:
        choices = [Choice(_("International, with +"), "")]
        choices += [
            Choice(f"{c.name} (+{c.calling_code}) {c.code}", c.code) for c in countries.all_countries()
        ]
        country = settings.load().default_country
        field = ChoiceField(_("Country"), choices, country, id="country")
        yield Field(_("Country (type to find)"), field, key="country")
        yield Field(
            _("Phone number (required)"), Line(placeholder=_example(country), id="phone"), key="phone"
        )

    def on_key(self, event: events.Key) -> None:
        """A number that is typed where the country stands is meant for the number."""
        focused = self.focused
        if focused is not None and focused.id == "country" and event.character in set("+0123456789"):
            event.stop()
            line = self.query_one("#phone", Line)
            line.insert(str(event.character), len(line.value))
            self.set_focus(line)

    @on(ChoiceField.Changed, "#country")
    def _show_example(self, event: ChoiceField.Changed) -> None:
        line = self.query_one("#phone", Line)
        line.placeholder = _example(event.field.value)
        line.focus()

    # Properties

    def _stored(self, item: CustomProperty) -> str | None:
        return self._person.properties.get(item.id) if self._person is not None else None

    def _property_field(self, item: CustomProperty) -> Field:
        label = f"{shown(item.name)} ({item.type.label})"
        return Field(
            label, property_input(item, self._stored(item), self._formats), key=property_field(item.id)
        )

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_add_property(self) -> None:
        """Offer the properties that the form has no field for."""
        present = {field.key for field in self.query(Field)}
        rest = [item for item in self._properties if property_field(item.id) not in present]
        if not rest:
            self.contacts_app.say(
                _("All properties are here.")
                if self._properties
                else _("There are no properties yet; define them in Settings (5).")
            )
            return
        choices = [Choice(f"{item.name} ({item.type.label})", item) for item in rest]
        choice = await self.app.push_screen_wait(ChoiceScreen(_("Add custom property"), choices))
        if choice is not None:
            field = self._property_field(choice.value)
            await self.query_one("#fields").mount(field)
            field.input.focus()
            self.call_after_refresh(field.scroll_visible, animate=False)

    # The end

    @on(Button.Pressed, "#add")
    def _press_add(self) -> None:
        self.action_add_property()

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.app.action_focus_next()

    @property
    def is_unsaved(self) -> bool:
        """Whether something was typed."""
        return any(line.changed is not None for line in self.query(Line)) or bool(self._changed_values())

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_leave(self) -> None:
        """Leave; ask first if something was typed."""
        if self.is_unsaved and not self.is_saving:
            question = Question(_("Leave without saving?"), _("Leave"), _("Stay"))
            if not await self.app.push_screen_wait(question):
                return
        if not self.is_saving:
            self.dismiss(None)

    async def save(self) -> Person | None:
        try:
            return await self._save()
        except UnknownRange as error:
            question = _("{sentence}\nCreate it all the same?").format(sentence=shown(error))
            if await self.app.push_screen_wait(Question(question, _("Create"), _("Back"))):
                return await self._save(accept_unknown=True)
            raise InvalidFields({"phone": str(error)}) from error

    async def _save(self, accept_unknown: bool = False) -> Person:
        name = self.query_one("#name", Line)
        address = self.query_one("#email", Line)
        values = self._changed_values()
        write = self.contacts_app.write
        if self._person is not None:
            seen, self._seen = self._seen, await self.contacts_app.read(contacts.get, self._person.id)
            return await write(
                contacts.edit,
                self._person.id,
                name=name.changed,
                address=address.changed,
                values=values,
                seen=seen,
            )
        return await write(
            contacts.create,
            self.query_one("#phone", Line).value,
            name.value,
            country=self.query_one("#country", ChoiceField).value or None,
            address=address.value,
            values=values,
            accept_unknown=accept_unknown,
        )

    def _changed_values(self) -> dict[int, str]:
        known = {property_field(item.id): item for item in self._properties}
        values = {}
        for field in self.query(Field):
            if field.key in known:
                item = known[field.key]
                value = changed_value(field.input, self._stored(item))
                if value is not None:
                    values[item.id] = value
        return values


def _example(country: str) -> str:
    return (phone.example(country) or "") if country else "+57 300 123 4567"
