"""Pages of goods and what is said of them: a product, a label, a complaint, an annual report."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ledger.custody.places import Kind
from ledger.facts.canonical import decode
from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved, ProductRegistered
from ledger.labels.check import claim_check
from ledger.labels.describe import verdict_row
from ledger.views.lazy_record import LazyRecord
from ledger.views.names.finding import Latest, latest, told_all
from ledger.web.asking.nouns.asked import cases, listed_events
from ledger.web.asking.nouns.sections import (
    Card,
    Cell,
    Section,
    Value,
    constant,
    count,
    day,
    moment,
    ref,
    text,
    told,
    weight,
    word,
)
from ledger.web.desk import SYSTEM, Desk, Looking
from ledger.web.problems import not_found, said

rows_shown_max: Final = 100
_BY_PRODUCT: Final = f"""
SELECT key, id::text, at, told FROM (
    SELECT DISTINCT ON (n.key) n.* FROM nouns AS n
    WHERE n.kind = %(kind)s AND n.told->>'product' = %(product)s
        AND NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = n.id AND u.until IS NULL)
    ORDER BY n.key, n.at DESC, n.id DESC
) AS found ORDER BY at DESC, key LIMIT {rows_shown_max}
"""
_SEALED_WITH: Final = f"""
SELECT p.key, p.mark, s.holder, s.units, s.seals FROM sealed AS s JOIN places AS p ON p.id = s.lot
WHERE s.label = %s AND s.version = %s ORDER BY s.last DESC, p.key LIMIT {rows_shown_max}
"""
_KG_OF_YEAR: Final = f"""
SELECT n.told->>'product', sum((n.told->>'quantity')::numeric) FROM (
    SELECT DISTINCT ON (n.key) n.key, n.told FROM nouns AS n
    WHERE n.kind = 'lot' AND n.told->>'operator' = %(party)s
    ORDER BY n.key, n.at DESC, n.id DESC
) AS n WHERE n.told->>'produced_on' >= %(first)s AND n.told->>'produced_on' <= %(last)s
    AND EXISTS (SELECT FROM places AS p JOIN sealed AS s ON s.lot = p.id
        WHERE p.kind = {Kind.LOT:d} AND p.key = n.key AND s.seals > 0)
