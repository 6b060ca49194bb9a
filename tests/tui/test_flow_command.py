"""`contacts flow`: flows are listed, kept as text, switched on and off without a screen."""

import subprocess
import sys
from pathlib import Path

import pytest

from store import database
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from tests.support import ROOT, Result, contacts

WELCOME = """\
properties:
- name: Client
  type: text
flows:
- name: Welcome
  language: es
  live: yes
  blocks:
  - question: ¿Quién eres?
    save to: Client
  - end: Gracias, {{Client}}
- name: Draft ½ [x]
  blocks:
  - message: '{{nobody}}'
"""
WORDS = "name, phone, email and names of properties are."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return database.open_database(tmp_path / "team.db")


def flow(path: Path, *words: str | Path, stdin: str = "") -> Result:
    return contacts("flow", *words, database=path, stdin=stdin)


def test_flows_are_read_from_a_file_and_listed(path: Path, tmp_path: Path) -> None:
    done = flow(path, "list")
    assert (done.code, done.out) == (0, "")
    assert "no flows yet" in done.err

    file = tmp_path / "flows.yaml"
    file.write_text(WELCOME, encoding="utf-8")
    done = flow(path, "import", file)
    assert (done.code, done.out.splitlines()) == (
        0,
        [
            "Properties made or extended: Client",
            "Flows made: Welcome, Draft ½ [x]",
            "Flow “Welcome” is live now.",
        ],
    )
    assert done.err.splitlines() == [
        f"Line 14: flow “Draft ½ [x]”, block 1: There is no variable “nobody”: {WORDS}",
        "Flow “Draft ½ [x]” is kept as a draft: it cannot be switched on like this.",
    ]
    done = flow(path, "import", file)
    assert (done.code, done.out) == (0, "Flows that were so already: Welcome, Draft ½ [x]\n")

    rows = [line.split("  ") for line in flow(path, "list").out.splitlines()]
    assert [[cell.strip() for cell in row if cell.strip()] for row in rows] == [
        ["Welcome", "live", "2 blocks", "0 runs"],
        ["Draft ½ [x]", "draft", "1 block", "1 fault", "0 runs"],
    ]
    first, second = flow(path, "list", "--json").json_lines
    assert first["changed"].endswith("Z")
    assert first | {"changed": ""} == {
        "id": 1,
        "name": "Welcome",
        "live": True,
        "changes": False,
        "language": "es",
        "blocks": 2,
        "faults": [],
        "runs": 0,
        "last_run": None,
        "changed": "",
    }
    assert (second["live"], second["faults"]) == (
        False,
        [f"block 1: There is no variable “nobody”: {WORDS}"],
    )


def test_what_is_exported_makes_another_account_the_same(path: Path, tmp_path: Path) -> None:
    assert flow(path, "import", "-", stdin=WELCOME).code == 0
    file = tmp_path / "flows.yaml"
    done = flow(path, "export", file)
    assert (done.code, done.out, done.err) == (0, "", "")
    text = file.read_text(encoding="utf-8")
    assert text.partition("\n")[2] == WELCOME

    other = database.open_database(tmp_path / "other.db")
    assert flow(other, "import", "-", stdin=text).code == 0
    assert flow(other, "export", "-").out == text
    only = flow(other, "export", "-", "draft ½ [X]").out
    assert "Draft" in only
    assert "Welcome" not in only


def test_a_file_is_replaced_only_where_it_is_asked_for(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "flows.yaml"
    file.write_text("mine", encoding="utf-8")
    done = flow(path, "export", file)
    assert (done.code, done.out) == (2, "")
    assert "exists already" in done.err
    done = flow(path, "export", file, "Nobody", "--overwrite")
    assert (done.code, done.err) == (2, "There is no flow “Nobody”.\n")
    assert file.read_text(encoding="utf-8") == "mine"
    assert flow(path, "export", "--overwrite", file).code == 0
    assert file.read_text(encoding="utf-8").endswith("\nflows: []\n")
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


def test_faults_of_a_file_are_told_and_nothing_is_imported(path: Path, tmp_path: Path) -> None:
    done = flow(path, "import", "-", stdin=WELCOME + "  live: yes\n  hours: \x1b[2J\n")
    assert (done.code, done.out) == (2, "")
    assert "Line 16: there is a character that YAML does not allow." in done.err
    done = flow(path, "import", "-", stdin=WELCOME + "  hours: '{{['\n  wait: \N{RIGHT-TO-LEFT OVERRIDE}\n")
    assert (done.code, done.out) == (2, "")
    assert [line[:9] for line in done.err.splitlines()] == ["Line 15: ", "Line 16: ", "Nothing w"]
    for missing in (tmp_path, tmp_path / "nowhere.yaml", "a\nb"):
        done = flow(path, "import", missing)
        assert (done.code, done.out) == (2, "")
        assert "cannot be read" in done.err
    assert (flow(path, "list").out, contacts("property", "list", database=path).out) == ("", "")


def test_nothing_is_imported_into_a_database_that_is_read_only(path: Path) -> None:
    done = contacts("--read-only", "flow", "import", "-", database=path, stdin=WELCOME)
    assert (done.code, done.out) == (3, "")
    assert keeping.list_all() == []


def test_flows_are_switched_on_and_off(path: Path) -> None:
    flow(path, "import", "-", stdin=WELCOME)
    keeping.create(Flow("Other", (Block(1, Kind.MESSAGE, "Hi"),)))
    done = flow(path, "on", "other")
    assert (done.code, done.out) == (0, "Flow “Other” is live now.\n")
    assert [row["live"] for row in flow(path, "list", "--json").json_lines] == [False, False, True]

    done = flow(path, "on", "draft ½ [X]")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Flow “Draft ½ [x]”, block 1: There is no variable “nobody”")
    assert flow(path, "on", "Nobody").code == 2
    live = keeping.live()
    assert live is not None
    assert live.flow.name == "Other"

    for _turn in range(2):
        done = flow(path, "off")
        assert (done.code, done.out, done.err) == (0, "", "")
        assert keeping.live() is None


def test_yaml_is_read_only_where_a_file_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import tui.commands.flows, sys; print('yaml' in sys.modules)"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout == "False\n"
