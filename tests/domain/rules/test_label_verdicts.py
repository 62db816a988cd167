"""Rules that carry verdicts of the label rules: graders, scope of papers, claims."""

from typing import Any

import pytest

from tests.domain.rules.trade import BEFORE, FACTS, apply, depart, trade
from tests.domain.rules.world import World, at

DAY = 24 * 3_600_000_000
GOOD: dict[str, Any] = {
    "lot": "L1", "result": "CONFORMING", "grader": "PER-2", "records_complete": True,
    "linked_to_lot": True, "method_conforms": True, "label_conforms": True,
}  # fmt: skip
MAKER: dict[str, Any] = {
    "party": "EXP-1", "scheme": "JAS", "role": "PRODUCER", "issuer": "RCB-1", "number": "J-9",
    "status": "GRANTED", "from_": "2025-01-01",
}  # fmt: skip
GRADING: dict[str, Any] = {
    "person": "PER-2", "party": "EXP-1", "course": "GRADING_PLANT", "completed_on": "2025-04-01",
}  # fmt: skip


def direct(*, trained: bool = True, certified: bool = True) -> World:
    """The exporter is a JAS producer that grades and seals its own lot with its own mark."""
    field = {"registered_on": "2015-01-01", "crop": "PERENNIAL"}
    world = trade(mark={"importer": "EXP-1"}, lot={"field": field})
    if certified:
        world.add("CertificationChanged", BEFORE, **MAKER)
    if trained:
        world.add("SealTrainingCompleted", BEFORE, **GRADING)
    return world


@pytest.mark.parametrize(
    ("trained", "certified", "own", "codes"),
    [
        (True, True, True, None),
        (False, True, True, ("GRADER_UNTRAINED",)),
        (False, True, False, None),
    ],
)
def test_m11_grader(
    codes: tuple[str, ...] | None, *, trained: bool, certified: bool, own: bool
) -> None:
    """Who grades goods that get the grader's own mark is trained and may grade."""
    world = direct(trained=trained, certified=certified)
    graded = world.add("LotGraded", "2026-03-05T09:00", **GOOD)
    if own:
        apply(world)

    found = [v for v in world.violations() if (v.rule, v.discriminator) == ("M-11", "grader")]

    assert [(v.subject, v.found) for v in found] == ([] if codes is None else [(graded.id, codes)])
    assert {v.deadline for v in found} <= {at("2026-03-05T09:00") + DAY}


@pytest.mark.parametrize("trained", [True, False])
def test_m11_a_grader_without_certificate_is_asked_no_course(*, trained: bool) -> None:
    """The course is asked on the JAS route; a lot on none may not be graded, trained or not."""
    world = trade(mark={"importer": "EXP-1"}, certificate=None)
    if trained:
        world.add("SealTrainingCompleted", BEFORE, **GRADING)
    graded = world.add("LotGraded", "2026-03-05T09:00", **GOOD)
    apply(world)

    found = [(v.subject, v.found) for v in world.violations() if v.discriminator == "grader"]

    assert found == [(graded.id, ("GRADING_NOT_ALLOWED",))]


@pytest.mark.parametrize(
    ("role", "until", "own", "fires"),
    [
        ("SUBDIVIDER", None, True, False),
        ("PRODUCER", None, True, False),
        ("IMPORTER", None, True, True),
        ("SUBDIVIDER", "2026-03-09", True, True),
        ("SUBDIVIDER", "2026-03-10", True, False),
        ("IMPORTER", None, False, False),
    ],
)
def test_m11_subdivider(role: str, until: str | None, *, own: bool, fires: bool) -> None:
    """Who divides goods and labels them with its own mark is certified for it that day."""
    world = direct(certified=False)
    world.add("CertificationChanged", BEFORE, **{**MAKER, "role": role, "until": until})
    child = {"lot": "L1-A", "units": 100, "pack_weight": "0.500", "quantity": "50.000"}
    event = world.add(
        "LotSubdivided", "2026-03-10T09:00", lot="L1", operator="EXP-1", children=[child],
        loss="0.000",
    )  # fmt: skip
    if own:
        apply(world, lot="L1-A")

    cases = [case for case in world.cases("M-11") if case[2] == "subdivider"]

    assert cases == ([("M-11", event.id, "subdivider")] if fires else [])


