"""What a case comes from: its rule, the kind of case, and one noun that many cases may share.

Besides, everything that a case names: by that it is found.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from ledger.facts.identity import Fact
from ledger.facts.registry import MarkRegistered
from ledger.facts.seals import SealsApplied
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.contracts import Contract, contract_of, mark_of, standing
from ledger.rules.kinds import Told
from ledger.rules.papers import shipment_of
from ledger.rules.violation import SubjectKind, Violation, key_of

LABEL: Final = "label"
EVENT: Final = "event"
_NOUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "contract": ("M-07", "M-08", "M-09", "M-11 site", "M-11 product", "M-13", "M-42"),
    "party": (
        "M-10", "M-11 role", "M-11 subdivider", "M-53", "M-61", "M-65", "M-67", "M-74",
    ),
    LABEL: ("M-14", "M-15", "M-16", "M-57"),
    "product": ("M-12", "M-52"),
    "lot": (
        "M-18", "M-19", "M-20", "M-30", "M-31", "M-32", "M-37", "M-55", "M-56", "M-62", "M-63",
        "M-70", "M-71", "M-72",
    ),
    "dispatch": ("M-03", "M-04", "M-05"),
    "shipment": ("M-21", "M-29", "M-36", "M-58", "M-59", "M-73"),
    "certificate": ("M-22", "M-23", "M-24", "M-26", "M-27", "M-28"),
    "issuer": ("M-25",),
    "source": ("M-33", "M-34", "M-35", "M-45", "M-46", "M-47", "M-48", "M-51", "M-60"),
    "person": ("M-50", "M-64", "M-11 grader"),
    "account": ("M-01", "M-02", "M-38", "M-40", "M-43", "M-44", "M-66"),
    "report": ("M-06", "M-17"),
    EVENT: ("M-39", "M-41", "M-49", "M-54"),
}  # fmt: skip
"""Which noun the cases of a rule share, or those of one kind of it."""
NOUN_OF: Final = {rule: noun for noun, rules in _NOUNS.items() for rule in rules}
NAMED: Final = frozenset({
    "lot", "product", "label", "contract", "dispatch", "shipment", "certificate", "report", "mark",
    "source", "person", "party", "site", "herd",
})  # fmt: skip
"""Types of values, and fields of events, that name something that has a page or is asked for."""
_FIELDS: Final[Mapping[str, str]] = {
    **{name: name for name in sorted(NAMED - {"label", "certificate"})},
    "actor": "person", "grader": "person", "counted_by": "person", "approved_by": "person",
    "holder": "party", "exporter": "party", "importer": "party", "operator": "party",
    "issuer": "party", "from_holder": "party",
}  # fmt: skip
"""By a field of an event, what it names."""
_WHO: Final = (
    "holder", "from_holder", "exporter", "operator", "issuer", "party", "importer", "rcb",
)  # fmt: skip
"""Fields that name whose act an event is, the first that is there."""


_EVENTS: Final = (SubjectKind.APPLICATION, SubjectKind.EVENT)


class Cause(NamedTuple):
    """What cases of one rule have in common: the kind of case, and a noun with its key."""

    rule: str
    kind: str
    noun: str
    key: str

    def __str__(self) -> str:
        """All of it in one line, parts joined by one space; only the key has more of them."""
        return " ".join(self)


class Named(NamedTuple):
    """What a violation names: things as `type key`, sorted, and the party whose act it is about.

    `days` = the local days of the first and the last event that it rests on.
    """

    things: list[str]
    who: str | None
    days: list[date]


def cause_of(violation: Violation, told: Told, questions: Questions) -> Cause:
    """What a violation comes from."""
    noun = NOUN_OF.get(f"{violation.rule} {told.name}", NOUN_OF.get(violation.rule, ""))
    key = _key(noun, violation, told, questions) if noun else None
    if key is None:
        noun, key = _otherwise(violation, questions)
    return Cause(violation.rule, told.name, noun, key)


def named_by(violation: Violation, told: Told, questions: Questions) -> Named:
    """What a violation names."""
    things = sorted({f"{noun} {key}" for noun, key in _things(violation, told, questions)})
    shown = _shown_by(violation, questions)
    who = _who_of_subject(violation) or next(filter(None, map(_who, shown)), None)
    return Named(things, who, [fact.day for fact in shown])


def _shown_by(violation: Violation, questions: Questions) -> list[Fact]:
    """The event that is the subject, and the first and the last that the case rests on."""
    kept = violation.evidence[:evidence_kept_max]
    # In whatever order rules name them: ids that senders make begin with the time.
    ids = (min(kept), max(kept)) if kept else ()
    if violation.subject_kind in _EVENTS:
        ids = (violation.subject, *ids)
    known = (questions.record.known(key) for key in dict.fromkeys(ids))
    return [each.fact for each in known if each is not None]


evidence_kept_max: Final = 100
"""As many ids of events a case keeps."""


def _things(violation: Violation, told: Told, questions: Questions) -> Iterator[tuple[str, str]]:
    kind, key = str(violation.subject_kind), violation.subject
    if kind in NAMED:
        yield kind, key
    for name, texts in told.given.items():
        if told.types[name] in NAMED and (told.types[name], name) != (kind, kind):
            yield from ((told.types[name], text) for text in texts)
    fact = _subject_fact(violation, questions)
    if fact is None:
        return
    for field, noun in _FIELDS.items():
        value = getattr(fact, field, None)
        if isinstance(value, str):
            yield noun, value
    if (label := _label_of(fact)) is not None:
        yield LABEL, label


def _label_of(fact: Fact) -> str | None:
    label = getattr(fact, "label", None)
    version = getattr(fact, "label_version", getattr(fact, "version", None))
    return key_of(label, str(version)) if isinstance(label, str) and version else None


def _subject_fact(violation: Violation, questions: Questions) -> Fact | None:
    """The event that is the subject, if one is."""
    if violation.subject_kind not in _EVENTS:
        return None
    known = questions.record.known(violation.subject)
    return None if known is None else known.fact


def _who_of_subject(violation: Violation) -> str | None:
    parts = violation.subject.split(" ")
    match violation.subject_kind:
        case SubjectKind.ACCOUNT:
            return parts[1]
        case (
            SubjectKind.PARTY
            | SubjectKind.PARTY_YEAR
            | SubjectKind.ISSUER
            | SubjectKind.CERTIFICATE
        ):
            return parts[0]
        case _:
            return None


def _who(fact: Fact) -> str | None:
    for name in _WHO:
        party = getattr(fact, name, None)
        if isinstance(party, str):
            return party
    return None


# -- the noun of a cause


def _key(noun: str, violation: Violation, told: Told, questions: Questions) -> str | None:
    """The key of a cause's noun; None where the case has none."""
    fact = _subject_fact(violation, questions)
    match noun:
        case "contract":
            return _contract(violation, told, fact, questions)
        case "party":
            return _party(violation, told, fact, questions)
        case "account":
            return _stock(violation, fact)
        case "event":
            return None if fact is None else key_of(type(fact).__name__, _who(fact) or "-")
        case _:
            return _named(noun, violation, told, fact, questions)


