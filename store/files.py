"""Files that people ask for: may a place be written to, and how a file gets there whole or not at all."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from store.errors import FileUnusable
from store.language import _

_LINKS_UNKNOWN = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""What file systems without hard links say to one."""


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise FileUnusable if a file cannot, or must not, be written to `target`."""
    try:
        sentence = _target_fault(target, overwrite)
    except (OSError, ValueError) as error:
        raise cannot_write(target, error) from error
    if sentence:
        raise FileUnusable(sentence)


def _target_fault(target: Path, overwrite: bool) -> str:
    if target.is_dir():
        return _("{path} is a folder; add the name of a file.").format(path=target)
    if not target.parent.is_dir():
        return _("There is no folder {folder}.").format(folder=target.parent)
    if not os.access(target.parent, os.W_OK):
        return _("You may not write into {folder}.").format(folder=target.parent)
    if target.is_symlink():
        return _("{path} is a link to another place; name a file.").format(path=target)
    if target.exists() and not target.is_file():
        return _("{path} is no ordinary file; name another.").format(path=target)
    if target.exists() and not overwrite:
        return _("{path} exists already; choose another name.").format(path=target)
    return ""


def cannot_write(target: Path, error: OSError | ValueError) -> FileUnusable:
    """What is to be said when the system refuses to write a file."""
    reason = getattr(error, "strerror", None) or error
    return FileUnusable(_("{path} cannot be written: {reason}.").format(path=target, reason=reason))


def copy(source: Path, target: Path, *, overwrite: bool) -> None:
    """Copy a file to `target`, which has it whole or not at all; mode 0600. Raises FileUnusable."""
    check_target(target, overwrite=overwrite)
    try:
        with source.open("rb") as original:
            _fill(target, overwrite, lambda file: shutil.copyfileobj(original, file, 1024 * 1024))
    except (OSError, ValueError) as error:
        raise cannot_write(target, error) from error


def write(content: bytes, target: Path, *, overwrite: bool) -> None:
    """Write a file, which is there whole or not at all; mode 0600. Raises FileUnusable."""
    check_target(target, overwrite=overwrite)
    try:
        _fill(target, overwrite, lambda file: file.write(content))
    except (OSError, ValueError) as error:
        raise cannot_write(target, error) from error


def _fill(target: Path, overwrite: bool, fill: Callable[[BinaryIO], object]) -> None:
    descriptor, passing = tempfile.mkstemp(prefix=".", suffix=target.suffix, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        _put(Path(passing), target, overwrite)
    finally:
        Path(passing).unlink(missing_ok=True)


def _put(passing: Path, target: Path, overwrite: bool) -> None:
    if not overwrite:
        # A link, unlike a rename, never takes the place of what somebody has put there meanwhile.
        try:
            target.hardlink_to(passing)
            return
        except OSError as error:
            if error.errno not in _LINKS_UNKNOWN:
                raise
    passing.replace(target)
