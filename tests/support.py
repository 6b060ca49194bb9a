"""Make workbooks, run imports and commands as a person would."""

import fcntl
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from store import contacts as contacts_
from store import database, imports, jobs, listing, properties, search
from store.imports import ImportView, State
from store.models import Import, Job
from store.reading import columns, reader
from store.values import phone, times
from tests.benchmarks import excel
from tests.benchmarks import people as people_

ROOT = Path(__file__).parents[1]

NAUGHTY = (
    "[/]",
    "[@click=app.quit]x[/]",
    "ACME [GmbH]",
    "[red]not red",
    "\x1b]0;x\x07",
    "\x1b[2Jwiped",
    "\x9b31mC1",
    "a\nb\tc\rd",
    "\u202eright to left",
    "tag\U000e0041\U000e007f",
    "=1+1",
    "${x} %s {0}",
    "\u2028line",
    "👩‍👩‍👧 family",
    "محمد",
    "Zalgo ẗ̷̢̡",
)
"""Names that have brought other programs down."""


def workbook(path: Path, rows: Iterable[Any], *, title: str = "Sheet") -> Path:
    """Write rows, the headers first, into a workbook."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def plan(path: Path, *words: str, sheet: str | None = None, **options: Any) -> imports.Plan:
    """A plan as `contacts import` makes it of `--assign` words."""
    preview = reader.preview(path, sheet)
    assignment = columns.by_words(words, preview.headers, properties.list_all())
    assignment.check()
    return imports.Plan(path, preview.sheet, preview.headers, preview.header_row, assignment, **options)


def finish(import_id: int, seconds: float = 60) -> ImportView:
    """The import at its end; its numbers add up."""
    jobs.wait(import_id, seconds)
    view = imports.get(import_id)
    assert not view.is_running, view
    assert_adds_up(view)
    return view


def assert_adds_up(view: ImportView) -> None:
    """created + duplicates + rejected + not processed = rows in the file, for every import of the suite."""
    if view.rows is None:
        # What was undone may have failed before.
        assert view.state in (State.FAILED, State.INTERRUPTED, State.UNDONE)
        return
    assert view.not_processed is not None
    assert view.created + view.duplicates + view.rejected + view.not_processed == view.rows
    if view.state is State.FINISHED:
        assert view.not_processed == 0


def import_file(path: Path, *words: str, **options: Any) -> ImportView:
    """Import a file to its end."""
    return finish(imports.start(plan(path, *words, **options)))


def report_rows(import_id: int, path: Path) -> list[list[Any]]:
    """The sheet Results of an import's report, header first, as values."""
    job = jobs.wait(imports.request_report(import_id, path), 60)
    assert job.state is State.FINISHED, job
    sheet = openpyxl.load_workbook(path)["Results"]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def contacts(*words: str | Path, database: Path, stdin: str = "") -> Result:
    """Run `contacts` in a process of its own, far from the source."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from tui.cli import main; main()", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        cwd="/",
        env=os.environ | {"CONTACTS_DATABASE": str(database), "PYTHONPATH": str(ROOT)},
        timeout=120,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def example_numbers() -> Iterator[str]:
    """Valid numbers in E.164 without end, none twice: examples of every region with other last digits."""
    chance = random.Random(7)
    examples = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                examples.append(phonenumbers.format_number(example, PhoneNumberFormat.E164))
    seen: set[str] = set()
    for number in chain(examples, _with_other_endings(examples, chance)):
        if seen.isdisjoint((number, *phone.variants(number))):
            seen.add(number)
            yield number


def _with_other_endings(examples: list[str], chance: random.Random) -> Iterator[str]:
    while True:
        number = chance.choice(examples)[:-4] + f"{chance.randrange(10_000):04}"
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            yield number


def writings(number: str) -> list[Any]:
    """An E.164 number as it is found in files (requirements D), its country code always there."""
    parsed = phonenumbers.parse(number)
    international = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    code, rest = f"+{parsed.country_code}", number[len(f"+{parsed.country_code}") :]
    arabic = "".join(chr(0x660 + int(char)) if char.isdigit() else char for char in number)
    return [
        number,
        international,
        "00" + number[1:],
        f"({code}) {rest}",
        international.replace(" ", "\u00a0"),
        "\u200b" + number + "\u200b",
        arabic,
        int(number[1:]),
        number[1:],
    ]


def large_file(path: Path, rows: int) -> Path:
    """A file of `rows` different valid numbers in every writing, with names in several scripts and gaps."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Contactos")
    sheet.append(["Teléfono", "Nombre", "Correo", "Ciudad"])
    numbers = example_numbers()
    names = ("Ana Gómez", "João Conceição", "陈秀英", "محمد علي", "Olga [VIP]", "Zoë O'Brien")
    for index in range(rows):
        number = next(numbers)
        forms = writings(number)
        mail = f"persona{index}@example.com" if index % 3 == 0 else None
        city = "Bogotá" if index % 2 else None
        sheet.append([forms[index % len(forms)], f"{names[index % len(names)]} {index}", mail, city])
    book.save(path)
    return path


def long_file(path: Path, rows: int) -> Path:
    """A file whose import takes a while, written in a moment; one row in fifty is no new contact."""
    excel.write_workbook(path, people_.rows(rows, 0), rows)
    return path


