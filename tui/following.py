"""Screens that show what was written while they are open."""

from functools import partial
from typing import Any, ClassVar

from store import database
from tui.page import OurScreen


class Following(OurScreen):
    """A mixin: looks now and then whether somebody has written, and has the screen show it."""

    LOOK_SECONDS: ClassVar[float] = 1.0
    """Between two looks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shown_version = -1

    def show_anew(self) -> object:
        """Show what there is now."""
        raise NotImplementedError

    @property
    def is_restless(self) -> bool:
        """Whether what is shown may change without a word written: the process of a job may have died."""
        return False

    def look(self) -> None:
        """Show what has changed; under a dialog it waits, since nobody sees it."""
        version = database.data_version()
        if self.is_current and (version != self._shown_version or self.is_restless):
            self._shown_version = version
            self.show_anew()

    def opened(self) -> None:
        """Show what happened while another page was open."""
        self._shown_version = -1
        self.look()

    def follow(self) -> None:
        """Look, and look again now and then: for dialogs, since pages do so by themselves."""
        look = partial(self.contacts_app.glance, self.look)
        look()
        self.set_interval(self.LOOK_SECONDS, look)
