"""Applications and departures: contracts, certificates, scope, duties, labels, fitness."""

from typing import Any

import pytest

from tests.domain.rules.trade import BEFORE, FACTS, apply, depart, trade
from tests.domain.rules.world import World, at

DAY = 24 * 3_600_000_000
APPLICATION_RULES = (
    "M-07", "M-08", "M-09", "M-10", "M-11", "M-12", "M-13", "M-14", "M-16", "M-31", "M-33", "M-34",
    "M-35",
)  # fmt: skip
IMP_2 = {"party": "IMP-2", "name": "Another", "roles": ["IMPORTER"], "country": "JP"}


def found(world: World, *rules: str, now: str | None = None) -> list[tuple[str, str]]:
    """(rule, discriminator) of what the rules on applications find."""
    cases = world.cases(*(rules or APPLICATION_RULES), now=now)
    return [(rule, discriminator) for rule, _, discriminator in cases]


def test_a_trade_in_order_has_no_case() -> None:
    """Everything certified, contracted, trained and approved: no rule speaks."""
    world = trade()
    apply(world)
    depart(world)

    assert found(world) == []


CONTRACTS: list[tuple[dict[str, Any], str | None, list[str]]] = [
    # what is different about the trade, the contract the application names, the rules on it
    ({}, "C1", []),
    ({}, "C9", []),
    ({"contract": None}, None, ["M-09"]),
    ({"contract": None}, "C1", ["M-09"]),
    ({"contract": {"importer": "IMP-2"}}, None, ["M-09"]),
    ({"contract": {"importer": "IMP-2"}}, "C1", ["M-07"]),
    ({"contract": {"rcb": "RCB-2"}}, None, ["M-08"]),
    ({"contract": {"rcb": "RCB-2"}}, "C1", ["M-08"]),
    ({"contract": {"exporter": "EXP-2"}}, "C1", ["M-09"]),
    ({"contract": {"until": "2026-03-31"}}, None, ["M-09"]),
    ({"contract": {"until": "2026-04-01"}}, None, []),
    ({"contract": {"from_": "2026-04-01"}}, None, []),
    ({"contract": {"from_": "2026-04-02"}}, None, ["M-09"]),
    ({"mark": None}, None, []),
    ({"mark": {"importer": "EXP-1"}, "contract": None}, None, []),
]


@pytest.mark.parametrize(("changes", "named", "rules"), CONTRACTS)
def test_m07_m08_m09_contract(changes: dict[str, Any], named: str | None, rules: list[str]) -> None:
    """An application stands on a contract in force with the licensee under the mark's body."""
    world = trade(**changes)
    key = apply(world, contract=named)

    cases = world.cases("M-07", "M-08", "M-09")

    assert cases == [(rule, key, "") for rule in rules]


@pytest.mark.parametrize(
    ("time", "fires"), [("2026-04-01T00:10-07:00", True), ("2026-03-31T23:30-07:00", False)]
)
def test_m09_the_day_is_local(time: str, *, fires: bool) -> None:
    """A contract until 31 March covers the whole of that day where the seals are applied."""
    world = trade(contract={"until": "2026-03-31"})
    apply(world, time)

    found_ = [v for v in world.violations() if v.rule == "M-09"]

    assert [v.found for v in found_] == ([("2026-03-31",)] if fires else [])
    assert [v.deadline for v in found_] == ([at(time) + DAY] if fires else [])


def test_m09_a_contract_looks_like_another() -> None:
    """An unknown contract with the fold of a known one is suspected to be a slip."""
    world = trade(contract={"exporter": "EXP-2", "contract": "C-1"})
    apply(world, contract="CI")

    assert world.only("M-09").artefact


CHAIN: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"licence": None}, ["licensee"]),
    ({"licence": {"issuer": "RCB-2"}}, ["licensee"]),
    ({"licence": {"role": "PROCESSOR"}}, ["licensee"]),
    ({"licence": {"scheme": "EU"}}, ["licensee"]),
    ({"licence": {"until": "2026-03-31"}}, ["licensee"]),
    ({"licence": {"until": "2026-04-01"}}, []),
    ({"licence": {"from_": "2026-04-01"}}, []),
    ({"licence": {"from_": "2026-04-02"}}, ["licensee"]),
    ({"certificate": None}, ["exporter"]),
    ({"certificate": {"issuer": "AG-2"}}, ["exporter"]),
    ({"certificate": {"issuer": "AG-2"}, "contract": None}, []),
    ({"certificate": {"scheme": "COR", "role": "EXPORTER"}}, []),
    ({"body": None}, ["rcb"]),
    ({"body": {"scheme": "NOP"}}, ["rcb"]),
    ({"body": {"until": "2026-03-31"}}, ["rcb"]),
    ({"agent": None}, ["agent"]),
    ({"agent": {"scheme": "COR"}}, []),
    ({"agent": None, "contract": None}, []),
]


