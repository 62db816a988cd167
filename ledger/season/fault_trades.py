"""The trades faults are planted in: each has parties, marks, bodies and persons of its own."""

from ledger.season import goods as g
from ledger.season.goods import Good
from ledger.season.trades import Mode, Trade


def consigned(code: str, *goods: Good) -> Trade:
    """An exporter in the United States that attaches its importer's seals."""
    return Trade(
        code, Mode.CONSIGNED, f"RCB-{code}", f"IMP-{code}", f"EXP-{code}", "US",
        goods or (g.RAISINS,), agent=f"AGT-{code}", own_scheme="NOP",
    )  # fmt: skip


def consigned_numbered(code: str) -> Trade:
    """The same with numbered seals."""
    return consigned(code).but(serialised=True)


def consigned_two(code: str) -> Trade:
    """The same with two products."""
    return consigned(code, g.RAISINS, g.RAISINS.but(code="SULTANA", name="sultanas"))


def consigned_period(code: str) -> Trade:
    """The same with certificates for a period's volume."""
    return consigned(code).but(period_volume=True)


def importer_applies(code: str) -> Trade:
    """An importer that attaches its own seals in Japan."""
    return consigned(code).but(mode=Mode.IMPORTER_APPLIES)


def direct(code: str) -> Trade:
    """A grower in Mexico under a JAS certificate that attaches its own seals."""
    maker = f"EXP-{code}"
    return Trade(
        code, Mode.DIRECT_JAS, f"RCB-{code}", maker, maker, "MX", (g.AVOCADO,), buyer=f"IMP-{code}"
    )


def domestic(code: str, *goods: Good) -> Trade:
    """A processor in Japan that attaches its own seals and sells at home."""
    maker = f"PRC-{code}"
    return Trade(code, Mode.DOMESTIC, f"RCB-{code}", maker, maker, "JP", goods or (g.TOFU,))


def domestic_numbered(code: str) -> Trade:
    """The same with numbered seals."""
    return domestic(code).but(serialised=True)


def grower(code: str) -> Trade:
    """A grower in Japan."""
    pear = g.AVOCADO.but(code="PEAR", name="pears", name_form="有機なし", pack_grams=400)
    return domestic(code, pear)


def hen_house(code: str) -> Trade:
    """A poultry farm in Japan."""
    recipe = (g.part("hen eggs", "100", "JAS", kind="LIVESTOCK"),)
    return domestic(code, g.EGGS.but(recipe=recipe))


def subdivided(code: str) -> Trade:
    """A subdivider in Japan that packs another one's tea."""
    sub = f"SUB-{code}"
    return Trade(
        code, Mode.SUBDIVIDED, f"RCB-{code}", sub, sub, "JP", (g.GREEN_TEA,), maker=f"PRC-{code}"
    )


def abroad(code: str, scheme: str, country: str, good: Good) -> Trade:
    """A maker abroad under a scheme of its own, who sells at home."""
    maker = f"PRC-{code}"
    return Trade(
        code, Mode.DOMESTIC, f"BODY-{code}", maker, maker, country, (good,), scheme=scheme,
        own_scheme=scheme,
    )  # fmt: skip
