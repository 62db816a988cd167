"""Faults in the process record: what was spread, fed, given and built, a row for each reason."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from ledger.facts import lots as t
from ledger.facts.scalars import Area
from ledger.season import fault_trades as on
from ledger.season.moments import MICROS_A_MINUTE
from ledger.season.scenario import Scenario, enlist
from ledger.season.trades import Trade

_WAITED_DAYS: Final = 10


class Row(NamedTuple):
    """An entry that must not be, and the reason it gives."""

    name: str
    code: str
    trade: Callable[[str], Trade]
    activity: str
    fields: dict[str, Any]


ROWS: Final = (
    Row("fertiliser-not-listed", "NOT_LISTED", on.grower, "MATERIAL", {"substance": "UREA"}),
    Row("pesticide-not-listed", "NOT_LISTED", on.grower, "PLANT_PROTECTION",
        {"substance": "GLYPHOSATE", "emergency": True}),
    Row("aid-not-listed", "NOT_LISTED", on.grower, "POST_HARVEST", {"substance": "SHELLAC"}),
    Row("no-emergency", "NO_EMERGENCY", on.grower, "PLANT_PROTECTION",
        {"substance": "MACHINE_OIL_EMULSION", "emergency": False}),
    Row("for-livestock-land-only", "CLASS", on.grower, "PLANT_PROTECTION",
        {"substance": "SOY_LECITHIN_MACHINE_OIL", "emergency": True}),
    Row("modified-seed", "GMO", on.grower, "SEED", {"substance": "GMO_PAPAYA"}),
    Row("irradiated-seed", "IRRADIATED", on.grower, "SEED", {"substance": "IRRADIATED_BULBS"}),
    Row("too-many-hens", "DENSITY", on.hen_house, "HOUSING",
        {"heads": 900, "indoor_m2": Area("52.000"), "outdoor_m2": Area("120.000")}),
    Row("waiting-time", "WAITING_TIME", on.hen_house, "MEDICINE", {"waiting_days": 7}),
    Row("feed-aid-not-listed", "NOT_LISTED", on.hen_house, "FEEDING", {"substance": "UREA"}),
)  # fmt: skip


def _plant(row: Row, i: Scenario) -> None:
    """Say the entry after the clean ones; a medicine some days before the eggs were laid."""
    last = i.of(t.ProcessRecorded, -1)
    fields = {"on": last.fields["on"]} | row.fields
    if row.activity == "MEDICINE":
        fields["on"] -= timedelta(days=_WAITED_DAYS)
    entry = i.book.say(
        t.ProcessRecorded, last.at + MICROS_A_MINUTE, last.desk, lot=i.lot,
        operator=i.trade.producer, activity=row.activity, **fields,
    )  # fmt: skip
    i.expect("M-62", entry.id, row.code)


for _row in ROWS:
    enlist(_row.name, "M-62", _row.trade, partial(_plant, _row))