@pytest.mark.parametrize(("changes", "roles"), CHAIN)
def test_m10_certification_lapsed(changes: dict[str, Any], roles: list[str]) -> None:
    """Licensee, exporter, body and agent are certified or designated on the day of applying."""
    world = trade(**changes)
    key = apply(world)

    assert world.cases("M-10") == [("M-10", key, role) for role in roles]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-02-28", None),
        ("2026-03-01", ("WITHDRAWN", "2026-03-01")),
        ("2026-03-14", ("WITHDRAWN", "2026-03-01")),
        ("2026-03-15", None),
        ("2026-06-30", None),
        ("2026-07-01", ("EXPIRED", "2026-06-30")),
    ],
)
def test_m10_withdrawn_and_reinstated(day: str, state: tuple[str, str] | None) -> None:
    """Between withdrawal and reinstatement nothing is valid; the old end date stands."""
    world = trade(licence={"until": "2026-06-30"})
    for status, since in (("WITHDRAWN", "2026-03-01"), ("REINSTATED", "2026-03-15")):
        fields = {**FACTS["licence"][1], "status": status, "from_": since}
        world.add("CertificationChanged", since, **fields)
    apply(world, f"{day}T09:00")

    says = [v.found for v in world.violations() if v.rule == "M-10"]

    assert says == ([] if state is None else [state])


def test_m10_a_body_certified_as_such_must_be_validly() -> None:
    """A body that has certifications as a body needs a valid one, besides its designation."""
    world = trade()
    certified = {
        "party": "RCB-1", "scheme": "JAS", "role": "RCB", "issuer": "MAFF", "number": "1",
    }  # fmt: skip
    world.add(
        "CertificationChanged", BEFORE, **certified, status="GRANTED", from_="2025-01-01",
        until="2026-03-31",
    )  # fmt: skip
    key = apply(world)
    apply(world, "2026-03-31T09:00")

    assert world.cases("M-10") == [("M-10", key, "rcb")]


AUTHORITY: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"contract": {"sites": ["W2", "W3"]}}, ["site"]),
    ({"contract": {"sites": []}}, []),
    ({"contract": {"products": ["P2"]}}, ["product"]),
    ({"contract": {"products": []}}, []),
    ({"contract": {"products": ["P2"]}, "lot": None}, []),
    ({"exporter": {"roles": ["PRINTER"]}}, ["role"]),
    ({"exporter": None}, ["role"]),
    ({"exporter": {"roles": ["SUBDIVIDER", "PRINTER"]}}, []),
]


@pytest.mark.parametrize(("changes", "parts"), AUTHORITY)
def test_m11_not_authorised(changes: dict[str, Any], parts: list[str]) -> None:
    """Seals are applied at the contract's sites, on its products, by a party with a role for it."""
    world = trade(**changes)
    key = apply(world)

    assert world.cases("M-11") == [("M-11", key, part) for part in parts]


def test_m11_a_site_looks_like_another() -> None:
    """A site with the fold of one on the contract is suspected to be a slip."""
    world = trade(contract={"sites": ["W-1"]})
    apply(world)

    assert world.only("M-11").artefact


SCOPES: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, "2026-04-01", []),
    ({"product": {"class_": "HONEY"}}, "2026-04-01", ["scope"]),
    ({"product": {"class_": "ALCOHOL"}, "exporter": {"country": "CA"}}, "2023-08-30", ["scope"]),
    ({"product": {"class_": "ALCOHOL"}, "exporter": {"country": "CA"}}, "2023-08-31", []),
    ({"product": {"class_": "HONEY"}, "exporter": {"country": "JP"}}, "2026-04-01", []),
    ({"product": {"class_": "HONEY"}, "exporter": None}, "2026-04-01", []),
    ({"product": {"class_": "HONEY"}, "lot": {"operator": "IMP-1"}}, "2026-04-01", []),
    ({"licence": {"product_classes": ["PLANT", "FUNGI"]}}, "2026-04-01", []),
    ({"licence": {"product_classes": ["FUNGI"]}}, "2026-04-01", ["classes"]),
    ({"licence": {"product_classes": ["FUNGI"], "until": "2026-03-01"}}, "2026-04-01", []),
    ({"product": None, "licence": {"product_classes": ["FUNGI"]}}, "2026-04-01", []),
]


