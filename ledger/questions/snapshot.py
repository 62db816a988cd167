"""Every answer from one snapshot of the database, read in bulk before subjects ask."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from ledger.custody.places import Kind
from ledger.facts.documents import ExportCertificateIssued, SealReportFiled
from ledger.facts.lots import LotGraded, LotRecorded, LotSubdivided
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Known
from ledger.facts.registry import MarkRegistered
from ledger.facts.scalars import MICROS_A_DAY
from ledger.facts.seals import SealsApplied, SealsIssued
from ledger.facts.shipments import GoodsSold, ShipmentDeparted
from ledger.questions.accounts.answers import AccountAnswers
from ledger.questions.accounts.balances import run_asked_min
from ledger.questions.conduct.answers import ConductAnswers
from ledger.questions.herds.answers import HerdAnswers
from ledger.questions.husbandry.answers import HusbandryAnswers
from ledger.questions.lookalikes.answers import LookAlikeAnswers
from ledger.questions.outside_work.answers import OutsideWorkAnswers
from ledger.questions.papers.answers import PaperAnswers
from ledger.questions.record import CALENDARS_APART_DAYS
from ledger.questions.serials.answers import SerialAnswers
from ledger.rules import lot_facts
from ledger.rules.certificates_issued import missing_numbers
from ledger.rules.contracts import mark_of
from ledger.rules.figures import span_of
from ledger.rules.moments import start_of
from ledger.rules.violation import Subject, SubjectKind, parts_of
from ledger.views.folding import Rows
from ledger.views.places import place_id

_ABOUT = {
    SubjectKind.DISPATCH: (About.DISPATCH,),
    SubjectKind.LOT: (About.LOT, About.CHILD, About.LINE),
    SubjectKind.SHIPMENT: (About.SHIPMENT,),
    SubjectKind.CERTIFICATE: (About.CERTIFICATE, About.NAMES, About.REPLACES),
    SubjectKind.REPORT: (About.REPORT,),
    SubjectKind.PARTY_YEAR: (About.PARTY_YEAR,),
    SubjectKind.PARTY: (About.PARTY,),
}
"""What rules on a subject ask about it; what they ask beyond that is loaded as they ask."""
_NAMED = {
    "lot": (About.LOT, About.CHILD, About.LINE),
    "dispatch": (About.DISPATCH,),
    "shipment": (About.SHIPMENT,),
    "report": (About.REPORT,),
    "request": (About.REQUEST,),
    "herd": (About.ANIMALS,),
}
"""What rules on an event ask about a subject that it names in one of these fields."""


_OF_DAY = f"""
SELECT DISTINCT m.position FROM places AS p JOIN moves AS m ON m.place = p.id
WHERE p.kind = {Kind.LOT:d} AND p.key = %b AND m.delta > 0 AND m.time BETWEEN %b AND %b
    AND m.position > %b AND m.position <= %b ORDER BY m.position LIMIT %b
