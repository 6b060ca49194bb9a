"""`contacts record`, `contacts replay` and `contacts show --interactions`: a contract for bots."""

import json
from pathlib import Path
from typing import Any

import pytest

from store import database, events, search
from store.flows import keeping
from store.flows.blocks import Block, Flow, Kind
from store.models import Contact
from tests.support import Result, contacts

ANA = "+573001234567"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return database.open_database(tmp_path / "team.db")


def shown(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = contacts("show", ANA, "--interactions", "--json", database=path).json
    return found


def counters(path: Path) -> tuple[int, int, int, int]:
    found = shown(path)
    return (
        found["user_initiated"],
        found["business_initiated"],
        found["cancelled_outbounds"],
        found["received_notifications"],
    )


def record(path: Path, *words: str, stdin: str = "") -> Result:
    return contacts("record", *words, database=path, stdin=stdin)


def test_each_kind_moves_its_counter(path: Path) -> None:
    for word in ("--inbound", "--outbound", "--cancelled", "--notification"):
        done = record(path, word, ANA)
        assert (done.code, done.out, done.err) == (0, "", "")
    assert counters(path) == (1, 1, 1, 1)
    assert [entry["kind"] for entry in shown(path)["interactions"]] == ["notification", "outbound", "inbound"]


def test_the_same_id_counts_once(path: Path) -> None:
    for _turn in range(2):
        assert record(path, "--outbound", ANA, "--id", "m1", "--at", "2026-05-01T10:00:00Z").code == 0
        assert record(path, "--notification", ANA, "--id", "n1", "--at", "2026-05-01T10:00:00Z").code == 0
    assert counters(path) == (0, 1, 0, 1)


def test_times_are_of_the_settings_zone_unless_they_name_their_own(path: Path) -> None:
    with database.writing():
        database.db.execute_sql("INSERT INTO setting VALUES ('time_zone', '\"America/Bogota\"')")
    record(path, "--inbound", "57 300 1234567", "--at", "2026-05-01 10:00")
    record(path, "--inbound", ANA, "--at", "2026-05-01T16:30:00+01:00")
    assert shown(path)["first_interaction"] == "2026-05-01T15:00:00Z"
    assert shown(path)["last_interaction"] == "2026-05-01T15:30:00Z"
    assert counters(path) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--cancelled", ANA), "Nothing is open that could be cancelled."),
        (("--inbound", "12"), "“12” is not a phone number"),
        (("--inbound", "id:9"), "There is no contact id:9."),
        (("--inbound", ANA, "--at", "soon"), "“soon” is no time; write it like 2026-05-31T14:30."),
        (("--inbound", ANA, "--at", "2999-01-01"), "lies too far back or ahead"),
        (("--inbound", ANA, "--id", " "), "An id is a text of 1 to 512 characters."),
        ((ANA,), "Say one of --inbound"),
        (("-", "--inbound"), "With - the lines say all"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = record(path, *words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert Contact.select().count() == 0


def test_a_contact_without_a_number_is_named_by_its_id(path: Path) -> None:
    with database.writing():
        Contact.create(name="@ana", created=1, changed=1, origin="message", search_key="@ana")
        search.add([1])
    assert record(path, "--outbound", "id:1").code == 0
    assert contacts("show", "id:1", "--json", database=path).json["business_initiated"] == 1


LINES = [
    {"kind": "inbound", "phone": ANA, "at": "2026-05-01T10:00:00Z", "id": "a"},
    {"kind": "inbound", "phone": ANA, "at": 1_777_629_700, "id": "b"},
    {"kind": "inbound", "phone": ANA, "at": "2026-05-01T10:00:00Z", "id": "a"},
    {"kind": "outbound", "phone": ANA, "at": "2026-05-03T10:00:00Z", "id": "c"},
    {"kind": "cancelled", "phone": ANA, "at": "2026-05-03T11:00:00Z", "id": "d"},
    {"kind": "notification", "phone": ANA, "at": "2026-05-03T12:00:00Z", "id": "e"},
]


def fed(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def test_lines_of_json_are_recorded_with_the_same_idempotency(path: Path) -> None:
    done = record(path, "-", stdin=fed(*LINES))
    assert (done.code, done.out, done.err) == (0, "5 recorded, 1 known already, 0 refused\n", "")
    assert counters(path) == (1, 1, 1, 1)
    again = record(path, "-", stdin=fed(*LINES).rstrip())
    assert (again.code, again.out) == (0, "0 recorded, 6 known already, 0 refused\n")
    assert counters(path) == (1, 1, 1, 1)


def test_lines_that_are_refused_have_a_sentence_each_and_the_rest_counts(path: Path) -> None:
    bad = [
        {"kind": "cancelled", "phone": ANA, "id": "x"},
        {"kind": "dance", "phone": ANA},
        {"kind": "inbound"},
        {"kind": "inbound", "phone": "\x1b[2J12"},
        {"kind": "inbound", "phone": ANA, "time": 5},
        {"kind": "inbound", "phone": ANA, "at": [1]},
        {"kind": "inbound", "phone": ANA, "id": 5},
        [1],
    ]
    stdin = fed(*bad) + "\n" + "[" * 50_000 + "\n" + fed(LINES[0])
    done = record(path, "-", stdin=stdin)
    assert (done.code, done.out) == (4, "1 recorded, 0 known already, 9 refused\n")
    told = done.err.splitlines()
    assert [line.split(":")[0] for line in told] == [
        f"Line {number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10)
    ]
    assert told[0] == "Line 1: Nothing is open that could be cancelled."
    assert "\x1b" not in done.err
    assert counters(path) == (1, 0, 0, 0)


def test_thousands_of_lines_are_recorded_in_one_go(path: Path) -> None:
    made = [{"kind": "inbound", "phone": f"+57300{i % 50:07}", "id": f"m{i}"} for i in range(2_000)]
    done = record(path, "-", stdin=fed(*made))
    assert done.out == "2,000 recorded, 0 known already, 0 refused\n"
    assert Contact.select().count() == 50


def test_replay_makes_everything_anew(path: Path) -> None:
    record(path, "-", stdin=fed(*LINES))
    before = shown(path)
    with database.writing():
        Contact.update(user_initiated=7, first_interaction=0).execute()
    done = contacts("replay", database=path)
    assert (done.code, done.out) == (0, "Deliveries: 5, of which not understood: 0\n")
    after = shown(path)
    assert {**after, "interactions": None} == {**before, "interactions": None}
    assert [entry["opened"] for entry in after["interactions"]] == [
        entry["opened"] for entry in before["interactions"]
    ]


def test_nothing_is_recorded_or_replayed_read_only(path: Path) -> None:
    for words in (("record", "--inbound", ANA), ("replay",)):
        done = contacts("--read-only", *words, database=path)
        assert (done.code, "reading only" in done.err) == (3, True)


def test_show_prints_interactions_only_when_asked(path: Path) -> None:
    record(path, "--inbound", ANA, "--at", "2026-05-01T10:00:00Z")
    assert "interactions" not in contacts("show", ANA, "--json", database=path).json
    plain = contacts("show", ANA, database=path).out
    assert "begun by the person" not in plain
    asked = contacts("show", ANA, "--interactions", database=path).out
    assert asked.startswith(plain)
    assert "2026-05-01 10:00  2026-05-01 10:00  begun by the person  expired" in asked


def flow(path: Path, *, faulty: bool = False) -> keeping.FlowView:
    """A draft that was never switched on."""
    database.open_database(path)
    text = "" if faulty else "Which client?"
    return keeping.create(Flow("Début", (Block(1, Kind.QUESTION, text),), hours=3))


def test_an_outbound_carries_a_flow_which_is_published_by_it(path: Path) -> None:
    draft = flow(path)
    assert record(path, "--outbound", ANA, "--id", "m1", "--flow", "debut").code == 0
    lines = json.dumps({"kind": "outbound", "phone": ANA, "id": "m2", "flow": "Début"})
    assert record(path, "-", stdin=lines).code == 0
    assert keeping.get(draft.id).version_id is not None
    for key in ("m1", "m2"):
        announced = events.announcement(key)
        assert announced is not None
        assert (announced.flow, announced.expires) == (draft.id, 3 * 3_600)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--outbound", ANA, "--flow", "Nobody's"), "There is no flow “Nobody's”."),
        (("--inbound", ANA, "--flow", "Début"), "Only an outbound can carry a flow."),
        (("--outbound", ANA, "--flow", "Début"), "Flow “Début”, block 1"),
    ],
)
def test_a_flow_that_cannot_be_carried_is_a_sentence(
    path: Path, words: tuple[str, ...], sentence: str
) -> None:
    flow(path, faulty=True)
    done = record(path, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert done.err.count("\n") == 1
    assert not Contact.select().exists()


def test_a_line_that_names_its_flow_by_no_text_is_refused(path: Path) -> None:
    done = record(path, "-", stdin=json.dumps({"kind": "outbound", "phone": ANA, "flow": 5}))
    assert done.code == 4
    assert "The flow is named by a text." in done.err
