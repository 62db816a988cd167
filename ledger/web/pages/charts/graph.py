"""A trace as a graph: what a lot came from on the left, the lot, what became of it on the right.

Lots stand in columns by how many steps away they are; a lot is drawn once on either side.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

_box_width: Final = 180.0
_box_height: Final = 40.0
_column: Final = 240.0
_row: Final = 54.0
_margin: Final = 12.0
nodes_max: Final = 120
"""Drawn; what is left out stands in the list beside the picture."""


class Node(NamedTuple):
    """A box: `side` is -1, 0 or 1; `kind` lot, seals, shipment, arrival, certificate or sale."""

    kind: str
    id: str
    side: int
    x: float
    y: float
    amount: int | None
    quantity: str | None


class Edge(NamedTuple):
    """A line between two boxes; `word` is the kind of the step."""

    word: str
    path: str


class Graph(NamedTuple):
    """The whole picture."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int


_LOTS: Final = frozenset({"input", "used_in", "subdivided_from", "subdivided_into"})
_Key = tuple[int, str, str]
"""side, kind, id."""


def graph(lot: str, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Graph:
    """The picture of a trace of a lot."""
    depth: dict[_Key, int] = {(0, "lot", lot): 0}
    told: dict[_Key, Mapping[str, Any]] = {}
    lines: list[tuple[_Key, _Key, str]] = []
    left_out = 0
    for side, name in ((-1, "back"), (1, "forward")):
        for step in found[name]:
            start = (0, "lot", lot) if step["of"] == lot else (side, "lot", step["of"])
            kind = "lot" if step["kind"] in _LOTS else step["kind"]
            end = (
                (0, "lot", lot) if (kind, step["id"]) == ("lot", lot) else (side, kind, step["id"])
            )
            if end not in depth:
                if start not in depth or len(depth) >= nodes_max:
                    left_out += 1
                    continue
                depth[end] = depth[start] + 1
                told[end] = step
            if start in depth and start != end:
                lines.append((start, end, step["kind"]))
    return _drawn(depth, told, lines, left_out)


def _drawn(
    depth: dict[_Key, int],
    told: dict[_Key, Mapping[str, Any]],
    lines: list[tuple[_Key, _Key, str]],
    left_out: int,
) -> Graph:
    columns: dict[int, list[_Key]] = {}
    for key, steps in depth.items():
        columns.setdefault(steps * (key[0] or 1), []).append(key)
    lowest = min(columns)
    tallest = max(map(len, columns.values()))
    places: dict[_Key, tuple[float, float]] = {}
    for column, keys in columns.items():
        x = _margin + (column - lowest) * _column
        offset = (tallest - len(keys)) * _row / 2
        for number, key in enumerate(keys):
            places[key] = (x, _margin + offset + number * _row)
    nodes = [_node(key, places[key], told.get(key)) for key in depth]
    edges = [
        Edge(word, _line(places[start], places[end])) for start, end, word in dict.fromkeys(lines)
    ]
    width = _margin * 2 + (max(columns) - lowest) * _column + _box_width
    height = _margin * 2 + (tallest - 1) * _row + _box_height
    return Graph(width, height, tuple(nodes), tuple(edges), left_out)


def _node(key: _Key, place: tuple[float, float], step: Mapping[str, Any] | None) -> Node:
    amount = step["count"] if step else None
    return Node(key[1], key[2], key[0], *place, amount, step["quantity"] if step else None)


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    one, other = sorted((start, end))
    x, y = one[0] + _box_width, one[1] + _box_height / 2
    to_x, to_y = other[0], other[1] + _box_height / 2
    bend = (x + to_x) / 2
    return f"M{x:.0f} {y:.0f}C{bend:.0f} {y:.0f} {bend:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
