"""What is unproven of a lot: every code that says that the facts do not show something.

None of these is a case: nobody has done wrong who has not told everything. A row a lot and code,
with all that it is about and what would show it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.lots import LotGraded, LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved
from ledger.facts.seals import SealsApplied
from ledger.labels.check import claim_check
from ledger.labels.entries import RecordedHusbandry
from ledger.labels.fields import field_untold
from ledger.labels.livestock.feeding import feeding
from ledger.labels.livestock.keeping import keeping
from ledger.labels.livestock.measures import judged
from ledger.labels.livestock.origin import Sums, origin
from ledger.labels.livestock.outings import run_untold
from ledger.labels.lots import class_of_lot, origin_record
from ledger.labels.process import process
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.contents import contents, lot_entries
from ledger.labels.schemes.jas.criteria import criteria_of, criteria_state
from ledger.labels.schemes.jas.goods_used import uncertified_inputs, unrecorded_crops
from ledger.labels.schemes.jas.grading import by_own_certificate
from ledger.labels.verdict import Verdict, code_row


class ShownByRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The events, with their fields, that would show what a code leaves open."""

    code: str
    events: tuple[str, ...]


SHOWN_BY: Final = Table("shown_by", ShownByRow, "code", "what would show what is unproven")


class Open(NamedTuple):
    """One thing that is unproven: what it is about, the claim and label that rest on it.

    `shown_by` where the code alone does not tell.
    """

    code: str
    detail: str = ""
    claim: str = ""
    label: str = ""
    shown_by: tuple[str, ...] = ()


def unproven(
    record: Record, lot: str, seals: Sequence[SealsApplied], sums: Sums, on: date | None = None
) -> list[dict[str, Any]]:
    """A row for each code that leaves a lot unproven, sorted by code.

    Keys: lot, product, class, operator, produced_on, claim, label, code, detail, shown_by, en, ja;
    several details, claims and labels of a code are joined. Asked of lots with seals, and of those
    graded on the JAS route; nothing of others. `seals` = one application of each mark, label and
    holder; a claim is judged on the day of its label's first, or on the day `on`. `sums` = what was
    replaced in the year of a herd, which no fact about it tells.
    """
    made = origin_record(record, lot)
    graded = record.latest(LotGraded, About.LOT, lot)
    if made is None or not (seals or (graded is not None and by_own_certificate(record, lot))):
        return []
    class_ = class_of_lot(record, made, made.produced_on)
    found: dict[str, list[Open]] = {}
    for one in (*_open(record, lot, made, seals, on), *_herds(record, lot, made, sums)):
        found.setdefault(one.code, []).append(one)
    return [
        {
            "lot": lot,
            "product": made.product,
            "class": class_,
            "operator": made.operator,
            "produced_on": made.produced_on.isoformat(),
            "claim": _joined(one.claim for one in of),
            "label": _joined(one.label for one in of),
            "code": code,
            "detail": _joined(one.detail for one in of),
            "shown_by": _joined(each for one in of for each in one.shown_by or _shown_by(code)),
            "en": code_row(code).en,
            "ja": code_row(code).ja,
        }
        for code, of in sorted(found.items())
    ]


def _joined(texts: Iterable[str]) -> str | None:
    """Each text once, in the order in which it was found first."""
    return ", ".join(dict.fromkeys(filter(None, texts))) or None


def _shown_by(code: str) -> tuple[str, ...]:
    row = SHOWN_BY.topmost(code, None)
    return () if row is None else row.events


def _open(
    record: Record, lot: str, made: LotRecorded, seals: Sequence[SealsApplied], on: date | None
) -> Iterator[Open]:
    yield from _claims(record, lot, seals, on)
    yield from _entries(record, lot, made)
    class_ = class_of_lot(record, made, made.produced_on)
    for code in field_untold(made.field, class_).unproven:
        yield Open(code)
    for content in contents(record, lot):
        if not content.told:
            yield Open("RECORD_CONTENT", content.row.item, shown_by=content.row.shown_by)
    if by_own_certificate(record, lot):
        for used in uncertified_inputs(record, lot):
            yield Open("INPUT_CERTIFICATE", used)
    for crop in unrecorded_crops(record, lot):
        yield Open("OWN_CROP_RECORDS", crop)
    yield from _criteria(record, made.operator, made.produced_on)


def _claims(
    record: Record, lot: str, seals: Sequence[SealsApplied], on: date | None
) -> Iterator[Open]:
    """What claims of the labels on a lot leave open, each on the day of its first seal."""
    used: dict[tuple[str, int], list[SealsApplied]] = {}
    for applied in sorted(seals, key=lambda applied: (applied.at, applied.id)):
        used.setdefault((applied.label, applied.label_version), []).append(applied)
    for label, of in sorted(used.items()):
        approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
        if approved is None:
            continue
        verdict = claim_check(
            approved.claim, record, on=on or of[0].day, lot=lot, label=label,
            label_text=approved.wording, seals=of,
        )  # fmt: skip
        for code in verdict.unproven:
            yield Open(code, claim=approved.claim, label=f"{label[0]} {label[1]}")


def _entries(record: Record, lot: str, made: LotRecorded) -> Iterator[Open]:
    """What entries of the process record leave open, of the lot and of its herds."""
    of_herds = (
        entry
        for herd in made.herds
        for entry in record.about(ProcessRecorded, About.HERD, herd)
        if entry.lot is None
    )
    for entry in (*lot_entries(record, lot), *of_herds):
        for code in process(record, entry).unproven:
            yield Open(code, " ".join(filter(None, (
                entry.herd, entry.activity, entry.on.isoformat(), entry.substance
            ))))  # fmt: skip


def _herds(record: Record, lot: str, made: LotRecorded, sums: Sums) -> Iterator[Open]:
    """Animals that nobody named or recorded; of the others what is open of origin, feed and use."""
    if class_of_lot(record, made, made.produced_on) != "LIVESTOCK":
        return
    if not made.herds:
        yield Open("HERD_MISSING")
    past = RecordedHusbandry(record)
    for name in made.herds:
        herd = record.latest(HerdRecorded, About.ANIMALS, name)
        if herd is None:
            yield Open("HERD_MISSING", name)
            continue
        found = [
            *judged(origin(herd, sums(herd))).unproven,
            *Verdict.of(run_untold(herd, past)).unproven,
        ]
        if made.status == "ORGANIC" and by_own_certificate(record, lot):
            found += judged(keeping(herd, made.produced_on)).unproven
        for fed in record.about(FeedingRecorded, About.HERD, name):
            if fed.from_ <= made.produced_on:
                found += judged(feeding(fed, herd)).unproven
        for code in found:
            yield Open(code, name)


def _criteria(record: Record, party: str, on: date) -> Iterator[Open]:
    """Criteria that a party was asked on a day and nothing shows, or shows without a paper."""
    for criteria in criteria_of(record, party, on):
        for each in criteria_state(record, party, criteria, on):
            if each.state == "MISSING":
                yield Open("CRITERION_MISSING", each.name)
            elif each.shown is not None and each.state == "SHOWN" and not each.shown.documents:
                yield Open("CRITERION_DOCUMENT", each.name)
