"""Which slips to plant: all of them, a share of the lots, or some by name or rule."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ledger.errors import Misuse

_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_COPIES_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Mix:
    """Slips wanted. `share` is a part of the lots; `named` how often each name or rule."""

    everything: bool = False
    share: Decimal | None = None
    named: tuple[tuple[str, int], ...] = field(default=())

    @classmethod
    def parse(cls, text: str) -> "Mix":
        """`all`, `1%`, or a list such as `over-sealing,M-02:3`; Misuse for anything else."""
        text = text.strip()
        if text == "all":
            return cls(everything=True)
        if match := _SHARE.fullmatch(text):
            share = Decimal(match[1]) / 100
            if share > 1:
                raise Misuse(f"slips: {text} is more than every lot")
            return cls(share=share)
        named = []
        for item in text.split(","):
            name, _, times = item.strip().partition(":")
            if not name or (times and not times.isdecimal()):
                raise Misuse(f"slips: {item!r} is no name or rule with a number, such as M-02:3")
            copies = int(times or "1")
            if not 1 <= copies <= _COPIES_MAX:
                raise Misuse(f"slips: {item!r}: at least one and at most {_COPIES_MAX} of a kind")
            named.append((name, copies))
        return cls(named=tuple(named))