@pytest.mark.parametrize(("changes", "day", "parts"), SCOPES)
def test_m12_out_of_scope(changes: dict[str, Any], day: str, parts: list[str]) -> None:
    """The goods are covered by the arrangement and by the licensee's certificate."""
    world = World()
    for name, (kind, fields) in FACTS.items():
        change = changes.get(name, {})
        if change is not None:
            world.add(kind, "2020-01-01", **{**fields, **change})
    key = apply(world, f"{day}T09:00")

    assert world.cases("M-12") == [("M-12", key, part) for part in parts]


STEPS: list[tuple[str, str, str, str | None, bool]] = [
    # class, day, the maker's country, who packed it anew, whether it is outside
    ("PLANT", "2026-04-01", "CL", "US", False),
    ("PLANT", "2026-04-01", "CL", None, True),
    ("PLANT", "2026-04-01", "CL", "JP", True),
    ("HONEY", "2026-04-01", "CL", "US", True),
    ("ALCOHOL", "2026-04-01", "CL", "US", True),
    ("ALCOHOL", "2026-04-01", "CL", "CA", False),
    ("ALCOHOL", "2026-04-01", "US", "CL", False),
    ("ALCOHOL", "2023-08-30", "CL", "CA", True),
]


@pytest.mark.parametrize(
    ("class_", "day", "maker", "packer", "outside"),
    STEPS,
    ids=[f"1.1 W9 {row[0]} {row[2]} {row[3]} {row[1]}" for row in STEPS],
)
def test_m12_goods_are_covered_by_any_step_of_theirs(
    class_: str, day: str, maker: str, packer: str | None, *, outside: bool
) -> None:
    """Made elsewhere and packed where the arrangement is; but some alcohol asks its maker."""
    world = World()
    for kind, fields in FACTS.values():
        world.add(kind, "2020-01-01", **fields)
    world.add("PartyRegistered", "2020-01-02", party="MAKER", name="Maker", country=maker)
    world.add("LotRecorded", "2020-01-02", **{**FACTS["lot"][1], "lot": "L0", "operator": "MAKER"})
    world.add("LotRecorded", "2020-01-03", **{**FACTS["lot"][1], "operator": "MAKER"})
    world.add("ProductRegistered", "2020-01-02", **{**FACTS["product"][1], "class_": class_})
    if packer is not None:
        world.add("PartyRegistered", "2020-01-02", party="PACK", name="Packer", country=packer)
        child = {"lot": "L1", "units": 1, "pack_weight": "0.500", "quantity": "0.500"}
        world.add("LotSubdivided", "2020-01-02", lot="L0", operator="PACK", loss="0.000",
                  children=[child])  # fmt: skip
    key = apply(world, f"{day}T09:00")

    found = [v for v in world.violations() if (v.rule, v.discriminator) == ("M-12", "scope")]
    assert [(v.subject, v.found[0]) for v in found] == [(key, class_)] * outside


def test_m12_an_input_of_a_covered_country_covers() -> None:
    """1.1 W9: what a lot is made of was grown where the arrangement is."""
    world = trade(exporter={"country": "CL"}, lot={"inputs": []})
    grown = {**FACTS["lot"][1], "lot": "L0", "operator": "GROWER"}
    key = apply(world)
    assert world.cases("M-12") == [("M-12", key, "scope")]

    world.add("PartyRegistered", "2025-03-02", party="GROWER", name="Grower", country="US")
    world.add("LotRecorded", "2025-03-02", **grown)
    used = {"lot": "L0", "quantity": "10.000", "label_verified": True}
    world.add("LotRecorded", "2025-03-03", **{**FACTS["lot"][1], "inputs": [used]})
    assert world.cases("M-12") == []


