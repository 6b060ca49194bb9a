"""Write .xlsx files that say what they hold and run nothing. Only in the process of a job."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from store import files
from store.language import _

TEXT_LIMIT = 32_767
"""Characters of a cell, by the format."""
TEXT_FORMAT = "@"
_CONTROLS = "\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"
_ESCAPED = re.compile(f"[{_CONTROLS}]|_(?=x[0-9A-Fa-f]{{4}}[_{_CONTROLS}])")
"""What XML has no writing for, and what looks like the format's own escape of it."""


def text_cell(sheet: Any, text: str, fill: Any = None, bold: bool = False) -> Any:
    """A cell that shows `text` as it is, never as a formula, error or number."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    safe = _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    if len(safe) > TEXT_LIMIT:
        ending = _("… (cut)")
        safe = safe[: TEXT_LIMIT - len(ending)] + ending
    cell = WriteOnlyCell(sheet, value=safe)
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    if safe[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    if fill is not None:
        cell.fill = fill
    if bold:
        cell.font = Font(bold=True)
    return cell


def save(book: Any, target: Path) -> None:
    """Write the workbook under a passing name beside its place and rename it when it is whole; mode 0600."""
    try:
        descriptor, passing = tempfile.mkstemp(prefix=".", suffix=".xlsx", dir=target.parent)
    except OSError as error:
        raise files.cannot_write(target, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            book.save(file)
            file.flush()
            os.fsync(file.fileno())
        Path(passing).replace(target)
    except OSError as error:
        raise files.cannot_write(target, error) from error
    finally:
        Path(passing).unlink(missing_ok=True)