SHIPPED: list[tuple[str, dict[str, Any], bool]] = [
    ("PLANT", {}, False),
    ("HONEY", {}, True),
    ("HONEY", {"sealing_mode": "IMPORTER_APPLIES"}, False),
    ("HONEY", {"line": {"mark": None, "seals": 0}}, False),
    ("PLANT", {"origin": "CA"}, True),
    ("PLANT", {"origin": "BR"}, True),
]


@pytest.mark.parametrize(("class_", "changes", "fires"), SHIPPED)
def test_m12_on_a_shipment(class_: str, changes: dict[str, Any], *, fires: bool) -> None:
    """Consigned goods with seals are covered by the arrangement and come from the country."""
    world = trade(product={"class_": class_})
    depart(world, **changes)

    assert [c for c in world.cases("M-12") if c[1] == "S1"] == (
        [("M-12", "S1", "L1")] if fires else []
    )


def test_m12_on_a_shipment_needs_a_known_lot() -> None:
    """The class is the lot's: of a lot nobody recorded nothing is said, whatever its line names."""
    world = trade(product={"class_": "HONEY"}, lot=None)
    depart(world)

    assert world.cases("M-12") == []


@pytest.mark.parametrize(
    ("origin", "class_", "codes"),
    [
        ("CA", "PLANT", ("SCOPE_ORIGIN",)),
        ("CA", "ALCOHOL", ("SCOPE_ORIGIN",)),
        ("US", "ALCOHOL", None),
        ("EU", "ALCOHOL", ("SCOPE_ORIGIN",)),
        ("BR", "ALCOHOL", ("SCOPE_NO_ROW",)),
    ],
)
def test_m12_wine_comes_from_the_country_it_leaves(
    origin: str, class_: str, codes: tuple[str, ...] | None
) -> None:
    """5.2 O1: alcohol is grown, made or packed where it leaves, as all other goods are."""
    parts = [
        {"name": "grape", "share": "100.000", "status": "ORGANIC", "kind": "AGRICULTURAL",
         "gmo": False, "irradiated": False}
    ]  # fmt: skip
    world = trade(product={"class_": class_, "ingredients": parts})
    depart(world, origin=origin)

    found = [v.found for v in world.violations() if (v.rule, v.subject) == ("M-12", "S1")]

    assert found == ([] if codes is None else [(class_, *codes)])


LINES: list[tuple[str, list[str], dict[str, Any] | None, tuple[str, ...] | None]] = [
    # class of P1, products on the lines of the lot, its record, what is found
    ("PLANT", ["P1"], {}, None),
    ("HONEY", ["P1"], {}, ("HONEY", "CERT_OUT_OF_SCOPE")),
    ("HONEY", ["P2"], {}, ("HONEY", "CERT_OUT_OF_SCOPE")),
    ("HONEY", ["P2", "P1"], None, ("HONEY", "CERT_OUT_OF_SCOPE")),
    ("HONEY", ["P2", "P2"], None, None),
    ("OTHER", ["P1"], {}, ("OTHER", "CERT_OUT_OF_SCOPE")),
]


@pytest.mark.parametrize(("class_", "products", "lot", "says"), LINES)
def test_m12_on_a_certificate(
    class_: str, products: list[str], lot: dict[str, Any] | None, says: tuple[str, ...] | None
) -> None:
    """A certificate of the arrangement has no line outside it; an unknown lot is its product."""
    world = trade(product={"class_": class_}, lot=lot)
    world.add("ProductRegistered", BEFORE, **{**FACTS["product"][1], "product": "P2"})
    world.add(
        "ExportCertificateIssued",
        "2026-04-01",
        issuer="AG-1",
        number="TM 7",
        form="TM_11",
        mode="PER_SHIPMENT",
        exporter="EXP-1",
        importer="IMP-1",
        product_class=class_,
        statement="x",
        issued_on="2026-04-01",
        certified=[{"lot": "L1", "product": of, "net_weight": "5.000"} for of in products],
    )

    found = [v for v in world.violations() if v.rule == "M-12"]

    assert [(v.subject, v.discriminator, v.found) for v in found] == (
        [] if says is None else [("AG-1 TM%207", "L1", says)]
    )


