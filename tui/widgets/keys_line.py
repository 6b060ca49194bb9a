"""The line at the bottom: the keys that matter now, to be read or to be clicked."""

from typing import Any, NamedTuple

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget


class _Key(NamedTuple):
    key: str
    shown: str
    description: str
    is_enabled: bool


class KeysLine(Widget):
    """One key of each action that is to be shown.

    Textual's Footer makes a widget of every key, and all of them anew at every change: 30 ms a page.
    """

    DEFAULT_CSS = "KeysLine { dock: bottom; height: 1; background: $panel; color: $foreground; }"
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[_Key] | None = None
        """What was drawn last; None before: until then the keys change often, and nobody sees it."""

    def on_mount(self) -> None:
        """Follow what can be done."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[Any]) -> None:
        if not self.screen.is_active:
            return
        if self._keys is not None:
            keys = self._now()
            if keys == self._keys:
                return
            self._keys = keys
        self.refresh()

    def _now(self) -> list[_Key]:
        found: dict[str, _Key] = {}
        for _node, binding, enabled, _tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in found:
                shown = self.app.get_key_display(binding)
                found[binding.action] = _Key(binding.key, shown, binding.description, enabled)
        return list(found.values())

    def render(self) -> Content:
        if self._keys is None and self.screen.is_active:
            self._keys = self._now()
        parts: list[tuple[str, str]] = []
        for key in self._keys or ():
            parts.append((f" {key.shown} ", "bold $footer-key-foreground" if key.is_enabled else "dim"))
            parts.append((f"{key.description} ", "" if key.is_enabled else "dim"))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """As if the key had been pressed."""
        end = 0
        for key in self._keys or ():
            end += Content(f" {key.shown} {key.description} ").cell_length
            if event.x < end:
                if key.is_enabled:
                    self.app.simulate_key(key.key)
                return
