"""The frozen season of the demo, loaded as a file and reconciled."""

from ledger.commands.load import Loading
from ledger.commands.reconcile import answer
from ledger.intake.doors import OPERATOR
from ledger.log import Log
from ledger.views.projection import Projector
from ledger.views.reconciliation import FIGURES, Question
from tests.fixtures.desk import resourcing

TOTALS = {
    "issued": 455_295, "stock_importer": 18_550, "stock_exporters": 2_650, "in_transit": 20,
    "on_lots": 275_400, "delivered": 155_151, "spoiled": 130, "destroyed": 3_244, "sampled": 74,
    "adjusted": 76,
}  # fmt: skip
PAIRS = 20


def test_every_seal_of_the_frozen_season_is_somewhere(database: str) -> None:
    """Of 20,000 lines 400 are duplicates; over all pairs each figure is as pinned, and adds up."""
    with Log.open(database, recorded_at="event") as log:
        loading = Loading(log, None)
        loading.file(str(resourcing.SEASON), OPERATOR)
        projector = Projector(log)
        projector.make()
        projector.catch_up()
        rows = answer(log, Question())

    assert loading.summary() == {"recorded": 19_600, "duplicate": 400, "refused": 0, "reasons": {}}
    totals = {name: sum(row[name] for row in rows) for name in FIGURES}
    assert {name: total for name, total in totals.items() if total} == TOTALS
    assert all(row["issued"] == sum(row[name] for name in FIGURES[1:]) for row in rows)
    assert len(rows) == PAIRS
