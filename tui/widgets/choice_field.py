"""A field whose value is chosen from a list."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from textual import events, work
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from store.language import N_
from tui.screens.choice import Choice, ChoiceScreen
from tui.text import plain

V = TypeVar("V")


class ChoiceField(Static, Generic[V], can_focus=True):
    """Enter opens the list; typing opens it at what was typed."""

    BINDINGS = [Binding("enter,space,down", "choose", N_("Choose"))]

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, field: "ChoiceField[Any]") -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> "ChoiceField[Any]":
            """The field, for `@on` with a selector."""
            return self.field

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice[V]],
        value: V,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._heading = title
        self.choices = choices
        self._value = value

    @property
    def value(self) -> V:
        """The value chosen."""
        return self._value

    @value.setter
    def value(self, value: V) -> None:
        self._value = value
        self.refresh(layout=True)

    def render(self) -> Content:
        label = next((choice.label for choice in self.choices if choice.value == self._value), "")
        return Content.assemble(plain(label), (" ▾", "dim"))

    def on_click(self) -> None:
        """Open the list."""
        self.action_choose()

    def on_key(self, event: events.Key) -> None:
        """Open the list at what is typed."""
        if event.character and event.is_printable and event.character.isalnum():
            event.stop()
            event.prevent_default()
            self.action_choose(event.character)

    @work(exclusive=True, group="choice", exit_on_error=False)
    async def action_choose(self, typed: str = "") -> None:
        """Ask for another value."""
        screen = ChoiceScreen(self._heading, self.choices, value=self._value, typed=typed)
        choice = await self.app.push_screen_wait(screen)
        if choice is not None and choice.value != self._value:
            self.value = choice.value
            self.post_message(self.Changed(self))
