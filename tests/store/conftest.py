"""What several tests of the store need."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system needs the right to mount one: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        database.close()
        # Lazily: the process of a job that has just finished may still be on its way out.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
