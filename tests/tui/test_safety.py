"""Names of strangers are text on every screen; the walls between the rooms hold."""

import ast
import hashlib
import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._compositor import ChopsUpdate, Compositor
from textual._dispatch_key import dispatch_key
from textual._styles_cache import StylesCache
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.widget import Widget
from textual.widgets import DataTable

from store import contacts, imports, properties
from store.values.property_type import PropertyType
from store.whatsapp import inbox
from tests.store.payloads import START, said
from tests.store.payloads import text as words
from tests.support import NAUGHTY, ROOT, finish, plan, workbook
from tests.tui.conftest import Person, Screens
from tui import text
from tui.widgets.line import Line


def assert_harmless(person: Person) -> None:
    """Nothing on the screen acts on the terminal, and no name carries an action to click."""
    strips = person.app.screen._compositor.render_strips(person.app.size)
    for strip in strips:
        for segment in strip:
            assert not [char for char in segment.text if _acts(char)], segment
            meta = segment.style.meta if segment.style is not None else {}
            assert "app.quit" not in str(meta.get("@click", "")), segment


def _acts(char: str) -> bool:
    return ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


def _fits(name: str) -> str:
    """As much of a name as a property's name may have."""
    return "".join(char for char in name if char.isprintable())[:40].strip() or "x"


async def _walk(person: Person, file: Path) -> AsyncIterator[str]:
    """Every screen, with the name on it."""
    yield "list"
    await person.press("enter")
    yield "details"
    await person.press("o")
    yield "options of details"
    await person.press("enter")
    yield "behind a counter"
    await person.press("escape", "e")
    yield "form"
    await person.press("escape", "escape", "o")
    yield "options"
    await person.press("escape", "p")
    await person.until(lambda: person.sees("now."), 5)
    yield "adopted"
    await person.press("d")
    yield "question"
    await person.press("y")
    yield "toast"
    await person.press("u")
    yield "undone"
    await person.press("slash")
    person.app.screen.query_one("#search", Line).insert_text_at_cursor(NAUGHTY[0] + "\x1b")
    await person.settle()
    yield "search"
    await person.press("enter", "w")
    yield "download window"
    await person.press("ctrl+s")
    await person.until(lambda: person.sees("Finished", "Save a copy"), 30)
    yield "downloaded"
    await person.press("escape", "escape", "3")
    yield "downloads"
    await person.press("o")
    yield "download options"
    await person.press("escape", "p")
    yield "download place"
    await person.press("escape", "2")
    yield "imports"
    await person.press("enter")
    yield "import details"
    await person.press("escape", "o", "down", "enter")
    yield "save as"
    await person.press("escape", "5")
    yield "settings"
    await person.press("enter")
    yield "property form"
    await person.press("escape", "d")
    await person.until(lambda: person.sees("Delete the property"), 5)
    yield "property question"
    await person.press("n", "1", "i")
    person.app.screen.query_one("#path", Line).insert_text_at_cursor(str(file))
    await person.press("enter")
    await person.until(lambda: person.sees("2 of 3"), 20)
    yield "columns"
    await person.press("enter")
    yield "targets"


WALKS = [*NAUGHTY[:5], *(" ".join(NAUGHTY[i : i + 4]) for i in range(5, len(NAUGHTY), 4))]
"""The worst names alone, the others four in one."""


@pytest.mark.parametrize("name", WALKS)
async def test_every_screen_shows_the_names_of_strangers_as_text(
    screens: Screens, tmp_path: Path, name: str
) -> None:
    tier = properties.create(_fits(name), PropertyType.LIST, choices=[_fits(name), "Gold"])
    note = properties.create("Note", PropertyType.TEXT)
    contacts.create("+573001234567", name, values={tier.id: _fits(name), note.id: name})
    inbox.receive(
        said(words("in1", START, name, sender="573001234567"), number="573001234567", name=f"{name}!")
    )
    inbox.process_new()
    file = tmp_path / (_fits(name).replace("/", "∕") + ".xlsx")
    safe = "".join(char for char in name if ord(char) >= 32)
    rows = [["Phone", "Name", f"'{safe}"], ["+573001234568", f"'{safe}", f"'{safe}"]]
    workbook(file, rows)
    finish(imports.start(plan(file)))
    async with screens((140, 45)) as person:
        seen = set()
        async for screen in _walk(person, file):
            assert_harmless(person)
            seen.add(screen)
        assert len(seen) == 24
        assert person.app.is_running


@given(st.text())
def test_shown_text_is_one_harmless_line(raw: str) -> None:
    shown = text.shown(raw)
    assert not any(_acts(char) for char in shown)
    assert len(shown) <= text.CELL_LIMIT
    assert text.shown(shown) == shown
    assert text.plain(raw).plain == shown
    assert text.cell(raw).plain == text.steady(raw)
    assert not any(_acts(char) for char in text.steady(raw))


