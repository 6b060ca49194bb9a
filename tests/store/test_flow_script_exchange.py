"""What flows say as text is the same everywhere: exported, imported elsewhere and exported again."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import database, properties
from store.flows import keeping, script, wording, yaml_text
from store.flows.blocks import Block, Flow, Kind, Option, Reminder
from store.flows.editing import renumbered_flow
from store.values.property_type import PropertyType
from tests.store.flowing import KNOWN, account, flows
from tests.support import NAUGHTY

_SCALARS = (
    *("No", "yes", "1", "1_000", "0x1f", "1:30", "~", "null", "2026-01-31", "=", "<<", "on", "end", "go on"),
    *("- x", "-", "? x", ": x", "a: b", "a:", "# x", "x #y", "[x", "{x", "}", "&x", "*x", "!x", "%x"),
    *("'", "''x'", '"', '"x"', "|", ">-", "`x", "@x", "\\n", "x\\", "---", "...", "--- x", "{{", "{{name}"),
)
_LINES = (
    *("a\nb", "a\n\n\nb", "a\n  b\n c", "a \nb", "a\n# b", "a\n- b: c", "---\n...", "a\r\nb", "- a\n- b"),
    *("\tx\n\ty", "x\u0085y", "x\u2028\ny", "x\ufeff\nz", "👍\n👩‍👩‍👧", "x" * 300 + " " + "y " * 300),
)
_VARIABLES = (
    *("{{Client}}", "{{ document }}\nx", "{{NAME}}", "{{#1}}, {{#2}}", "{{ #3 }}", "{{gone}}"),
    *("{{Odd: # name}}", "x {{client}}: y"),
)
_CHARACTERS = ("\ufeffx", "x\x00y", "x\ud800", "\U0010ffff", "\u3000x", "é\u202e")
_odd = st.sampled_from([*NAUGHTY, *_SCALARS, *_LINES, *_VARIABLES, *_CHARACTERS]) | st.text(max_size=30)


@st.composite
def _drafts(draw: st.DrawFn) -> Flow:
    """Flows with texts and numbers that nobody would write, faults and all."""
    flow = draw(flows)

    def asking(block: Block) -> Block:
        count = draw(st.integers(0, 3))
        return replace(
            block,
            attempts=draw(st.sampled_from([-1, 0, 3, 99])),
            retry=draw(st.just("") | _odd),
            menu=draw(st.just("") | _odd) if block.kind is Kind.OPTIONS else "",
            options=tuple(Option(draw(_odd), scribbled(option.blocks)) for option in block.options[:count]),
            invalid=None if block.invalid is None else scribbled(block.invalid),
            reminder=block.reminder and Reminder(draw(st.integers(-5, 500)), draw(_odd)),
        )

    def scribbled(way: tuple[Block, ...]) -> tuple[Block, ...]:
        written = (replace(block, text=draw(_odd)) for block in way)
        return tuple(asking(block) if block.kind.asks else block for block in written)

    language = draw(st.sampled_from(["en", "es", "fr", "No"]))
    return replace(flow, blocks=scribbled(flow.blocks), language=language, hours=draw(st.integers(-1, 99)))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database, to be copied: making one takes ten times as long."""
    path = database.open_database(tmp_path_factory.mktemp("empty") / "empty.db")
    database.close()
    return path


def portrait(flow: Flow) -> Flow:
    """A flow that says the same in every database: properties by name, blocks counted."""
    known = properties.list_all()
    ids = {item.id: -KNOWN.index(same) for item in known for same in KNOWN if same.name == item.name}

    def drawn(text: str) -> str:
        return wording.named(wording.numbered(text, known), known)

    def way(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(
            replace(
                block,
                text=drawn(block.text),
                retry=drawn(block.retry),
                saving=block.saving and replace(block.saving, property_id=ids[block.saving.property_id]),
                options=tuple(replace(option, blocks=way(option.blocks)) for option in block.options),
                invalid=None if block.invalid is None else way(block.invalid),
                reminder=block.reminder and replace(block.reminder, text=drawn(block.reminder.text)),
            )
            for block in blocks
        )

    return renumbered_flow(replace(flow, blocks=way(flow.blocks)))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
@given(drafts=st.lists(_drafts() | flows, min_size=1, max_size=2), some=st.booleans())
def test_what_was_exported_is_imported_elsewhere_with_nothing_lost(
    empty: Path, drafts: Sequence[Flow], some: bool
) -> None:
    names = [f"Flow {number}" for number in range(len(drafts))]
    with TemporaryDirectory() as folder:
        database.open_database(shutil.copy(empty, Path(folder) / "here.db"))
        account()
        for name, draft in zip(names, drafts, strict=True):
            keeping.create(replace(draft, name=name))
        first = script.export(names if some else ())
        drawn = [portrait(view.flow) for view in keeping.list_all()]

        database.open_database(shutil.copy(empty, Path(folder) / "there.db"))
        # Other ids than at home.
        properties.delete(properties.create("Gone", PropertyType.TEXT).id)
        assert script.import_(first.text.encode()).created == tuple(names)
        assert script.export().text == first.text
        assert [portrait(view.flow) for view in keeping.list_all()] == drawn

        before = keeping.list_all(), properties.list_all()
        again = script.import_(first.text.encode())
        assert (again.unchanged, again.created, again.replaced, again.properties) == (
            tuple(names),
            (),
            (),
            (),
        )
        assert (keeping.list_all(), properties.list_all()) == before
        database.close()


@given(st.text() | _odd)
def test_a_text_is_itself_to_other_readers_of_yaml_too(value: str) -> None:
    kept = keeping.clean(value)
    written = yaml_text.write(yaml_text.fields([("a", yaml_text.text(kept)), ("b", yaml_text.items([]))]))
    assert keeping.clean(yaml.safe_load(written)["a"]) == kept
    assert not any(char in written for char in "\x1b\x9b\u202e\u2066\u2028\ufeff")
