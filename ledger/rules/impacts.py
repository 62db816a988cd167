"""How much a case is about: seals, units or kilograms, as its rule says (`Says.impact`)."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from ledger.facts.seals import SealsApplied
from ledger.questions import Questions
from ledger.rules.kinds import Told
from ledger.rules.papers import shipment_of
from ledger.rules.violation import SubjectKind, Violation, parts_of

Unit = Literal["seals", "units", "kg", "none"]
_UNITS: Final[Mapping[str, Unit]] = {
    "seals": "seals", "range": "seals", "units": "units", "kg": "kg",
}  # fmt: skip
"""By the type of a value, what it counts."""
_OF_SUBJECT: Final = "subject"
_OVER_LIMIT: Final = "spoiled over limit"


class Impact(NamedTuple):
    """So many of a unit; none of `none`."""

    amount: Decimal | None = None
    unit: Unit = "none"


def impact_of(violation: Violation, told: Told, questions: Questions) -> Impact:
    """What a violation is about, in numbers."""
    asked = "" if told.says is None else told.says.impact
    if not asked:
        return Impact()
    if asked == _OF_SUBJECT:
        count = _of_subject(violation, told, questions)
        return Impact() if count is None else Impact(Decimal(count), "seals")
    if asked == _OVER_LIMIT:
        return Impact(_over_limit(told.given), "seals")
    names = asked.split("-")
    sums = [_sum(told.given[name], told.types[name]) for name in names]
    if None in sums:
        return Impact()
    first, *rest = (amount for amount in sums if amount is not None)
    return Impact(abs(first - sum(rest)), _UNITS[told.types[names[0]]])


def _sum(texts: Sequence[str], of: str) -> Decimal | None:
    """What the texts of a value of a type count together; None where there is none."""
    count = _numbers if of == "range" else Decimal
    return sum(map(count, texts), Decimal(0)) if texts else None


def _numbers(text: str) -> Decimal:
    """How many numbers a range holds, written `1001-1100`, or `1100` for one."""
    first, _, last = text.partition("-")
    return Decimal(last or first) - Decimal(first) + 1


def _over_limit(given: Mapping[str, Sequence[str]]) -> Decimal:
    """Spoiled seals beyond the share that may be, in whole seals."""
    spoiled, applied = (Decimal(given[name][0]) for name in ("spoiled", "applied"))
    share = Decimal(given["limit"][0].rstrip(" %")) / 100
    return Decimal(int(spoiled - share * (spoiled + applied)))


def _of_subject(violation: Violation, told: Told, questions: Questions) -> int | None:
    """The seals of an application, attached to a lot or under a label, or on a shipment's lines."""
    find = _SEALS.get(violation.subject_kind)
    return None if find is None else find(violation.subject, told.given, questions)


_Given = Mapping[str, Sequence[str]]


def _applied(key: str, _given: _Given, questions: Questions) -> int | None:
    known = questions.record.known(key)
    if known is None or not isinstance(known.fact, SealsApplied):
        return None
    return known.fact.count


def _on_lot(key: str, given: _Given, questions: Questions) -> int:
    label, version = given.get("label"), given.get("version")
    return sum(
        each.seals
        for each in questions.sealed(key)
        if not label or not version or (each.label, str(each.version)) == (label[0], version[0])
    )


def _under_label(key: str, _given: _Given, questions: Questions) -> int:
    label, version = parts_of(key)
    return questions.attached_under(label, int(version))


def _on_shipment(key: str, given: _Given, questions: Questions) -> int | None:
    """Of the lot and mark that the case names, else of all lines."""
    shipment = shipment_of(questions, key)
    if shipment is None:
        return None
    lot, mark = given.get("lot"), given.get("mark")
    return sum(
        line.seals
        for line in shipment.lines
        if (not lot or line.lot == lot[0]) and (not mark or line.mark == mark[0])
    )


_SEALS: Final[Mapping[SubjectKind, Callable[[str, _Given, Questions], int | None]]] = {
    SubjectKind.APPLICATION: _applied,
    SubjectKind.EVENT: _applied,
    SubjectKind.LOT: _on_lot,
    SubjectKind.LABEL: _under_label,
    SubjectKind.SHIPMENT: _on_shipment,
}