def _calls() -> list[tuple[Path, ast.Call]]:
    found = []
    for path in sorted((ROOT / "tui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                found.append((path, node))
    return found


def test_no_widget_is_given_a_text_that_it_would_read_as_markup() -> None:
    widgets = {"Static", "Label", "Button", "Option", "Tab", "TabPane", "Collapsible", "add_column", "update"}
    wrong = []
    for path, call in _calls():
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name == "notify" and not any(k.arg == "markup" for k in call.keywords):
            wrong.append((path.name, call.lineno, "notify without markup=False"))
        if name in widgets and call.args and isinstance(call.args[0], ast.JoinedStr | ast.Constant):
            wrong.append((path.name, call.lineno, f"{name} of a str"))
    assert wrong == []


def test_every_worker_has_a_group_and_never_ends_the_program() -> None:
    wrong = []
    for path, call in _calls():
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in ("work", "run_worker"):
            given_ = {k.arg for k in call.keywords}
            if not {"group", "exit_on_error"} <= given_:
                wrong.append((path.name, call.lineno))
    assert wrong == []


def _modules_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}; import sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return set(done.stdout.split())


def test_the_store_knows_no_screen() -> None:
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "store").rglob("*.py")
        if "migrations" not in path.parts
    )
    loaded = _modules_after("import " + ", ".join(modules))
    assert not {name for name in loaded if name.split(".")[0] in ("tui", "textual", "rich")}


_NOT_AT_FIRST = (
    *("store.imports", "store.reading", "store.downloads", "store.files", "store.jobs", "store.interactions"),
    *("store.whatsapp", "tui.commands", "tui.words", "store.contacts", "store.properties"),
    *("store.models", "store.values.property_type", "tui.screens.choice", "tui.screens.question"),
    *("tui.widgets.details", "tui.widgets.unseen", "tui.widgets.small_table"),
    *("tui.widgets.fields", "tui.screens.imports", "tui.screens.downloads", "tui.screens.settings"),
)


def test_the_first_screen_imports_nothing_that_it_does_not_need() -> None:
    loaded = _modules_after("import tui.start, tui.cli, tui.app, tui.screens.contacts")
    heavy = {
        "click",
        "openpyxl",
        "phonenumbers",
        "babel",
        "email_validator",
        "playhouse",
        "tzdata",
        "zoneinfo",
    }
    assert not heavy & {name.split(".")[0] for name in loaded}
    assert not {name for name in loaded if name.startswith(_NOT_AT_FIRST)}


def test_the_start_loads_nothing_before_it_has_put_the_collector_off() -> None:
    loaded = _modules_after("import tui.start")
    assert not {name for name in loaded if name.split(".")[0] in ("store", "peewee", "textual", "sqlite3")}


def test_the_screen_starts_without_tls_and_can_load_it_later() -> None:
    start = "from tui import cli; cli.load_asyncio(); import tui.app, tui.screens.contacts"
    assert not {"ssl", "_ssl"} & _modules_after(start)
    assert "_ssl" in _modules_after(f"{start}; import ssl; ssl.create_default_context()")


PARTS = {
    "_set_hover_cursor": "39cec18b5b5f",
    "_scroll_cursor_into_view": "9e4419fb40c5",
    "_get_fixed_offset": "299a650f9e8e",
    "_update_dimensions": "c62ef3216f7c",
    "_highlight_row": "e54b9f8578b8",
    "_post_selected_message": "2b2ec92ecf17",
    "_get_row_region": "abb9e4c3b890",
    "watch_cursor_coordinate": "a4f113b27d09",
}
"""The private parts of DataTable that the contact table leans on, by a digest of their source."""


def test_the_parts_of_data_table_that_we_lean_on_are_as_we_know_them() -> None:
    digests = {name: _digest(getattr(DataTable, name)) for name in PARTS}
    assert digests == PARTS, "DataTable has changed: read the new source before you renew these"


SCREEN_PARTS = {
    "_on_timer_update": "421401660de1",
    "_compositor_refresh": "7a40efe56381",
    "_refresh_layout": "889715478130",
    "_on_screen_resume": "f39caa8ec442",
    "_get_breakpoint_classes": "27b85b46dd8a",
    "_on_idle": "05781131b10d",
    "_reset_focus": "a1469488cdf6",
}
"""The same of Screen, for pages that are painted once."""
APP_PARTS = {
    "switch_mode": "0bea775929e2",
    "delay_update": "44f4c078fd32",
    "_init_mode": "962fb98bc495",
    "_display": "4b78dff6669a",
    "_end_batch": "588c75faa310",
    "_check_bindings": "c9643552d942",
    "_on_key": "474680364759",
}
PAINTING_PARTS: dict[Callable[..., object], str] = {
    Compositor._get_renders: "8ac93299aa5d",
    Compositor._render_chops: "ca8c3359d7af",
    ChopsUpdate.render_segments: "4c1cdb567e0b",
    StylesCache.render: "0945715ef8ae",
    Widget.render_lines: "1f2a11f3d518",
    ScrollBar.render: "43a56156a9a6",
    ScrollBarRender.__rich_console__: "39854fc82928",
    Widget._check_refresh: "ad1c8196be97",
    dispatch_key: "965f6da4ae9b",
    Driver.send_message: "4ecf73a431b2",
}
"""What tables, their scroll bars and their keys go without."""


def test_the_parts_that_tables_are_painted_without_are_as_we_know_them() -> None:
    assert {part: _digest(part) for part in PAINTING_PARTS} == PAINTING_PARTS


def test_the_parts_of_screen_and_app_that_pages_lean_on_are_as_we_know_them() -> None:
    assert {name: _digest(getattr(Screen, name)) for name in SCREEN_PARTS} == SCREEN_PARTS
    assert {name: _digest(getattr(App, name)) for name in APP_PARTS} == APP_PARTS


def _digest(function: Callable[..., object]) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]


def test_the_contracts_between_the_rooms_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
