"""The trades of a season: who makes, seals, carries and sells what, under whose certificates.

Each trade has a mark, an exporter's site, scanners and persons of its own, so what happens in one
never touches the stock of another. Parties are shared, as in the trade.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from ledger.season import goods as g
from ledger.season import goods_unsealed as u
from ledger.season.book import Desk
from ledger.season.goods import Good
from ledger.season.moments import JAPAN

OFFSETS: Final = {
    "US": -480, "CA": -300, "MX": -360, "JP": JAPAN, "SE": 60, "DE": 60, "CH": 60, "TH": 420,
    "NZ": 720,
}  # fmt: skip
"""Minutes east of UTC where a party stands; summer time is left out."""

P9: Final = {
    "PLANT": ("SEED", "MATERIAL", "FIELD_WORK", "EQUIPMENT", "POST_HARVEST"),
    "FUNGI": ("SEED", "MATERIAL", "FIELD_WORK", "EQUIPMENT", "POST_HARVEST"),
    "WILD_PLANT": ("FIELD_WORK", "POST_HARVEST"),
    "LIVESTOCK": ("ANIMAL_ORIGIN", "FEEDING", "HOUSING", "EQUIPMENT"),
}
"""What a process record under JAS holds at least (inspection method, Notification 1971)."""
P9_PROCESSED: Final = ("PROCESSING", "EQUIPMENT")


class Mode(StrEnum):
    """How goods come to carry seals."""

    CONSIGNED = "CONSIGNED"
    IMPORTER_APPLIES = "IMPORTER_APPLIES"
    DIRECT_JAS = "DIRECT_JAS"
    DOMESTIC = "DOMESTIC"
    SUBDIVIDED = "SUBDIVIDED"


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade. `licensee` holds the mark, `operator` makes the goods, `buyer` takes them in."""

    code: str
    mode: Mode
    rcb: str
    licensee: str
    operator: str
    country: str
    goods: tuple[Good, ...]
    agent: str = ""
    buyer: str = ""
    scheme: str = "JAS"
    own_scheme: str = ""
    serialised: bool = False
    carrier: str = "STICKER"
    maker: str = ""
    period_volume: bool = False
    transport: str = "SEA"
    unsealed: tuple[Good, ...] = ()
    """Goods sold under claims that bear no seal, one lot a trade season."""
    goes_on: bool = False
    """Whether a fresh roll lies ready for the next season when this one ends."""

    def but(self, **changes: Any) -> "Trade":
        """The same trade with some fields changed."""
        return replace(self, **changes)

    @property
    def mark(self) -> str:
        """The kind of seal used."""
        return f"{self.scheme.replace('_', '-')}-{self.code}"

    @property
    def contract(self) -> str:
        """The consignment contract."""
        return f"CC-{self.code}"

    @property
    def sealer(self) -> str:
        """Who attaches the seals."""
        return self.licensee if self.mode is Mode.IMPORTER_APPLIES else self.operator

    @property
    def importer(self) -> str:
        """Who takes the goods in, or sells them where nothing is imported."""
        return self.buyer or self.licensee

    @property
    def site(self) -> str:
        """Where seals are attached."""
        return f"{self.sealer}-{self.code}-W1"

    @property
    def store(self) -> str:
        """Where the importer keeps its seals and takes goods in."""
        return self.site if self.sealer == self.importer else f"{self.importer}-{self.code}-S1"

    @property
    def jas_route(self) -> bool:
        """Whether the goods are made under a JAS certificate."""
        own = (Mode.DIRECT_JAS, Mode.DOMESTIC, Mode.SUBDIVIDED)
        return self.mode in own and self.own_scheme not in ("NOP", "COR")

    @property
    def producer(self) -> str:
        """Who made the lots: another one than the operator where goods are subdivided."""
        return self.maker or self.operator

    def product(self, good: Good) -> str:
        """The id of a product."""
        return f"P-{self.code}-{good.code}"

    def label(self, good: Good) -> str:
        """The id of a label."""
        return f"LB-{self.code}-{good.code}"

    def person(self, job: str) -> str:
        """The reference of a person."""
        return f"PR-{self.code}-{job}"

    def offset(self, party: str) -> int:
        """Minutes east of UTC where a party of the trade stands."""
        if party in (self.operator, self.agent):
            return OFFSETS[self.country]
        return JAPAN if self.scheme == "JAS" else OFFSETS[self.country]

    def office(self, party: str) -> Desk:
        """The system a party reports by."""
        return Desk(f"SYS-{party}", self.offset(party))

    def scanner(self, number: int) -> Desk:
        """A scanner where seals are attached, and who holds it."""
        source = f"SCN-{self.code}-{number}"
        return Desk(source, self.offset(self.sealer), self.person(f"line{number}"))

    @property
    def dock(self) -> Desk:
        """The scanner at the importer's gate."""
        place = "1" if self.sealer == self.importer else "dock"
        return Desk(f"SCN-{self.code}-{place}", self.offset(self.importer), self.person("dock"))


