"""`contacts flow`: flows are listed, written to a file, read from one, switched on and off."""

import sys
from pathlib import Path
from typing import Any

import click

from store import files, properties, settings
from store.errors import FileUnusable
from store.flows import checks, keeping
from store.flows.keeping import FlowView
from store.language import _, ngettext
from store.values import times
from store.values.custom_property import CustomProperty
from tui.cli import open_store
from tui.commands.output import print_columns, print_json
from tui.text import lines, shown

_STANDARD = "-"
"""The standard input or output."""


@click.group(help=_("Flows: what is asked in a conversation, and where the answers are kept."))
def flow() -> None:
    pass


@flow.command("list", help=_("Print the flows."))
@click.option("--json", "as_json", is_flag=True, help=_("One object a line."))
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    open_store(context)
    found, known = keeping.list_all(), properties.list_all()
    if as_json:
        for view in found:
            print_json(_as_json(view, known))
        return
    if not found:
        click.echo(_("There are no flows yet; `contacts flow import FILE` brings some."), err=True)
        return
    zone = settings.load().time_zone
    print_columns([_row(view, known, zone) for view in found])


@flow.command(help=_("Write flows and the properties they use as YAML; without names all of both."))
@click.argument("file", metavar="FILE|-")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--overwrite", is_flag=True, help=_("Replace a file that is there."))
@click.pass_context
def export(context: click.Context, file: str, names: tuple[str, ...], overwrite: bool) -> None:
    from store.flows import script

    target = None if file == _STANDARD else Path(file).expanduser().absolute()
    if target is not None:
        files.check_target(target, overwrite=overwrite)
    open_store(context)
    exported = script.export(names)
    if target is None:
        _print(exported.text)
    else:
        files.write(exported.text.encode(), target, overwrite=overwrite)
    _tell(exported.notes)


@flow.command("import", help=_("Make or replace flows and properties as a YAML file says, all or none."))
@click.argument("file", metavar="FILE|-")
@click.pass_context
def import_(context: click.Context, file: str) -> None:
    from store.flows import script, yaml_text

    raw = _read(file, yaml_text.SIZE_LIMIT + 1)
    open_store(context)
    done = script.import_(raw)
    _tell(done.notes)
    if done.properties:
        _say(_("Properties made or extended: {names}").format(names=_names(done.properties)))
    for sentence, names in (
        (_("Flows made: {names}"), done.created),
        (_("Flows replaced: {names}"), done.replaced),
        (_("Flows that were so already: {names}"), done.unchanged),
    ):
        if names:
            _say(sentence.format(names=_names(names)))
    if done.live:
        _say_live(done.live)


@flow.command(help=_("Let a flow, as it is now, answer those who write, in the place of any other."))
@click.argument("name")
@click.pass_context
def on(context: click.Context, name: str) -> None:
    open_store(context)
    _say_live(keeping.switch_on(keeping.named(name).id).flow.name)


@flow.command(help=_("Let no flow answer those who write; those inside one finish."))
@click.pass_context
def off(context: click.Context) -> None:
    open_store(context)
    for view in keeping.list_all():
        if view.is_live:
            keeping.switch_off(view.id)


def _read(file: str, limit: int) -> bytes:
    """The beginning of a file or of the standard input."""
    if file == _STANDARD:
        return sys.stdin.buffer.read(limit)
    path = Path(file).expanduser()
    try:
        with path.open("rb") as opened:
            return opened.read(limit)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileUnusable(_("{path} cannot be read: {reason}.").format(path=path, reason=reason)) from error


def _print(text: str) -> None:
    """A file, byte by byte unless a terminal would act on it."""
    if sys.stdout.isatty():
        click.echo(lines(text).plain, nl=False)
    else:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()


def _tell(notes: tuple[str, ...]) -> None:
    for note in notes:
        click.echo(shown(note, 1000), err=True)


def _say(sentence: str) -> None:
    click.echo(shown(sentence, 1000))


def _say_live(name: str) -> None:
    _say(_("Flow “{name}” is live now.").format(name=name))


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _row(view: FlowView, known: list[CustomProperty], zone: str) -> list[object]:
    blocks, faults = _blocks(view), len(checks.faults(view.flow, known))
    return [
        view.flow.name,
        _("live") if view.is_live else _("draft"),
        _("has changes") if view.has_changes else "",
        ngettext("{count} block", "{count} blocks", blocks),
        ngettext("{count} fault", "{count} faults", faults) if faults else "",
        ngettext("{count} run", "{count} runs", view.runs),
        times.shown(view.last_run, zone),
    ]


def _as_json(view: FlowView, known: list[CustomProperty]) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.flow.name,
        "live": view.is_live,
        "changes": view.has_changes,
        "language": view.flow.language,
        "blocks": _blocks(view),
        "faults": [keeping.fault_sentence(view.flow, fault) for fault in checks.faults(view.flow, known)],
        "runs": view.runs,
        "last_run": times.iso_utc(view.last_run),
        "changed": times.iso_utc(view.changed),
    }


def _blocks(view: FlowView) -> int:
    return sum(1 for _block in view.flow.walk())
