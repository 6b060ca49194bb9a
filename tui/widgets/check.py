"""A box to tick."""

from textual.content import Content
from textual.widgets import Checkbox

from tui.text import plain


class Check(Checkbox):
    """A Checkbox that tells ticked from unticked by its sign, not by its colour alone."""

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__("", value, id=id, compact=True)
        self._words = plain(label)

    def render(self) -> Content:
        return Content.assemble("[x] " if self.value else "[ ] ", self._words)

    def get_content_width(self, *_sizes: object) -> int:
        return self._words.cell_length + 4
