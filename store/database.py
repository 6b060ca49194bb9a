"""Where the data lives: find, open, migrate and guard the database; connections; files beside it."""

import math
import os
import re
import sqlite3
import stat
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import peewee

from store.errors import DatabaseUnavailable
from store.language import _
from store.values.text import fold

db = peewee.DatabaseProxy()
"""The database in use: one a process. `open_database` sets it."""

ID = "i"
"""The type code of an array of ids: four bytes each, half of what a million would take."""
APPLICATION_ID = 0x57A_C0DE
"""Tells our files from those of other programs (PRAGMA application_id)."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "normal",
    "foreign_keys": 1,
    "cache_size": -16_000,
    "journal_size_limit": 64 * 1024 * 1024,
    "wal_autocheckpoint": 4_000,
}
SMALL_PRAGMAS = {"cache_size": -1_000}
"""Of a connection that mostly waits for a person: more is no faster for them, and stays taken."""
BULK_PRAGMAS = {"cache_size": -64_000, "wal_autocheckpoint": 32_000}
"""Of a connection that changes hundreds of thousands of contacts: at a million their indexes no longer fit
into less."""
_PAUSE_SECONDS = 0.015
"""Between two batches while others write: without it their edits took up to 530 ms (p99). With 10 ms an
import beside edits is a fifteenth quicker, but a listener stores a quarter less beside it."""
_MINDFUL_SECONDS = 2.0
"""For how long others are given way after they were seen."""
_BUSY_SECONDS = 5
_LOOK_SECONDS = 0.003
"""Between two looks at whether it is our turn to write."""
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"})


def default_path() -> Path:
    """The person's own database, in the data folder of the platform."""
    from platformdirs import user_data_path

    return user_data_path("contacts", appauthor=False) / "contacts.db"


def path_of(location: str | Path | None) -> Path:
    """The absolute path that a path, `sqlite:///path` or None (the default) means."""
    if location is None or location == "":
        return default_path()
    text = str(location)
    if text.startswith("sqlite:///"):
        text = text.removeprefix("sqlite:///")
    elif re.match(r"[a-z][a-z0-9+]*://", text):
        raise DatabaseUnavailable(
            _("This version keeps its data in SQLite: name a file instead of “{url}”.").format(
                url=text.split("://")[0] + "://…"
            )
        )
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111 - Path raises for ~nobody


def open_database(
    location: str | Path | None = None,
    *,
    create: bool = True,
    read_only: bool = False,
    busy_seconds: float | None = None,
) -> Path:
    """Open (and, where it must be, create or migrate) the database and connect this thread; its path.

    Read-only means that nothing is written through this program, not that the file is opened so: readers
    of a WAL database write to its index. `busy_seconds` is how long to wait for other writers. Raises
    DatabaseUnavailable with a sentence.
    """
    path = path_of(location)
    create = create and not read_only
    try:
        _check_place(path, create)
    except OSError as error:
        raise DatabaseUnavailable(_sentence(path, error)) from error
    database = peewee.SqliteDatabase(
        f"{path.as_uri()}?mode=rwc" if create else f"{path.as_uri()}?mode=rw",
        uri=True,
        pragmas=_PRAGMAS,
        timeout=_BUSY_SECONDS if busy_seconds is None else busy_seconds,
        lock_type="IMMEDIATE",
        autoconnect=False,
    )
    for name, function in _FUNCTIONS.items():
        database.register_function(function, name, 1)
    close()
    db.initialize(database)
    _state.path, _state.read_only = path, read_only
    _state.busy_seconds = _BUSY_SECONDS if busy_seconds is None else busy_seconds
    try:
        _prepare(database, path)
    except (peewee.DatabaseError, sqlite3.DatabaseError, OSError) as error:
        close()
        raise DatabaseUnavailable(_sentence(path, error)) from error
    except DatabaseUnavailable:
        close()
        raise
    _state.file = _identity(path)
    return path


def _region(number: str | None) -> str | None:
    from store.values import phone

    return phone.region(number) if number else None


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {"folded": fold, "phone_region": _region}
"""What queries can call."""


@dataclass
class _State:
    path: Path = Path()
    file: tuple[int, int] | None = None
    """Device and number of the file that was opened."""
    read_only: bool = False
    busy_seconds: float = _BUSY_SECONDS


_state = _State()


def path() -> Path:
    """The file of the open database."""
    return _state.path


def connect(pragmas: Mapping[str, int] | None = None) -> None:
    """Give the calling thread, if it has none, its own connection; `pragmas` for other work than most.

    Raises DatabaseUnavailable if the file that was opened is not there any more.
    """
    _check_in_place()
    if db.is_closed():
        db.connect()
        tune(pragmas or {})


