"""A flow as lines that can be read and edited, and every edit taken back; values only, nothing is stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple

from store.flows.blocks import Block, Flow, Option

INVALID = -1
"""The way of wrong answers, where those of options are numbered from 0."""

_Blocks = tuple[Block, ...]
_Path = tuple[int, ...]
"""Of a block: its index in its way; before it, from outside in, an index and the number of a way each."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of the outline: of a way of a block, of the block, or (without block) of the flow itself."""

    block: int | None = None
    """Its id."""
    way: int | None = None
    """The number of an option, or INVALID."""


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A line of the outline: a block, or the head of a way that branches off from it."""

    depth: int
    block: Block
    way: int | None = None

    @property
    def spot(self) -> Spot:
        """Where it is."""
        return Spot(self.block.id, self.way)

    @property
    def blocks(self) -> _Blocks:
        """What is on the way."""
        return () if self.way is None else _way(self.block, self.way)


class Edited(NamedTuple):
    """A flow after an edit, and the line to go on with."""

    flow: Flow
    spot: Spot


def outline(flow: Flow) -> list[OutlineLine]:
    """The lines of all blocks and ways, as they are read; the flow itself has none."""
    return list(_lines(flow.blocks, 0))


def _lines(blocks: _Blocks, depth: int) -> Iterator[OutlineLine]:
    for block in blocks:
        yield OutlineLine(depth, block)
        for way in _ways(block):
            yield OutlineLine(depth + 1, block, way)
            yield from _lines(_way(block, way), depth + 2)


def find(flow: Flow, block_id: int | None) -> Block | None:
    """The block with this id."""
    return next((block for block in flow.walk() if block.id == block_id), None)


# Edits of the tree: each raises LookupError for a spot that is not there


def insert(flow: Flow, spot: Spot, block: Block) -> Edited:
    """Put a block after that of `spot`, at the beginning of its way, or of the flow."""
    if spot.block is None:
        return _put(flow, (0,), block)
    path = _path(flow, spot.block)
    return _put(flow, _next(path) if spot.way is None else (*path, spot.way, 0), block)


def insert_before(flow: Flow, spot: Spot, block: Block) -> Edited:
    """Put a block before that of `spot`; where a way or the flow begins it is the same as `insert`."""
    if spot.block is None or spot.way is not None:
        return insert(flow, spot, block)
    return _put(flow, _path(flow, spot.block), block)


def remove(flow: Flow, spot: Spot) -> Edited | None:
    """Take out a block with all its ways, an option with its way, or the way of wrong answers."""
    if spot.block is None:
        return None
    if spot.way is not None:
        block = _block(flow, spot.block)
        if spot.way == INVALID:
            return Edited(put(flow, replace(block, invalid=None)), Spot(block.id))
        left = remove_option(block, spot.way)
        beside = min(spot.way, len(left.options) - 1)
        return Edited(put(flow, left), Spot(block.id, beside if left.options else None))
    path = _path(flow, spot.block)
    taken = _without(flow, path)
    return Edited(taken, _beside(taken, path))


def duplicate(flow: Flow, spot: Spot, first_id: int) -> Edited | None:
    """Put a copy of a block and its ways after it, with ids from `first_id` on."""
    if spot.block is None or spot.way is not None:
        return None
    path = _path(flow, spot.block)
    return _put(flow, _next(path), renumbered(_at(flow, path), first_id))


def put(flow: Flow, block: Block) -> Flow:
    """The flow with `block` in the place of the one with its id."""
    path = _path(flow, block.id)
    return _changed(flow, path[:-1], lambda blocks: _spliced(blocks, path[-1], 1, block))


def move(flow: Flow, spot: Spot, by: int) -> Edited | None:
    """One step up (-1) or down (1), into ways and out of them; None at the end of the flow.

    An option moves among its block's options and takes its way along. A step back restores the flow.
    """
    if spot.block is None:
        return None
    if spot.way is not None:
        return _move_option(flow, _block(flow, spot.block), spot.way, by)
    path = _path(flow, spot.block)
    target = _below(flow, path) if by > 0 else _above(flow, path)
    if target is None:
        return None
    return _put(_without(flow, path), target, _at(flow, path))


def _move_option(flow: Flow, block: Block, way: int, by: int) -> Edited | None:
    if way == INVALID or not 0 <= way + by < len(block.options):
        return None
    return Edited(put(flow, move_option(block, way, by)), Spot(block.id, way + by))


def _below(flow: Flow, path: _Path) -> _Path | None:
    """Where a block that was taken out of `path` stands one step further down."""
    way, index = path[:-1], path[-1]
    siblings = _at_way(flow, way)
    if index + 1 < len(siblings):
        ways = _ways(siblings[index + 1])
        return (*way, index, ways[0], 0) if ways else (*way, index + 1)
    if not way:
        return None
    parent, out = way[:-1], way[-1]
    ways = _ways(_at(flow, parent))
    following = ways[ways.index(out) + 1 :]
    return (*parent, following[0], 0) if following else _next(parent)


def _above(flow: Flow, path: _Path) -> _Path | None:
    """Where a block that was taken out of `path` stands one step further up."""
    way, index = path[:-1], path[-1]
    if index > 0:
        before = _at_way(flow, way)[index - 1]
        ways = _ways(before)
        return (*way, index - 1, ways[-1], len(_way(before, ways[-1]))) if ways else (*way, index - 1)
    if not way:
        return None
    parent, out = way[:-1], way[-1]
    ways = _ways(_at(flow, parent))
    earlier = ways[: ways.index(out)]
    return (*parent, earlier[-1], len(_way(_at(flow, parent), earlier[-1]))) if earlier else parent


def renumbered_flow(flow: Flow, first_id: int = 1) -> Flow:
    """The flow with ids of blocks from `first_id` on, as an outline has them."""
    ids = count(first_id)
    return replace(flow, blocks=tuple(_renumbered(block, ids) for block in flow.blocks))


def highest_id(flow: Flow) -> int:
    """The highest id of its blocks; 0 where it has none."""
    return max((block.id for block in flow.walk()), default=0)


# Edits of one block


def renumbered(block: Block, first_id: int) -> Block:
    """The block and all on its ways with ids from `first_id` on."""
    return _renumbered(block, count(first_id))


def _renumbered(block: Block, ids: Iterator[int]) -> Block:
    fresh = replace(block, id=next(ids))
    for way in _ways(block):
        inner = tuple(_renumbered(item, ids) for item in _way(block, way))
        fresh = _with_way(fresh, way, inner)
    return fresh


def add_option(block: Block, index: int, text: str) -> Block:
    """Another option, with nothing on its way yet."""
    return replace(block, options=(*block.options[:index], Option(text), *block.options[index:]))


def name_option(block: Block, index: int, text: str) -> Block:
    """Another text for an option, which keeps its way."""
    option = replace(block.options[index], text=text)
    return replace(block, options=(*block.options[:index], option, *block.options[index + 1 :]))


def remove_option(block: Block, index: int) -> Block:
    """One option less, and its way with it."""
    return replace(block, options=(*block.options[:index], *block.options[index + 1 :]))


def move_option(block: Block, index: int, by: int) -> Block:
    """An option up (-1) or down (1) among its block's, with its way."""
    options = list(block.options)
    options.insert(index + by, options.pop(index))
    return replace(block, options=tuple(options))


