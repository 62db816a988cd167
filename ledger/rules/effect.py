"""From which day on a registry fact can matter to applications that nothing was wrong with."""

from datetime import date, timedelta

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractEnded,
    ConsignmentContractSigned,
    IssuerDesignated,
    LabelWithdrawn,
)

_OF_BODIES = frozenset({"RCB", "CERTIFYING_AGENT"})


def effective_from(fact: Fact, about: About) -> date | None:
    """The first day whose applications a fact about something can make wrong; None: any day's.

    Holds when the fact comes and when it ceases to count, for applications under which no rule
    found anything before. One that a rule found something on may show the fact whatever its day.
    """
    match fact:
        case ConsignmentContractEnded():
            # The last day is in force.
            return None if fact.on == date.max else fact.on + timedelta(days=1)
        case ConsignmentContractSigned() if about is About.PARTY:
            # Another contract of the exporter. What rests on this very one asks for it by name.
            return fact.from_
        case CertificationChanged() if fact.role not in _OF_BODIES:
            # A body is asked for a valid one on every day once it ever had one.
            return fact.from_
        case IssuerDesignated():
            return fact.from_
        case LabelWithdrawn():
            return fact.on
        case _:
            return None
