"""The page of a consignment contract: duties, sites and products, returns owed."""

from datetime import date, timedelta
from typing import Final

from ledger.custody.places import Kind
from ledger.facts.mentions import About
from ledger.facts.scalars import MICROS_A_DAY
from ledger.rules.contracts import Contract
from ledger.rules.policy import default_policy
from ledger.views.names.finding import told_all
from ledger.views.papers import contract_on
from ledger.web.asking.nouns.asked import cases
from ledger.web.asking.nouns.sections import (
    Card,
    Cell,
    Section,
    Value,
    count,
    day,
    ref,
    refs,
    text,
    told,
)
from ledger.web.desk import Looking
from ledger.web.problems import not_found, said

months_shown_max: Final = 24
DUTIES: Final = {
    "person": said("A responsible person is named"),
    "training": said("The responsible person completed the seal training"),
    "proof": said("Proof of the training went to importer and certifier"),
    "programme": said("The exporter takes part in its certifier's programme"),
    "copy": said("The certifier has a copy of the contract"),
}
_OWED: Final = f"""
WITH held AS (
    SELECT p.mark, p.site, b.balance FROM places AS p JOIN balances AS b ON b.place = p.id
    WHERE p.kind = {Kind.STOCK:d} AND p.key = %(exporter)s AND p.mark = ANY(%(marks)s)
), sent AS (
    SELECT n.key, n.told->>'mark' AS mark, n.told->>'from_site' AS site,
        (n.told->>'count')::int8 AS seals,
        (SELECT coalesce(sum((r.told->>'count')::int8), 0) FROM nouns AS r
            WHERE (r.kind, r.key) = ('receipt', n.key)
                AND r.told->>'mark' = n.told->>'mark') AS back,
        (SELECT coalesce(sum((r.told->>'count')::int8), 0) FROM nouns AS r
            WHERE (r.kind, r.key) = ('loss', n.key)
                AND r.told->>'mark' = n.told->>'mark') AS lost
    FROM nouns AS n WHERE n.kind = 'dispatch' AND n.told->>'purpose' = 'RETURN'
        AND n.told->>'from_holder' = %(exporter)s AND n.told->>'mark' = ANY(%(marks)s)
        AND n.at >= %(since)s
)
SELECT coalesce(h.mark, s.mark), coalesce(h.site, s.site), coalesce(h.balance, 0)::int8,
    coalesce(s.seals, 0)::int8, coalesce(s.back, 0)::int8, coalesce(s.way, 0)::int8
FROM held AS h FULL JOIN (
    SELECT mark, site, sum(seals) AS seals, sum(back) AS back, sum(seals - back - lost) AS way
    FROM sent GROUP BY 1, 2
) AS s ON (s.mark, s.site) = (h.mark, h.site) ORDER BY 1, 2 LIMIT 200
"""
_MARKS: Final = """
SELECT DISTINCT n.key FROM nouns AS n WHERE n.kind = 'mark' AND n.told->>'importer' = %s
    AND n.told->>'rcb' = %s AND %s = ANY(n.parties) ORDER BY 1 LIMIT 200
"""
_RENEWED: Final = """
SELECT FROM nouns AS n WHERE n.kind = 'contract' AND n.key <> %(contract)s
    AND n.told->>'exporter' = %(exporter)s AND n.told->>'importer' = %(importer)s
    AND n.told->>'rcb' = %(rcb)s AND n.told->>'from' <= %(due)s::text
    AND coalesce(n.told->>'until', '9') >= %(due)s::text
    AND NOT EXISTS (SELECT FROM nouns AS e WHERE e.kind = 'ending' AND e.key = n.key
        AND e.told->>'on' < %(due)s::text) LIMIT 1
"""
_APPLIED: Final = f"""
SELECT to_char(day, 'YYYY-MM') AS month, sum(applications)::int8 FROM applied_days
WHERE holder = %(exporter)s AND mark = ANY(%(marks)s) AND contract = %(contract)s
GROUP BY 1 ORDER BY 1 DESC LIMIT {months_shown_max}
"""


