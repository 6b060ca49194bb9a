"""A field whose value is chosen from a list."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from textual import events
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
        self._picker: ChoiceScreen[V] | None = None
        """The list while it is open."""

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
        """Open the list at what is typed; letters that come before it is open go into it as well."""
        if event.character and event.character.isprintable() and (self._picker or event.character.isalpha()):
            event.stop()
            event.prevent_default()
            if self._picker is None:
                self.action_choose()
            if self._picker is not None:
                self._picker.type(event.character)

    def action_choose(self) -> None:
        """Ask for another value."""
        if self._picker is None:
            self._picker = ChoiceScreen(self._heading, self.choices, value=self._value)
            self.app.push_screen(self._picker, self._take)

    def _take(self, choice: Choice[V] | None) -> None:
        self._picker = None
        if choice is not None and choice.value != self._value:
            self.value = choice.value
            self.post_message(self.Changed(self))
