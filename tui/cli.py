"""The command: with no words it opens the screen; with words it works without one."""

import importlib
import os
import sys
from typing import Any

import click

from store import database, language
from store.errors import ContactsError, DatabaseUnavailable
from store.language import _

OUR_BUG, WRONG_USE, NO_DATABASE, ROWS_REJECTED, STOPPED = 1, 2, 3, 4, 130
"""Exit codes other than 0."""

_WORDS = {
    "import": "tui.commands.imports:import_",
    "imports": "tui.commands.imports:imports_",
    "template": "tui.commands.imports:template",
    "download": "tui.commands.downloads:download",
    "downloads": "tui.commands.downloads:downloads_",
    "property": "tui.commands.properties:property_",
    "list": "tui.commands.contacts:list_",
    "show": "tui.commands.contacts:show",
    "add": "tui.commands.contacts:add",
    "edit": "tui.commands.contacts:edit",
    "delete": "tui.commands.contacts:delete",
    "record": "tui.commands.record:record",
    "send": "tui.commands.send:send",
    "listen": "tui.commands.listen:listen",
    "replay": "tui.commands.record:replay",
    "flow": "tui.commands.flows:flow",
    "demo": "tui.commands.demo:demo",
}


def main() -> None:
    """The entry point of `contacts`."""
    # What we make is for its owner alone, unless the database's own mode says otherwise.
    os.umask(0o077)
    language.use(_language(sys.argv[1:]))
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carry out a command line; its exit code, after a sentence on stderr where it is not 0."""
    try:
        code = _group().main(arguments, prog_name="contacts", standalone_mode=False)
        return int(code or 0)
    except click.exceptions.Abort:
        return STOPPED
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except DatabaseUnavailable as error:
        return _say(error, NO_DATABASE)
    except ContactsError as error:
        return _say(error, WRONG_USE)
    except SystemExit:
        # What click makes of a closed pipe: the reader has seen enough (`contacts list | head`).
        return 0
    except KeyboardInterrupt:
        return STOPPED
    except Exception as error:
        if (broken := database.explain(error)) is not None:
            return _say(broken, NO_DATABASE)
        if os.environ.get("CONTACTS_DEBUG"):
            raise
        sentence = _("Something went wrong that should not have: {reason}. CONTACTS_DEBUG=1 shows where.")
        return _say(sentence.format(reason=f"{type(error).__name__}: {error}"), OUR_BUG)


def open_store(context: click.Context) -> None:
    """Open the database that the command line names."""
    options = context.find_root().params
    existed = database.path_of(options["database"]).exists()
    path = database.open_database(options["database"], read_only=options["read_only"])
    if not existed:
        click.echo(_("A new database was made: {path}").format(path=path), err=True)


def _say(sentence: object, code: int) -> int:
    from tui.text import lines

    click.echo(lines(str(sentence)).plain, err=True)
    return code


def _language(arguments: list[str]) -> str | None:
    """The language asked for on the command line; needed before click makes its help."""
    for position, word in enumerate(arguments):
        if word in _WORDS and arguments[position - 1 : position] != ["--database"]:
            # What follows belongs to the word: `download --language` is that of a file.
            return None
        if word == "--language":
            return arguments[position + 1] if position + 1 < len(arguments) else None
        if word.startswith("--language="):
            return word.partition("=")[2]
    return None


class _Words(click.Group):
    """Loads a word when it is used: the screen needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_WORDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _WORDS:
            return None
        module, _colon, name = _WORDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


def _group() -> click.Group:
    @click.group(
        cls=_Words,
        invoke_without_command=True,
        help=_("The contacts of a WhatsApp business. Without a word it opens the screen."),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    @click.option(
        "--database",
        envvar="CONTACTS_DATABASE",
        metavar="URL",
        help=_("A path or sqlite:///path; else a file in your data folder."),
    )
    @click.option("--language", type=click.Choice(language.LANGUAGES), help=_("The language of all texts."))
    @click.option("--read-only", is_flag=True, help=_("Look, and change nothing."))
    @click.version_option(package_name="contacts")
    @click.pass_context
    def group(context: click.Context, /, **_options: Any) -> int | None:
        if context.invoked_subcommand is None:
            return open_screen(context)
        return None

    return group


def without_terminal() -> int:
    """0 where there is a terminal for the screen, else the exit code after a sentence."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return 0
    click.echo(_("The screen needs a terminal; see `contacts --help` for words that do not."), err=True)
    return WRONG_USE


def open_screen(context: click.Context) -> int:
    """The screen, until the person leaves it; the exit code."""
    if (code := without_terminal()) != 0:
        return code
    open_store(context)
    from tui.app import ContactsApp

    app = ContactsApp()
    app.run()
    return app.return_code or 0
