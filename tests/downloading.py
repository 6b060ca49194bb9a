"""Fill databases with many contacts, run downloads to their end, and read files as others do."""

import csv
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from store import database, downloads, jobs, search
from store.downloads import DownloadView, Plan
from tests.support import ROOT

GOLDEN = ROOT / "tests" / "golden"
needs_sqlite = "the sqlite3 shell is not installed"
needs_office = "LibreOffice (soffice) is not installed"
has_sqlite = shutil.which("sqlite3") is not None
has_office = shutil.which("soffice") is not None

_MANY = """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO contact (phone, name, created, changed, origin, search_key)
    SELECT '+57300' || printf('%07d', i), 'Contact ' || i, 1700000000 + i, 1700000000, 'hand', 'contact ' || i
    FROM n
"""


def fill(contacts: int) -> None:
    """Put many contacts into the open database, at once."""
    with database.writing():
        database.db.execute_sql(_MANY, (contacts,))
        search.add_after(0)


def finish(download_id: int, seconds: float = 60) -> DownloadView:
    """The download at its end."""
    jobs.wait(download_id, seconds)
    view = downloads.get(download_id)
    assert not view.is_running, view
    return view


def download(plan: Plan | None = None) -> Path:
    """The file of a download that is carried out now."""
    view = finish(downloads.start(plan or Plan()))
    assert view.state is downloads.State.FINISHED, view
    path = downloads.kept_file(view.id)
    assert path.stat().st_size == view.size
    return path


def cells(path: Path, separator: str = ",") -> list[list[str]]:
    """A CSV file as Python's own module reads it, the headers first."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=separator, strict=True))


def names(path: Path) -> list[str]:
    """The first column of a CSV file, without its header."""
    return [row[0] for row in cells(path)[1:]]


def sqlite_cells(path: Path, separator: str = ",") -> list[list[str]]:
    """A CSV file as the sqlite3 shell imports it, the headers first."""
    words = f'.mode csv\n.separator "{separator}" "\\n"\n.import "{path}" t\n.mode json\nSELECT * FROM t;\n'
    done = subprocess.run(
        ["sqlite3", ":memory:"], input=words, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    rows = json.loads(done.stdout)
    return [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]


def converted(path: Path, kind: str, folder: Path, *, reading: Sequence[str] = ()) -> Path:
    """A file as LibreOffice converts it, with a profile of its own, so that tests can run at once."""
    words = [
        *("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
        *reading,
        *("--convert-to", kind, "--outdir", str(folder), str(path)),
    ]
    subprocess.run(words, capture_output=True, check=True, timeout=120)
    return folder / f"{path.stem}.{kind.partition(':')[0]}"
