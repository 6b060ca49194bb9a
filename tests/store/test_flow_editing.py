"""Editing a flow: the outline, every edit and its way back."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.flows import editing
from store.flows.blocks import Block, Flow, Kind, Option
from store.flows.editing import INVALID, Edited, History, Spot

A, B, C, D, E = (Block(number, Kind.MESSAGE, f"text {number}") for number in range(1, 6))
ASKED = Block(9, Kind.OPTIONS, "Which?", options=(Option("Gold", (A, B)), Option("Silver")), invalid=(C,))
FLOW = Flow("Orders", (D, ASKED, E))


def ids(flow: Flow) -> list[int]:
    return [block.id for block in flow.walk()]


def way(flow: Flow, number: int) -> list[int]:
    """The ids of the blocks on a way of the block 9."""
    lines = {line.spot: line for line in editing.outline(flow)}
    return [block.id for block in lines[Spot(9, number)].blocks]


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Trees of some blocks, of all kinds and depths."""
    numbers = iter(draw(st.permutations(range(1, 40))))

    def blocks(depth: int) -> tuple[Block, ...]:
        return tuple(block(depth) for _ in range(draw(st.integers(0, 3 if depth < 3 else 0))))

    def block(depth: int) -> Block:
        number, kind = next(numbers), draw(st.sampled_from(Kind))
        if not kind.asks:
            return Block(number, kind, f"text {number}")
        count = draw(st.integers(1, 2)) if kind is Kind.OPTIONS else 0
        options = tuple(Option(f"option {index}", blocks(depth + 1)) for index in range(count))
        invalid = blocks(depth + 1) if draw(st.booleans()) else None
        return Block(number, kind, f"text {number}", options=options, invalid=invalid)

    try:
        return Flow("Drawn", blocks(0))
    except StopIteration:
        return FLOW


def spots(flow: Flow) -> list[Spot]:
    return [Spot(), *(line.spot for line in editing.outline(flow))]


def test_the_outline_reads_from_top_to_bottom_with_ways_below_their_block() -> None:
    assert [(line.depth, line.block.id, line.way) for line in editing.outline(FLOW)] == [
        (0, 4, None),
        (0, 9, None),
        (1, 9, 0),
        (2, 1, None),
        (2, 2, None),
        (1, 9, 1),
        (1, 9, INVALID),
        (2, 3, None),
        (0, 5, None),
    ]


def test_a_block_is_inserted_after_a_block_before_it_into_a_way_and_at_the_beginning() -> None:
    new = Block(20, Kind.END)
    assert ids(editing.insert(FLOW, Spot(4), new).flow) == [4, 20, 9, 1, 2, 3, 5]
    assert ids(editing.insert_before(FLOW, Spot(4), new).flow) == [20, 4, 9, 1, 2, 3, 5]
    assert ids(editing.insert(FLOW, Spot(), new).flow) == [20, 4, 9, 1, 2, 3, 5]
    # After a block with ways is behind them all.
    assert ids(editing.insert(FLOW, Spot(9), new).flow) == [4, 9, 1, 2, 3, 20, 5]
    assert way(editing.insert(FLOW, Spot(9, 0), new).flow, 0) == [20, 1, 2]
    assert way(editing.insert(FLOW, Spot(9, 1), new).flow, 1) == [20]
    assert way(editing.insert(FLOW, Spot(9, INVALID), new).flow, INVALID) == [20, 3]
    assert editing.insert(FLOW, Spot(9, 1), new).spot == Spot(20)


def test_a_block_that_moves_down_walks_through_every_way_and_out_again() -> None:
    places = []
    edited: Edited | None = Edited(FLOW, Spot(4))
    while edited is not None:
        flow = edited.flow
        places.append((ids(flow), [len(way(flow, number)) for number in (0, 1, INVALID)]))
        edited = editing.move(flow, Spot(4), 1)
    assert places == [
        ([4, 9, 1, 2, 3, 5], [2, 0, 1]),
        ([9, 4, 1, 2, 3, 5], [3, 0, 1]),
        ([9, 1, 4, 2, 3, 5], [3, 0, 1]),
        ([9, 1, 2, 4, 3, 5], [3, 0, 1]),
        ([9, 1, 2, 4, 3, 5], [2, 1, 1]),
        ([9, 1, 2, 4, 3, 5], [2, 0, 2]),
        ([9, 1, 2, 3, 4, 5], [2, 0, 2]),
        ([9, 1, 2, 3, 4, 5], [2, 0, 1]),
        ([9, 1, 2, 3, 5, 4], [2, 0, 1]),
    ]


def test_an_option_moves_with_its_way_and_not_beyond_the_others() -> None:
    edited = editing.move(FLOW, Spot(9, 0), 1)
    assert edited is not None
    assert (way(edited.flow, 0), way(edited.flow, 1), edited.spot) == ([], [1, 2], Spot(9, 1))
    assert editing.move(FLOW, Spot(9, 0), -1) is None
    assert editing.move(FLOW, Spot(9, 1), 1) is None
    assert editing.move(FLOW, Spot(9, INVALID), -1) is None


