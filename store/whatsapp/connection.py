"""The listener's way to the database: only ever to the file that was there when it started."""

from store import database
from store.errors import DatabaseUnavailable
from store.language import _


class Connection:
    """Gives each thread its own connection, as long as the file is still the same."""

    def __init__(self) -> None:
        """Raises DatabaseUnavailable where there is no file."""
        self._file = _file()

    def connect(self) -> None:
        """Connect the calling thread; raises DatabaseUnavailable where another file lies there by now."""
        if _file() != self._file:
            # What was written to a file that was taken away would be lost after its 200.
            raise DatabaseUnavailable(_("The database was replaced: start the listener again."))
        database.connect()


def _file() -> tuple[int, int]:
    """Which file the database is."""
    try:
        found = database.path().stat()
    except OSError:
        raise DatabaseUnavailable(_("There is no database {path}.").format(path=database.path())) from None
    return found.st_dev, found.st_ino