def _named(
    noun: str, violation: Violation, told: Told, fact: Fact | None, questions: Questions
) -> str | None:
    """What of that noun the case names: first its subject, then what it says, then the event."""
    if noun == str(violation.subject_kind):
        return violation.subject
    if noun == LABEL and "label" in told.given and "version" in told.given:
        return key_of(told.given["label"][0], told.given["version"][0])
    grader = getattr(fact, "grader", None)
    if noun == "person" and grader is not None:
        return str(grader)
    things = dict(reversed([*_things(violation, told, questions)]))
    if noun == "product" and noun not in things and "lot" in things:
        return lot_facts.product(questions, things["lot"])
    return things.get(noun)


def _contract(
    violation: Violation, told: Told, fact: Fact | None, questions: Questions
) -> str | None:
    if violation.subject_kind is SubjectKind.CONTRACT:
        return violation.subject
    if isinstance(fact, SealsApplied):
        if fact.contract is not None:
            return fact.contract
        found = _governing(fact, questions)
        return None if found is None else found.signed.contract
    if violation.subject_kind is SubjectKind.SHIPMENT:
        shipment = shipment_of(questions, violation.subject)
        return None if shipment is None else shipment.header.contract
    return next(iter(told.given.get("contract", ())), None)


def _governing(fact: SealsApplied, questions: Questions) -> Contract | None:
    """The contract that governs an application, else the last that its holder has."""
    stands = standing(questions, fact.holder, fact.mark, fact.contract, fact.day)
    if stands is None:
        return None
    return stands.governing or (stands.offered[-1] if stands.offered else None)


def _party(violation: Violation, told: Told, fact: Fact | None, questions: Questions) -> str | None:
    """The party whose certification or standing it is."""
    if violation.subject_kind in (SubjectKind.PARTY, SubjectKind.PARTY_YEAR):
        return violation.subject.split(" ")[0]
    if speaker := told.given.get("speaker"):
        return speaker[0]
    if role := told.given.get("role"):
        return _in_chain(role[0], violation, told, fact, questions)
    mark = _mark(violation, fact)
    if violation.rule == "M-67" and mark is not None:
        registered = mark_of(questions, mark)
        return None if registered is None else registered.importer
    return None if fact is None else _who(fact)


def _mark(violation: Violation, fact: Fact | None) -> str | None:
    if violation.subject_kind is SubjectKind.MARK:
        return violation.subject
    mark = getattr(fact, "mark", None)
    return mark if isinstance(mark, str) else None


def _in_chain(
    role: str, violation: Violation, told: Told, fact: Fact | None, questions: Questions
) -> str | None:
    """The party behind a mark or goods in a role."""
    mark: MarkRegistered | None = None
    contract: Contract | None = None
    exporter = importer = None
    if isinstance(fact, SealsApplied):
        mark, exporter = mark_of(questions, fact.mark), fact.holder
        contract = _governing(fact, questions)
    elif (shipment := shipment_of(questions, violation.subject)) is not None:
        exporter, importer = shipment.header.exporter, shipment.header.importer
        if shipment.header.contract is not None:
            contract = contract_of(questions, shipment.header.contract)
        if marks := told.given.get("mark"):
            mark = mark_of(questions, marks[0])
    found = {
        "exporter": exporter,
        "importer": importer,
        "licensee": None if mark is None else mark.importer,
        "rcb": None if mark is None else mark.rcb,
        "agent": None if contract is None else contract.signed.agent,
    }
    return found.get(role)


def _stock(violation: Violation, fact: Fact | None) -> str | None:
    if violation.subject_kind is SubjectKind.ACCOUNT:
        return violation.subject
    parts = [getattr(fact, name, None) for name in ("mark", "holder", "site")]
    return key_of(*map(str, parts)) if all(parts) else None


def _otherwise(violation: Violation, questions: Questions) -> tuple[str, str]:
    """Where the noun of the rule is not there: the subject, and of an event its type and party."""
    fact = _subject_fact(violation, questions)
    if fact is None:
        return str(violation.subject_kind), violation.subject
    return EVENT, key_of(type(fact).__name__, _who(fact) or "-")