def settle() -> None:
    """Bring what was written into the database file, as far as nobody has to wait for it.

    Else the next who writes does so: after an import of 100,000 contacts that took 60 to 80 ms. So it is
    too if this fails.
    """
    with suppress(peewee.DatabaseError):
        db.execute_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def close() -> None:
    """Close the calling thread's connection, if it has one."""
    if db.obj is not None and not db.is_closed():
        db.close()


def check_writable() -> None:
    """Raise DatabaseUnavailable where nothing may be written."""
    if is_read_only():
        raise DatabaseUnavailable(_("The database was opened for reading only."))
    _check_in_place()


def _check_in_place() -> None:
    if _identity(path()) != _state.file:
        # What is written into a file that has no name any more is lost with the program.
        raise DatabaseUnavailable(
            _("{path} was moved, deleted or replaced; start the program again.").format(path=path())
        )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_read_only() -> bool:
    """Whether nothing may be written."""
    return _state.read_only


@contextmanager
def writing() -> Iterator[None]:
    """One transaction that may write, from its first statement on; never await inside."""
    check_writable()
    try:
        with ExitStack() as transaction:
            _begin(transaction)
            yield
    except peewee.IntegrityError:
        raise
    except (peewee.DatabaseError, sqlite3.DatabaseError) as error:
        raise DatabaseUnavailable(_sentence(path(), error)) from error


