"""Create, read, edit, delete and restore contacts."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from peewee import SQL

from store import database, properties, search, settings
from store.errors import AlreadyExists, ContactsError, Invalid, InvalidFields, NotFound, UnknownRange
from store.language import _
from store.models import LIVING, Contact
from store.values import email, phone, property_type, text, times


@dataclass(frozen=True, slots=True)
class Person:
    """A contact with all that is known of it."""

    id: int
    phone: str | None
    """E.164."""
    name: str
    email: str | None
    user_initiated: int
    business_initiated: int
    cancelled_outbounds: int
    received_notifications: int
    first_interaction: int
    """Seconds since 1970, like all times; 0 for never."""
    last_interaction: int
    created: int
    changed: int
    origin: str
    """message, hand or import."""
    import_id: int | None
    properties: Mapping[int, str]
    """Canonical values by the property's id; what is unset is absent."""
    deleted: int
    username: str | None = None
    """In WhatsApp, as all that follows."""
    profile_name: str | None = None
    opted_out: bool = False
    """Whether the person wants no marketing."""

    @property
    def label(self) -> str:
        """Name and phone, to tell people apart in sentences."""
        return f"{self.name} ({self.phone})" if self.phone not in (None, self.name) else self.name


def property_field(property_id: int) -> str:
    """The name under which InvalidFields reports on a property."""
    return f"property:{property_id}"


def get(contact_id: int) -> Person:
    """The contact, in the bin or not; raises NotFound."""
    found = get_many([contact_id])
    if not found:
        raise NotFound(_("There is no contact id:{id}.").format(id=contact_id))
    return found[0]


def get_many(ids: Sequence[int]) -> list[Person]:
    """The contacts in the order of `ids` (at most some hundreds); missing ones are left out."""
    rows = {row.id: _outward(row) for row in Contact.select().where(Contact.id.in_(ids))}
    return [rows[i] for i in ids if i in rows]


def find(reference: str) -> Person:
    """The living contact that `id:N` or a phone number in any writing means; raises NotFound or Invalid."""
    prefix, colon, number = reference.partition(":")
    if colon and prefix.strip().lower() == "id":
        if not number.strip().isdecimal():
            raise Invalid(_("“{reference}” is not an id; write it like id:12.").format(reference=reference))
        row = None
        if len(number.strip()) < len(str(2**63)):
            row = Contact.get_or_none((Contact.id == int(number)) & (Contact.deleted == LIVING))
    else:
        row = _living(_number(reference, None, accept_unknown=True))
    if row is None:
        raise NotFound(_("There is no contact {reference}.").format(reference=reference))
    return _outward(row)


def whatsapp_address(contact_id: int) -> str:
    """Where WhatsApp reaches a contact: the number as it writes it, else its user id; empty if nowhere.

    Raises NotFound.
    """
    row = Contact.get_or_none(Contact.id == contact_id)
    if row is None:
        raise NotFound(_("There is no contact id:{id}.").format(id=contact_id))
    return row.wa_id or row.phone or row.user_id or ""


def create(
    raw_phone: str,
    name: str,
    *,
    country: str | None = None,
    address: str = "",
    values: Mapping[int, str] | None = None,
    accept_unknown: bool = False,
) -> Person:
    """Create a contact by hand from what a person wrote; `values` are raw, by property id.

    Digits without + belong to `country` (two letters) if given. Raises InvalidFields with a sentence by
    field (a number that a living contact has is such a fault), or UnknownRange if nothing else is wrong;
    `accept_unknown` takes such a number.
    """
    faults: dict[str, str] = {}
    unknown: UnknownRange | None = None
    number = None
    try:
        number = _number(raw_phone, country, accept_unknown)
    except UnknownRange as error:
        unknown, number = error, error.phone
    except Invalid as error:
        faults["phone"] = str(error)
    fields = _checked(name, address, values or {}, faults)
    with database.writing():
        existing = _living(number) if number else None
        if existing is not None:
            faults["phone"] = _exists(_outward(existing))
        if faults:
            raise InvalidFields(faults)
        if unknown is not None:
            raise unknown
        now = times.now()
        row = Contact.create(
            phone=number,
            created=now,
            changed=now,
            origin="hand",
            search_key=text.search_key(fields["name"], number, fields["email"]),
            **fields,
        )
        search.add([row.id])
    return _outward(row)


def edit(
    contact_id: int,
    *,
    name: str | None = None,
    address: str | None = None,
    values: Mapping[int, str] | None = None,
    seen: Person | None = None,
) -> Person:
    """Change what is not None; an empty string takes an email or a property away. Raises InvalidFields.

    A field that another has changed since it was `seen` is such a fault too.
    """
    with database.writing():
        row = Contact.get_or_none((Contact.id == contact_id) & (Contact.deleted == LIVING))
        if row is None:
            raise NotFound(_("This contact has been deleted in the meantime."))
        faults: dict[str, str] = {}
        fields = _checked(name, address, values or {}, faults)
        if seen is not None:
            _check_unchanged(_outward(row), seen, name, address, values or {}, faults)
        if faults:
            raise InvalidFields(faults)
        changed: dict[str, str] = fields.pop("properties")
        kept = {key: value for key, value in row.properties.items() if int(key) not in (values or {})}
        row.properties = kept | changed
        for field, value in fields.items():
            setattr(row, field, value)
        key = text.search_key(row.name, row.phone, row.email, row.username)
        # In whole seconds an edit right after its creation would not be seen as a change.
        row.changed = max(times.now(), row.created + 1)
        with search.changing([row.id]) if key != row.search_key else nullcontext():
            row.search_key = key
            row.save()
    return _outward(row)


