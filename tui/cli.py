"""The command: with no words it opens the screen; with words it works without one."""

import gc
import os
import sys
from typing import TYPE_CHECKING

from store import database, language
from store.errors import ContactsError, DatabaseUnavailable
from store.language import _

if TYPE_CHECKING:
    import click

OUR_BUG, WRONG_USE, NO_DATABASE, ROWS_REJECTED, STOPPED = 1, 2, 3, 4, 130
"""Exit codes other than 0."""

WORDS = {
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
"""By word, where its command is."""


def main() -> None:
    """Carry out the command line of this process, and end it."""
    # What we make is for its owner alone, unless the database's own mode says otherwise.
    os.umask(0o077)
    language.use(_language(sys.argv[1:]))
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carry out a command line; its exit code, after a sentence on stderr where it is not 0."""
    try:
        # Without a word there is nothing to make sense of, and click is not loaded for it.
        return _run_words(arguments) if arguments else open_screen(os.environ.get("CONTACTS_DATABASE"))
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


def _run_words(arguments: list[str]) -> int:
    gc.enable()
    import click

    from tui.words import group

    try:
        code = group().main(arguments, prog_name="contacts", standalone_mode=False)
        return int(code or 0)
    except click.exceptions.Abort:
        return STOPPED
    except click.ClickException as error:
        error.show()
        return WRONG_USE


def open_store(context: "click.Context") -> None:
    """Open the database that the command line names."""
    options = context.find_root().params
    _open(options["database"], options["read_only"])


def _open(location: str | None, read_only: bool) -> None:
    existed = database.path_of(location).exists()
    path = database.open_database(location, read_only=read_only)
    if not existed:
        _echo(_("A new database was made: {path}").format(path=path))


def _say(sentence: object, code: int) -> int:
    from tui.text import lines

    _echo(lines(str(sentence)).plain)
    return code


def _echo(sentence: str) -> None:
    import click

    click.echo(sentence, err=True)


def _language(arguments: list[str]) -> str | None:
    """The language asked for on the command line; needed before click makes its help."""
    for position, word in enumerate(arguments):
        if word in WORDS and arguments[position - 1 : position] != ["--database"]:
            # What follows belongs to the word: `download --language` is that of a file.
            return None
        if word == "--language":
            return arguments[position + 1] if position + 1 < len(arguments) else None
        if word.startswith("--language="):
            return word.partition("=")[2]
    return None


def without_terminal() -> int:
    """0 where there is a terminal for the screen, else the exit code after a sentence."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return 0
    _echo(_("The screen needs a terminal; see `contacts --help` for words that do not."))
    return WRONG_USE


def load_asyncio() -> None:
    """Load asyncio as it is in a Python without TLS: that takes 5 ms of a start, and no screen speaks it.

    What the program loads later finds TLS as ever.
    """
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def open_screen(location: str | None, *, read_only: bool = False, plain_output: bool = False) -> int:
    """The screen on a database, until the person leaves it; the exit code."""
    if (code := without_terminal()) != 0:
        return code
    # Until the first screen stands there is no garbage worth looking for.
    gc.disable()
    load_asyncio()
    _open(location, read_only)
    database.tune(database.SMALL_PRAGMAS)
    from tui import driver
    from tui.app import ContactsApp
    from tui.driver import decoding

    decoding.forgive()
    app = ContactsApp(driver.suited(plain=plain_output))
    app.run()
    return app.return_code or 0
