"""What rules ask about the past: a folder a question.

Each holds what is asked (its type), the answer from all facts at hand, the answer in bulk from the
database, the tables that one rests on, and the dependency keys of what it reads. Both answers are
the same, whatever the order in which the facts came. What a rule asks is answered from bounded
data: no answer costs more because an account, a lot or a contract has a long history. Each question
says which data that is.
"""

from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar

from ledger.facts.record import Record
from ledger.labels.entries import Husbandry
from ledger.questions.accounts import Accounts, AccountsAtHand
from ledger.questions.applications import Applications, ApplicationsAtHand
from ledger.questions.conduct import Conduct, ConductAtHand
from ledger.questions.herds import Herds, HerdsAtHand
from ledger.questions.husbandry import HusbandryAtHand
from ledger.questions.lookalikes import LookAlikes
from ledger.questions.outside_work import OutsideWork, OutsideWorkAtHand
from ledger.questions.papers import Papers, PapersAtHand
from ledger.questions.serials import Serials, SerialsAtHand

T = TypeVar("T")


class Questions(
    Accounts,
    Applications,
    Serials,
    LookAlikes,
    Papers,
    Conduct,
    Herds,
    Husbandry,
    OutsideWork,
    Protocol,
):
    """Facts that count, and sums over them: all that rules may ask."""

    @property
    def record(self) -> Record:
        """The registry, and all facts about the subjects at hand except applications.

        Holds whole: the registry types; every fact about a lot, shipment, certificate, report,
        request, dispatch, contract, issuer or party at hand, and about what those name; what is
        recorded of a herd (`About.ANIMALS`), though not what was done with its animals; the
        application or event that is the subject itself and the `first` application of each
        `sealed` sum, found by `record.known(id)`.
        Never ask it for SealsApplied by type or subject, nor for anything about an account.
        """
        ...

    def memo(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed once for all that ask here.

        For what depends on the facts alone, so that 400 scans of one lot on one day cost one look
        into the registry. `key` starts with the name of the function that asks.
        """
        ...


class QuestionsAtHand(
    AccountsAtHand,
    ApplicationsAtHand,
    SerialsAtHand,
    PapersAtHand,
    ConductAtHand,
    HerdsAtHand,
    HusbandryAtHand,
    OutsideWorkAtHand,
):
    """The answers from all facts: what the answers from the database are compared with."""
