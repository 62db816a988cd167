"""A world whose shipments travel in every way: under numbers, over volumes, with and without paper.

Facts beside those of `tests.contract.views.world`, drawn from the same seed.
"""

from collections.abc import Callable

from ledger.facts.identity import Fact
from tests.contract.views.world import EXPORTERS, IMPORTERS, LOTS, World

PRODUCTS = ("P1", "P2")


def left(w: World) -> None:
    """A shipment leaves, on any way."""
    certificate = {"issuer": w.one(("AG-1", "AG-2")), "number": w.one(("N 1", "N 2", "V 1"))}
    lines = w.lines(product="P1", pack_weight="0.500", net_weight="10.125")
    w.add(
        "ShipmentDeparted", shipment=w.one(("S1", "S2", "S3", "S5")), exporter=w.one(EXPORTERS),
        importer=w.one(IMPORTERS), site="W1", origin=w.one(("US", "MX", "JP")),
        sealing_mode=w.one(("CONSIGNED", "IMPORTER_APPLIES", "DIRECT_JAS")), destination="JP",
        transport="SEA", certificate=certificate if w.random.random() < 0.4 else None,
        lines=[{**line, "product": w.one(PRODUCTS)} for line in lines],
    )  # fmt: skip


def certified(w: World) -> None:
    """A certificate, by shipment or over volumes of products."""
    by_number = w.random.random() < 0.5
    lines = [
        {
            "product": w.one(PRODUCTS), "net_weight": "900.250",
            **({"lot": w.one(LOTS)} if by_number or w.random.random() < 0.3 else {}),
            **({"units": w.count()} if w.random.random() < 0.7 else {}),
        }
        for _ in range(w.random.randrange(1, 4))
    ]  # fmt: skip
    w.add(
        "ExportCertificateIssued", issuer=w.one(("AG-1", "AG-2")),
        number=w.one(("N 1", "N 2")) if by_number else "V 1", form="TM_11",
        mode="PER_SHIPMENT" if by_number else "PERIOD_VOLUME",
        shipment=w.random.choice((None, "S1", "S2", "S5")), exporter=w.one(EXPORTERS),
        importer=w.one(IMPORTERS), product_class="PROCESSED_PLANT", lines=lines,
        statement="certified", issued_on="2026-04-01",
    )  # fmt: skip


def requested(w: World) -> None:
    """A certificate is asked for goods."""
    w.add(
        "ExportCertificateRequested", request=w.one(("Q1", "Q2")),
        shipment=w.one(("S1", "S3", "S5")), exporter=w.one(EXPORTERS), importer=w.one(IMPORTERS),
        agent="AG-1", invoice="I1", bill_of_lading="B1",
        lines=[{"lot": w.one(LOTS), "product": "P1", "units": 5, "net_weight": "10.000"}],
    )  # fmt: skip


def product(w: World) -> None:
    """A recipe of a product, of goods that ask a certificate or not."""
    w.add(
        "ProductRegistered", product=w.one(PRODUCTS), name="Goods", operator=w.one(EXPORTERS),
        recipe_version=w.random.choice((1, 2)),
        **{"class": w.one(("PROCESSED_PLANT", "PLANT", "HONEY", "NON_FOOD"))},
    )  # fmt: skip


def recorded(w: World) -> None:
    """A lot of one of the products, by a recipe or whichever is in use."""
    w.add(
        "LotRecorded", lot=w.one((*LOTS, "L4")), operator="EXP-1", number="1",
        product=w.one(PRODUCTS), quantity="100.000", status="ORGANIC", produced_on="2026-03-30",
        recipe_version=w.random.choice((None, None, 1, 2)),
    )  # fmt: skip


MORE: tuple[Callable[[World], None], ...] = (
    left, left, left, certified, certified, requested, product, product, recorded,
)  # fmt: skip


def draw(world: World, events: int) -> list[Fact]:
    """Facts of the world, and as many of papers, among one another by their times."""
    world.draw(events)
    for made in world.random.choices(MORE, k=events):
        made(world)
    return world.facts
