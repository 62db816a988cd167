"""Farms: herds come, are fed, kept and treated, and some animals leave, until goods are made."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from ledger.facts.herds import AnimalsLeft, FeedingRecorded, FeedLine, HerdRecorded
from ledger.facts.identity import Fact
from ledger.facts.keeping import Medicine, Run, Stable
from ledger.facts.lots import ProcessRecorded
from ledger.facts.scalars import Area, Hours, Surface, Weight, WeightOrZero
from ledger.season.book import Desk
from ledger.season.herds import (
    FEEDING_DAYS,
    FEEDINGS,
    Herd,
    Keeping,
    herd_name,
    keeping,
    ration,
)  # fmt: skip
from ledger.season.moments import day_of
from ledger.season.trade_season import TradeSeason

_FED_UNTIL: Final = 15
_CLEAN_DAYS: Final = 1500
"""How long nothing prohibited had come onto a run before animals came."""
_GRAZED: Final = 100
_THOUSANDTH: Final = Decimal("0.001")
_PAUSE_SECONDS: Final = (30, 90)


class Farm:
    """A herd that goods made on a day come from; who tells of it."""

    def __init__(self, c: TradeSeason, herd: Herd, lot: str, produced: int) -> None:
        self.c, self.herd, self.lot = c, herd, lot
        self.name = herd_name(lot)
        self._made = day_of(produced)
        self._desk: Desk = c.trade.office(c.trade.producer)
        self._own: dict[str, Any] = {"herd": self.name, "operator": c.trade.producer}

    def told(self) -> None:
        """Everything that is told of the herd, in the order in which it happens."""
        self._recorded()
        for number in range(FEEDINGS):
            self._fed(_FED_UNTIL + FEEDING_DAYS * (FEEDINGS - 1 - number))
        for entry in keeping(self.herd):
            self._kept(entry)
        self._left()

    def _before(self, days: int | None) -> date | None:
        return None if days is None else self._made - timedelta(days=days)

    @property
    def site(self) -> str:
        """Where the stable stands."""
        return f"{self.c.trade.producer}-{self.c.trade.code}-B1"

    def _recorded(self) -> None:
        herd = self.herd
        self._say(
            HerdRecorded, documents=1, site=self.site, species=herd.species, breed=herd.breed,
            individual=herd.individual, heads=herd.heads, born_on=self._before(herd.born),
            origin=herd.origin, reason=herd.reason, arrived_on=self._before(herd.arrived),
            arrival_weight_kg=None if herd.weight_kg is None else Weight(herd.weight_kg),
            female=herd.female, unavailable=herd.unavailable,
            dam_organic_since=self._before(herd.dam_organic),
            organic_since=self._before(herd.organic), milk_since=self._before(herd.milk),
            slaughter_on=self._before(herd.slaughtered),
        )  # fmt: skip

    def _fed(self, days: int) -> None:
        lines = tuple(
            FeedLine(
                name=feed.name, kind=feed.kind,  # type: ignore[arg-type]  # a symbol of the table
                dry_matter=WeightOrZero(feed.dry_matter), roughage=feed.roughage,
                bought=feed.bought, gmo=False, antibiotic=False, natural=feed.natural,
            )
            for feed in ration(self.herd)
        )  # fmt: skip
        self._say(
            FeedingRecorded, documents=1, from_=self._before(days + FEEDING_DAYS - 1),
            until=self._before(days), heads=self.herd.heads, stage=self.herd.stage, lines=lines,
        )  # fmt: skip

    def _kept(self, entry: Keeping) -> None:
        self._say(
            ProcessRecorded, lot=self.lot, site=self.site, activity=entry.activity,
            on=self._before(entry.days), item=entry.item, method=entry.method, act=entry.act,
            outings_per_week=entry.outings_per_week,
            light_hours=None if entry.light_hours is None else Hours(entry.light_hours),
            **self._in_full(entry.activity),
        )  # fmt: skip

    def _in_full(self, activity: str) -> dict[str, Any]:
        """What an entry of an activity tells besides."""
        herd = self.herd
        room = str((herd.room_m2 * herd.heads).quantize(_THOUSANDTH))
        match activity:
            case "HOUSING":
                return {
                    "heads": herd.heads, "indoor_m2": Area(room), "outdoor_m2": Area(room),
                    "area_m2": Surface(room), "stable": self._stable(room),
                }  # fmt: skip
            case "RUN":
                run = Run(
                    use=herd.run,  # type: ignore[arg-type]  # a symbol of the table
                    clean_since=self._made - timedelta(days=_CLEAN_DAYS),
                    first_grazed_on=self._before(_GRAZED),
                    separated=True, gm_planted=False, shelter=True,
                )  # fmt: skip
                return {"run": run, "area_m2": Surface(room)}
            case "MEDICINE":
                return {
                    "medicine": Medicine(
                        kind="ANTIPARASITIC", purpose="TREATMENT", last_resort=True
                    )
                }
            case "FEEDING":
                return {"status": "ORGANIC"}
        return {}

    def _stable(self, room: str) -> Stable:
        birds = self.herd.poultry
        return Stable(
            floor_m2=Surface(room), slats_m2=Area("0.000"), feed_free=True, climate_good=True,
            cleanable=True, floor_even=None if birds else True, lying_good=None if birds else True,
            perches=True if birds else None, exits=True if birds else None,
        )  # fmt: skip

    def _left(self) -> None:
        meat = self.herd.slaughtered is not None
        self._say(
            AnimalsLeft, on=self._before(self.herd.slaughtered or 1),
            heads=self.herd.heads if meat else 1, how="SLAUGHTERED" if meat else "SOLD",
        )  # fmt: skip

    def _say(self, kind: type[Fact], **fields: Any) -> None:
        self.c.say(kind, self._desk, **self._own, **fields)
        self.c.pause(*_PAUSE_SECONDS)
