"""A long look into the store that another thread can break off."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import peewee

from store.database import db

T = TypeVar("T")


class Look:
    """One look at a time, in whichever thread; breaking it off leaves all other work alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Any = None
        """Of the thread that looks."""

    def take(self, look: Callable[[], T]) -> T | None:
        """What is seen; None if it was broken off."""
        with self._lock:
            self._connection = db.connection()
        try:
            return look()
        except (peewee.OperationalError, sqlite3.OperationalError) as error:
            if "interrupted" in str(error):
                return None
            raise
        finally:
            with self._lock:
                self._connection = None

    def break_off(self) -> None:
        """End the look that is being taken, if there is one, within some ms."""
        with self._lock:
            if self._connection is not None:
                self._connection.interrupt()
