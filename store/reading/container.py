"""The outside of a workbook: what can be told of a file without parsing it, safe in any process."""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import FileUnusable
from store.language import _

INFLATED_LIMIT = 2 * 1024**3
"""Bytes that all parts of a workbook may have together; Excel's largest sheets stay below."""
_DIRECTORY_LIMIT = 1024**2
"""Bytes of a zip's directory: some 15,000 parts."""
_CONTENT_TYPES = "[content_types].xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check(path: Path, called: str | None = None) -> None:
    """Raise FileUnusable, with a sentence that says what the file is instead, if it is no .xlsx workbook.

    `called` is what people call the file, where `path` is a copy of it.
    """
    called = called or path.name
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise FileUnusable(_("{file} is a folder; choose an Excel file in it.").format(file=path))
        if not stat.S_ISREG(kind.st_mode):
            raise FileUnusable(_("{file} is not an ordinary file.").format(file=path))
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        # A name with a NUL in it.
        raise unreadable(path, FileNotFoundError()) from error
    if not head.startswith(b"PK\x03\x04"):
        raise FileUnusable(_("{file} cannot be imported: {reason}").format(file=called, reason=_kind(head)))
    _check_parts(path, called)


def unreadable(path: Path, error: OSError) -> FileUnusable:
    """The sentence for a file that cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return FileUnusable(_("There is no file {file}.").format(file=path))
    if isinstance(error, PermissionError):
        return FileUnusable(_("You may not read {file}; look at its owner and rights.").format(file=path))
    return FileUnusable(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror))


def _kind(head: bytes) -> str:
    if not head:
        return _("it is empty.")
    if head.startswith(_OLE):
        return _(
            "it is protected by a password or in the old .xls format; "
            "open it in Excel and save it without a password as .xlsx."
        )
    if head.startswith(b"%PDF"):
        return _("it is a PDF.")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] == b"<":
        return _("it is a web page; open it in Excel and save it as .xlsx.")
    if b"\0" not in head:
        return _("it is a text file such as CSV; open it in Excel and save it as .xlsx.")
    return _("it is not an Excel workbook (.xlsx).")


def _check_parts(path: Path, called: str) -> None:
    try:
        with open_zip(path) as archive:
            parts = archive.infolist()
    except _TooManyParts as error:
        raise _no_workbook(called) from error
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise damaged(called) from error
    names = {part_name(part.filename) for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise FileUnusable(_("{file} is protected by a password; save it without one.").format(file=called))
    if sum(part.file_size for part in parts) > INFLATED_LIMIT:
        raise FileUnusable(
            _("{file} would unpack to more than {size} GB, which no list of contacts does.").format(
                file=called, size=INFLATED_LIMIT // 1024**3
            )
        )
    if any(name.endswith("workbook.bin") for name in names):
        raise FileUnusable(
            _("{file} is in the .xlsb format; open it in Excel and save it as .xlsx.").format(file=called)
        )
    if _CONTENT_TYPES not in names:
        raise _no_workbook(called)


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The file as a zip; raises BadZipFile if its directory is longer than any workbook's."""
    with _Bounded(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        yield archive


class _TooManyParts(zipfile.BadZipFile):
    """The directory of a zip is longer than any workbook's."""


class _Bounded(io.BufferedReader):
    """A file of which no more is read at once than a directory may have: zipfile takes it in as a whole."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As a file does; raises _TooManyParts."""
        if size is not None and size > _DIRECTORY_LIMIT:
            raise _TooManyParts
        return super().read(size)


def part_name(name: str) -> str:
    """The name of a part as names are compared: without regard to capitals and to a leading slash."""
    return name.replace("\\", "/").lstrip("/").lower()


def _no_workbook(called: str) -> FileUnusable:
    return FileUnusable(_("{file} is a zip file, but not an Excel workbook (.xlsx).").format(file=called))


def damaged(called: str) -> FileUnusable:
    """The sentence for a workbook that breaks off or does not hold together."""
    return FileUnusable(
        _("{file} is damaged; open it in Excel, save it again and try once more.").format(file=called)
    )


def too_large(called: str) -> FileUnusable:
    """The sentence for a workbook that does not fit into the memory that a reader may have."""
    return FileUnusable(_("{file} needs too much memory; split it into smaller files.").format(file=called))