@pytest.mark.parametrize("named", [None, 1])
@pytest.mark.parametrize(("version", "fires"), [(1, True), (2, False)])
def test_m12_a_recipe_version_is_what_was_registered_last(
    version: int, named: int | None, *, fires: bool
) -> None:
    """A day chooses the version of the recipe; what the version says is told by its latest fact."""
    world = trade(lot={"recipe_version": named})
    product = {**FACTS["product"][1], "class_": "HONEY", "recipe_version": version}
    world.add("ProductRegistered", "2026-05-01", **product)
    key = apply(world)

    assert world.cases("M-12") == ([("M-12", key, "scope")] if fires else [])


DUTIES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"person": None}, [("person", "H")]),
    ({"person": {"from_": "2026-04-01"}}, []),
    ({"person": {"from_": "2026-04-02"}}, [("person", "H")]),
    ({"training": None}, [("training", "H")]),
    ({"training": {"completed_on": "2026-04-01"}}, []),
    ({"training": {"completed_on": "2026-04-02"}}, [("training", "H")]),
    ({"training": {"party": "EXP-2"}}, [("training", "H")]),
    ({"training": {"course": "SUBDIVISION"}}, [("training", "H")]),
    ({"training": {"proof_sent_to": ["IMP-1"]}}, [("proof", "M")]),
    ({"programme": None}, [("programme", "M")]),
    ({"programme": {"agent": "AG-2"}}, [("programme", "M")]),
    ({"programme": {"until": "2026-03-31"}}, [("programme", "M")]),
    ({"programme": {"until": "2026-04-01"}}, []),
    ({"contract": {"copy_sent_to_agent_on": None}}, [("copy", "M")]),
    ({"contract": {"copy_sent_to_agent_on": "2026-04-02"}}, [("copy", "M")]),
    ({"contract": {"importer": "IMP-2"}, "person": None}, []),
]


@pytest.mark.parametrize(("changes", "duties"), DUTIES)
def test_m13_duty_before_use(changes: dict[str, Any], duties: list[tuple[str, str]]) -> None:
    """Before the first application under a contract its duties are met; one case per duty."""
    world = trade(**changes)
    apply(world, "2026-04-01T09:00", rec="2026-04-01T10:00")
    apply(world, "2026-04-01T12:00", contract="C1")

    violations = [v for v in world.violations() if v.rule == "M-13"]

    assert [(v.discriminator, v.severity) for v in violations] == duties
    for violation in violations:
        assert violation.subject == "C1"
        assert violation.found == ("2026-04-01",)
        assert violation.deadline == at("2026-04-02T10:00")


def test_m13_only_the_governing_contract_answers() -> None:
    """Of two contracts that fit the later one governs; an application may name the other."""
    world = trade()
    second = {**FACTS["contract"][1], "contract": "C2", "from_": "2026-01-01"}
    world.add("ConsignmentContractSigned", BEFORE, **second)
    apply(world, "2025-12-31T09:00")
    apply(world, "2026-02-01T09:00", contract="C1")
    assert world.cases("M-13") == []

    apply(world, "2026-03-01T09:00")

    assert world.cases("M-13") == [("M-13", "C2", "person")]


LABELS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"label": {"from_": "2026-04-01"}}, []),
    ({"label": {"from_": "2026-04-02"}}, ["approval"]),
    ({"label": {"until": "2026-04-01"}}, []),
    ({"label": {"until": "2026-03-31"}}, ["approval"]),
    ({"label": {"product": "P2"}}, ["product"]),
    ({"label": {"product": "P2"}, "lot": None}, []),
    ({"label": {"scheme": "NOP"}}, ["scheme"]),
    ({"label": {"scheme": "NOP"}, "mark": None}, []),
    ({"label": None}, ["approval"]),
]


@pytest.mark.parametrize(("changes", "parts"), LABELS)
def test_m14_label_not_approved(changes: dict[str, Any], parts: list[str]) -> None:
    """The label version is approved that day, for that product, under the mark's scheme."""
    world = trade(**changes)
    key = apply(world)

    assert world.cases("M-14") == [("M-14", key, part) for part in parts]


@pytest.mark.parametrize(
    ("label", "version", "flag"), [("LB", 2, False), ("L.B", 1, True), ("LX", 1, False)]
)
def test_m14_a_label_looks_like_another(label: str, version: int, *, flag: bool) -> None:
    """A label nobody knows with the fold of a known one is a slip; another version is none."""
    world = trade()
    world.add(
        "LabelApproved", BEFORE, **{**FACTS["label"][1], "label": "LB-", "from_": "2025-04-01"}
    )
    apply(world, label=label, label_version=version)

    assert world.only("M-14").artefact is flag


