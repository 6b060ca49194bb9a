"""What the words of `contacts import` settle, and what is as the last time for what they do not say."""

from dataclasses import dataclass
from pathlib import Path

from store import imports, properties
from store.errors import Invalid
from store.language import _
from store.reading import columns, reader
from store.reading.reader import Preview
from store.values import countries
from store.values.property_type import DateOrder
from tui.commands.output import tell
from tui.text import shown

_TOLD = 40
"""Characters of a header or a property's name."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a person has said of a file; what is None, empty or False was not said."""

    sheet: str | None
    assignments: tuple[str, ...]
    country: str | None
    accept_unknown: bool
    date_order: DateOrder | None
    whole_only: bool
    afresh: bool
    """Whether nothing is to be as the last time."""


def plan_of(file: Path, words: Words) -> imports.Plan:
    """The plan of an import as words, the last file with these headers and the headers say, in this order.

    Says on stderr where the last file has changed it. Raises Invalid and FileUnusable.
    """
    region = _region(words.country)
    preview = reader.preview(file, words.sheet)
    fresh = _plan(file, preview, words, region, None)
    last = None if words.afresh or not preview.header_row else imports.remembered(preview.headers)
    plan = _plan(file, preview, words, region, last)
    if plan != fresh:
        _tell_remembered(plan, words)
    plan.assignment.check()
    return plan


def _plan(
    file: Path, preview: Preview, words: Words, region: str | None, last: imports.Remembered | None
) -> imports.Plan:
    otherwise = None
    if last is not None:
        otherwise, region = last.assignment, region or last.country
    return imports.Plan(
        file=file,
        sheet=preview.sheet,
        headers=preview.headers,
        header_row=preview.header_row,
        assignment=columns.by_words(words.assignments, preview.headers, properties.list_all(), otherwise),
        country=region,
        accept_unknown=words.accept_unknown or (last is not None and last.accept_unknown),
        settled=region is not None,
        whole_only=words.whole_only,
        date_order=words.date_order or (last.date_order if last is not None else None),
    )


def _region(words: str | None) -> str | None:
    if words is None:
        return None
    country = countries.find(words)
    if country is None:
        raise Invalid(_("There is no country “{country}”; write it like CO.").format(country=words))
    return country.code


def _tell_remembered(plan: imports.Plan, words: Words) -> None:
    names = {str(item.id): item.name for item in properties.list_all()}
    choices = [
        f"{shown(columns.header_of(plan.headers, column), _TOLD)}={shown(names.get(target, target), _TOLD)}"
        for column, target in plan.assignment.targets
    ]
    if plan.country and not words.country:
        choices.append(f"--country {plan.country}")
    if plan.accept_unknown and not words.accept_unknown:
        choices.append("--unknown-ranges")
    if plan.date_order and not words.date_order:
        choices.append(f"--date-order {plan.date_order}")
    sentence = _("As last time for these headers: {choices} (--afresh takes nothing over).")
    tell(sentence.format(choices=", ".join(choices)))