def activities(class_: str) -> tuple[str, ...]:
    """What a process record of a lot of this class holds at least."""
    return P9.get(class_, P9_PROCESSED)


def _consigned(code: str, rcb: str, importer: str, exporter: str, country: str, *goods: Good,
               **more: Any) -> Trade:  # fmt: skip
    agent = more.pop("agent", "AGT-MAPLE" if country == "CA" else "AGT-CASCADE")
    scheme = "COR" if country == "CA" else "NOP"
    return Trade(
        code, Mode.CONSIGNED, rcb, importer, exporter, country, goods, agent=agent,
        own_scheme=scheme, **more,
    )  # fmt: skip


def _applies(*args: Any, **more: Any) -> Trade:
    return _consigned(*args, **more).but(mode=Mode.IMPORTER_APPLIES)


def _abroad(code: str, scheme: str, body: str, maker: str, country: str, *goods: Good,
            unsealed: tuple[Good, ...]) -> Trade:  # fmt: skip
    return Trade(
        code, Mode.DOMESTIC, body, maker, maker, country, goods, scheme=scheme, own_scheme=scheme,
        unsealed=unsealed,
    )  # fmt: skip


TRADES: Final = (
    _consigned("A1", "RCB-AKI", "IMP-TSUBAKI", "EXP-SIERRA", "US", g.ALMONDS, g.RAISINS,
               goes_on=True),
    Trade("M1", Mode.DIRECT_JAS, "RCB-AKI", "EXP-URUAPAN", "EXP-URUAPAN", "MX",
         (g.AVOCADO, g.YOUNG_MANGO), buyer="IMP-HINOKI"),
    _applies("B1", "RCB-FUJI", "IMP-HINOKI", "EXP-ASPEN", "CA", g.MAPLE, g.CHEESE,
             goes_on=True),
    _consigned("A2", "RCB-FUJI", "IMP-MOMIJI", "EXP-PRAIRIE", "CA", g.OATS, g.BLUEBERRY,
               serialised=True),
    Trade("S1", Mode.SUBDIVIDED, "RCB-KAEDE", "SUB-NAGANO", "SUB-NAGANO", "JP", (g.GREEN_TEA,),
         maker="PRC-UJI", goes_on=True),
    _abroad("K1", "KRAV", "KIWA-SE", "PRC-UPPSALA", "SE", g.MUESLI,
            unsealed=(u.OAT_DRINK, u.CRISPS)),
    _consigned("A3", "RCB-KAEDE", "IMP-SAKURA", "EXP-RIDGE", "US", g.GRANOLA, g.COOKIES,
               agent="AGT-HARBOR", goes_on=True),
    _applies("B2", "RCB-AKI", "IMP-SAKURA", "EXP-NAPA", "US", g.WINE, g.EGGS,
             agent="AGT-HARBOR", serialised=True),
    Trade("D1", Mode.DOMESTIC, "RCB-FUJI", "PRC-SHINSHU", "PRC-SHINSHU", "JP", (g.TOFU, g.FEED),
         goes_on=True),
    _consigned("A4", "RCB-AKI", "IMP-TSUBAKI", "EXP-COAST", "US", g.SHIITAKE, g.EGGS,
               serialised=True, carrier="PREPRINTED_PACK"),
    _consigned("A5", "RCB-FUJI", "IMP-MOMIJI", "EXP-LAURENT", "CA", g.MAPLE, g.CHEESE,
               period_volume=True),
    _abroad("E1", "EU", "DE-OEKO", "PRC-BREMEN", "DE", g.BREAD, unsealed=(u.RUSK, u.YOUNG_RYE)),
    _abroad("H1", "BIO_SUISSE", "BIO-INSP", "PRC-BERN", "CH", g.PASTA, g.CHOCOLATE,
            g.YOUNG_PASTA, unsealed=(u.MUESLI_BAR, u.COCOA)),
    _abroad("T1", "ACT", "ACT-BODY", "PRD-SURIN", "TH", g.RICE, g.CRACKERS,
            unsealed=(u.RICE_MIX, u.YOUNG_RICE)),
    _abroad("Z1", "BIOGRO", "BIOGRO-NZ", "PRD-NELSON", "NZ", g.APPLE,
            unsealed=(u.YOUNG_PEAR, u.FRUIT_PUREE)),
    _abroad("N1", "NOP", "AGT-CASCADE", "PRC-DENVER", "US", g.HONEY, g.COTTON, g.DATES,
            unsealed=(u.OAT_BAR,)),
    _abroad("C1", "COR", "AGT-MAPLE", "PRC-HALIFAX", "CA", g.KELP, unsealed=(u.MAPLE_BAR,)),
    Trade("D2", Mode.DOMESTIC, "RCB-KAEDE", "PRC-SHINSHU", "PRC-SHINSHU", "JP", (g.TOFU,),
         carrier="INVOICE_MARK", unsealed=(u.SOY_SNACK,)),
)  # fmt: skip
"""Most telling first: a short season has as many of them as fit."""
