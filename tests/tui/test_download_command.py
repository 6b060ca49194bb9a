"""The words `contacts download` and `downloads`: files, JSON, sentences and exit codes are a contract."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from store import contacts as contacts_
from store import database, downloads, properties, settings
from store.downloads import State
from store.models import Contact
from store.values import times
from store.values.property_type import PropertyType
from tests.downloading import cells, fill, names
from tests.support import ROOT, contacts, kill_job, start_contacts, until

_COMMAND = [sys.executable, "-P", "-c", "from tui.cli import main; main()"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with two contacts and a property."""
    place = database.open_database(tmp_path / "team.db")
    client = properties.create("Client", PropertyType.TEXT)
    contacts_.create("+573001234567", "Ana", values={client.id: "=1+1"})
    contacts_.create("+573001234568", "Eva")
    return place


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Path]:
    """A database whose download takes a while."""
    place = database.open_database(tmp_path / "large.db")
    fill(300_000)
    yield place


def environment(database_path: Path) -> dict[str, str]:
    return os.environ | {"CONTACTS_DATABASE": str(database_path), "PYTHONPATH": str(ROOT)}


def test_a_file_and_what_is_told_of_it(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    done = contacts("download", target, database=path)
    assert (done.code, done.out, done.err) == (0, f"2 contacts: {target}\n", "")
    rows = cells(target)
    assert [row[:3] for row in rows] == [
        ["Name", "Phone number", "Email"],
        ["Ana", "+573001234567", ""],
        ["Eva", "+573001234568", ""],
    ]
    assert [row[10:] for row in rows] == [["Client"], ["'=1+1"], [""]]


def test_json_says_what_was_made(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.xlsx"
    day = times.today(None).isoformat()
    done = contacts("download", target, "--from", day, "--language", "pt", "--json", database=path)
    assert done.json == {
        "id": 1,
        "state": "finished",
        "file": str(target),
        "rows": 2,
        "from": day,
        "to": None,
        "language": "pt",
        "size": target.stat().st_size,
    }
    kept = downloads.kept_file(1)
    assert kept.suffix == ".xlsx"
    assert contacts("downloads", "--json", database=path).json_lines == [done.json | {"file": str(kept)}]


def test_without_a_file_the_kept_one_is_named_and_listed(path: Path) -> None:
    done = contacts("download", "--search", "eva", database=path)
    kept = downloads.kept_file(1)
    assert (done.code, done.out) == (0, f"{kept}\n")
    assert names(kept) == ["Eva"]
    listed = contacts("downloads", database=path).out
    assert "Finished" in listed
    kept.unlink()
    assert contacts("downloads", "--json", database=path).json["file"] is None


def test_the_standard_output_gets_the_same_bytes_and_leaves_no_history(path: Path, tmp_path: Path) -> None:
    choices = ("--language", "es", "--separator", ";")
    with (tmp_path / "streamed.csv").open("wb") as file:
        subprocess.run(
            [*_COMMAND, "download", "-", *choices], stdout=file, env=environment(path), cwd="/", check=True
        )
    assert downloads.list_all() == []
    assert contacts("download", tmp_path / "a.csv", *choices, database=path).code == 0
    assert (tmp_path / "streamed.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert cells(tmp_path / "a.csv", ";")[0][0] == "Nombre"


def test_an_excel_file_can_be_piped_too(path: Path) -> None:
    done = subprocess.run(
        [*_COMMAND, "download", "-", "--format", "xlsx"],
        capture_output=True,
        env=environment(path),
        cwd="/",
        check=True,
    )
    assert done.stdout.startswith(b"PK")


def test_the_first_line_comes_at_once_and_a_reader_that_leaves_is_no_fault(large: Path) -> None:
    with subprocess.Popen(
        [*_COMMAND, "download", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(large),
        cwd="/",
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b'\xef\xbb\xbf"Name"')
        assert process.stdout.readline().startswith(b'"Contact 1","+573000000001"')
        # More than a pipe holds is still to come.
        assert process.poll() is None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_a_terminal_is_shown_nothing_that_acts_on_it(path: Path) -> None:
    contacts_.create("+573001234569", "\x1b]0;owned\x07")
    master, terminal = pty.openpty()
    subprocess.run([*_COMMAND, "download", "-"], stdout=terminal, env=environment(path), cwd="/", check=True)
    os.close(terminal)
    shown = os.read(master, 100_000)
    os.close(master)
    assert "␛]0;owned".encode() in shown
    assert b"\x1b" not in shown


def test_a_reading_database_can_be_streamed(path: Path) -> None:
    assert "Ana" in contacts("--read-only", "download", "-", database=path).out
    refused = contacts("--read-only", "download", database=path)
    assert (refused.code, "reading only" in refused.err) == (3, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a.csv"], "exists already"),
        (["folder"], "is a folder"),
        (["link.csv"], "is a link"),
        (["no/such/a.csv"], "There is no folder"),
        (["b.csv", "--format", "xlsx"], "let its name end in .xlsx"),
        (["b.xlsx", "--format", "csv"], "let its name end in .csv"),
        (["b.csv", "--from", "2020-01-01"], "too long ago"),
        (["b.csv", "--from", "soon"], "is not a date"),
        (["b.csv", "--to", "2020-01-01"], "from which day on"),
        (["b.csv", "--separator", "|"], "--separator"),
        (["b.csv", "--language", "fr"], "--language"),
        (["-", "--from", "2020-01-01"], "too long ago"),
        (["-", "--json"], "--json has no place"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_makes_nothing(
    path: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    (tmp_path / "a.csv").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to("elsewhere.csv")
    first = words[0] if words[0] == "-" else str(tmp_path / words[0])
    done = contacts("download", first, *words[1:], database=path)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert downloads.list_all() == []
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert not (tmp_path / "elsewhere.csv").exists()


def test_no_space_behind_the_standard_output_is_told(path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("a device that is always full is /dev/full")
    with full.open("wb") as output:
        done = subprocess.run(
            [*_COMMAND, "download", "-"],
            stdout=output,
            stderr=subprocess.PIPE,
            env=environment(path),
            cwd="/",
        )
    assert (done.returncode, b"No space left" in done.stderr) == (2, True)


def test_days_are_written_as_the_settings_say(path: Path) -> None:
    settings.save(settings.Settings(date_order="mdy"))
    today = times.today(None)
    first = today - timedelta(days=30)
    Contact.update(created=times.begin_of(first - timedelta(days=1), None)).where(
        Contact.name == "Eva"
    ).execute()
    written = first.strftime("%m/%d/%Y")
    done = contacts("download", "--from", written, "--to", today.isoformat(), "--json", database=path)
    assert (done.json["from"], done.json["to"], done.json["rows"]) == (first.isoformat(), str(today), 1)


def test_the_language_of_a_file_is_not_that_of_the_sentences(path: Path) -> None:
    done = contacts("--language", "pt", "download", "--language", "es", database=path)
    assert cells(Path(done.out.strip()))[0][0] == "Nombre"
    done = contacts("--language", "pt", "download", database=path)
    assert cells(Path(done.out.strip()))[0][0] == "Nome"


def test_interrupts_stop_it_and_leave_no_file(large: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    with start_contacts("download", target, "--json", database=large) as process:
        until(lambda: any(view.state is State.IN_PROGRESS for view in downloads.list_all()))
        assert process.stderr is not None
        with database.writing():
            process.send_signal(signal.SIGINT)
            assert "Stopping" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
        out, _err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert '"state": "stopped", "file": null, "rows": null' in out
    assert not target.exists()


def test_a_download_that_dies_is_told(large: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    with subprocess.Popen(
        [*_COMMAND, "download", str(target)], stderr=subprocess.PIPE, env=environment(large), cwd="/"
    ) as process:
        until(lambda: any(view.state is State.IN_PROGRESS for view in downloads.list_all()))
        assert kill_job(1)
        _out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, b"The download was interrupted.\n")
    assert not target.exists()


def test_it_needs_no_terminal_and_no_home(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "cron.csv"
    done = subprocess.run(
        [*_COMMAND, "--database", str(path), "download", str(target)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        cwd="/",
        start_new_session=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert names(target) == ["Ana", "Eva"]
    assert date.fromisoformat(cells(target)[1][3][:10])
