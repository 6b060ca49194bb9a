"""What stands behind `contacts` on the command line: words and options."""

import importlib
from typing import Any

import click

from store import language
from store.language import _
from store.reading import readers
from tui.cli import WORDS, open_screen


class _Words(click.Group):
    """Loads a word when it is used: the screen needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(WORDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in WORDS:
            return None
        module, _colon, name = WORDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] == "import":
            # What reads the file starts while the word is loaded; not for a list of all words.
            readers.start_ahead()
        return super().resolve_command(ctx, args)


def group() -> click.Group:
    """The command line, its texts in the language in use."""

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
    @click.option(
        "--plain-output",
        is_flag=True,
        help=_("Send whole areas of the screen, not only what changed; CONTACTS_PLAIN_DRIVER=1 does too."),
    )
    @click.version_option(package_name="contacts")
    @click.pass_context
    def contacts(
        context: click.Context, /, database: str | None, read_only: bool, plain_output: bool, **_options: Any
    ) -> int | None:
        if context.invoked_subcommand is None:
            return open_screen(database, read_only=read_only, plain_output=plain_output)
        return None

    return contacts
