"""Charts: numbers into shapes, drawn on the server; templates only write the shapes down.

Pure: the same numbers give the same picture. Lengths are the picture's own units.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

_top: Final = 34.0
_height: Final = 92.0
"""Of everything there is."""
_drop: Final = 26.0
_width: Final = 1080.0
_step_max: Final = 150.0
_node: Final = 14.0
_start: Final = 118.0
_visible_min: Final = 1.5
_label_room: Final = 22.0
points_max: Final = 40
"""Events drawn on both clocks."""


class Stay(NamedTuple):
    """What stays at one place: its ribbon, its node, and where the words go."""

    name: str
    seals: int
    ribbon: str
    x: float
    y: float
    height: float
    middle: float


class Flow(NamedTuple):
    """The whole picture; `trunk` are the steps of the stream that goes on."""

    width: float
    height: float
    total: int
    trunk: str
    stays: tuple[Stay, ...]
    label_y: float


def flow(amounts: Mapping[str, int], order: Sequence[str]) -> Flow:
    """The picture of these amounts; places without seals are left out."""
    stages = [(name, amounts[name]) for name in order if amounts.get(name)]
    total = sum(seals for _, seals in stages if seals > 0)
    scale = _height / total if total else 0.0
    step = min(_step_max, (_width - _start) / max(len(stages), 1))
    left = float(total)
    base = _top + _height + _drop
    deepest = max((max(seals, 0) * scale for _, seals in stages), default=0.0)
    stays = []
    edge = [f"M0 {_top}"]
    below: list[str] = []
    for number, (name, seals) in enumerate(stages):
        x = _start + number * step
        bottom = _top + left * scale
        left -= max(seals, 0)
        height = max(max(seals, 0) * scale, _visible_min if seals > 0 else 0.0)
        end = x + step - _node - 24
        ribbon = _ribbon(x, bottom - max(seals, 0) * scale, bottom, end, base, base + height)
        stays.append(Stay(name, seals, ribbon, end, base, height, end + _node / 2))
        below += [f"L{_n(x)} {_n(bottom)}", f"L{_n(x)} {_n(_top + left * scale)}"]
    width = _start + max(len(stages), 1) * step
    last = _start + max(len(stages) - 1, 0) * step
    # The stream's upper edge runs straight; the lower one steps up where something stayed.
    edge += [f"L{_n(last)} {_top}", *reversed(below), f"L0 {_n(_top + total * scale)}", "Z"]
    label_y = base + deepest + 18
    return Flow(width, label_y + _label_room, total, "".join(edge), tuple(stays), label_y)


def _ribbon(x: float, top: float, bottom: float, end: float, upper: float, lower: float) -> str:
    bend = (x + end) / 2
    down = f"C{_n(bend)} {_n(top)} {_n(bend)} {_n(upper)} {_n(end)} {_n(upper)}"
    back = f"C{_n(bend)} {_n(lower)} {_n(bend)} {_n(bottom)} {_n(x)} {_n(bottom)}"
    return f"M{_n(x)} {_n(top)}{down}L{_n(end)} {_n(lower)}{back}Z"


def _n(value: float) -> str:
    return f"{value:.1f}"


class Part(NamedTuple):
    """One part of a bar, in per cent of its length."""

    name: str
    x: float
    width: float


def bar(amounts: Mapping[str, int], order: Sequence[str]) -> tuple[Part, ...]:
    """A bar cut in proportion; what is not above zero has no part in it."""
    total = sum(max(amounts.get(name, 0), 0) for name in order)
    parts = []
    at = 0.0
    for name in order:
        if (seals := amounts.get(name, 0)) > 0:
            width = seals * 100 / total
            parts.append(Part(name, round(at, 2), round(width, 2)))
            at += width
    return tuple(parts)


class Steps(NamedTuple):
    """The picture; `zero` is where nothing is left."""

    width: float
    height: float
    path: str
    area: str
    zero: float
    highest: int
    lowest: int
    top: float
    first: date
    last: date


def steps(opening: int, days: Sequence[tuple[date, int]]) -> Steps | None:
    """The picture of balances at the ends of days; None where no seal moved."""
    if not days:
        return None
    width, height, left, top, foot = 900.0, 150.0, 70.0, 12.0, 28.0
    balances = [opening, *(balance for _, balance in days)]
    highest, lowest = max(*balances, 0), min(*balances, 0)
    first, last = days[0][0], days[-1][0]
    across = (width - left) / max((last - first).days + 1, 1)
    up = (height - top - foot) / max(highest - lowest, 1)

    def y(balance: int) -> float:
        return round(top + (highest - balance) * up, 1)

    line = [f"M{left} {y(opening)}"]
    for day, balance in days:
        x = round(left + (day - first).days * across, 1)
        line += [f"H{x}", f"V{y(balance)}"]
    line.append(f"H{width}")
    path = "".join(line)
    area = f"{path}V{y(0)}H{left}Z"
    return Steps(width, height, path, area, y(0), highest, lowest, top, first, last)


class Point(NamedTuple):
    """An event: where it stands on either line."""

    title: str
    happened: float
    known: float


class Times(NamedTuple):
    """The picture; `first` and `last` are µs UTC at its ends."""

    width: float
    height: float
    points: tuple[Point, ...]
    first: int
    last: int


def times(events: Sequence[tuple[str, int, int]]) -> Times | None:
    """The picture of (title, happened, recorded), µs UTC; None where there is nothing to draw."""
    if not events:
        return None
    width, left, right = 720.0, 110.0, 24.0
    cut = events[:points_max]
    moments = [at for _, *both in cut for at in both]
    first, last = min(moments), max(moments)
    scale = (width - left - right) / max(last - first, 1)

    def place(at: int) -> float:
        return round(left + (at - first) * scale, 1)

    points = tuple(Point(title, place(at), place(known)) for title, at, known in cut)
    return Times(width, 120.0, points, first, last)


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
    nodes = [_box(key, places[key], told.get(key)) for key in depth]
    edges = [
        Edge(word, _line(places[start], places[end])) for start, end, word in dict.fromkeys(lines)
    ]
    width = _margin * 2 + (max(columns) - lowest) * _column + _box_width
    height = _margin * 2 + (tallest - 1) * _row + _box_height
    return Graph(width, height, tuple(nodes), tuple(edges), left_out)


def _box(key: _Key, place: tuple[float, float], step: Mapping[str, Any] | None) -> Node:
    amount = step["count"] if step else None
    return Node(key[1], key[2], key[0], *place, amount, step["quantity"] if step else None)


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    one, other = sorted((start, end))
    x, y = one[0] + _box_width, one[1] + _box_height / 2
    to_x, to_y = other[0], other[1] + _box_height / 2
    bend = (x + to_x) / 2
    return f"M{x:.0f} {y:.0f}C{bend:.0f} {y:.0f} {bend:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