def _begin(transaction: ExitStack) -> None:
    """Begin a transaction, or one inside another, as soon as no other process writes."""
    if db.in_transaction():
        transaction.enter_context(db.atomic())
        return
    deadline = time.monotonic() + _state.busy_seconds
    # SQLite itself would sleep up to 100 ms between two looks, and miss the gaps that an import leaves.
    db.execute_sql("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                transaction.enter_context(db.atomic())
                return
            except peewee.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise
            time.sleep(_LOOK_SECONDS)
    finally:
        db.execute_sql(f"PRAGMA busy_timeout = {1000 * _state.busy_seconds:.0f}")


@contextmanager
def without_waiting() -> Iterator[None]:
    """Inside, `writing` raises DatabaseUnavailable at once where it would have to wait for others."""
    before = _state.busy_seconds
    _state.busy_seconds = 0
    try:
        yield
    finally:
        _state.busy_seconds = before


def explain(error: BaseException) -> str | None:
    """The sentence for an error of the database that was met while reading; None for other errors."""
    if isinstance(error, peewee.DatabaseError | sqlite3.DatabaseError):
        return _sentence(path(), error)
    return None


def tuples(query: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as plain tuples, to be read to their end: a read half done pins the WAL."""
    rows: Iterator[tuple[Any, ...]] = query.tuples().iterator()
    return rows


@contextmanager
def snapshot() -> Iterator[Callable[[str, Sequence[Any]], sqlite3.Cursor]]:
    """What runs statements on one picture of the data, whatever is written meanwhile.

    On a connection of its own, so that this thread can write; while it is open the WAL only grows.
    """
    connection = sqlite3.connect(
        f"{path().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY_SECONDS
    )
    try:
        for name, function in _FUNCTIONS.items():
            connection.create_function(name, 1, function)
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")
        yield connection.execute
    finally:
        connection.close()


def ids(query: Any) -> "array[int]":
    """What a query for one whole number a row finds; a million in 0.2 s, four times as fast as `tuples`."""
    return array(ID, chain.from_iterable(db.execute(query)))


def tune(pragmas: Mapping[str, int]) -> None:
    """Set pragmas of the calling thread's connection, for a kind of work that needs others than most."""
    for name, value in pragmas.items():
        db.execute_sql(f"PRAGMA {name} = {value}")


class Courtesy:
    """Gives way to other writers: SQLite's own queue is unfair to those who come now and then."""

    def __init__(self, *, always: bool = False) -> None:
        """`always`: for work that prepares nothing between its batches, and so leaves others no gap."""
        self._version = data_version()
        self._until = math.inf if always else 0.0

    def give_way(self) -> None:
        """Pause, if others have written lately."""
        if self.is_due():
            time.sleep(_PAUSE_SECONDS)

    def is_due(self) -> bool:
        """Whether others have written lately."""
        version = data_version()
        if version != self._version:
            self._version = version
            self._until = max(self._until, time.monotonic() + _MINDFUL_SECONDS)
        return time.monotonic() < self._until


def data_version() -> int:
    """A number that changes when another connection has committed; compare on one kept connection."""
    return int(db.execute_sql("PRAGMA data_version").fetchone()[0])


def files_folder() -> Path:
    """The folder beside the database for locks, logs and kept files, with its mode; made when missing."""
    folder = path().with_name(path().name + "-files")
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        database = path().stat()
        mode = stat.S_IMODE(database.st_mode)
        with suppress(PermissionError):
            os.chown(folder, -1, database.st_gid)
        # Whoever may read the database may enter the folder; what is made in it belongs to its group.
        folder.chmod(mode | (mode & 0o444) >> 2 | stat.S_ISGID)
    return folder


def open_beside(name: str, *, append: bool = False) -> int:
    """A descriptor of a file in `files_folder`, with the database's mode and group; the caller closes it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_APPEND if append else 0)
    descriptor = os.open(files_folder() / name, flags, 0o600)
    # Only its owner may change a file's mode and group, and has done so.
    with suppress(PermissionError):
        wanted, present = path().stat(), os.fstat(descriptor)
        if present.st_gid != wanted.st_gid:
            os.fchown(descriptor, -1, wanted.st_gid)
        if stat.S_IMODE(present.st_mode) != stat.S_IMODE(wanted.st_mode):
            os.fchmod(descriptor, stat.S_IMODE(wanted.st_mode))
    return descriptor


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise DatabaseUnavailable(_("{path} is a folder; name a file for the database.").format(path=path))
    if path == default_path() and create:
        path.parent.mkdir(parents=True, exist_ok=True)
    if not path.parent.is_dir():
        raise DatabaseUnavailable(
            _("There is no folder {folder}; make it first, or name another database.").format(
                folder=path.parent
            )
        )
    if not path.exists() and not create:
        raise DatabaseUnavailable(_("There is no database {path}.").format(path=path))
    if _file_system(path.parent) in _NETWORK_FILE_SYSTEMS:
        raise DatabaseUnavailable(
            _(
                "{folder} lies on a network drive, where a shared database can be damaged; "
                "keep it on the server itself and open it over SSH."
            ).format(folder=path.parent)
        )


def _file_system(folder: Path) -> str:
    """The type of the file system that holds `folder`; empty where the system does not tell."""
    try:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    target = str(folder.resolve())
    for line in lines:
        fields, __, rest = line.partition(" - ")
        mount = fields.split()[4].encode().decode("unicode_escape")
        inside = target == mount or target.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, rest.split()[0]
    return kind


def _prepare(database: peewee.SqliteDatabase, path: Path) -> None:
    database.connect()
    wanted = sorted(file.stem for file in _MIGRATIONS.glob("[0-9]*.py"))
    if _applied(database, path) == wanted:
        return
    if _state.read_only:
        raise DatabaseUnavailable(
            _("{path} was made by an older version; open it once without --read-only.").format(path=path)
        )
    with _start_lock(path):
        applied = _applied(database, path)
        if applied != wanted:
            _migrate(database)


def _applied(database: peewee.SqliteDatabase, path: Path) -> list[str]:
    """The migrations that the file has; raises DatabaseUnavailable if it is not ours or newer than we are."""
    application_id = database.execute_sql("PRAGMA application_id").fetchone()[0]
    tables = {row[0] for row in database.execute_sql("SELECT name FROM sqlite_master")}
    if application_id != APPLICATION_ID and tables:
        raise DatabaseUnavailable(
            _("{path} is a database of another program; name another file.").format(path=path)
        )
    if "schema_migration" not in tables:
        return []
    rows = database.execute_sql("SELECT name FROM schema_migration ORDER BY name").fetchall()
    applied = [row[0] for row in rows]
    known = {file.stem for file in _MIGRATIONS.glob("[0-9]*.py")}
    if not known.issuperset(applied):
        raise DatabaseUnavailable(
            _("{path} was made by a newer version of this program; update it.").format(path=path)
        )
    return applied


def _migrate(database: peewee.SqliteDatabase) -> None:
    # Imported here: only the first start after an update has anything to migrate.
    from playhouse.migrations import Runner

    # In the transaction of the first table: a file with our mark and no tables must not be left behind.
    with database.atomic():
        database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        Runner(database, str(_MIGRATIONS)).up()


@contextmanager
def _start_lock(path: Path) -> Iterator[None]:
    """Held by one process at a time: eight first starts at once gave seven "table already exists" without."""
    import fcntl

    # On the folder itself: a file of its own would belong to whoever came first.
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise DatabaseUnavailable(
                        _("{path} is being prepared by another program; try again in a minute.").format(
                            path=path
                        )
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _sentence(path: Path, error: BaseException) -> str:
    reasons = []
    cause: BaseException | None = error
    while cause is not None:
        reasons.append(str(cause).lower())
        cause = cause.__context__
    said = " / ".join(reasons)
    if "not a database" in said:
        return _("{path} is not a database; name another file.").format(path=path)
    if "malformed" in said:
        return _("{path} is damaged; put its last backup in its place.").format(path=path)
    if "full" in said or "no space" in said:
        return _("There is no space left for {path}; make room and try again.").format(path=path)
    if "locked" in said or "busy" in said:
        return _("{path} was busy for {seconds} seconds; try again.").format(path=path, seconds=_BUSY_SECONDS)
    if "readonly" in said or "permission" in said or "unable to open" in said:
        return _("{path} cannot be opened for writing; look at its owner and rights.").format(path=path)
    return _("{path} cannot be used: {reason}.").format(path=path, reason=error)
