"""Flows as text: a person reads and edits it, and no other database makes anything else of it."""

import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import database, properties
from store.errors import ContactsError, FileUnusable, InvalidFlow
from store.flows import keeping, script, yaml_text
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving
from store.flows.checks import DEPTH_LIMIT
from store.flows.editing import renumbered_flow
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType
from tests.store.flowing import account
from tests.support import ROOT

READABLE = """\
# Flows, and the contact properties that they use; read by: contacts flow import FILE
properties:
- name: Client
  type: text
- name: Document
  type: number
  hidden: yes
- name: Plan
  type: list
  values:
  - Gold
  - 'No'
flows:
- name: Bienvenida
  language: es
  hours: 12
  live: yes
  blocks:
  - message: |
      Hola {{name}}, ¿qué tal?
      Somos # Acme: "la tienda"
  - question: Who are you?
    save to: Client
    overwrite: yes
  - question: What is your document number?
    expects: number
    save to: Document
    attempts: 5
    retry: Digits only, please.
    reminder:
      after minutes: 60
      text: Are you there, {{Client}}?
    if wrong:
    - message: An agent will call you.
    - end
  - options: Which plan?
    choices:
    - text: Gold
      then:
      - message: Welcome to the club!
    - 'No'
    menu: Plans
    save to: Plan
    if wrong: go on
  - end: Thank you, {{Client}}!
- name: Later
  blocks:
  - message: '{{name}}: soon'
"""


@pytest.mark.usefixtures("db")
def test_a_file_is_pleasant_to_read() -> None:
    done = script.import_(READABLE.encode())
    assert done.properties == ("Client", "Document", "Plan")
    assert (done.created, done.live, done.notes) == (("Bienvenida", "Later"), "Bienvenida", ())
    client, document, plan = properties.list_all()
    assert (document.hidden, plan.choices) == (True, ("Gold", "No"))
    blocks = keeping.named("bienvenida").flow.blocks
    assert blocks[0].text == 'Hola {{name}}, ¿qué tal?\nSomos # Acme: "la tienda"'
    assert blocks[1].saving == Saving(client.id, overwrite=True)
    assert blocks[2].reminder == Reminder(60, f"Are you there, {{{{#{client.id}}}}}?")
    assert blocks[2].invalid == (Block(4, Kind.MESSAGE, "An agent will call you."), Block(5, Kind.END))
    assert (blocks[3].invalid, blocks[3].saving, blocks[3].menu) == ((), Saving(plan.id), "Plans")
    assert blocks[3].options == (
        Option("Gold", (Block(7, Kind.MESSAGE, "Welcome to the club!"),)),
        Option("No"),
    )
    assert script.export().text == READABLE


@pytest.mark.usefixtures("db")
def test_the_example_of_the_readme_can_be_switched_on() -> None:
    _before, _fence, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition("```yaml\n")
    done = script.import_(rest.partition("```")[0].encode())
    assert (done.created, done.live, done.notes) == (("Welcome",), "Welcome", ())
    assert len(list(keeping.named("Welcome").flow.walk())) == 7


@pytest.mark.usefixtures("db")
def test_people_may_write_it_in_their_own_way() -> None:
    account()
    written = """
        flows:
          - Name: "Welcome"   # a comment
            live: Sí
            blocks:
              - {Message: 'Hi {{ CLIENT }}', }
              - Question: 2026
                EXPECTS: Number
                Save to: document
                overwrite: verdadero
                if wrong: []
              - End:
    """
    script.import_(textwrap.dedent(written).encode("utf-8-sig").replace(b"\n", b"\r\n"))
    view = keeping.named("Welcome")
    assert view.is_live
    assert view.flow.blocks == (
        Block(1, Kind.MESSAGE, "Hi {{#1}}"),
        Block(2, Kind.QUESTION, "2026", PropertyType.NUMBER, saving=Saving(2, True), invalid=()),
        Block(3, Kind.END),
    )


def state() -> object:
    return properties.list_all(), keeping.list_all()


