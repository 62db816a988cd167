"""The trades of a season: who makes, seals, carries and sells what, under whose certificates.

Each trade has a mark, an exporter's site, scanners and persons of its own, so what happens in one
never touches the stock of another. Parties are shared, as in the trade. They stand in
`tables/trades.csv`; trades that faults are planted in share nothing, and are made here.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from ledger.season.book import Desk
from ledger.season.goods import GOODS, Good, of, part, rows
from ledger.season.herds import Herd, herd_of
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


class Trade(Struct, frozen=True, forbid_unknown_fields=True):
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
        return msgspec.structs.replace(self, **changes)

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
    def shelf(self) -> dict[str, Any]:
        """The account that seals are attached from, as facts name it."""
        return {"mark": self.mark, "holder": self.sealer, "site": self.site}

    @property
    def sent_on(self) -> dict[str, Any]:
        """How the licensee supplies its exporter with seals, as a dispatch names it."""
        return {
            "purpose": "SUPPLY", "mark": self.mark, "from_holder": self.licensee,
            "from_site": self.store, "to_holder": self.operator, "to_site": self.site,
        }  # fmt: skip

    @property
    def jas_route(self) -> bool:
        """Whether the goods are made under a JAS certificate."""
        own = (Mode.DIRECT_JAS, Mode.DOMESTIC, Mode.SUBDIVIDED)
        return self.mode in own and self.own_scheme not in ("NOP", "COR")

    @property
    def producer(self) -> str:
        """Who made the lots: another one than the operator where goods are subdivided."""
        return self.maker or self.operator

    @property
    def made_as(self) -> str:
        """The role in which the maker is certified."""
        first = self.goods[0]
        return "PRODUCER" if first.crop or herd_of(first) else "PROCESSOR"

    @property
    def farms(self) -> bool:
        """Whether goods come from herds of its own."""
        return any(self.herd(good) is not None for good in self.goods)

    def herd(self, good: Good) -> Herd | None:
        """The animals a good is made of, where that is told of its lots."""
        return herd_of(good) if self.jas_route else None

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


def _trade(row: dict[str, Any]) -> Trade:
    goods = {name: tuple(GOODS[code] for code in row.get(name, "").split()) for name in _OF_GOODS}
    return of(row | goods, Trade)


_OF_GOODS: Final = ("goods", "unsealed")
TRADES: Final = tuple(map(_trade, rows("trades")))
"""Most telling first: a short season has as many of them as fit."""


# The trades that faults are planted in: each has parties, marks, bodies and persons of its own.


def consigned(code: str, *goods: Good) -> Trade:
    """An exporter in the United States that attaches its importer's seals."""
    return Trade(
        code, Mode.CONSIGNED, f"RCB-{code}", f"IMP-{code}", f"EXP-{code}", "US",
        goods or (GOODS["RAISIN"],), agent=f"AGT-{code}", own_scheme="NOP",
    )  # fmt: skip


def consigned_period(code: str) -> Trade:
    """The same with certificates for a period's volume."""
    return consigned(code).but(period_volume=True)


def importer_applies(code: str) -> Trade:
    """An importer that attaches its own seals in Japan."""
    return consigned(code).but(mode=Mode.IMPORTER_APPLIES)


def direct(code: str) -> Trade:
    """A grower in Mexico under a JAS certificate that attaches its own seals."""
    maker, goods = f"EXP-{code}", (GOODS["AVOCADO"],)
    return Trade(
        code, Mode.DIRECT_JAS, f"RCB-{code}", maker, maker, "MX", goods, buyer=f"IMP-{code}"
    )


def domestic(code: str, *goods: Good) -> Trade:
    """A processor in Japan that attaches its own seals and sells at home."""
    maker = f"PRC-{code}"
    return Trade(code, Mode.DOMESTIC, f"RCB-{code}", maker, maker, "JP", goods or (GOODS["TOFU"],))


def domestic_numbered(code: str) -> Trade:
    """The same with numbered seals."""
    return domestic(code).but(serialised=True)


def grower(code: str) -> Trade:
    """A grower in Japan."""
    pear = GOODS["AVOCADO"].but(code="PEAR", name="pears", name_form="有機なし", pack_grams=400)
    return domestic(code, pear)


def hen_house(code: str) -> Trade:
    """A poultry farm in Japan."""
    recipe = (part("hen eggs", "100", "JAS", kind="LIVESTOCK"),)
    return domestic(code, GOODS["EGG"].but(recipe=recipe))


def farm(code: str, *goods: str) -> Trade:
    """A farm in Japan that makes goods of its animals."""
    maker = f"PRD-{code}"
    made = tuple(GOODS[good] for good in goods or ("MILK",))
    return Trade(code, Mode.DOMESTIC, f"RCB-{code}", maker, maker, "JP", made)


def subdivided(code: str) -> Trade:
    """A subdivider in Japan that packs another one's tea."""
    sub = f"SUB-{code}"
    return Trade(
        code, Mode.SUBDIVIDED, f"RCB-{code}", sub, sub, "JP", (GOODS["TEA"],), maker=f"PRC-{code}"
    )


def abroad(code: str, scheme: str, country: str, good: Good) -> Trade:
    """A maker abroad under a scheme of its own, who sells at home."""
    maker = f"PRC-{code}"
    return Trade(
        code, Mode.DOMESTIC, f"BODY-{code}", maker, maker, country, (good,), scheme=scheme,
        own_scheme=scheme,
    )  # fmt: skip
