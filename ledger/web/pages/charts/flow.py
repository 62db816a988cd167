"""Where the seals are, as a stream: what was issued flows on, and at each place some of it stays.

Heights are in proportion to seals, so that a thin line beside a broad one is the truth.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

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