RECIPES: list[tuple[list[tuple[str, str, str]], list[tuple[str, str]]]] = [
    # name, share and status of the ingredients; what is found
    ([("oats", "95.000", "ORGANIC"), ("sugar", "5.000", "CONVENTIONAL")], []),
    (
        [("oats", "94.999", "ORGANIC"), ("sugar", "5.001", "CONVENTIONAL")],
        [("LB 1", ""), ("L1", "LB 1")],
    ),
]


@pytest.mark.parametrize(("ingredients", "found"), RECIPES)
def test_m15_claim_not_eligible(
    ingredients: list[tuple[str, str, str]], found: list[tuple[str, str]]
) -> None:
    """A label's claim holds for the lots it was applied to, and for its product."""
    parts = [
        {"name": name, "share": share, "status": status, "kind": "AGRICULTURAL", "scheme": "NOP",
         "gmo": False, "irradiated": False}
        for name, share, status in ingredients
    ]  # fmt: skip
    world = trade(
        product={"class_": "PROCESSED_PLANT", "ingredients": parts},
        label={"name_form": "有機オーツ"},
    )
    apply(world, "2026-04-01T09:00", rec="2026-04-03")
    apply(world, "2026-04-02T09:00")

    violations = [v for v in world.violations() if v.rule == "M-15"]

    assert [(v.subject, v.discriminator) for v in violations] == found
    assert [v.severity for v in violations] == (["M", "C"] if found else [])
    assert [v.deadline for v in violations if v.subject_kind == "lot"] == (
        [at("2026-04-02T09:00") + DAY] if found else []
    )


@pytest.mark.parametrize(("status", "fires"), [("ORGANIC", False), ("IN_CONVERSION", True)])
def test_m57_conversion_as_organic(status: str, *, fires: bool) -> None:
    """A lot in conversion carries no label that calls it organic."""
    world = trade(lot={"status": status})
    apply(world)

    assert world.cases("M-57") == ([("M-57", "L1", "LB 1")] if fires else [])


def test_a_field_too_young_is_m57_not_m15() -> None:
    """Each code has one rule that carries it."""
    world = direct()
    field = {"registered_on": "2025-01-01", "crop": "PERENNIAL"}
    world.add("LotRecorded", "2026-03-20", **{**FACTS["lot"][1], "field": field})
    world.add("LotGraded", "2026-03-25T09:00", **GOOD)
    apply(world)

    assert [case[0] for case in world.cases("M-15", "M-57")] == ["M-57"]


AROUND: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    # class, field, codes
    ("PLANT", {}, ()),
    ("PLANT", {"barrier": True}, ()),
    ("PLANT", {"barrier": False}, ("DRIFT",)),
    ("PLANT", {"ecosystem_kept": False}, ()),
    ("WILD_PLANT", {"crop": "WILD", "ecosystem_kept": True, "barrier": True}, ()),
    ("WILD_PLANT", {"crop": "WILD", "ecosystem_kept": False}, ("ECOSYSTEM",)),
    ("WILD_PLANT", {"crop": "WILD", "ecosystem_kept": False, "barrier": False},
     ("DRIFT", "ECOSYSTEM")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("class_", "own", "codes"), AROUND, ids=[f"3.8 P23 {row[0]} {row[1]}" for row in AROUND]
)
def test_m57_what_comes_onto_a_field(
    class_: str, own: dict[str, Any], codes: tuple[str, ...]
) -> None:
    """Drift onto a field, and harm by collecting, take the word organic from the goods."""
    world = direct()
    field = {"registered_on": "2015-01-01", "crop": "PERENNIAL", **own}
    world.add("ProductRegistered", BEFORE, **{**FACTS["product"][1], "class_": class_})
    world.add("LotRecorded", "2026-03-20", **{**FACTS["lot"][1], "field": field})
    world.add("LotGraded", "2026-03-25T09:00", **GOOD)
    apply(world)

    found = [v.found for v in world.violations() if v.rule == "M-57"]
    assert found == ([codes] if codes else [])
