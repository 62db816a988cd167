"""A chart of lines as SVG, on paper of its own: both axes by powers where values span much."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 40, 40, 60
_COLOURS = ("#2f5d8a", "#b5533c", "#4c7a34", "#8a5a9e", "#777777")
_TICKS = 5
_LEGEND_LINE = 16
_POWERS_FROM = 8.0
"""Values whose largest is so many times the smallest stand at equal distances by their powers."""


class Line(NamedTuple):
    """One line: its name, and its points in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]


class Axis:
    """Where values stand on a stretch of paper, and which of them are written beside it."""

    def __init__(self, values: Sequence[float], start: float, end: float, *, zero: bool) -> None:
        low, high = min(values), max(values)
        self._powers = low > 0 and high / low >= _POWERS_FROM and not zero
        self._low = low if self._powers else 0.0
        self._high = high if high > self._low else self._low + 1
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        """The place of a value."""
        if self._powers:
            share = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            share = (value - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> list[float]:
        """Values at equal distances."""
        shares = [number / (_TICKS - 1) for number in range(_TICKS)]
        if self._powers:
            return [self._low * (self._high / self._low) ** share for share in shares]
        return [self._low + share * (self._high - self._low) for share in shares]


def chart(title: str, x_name: str, y_name: str, lines: Sequence[Line]) -> str:
    """Draw the lines; y begins at nought, so that a difference looks as large as it is."""
    xs = sorted({x for line in lines for x, _ in line.points})
    ys = [y for line in lines for _, y in line.points]
    across = Axis(xs, _LEFT, _WIDTH - _RIGHT, zero=False)
    up = Axis(ys, _HEIGHT - _BOTTOM, _TOP, zero=True)
    height = _HEIGHT + _LEGEND_LINE * len(lines)
    drawn = f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {drawn} font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(_LEFT, 22, title, "start", 'font-weight="bold"'),
        _text(_WIDTH / 2, _HEIGHT - 22, x_name),
        _text(_LEFT, _TOP - 4, y_name, "start", 'fill="#555555"'),
    ]
    below = _HEIGHT - _BOTTOM + 18
    told = xs if len(xs) <= _TICKS + 1 else across.ticks()
    parts += [_text(across.at(value), below, _number(value)) for value in told]
    for value in up.ticks():
        y = up.at(value)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#dddddd" fill="none"/>')
        parts.append(_text(_LEFT - 6, y + 4, _number(value), "end"))
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(across.at(x), up.at(y)) for x, y in line.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" stroke="{colour}" stroke-width="2" fill="none"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        y = _HEIGHT + _LEGEND_LINE * number - 4
        parts.append(f'<rect x="{_LEFT}" y="{y - 5}" width="12" height="3" fill="{colour}"/>')
        parts.append(_text(_LEFT + 20, y, line.name, "start"))
    return "\n".join([*parts, "</svg>\n"])


def _text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"