def test_removing_takes_the_ways_along_and_goes_on_beside() -> None:
    for spot, left, beside in (
        (Spot(9), [4, 5], Spot(5)),
        (Spot(5), [4, 9, 1, 2, 3], Spot(9)),
        (Spot(3), [4, 9, 1, 2, 5], Spot(9, INVALID)),
        (Spot(9, 0), [4, 9, 3, 5], Spot(9, 0)),
        (Spot(9, 1), [4, 9, 1, 2, 3, 5], Spot(9, 0)),
        (Spot(9, INVALID), [4, 9, 1, 2, 5], Spot(9)),
    ):
        edited = editing.remove(FLOW, spot)
        assert edited is not None
        assert (ids(edited.flow), edited.spot) == (left, beside)
    assert editing.remove(Flow("One", (A,)), Spot(1)) == Edited(Flow("One"), Spot())
    assert editing.remove(FLOW, Spot()) is None


def test_a_copy_stands_after_its_block_and_shares_nothing_but_its_settings() -> None:
    edited = editing.duplicate(FLOW, Spot(9), 30)
    assert edited is not None
    assert ids(edited.flow) == [4, 9, 1, 2, 3, 30, 31, 32, 33, 5]
    copy = editing.find(edited.flow, 30)
    assert copy is not None
    assert editing.renumbered(copy, 30) == editing.renumbered(ASKED, 30) == copy


def test_typing_on_is_one_edit_and_another_field_is_the_next() -> None:
    history = History.begin(FLOW)
    for text in ("H", "Ho", "Hol", "Hola"):
        history = history.do(Edited(editing.put(history.flow, replace(A, text=text)), Spot(1)), "1 text")
    history = history.do(Edited(editing.put(history.flow, replace(B, text="x")), Spot(2)), "2 text")
    assert history.undo().undo().flow == FLOW
    assert editing.find(history.undo().flow, 1) == replace(A, text="Hola")


@given(flows(), st.data())
def test_moving_down_and_up_again_restores_the_flow(flow: Flow, data: st.DataObject) -> None:
    spot = data.draw(st.sampled_from(spots(flow)))
    for by in (1, -1):
        edited = editing.move(flow, spot, by)
        if edited is not None:
            assert edited.flow != flow
            assert editing.move(edited.flow, edited.spot, -by) == Edited(flow, spot)


class Editing(RuleBasedStateMachine):
    """Any edits in any order: ids stay unique and are never used again, and every edit is taken back."""

    @initialize(flow=flows())
    def begin(self, flow: Flow) -> None:
        self.history = History.begin(flow)
        self.flows = [flow]
        """What the flow was after each edit."""
        self.used = set(ids(flow))
        """Every id that a block ever had."""

    def _do(self, edited: Edited | None) -> None:
        if edited is None or edited.flow == self.history.flow:
            return
        fresh = set(ids(edited.flow)) - set(ids(self.history.flow))
        assert not fresh & self.used
        self.used |= fresh
        self.history = self.history.do(edited)
        self.flows.append(edited.flow)

    @rule(data=st.data(), kind=st.sampled_from(Kind), before=st.booleans())
    def insert(self, data: st.DataObject, kind: Kind, before: bool) -> None:
        spot = data.draw(st.sampled_from(spots(self.history.flow)))
        new = Block(self.history.next_id, kind, options=(Option("One"),) if kind is Kind.OPTIONS else ())
        self._do((editing.insert_before if before else editing.insert)(self.history.flow, spot, new))

    @rule(data=st.data(), deed=st.sampled_from(("remove", "duplicate", "up", "down")))
    def edit(self, data: st.DataObject, deed: str) -> None:
        flow = self.history.flow
        spot = data.draw(st.sampled_from(spots(flow)))
        match deed:
            case "remove":
                self._do(editing.remove(flow, spot))
            case "duplicate":
                self._do(editing.duplicate(flow, spot, self.history.next_id))
            case _:
                self._do(editing.move(flow, spot, 1 if deed == "down" else -1))

    @rule(data=st.data(), text=st.text(max_size=5))
    def options(self, data: st.DataObject, text: str) -> None:
        asking = [block for block in self.history.flow.walk() if block.options]
        if asking:
            block = data.draw(st.sampled_from(asking))
            index = data.draw(st.integers(0, len(block.options) - 1))
            added = editing.name_option(editing.add_option(block, index, ""), index, text)
            self._do(Edited(editing.put(self.history.flow, added), Spot(block.id, index)))

    @precondition(lambda self: len(self.flows) > 1)
    @rule()
    def undo(self) -> None:
        undone = self.history.undo()
        assert undone.flow == self.flows[-2]
        assert undone.redo().flow == self.flows[-1]
        assert undone.redo().past == self.history.past
        self.history = undone
        self.flows.pop()

    @invariant()
    def ids_are_unique(self) -> None:
        if hasattr(self, "history"):
            found = ids(self.history.flow)
            assert len(found) == len(set(found))
            assert self.history.next_id > max(self.used, default=0)

    def teardown(self) -> None:
        if hasattr(self, "history"):
            for _ in self.flows[1:]:
                self.history = self.history.undo()
            assert self.history.flow == self.flows[0]
            assert self.history.undo() == self.history


TestEditing = Editing.TestCase