@pytest.mark.parametrize(("on", "fires"), [("2026-04-01", True), ("2026-04-02", False)])
def test_m14_withdrawn(on: str, *, fires: bool) -> None:
    """A version is not valid from the day it was withdrawn."""
    world = trade()
    world.add("LabelWithdrawn", BEFORE, label="LB", version=1, on=on, reason="x")
    key = apply(world)

    assert world.cases("M-14") == ([("M-14", key, "approval")] if fires else [])


SEALS = [  # units, seals, label, fires, flag
    (10, 20, {}, False, False),
    (10, 19, {}, True, False),
    (10, 200, {}, True, True),
    (60, 102, {}, True, True),
    (60, 111, {}, True, False),
    (60, 210, {}, True, True),
    (10, 5, {"carrier": "INVOICE_MARK"}, False, False),
    (10, 5, None, False, False),
    (10, 5, {"seals_per_unit": 0}, True, False),
]


@pytest.mark.parametrize(("units", "seals", "label", "fires", "flag"), SEALS)
def test_m16_seal_count(
    units: int, seals: int, label: dict[str, Any] | None, *, fires: bool, flag: bool
) -> None:
    """An application uses as many seals as its units need by the label."""
    world = trade(label=label)
    apply(world, units=units, count=seals)

    violations = [v for v in world.violations() if v.rule == "M-16"]

    assert [v.artefact for v in violations] == ([flag] if fires else [])


SHIPPED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"line": {"seals": 19}}, [("M-16", "L1 JAS-A")]),
    ({"line": {"units": 11}}, [("M-16", "L1 JAS-A")]),
    ({"line": {"lot": "L9", "seals": 1}}, []),
    ({"sealing_mode": "IMPORTER_APPLIES"}, [("M-16", "L1 JAS-A")]),
    ({"sealing_mode": "IMPORTER_APPLIES", "line": {"seals": 0}}, []),
    ({"importer": "IMP-2"}, [("M-07", "L1 JAS-A")]),
    ({"importer": "IMP-2", "sealing_mode": "DIRECT_JAS"}, [("M-07", "L1 JAS-A")]),
    ({"exporter": "IMP-1", "importer": "IMP-2", "sealing_mode": "DIRECT_JAS"},
     [("M-10", "exporter")]),
    ({"exporter": "EXP-9"}, [("M-10", "exporter")]),
    ({"exporter": "EXP-9", "contract": None}, [("M-10", "exporter")]),
    ({"importer": "IMP-9", "line": {"mark": None, "seals": 0}}, [("M-10", "importer")]),
    ({"importer": "IMP-9", "line": {"mark": None, "seals": 0}, "sealing_mode": "DIRECT_JAS"}, []),
    ({"line": {"mark": "JAS-X"}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "cases"), SHIPPED)
def test_shipments_are_judged_like_applications(
    changes: dict[str, Any], cases: list[tuple[str, str]]
) -> None:
    """A departure is judged by marks, parties and seals as the applications are."""
    world = trade()
    apply(world)
    depart(world, **changes)

    violations = world.cases("M-07", "M-08", "M-10", "M-16")

    assert violations == [(rule, "S1", discriminator) for rule, discriminator in cases]


@pytest.mark.parametrize(
    ("mode", "seals", "fires"),
    [
        ("CONSIGNED", 20, False),
        ("CONSIGNED", 19, True),
        ("DIRECT_JAS", 21, True),
        ("IMPORTER_APPLIES", 1, True),
        ("IMPORTER_APPLIES", 0, False),
    ],
)
def test_m16_asks_no_registration_of_the_mark(mode: str, seals: int, *, fires: bool) -> None:
    """How many seals a line carries is asked of the labels, whosever mark it is."""
    world = trade(mark=None)
    apply(world)
    depart(world, sealing_mode=mode, line={"seals": seals})

    assert world.cases("M-16") == ([("M-16", "S1", "L1 JAS-A")] if fires else [])


def test_m08_on_a_shipment() -> None:
    """The body on the mark is the body of the shipment's contract."""
    world = trade(contract={"rcb": "RCB-2"})
    depart(world)

    assert world.cases("M-08") == [("M-08", "S1", "L1 JAS-A")]


