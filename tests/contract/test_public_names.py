"""Names that others rely on stay: what was there before may be added to, never lost."""

import json
from pathlib import Path

import pytest

from tests.databases import Cluster
from tests.fixtures.public_names import META_KEYS, public_names

BEFORE = json.loads((Path(__file__).parents[1] / "fixtures" / "public-names.json").read_text())


TAKEN_BACK = {
    "api": {
        f"POST {path} body person"
        for path in (
            "/discrepancies/explain", "/discrepancies/escalate", "/discrepancies/close",
            "/discrepancies/{case_id}/explain", "/discrepancies/{case_id}/escalate",
            "/discrepancies/{case_id}/close", "/periods",
        )
    },
}  # fmt: skip
"""What anybody could say there is no longer asked: who decides is the person of the token."""


@pytest.fixture(scope="module")
def now(embedded_cluster: Cluster) -> dict[str, list[str]]:
    """The public names of the code as it is."""
    with embedded_cluster.database() as dsn:
        return public_names(dsn)


@pytest.mark.parametrize("kind", sorted(BEFORE))
def test_no_public_name_is_lost(now: dict[str, list[str]], kind: str) -> None:
    """Commands, routes, keys, metrics, settings and stored names of before are all still there."""
    assert set(BEFORE[kind]) - set(now[kind]) == TAKEN_BACK.get(kind, set())


def test_the_list_holds_what_it_should() -> None:
    """The list of before has names of each kind, down to one that lies deep."""
    assert list(META_KEYS) == BEFORE["meta"]
    assert "ledger season --slips" in BEFORE["commands"]
    assert "GET /lots/{lot}/trace 200 back.event" in BEFORE["api"]
    assert "ledger_ingest_messages topic" in BEFORE["metrics"]
    assert "dead_letter.payload" in BEFORE["columns"]
