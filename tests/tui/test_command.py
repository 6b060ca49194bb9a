"""The words of `contacts`: JSON, sentences and exit codes are a contract."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from store import contacts as contacts_
from store import database, search
from store.models import Contact
from store.reading import readers
from store.values.property_type import PropertyType
from tests.support import NAUGHTY, ROOT, contacts, long_file, start_contacts, three_samples, until, workbook
from tui.words import group

HEAD = ["Phone", "Name"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "team.db"


def test_a_contact_from_birth_to_the_bin(path: Path) -> None:
    contacts("property", "add", "Tier", "--type", "list", "--value", "Gold", database=path)
    contacts("property", "add", "Score", "--type", "number", database=path)
    contacts("property", "add", "Known", "--type", "boolean", "--hidden", database=path)
    made = contacts(
        *("add", "+57 300 123 4567", "Ana", "--email", "a@b.co"),
        *("--set", "tier=Gold", "--set", "Score=1,234.5", "--set", "Known=sí", "--json"),
        database=path,
    )
    assert made.code == 0
    assert made.json | {"created": None} == {
        "id": 1,
        "phone": "+573001234567",
        "name": "Ana",
        "email": "a@b.co",
        "created": None,
        "first_interaction": None,
        "last_interaction": None,
        "user_initiated": 0,
        "business_initiated": 0,
        "cancelled_outbounds": 0,
        "received_notifications": 0,
        "properties": {"Tier": "Gold", "Score": "1234.5", "Known": True},
    }
    edited = contacts("edit", "id:1", "--name", "Eva", "--set", "Tier=", "--json", database=path)
    assert (edited.json["name"], edited.json["properties"]) == ("Eva", {"Score": "1234.5", "Known": True})
    assert contacts("show", "573001234567", "--json", database=path).json == edited.json
    shown = contacts("show", "id:1", database=path).out
    assert "Eva" in shown
    assert "Known" not in shown
    refused = contacts("delete", "id:1", database=path)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert contacts("delete", "id:1", "--yes", database=path).code == 0
    assert contacts("list", database=path).out == ""


def test_list_sorts_searches_and_limits(path: Path) -> None:
    for digit, name in (("1", "Zoe"), ("2", "ana"), ("3", "Ñandú")):
        contacts("add", f"+57300123456{digit}", name, database=path)
    names = [c["name"] for c in contacts("list", "--sort", "name", "--json", database=path).json_lines]
    assert names == ["ana", "Ñandú", "Zoe"]
    descending = contacts("list", "--sort", "name", "--descending", "--limit", "1", "--json", database=path)
    assert descending.json["name"] == "Zoe"
    assert contacts("list", "--search", "nandu", "--json", database=path).json["phone"] == "+573001234563"


def test_an_import_prints_one_object_and_follows_its_job(path: Path, tmp_path: Path) -> None:
    done = contacts("import", three_samples(tmp_path)["extra"], "--json", database=path)
    assert done.code == 4
    assert done.json == {
        "id": 1,
        "state": "finished",
        "file": "extra.xlsx",
        "rows": 3,
        "created": 2,
        "duplicates": 0,
        "rejected": 1,
        "not_processed": 0,
        "report": None,
    }
    again = contacts("import", tmp_path / "simple.xlsx", "--json", database=path)
    assert (again.code, again.json["created"]) == (0, 3)
    again = contacts("import", tmp_path / "simple.xlsx", "--json", database=path)
    assert (again.code, again.json["duplicates"]) == (0, 3)
    assert [i["id"] for i in contacts("imports", "--json", database=path).json_lines] == [3, 2, 1]
    report = contacts("import", "--report", "1", tmp_path / "r.xlsx", "--json", database=path)
    assert report.json["report"] == str(tmp_path / "r.xlsx")
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames == ["Results", "Summary"]
    assert contacts("import", "--report", "1", tmp_path / "r.xlsx", database=path).code == 2


def test_columns_are_assigned_by_words(path: Path, tmp_path: Path) -> None:
    contacts("property", "add", "Client", "--type", "text", database=path)
    rows = [["a=b", "Quién", "Otro", "Name"], ["3001234567", "Ana", "Acme", "nobody"]]
    file = workbook(tmp_path / "a.xlsx", rows)
    done = contacts(
        *("import", file, "--assign", "a=b=phone", "--assign", "Quién=name", "--assign", "Otro=Client"),
        *("--assign", "Name=", "--country", "Colombia", "--json"),
        database=path,
    )
    assert (done.code, done.json["created"]) == (0, 1)
    ana = contacts("list", "--json", database=path).json
    assert (ana["phone"], ana["name"], ana["properties"]) == ("+573001234567", "Ana", {"Client": "Acme"})


def test_numbers_scattered_over_countries_are_warned_of(path: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", [HEAD, [573001234567, "Ana"], [250788123123, "Keza"]])
    assert "2 countries" in contacts("import", file, database=path).err


def test_a_detached_import_can_be_stopped(path: Path, tmp_path: Path) -> None:
    started = contacts("import", long_file(tmp_path / "a.xlsx", 100_000), "--detach", database=path)
    stopped = contacts("import", "--stop", started.out.strip(), "--json", database=path)
    assert stopped.json["state"] == "stopped"
    assert stopped.json["not_processed"] > 0
    assert sum(stopped.json[k] for k in ("created", "duplicates", "rejected", "not_processed")) == 100_000


def test_an_interrupt_from_the_keyboard_stops_the_import_and_ends_with_130(
    path: Path, tmp_path: Path
) -> None:
    file = long_file(tmp_path / "a.xlsx", 100_000)
    running = start_contacts("import", file, "--json", database=path)
    until(lambda: "in_progress" in contacts("imports", "--json", database=path).out)
    running.send_signal(signal.SIGINT)
    out, _err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert '"state": "stopped"' in out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["show", "+573009999999"], 2, "There is no contact"),
        (["add", "12", "Ana"], 2, "too short"),
        (["add", "+579999999999", "Ana"], 2, "no known range"),
        (["add", "+573001234567", "Ana", "--set", "Nothing=1"], 2, "no property “Nothing”"),
        (["add", "+573001234567", "Ana", "--set", "Nothing"], 2, "PROPERTY=VALUE"),
        (["property", "add", "phone", "--type", "text"], 2, "built-in"),
        (["property", "delete", "Nothing", "--yes"], 2, "no property"),
        (["import", "/no/such.xlsx"], 2, "There is no file"),
        (["import"], 2, "Name the file"),
        (["import", "--stop", "9"], 2, "no import 9"),
        (["frobnicate"], 2, "No such command"),
        (["list", "--sort", "shoe"], 2, "not one of"),
        (["template", "/no/folder/t.xlsx"], 2, "no folder"),
        ([], 2, "needs a terminal"),
    ],
)
def test_wrong_use_ends_with_a_sentence(path: Path, words: list[str], code: int, sentence: str) -> None:
    done = contacts(*words, database=path)
    assert (done.code, sentence in done.err, done.out) == (code, True, ""), done
    assert "Traceback" not in done.err


def test_a_wrong_file_makes_no_database(path: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("phone,name\n")
    assert contacts("import", tmp_path / "a.csv", database=path).code == 2
    assert not path.exists()


@pytest.mark.parametrize("location", ["/no/folder/x.db", "postgresql://u:secret@h/d", "/proc/version"])
def test_a_database_that_cannot_be_opened_ends_with_3(location: str, path: Path) -> None:
    done = contacts("--database", location, "list", database=path)
    assert done.code == 3
    assert "secret" not in done.err
    assert "Traceback" not in done.err


def test_read_only_lists_and_refuses_to_write(path: Path) -> None:
    contacts("add", "+573001234567", "Ana", database=path)
    assert contacts("--read-only", "list", "--json", database=path).json["name"] == "Ana"
    assert contacts("--read-only", "delete", "id:1", "--yes", database=path).code == 3


def test_names_of_strangers_do_nothing_to_the_terminal(path: Path) -> None:
    database.open_database(path)
    for index, name in enumerate(NAUGHTY):
        contacts_.create(f"+5730012345{index:02}", name)
    database.close()
    outputs = [contacts(*words, database=path) for words in (["list"], ["show", "id:5"], ["list", "--json"])]
    for done in outputs:
        assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in done.out)
    listed = contacts("list", "--json", database=path).json_lines
    assert {c["name"] for c in listed} == {name.strip() for name in NAUGHTY}


def test_a_reader_that_has_seen_enough_is_no_error(path: Path) -> None:
    database.open_database(path)
    with database.writing():
        Contact.insert_many(
            {"name": f"N{i}", "created": 1, "changed": 1, "origin": "hand", "search_key": "n"}
            for i in range(3_000)
        ).execute()
        search.add_after(0)
    database.close()
    script = f'"{sys.executable}" -c "from tui.cli import main; main()" list | head -1'
    env = os.environ | {"CONTACTS_DATABASE": str(path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_properties_are_listed_edited_and_deleted(path: Path) -> None:
    contacts("property", "add", "Tier", "--type", "list", "--value", "Gold", database=path)
    contacts("property", "edit", "tier", "--name", "Level", "--hidden", "--value", "Silver", database=path)
    assert contacts("property", "list", "--json", database=path).json == {
        "id": 1,
        "name": "Level",
        "type": "list",
        "hidden": True,
        "values": ["Gold", "Silver"],
    }
    assert contacts("property", "delete", "Level", "--yes", database=path).code == 0
    assert contacts("property", "list", "--json", database=path).out == ""


def test_every_word_has_help() -> None:
    words = ["import", "imports", "template", "property", "list", "show", "add", "edit", "delete", "demo"]
    for word in words:
        done = contacts(word, "--help", database=Path("/nowhere/x.db"))
        assert (done.code, "Usage: contacts" in done.out) == (0, True), word


def _in_terminal(database_path: Path, *words: str, until: bytes, send: int | None) -> tuple[int, bytes]:
    """Run the screen in a pseudo-terminal until it shows something, send a signal, and wait for its end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(
            CONTACTS_DATABASE=str(database_path), PYTHONPATH=str(ROOT), TERM="xterm-256color", LINES="24"
        )
        os.execv(sys.executable, [sys.executable, "-c", "from tui.cli import main; main()", *words])
    shown = b""
    deadline = time.monotonic() + 60
    signalled = False
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 65_536)
            except OSError:
                break
        if until in shown and not signalled:
            signalled = True
            if send is None:
                os.write(terminal, b"q")
            else:
                os.kill(pid, send)
    _pid, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown


