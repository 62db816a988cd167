"""Marks and their licensees, labels, contracts, and which of these an application stands on."""

from datetime import date
from typing import NamedTuple

from ledger.facts.mentions import About
from ledger.facts.registry import (
    ConsignmentContractEnded,
    ConsignmentContractSigned,
    LabelApproved,
    LabelWithdrawn,
    MarkRegistered,
)
from ledger.questions import Questions
from ledger.rules.moments import within


def mark_of(questions: Questions, mark: str) -> MarkRegistered | None:
    """The registration of a mark; its `importer` is the licensee."""
    return questions.memo(
        ("mark", mark), lambda: questions.record.latest(MarkRegistered, About.MARK, mark)
    )


def marks_licensed(
    questions: Questions, importer: str, rcb: str | None = None
) -> list[MarkRegistered]:
    """The marks of which a party is the licensee, of one body or of all, by name."""

    def read() -> list[MarkRegistered]:
        registered = questions.record.about(MarkRegistered, About.PARTY, importer)
        marks = [mark_of(questions, name) for name in sorted({event.mark for event in registered})]
        # A mark may have been registered again for another licensee.
        return [mark for mark in marks if mark is not None and mark.importer == importer]

    marks = questions.memo(("marks licensed", importer), read)
    return [mark for mark in marks if rcb in (None, mark.rcb)]


class Contract(NamedTuple):
    """A signed contract, the day it ends (None: open) and the events that end it."""

    signed: ConsignmentContractSigned
    end: date | None
    ended: tuple[ConsignmentContractEnded, ...]

    def in_force(self, on: date) -> bool:
        """Whether the contract is in force on a day, its first and last day included."""
        return within(on, self.signed.from_, self.end)


def contract_of(questions: Questions, contract: str) -> Contract | None:
    """The contract as signed last; None where nobody signed it."""

    def read() -> Contract | None:
        signed = questions.record.latest(ConsignmentContractSigned, About.CONTRACT, contract)
        if signed is None:
            return None
        ended = questions.record.about(ConsignmentContractEnded, About.CONTRACT, contract)
        ends = [event.on for event in ended]
        if signed.until is not None:
            ends.append(signed.until)
        return Contract(signed, min(ends, default=None), tuple(ended))

    return questions.memo(("contract", contract), read)


def contracts_of(questions: Questions, exporter: str) -> list[Contract]:
    """Every contract of an exporter, by id."""

    def read() -> list[Contract]:
        signed = questions.record.about(ConsignmentContractSigned, About.PARTY, exporter)
        contracts = [contract_of(questions, key) for key in sorted({e.contract for e in signed})]
        # A contract may have been signed again by another exporter.
        return [c for c in contracts if c is not None and c.signed.exporter == exporter]

    return questions.memo(("contracts of", exporter), read)


class Standing(NamedTuple):
    """What an application of a registered mark stands on.

    `own` = the licensee applies its own mark. `governing` = the contract that governs it. `breach`
    = the rule that fires where neither holds; `fitting` = the contracts in force, `offered` = those
    considered.
    """

    mark: MarkRegistered
    own: bool
    governing: Contract | None = None
    breach: str | None = None
    fitting: tuple[Contract, ...] = ()
    offered: tuple[Contract, ...] = ()


def standing(
    questions: Questions, holder: str, mark: str, named: str | None, on: date
) -> Standing | None:
    """What an application by a holder of a mark on a day stands on; None for an unknown mark.

    `named` = the contract the application names.
    """
    key = "standing", holder, mark, named, on
    return questions.memo(key, lambda: _standing(questions, holder, mark, named, on))


def _standing(
    questions: Questions, holder: str, mark: str, named: str | None, on: date
) -> Standing | None:
    registered = mark_of(questions, mark)
    if registered is None:
        return None
    if holder == registered.importer:
        return Standing(registered, own=True)
    by_name = contract_of(questions, named) if named is not None else None
    offered = contracts_of(questions, holder) if by_name is None else [by_name]
    fitting = tuple(c for c in offered if c.signed.exporter == holder and c.in_force(on))
    licensed = [c for c in fitting if c.signed.importer == registered.importer]
    governing = max(
        (c for c in licensed if c.signed.rcb == registered.rcb),
        key=lambda c: (c.signed.from_, c.signed.contract),
        default=None,
    )
    if governing is not None:
        breach = None
    elif licensed:
        breach = "M-08"
    elif by_name is not None and fitting:
        breach = "M-07"
    else:
        breach = "M-09"
    return Standing(
        registered,
        own=False,
        governing=governing,
        breach=breach,
        fitting=fitting,
        offered=tuple(offered),
    )


def label_of(questions: Questions, label: str, version: int) -> LabelApproved | None:
    """A label version as approved last; None where it never was."""
    return questions.memo(
        ("label", label, version),
        lambda: questions.record.latest(LabelApproved, About.LABEL, f"{label} {version}"),
    )


def label_valid(questions: Questions, label: str, version: int, on: date) -> bool:
    """Whether some approval of the version covers a day and no withdrawal lies before or on it."""
    key = f"{label} {version}"
    return any(
        within(on, approved.from_, approved.until)
        for approved in questions.record.about(LabelApproved, About.LABEL, key)
    ) and not any(
        withdrawn.on <= on for withdrawn in questions.record.about(LabelWithdrawn, About.LABEL, key)
    )


def seals_expected(label: LabelApproved, units: int) -> int | None:
    """The seals so many units need; None where the mark stands on the invoice alone."""
    return None if label.carrier == "INVOICE_MARK" else units * label.seals_per_unit
