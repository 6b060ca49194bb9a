"""What stands beside and over a list, made when it is seen first: every widget costs a start 1 ms."""

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.widgets.details import Details


def say_empty(area: Widget, sentence: Content | None) -> None:
    """Say in the place of a list why it is empty; None where it is not."""
    empty = next(area.query("#empty").results(Static), None)
    if empty is None:
        if sentence is None:
            return
        empty = Static(id="empty")
        area.mount(empty)
    empty.display = sentence is not None
    empty.update(sentence or "")


def details() -> Details:
    """What shows the contact under the cursor."""
    return Details(id="beside")


async def details_in(area: Widget) -> Details:
    """The same, beside a list."""
    if not area.query("#beside"):
        await area.mount(details())
    return area.query_one("#beside", Details)