"""


class SnapshotQuestions(
    AccountAnswers,
    SerialAnswers,
    LookAlikeAnswers,
    PaperAnswers,
    ConductAnswers,
    HerdAnswers,
    HusbandryAnswers,
    OutsideWorkAnswers,
):
    """The answers over one snapshot; what was read is kept until they are dropped."""

    def want(self, subjects: Iterable[Subject], lots: Iterable[str]) -> None:
        """Read in bulk what rules on these subjects, and on applications to these lots, ask."""
        sealed = set(lots)
        about = {(kind, lot) for lot in sealed for kind in _NAMED["lot"]}
        of_kind: defaultdict[SubjectKind, list[str]] = defaultdict(list)
        for kind, key in subjects:
            about.update((of, key) for of in _ABOUT.get(kind, ()))
            of_kind[kind].append(key)
        carrying = of_kind[SubjectKind.LOT]
        events = of_kind[SubjectKind.EVENT] + of_kind[SubjectKind.APPLICATION]
        self.want_doers("person", of_kind[SubjectKind.PERSON])
        self.want_doers("source", of_kind[SubjectKind.SOURCE])
        self.record.give_ids(events)
        given = [known for key in events if (known := self.record.known(key)) is not None]
        sellers = []
        for fact in (known.fact for known in given):
            about.update(
                (of, value)
                for field, kinds in _NAMED.items()
                if isinstance(value := getattr(fact, field, None), str)
                for of in kinds
            )
            if isinstance(fact, LotGraded | LotSubdivided):
                sealed.add(fact.lot)
            elif isinstance(fact, GoodsSold) and fact.actor is not None:
                sellers.append((fact.lot, fact.actor))
        self.record.want(about)
        self._want_named(carrying, of_kind[SubjectKind.REPORT])
        self.want_events(given)
        self.want_accounts(map(_account, of_kind[SubjectKind.ACCOUNT]))
        self.want_sealed(sealed.union(carrying))
        self.want_balances(self.sealed_places(carrying))
        self.want_sealers(sellers)
        self._want_shipped(of_kind[SubjectKind.SHIPMENT], carrying)
        self.want_look_alikes(
            (About.CERTIFICATE, certificate_key(issuer, number))
            for issuer in of_kind[SubjectKind.ISSUER]
            for number, _ in missing_numbers(issuer, self)
        )

    def _want_named(self, lots: Iterable[str], reports: Iterable[str]) -> None:
        """Read in bulk certificates that name lots, herds that lots name, shipments of reports."""
        record, whole = self.record, self.record.whole
        named: set[tuple[About, str]] = set()
        for lot in lots:
            if (About.LINE, lot) in whole:
                for issued in record.about(ExportCertificateIssued, About.LINE, lot):
                    key = certificate_key(issued.issuer, issued.number)
                    named |= {(About.CERTIFICATE, key), (About.REPLACES, key)}
            if (About.LOT, lot) in whole:
                made = record.latest(LotRecorded, About.LOT, lot)
                herds = () if made is None else made.herds
                named.update((About.ANIMALS, herd) for herd in herds)
        for report in reports:
            if (About.REPORT, report) in whole:
                for filed in record.about(SealReportFiled, About.REPORT, report):
                    named.add((About.SHIPMENT, filed.shipment))
        record.want(named)

    def _want_shipped(self, shipments: Iterable[str], lots: Iterable[str]) -> None:
        """Read in bulk what lots held when shipments left, and which of them may be misread."""
        moments: dict[int, set[int]] = {}
        named = set(lots)
        whole = self.record.whole
        for shipment in shipments:
            if (About.SHIPMENT, shipment) not in whole:
                continue
            for left in self.record.about(ShipmentDeparted, About.SHIPMENT, shipment):
                for line in left.lines:
                    named.add(line.lot)
                    if line.mark is not None:
                        place = place_id(line.mark, Kind.LOT, line.lot)
                        moments.setdefault(place, set()).add(left.at)
        few = {place: at for place, at in moments.items() if len(at) < run_asked_min}
        for place in moments.keys() - few.keys():
            self.expect_many(place)
        self.want_held((place, at) for place, times in few.items() for at in times)
        unknown = [
            lot
            for lot in named
            if {(About.LOT, lot), (About.CHILD, lot)} <= whole and not lot_facts.known(self, lot)
        ]
        self.want_look_alikes((About.LOT, lot) for lot in unknown)

    def want_events(self, given: Sequence[Known]) -> None:
        """Read in bulk what rules on these events ask."""
        self.want_repeats(given)
        shared: list[tuple[str, int, int]] = []
        scanned: list[tuple[Known, tuple[str, int, int]]] = []
        issued: list[tuple[str, int, int]] = []
        serialised: dict[str, bool] = {}
        for known in given:
            fact, span = known.fact, span_of(known.fact)
            mark = None if span is None else getattr(fact, "mark", None)
            if span is None or mark is None:
                continue
            if mark not in serialised:
                registered = mark_of(self, mark)
                serialised[mark] = registered is not None and registered.serialised
            if serialised[mark]:
                if isinstance(fact, SealsApplied):
                    shared.append((mark, *span))
                    scanned.append((known, shared[-1]))
                else:
                    issued.append((mark, *span))
        self.want_ranged(shared)
        self.give_shots(known for known, numbers in scanned if self.are_shared(numbers))
        self.want_ranged(issued, SealsIssued)

    def licensees(self, mark: str) -> set[str]:
        """Every party that a registration of the mark, also one that does not count, names."""
        return self.memo(
            ("licensees", mark),
            lambda: {
                event.importer
                for event, _ in self.record.recorded(MarkRegistered, About.MARK, mark)
            },
        )

    def years_of(self, mark: str) -> set[int]:
        """The fiscal years in which a mark was applied."""
        found = self.rows.execute("SELECT DISTINCT year FROM worked WHERE mark = %s", (mark,))
        return {year for (year,) in found.fetchall()}

    def applications(
        self, lot: str, day: str, after: int, until: int, limit: int
    ) -> tuple[list[Known], int | None]:
        """Applications to a lot on a local day (`YYYY-MM-DD`) at positions after one up to another.

        In their order. Answers also where to go on; None where done.
        """
        noon = start_of(date.fromisoformat(day)) + MICROS_A_DAY // 2
        apart = CALENDARS_APART_DAYS * MICROS_A_DAY
        within = noon - apart, noon + apart
        found = self.rows.execute(_OF_DAY, (lot, *within, after, until, limit), prepare=True)
        positions = [position for (position,) in found.fetchall()]
        # A correction may have moved seals back here, and be an application to another lot.
        given = [
            known
            for known in self.at(positions)
            if isinstance(known.fact, SealsApplied)
            and known.fact.lot == lot
            and known.fact.time.startswith(day)
        ]
        return given, positions[-1] if len(positions) == limit else None

    def drop(self) -> None:
        """Let go of everything that was read. What is kept refers to it, in rings."""
        for held in (self.record, self.dependencies, self):
            vars(held).clear()

    def rebind(self, rows: Rows) -> None:
        """Read from another snapshot of the same facts."""
        self.rows = rows
        self.record.rebind(rows)


def _account(key: str) -> tuple[str, str, str]:
    mark, holder, site = parts_of(key)
    return mark, holder, site
