"""The faults that can be planted, by name and by rule, and the scenarios a mix asks for."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from random import Random
from typing import Final

from ledger.errors import Misuse, no_such
from ledger.season.family import Fault
from ledger.season.faults_conduct import conduct
from ledger.season.faults_criteria import criteria
from ledger.season.faults_farms import farms
from ledger.season.faults_labels import claims, labels, process
from ledger.season.faults_papers import papers, terms
from ledger.season.faults_sealing import application, authority
from ledger.season.faults_shipment import lots, shipments
from ledger.season.faults_standing import standing
from ledger.season.faults_stock import repeated, stock
from ledger.season.scenario import Scenario

_FAMILIES: Final = (
    application, authority, claims, conduct, labels, lots, shipments, papers, process, terms,
    repeated, standing, stock, farms, criteria,
)  # fmt: skip
FAULTS: Final = {name: fault for family in _FAMILIES for name, fault in family.items()}
"""Every kind of fault by name, in the order of the families: the same at every time."""

_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_COPIES_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Mix:
    """Faults wanted. `share` is a part of the lots; `named` how often each name or rule."""

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
                raise Misuse(f"faults: {text} is more than every lot")
            return cls(share=share)
        named = []
        for item in text.split(","):
            name, _, times = item.strip().partition(":")
            if not name or (times and not times.isdecimal()):
                raise Misuse(f"faults: {item!r} is no name or rule with a number, such as M-02:3")
            copies = int(times or "1")
            if not 1 <= copies <= _COPIES_MAX:
                raise Misuse(f"faults: {item!r}: at least one and at most {_COPIES_MAX} of a kind")
            named.append((name, copies))
        return cls(named=tuple(named))


def scenarios(mix: Mix, lots: int, seed: int) -> list[Scenario]:
    """A scenario for each fault asked for; `lots` is how many lots a share is taken of.

    Raises Misuse for a name or rule no fault has.
    """
    chosen: list[Fault] = []
    known = list(FAULTS.values())
    if mix.everything:
        chosen = known
    elif mix.share is not None:
        order = Random(f"{seed}/kinds").sample(known, len(known))  # noqa: S311  # repeatable, not secret
        chosen = [order[n % len(order)] for n in range(ceil(mix.share * lots))]
    for name, times in mix.named:
        fitting = [fault for fault in known if name in (fault.name, fault.rule)]
        if not fitting:
            raise no_such("fault", name, FAULTS, field="faults", every=True)
        chosen += [fitting[n % len(fitting)] for n in range(times)]
    return [
        fault.scenario(number, Random(f"{seed}/slip/{number}"))  # noqa: S311  # repeatable, not secret
        for number, fault in enumerate(chosen)
    ]