GROUP BY 1
"""
Verdicts = dict[tuple[str, int], dict[str, Any] | None]


def verdicts(desk: Desk, labels: Iterable[tuple[str, int]], today: date) -> Verdicts:
    """What breaks the claim of each label today, on what is recorded of its product by anybody."""
    wanted = sorted(set(labels))
    if not wanted:
        return {}
    found: Verdicts = {}
    with desk.looking(SYSTEM) as looking:
        record = LazyRecord(looking.rows, looking.log)
        for label in wanted:
            approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
            if approved is None:
                found[label] = None
                continue
            verdict = claim_check(
                approved.claim, record, approved.product, on=today, label=label,
                label_text=approved.wording,
            )  # fmt: skip
            found[label] = verdict_row(verdict)
    return found


def verdict_cells(verdict: dict[str, Any] | None) -> Value:
    """A verdict in words: whether the claim may be made, and what breaks it or is unproven."""
    if verdict is None:
        return told(said("not approved"))
    if not verdict["eligible"]:
        head = said("not eligible")
    else:
        head = said("eligible, not proven") if verdict["codes"] else said("eligible")
    return [told(head), *(Cell("code", code) for code in verdict["codes"])]


def product_card(looking: Looking, product: str) -> tuple[Card, list[tuple[str, int]]]:
    """A product, and the labels that its page asks a verdict of."""
    rows = looking.rows
    versions = [one for _, one in told_all(rows, ("product",), product)]
    if not versions:
        raise not_found("such product")
    recipes = _recipes(looking, versions)
    asked = {"product": product, "kind": "label"}
    labels = _found(rows.execute(_BY_PRODUCT, asked, prepare=True).fetchall())
    asked = {"product": product, "kind": "lot"}
    lots = _found(rows.execute(_BY_PRODUCT, asked, prepare=True).fetchall())
    of = versions[0].told
    card = Card("product", product, of["name"], [
        Section(said("What it is"), facts=[
            ("name", text(of["name"])), ("operator", ref("party", of["operator"])),
            ("product_class", word("class", of["product_class"])),
            ("food_group", word("food", of["food_group"])),
        ]),
        *recipes,
        Section(
            said("Labels"),
            said("No label of it is approved: the exporter's certifier approves one."),
            columns=("label", "claim", "scheme", "from", "until", said("Judged today")),
            rows=[
                [ref("label", key), text(one.told["claim"]), word("scheme", one.told["scheme"]),
                 day(one.told["from"]), day(one.told["until"]),
                 Cell("verdict", (one.told["label"], one.told["version"]))]
                for key, one in labels
            ],
        ),
        Section(
            said("Lots"),
            said("No lot of it is recorded: its operator records them."),
            columns=("lot", "produced_on", "quantity", "units"),
            rows=[
                [ref("lot", key), day(one.told.get("produced_on")), weight(one.told["quantity"]),
                 count(one.told["units"])]
                for key, one in lots
            ],
            more=(said("All lots"), "lots", {"product": product}),
        ),
        cases(looking, product, "product"),
    ])  # fmt: skip
    return card, [(one.told["label"], one.told["version"]) for _, one in labels]


def _found(rows: list[Any]) -> list[tuple[str, Latest]]:
    return [(key, Latest(event, at, fields)) for key, event, at, fields in rows]


def _recipes(looking: Looking, versions: list[Latest]) -> list[Section]:
    """A section for each version of the recipe, the latest first."""
    latest_of: dict[int, str] = {}
    for one in versions:
        latest_of.setdefault(one.told["recipe_version"], one.event)
    streams = looking.log.get([UUID(key) for key in latest_of.values()])
    found = []
    for number, key in sorted(latest_of.items(), reverse=True):
        stream = streams.get(UUID(key))
        fact = decode(stream[0].state) if stream else None
        if not isinstance(fact, ProductRegistered):
            continue
        found.append(Section(
            said("Recipe"),
            said("This version names no ingredients: its operator reports them."),
            columns=("ingredient_name", "ingredient_share", "ingredient_kind", "ingredient_status",
                     "ingredient_scheme", "ingredient_origin"),
            numeric=frozenset({"ingredient_share"}),
            rows=[
                [text(part.name), Cell("number", str(part.share)),
                 constant("ProductRegistered.ingredient_kind", part.kind),
                 word("goods", part.status), word("scheme", part.scheme),
                 Cell("country", part.origin) if part.origin else None]
                for part in fact.ingredients
            ],
            note=[told(said("Version")), Cell("number", number)],
        ))  # fmt: skip
    return found


def label_card(looking: Looking, label: str, version: int) -> Card:
    """A version of a label; its verdict is asked beside."""
    key = f"{label} {version}"
    found = told_all(looking.rows, ("label", "withdrawal"), key)
    approved = next((one for kind, one in found if kind == "label"), None)
    sealed = looking.rows.execute(_SEALED_WITH, (label, version), prepare=True).fetchall()
    if not found and not sealed:
        raise not_found("such label")
    facts: list[tuple[str, Value]] = []
    if approved is not None:
        of = approved.told
        withdrawn = [one.told for kind, one in found if kind == "withdrawal"]
        facts = [
            ("claim", text(of["claim"])), ("scheme", word("scheme", of["scheme"])),
            ("product", ref("product", of["product"])), ("agent", ref("party", of["agent"])),
            ("pack_weight", weight(of["pack_weight"])),
            ("seals_per_unit", count(of["seals_per_unit"])),
            ("from", day(of["from"])), ("until", day(of["until"]) or told(said("open"))),
            *((said("Withdrawn on"), day(one["on"])) for one in withdrawn),
        ]  # fmt: skip
    return Card("label", key, approved.told["claim"] if approved else None, [
        Section(said("What it is"), said("Nobody approved this label: the certifier does."),
                facts=facts),
        Section(said("Judged today"),
                facts=[("claim", Cell("verdict", (label, version)))]),
        Section(
            said("Lots sealed with it"),
            said("No seal was attached under it yet: scanners report that."),
            columns=("lot", "mark", "holder", "units", "count"),
            rows=[
                [ref("lot", lot), ref("mark", mark), ref("party", holder), count(units),
                 count(seals)]
                for lot, mark, holder, units, seals in sealed
            ],
        ),
        cases(looking, key, "label"),
    ])  # fmt: skip


def complaint_card(looking: Looking, complaint: str) -> Card:
    """A complaint: about what, and how long it waits or when it was answered."""
    found = [one for _, one in told_all(looking.rows, ("complaint",), complaint)]
    if not found:
        raise not_found("such complaint")
    of, first = found[0].told, found[-1]
    streams = looking.log.get([UUID(one.event) for one in found])
    return Card("complaint", complaint, None, [
        Section(said("What it is"), facts=[
            ("kind", constant("ComplaintReceived.kind", of["kind"])),
            ("party", ref("party", of["party"])), ("lot", ref("lot", of["lot"])),
            ("shipment", ref("shipment", of["shipment"])),
            (said("Received at"), moment(first.at)),
            ("answered_on", day(of["answered_on"]) or told(said("not answered yet"))),
        ]),
        listed_events([stream[0] for stream in streams.values()], said("Events in order")),
        cases(looking, complaint, "complaint"),
    ])  # fmt: skip


def year_card(looking: Looking, party: str, year: int) -> Card:
    """The annual reports of a party for a fiscal year, beside the ledger's own kilograms."""
    key = f"{party} {year}"
    found = [one for _, one in told_all(looking.rows, ("year",), key)]
    known = latest(looking.rows, [("party", party)]).get(("party", party))
    if not found and known is None:
        raise not_found("such annual report")
    asked = {"party": party, "first": f"{year}-04-01", "last": f"{year + 1}-03-31"}
    made: dict[str, Decimal] = dict(
        looking.rows.execute(_KG_OF_YEAR, asked, prepare=True).fetchall()
    )
    return Card("year", key, None, [
        Section(
            said("Reported against the ledger"),
            said("No annual report is filed for this year: the party files it until 30 June."),
            columns=("product", "rcb", "role", said("Reported, kg"), said("In the ledger, kg"),
                     "filed_on"),
            rows=[
                [ref("product", one.told["product"]), ref("party", one.told["rcb"]),
                 word("role", one.told["role"]), weight(one.told["quantity"]),
                 weight(made.get(one.told["product"], 0)), day(one.told["filed_on"])]
                for one in found
            ],
            note=told(said("In the ledger: lots of its own made in the year that carry seals.")),
        ),
        cases(looking, key, "party-year"),
    ])  # fmt: skip
