"""`contacts demo`: the program with contacts that nobody has to be careful with."""

import click

from store.language import _
from tui.cli import open_screen, without_terminal


@click.command(help=_("Open the screen on a temporary database with invented contacts."))
@click.pass_context
def demo(context: click.Context) -> int:
    import tempfile
    from pathlib import Path

    from store import demo as demo_

    if (code := without_terminal()) != 0:
        return code
    with tempfile.TemporaryDirectory(prefix="contacts-demo-") as folder:
        database = Path(folder) / "demo.db"
        demo_.build(database)
        options = context.find_root().params
        return open_screen(
            str(database), read_only=options["read_only"], plain_output=options["plain_output"]
        )