@pytest.mark.parametrize(
    ("send", "code"), [(None, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["q", "TERM", "HUP"]
)
def test_the_screen_ends_with_the_terminal_restored(path: Path, send: int | None, code: int) -> None:
    ended, shown = _in_terminal(path, until=b"No contacts yet", send=send)
    assert ended == code
    # Back from the alternate screen, with the cursor visible again.
    assert shown.rindex(b"\x1b[?1049l") > shown.rindex(b"\x1b[?1049h")
    assert b"\x1b[?25h" in shown[shown.rindex(b"\x1b[?1049l") :]


def test_the_demo_touches_nothing_of_the_person(path: Path, tmp_path: Path) -> None:
    ended, shown = _in_terminal(path, "demo", until=b"2,000 contacts", send=None)
    assert ended == 0
    assert b"Traceback" not in shown
    assert not path.exists()
    assert not (tmp_path / "home" / "data" / "contacts").exists()


def test_what_the_store_writes_the_command_reads(path: Path) -> None:
    database.open_database(path)
    from store import properties

    properties.create("Born", PropertyType.DATE)
    database.close()
    done = contacts("add", "+573001234567", "Ana", "--set", "Born=31/12/1990", "--json", database=path)
    assert done.json["properties"] == {"Born": "1990-12-31"}


def test_a_list_of_all_words_starts_no_reader_and_an_import_does(capsys: pytest.CaptureFixture[str]) -> None:
    readers.dismiss()
    group().main(["--help"], standalone_mode=False)
    assert "import" in capsys.readouterr().out
    assert not readers._ahead
    group().main(["import", "--help"], standalone_mode=False)
    assert readers._ahead
    readers.dismiss()