@pytest.mark.usefixtures("db")
def test_all_faults_are_told_with_their_lines_and_nothing_is_imported() -> None:
    properties.create("Client", PropertyType.TEXT)
    keeping.create(Flow("Welcome", (Block(1, Kind.MESSAGE, "Hi"),)))
    written = """\
        properties:
        - name: Client
          type: number
        - name: New
          type: text
        - name: Email
          type: text
        - name: Odd
          type: colour
        flows:
        - name: Welcome
          hours: many
          blocks:
          - message: Bye
          - question: Who?
            expect: number
            save to: Nobody
          - options: Which?
            choices:
            - text: A
              then:
              - question: Why?
                save to: Odd
                reminder: {text: Well}
            overwrite: perhaps
          - mesage: Hi
          - message: [Hi]
          - message: '{{#1}}'
        - name: Good
          live: yes
          blocks:
          - message: '{{Cliente}}'
        - name: Better
          live: yes
        - name: good
        """
    before = state()
    with pytest.raises(InvalidFlow) as error:
        script.import_(textwrap.dedent(written).encode())
    kinds = "“message”, “question”, “options”, “end”"
    quotes = "put one that begins with [ or { in quotes"
    known = "question, expects, save to, overwrite, attempts, retry, reminder, if wrong"
    variables = "name, phone, email and names of properties"
    assert str(error.value).splitlines() == [
        "Line 2: property “Client”: It is here already with the type text, not number.",
        "Line 6: property “Email”: “Email” is the name of a built-in column; choose another.",
        "Line 9: “colour” is no type; these are: text, number, boolean, date, email, list.",
        "Line 12: flow “Welcome”: “many” is no whole number.",
        f"Line 16: flow “Welcome”, block 2: “expect” is not known here; known are: {known}.",
        "Line 17: flow “Welcome”, block 2: There is no property “Nobody”.",
        "Line 24: flow “Welcome”, block 4: “after minutes” is missing.",
        "Line 25: flow “Welcome”, block 3: “perhaps” is neither yes nor no.",
        "Line 25: flow “Welcome”, block 3: “save to” is missing.",
        f"Line 26: flow “Welcome”, block 5: a block has one of these words: {kinds}.",
        f"Line 27: flow “Welcome”, block 6: a text is expected here; {quotes}.",
        "Line 28: flow “Welcome”, block 7: “#1” is no name; write the property's name between the braces.",
        f"Line 32: flow “Good”, block 1: There is no variable “Cliente”: {variables} are.",
        "Line 33: flow “Better”: This flow is empty: add a block.",
        "Line 33: flow “Better”: only one flow can be live; “Good” is to be already.",
        "Line 35: “good” stands in this file twice.",
        "Nothing was imported.",
    ]
    assert state() == before


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (b"", "The file is empty."),
        (b"# nothing\n", "The file is empty."),
        (b"\xff\xfe\x00", "The file is not UTF-8 text; save it as such."),
        (b" " * 1_000_001, "The file is larger than 1,000,000 bytes; split it into several."),
        (b"flows:\n- &a {name: x}\n- *a", "Line 2: “&” and “\\*”"),
        (b"flows: *a", "Line 1: “&” and “\\*”"),
        (b"flows:\n- !!python/object:os.system {}", "Line 2: “!” at the beginning"),
        (b"flows: []\nflows: []", "Line 2: “flows” stands here twice."),
        (b"flows:\n- name: x\n  name: y", "Line 3: “name” stands here twice."),
        (b"flows: []\n---\nflows: []", "Line 2: this cannot be read as YAML"),
        (b"flows:\n- name: a: b", "Line 2: this cannot be read as YAML .*in quotes"),
        (b"flows:\n- message: {{name}} hi", "Line 2: this cannot be read as YAML .*in quotes"),
        (b"flows:\n\t- x", "Line 2: this cannot be read as YAML"),
        (b"flows:\n- name: \x07", "Line 2: there is a character that YAML does not allow."),
        (b'flows: "\\UFFFFFFFF"', "The file cannot be read as YAML."),
        (b"%YAML 1." + b"9" * 5_000 + b"\n---\nx", "The file cannot be read as YAML."),
        (b"[" * 100_000, "Line 1: too many levels lie within one another."),
        (b"- " * 100_000, "Line 1: too many levels lie within one another."),
        (b"just words", "Line 1: lines of these are expected here: properties, flows."),
        (b"- x", "Line 1: lines of these are expected here: properties, flows."),
        (b"{[]: x}", "Line 1: “{ }” is not known here"),
        (b"flow: []", "Line 1: “flow” is not known here; known are: properties, flows."),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(written: bytes, sentence: str) -> None:
    before = state()
    with pytest.raises((InvalidFlow, FileUnusable), match=sentence):
        script.import_(written)
    assert state() == before


@pytest.mark.usefixtures("db")
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(st.data())
def test_no_file_brings_it_down_or_is_taken_by_half(data: st.DataObject) -> None:
    lines = READABLE.splitlines()
    for _turn in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        scribble = data.draw(
            st.sampled_from(["", "  ", "- ", ": ", "{", "'", "- end: x", "  x: y", "\t", "&a"])
        )
        cut = data.draw(st.integers(0, len(line)))
        lines[place] = line[:cut] + scribble + data.draw(st.sampled_from([line[cut:], ""]))
    before = state()
    try:
        with database.writing():
            script.import_("\n".join(lines).encode())
            raise ZeroDivisionError
    except (ContactsError, ZeroDivisionError):
        assert state() == before


