"""Herds of a season: what animals goods are made of, what they are fed, how they are kept.

They stand in tables, a herd for each good of a farm; times are days before the goods are made.
"""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from ledger.season.goods import GOODS, Good, of, rows

FEEDINGS: Final = 2
"""Months of feeding that are reported of a herd."""
FEEDING_DAYS: Final = 30
_ANIMALS_EVENTS: Final = 2
"""What the animals are, and that some left."""


class Herd(Struct, frozen=True, forbid_unknown_fields=True):
    """Animals as they were kept until goods were made of them; room in m² a head."""

    good: str
    heads: int
    room_m2: Decimal
    stage: str
    run: str
    born: int
    origin: str
    organic: int
    breed: str | None = None
    individual: bool = False
    reason: str | None = None
    arrived: int | None = None
    weight_kg: str | None = None
    female: bool | None = None
    unavailable: bool | None = None
    dam_organic: int | None = None
    milk: int | None = None
    slaughtered: int | None = None

    @property
    def species(self) -> str | None:
        """What animals they are."""
        return GOODS[self.good].species

    @property
    def poultry(self) -> bool:
        """Whether they are birds."""
        return self.species in ("LAYER", "MEAT_POULTRY")

    @property
    def use(self) -> str:
        """What they are kept for."""
        if self.slaughtered is not None:
            return "MEAT"
        return "LAYER" if self.species == "LAYER" else "DAIRY"


class Feed(Struct, frozen=True, forbid_unknown_fields=True):
    """A feed of all heads of a herd in a month; dry matter in kg."""

    good: str
    name: str
    kind: str
    dry_matter: str
    roughage: bool
    bought: bool
    natural: bool | None = None


class Keeping(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry that is made of herds of a use, or of all."""

    activity: str
    of: str
    days: int
    item: str | None = None
    method: str | None = None
    act: str | None = None
    outings_per_week: int | None = None
    light_hours: str | None = None


class Criterion(Struct, frozen=True, forbid_unknown_fields=True):
    """What a farm shows its body before it is certified; the items in one text."""

    subject: str
    items: str = ""


_HERDS: Final = {herd.good: herd for herd in (of(row, Herd) for row in rows("herds"))}
_FEEDS: Final = tuple(of(row, Feed) for row in rows("rations"))
_KEEPING: Final = tuple(of(row, Keeping) for row in rows("keeping"))
CRITERIA: Final = tuple(of(row, Criterion) for row in rows("criteria"))


def herd_of(good: Good) -> Herd | None:
    """The animals a good is made of, where it comes from a farm."""
    return _HERDS.get(good.code)


def herd_name(lot: str) -> str:
    """The herd that a lot is made of."""
    return f"H-{lot[2:]}"


def ration(herd: Herd) -> tuple[Feed, ...]:
    """What a herd is fed."""
    return tuple(feed for feed in _FEEDS if feed.good == herd.good)


def keeping(herd: Herd) -> tuple[Keeping, ...]:
    """The entries that are made of a herd."""
    return tuple(entry for entry in _KEEPING if entry.of in ("ALL", herd.use))


def herd_events(herd: Herd) -> int:
    """How many events tell of a herd."""
    return _ANIMALS_EVENTS + FEEDINGS + len(keeping(herd))
