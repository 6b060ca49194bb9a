"""The screen with a watch on its event loop: `python -m tests.benchmarks.launcher FILE [bare]`.

At its end FILE has, as JSON, moments (monotonic seconds) and by how much the loop was late at them. With
`bare` there is no program, only a loop that waits for a key: how late the machine alone makes it.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from store import database

_STEP_SECONDS = 0.005


async def _watch(late: list[tuple[float, float]]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _STEP_SECONDS
        await asyncio.sleep(_STEP_SECONDS)
        late.append((due, loop.time() - due))


async def _screen() -> None:
    from tui.app import ContactsApp

    await ContactsApp().run_async()


async def _bare() -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    print("bare", flush=True)
    await ended.wait()


async def main(file: Path, bare: bool) -> None:
    """Run the screen or nothing, watched."""
    late: list[tuple[float, float]] = []
    task = asyncio.create_task(_watch(late))
    await (_bare() if bare else _screen())
    task.cancel()
    file.write_text(json.dumps(late))


if __name__ == "__main__":
    database.open_database(os.environ["CONTACTS_DATABASE"], create=False)
    asyncio.run(main(Path(sys.argv[1]), bare=sys.argv[2:] == ["bare"]))