@pytest.mark.usefixtures("db")
def test_a_draft_with_faults_is_imported_and_its_faults_are_told() -> None:
    done = script.import_(b"flows:\n- name: Draft\n  blocks:\n  - end\n  - message: '{{x}}'\n")
    known = "name, phone, email and names of properties"
    assert done.notes == (
        "Line 5: flow “Draft”, block 2: This is never reached: the flow has ended before it.",
        f"Line 5: flow “Draft”, block 2: There is no variable “x”: {known} are.",
        "Flow “Draft” is kept as a draft: it cannot be switched on like this.",
    )
    assert not keeping.named("Draft").is_live


@pytest.mark.usefixtures("db")
def test_a_flow_is_replaced_and_goes_on_as_it_was_until_it_is_switched_on() -> None:
    script.import_(READABLE.encode())
    before = keeping.named("Bienvenida")
    # `live: yes` left out switches nothing off, and nothing on.
    changed = READABLE.replace("Who are you?", "Who is it?").replace("  live: yes\n", "")
    done = script.import_(changed.encode())
    assert (done.replaced, done.unchanged, done.live) == (("Bienvenida",), ("Later",), "")
    assert done.notes == (
        "Flow “Bienvenida” is live as it was; to put its changes to use: contacts flow on NAME",
    )
    view = keeping.named("Bienvenida")
    assert (view.is_live, view.has_changes, view.version_id) == (True, True, before.version_id)
    # A button of an old message must never stand for an option of a new block.
    old, new = ({block.id for block in found.flow.walk()} for found in (before, view))
    assert not old & new

    done = script.import_(changed.replace("hours: 12", "hours: 12\n  live: yes").encode())
    assert (done.unchanged, done.live) == (("Bienvenida", "Later"), "Bienvenida")
    assert not keeping.named("Bienvenida").has_changes


@pytest.mark.usefixtures("db")
def test_properties_that_are_here_get_the_values_they_lack_and_keep_the_rest() -> None:
    properties.create("plan", PropertyType.LIST, choices=["Silver", "Gold"], hidden=True)
    assert script.import_(READABLE.encode()).properties == ("Client", "Document", "plan")
    assert properties.get("Plan") == CustomProperty(
        1, "plan", PropertyType.LIST, ("Silver", "Gold", "No"), True
    )


@pytest.mark.usefixtures("db")
def test_named_flows_are_exported_with_the_properties_that_they_use() -> None:
    known = account()
    texts = {"one": "{{#4}}", "two": "{{member}}"}
    for name, text in texts.items():
        ask = Block(1, Kind.QUESTION, "Who?", saving=Saving(1), retry=text)
        keeping.create(Flow(name, (ask,)))
    for name, used in (("ONE", ["Client", "Born"]), ("two", ["Client", "Member"])):
        text = script.export([name]).text
        assert [item.name for item in known if f"name: {item.name}\n" in text] == used
    assert all(f"name: {item.name}\n" in script.export().text for item in known[:6])


@pytest.mark.usefixtures("db")
def test_what_a_file_cannot_say_is_told() -> None:
    client, lost = (properties.create(name, PropertyType.TEXT) for name in ("Client", "Lost"))
    plain = Block(1, Kind.MESSAGE, f"Hi {{{{#{client.id}}}}}")
    ask = Block(2, Kind.QUESTION, f"{{{{#{lost.id}}}}}?", saving=Saving(lost.id))
    flow_id = keeping.create(Flow("Welcome", (plain,))).id
    keeping.switch_on(flow_id)
    keeping.save(flow_id, Flow("Welcome", (plain, ask)))
    properties.delete(lost.id)
    exported = script.export()
    assert exported.notes == (
        "Flow “Welcome” is live without its last changes; the file has it with them.",
        "Flow “Welcome”, block 2: its answer is saved to a deleted property; the file leaves that out.",
    )
    # Elsewhere its number may be another property's.
    assert "{{deleted 2}}?" in exported.text
    properties.edit(client.id, name="#1")
    with pytest.raises(InvalidFlow, match="“Welcome” speaks of the property “#1”"):
        script.export()


@pytest.mark.usefixtures("db")
def test_the_deepest_ways_are_exported_and_imported() -> None:
    way: tuple[Block, ...] = ()
    for _level in range(DEPTH_LIMIT + 1):
        way = (Block(0, Kind.OPTIONS, "Which?", options=(Option("This", way),), invalid=None),)
    deep = keeping.create(renumbered_flow(Flow("Deep", way)))
    text = script.export().text
    keeping.delete(deep.id)
    script.import_(text.encode())
    assert keeping.named("Deep").flow == deep.flow


@pytest.mark.usefixtures("db")
def test_more_than_can_be_imported_is_not_exported() -> None:
    for number in range(2):
        blocks = tuple(Block(place, Kind.MESSAGE, "x" * 1_000) for place in range(600))
        keeping.create(Flow(f"Long {number}", blocks))
    with pytest.raises(InvalidFlow, match="more than 1,000,000 bytes"):
        script.export()
    assert len(script.export(["Long 0"]).text) < yaml_text.SIZE_LIMIT
