"""The input that fits the type of a property."""

from textual.widget import Widget

from store.language import _
from store.values import property_type
from store.values.custom_property import CustomProperty
from store.values.property_type import FALSE, TRUE, Formats, PropertyType
from tui.screens.choice import Choice
from tui.text import shown
from tui.widgets.choice_field import ChoiceField
from tui.widgets.line import Line

_CHOSEN = (PropertyType.BOOLEAN, PropertyType.LIST)


def property_input(item: CustomProperty, stored: str | None, formats: Formats) -> Widget:
    """An input for a value of `item`, filled with what is stored."""
    if item.type not in _CHOSEN:
        value = property_type.shown(item.type, stored, formats) if stored is not None else ""
        return Line(value, placeholder=_placeholder(item.type, formats))
    choices = [Choice(_("(none)"), "")]
    if item.type is PropertyType.BOOLEAN:
        choices += [Choice(_("Yes"), TRUE), Choice(_("No"), FALSE)]
    else:
        choices += [Choice(value, value) for value in item.choices]
    return ChoiceField(shown(item.name), choices, stored or "")


def changed_value(widget: Widget, stored: str | None) -> str | None:
    """What a person made of an input of `property_input`; None if it was not touched."""
    if isinstance(widget, Line):
        return widget.changed
    assert isinstance(widget, ChoiceField)
    value: str = widget.value
    return None if value == (stored or "") else value


def _placeholder(kind: PropertyType, formats: Formats) -> str:
    if kind is PropertyType.DATE:
        return "31/12/2026" if formats.date_order == "dmy" else "12/31/2026"
    if kind is PropertyType.NUMBER:
        return f"1234{formats.decimal_sign}5"
    if kind is PropertyType.EMAIL:
        return "ana@example.com"
    return ""
