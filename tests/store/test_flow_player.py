"""The player: the guide's example, B5, and what holds for every flow and whatever a person does."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.flows import checks, player, wording
from store.flows.blocks import Block, Flow, Kind, Option, Reminder, Saving
from store.flows.player import Answer, Ending, Message, Save, State, Step
from store.values.events import is_exit_word
from store.values.property_type import Formats, PropertyType, parse
from tests.store.flowing import KNOWN, Trails, flows

FORMATS = Formats()
CLIENT = Block(1, Kind.QUESTION, "Which client?", saving=Saving(1))
DOCUMENT = Block(
    2, Kind.QUESTION, "Which document?", expects=PropertyType.NUMBER, saving=Saving(2, overwrite=True)
)
THANKS = Block(3, Kind.END, "Thank you, {{#1}}.")
GUIDE = Flow("Guide", (CLIENT, DOCUMENT, THANKS))
PLAN = Block(
    10,
    Kind.OPTIONS,
    "Which plan?",
    options=(
        Option("Gold", (Block(11, Kind.MESSAGE, "Shiny."),)),
        Option("Sílver", (Block(12, Kind.END, "Bye."),)),
        Option("None"),
    ),
    saving=Saving(6),
)
LAST = Block(13, Kind.QUESTION, "Why?")
PLANS = Flow("Plans", (PLAN, LAST))


def says(flow: Flow, *answers: str | Answer) -> Step:
    """The step after the last of some answers."""
    step = player.begin(flow)
    for given_ in answers:
        answer = given_ if isinstance(given_, Answer) else Answer(given_)
        step = player.answer(flow, step.state, answer, FORMATS)
    return step


def texts(step: Step) -> list[str]:
    """What a step says."""
    return [message.text for message in step.messages]


def tap(block: Block, position: int) -> Answer:
    """A tap on an option."""
    text = block.options[position].text
    return Answer(text, player.option_payload(block.id, position), tapped=True)


def test_the_guides_example_saves_both_answers_by_their_types() -> None:
    assert player.begin(GUIDE) == Step(State(1), (Message("Which client?"),))
    assert says(GUIDE, " Acme ").parts == (
        Save(1, "Acme", False, PropertyType.TEXT),
        Message("Which document?"),
    )
    last = says(GUIDE, "Acme", "1,234.50")
    assert last.parts == (
        Save(2, "1234.5", True, PropertyType.NUMBER),
        Message("Thank you, {{#1}}."),
    )
    assert last.state == State(None, ended=Ending.COMPLETED)


def test_a_wrong_answer_is_asked_again_until_the_question_is_given_up() -> None:
    usual = "Please answer with a number, such as 1234.5"
    for wrong in (("many",), ("many", "")):
        again = says(GUIDE, "Acme", *wrong)
        assert texts(again) == [usual, "Which document?"]
        assert again.state == State(2, wrong=len(wrong))
    assert says(GUIDE, "Acme", "many", "", "more") == Step(State(None, ended=Ending.GAVE_UP))
    assert says(GUIDE, "Acme", "many", "", "7").saves[0].value == "7"


def test_what_is_said_to_wrong_answers_and_how_many_there_are_can_be_settled() -> None:
    asked = replace(
        DOCUMENT, attempts=2, retry="Digits, please.", invalid=(Block(9, Kind.MESSAGE, "Later."),)
    )
    flow = Flow("Flow", (asked, LAST))
    assert texts(says(flow, "many")) == ["Digits, please.", "Which document?"]
    given_up = says(flow, "many", "more")
    assert (texts(given_up), given_up.state, given_up.saves) == (["Later.", "Why?"], State(13), ())


def test_an_empty_way_for_wrong_answers_goes_on_behind_the_question() -> None:
    flow = Flow("Flow", (replace(DOCUMENT, attempts=1, invalid=()), LAST))
    assert says(flow, "many") == Step(State(13), (Message("Why?"),))


def test_a_question_within_a_way_goes_on_along_that_way_and_then_behind_it() -> None:
    inner = (Block(20, Kind.QUESTION, "Inside?"), Block(21, Kind.MESSAGE, "Inside."))
    branching = replace(PLAN, options=(Option("In", inner), Option("Out")), saving=None)
    after = says(Flow("Flow", (branching, Block(22, Kind.MESSAGE, "Behind."), LAST)), "in", "yes")
    assert (texts(after), after.state) == (["Inside.", "Behind.", "Why?"], State(13))


def test_options_are_saved_as_texts_whatever_the_block_expected_before() -> None:
    turned = Flow("Flow", (replace(PLAN, expects=PropertyType.NUMBER),))
    assert says(turned, "gold").saves == (Save(6, "Gold", False, PropertyType.TEXT),)


@pytest.mark.parametrize("state", [State(3, 2, True), State(3), State(None, ended=Ending.GAVE_UP)])
def test_a_state_is_kept_as_json(state: State) -> None:
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


@pytest.mark.parametrize("written", ["gold", " GOLD ", "1", "１", "Gold"])
def test_an_option_is_chosen_by_its_words_or_its_number_and_saved_as_it_stands(written: str) -> None:
    chosen = says(PLANS, written)
    assert chosen.parts == (Save(6, "Gold", False, PropertyType.TEXT), Message("Shiny."), Message("Why?"))
    assert chosen == says(PLANS, tap(PLAN, 0))


def test_ways_end_or_go_on_behind_what_they_branched_off_from() -> None:
    assert says(PLANS, "silver").state == State(None, ended=Ending.COMPLETED)
    assert says(PLANS, "3").state == State(13)
    assert says(PLANS, "3", "because").state.ended is Ending.COMPLETED


def test_an_options_own_words_come_before_numbers() -> None:
    sizes = Block(
        1, Kind.OPTIONS, "Size?", options=(Option("36"), Option("38"), Option("40")), saving=Saving(1)
    )
    assert checks.faults(Flow("Sizes", (sizes,)), KNOWN) == []
    assert [says(Flow("Sizes", (sizes,)), given_).saves[0].value for given_ in ("38", "3")] == ["38", "40"]


@pytest.mark.parametrize("written", ["4", "0", "01", "gol", "", "flow:10:0"])
def test_what_is_no_option_is_a_wrong_answer(written: str) -> None:
    again = says(PLANS, written)
    assert again.state == State(10, wrong=1)
    assert again.messages[-1] == player.begin(PLANS).messages[-1]


def test_options_come_with_what_opens_their_list_once_they_are_too_many_for_buttons() -> None:
    assert player.begin(PLANS).messages == (Message("Which plan?", ("Gold", "Sílver", "None")),)
    four = replace(PLAN, options=(*PLAN.options, Option("Other")))
    assert player.begin(Flow("Flow", (four,), "pt")).messages[0].menu == "Opções"
    assert player.begin(Flow("Flow", (replace(four, menu="Planes"),))).messages[0].menu == "Planes"


@pytest.mark.parametrize(
    "old",
    [
        Answer("Gold", "flow:10:0", tapped=True),
        Answer("Gold", "flow:13:0", tapped=True),
        Answer("Accept", "accept", tapped=True),
        Answer("Accept", tapped=True),
        Answer("x", "flow:" + "9" * 5_000 + ":0", tapped=True),
    ],
)
def test_a_tap_on_what_is_not_asked_changes_nothing(old: Answer) -> None:
    asked = says(PLANS, "none")
    assert player.answer(PLANS, asked.state, old, FORMATS) == Step(asked.state)


def test_another_flows_button_of_the_same_place_changes_nothing() -> None:
    begun = player.begin(PLANS).state
    other = Answer("Delete all", "flow:10:0", tapped=True)
    assert player.answer(PLANS, begun, other, FORMATS) == Step(begun)


@pytest.mark.parametrize("word", ["EXIT", " salir ", "Sair"])
def test_a_word_that_leaves_ends_at_once(word: str) -> None:
    for answers in ((), ("Acme",), ("Acme", "many", "many")):
        assert says(GUIDE, *answers, word) == Step(State(None, ended=Ending.LEFT))


def test_a_reminder_is_said_once_in_a_question() -> None:
    reminder = Reminder(30, "Still there?")
    flow = Flow("Flow", (replace(CLIENT, reminder=reminder), replace(DOCUMENT, reminder=reminder)))
    once = player.remind(flow, player.begin(flow).state)
    assert once == Step(State(1, reminded=True), (Message("Still there?"),))
    assert player.remind(flow, once.state) == Step(once.state)
    wrong = player.answer(flow, once.state, Answer(""), FORMATS)
    assert wrong.state == State(1, wrong=1, reminded=True)
    following = player.answer(flow, wrong.state, Answer("Acme"), FORMATS)
    assert texts(player.remind(flow, following.state)) == ["Still there?"]
    assert player.remind(GUIDE, player.begin(GUIDE).state) == Step(State(1))


def test_a_flow_without_questions_is_over_at_once() -> None:
    flow = Flow("Flow", (Block(1, Kind.MESSAGE, "Hi"), Block(2, Kind.END)))
    assert player.begin(flow) == Step(State(None, ended=Ending.COMPLETED), (Message("Hi"),))
    assert player.begin(Flow("Empty")) == Step(State(None, ended=Ending.COMPLETED))


# What a person, the clock and the server do, as functions of the flow and the block that waits.
_typed = st.sampled_from(
    ["", "7", "1", "2", "1.234,5", "yes", "não", "31/12/2026", "ana@example.com", "GOLD", "EXIT", "\0", "²"]
) | st.text(max_size=1_001)
_DEEDS = st.one_of(
    st.tuples(st.just("answer"), st.builds(Answer, _typed)),
    st.tuples(
        st.just("answer"), st.builds(Answer, _typed, st.text(max_size=9) | st.just("salir"), st.booleans())
    ),
    st.tuples(st.just("tap"), st.tuples(st.integers(0, 40), st.integers(0, 10))),
    st.tuples(st.just("choose"), st.integers(0, 8)),
    st.tuples(st.sampled_from(["remind", "twice", "restart"]), st.none()),
    st.tuples(st.just("end"), st.sampled_from([Ending.EXPIRED, Ending.CANCELLED])),
)
_FORMATS = st.builds(Formats, st.sampled_from(["dmy", "mdy"]), st.sampled_from([".", ","]))


class Run:
    """A run that is held to all that must be true of every one, whatever happens in it."""

    def __init__(self, flow: Flow, formats: Formats) -> None:
        assert checks.faults(flow, KNOWN) == []
        self.flow, self.formats, self.trails = flow, formats, Trails(flow)
        self.blocks = self.trails.blocks
        self.state = self._begun(player.begin(flow))
        self.answered: list[int] = []
        self.last = Answer()

    def do(self, deed: str, how: object) -> None:
        """Let one thing happen."""
        match deed, how:
            case "answer", Answer() as given_:
                self._answer(given_)
            case "tap", (int() as block_id, int() as position):
                # Fresh, old or forged, as it happens.
                self._answer(Answer("", player.option_payload(block_id, position), tapped=True))
            case "choose", int() as position:
                options = self.blocks[self.state.waiting].options if self.state.waiting else ()
                if position < len(options):
                    self._answer(tap(self.blocks[self.state.waiting or 0], position))
            case "twice", _:
                self._answer(self.last)
            case "restart", _:
                assert State.from_json(json.loads(json.dumps(self.state.to_json()))) == self.state
                self.state = State.from_json(json.loads(json.dumps(self.state.to_json())))
            case "remind", _:
                self._remind()
            case "end", Ending() as ending:
                ended = player.end(self.state, ending)
                assert ended.parts == ()
                assert ended.state.ended is (self.state.ended or ending)
                self.state = ended.state

    def _begun(self, step: Step) -> State:
        self._assert_whole(step)
        assert step.saves == ()
        return step.state

    def _answer(self, given_: Answer) -> None:
        before, self.last = self.state, given_
        step = player.answer(self.flow, before, given_, self.formats)
        assert step == player.answer(self.flow, before, given_, self.formats)
        self._assert_whole(step)
        if before.ended:
            assert step == Step(before)
        elif is_exit_word(given_.text) or is_exit_word(given_.payload):
            assert step == Step(State(None, ended=Ending.LEFT))
        elif step.state.waiting == before.waiting:
            self._assert_stayed(before, step)
        else:
            assert before.waiting is not None
            self._assert_moved(self.blocks[before.waiting], before, step)
        self.state = step.state

    def _assert_whole(self, step: Step) -> None:
        """One question at most is open, and it is what was said last."""
        waiting = step.state.waiting
        assert (waiting is None) != (step.state.ended is None)
        asked = [block.text for block in self.blocks.values() if block.id == waiting]
        if step.parts and waiting is not None:
            assert asked == [step.messages[-1].text]
            assert step.messages[-1] == step.parts[-1]
            options = tuple(option.text for option in self.blocks[waiting].options)
            assert step.messages[-1].options == options
            assert bool(step.messages[-1].menu) == (len(options) > 3)
        for message in step.messages[:-1] if waiting is not None else step.messages:
            assert message.options == ()
        values = dict.fromkeys(("name", "phone", "email", "#1"), "v" * 1_000)
        assert all(0 < len(wording.fill(message.text, values)) <= 1_024 for message in step.messages)

    def _assert_stayed(self, before: State, step: Step) -> None:
        assert step.saves == ()
        if step.parts:
            assert step.state == replace(before, wrong=before.wrong + 1)
            assert before.waiting is not None and step.state.wrong < self.blocks[before.waiting].attempts
            assert len(step.messages) == 2
        else:
            assert step.state == before
            assert self.last.tapped or self.last.payload

    def _assert_moved(self, block: Block, before: State, step: Step) -> None:
        # Forwards, and never to the same block again: so every run ends.
        assert block.id not in self.answered
        assert step.state.waiting not in self.answered
        self.answered.append(block.id)
        assert (step.state.wrong, step.state.reminded) == (0, False)
        given_up = before.wrong + 1 == block.attempts
        self._assert_along_a_way(block, step, given_up=given_up)
        assert block.saving is None or step.saves or given_up
        for save in step.saves:
            assert step.parts[0] == save and len(step.saves) == 1
            assert block.saving == Saving(save.property_id, save.overwrite)
            assert save.property_id in [item.id for item in checks.matching(block, KNOWN)]
            if block.kind is Kind.OPTIONS:
                assert save.kind is PropertyType.TEXT
                assert save.value in [option.text for option in block.options]
            else:
                assert save.kind is block.expects
                assert parse(save.kind, save.value, FORMATS) == save.value
        if step.state.ended is Ending.GAVE_UP:
            assert given_up and block.invalid is None and step.parts == ()

    def _assert_along_a_way(self, block: Block, step: Step, *, given_up: bool) -> None:
        value = step.saves[0].value if step.saves else None
        taken = [option.blocks for option in block.options if value in (None, option.text)]
        if block.kind is Kind.QUESTION:
            taken = [()]
        if given_up and value is None and block.invalid is not None:
            taken.append(block.invalid)
        possible = [self.trails.from_way(block, way) for way in taken]
        if given_up and block.invalid is None:
            possible.append(([], None))
        assert (texts(step), step.state.waiting) in possible

    def _remind(self) -> None:
        before = self.state
        step = player.remind(self.flow, before)
        block = self.blocks.get(before.waiting or 0)
        if block is None or block.reminder is None or before.reminded:
            assert step == Step(before)
        else:
            assert step == Step(replace(before, reminded=True), (Message(block.reminder.text),))
        self.state = step.state


@settings(max_examples=150, deadline=None)
@given(flows, _FORMATS, st.lists(_DEEDS, max_size=25))
def test_whatever_happens_one_question_is_open_and_only_right_values_are_saved(
    flow: Flow, formats: Formats, deeds: list[tuple[str, object]]
) -> None:
    run = Run(flow, formats)
    for deed, how in deeds:
        run.do(deed, how)


@settings(max_examples=100, deadline=None)
@given(flows)
def test_every_run_ends_after_as_many_wrong_answers_as_its_questions_allow(flow: Flow) -> None:
    run = Run(flow, FORMATS)
    allowed = sum(block.attempts for block in flow.walk() if block.kind.asks)
    for _count in range(allowed):
        run.do("answer", Answer(""))
    assert run.state.ended is not None
