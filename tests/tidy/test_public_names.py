"""Names that others rely on are still there: what may change its words may not change these.

A name may be added, and none is taken away.
"""

import json

from ledger.log import Log
from tests.fixtures.public_names import META_KEYS, public_names
from tests.tidy.sources import ROOT

BEFORE = json.loads((ROOT / "tests" / "fixtures" / "public-names.json").read_text())


def test_no_public_name_is_gone(log: Log) -> None:
    """What others call, read, set, watch or keep has the name it had."""
    now = public_names(log.dsn)
    gone = {kind: sorted(set(names) - set(now[kind])) for kind, names in BEFORE.items()}

    assert {kind: names for kind, names in gone.items() if names} == {}


def test_the_list_holds_what_it_should() -> None:
    """The list of before has names of each kind, down to one that lies deep."""
    assert sum(map(len, BEFORE.values())) > 2_000
    assert list(META_KEYS) == BEFORE["meta"]
    assert "ledger season --slips" in BEFORE["commands"]
    assert "GET /lots/{lot}/trace 200 back.event" in BEFORE["api"]
    assert "ledger_ingest_messages topic" in BEFORE["metrics"]
    assert "dead_letter.payload" in BEFORE["columns"]
