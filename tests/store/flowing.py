"""Flows that hypothesis makes, faultless by construction, and the account that they are made for."""

from dataclasses import replace

from hypothesis import strategies as st

from store import properties
from store.flows.blocks import EXPECTED, Block, Flow, Kind, Option, Reminder, Saving, ways
from store.values.custom_property import CustomProperty
from store.values.property_type import PropertyType

KNOWN = (
    CustomProperty(1, "Client", PropertyType.TEXT),
    CustomProperty(2, "Document", PropertyType.NUMBER),
    CustomProperty(3, "Member", PropertyType.BOOLEAN),
    CustomProperty(4, "Born", PropertyType.DATE),
    CustomProperty(5, "Work e-mail", PropertyType.EMAIL),
    CustomProperty(6, "Tier", PropertyType.LIST, ("Gold", "Silver")),
)


def account() -> list[CustomProperty]:
    """An account with the properties that flows are made for, one of them with a name that is odd."""
    for item in KNOWN:
        properties.create(item.name, item.type, choices=item.choices)
    properties.create("Odd: # name", PropertyType.TEXT, hidden=True)
    return properties.list_all()


_words = st.sampled_from(["Hi", "Olá {{name}}", "¿{{#1}}?", "{{phone}} or {{ email }}: right?", "x" * 1_024])
_titles = st.sampled_from(["Gold", "gold!", "Silver", "Sí", "não", "10", "a, b", "👍", "x" * 20, "Açaí"])


def _savings(kinds: tuple[PropertyType, ...]) -> st.SearchStrategy[Saving | None]:
    fitting = [item.id for item in KNOWN if item.type in kinds]
    return st.none() | st.builds(Saving, st.sampled_from(fitting), st.booleans())


@st.composite
def _asking(draw: st.DrawFn, block: Block, branches: st.SearchStrategy[tuple[Block, ...]]) -> Block:
    return replace(
        block,
        text=draw(_words),
        attempts=draw(st.integers(1, 10)),
        retry=draw(st.just("") | _words),
        reminder=draw(st.none() | st.builds(Reminder, st.integers(30, 59), _words)),
        invalid=draw(st.none() | branches),
    )


@st.composite
def _questions(draw: st.DrawFn, branches: st.SearchStrategy[tuple[Block, ...]]) -> Block:
    expects = draw(st.sampled_from(EXPECTED))
    block = Block(0, Kind.QUESTION, expects=expects, saving=draw(_savings((expects,))))
    return draw(_asking(block, branches))


@st.composite
def _choices(draw: st.DrawFn, branches: st.SearchStrategy[tuple[Block, ...]]) -> Block:
    titles = draw(st.lists(_titles, min_size=1, max_size=9, unique=True))
    options = tuple(Option(title, draw(branches)) for title in titles)
    saving = draw(_savings((PropertyType.TEXT, PropertyType.LIST)))
    menu = draw(st.sampled_from(["", "Plans"]))
    return draw(_asking(Block(0, Kind.OPTIONS, options=options, menu=menu, saving=saving), branches))


_messages = st.builds(Block, st.just(0), st.just(Kind.MESSAGE), _words)
_ends = st.builds(Block, st.just(0), st.just(Kind.END), st.just("") | _words)


def _branches(inner: st.SearchStrategy[tuple[Block, ...]]) -> st.SearchStrategy[tuple[Block, ...]]:
    block = _messages | _questions(inner) | _choices(inner)
    ended = st.builds(lambda way, end: (*way, end), st.lists(block, max_size=2), _ends)
    return ended | st.lists(block, max_size=3).map(tuple)


_ways = st.recursive(st.just(()) | st.tuples(_messages), _branches, max_leaves=12)
# What never goes on is a fault if something stands behind it: such blocks are cut off.
flows = st.builds(
    lambda way, language, hours: Flow("Flow", numbered(reachable(way)), language, hours),
    _branches(_ways).filter(bool),
    st.sampled_from(["en", "es", "pt"]),
    st.integers(1, 24),
)


def reachable(way: tuple[Block, ...]) -> tuple[Block, ...]:
    """`way` without blocks that nothing can reach."""
    kept: list[Block] = []
    for block in way:
        options = tuple(replace(option, blocks=reachable(option.blocks)) for option in block.options)
        invalid = None if block.invalid is None else reachable(block.invalid)
        kept.append(replace(block, options=options, invalid=invalid))
        if not _can_pass(kept[-1]):
            break
    return tuple(kept)


def _can_pass(block: Block) -> bool:
    if block.kind is Kind.OPTIONS:
        return any(not way or _can_pass(way[-1]) for way in ways(block))
    return block.kind is not Kind.END


def numbered(way: tuple[Block, ...]) -> tuple[Block, ...]:
    """`way` with ids of their own for all blocks."""
    ids = iter(range(1, 1_000_000))

    def number(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(
            replace(
                block,
                id=next(ids),
                options=tuple(replace(option, blocks=number(option.blocks)) for option in block.options),
                invalid=None if block.invalid is None else number(block.invalid),
            )
            for block in blocks
        )

    return number(way)


class Trails:
    """What a flow says from each of its blocks on: another reading of its ways, block by block."""

    def __init__(self, flow: Flow) -> None:
        self.blocks = {block.id: block for block in flow.walk()}
        self._after: dict[int, int | None] = {}
        self._read(flow.blocks, None)

    def _read(self, way: tuple[Block, ...], then: int | None) -> None:
        for place, block in enumerate(way):
            self._after[block.id] = way[place + 1].id if place + 1 < len(way) else then
            for branch in ways(block):
                self._read(branch, self._after[block.id])

    def from_way(self, block: Block, way: tuple[Block, ...]) -> tuple[list[str], int | None]:
        """What is said along a way of a block (empty: behind it), and the question that it comes to."""
        said: list[str] = []
        here = way[0].id if way else self._after[block.id]
        while here is not None:
            reached = self.blocks[here]
            said.extend([reached.text] if reached.text else [])
            if reached.kind.asks:
                return said, here
            here = None if reached.kind is Kind.END else self._after[here]
        return said, None
