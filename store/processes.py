"""Processes of our own: commands that run what a module does, wherever it was imported from."""

import os
import sys
from pathlib import Path


def command(module: str) -> list[str]:
    """The command that calls a module's `main`, which finds further words in `sys.argv`.

    With `environment` and the folder / it runs no other's: a plain `python -m` would run the `store` of
    whatever folder a person stands in. It would also compile the module anew each time. The collector is
    off: modules are no garbage, to look for it among them while they come takes 4 ms.
    """
    return [sys.executable, "-P", "-c", f"import gc; gc.disable(); from {module} import main; main()"]


def environment() -> dict[str, str]:
    """The environment in which our modules are found, wherever they were imported from."""
    root = str(Path(__file__).resolve().parents[1])
    others = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{others}" if others else root}
