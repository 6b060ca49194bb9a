"""One line of text to type."""

from textual.widgets import Input

from tui.text import shown

_LIMIT = 4_000


class Line(Input):
    """An Input that never blinks and never draws what would act on the terminal."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(shown(value, _LIMIT), placeholder=placeholder, id=id, select_on_focus=False)
        # Blinking costs 2.9 KB a second for ever over SSH.
        self.cursor_blink = False
        self._first = self.value

    def validate_value(self, value: str) -> str:
        """What is pasted may hold anything."""
        return shown(value, _LIMIT)

    @property
    def changed(self) -> str | None:
        """What a person made of it; None if it was not touched, since what is shown is not what is stored."""
        return None if self.value == self._first else self.value
