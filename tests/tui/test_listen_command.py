"""`contacts listen`: what it needs is asked for in one sentence, before anything is opened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.listening import SECRETS, assert_discreet, listening
from tests.support import ROOT, Result, contacts


def listen(*words: str, database: Path) -> Result:
    """`contacts listen`, which is expected to end by itself."""
    result = contacts("listen", *words, database=database)
    assert_discreet(result.out + result.err)
    assert result.err.count("\n") == 1
    return result


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "h11"])
def test_a_missing_package_is_named_with_its_cure(tmp_path: Path, package: str) -> None:
    hidden = f"import sys; sys.modules[{package!r}] = None; from tui.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", hidden, "listen"],
        capture_output=True,
        text=True,
        cwd="/",
        env=os.environ | {"CONTACTS_DATABASE": str(tmp_path / "new.db"), "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.returncode == 2
    assert 'pip install ".[whatsapp]"' in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("name", ["CONTACTS_WHATSAPP_APP_SECRET", "CONTACTS_WHATSAPP_VERIFY_TOKEN"])
def test_a_missing_secret_is_named_and_no_database_is_made(
    tmp_path: Path, secrets: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    result = listen(database=tmp_path / "new.db")
    assert result.code == 2
    assert name in result.err
    assert not (tmp_path / "new.db").exists()


def test_a_settings_file_that_others_can_read_is_refused(
    tmp_path: Path, secrets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "contacts").mkdir()
    file = tmp_path / "contacts" / "whatsapp.toml"
    file.write_text('app_secret = "x"')
    file.chmod(0o644)
    result = listen(database=tmp_path / "new.db")
    assert result.code == 2
    assert "chmod 600" in result.err


def test_read_only_can_receive_nothing(db: Path, secrets: None) -> None:
    result = contacts("--read-only", "listen", database=db)
    assert (result.code, result.out) == (3, "")
    assert "reading only" in result.err


def test_a_port_that_is_taken_is_a_sentence(db: Path) -> None:
    with listening(db) as listener:
        port = listener.origin.rpartition(":")[2]
        result = subprocess.run(
            [sys.executable, "-P", "-c", "from tui.cli import main; main()", "listen", "--port", port],
            capture_output=True,
            text=True,
            cwd="/",
            env=os.environ | SECRETS | {"CONTACTS_DATABASE": str(db), "PYTHONPATH": str(ROOT)},
            timeout=60,
        )
    assert result.returncode == 2
    assert f"port {port}" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("host", ["..", "203.0.113.7"])
def test_a_host_that_is_not_ours_is_a_sentence(db: Path, secrets: None, host: str) -> None:
    result = listen("--host", host, "--port", "0", database=db)
    assert result.code == 2
    assert host in result.err


def test_it_is_reached_from_this_machine_only_unless_asked_otherwise(db: Path) -> None:
    with listening(db) as listener:
        assert listener.origin.startswith("http://127.0.0.1:")
        assert listener.log == ""
    with listening(db, "--host", "0.0.0.0") as listener:
        assert "TLS" in listener.log


def test_the_interrupt_key_ends_it(db: Path) -> None:
    with listening(db) as listener:
        assert listener.health().status_code == 200
        listener.process.send_signal(signal.SIGINT)
        assert listener.process.wait(30) == 130