def delete(ids: Iterable[int]) -> int:
    """Put living contacts into the bin; how many there were."""
    wanted = list(ids)
    with database.writing(), search.changing(wanted):
        query = Contact.update(deleted=times.now()).where(Contact.id.in_(wanted), Contact.deleted == LIVING)
        return int(query.execute())


def restore(contact_id: int) -> Person:
    """Bring a contact back from the bin; raises AlreadyExists if another one has the number by now."""
    with database.writing():
        row = Contact.get_or_none(Contact.id == contact_id)
        if row is None:
            raise NotFound(_("This contact is not in the bin any more."))
        other = _living(row.phone) if row.phone and row.deleted else None
        if other is not None:
            raise AlreadyExists(_exists(_outward(other)))
        with search.changing([row.id]):
            row.deleted = 0
            row.save()
    return _outward(row)


def restore_many(ids: Iterable[int]) -> list[ContactsError]:
    """Bring back from the bin all that can come; why the others cannot, a sentence for each."""
    faults: list[ContactsError] = []
    with database.writing():
        for contact_id in ids:
            try:
                restore(contact_id)
            except (AlreadyExists, NotFound) as error:
                faults.append(error)
    return faults


class Known(NamedTuple):
    """Who has a number."""

    phone: str
    """The number as it is stored: the one that was asked for, or a variant of it."""
    import_id: int | None
    import_row: int | None
    """The import and row that it came from, if any."""


def existing(numbers: Iterable[str]) -> dict[str, Known]:
    """Of the E.164 numbers given, those that a living contact has, itself or by a variant."""
    asked = frozenset(numbers)
    # One parameter for all of them: thousands cost more to bind than to find.
    among = SQL("(SELECT value FROM json_each(?))", [json.dumps(writings(asked))])
    query = Contact.select(Contact.phone, Contact.import_id, Contact.import_row).where(
        Contact.phone.in_(among), Contact.deleted == LIVING
    )
    return match(asked, map(Known._make, database.tuples(query)))


def writings(numbers: Collection[str]) -> list[str]:
    """All numbers under which the people who have these may be known, these among them."""
    return [*numbers, *chain.from_iterable(map(phone.variants, numbers))]


def match(asked: Collection[str], present: Iterable[Known]) -> dict[str, Known]:
    """Who has the numbers that were asked for, given who has any of their `writings`."""
    found: dict[str, Known] = {}
    for known in present:
        for number in (known.phone, *phone.variants(known.phone)):
            # The very number counts before a variant of it.
            if number in asked and (number not in found or known.phone == number):
                found[number] = known
    return found


def _living(number: str) -> Contact | None:
    rows = list(
        Contact.select().where(
            Contact.phone.in_([number, *phone.variants(number)]), Contact.deleted == LIVING
        )
    )
    return next((row for row in rows if row.phone == number), rows[0] if rows else None)


def _exists(person: Person) -> str:
    return _("{name} has the number {phone} already.").format(name=person.name, phone=person.phone)


def _number(raw: str, country: str | None, accept_unknown: bool) -> str:
    try:
        return phone.parse(raw, country).e164
    except UnknownRange as error:
        if accept_unknown:
            return error.phone
        raise


def _checked(
    name: str | None, address: str | None, values: Mapping[int, str], faults: dict[str, str]
) -> dict[str, Any]:
    """The fields given, as they are stored; what is wrong goes into `faults`."""
    fields: dict[str, Any] = {}
    if name is not None:
        _try(faults, "name", lambda: fields.update(name=text.checked_name(name)))
    if address is not None:
        _try(faults, "email", lambda: fields.update(email=email.parse(address) if address.strip() else None))
    known = {item.id: item for item in properties.list_all()}
    formats = settings.load().formats
    stored: dict[str, str] = {}
    for property_id, raw in values.items():
        if not raw.strip():
            continue
        item = known.get(property_id)
        key = property_field(property_id)
        if item is None:
            faults[key] = _("This property is not there any more.")
            continue
        try:
            stored[str(property_id)] = property_type.parse(item.type, raw, formats, item.choices)
        except Invalid as error:
            faults[key] = f"{item.name}: {error}"
    fields["properties"] = stored
    return fields


def _check_unchanged(
    now: Person,
    seen: Person,
    name: str | None,
    address: str | None,
    values: Mapping[int, str],
    faults: dict[str, str],
) -> None:
    pairs: dict[str, tuple[str | None, str | None]] = {}
    if name is not None:
        pairs["name"] = (now.name, seen.name)
    if address is not None:
        pairs["email"] = (now.email, seen.email)
    for key in values:
        pairs[property_field(key)] = (now.properties.get(key), seen.properties.get(key))
    for field, (present, before) in pairs.items():
        if present != before:
            faults[field] = _(
                "Somebody has changed this to “{value}” meanwhile. Save again to replace it."
            ).format(value=present or "")


def _try(faults: dict[str, str], field: str, action: Any) -> None:
    try:
        action()
    except Invalid as error:
        faults[field] = str(error)


def _outward(row: Contact) -> Person:
    return Person(
        id=row.id,
        phone=row.phone,
        name=row.name,
        email=row.email,
        user_initiated=row.user_initiated,
        business_initiated=row.business_initiated,
        cancelled_outbounds=row.cancelled_outbounds,
        received_notifications=row.received_notifications,
        first_interaction=row.first_interaction,
        last_interaction=row.last_interaction,
        created=row.created,
        changed=row.changed,
        origin=row.origin,
        import_id=row.import_id,
        properties={int(key): value for key, value in row.properties.items()},
        deleted=row.deleted,
        username=row.username,
        profile_name=row.profile_name,
        opted_out=row.opted_out,
    )