def contract_card(looking: Looking, key: str, today: date) -> Card:
    """A contract: who, from when until when, its duties, what is owed back."""
    told_before = told_all(looking.rows, ("contract", "responsible"), key)
    subjects = set()
    for kind, one in told_before:
        if kind == "contract":
            subjects.add((About.PARTY, one.told["exporter"]))
        else:
            subjects.add((About.PERSON, one.told["person"]))
    found = contract_on(looking.rows, looking.log, key, today, subjects)
    if found is None:
        raise not_found("such contract")
    contract, unmet = found
    signed = contract.signed
    looking.rows.execute(_MARKS, (signed.importer, signed.rcb, signed.importer), prepare=True)
    marks = [mark for (mark,) in looking.rows.fetchall()]
    return Card("contract", key, None, [
        Section(said("Parties"), facts=[
            ("exporter", ref("party", signed.exporter)),
            ("importer", ref("party", signed.importer)),
            ("rcb", ref("party", signed.rcb)), ("agent", ref("party", signed.agent)),
        ]),
        _time(contract, today),
        Section(said("Duties"), facts=[
            (sentence, told(said("not met today") if duty in unmet else said("met today")))
            for duty, sentence in DUTIES.items()
        ]),
        Section(
            said("Sites and products"),
            facts=[
                ("sites", [Cell("text", site) for site in signed.sites]),
                ("products", refs("product", signed.products)),
            ],
        ),
        _owed(looking, contract, marks, today),
        _applied(looking, contract, marks),
        cases(looking, key, "contract"),
    ])  # fmt: skip


def _time(contract: Contract, today: date) -> Section:
    signed, end = contract.signed, contract.end
    facts: list[tuple[str, Value]] = [
        ("from", day(signed.from_.isoformat())),
        ("until", day(end.isoformat()) if end else told(said("open"))),
    ]
    if signed.from_ > today:
        facts.append(("status", told(said("not yet in force"))))
    elif contract.in_force(today):
        facts.append(("status", told(said("in force"))))
        if end is not None:
            facts.append((said("Days left"), count((end - today).days)))
    else:
        facts.append(("status", told(said("ended"))))
    facts += [("reason", text(event.reason)) for event in contract.ended]
    return Section(said("In force"), facts=facts)


def _owed(looking: Looking, contract: Contract, marks: list[str], today: date) -> Section:
    """What the exporter has to give back: all it holds, once the contract is over for good."""
    signed, end = contract.signed, contract.end
    asked = {"exporter": signed.exporter, "marks": marks, "since": _micros(signed.from_)}
    found = looking.rows.execute(_OWED, asked, prepare=True).fetchall()
    due = None if end is None else end + timedelta(days=default_policy().return_days)
    over = end is not None and end < today and due is not None
    if over:
        renewing = {**asked, "contract": signed.contract, "importer": signed.importer,
                    "rcb": signed.rcb, "due": due}  # fmt: skip
        over = looking.rows.execute(_RENEWED, renewing, prepare=True).fetchone() is None
    rows: list[list[Value]] = [
        [
            ref("mark", mark), Cell("ref", f"{mark} {signed.exporter} {site}", "stock"),
            count(held), count(held if over else 0),
            day(due.isoformat()) if over and due else None, count(sent), count(back), count(way),
        ]
        for mark, site, held, sent, back, way in found
    ]  # fmt: skip
    while_running = said("While the contract runs, or another renews it, nothing is owed.")
    return Section(
        said("Returns owed"),
        said("The exporter has no seals of this pair in stock, and has returned none."),
        columns=(
            "mark", said("Stock"), said("In stock now"), said("Of these to return"), said("Due"),
            said("Returned"), said("Received back"), said("On the way"),
        ),
        rows=rows,
        note=None if over or not rows else told(while_running),
    )  # fmt: skip


def _micros(of: date) -> int:
    return (of - date(1970, 1, 1)).days * MICROS_A_DAY


def _applied(looking: Looking, contract: Contract, marks: list[str]) -> Section:
    signed = contract.signed
    asked = {"exporter": signed.exporter, "marks": marks, "contract": signed.contract}
    found = looking.rows.execute(_APPLIED, asked, prepare=True).fetchall()
    return Section(
        said("Applications under it by month"),
        said("No application names it yet: scanners report them."),
        columns=(said("In the month"), said("Applications")),
        rows=[[Cell("month", month), count(applications)] for month, applications in found],
    )