# Undo and redo


@dataclass(frozen=True, slots=True)
class History:
    """A flow as it is being edited: what it was before each edit, and what was taken back."""

    flow: Flow
    spot: Spot = Spot()
    """The line that the person is at."""
    past: tuple[Edited, ...] = ()
    future: tuple[Edited, ...] = ()
    last_id: int = 0
    """The highest that a block ever had."""
    typing: str = ""
    """What the last edit was typed into: typing on there is no edit of its own."""

    @staticmethod
    def begin(flow: Flow, *others: Flow) -> "History":
        """Nothing edited yet; ids of `others` (of versions people may be inside) are taken as well."""
        return History(flow, last_id=max(highest_id(one) for one in (flow, *others)))

    @property
    def next_id(self) -> int:
        """For the next block: no block of this flow had it or any above it."""
        return self.last_id + 1

    def at(self, spot: Spot) -> "History":
        """Another line under the cursor; what is typed then is a new edit."""
        return self if spot == self.spot else replace(self, spot=spot, typing="")

    def do(self, edited: Edited, typing: str = "") -> "History":
        """An edit; one that is typed goes on with the edit before where that was `typing` the same."""
        if edited.flow == self.flow:
            return self.at(edited.spot)
        goes_on = typing and typing == self.typing
        past = self.past if goes_on else (*self.past, Edited(self.flow, self.spot))
        last_id = max(self.last_id, highest_id(edited.flow))
        return History(edited.flow, edited.spot, past, (), last_id, typing)

    def undo(self) -> "History":
        """Without the last edit; as it is where there is none."""
        if not self.past:
            return self
        *past, before = self.past
        future = (*self.future, Edited(self.flow, self.spot))
        return History(before.flow, before.spot, tuple(past), future, self.last_id)

    def redo(self) -> "History":
        """With the edit that was taken back last; as it is where there is none."""
        if not self.future:
            return self
        *future, after = self.future
        past = (*self.past, Edited(self.flow, self.spot))
        return History(after.flow, after.spot, past, tuple(future), self.last_id)


