"""What claims are called where a column has little room; catalogues translate it."""

from collections.abc import Mapping
from typing import Final

from ledger.web.sentences import said

CLAIMS_SHORT: Final[Mapping[str, str]] = {
    "dispatched": said("Sent"),
    "received": said("Received"),
    "in_transit": said("On the way"),
    "lost_in_transit": said("Lost on the way"),
    "departed": said("Left"),
    "report_asked": said("To report"),
    "reported": said("Reported"),
    "reported_ahead": said("Ahead of leaving"),
    "arrived": said("Arrived"),
    "returned": said("Came back"),
    "shipped": said("On the way"),
    "asked_units": said("Asked"),
    "certified_units": said("Certified"),
    "volume_units": said("By volume"),
    "exempt_units": said("Not asked"),
    "applied": said("Attached"),
    "removed": said("Removed"),
    "sealed_units": said("Units sealed"),
    "stock_importer": said("Importer"),
    "stock_exporters": said("Exporters"),
    "counted": said("Counted"),
    "book": said("Book"),
    "adjusted_for_counts": said("Adjusted"),
}
"""Claims as short as a column needs."""