@pytest.mark.parametrize(
    ("lapsed", "roles"),
    [
        ("licence", ["licensee JAS-A"]),
        ("body", ["rcb JAS-A"]),
        ("agent", ["agent"]),
        ("certificate", ["exporter"]),
    ],
)
def test_m10_on_a_shipment(lapsed: str, roles: list[str]) -> None:
    """The parties behind a shipment are valid on the day it departs."""
    world = trade(**{lapsed: {"until": "2026-04-02"}})
    apply(world)
    depart(world)

    assert world.cases("M-10") == [("M-10", "S1", role) for role in roles]


GOOD: dict[str, Any] = {
    "result": "CONFORMING", "grader": "PER-2", "records_complete": True, "linked_to_lot": True,
    "method_conforms": True, "label_conforms": True,
}  # fmt: skip
FITNESS: list[tuple[bool, list[tuple[str, str, dict[str, Any]]], str, list[str]]] = [
    # own use, what happened to the lot, its status, what is found
    (False, [], "ORGANIC", []),
    (True, [], "ORGANIC", ["ungraded"]),
    (True, [("LotGraded", "2026-04-01T09:00", GOOD)], "ORGANIC", []),
    (True, [("LotGraded", "2026-04-01T09:00:01", GOOD)], "ORGANIC", ["ungraded"]),
    (False, [("LotGraded", "2026-03-05", {**GOOD, "result": "NON_CONFORMING"})], "ORGANIC",
     ["grade"]),
    (False, [("LotGraded", "2026-03-05", {**GOOD, "linked_to_lot": False})], "ORGANIC", ["grade"]),
    (False, [("LotGraded", "2026-03-05", {**GOOD, "linked_to_lot": False}),
             ("LotGraded", "2026-03-06", GOOD)], "ORGANIC", []),
    (False, [("LotGraded", "2026-04-02", {**GOOD, "result": "NON_CONFORMING"})], "ORGANIC", []),
    (False, [], "CONVENTIONAL", ["status"]),
    (False, [], "IN_CONVERSION", []),
    (False, [("LotHeld", "2026-04-01T09:00", {"cause": "x"})], "ORGANIC", ["held"]),
    (False, [("LotHeld", "2026-04-01T09:01", {"cause": "x"})], "ORGANIC", []),
    (False, [("LotHeld", "2026-03-31", {"cause": "x"}),
             ("LotReleased", "2026-04-01", {"reason": "x"})], "ORGANIC", []),
    (False, [("LotReleased", "2026-03-30", {"reason": "x"}),
             ("LotHeld", "2026-03-31", {"cause": "x"})], "ORGANIC", ["held"]),
]  # fmt: skip


@pytest.mark.parametrize(("own", "events", "status", "parts"), FITNESS)
def test_m31_unfit_lot_sealed(
    events: list[tuple[str, str, dict[str, Any]]], status: str, parts: list[str], *, own: bool
) -> None:
    """What is sealed conforms at that moment; own goods were graded before."""
    world = trade(lot={"status": status}, **({"mark": {"importer": "EXP-1"}} if own else {}))
    for kind, time, fields in events:
        world.add(kind, time, lot="L1", **fields)
    key = apply(world)

    assert world.cases("M-31") == [("M-31", key, part) for part in parts]


@pytest.mark.parametrize(("issued_on", "fires"), [("2026-04-01", False), ("2026-04-02", True)])
def test_m31_a_certificate_stands_for_grading(issued_on: str, *, fires: bool) -> None:
    """A live certificate of that day or before, on the lot or its source, is enough."""
    world = trade(mark={"importer": "EXP-1"})
    child = {"lot": "L1-A", "units": 100, "pack_weight": "0.500", "quantity": "50.000"}
    world.add(
        "LotSubdivided", "2026-03-02", lot="L1", operator="EXP-1", children=[child], loss="0.000"
    )
    world.add(
        "ExportCertificateIssued",
        "2026-04-01",
        issuer="AG-1",
        number="TM 7",
        form="TM_11",
        mode="PER_SHIPMENT",
        exporter="EXP-1",
        importer="IMP-1",
        product_class="PLANT",
        statement="x",
        issued_on=issued_on,
        certified=[{"lot": "L1", "product": "P1", "net_weight": "5.000"}],
    )
    key = apply(world, lot="L1-A")

    assert world.cases("M-31") == ([("M-31", key, "ungraded")] if fires else [])
