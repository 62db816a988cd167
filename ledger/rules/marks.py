"""Which marks a fact names, itself or on its lines."""

from ledger.facts.documents import SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.registry import MarkRegistered
from ledger.facts.shipments import GoodsReturned, ShipmentDeparted, ShipmentReceived


def marks_of(fact: Fact) -> list[str]:
    """The marks a fact names, each once, sorted; a registration does not name, it makes known."""
    if isinstance(fact, MarkRegistered):
        return []
    if isinstance(fact, ShipmentDeparted | ShipmentReceived | GoodsReturned | SealReportFiled):
        return sorted({line.mark for line in fact.lines if line.mark is not None})
    mark = getattr(fact, "mark", None)
    return [mark] if isinstance(mark, str) else []