# Ways and paths


def _ways(block: Block) -> list[int]:
    """The numbers of its ways, as an outline has them."""
    return [*range(len(block.options)), *([] if block.invalid is None else [INVALID])]


def _way(block: Block, way: int) -> _Blocks:
    return (block.invalid or ()) if way == INVALID else block.options[way].blocks


def _with_way(block: Block, way: int, blocks: _Blocks) -> Block:
    if way == INVALID:
        return replace(block, invalid=blocks)
    option = replace(block.options[way], blocks=blocks)
    return replace(block, options=(*block.options[:way], option, *block.options[way + 1 :]))


def _path(flow: Flow, block_id: int) -> _Path:
    found = _search(flow.blocks, block_id)
    if found is None:
        raise LookupError(f"the flow has no block {block_id}")
    return found


def _search(blocks: _Blocks, block_id: int) -> _Path | None:
    for index, block in enumerate(blocks):
        if block.id == block_id:
            return (index,)
        for way in _ways(block):
            if (inner := _search(_way(block, way), block_id)) is not None:
                return (index, way, *inner)
    return None


def _block(flow: Flow, block_id: int) -> Block:
    return _at(flow, _path(flow, block_id))


def _at(flow: Flow, path: _Path) -> Block:
    return _at_way(flow, path[:-1])[path[-1]]


def _at_way(flow: Flow, path: _Path) -> _Blocks:
    """The blocks of the way that `path`, less the index of a block, leads to."""
    blocks = flow.blocks
    for index, way in zip(path[::2], path[1::2], strict=True):
        blocks = _way(blocks[index], way)
    return blocks


def _next(path: _Path) -> _Path:
    return (*path[:-1], path[-1] + 1)


def _put(flow: Flow, path: _Path, block: Block) -> Edited:
    placed = _changed(flow, path[:-1], lambda blocks: _spliced(blocks, path[-1], 0, block))
    return Edited(placed, Spot(block.id))


def _without(flow: Flow, path: _Path) -> Flow:
    return _changed(flow, path[:-1], lambda blocks: _spliced(blocks, path[-1], 1))


def _beside(flow: Flow, path: _Path) -> Spot:
    """The line next to where a block was taken out."""
    way = path[:-1]
    if siblings := _at_way(flow, way):
        return Spot(siblings[min(path[-1], len(siblings) - 1)].id)
    return Spot(_at(flow, way[:-1]).id, way[-1]) if way else Spot()


def _spliced(blocks: _Blocks, index: int, left_out: int, *put_in: Block) -> _Blocks:
    return (*blocks[:index], *put_in, *blocks[index + left_out :])


def _changed(flow: Flow, path: _Path, change: Callable[[_Blocks], _Blocks]) -> Flow:
    """The flow with the blocks of the way at `path` changed."""
    return replace(flow, blocks=_deep(flow.blocks, path, change))


def _deep(blocks: _Blocks, path: _Path, change: Callable[[_Blocks], _Blocks]) -> _Blocks:
    if not path:
        return change(blocks)
    index, way, *rest = path
    inner = _deep(_way(blocks[index], way), tuple(rest), change)
    return _spliced(blocks, index, 1, _with_way(blocks[index], way, inner))
