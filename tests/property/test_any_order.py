"""Views are a function of the set of facts: any order, any repetition, any batches."""

from random import Random
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.facts.identity import Fact
from ledger.log import Log
from ledger.views.projection import Projector, reading
from tests.auditing import load
from tests.contract.views.world import World
from tests.databases import Cluster

CONTENT: Final = {
    "moves": "SELECT place, time, lot, sum(delta) FROM moves GROUP BY 1, 2, 3"
    " HAVING sum(delta) <> 0",
    "balances": "SELECT place, balance FROM balances WHERE balance <> 0",
    "goods": "SELECT place, lot, balance FROM goods WHERE balance <> 0",
    "totals": "SELECT mark, figure, party, total FROM totals WHERE total <> 0",
    "days": "SELECT * FROM days WHERE moves <> 0",
    "lows": "SELECT place, day, net, low, high FROM lows WHERE net <> 0 OR low <> 0 OR high <> 0",
    "low_stretches": "SELECT * FROM low_stretches WHERE net <> 0 OR low <> 0",
    "sealed": "SELECT lot, label, version, holder, units, seals, applications, first, first_id,"
    " last FROM sealed",
    "claims": "SELECT mark, figure, key, time, sum(count) FROM claims GROUP BY 1, 2, 3, 4"
    " HAVING sum(count) <> 0",
    "retracted": "SELECT target FROM retracted",
    "mentions": "SELECT about, key, count(*) FROM mentions GROUP BY 1, 2",
    "dispatches": "SELECT dispatch, time, id, sender, receiver FROM dispatches",
    "departures": "SELECT shipment, time, id, exporter, importer FROM departures",
    "departed_lots": "SELECT shipment, time, id, lot, mark FROM departed_lots",
    "counts": "SELECT place, time, id, counted, spoiled_counted FROM counts",
    "adjustments": "SELECT count_event, place, time, id, delta, explained FROM adjustments",
    "reports": "SELECT r.report, r.version, r.exporter, r.time, r.id, l.mark, l.used"
    " FROM reports AS r LEFT JOIN report_lines AS l USING (position)",
    "certificates": "SELECT c.issuer, c.number, c.exporter, c.shipment, c.replaces, c.time, c.id,"
    " l.line, l.lot, l.units FROM certificates AS c LEFT JOIN certificate_lines AS l"
    " USING (position)",
    "cancellations": "SELECT issuer, number, time, id FROM cancellations",
    "named": "SELECT issuer, number, shipment, time, id FROM named",
    "lots": "SELECT lot FROM lots",
    "sources": "SELECT source, events, last_time FROM sources",
}
"""Of each table what does not tell when something became known; what cancels out left out.
"""


def content(cluster: Cluster, facts: list[Fact], random: Random) -> dict[str, list[str]]:
    """What the views hold once these facts came in this order, in some batches."""
    with cluster.database() as dsn, Log.open(dsn) as log:
        load(log, facts, batch=random.randrange(1, 60))
        projector = Projector(log)
        projector.make()
        while projector.run_batch(random.randrange(1, 70)):
            pass
        with reading(log) as rows:
            found = {}
            for table, query in CONTENT.items():
                rows.execute(f"SELECT t::text FROM ({query}) AS t")
                found[table] = sorted(row[0] for row in rows.fetchall())
            return found


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A seed does not shrink to anything simpler; trying costs minutes of databases.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_any_order_gives_the_same_views(embedded_cluster: Cluster, seed: int) -> None:
    """The same facts shuffled, a third of them repeated, in other batches: the same tables."""
    random = Random(seed)  # noqa: S311 -- a seed gives an order; nothing here is secret
    facts = World(seed).draw(120)
    order = random.sample(facts, len(facts)) + random.choices(facts, k=40)

    expected = content(embedded_cluster, facts, random)
    found = content(embedded_cluster, order, random)

    for table in CONTENT:
        assert expected[table] == found[table], table
