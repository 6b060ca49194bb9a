"""The keys that every table understands beside the arrows."""

from textual.binding import Binding, BindingType

from store.language import N_

WALKING_KEYS: list[BindingType] = [
    Binding("home", "scroll_top", N_("First"), show=False),
    Binding("end", "scroll_bottom", N_("Last"), show=False),
    Binding("G", "scroll_bottom", N_("Last"), show=False),
    Binding("j", "cursor_down", N_("Down"), show=False),
    Binding("k", "cursor_up", N_("Up"), show=False),
]
