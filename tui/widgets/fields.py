"""A contact's fields as text."""

from rich.cells import cell_len
from textual.content import Content

from store import properties, settings
from store.contacts import Person
from store.language import _
from store.values import countries, phone, property_type, times
from tui.text import shown


def content_of(person: Person, width: int) -> Content:
    """A contact's fields as styled text; a value that does not fit beside its label stands below it."""
    parts: list[Content | tuple[str, str]] = [(shown(person.name) + "\n", "bold")]
    if person.deleted:
        parts.append((_("In the bin") + "\n", "$text-error"))
    for label, value in _fields(person):
        fits = cell_len(label) + 2 + cell_len(value) <= width
        parts.append((f"\n{label}" + ("  " if fits else "\n  "), "dim"))
        parts.append(Content(value))
    return Content.assemble(*parts)


def _fields(person: Person) -> list[tuple[str, str]]:
    settled = settings.load()

    def moment(value: int) -> str:
        return times.shown(value, settled.time_zone) or _("Never")

    fields = [
        *_whatsapp(person),
        (_("Email"), shown(person.email or "–")),
        (_("Last interaction"), moment(person.last_interaction)),
        (_("First interaction"), moment(person.first_interaction)),
        (_("User initiated conv."), f"{person.user_initiated:,}"),
        (_("Business initiated conv."), f"{person.business_initiated:,}"),
        (_("Cancelled outbounds"), f"{person.cancelled_outbounds:,}"),
        (_("Received notifications"), f"{person.received_notifications:,}"),
        (_("Created"), f"{moment(person.created)} ({_origin(person)})"),
    ]
    for item in properties.list_all(visible_only=True):
        stored = person.properties.get(item.id)
        if stored is not None:
            value = shown(property_type.shown(item.type, stored, settled.formats), 1_000)
            fields.append((shown(item.name), value))
    return fields


def _whatsapp(person: Person) -> list[tuple[str, str]]:
    """How the person can be reached, and what they call themselves there."""
    fields = []
    if person.phone is not None or not person.username:
        fields.append((_("Phone number"), _phone(person.phone)))
    if person.username:
        fields.append((_("Username in WhatsApp"), shown(person.username)))
    if person.profile_name and person.profile_name != person.name:
        fields.append((_("Name in WhatsApp"), shown(person.profile_name)))
    return fields


def _phone(number: str | None) -> str:
    if number is None:
        return "–"
    country = countries.name(phone.region(number))
    written = phone.international(number)
    return f"{written} ({country})" if country else written


def _origin(person: Person) -> str:
    if person.origin == "import":
        return _("import {id}").format(id=person.import_id) if person.import_id else _("by an import")
    return _("by hand") if person.origin == "hand" else _("by a message")
