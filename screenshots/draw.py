"""Draw the pictures of the README from the real program: `python screenshots/draw.py`."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

os.environ["TZ"] = "UTC"
time.tzset()

import openpyxl  # noqa: E402 - after the time zone is set

from store import demo, downloads, imports, language  # noqa: E402
from store.downloads import Plan  # noqa: E402
from store.properties import list_all  # noqa: E402
from store.reading import columns, reader  # noqa: E402
from tui.app import ContactsApp  # noqa: E402
from tui.widgets.line import Line  # noqa: E402

HERE = Path(__file__).parent
SIZE = (140, 34)
_CELLS = "text { direction: ltr; unicode-bidi: bidi-override; }"
"""Cell by cell from the left, as terminals draw; a browser would turn rows with Arabic names around."""


async def _draw(folder: Path) -> None:
    app = ContactsApp()
    async with app.run_test(size=SIZE) as pilot:

        async def press(*keys: str) -> None:
            for key in keys:
                await pilot.press(key)
            await asyncio.sleep(0.6)
            await pilot.pause()

        def save(name: str) -> None:
            picture = app.export_screenshot(title="contacts").replace("<style>", f"<style>{_CELLS}", 1)
            (HERE / f"{name}.svg").write_text(picture + "\n")

        await press("down", "down")
        save("contacts")
        await press("slash", "m", "a", "r", "i", "a")
        save("search")
        await press("escape", "n")
        save("create")
        await press("escape", "5")
        save("properties")
        await press("1", "i")
        app.screen.query_one("#path", Line).value = str(_clients(folder, "marzo.xlsx", 7))
        await press("enter")
        await asyncio.sleep(2)
        await press()
        save("import")
        await press("ctrl+k")
        await asyncio.sleep(2)
        await press()
        save("check")
        await press("escape")
        await asyncio.sleep(1)
        await press("escape", "escape", "2")
        save("imports")
        await press("3")
        save("downloads")
        await press("4")
        save("flows")
        await press("enter", *["down"] * 3)
        save("flow")
        await press("escape", "p", *"Acme", "enter", *"many", "enter", *"1234567", "enter")
        save("rehearsal")


def _clients(folder: Path, name: str, others: int) -> Path:
    """An Excel file as a company brings it; its numbers differ with `others`."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Clientes"
    sheet.append(["Celular", "Nombre completo", "Correo", "Tier", "Ciudad"])
    sheet.append([3001234560 + others, "Ana Restrepo", "ana@example.com", "Gold", "Bogotá"])
    sheet.append([f"310 987 654{others}", "Julián Muñoz", None, "Silver", "Cali"])
    sheet.append([f"+52 1 55 1234 567{others}", "Ximena Núñez", None, None, "Ciudad de México"])
    sheet.append(["5.73E+11", "Mateo Peña", None, "Gold", "Medellín"])
    path = folder / name
    book.save(path)
    return path


def _import(path: Path) -> None:
    preview = reader.preview(path)
    assignment = columns.propose(preview.headers, list_all())
    plan = imports.Plan(path, preview.sheet, preview.headers, preview.header_row, assignment, country="CO")
    import_id = imports.start(plan)
    while imports.get(import_id).is_running:
        time.sleep(0.1)


def _download() -> None:
    first, today = downloads.day_limits()
    for plan in (
        Plan(),
        Plan(search="maria", language="es", separator=";"),
        Plan(first, today, language="pt", format="xlsx"),
    ):
        download_id = downloads.start(plan)
        while downloads.get(download_id).is_running:
            time.sleep(0.1)


def main() -> None:
    """Write every picture anew."""
    language.use("en")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        demo.build(folder / "demo.db")
        _import(_clients(folder, "clientes.xlsx", 3))
        _download()
        asyncio.run(_draw(folder))


if __name__ == "__main__":
    main()
