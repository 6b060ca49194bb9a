"""The first rows of a workbook, read by a process of its own: a hostile file ends that process only.

`python -m store.imports.reader FILE [SHEET]` is the process; `preview` starts it.
"""

import json
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from store import jobs, language
from store.errors import FileUnusable
from store.imports import container
from store.language import _

SAMPLE = 200
"""Data rows that a preview has at most."""
_MEMORY_LIMIT = 1024**3
_SECONDS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees of a file before its import."""

    sheet: str
    sheets: tuple[str, ...]
    """The visible ones."""
    header_row: int
    """As Excel counts; 0 where the first row is a contact already."""
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first data rows as text, each as long as `headers`."""

    def samples(self, column: int) -> list[str]:
        """The first values of a column that are not empty."""
        return [row[column] for row in self.rows if row[column]]


def preview(path: Path, sheet: str | None = None) -> Preview:
    """The headers and first rows of a sheet (None: the first visible one); raises FileUnusable."""
    container.check(path)
    command = [*jobs.python_module("store.imports.reader"), str(path.absolute()), language.current()]
    # Killed by a limit, or brought down by the file: either way nothing of it can be used.
    brought_down = FileUnusable(
        _("{file} cannot be read: it needs too much memory or time, or is damaged.").format(file=path.name)
    )
    try:
        result = subprocess.run(
            command + ([sheet] if sheet else []),
            cwd="/",
            env=jobs.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * _SECONDS_LIMIT,
        )
    except subprocess.TimeoutExpired as error:
        raise brought_down from error
    if result.returncode == 2:
        raise FileUnusable(result.stdout.decode(errors="replace"))
    if result.returncode != 0:
        raise brought_down
    found = json.loads(result.stdout)
    return Preview(
        sheet=found["sheet"],
        sheets=tuple(found["sheets"]),
        header_row=found["header_row"],
        headers=tuple(found["headers"]),
        rows=tuple(tuple(row) for row in found["rows"]),
    )


def _main(arguments: list[str]) -> int:
    for limit, value in ((resource.RLIMIT_AS, _MEMORY_LIMIT), (resource.RLIMIT_CPU, _SECONDS_LIMIT)):
        # macOS refuses the first.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    language.use(arguments[1])
    try:
        found = _read(Path(arguments[0]), arguments[2] if len(arguments) > 2 else None)
    except FileUnusable as error:
        sys.stdout.buffer.write(str(error).encode(errors="replace"))
        return 2
    json.dump(found, sys.stdout)
    return 0


def _read(path: Path, name: str | None) -> dict[str, object]:
    from store.imports import workbook

    with workbook.open_sheet(path, name) as sheet:
        rows = list(islice(sheet.rows(), SAMPLE + 1))
        if not rows:
            raise FileUnusable(
                _("The sheet “{sheet}” of {file} is empty.").format(sheet=sheet.name, file=path.name)
            )
        header = workbook.header(rows)
        width = len(header.names)
        data = [row for row in rows if row.number > header.row][:SAMPLE]
        texts = [[workbook.as_text(value) for value in row.cells[:width]] for row in data]
        return {
            "sheet": sheet.name,
            "sheets": sheet.visible_names,
            "header_row": header.row,
            "headers": header.names,
            "rows": [row + [""] * (width - len(row)) for row in texts],
        }


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
