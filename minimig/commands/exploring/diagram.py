"""One place for each table, which it keeps through all revisions, so that the eye finds it again at each step.

In: the size that each card needs at its largest, and who points to whom at any time. Out: positions. What is pointed to
stands to the left of what points to it: ranks by the longest path, order within a rank by the middle of the neighbours,
height by what keeps lines short. A rank that would become too tall is parted into columns; tables without foreign keys
come last, so that the whole has about the shape of a screen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from statistics import fmean

import networkx as nx

GAP = 26
"""Between two cards of a column."""
BETWEEN_RANKS = 96
WITHIN_RANK = 40
SHAPE = 1.2
"""Width by height."""
SWEEPS = 6


@dataclass(frozen=True)
class Box:
    """Where a card stands, and how large it may become."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


Sizes = Mapping[int, tuple[float, float]]
Columns = list[list[int]]


def layout(sizes: Sizes, links: Collection[tuple[int, int]]) -> Mapping[int, Box]:
    """A place for each card; a link leads from the card that points to the one that is pointed to."""
    if not sizes:
        return {}
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(sorted(sizes))
    graph.add_edges_from(sorted((target, source) for source, target in links if source != target))
    ranks = _sorted_ranks(graph)
    single = [node for node in graph if not graph.degree[node]]
    tall = _height_limit(sizes)
    groups = [*([rank for rank in ranks if rank]), *([single] if single else [])]
    columns: Columns = []
    gaps: list[float] = []
    for group in groups:
        parts = list(_parted(group, sizes, tall))
        columns += parts
        gaps += [WITHIN_RANK] * (len(parts) - 1) + [BETWEEN_RANKS]
    return _placed(columns, gaps, sizes, graph)


def _sorted_ranks(graph: nx.DiGraph[int]) -> Columns:
    """The cards with links, rank by rank, each rank in an order that keeps lines apart."""
    plain: nx.DiGraph[int] = nx.DiGraph(graph)
    plain.remove_edges_from(list(_closing(graph)))
    rank: dict[int, int] = {}
    for node in nx.topological_sort(plain):
        rank[node] = max((rank[parent] + 1 for parent in plain.pred[node]), default=0)
    ranks: Columns = [[] for _ in range(max(rank.values(), default=0) + 1)]
    for node in sorted(rank):
        if graph.degree[node]:
            ranks[rank[node]].append(node)
    for sweep in range(SWEEPS):
        place = {node: (number + 0.5) / len(nodes) for nodes in ranks for number, node in enumerate(nodes)}
        for nodes in ranks if sweep % 2 == 0 else reversed(ranks):
            middle = {node: fmean([place[other] for other in nx.all_neighbors(graph, node)]) for node in nodes}
            nodes.sort(key=lambda node: (middle[node], node))
            place.update({node: (number + 0.5) / len(nodes) for number, node in enumerate(nodes)})
    return ranks


def _closing(graph: nx.DiGraph[int]) -> Iterator[tuple[int, int]]:
    """The edges that close a circle: without them there is none."""
    open_: set[int] = set()
    for source, target, kind in nx.dfs_labeled_edges(graph):
        if kind == "forward":
            open_.add(target)
        elif kind == "reverse":
            open_.discard(target)
        elif target in open_:
            yield source, target


def _height_limit(sizes: Sizes) -> float:
    """How tall a column may become for the whole to have its shape."""
    area = sum((width + BETWEEN_RANKS) * (height + GAP) for width, height in sizes.values())
    return max(sqrt(area / SHAPE), *(height for _, height in sizes.values()), 1.0)


def _parted(nodes: Sequence[int], sizes: Sizes, tall: float) -> Iterator[list[int]]:
    """The nodes in as many columns as are needed, about equally tall."""
    total = sum(sizes[node][1] + GAP for node in nodes)
    share = total / ceil(total / (tall + GAP))
    column: list[int] = []
    height = 0.0
    for node in nodes:
        own = sizes[node][1] + GAP
        if column and height + own / 2 > share:
            yield column
            column, height = [], 0.0
        column.append(node)
        height += own
    yield column


def _placed(columns: Columns, gaps: Sequence[float], sizes: Sizes, graph: nx.DiGraph[int]) -> Mapping[int, Box]:
    boxes: dict[int, Box] = {}
    left = 0.0
    tallest = max(_height(column, sizes) for column in columns)
    for column, gap in zip(columns, gaps, strict=True):
        width = max(sizes[node][0] for node in column)
        top = (tallest - _height(column, sizes)) / 2 if graph.degree[column[0]] else 0.0
        for node in column:
            boxes[node] = Box(left, top, width, sizes[node][1])
            top += sizes[node][1] + GAP
        left += width + gap
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _settle(column, boxes, graph)
    upper = min(box.y for box in boxes.values())
    return {node: Box(box.x, round(box.y - upper), box.width, box.height) for node, box in boxes.items()}


def _height(column: Sequence[int], sizes: Sizes) -> float:
    return sum(sizes[node][1] + GAP for node in column) - GAP


def _settle(column: Sequence[int], boxes: dict[int, Box], graph: nx.DiGraph[int]) -> None:
    """Move the cards of a column as near to their neighbours as their order and the gaps allow."""
    if not graph.degree[column[0]]:
        return
    above = [0.0]
    for node, _ in pairwise(column):
        above.append(above[-1] + boxes[node].height + GAP)
    wanted = []
    for node, offset in zip(column, above, strict=True):
        others = [boxes[other].middle for other in nx.all_neighbors(graph, node) if other not in column]
        middle = fmean(others) if others else boxes[node].middle
        wanted.append(middle - boxes[node].height / 2 - offset)
    for node, offset, free in zip(column, above, _rising(wanted), strict=True):
        box = boxes[node]
        boxes[node] = Box(box.x, free + offset, box.width, box.height)


def _rising(wanted: Sequence[float]) -> Iterator[float]:
    """The nearest numbers that never fall: neighbours that would cross meet in their middle."""
    blocks: list[list[float]] = []
    for number in wanted:
        block = [number]
        while blocks and fmean(blocks[-1]) > fmean(block):
            block = blocks.pop() + block
        blocks.append(block)
    for block in blocks:
        yield from [fmean(block)] * len(block)
