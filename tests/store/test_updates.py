"""What bodies of webhooks mean: every kind of payload, and every shape that is none."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Invalid
from store.values.events import Event, Kind
from store.whatsapp.updates import Meaning, Update, Who, understand
from tests.store.payloads import (
    DAY,
    LINE,
    SHEENA,
    START,
    body,
    button,
    change,
    contact,
    message,
    said,
    status,
    text,
    told,
)

RECEIVED = START + 60
NUMBER = f"+{SHEENA}"


def meant(raw: bytes) -> Meaning:
    return understand(raw, RECEIVED)


def only(raw: bytes) -> Update:
    """The one update of a body that is understood whole."""
    meaning = meant(raw)
    assert meaning.faults == []
    (update,) = meaning.updates
    return update


def event(raw: bytes) -> Event:
    found = only(raw).event
    assert found is not None
    return found


def test_a_text_is_a_message_of_its_sender() -> None:
    update = only(said(text("wamid.A", words="¿Hay en azul?", reply_to="wamid.SENT")))
    assert update.who == Who(NUMBER, None, None, "Sheena Nelson")
    assert update.begins_contact
    assert update.event == Event(
        "wamid.A", Kind.MESSAGE, START, "wamid.A", "wamid.SENT", LINE, form="text", text="¿Hay en azul?"
    )


@pytest.mark.parametrize(
    ("entry", "words", "payload"),
    [
        (button("k", START, "callback", "Título"), "Título", "callback"),
        (
            message(
                "k",
                kind="interactive",
                interactive={"type": "button_reply", "button_reply": {"id": "yes", "title": "Sí"}},
            ),
            "Sí",
            "yes",
        ),
        (
            message(
                "k",
                kind="interactive",
                interactive={
                    "type": "list_reply",
                    "list_reply": {"id": "p1", "title": "Basic", "description": "two days"},
                },
            ),
            "Basic",
            "p1",
        ),
    ],
)
def test_taps_have_a_title_and_what_it_stands_for(entry: dict[str, Any], words: str, payload: str) -> None:
    found = event(said(entry))
    assert (found.kind, found.tapped, found.text, found.payload) == (Kind.MESSAGE, True, words, payload)


@pytest.mark.parametrize(
    ("form", "content", "words"),
    [
        ("image", {"caption": "this one", "id": "1", "mime_type": "image/jpeg"}, "this one"),
        ("video", {"id": "1"}, ""),
        ("audio", {"id": "1", "voice": True}, ""),
        ("document", {"filename": "a.pdf", "caption": "the form"}, "the form"),
        ("sticker", {"animated": False}, ""),
        ("location", {"latitude": 4.7, "longitude": -74.1, "name": "Home"}, "Home"),
        ("order", {"catalog_id": "1", "text": "two please", "product_items": []}, "two please"),
        ("contacts", [{"name": {"formatted_name": "Ana"}}], ""),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{}"}}, "Sent"),
        ("interactive", {"type": "something new"}, ""),
    ],
)
def test_messages_of_every_type_are_messages(form: str, content: Any, words: str) -> None:
    found = event(said(message("k", kind=form, **{form: content})))
    assert (found.kind, found.form, found.text, found.tapped) == (Kind.MESSAGE, form, words, False)


@pytest.mark.parametrize("form", ["unsupported", "unknown", "request_welcome", "edit", "ephemeral", "poll"])
def test_types_that_are_not_known_touch_the_contact_only(form: str) -> None:
    entry = message("k", kind=form, errors=[{"code": 131051, "title": "Message type unknown"}])
    update = only(said(entry))
    assert update.event is not None
    assert (update.event.kind, update.begins_contact) == (Kind.TOUCH, True)


def test_a_reaction_touches_what_it_reacts_to() -> None:
    found = event(said(message("k", kind="reaction", reaction={"message_id": "wamid.SENT", "emoji": "👍"})))
    assert (found.kind, found.reply_to, found.text) == (Kind.TOUCH, "wamid.SENT", "👍")


def test_a_reaction_without_a_sender_is_told() -> None:
    meaning = meant(body(change(messages=[message("k", sender=None)])))
    assert (meaning.updates, meaning.faults) == ([], ["A message lacks its id or its sender."])


@pytest.mark.parametrize("kind", ["sent", "delivered", "read", "played", "failed"])
def test_statuses_are_events_of_their_message(kind: str) -> None:
    update = only(told(status("wamid.X", kind, START + 5, category="marketing")))
    assert update.event is not None
    assert (update.event.key, update.event.subject) == (f"wamid.X {kind}", "wamid.X")
    assert (update.event.kind, update.event.time) == (Kind(kind), START + 5)
    assert (update.event.category, update.who.number) == ("marketing", NUMBER)
    assert not update.begins_contact


def test_the_category_of_older_versions_is_read_too() -> None:
    older = status("X", "delivered", conversation={"id": "1", "origin": {"type": "utility"}})
    assert event(told(older)).category == "utility"


def test_why_a_message_failed_stays_in_the_words_of_whatsapp() -> None:
    errors = [{"code": 131049, "title": "Not delivered.", "error_data": {"details": "Healthy ecosystem"}}]
    assert event(told(status("X", "failed", errors=errors))).text == "Not delivered.: Healthy ecosystem"


def test_a_status_for_somebody_without_a_number_names_their_user_id() -> None:
    entry = status("X", "read", recipient_user_id="US.1")
    del entry["recipient_id"]
    assert only(told(entry)).who == Who(None, "US.1")


def test_a_status_that_is_not_known_means_nothing() -> None:
    assert meant(told(status("X", "teleported"))) == Meaning()


def test_profiles_are_matched_by_number_and_user_id_never_by_position() -> None:
    people = [
        contact("573001234567", "Ana"),
        contact(None, "Hidden", user_id="CO.7", username="@hidden"),
        contact(SHEENA, "Sheena"),
    ]
    sent = [text("a"), message("b", sender=None, from_user_id="CO.7"), text("c", sender="5491123456789")]
    updates = meant(body(change(messages=sent, contacts=people))).updates
    assert [update.who for update in updates] == [
        Who(NUMBER, None, None, "Sheena"),
        Who(None, "CO.7", "@hidden", "Hidden"),
        Who("+5491123456789"),
    ]


def test_a_changed_number_names_both() -> None:
    system = {"body": "User A changed", "wa_id": "972912345678", "type": "user_changed_number"}
    update = only(said(message("s", kind="system", sender="972987654321", system=system)))
    assert (update.event, update.former) == (None, Who("+972987654321"))
    assert update.who == Who("+972912345678")


def test_a_changed_user_id_names_both() -> None:
    system = {"user_id": "MX.2", "previous_user_id": "CO.1", "type": "user_changed_user_id"}
    update = only(body(change(messages=[message("s", kind="system", sender=None, system=system)])))
    assert (update.former, update.who) == (Who(None, "CO.1"), Who(None, "MX.2"))


def test_other_news_of_the_system_change_nothing() -> None:
    system = {"body": "User identity changed", "type": "customer_identity_changed"}
    update = only(said(message("s", kind="system", system=system)))
    assert (update.event, update.former, update.who.number) == (None, None, NUMBER)


@pytest.mark.parametrize(("value", "out"), [("stop", True), ("resume", False)])
def test_preferences_tell_who_wants_marketing(value: str, out: bool) -> None:
    entry = {"wa_id": SHEENA, "category": "marketing_messages", "value": value, "timestamp": START}
    update = only(body({"field": "user_preferences", "value": {"user_preferences": [entry]}}))
    assert (update.opted_out, update.time, update.who.number) == (out, START, NUMBER)


def test_other_fields_and_preferences_mean_nothing() -> None:
    entry = {"wa_id": SHEENA, "category": "something_else", "value": "stop"}
    raw = body(
        {"field": "user_preferences", "value": {"user_preferences": [entry]}},
        {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}},
    )
    assert meant(raw) == Meaning()


def test_a_thousand_updates_in_one_body_are_a_thousand() -> None:
    raw = body(
        change(messages=[text(f"m{i}") for i in range(400)], line="1"),
        change(statuses=[status(f"s{i}", "read") for i in range(600)], line="2"),
    )
    meaning = meant(raw)
    events = [update.event for update in meaning.updates if update.event]
    assert len({found.key for found in events}) == 1_000
    assert {found.line for found in events} == {"1", "2"}


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("0", 1_230_768_000),
        (str(RECEIVED + 7 * DAY), RECEIVED + DAY),
        ("9" * 4_000, RECEIVED + DAY),
        (START, START),
        (10**300, RECEIVED + DAY),
        (-5, 1_230_768_000),
        ("yesterday", RECEIVED),
        ("١٢", RECEIVED),
        (None, RECEIVED),
        (True, RECEIVED),
        (1.5, RECEIVED),
    ],
)
def test_times_are_bounded_and_those_that_are_none_are_the_arrival(written: Any, moment: int) -> None:
    assert event(said(message("k", timestamp=written))).time == moment


def test_nul_and_lone_surrogates_are_cleaned_at_the_door() -> None:
    raw = (
        b'{"entry": [{"changes": [{"value": {"contacts": [{"wa_id": "16505551234", "profile": {"name": '
        b'"A\\u0000n\\ud800a"}}], "messages": [{"from": "16505551234", "id": "k\\u0000", "type": "text", '
        b'"text": {"body": "\\udfffhi\\u0000"}}]}}]}]}'
    )
    update = only(raw)
    assert update.event is not None
    assert (update.who.profile_name, update.event.key, update.event.text) == ("Ana", "k", "hi")


def test_texts_that_are_too_long_are_cut_and_ids_are_refused() -> None:
    assert len(event(said(text("k", words="x" * 100_000))).text) == 4_096
    assert meant(said(text("k" * 600))).faults == ["A message lacks its id or its sender."]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 50_000, "not JSON"),
        (b'{"a":' * 50_000, "not JSON"),
        (b'{"entry": ' + b"9" * 5_000 + b"}", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[]", "no object"),
        (b"null", "no object"),
        (b'"x"', "no object"),
        (b"{}", "no list of entries"),
        (b'{"entry": {}}', "no list of entries"),
        (b'{"entry": [7]}', "no list of changes"),
        (b'{"entry": [{"changes": "x"}]}', "no list of changes"),
    ],
)
def test_what_is_no_webhook_is_refused_with_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        meant(raw)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        {"messages": 7},
        {"messages": [None]},
        {"messages": [{"id": []}]},
        {"messages": [{"id": "k", "from": "not a number", "type": "text"}]},
        {"statuses": [{"status": "read"}]},
        {"statuses": ["x"]},
        {"contacts": [3]},
        {"user_preferences": [{"category": "marketing_messages", "value": "stop"}]},
        {"user_id_update": [{"user_id": "x"}]},
    ],
)
def test_parts_of_another_shape_have_a_sentence_and_leave_the_rest(value: Any) -> None:
    raw = body({"field": "messages", "value": value}, change(messages=[text("k")]))
    meaning = meant(raw)
    assert [update.event.key for update in meaning.updates if update.event] == ["k"]
    assert len(meaning.faults) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"messages": {"id": "k", "from": SHEENA, "type": "text", "text": {"body": "x"}}},
        {"messages": [{"id": "k", "from": SHEENA, "type": "text", "text": "x"}]},
        {"messages": [{"id": "k", "from": SHEENA, "type": []}], "contacts": [{"profile": 3}]},
        {"messages": [{"id": 5, "from": 16505551234, "type": "text", "context": [1]}], "metadata": []},
        {"messages": [{"id": "k", "from": SHEENA, "type": "interactive", "interactive": [1]}]},
        {"statuses": [{"id": "k", "status": "read", "pricing": 1, "errors": [1], "conversation": "x"}]},
    ],
)
def test_odd_shapes_that_still_say_who_and_what_are_understood(value: Any) -> None:
    assert event(body({"field": "messages", "value": value})).subject in ("k", "5")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([SHEENA, "text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "from",
                    "type",
                    "text",
                    "system",
                    "status",
                    "timestamp",
                    "wa_id",
                    "user_id",
                    "profile",
                    "context",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["contacts", "messages", "statuses", "metadata", "user_id_update"]), JSON)
)
def test_no_shape_is_an_error_of_ours(value: dict[str, Any]) -> None:
    raw = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
    for update in meant(raw).updates:
        assert (
            update.event is not None or update.former is not None or update.who.is_known or update.opted_out
        )
        assert update.time >= 1_230_768_000
