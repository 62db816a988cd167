"""Events of livestock and criteria at the door: examples, limits, and what is judged later."""

import json
from typing import Any

import pytest

from ledger.intake import OPERATOR, Accepted, Refused, read
from tests.contract.intake.samples import ID, text

_HEAD: dict[str, Any] = {"id": ID, "time": "2025-01-10T09:00:00+09:00", "source": "SYS-1"}
HERD: dict[str, Any] = {
    "type": "HerdRecorded", **_HEAD, "herd": "H-7", "operator": "FARM-1", "site": "F1",
    "species": "BEEF_CATTLE", "breed": "BLACK", "individual": True, "heads": 1,
    "born_on": "2024-03-01", "origin": "BROUGHT_IN", "reason": "START",
    "arrived_on": "2025-01-10", "arrival_weight_kg": "305.000", "unavailable": True,
    "organic_since": "2025-01-10",
}  # fmt: skip
_HAY: dict[str, Any] = {
    "name": "hay", "kind": "OWN", "dry_matter": "70.000", "roughage": True, "bought": False,
    "gmo": False, "antibiotic": False,
}  # fmt: skip
FED: dict[str, Any] = {
    "type": "FeedingRecorded", **_HEAD, "herd": "H-7", "operator": "FARM-1", "from": "2025-02-01",
    "until": "2025-02-28", "heads": 1, "stage": "BEEF_OLDER", "lines": [_HAY],
}  # fmt: skip
LEFT: dict[str, Any] = {
    "type": "AnimalsLeft", **_HEAD, "herd": "H-7", "operator": "FARM-1", "on": "2025-02-28",
    "heads": 1, "how": "SOLD",
}  # fmt: skip
SHOWN: dict[str, Any] = {
    "type": "CriterionShown", **_HEAD, "party": "FARM-1", "criteria": "LIVESTOCK",
    "subject": "FACILITY", "items": ["STABLES"], "on": "2025-02-28", "met": True,
}  # fmt: skip
KEPT: dict[str, Any] = {
    "type": "ProcessRecorded", **_HEAD, "operator": "FARM-1", "activity": "HOUSING",
    "on": "2025-02-28", "herd": "H-7",
}  # fmt: skip
_LOT: dict[str, Any] = {
    "type": "LotRecorded", **_HEAD, "lot": "L-1", "operator": "FARM-1", "number": "1",
    "product": "P-1", "quantity": "1.000", "status": "ORGANIC", "produced_on": "2025-02-28",
}  # fmt: skip
_PARTY: dict[str, Any] = {
    "type": "PartyRegistered",
    **_HEAD,
    "party": "FARM-1",
    "name": "Farm",
    "country": "JP",
}
_RUN = {"use": "GRASS", "clean_since": "2020-04-01"}

TOLD: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    # event, fields changed, path of what is refused
    (HERD, {}, None),
    (HERD, {"kept_before": 0, "died": 0}, None),
    (HERD, {"adult_females": "19.400"}, None),
    (HERD, {"adult_females": "0"}, "adult_females"),
    (HERD, {"heads": 0}, "heads"),
    (HERD, {"breed": "WAGYU"}, "breed"),
    (HERD, {"organic_since": None}, "organic_since"),
    (FED, {}, None),
    (FED, {"until": "2025-01-01"}, None),
    (FED, {"lines": [_HAY | {"dry_matter": "0"}]}, None),
    (FED, {"lines": [_HAY | {"dry_matter": "0.0001"}]}, "lines[0].dry_matter"),
    (FED, {"lines": [_HAY | {"kind": "GRASS"}]}, "lines[0].kind"),
    (FED, {"lines": [_HAY] * 1_000}, None),
    (FED, {"lines": [_HAY] * 1_001}, "lines"),
    (FED, {"stage": "CALF"}, "stage"),
    (LEFT, {}, None),
    (LEFT, {"how": "EATEN"}, "how"),
    (SHOWN, {}, None),
    (SHOWN, {"items": ["STABLES", "STABLES"]}, None),
    (SHOWN, {"until": "2025-02-01"}, None),
    (SHOWN, {"items": ["S"] * 1_001}, "items"),
    (SHOWN, {"met": None}, "met"),
    (SHOWN, {"fiscal_year": 1}, "fiscal_year"),
    (KEPT, {}, None),
    (KEPT, {"herd": None}, "lot"),
    (KEPT, {"until": "2025-01-01"}, None),
    (KEPT, {"light_hours": "0"}, None),
    (KEPT, {"light_hours": "16.15"}, "light_hours"),
    (KEPT, {"area_m2": "0"}, "area_m2"),
    (KEPT, {"outings_per_week": 0}, None),
    (KEPT, {"medicine": {"kind": "DRUG"}}, None),
    (KEPT, {"medicine": {"purpose": "LAW"}}, "medicine.kind"),
    (KEPT, {"stable": {"floor_m2": "10", "slats_m2": "11"}}, None),
    (KEPT, {"stable": {"slats_m2": "0", "age_days": 0}}, None),
    (KEPT, {"stable": {"floor_m2": "0"}}, "stable.floor_m2"),
    (KEPT, {"run": _RUN}, None),
    (KEPT, {"run": {"use": "GRASS"}}, "run.clean_since"),
    (KEPT, {"run": _RUN | {"wide": True}}, "run.wide"),
    (KEPT, {"method": "m" * 500}, None),
    (KEPT, {"method": "m" * 501}, "method"),
    (_LOT, {"herds": [f"H-{n}" for n in range(200)]}, None),
    (_LOT, {"herds": [f"H-{n}" for n in range(201)]}, "herds"),
    (_LOT, {"herds": ["H 7"]}, "herds[0]"),
    (_PARTY, {"address": "a" * 300}, None),
    (_PARTY, {"address": "a" * 301}, "address"),
]


@pytest.mark.parametrize(("event", "changes", "refused"), TOLD)
def test_what_comes_in(event: dict[str, Any], changes: dict[str, Any], refused: str | None) -> None:
    """What is well formed is recorded whatever it says; else the path of what is wrong is told."""
    (verdict,) = read(text(event | changes), "application/json", OPERATOR)

    if refused is None:
        assert isinstance(verdict, Accepted)
    else:
        assert isinstance(verdict, Refused)
        assert (verdict.reason, verdict.path) == ("invalid", refused)


@pytest.mark.parametrize("event", [HERD, FED], ids=lambda event: event["type"])
def test_the_canonical_form(event: dict[str, Any]) -> None:
    """Fields stand in the order of the catalogue, however they came."""
    (verdict,) = read(text(dict(reversed(event.items()))), "application/json", OPERATOR)

    assert isinstance(verdict, Accepted)
    time = {"time": "2025-01-10T09:00:00.000000+09:00"}
    assert verdict.state == text(event | time)
    assert list(json.loads(verdict.state)) == list(event)