def three_samples(folder: Path) -> dict[str, Path]:
    """Files of the shapes that people bring: numbers as numbers, foreign headers, dates, empty rows."""
    simple = [
        ["URN:Tel", "name"],
        [250788382382, "Eric Newcomer"],
        ["250(78) 8 383 383", "NIC POTTIER"],
        ["250788383385", "jen newcomer"],
    ]
    team = [
        ["URN:Tel", "Name", "Field:Team"],
        ["+12025550199", "John Smith", "Managers"],
        ["+14045550178", "Mary Green", "Advisors"],
    ]
    extra = [
        [
            "URN:Tel",
            "Name",
            "language",
            "Status",
            "Created On",
            "field: goats ",
            "Field:Sheep",
            "Group:Testers",
        ],
        ["+250788123123", "John Doe", "eng", "Archived", datetime(2020, 9, 17), 1, 0, "Y"],
        ["+250788456456", "Mary Smith", "spa", "Blocked", datetime(2020, 5, 10), 3, 5, None],
        ["+250788456678", None, None, None, datetime(2020, 6, 11), None, None, "N"],
        *([None] * 8 for _ in range(6)),
    ]
    return {
        name: workbook(folder / f"{name}.xlsx", rows, title="Sheet 1 - Table 1")
        for name, rows in (("simple", simple), ("team", team), ("extra", extra))
    }


HEAD = ["Phone", "Name"]
"""The headers that a file needs."""


def people() -> dict[str, contacts_.Person]:
    """All living contacts by name."""
    ids = list(listing.ids(listing.Listing(listing.Order.NAME, False)))
    return {person.name: person for person in contacts_.get_many(ids)}


def broken_file(path: Path, rows: int, *first: list[Any]) -> Path:
    """A workbook of `first` and `rows` other rows whose sheet breaks off at three quarters."""
    numbers = example_numbers()
    whole = workbook(
        path.with_name("whole.xlsx"), [HEAD, *first, *([next(numbers), "x"] for _ in range(rows))]
    )
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            cut = content[: len(content) * 3 // 4] if part.endswith("sheet1.xml") else content
            target.writestr(part, cut)
    return path


def start_contacts(*words: str | Path, database: Path) -> "subprocess.Popen[str]":
    """Start `contacts` as a shell does in the foreground: an interrupt from the keyboard reaches it."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from tui.cli import main; main()", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=os.environ | {"CONTACTS_DATABASE": str(database), "PYTHONPATH": str(ROOT)},
        # Tests that run in the background of a shell ignore interrupts, and all that they start.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {seconds} s"
        time.sleep(0.01)


def kill_job(job_id: int) -> int:
    """Kill the process of a job as a crash would; how many there were."""
    return signal_job(job_id, signal.SIGKILL)


def signal_job(job_id: int, number: signal.Signals) -> int:
    """Send a signal to the process of a job; how many there were."""
    reached = 0
    for process in job_processes(job_id):
        # It may have ended by itself meanwhile.
        with suppress(ProcessLookupError):
            os.kill(process, number)
            reached += 1
    return reached


def job_processes(job_id: int) -> list[int]:
    """The processes that carry out a job: one, or none."""
    return _processes(f" {database.path()} {job_id} ")


def _processes(words: str) -> list[int]:
    """The processes whose command line has these words."""
    if not Path("/proc/self/cmdline").exists():
        listed = subprocess.run(
            ["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout
        return [int(line.split()[0]) for line in listed.splitlines() if words in line]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end while we look.
        with suppress(OSError):
            if words in (folder / "cmdline").read_text().replace("\0", " "):
                found.append(int(folder.name))
    return found


def imported(rows: int, *, first: int = 0) -> int:
    """An import of `rows` contacts, +573000000000 + `first` and so on, put there at once; its id."""
    now = times.now()
    with database.writing():
        job = Job.create(kind="import", state="finished", created=now, started=now, finished=now)
        Import.create(job=job.id, file=f"{rows}.xlsx", headers=HEAD, rows=rows, created_rows=rows)
        people = (
            (f"+573{number:09}", f"P{number}", now, now, "import", job.id, f"p{number}")
            for number in range(first, first + rows)
        )
        database.db.connection().executemany(
            "INSERT INTO contact (phone, name, created, changed, origin, import_id, search_key) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            people,
        )
        search.rebuild()
    return int(job.id)


@contextmanager
def writers_wait() -> Iterator[None]:
    """Jobs that write contacts wait for their turn meanwhile."""
    turn = database.open_beside("turn.lock")
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def undo(import_id: int) -> ImportView:
    """Undo an import to its end."""
    jobs.wait(imports.request_undo(import_id), 60)
    return imports.get(import_id)


def assert_search_is_right(folder: Path) -> None:
    """The search index of every database below a folder, if it is sound, holds what its contacts say."""
    for path in folder.rglob("*.db"):
        with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.DatabaseError):
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                continue
            check = "INSERT INTO contact_search (contact_search, rank) VALUES ('integrity-check', 1)"
            try:
                connection.execute(check)
            except sqlite3.DatabaseError as error:
                assert "malformed" not in str(error), f"{path}: the search index differs from the contacts"


def assert_imports_add_up(folder: Path) -> None:
    """Every import in every database below a folder adds up."""
    for path in folder.rglob("*.db"):
        if not path.with_name(path.name + "-files").is_dir():
            # No job has ever run.
            continue
        database.open_database(path, create=False)
        for view in imports.list_all():
            if not view.is_running:
                assert_adds_up(view)
        database.close()
