"""The one form in which decisions are stored: JSON, fields in the order of their types.

A decision reads back as it was taken, however old.
"""

from typing import Final, get_args

import msgspec

from ledger.cases.discrepancy import Event
from ledger.cases.period import PeriodClosed, PeriodRestated

AnyDecision = Event | PeriodClosed | PeriodRestated

TOPICS: Final = frozenset(kind.__name__ for kind in get_args(AnyDecision))
"""The topics of the log under which decisions stand."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyDecision] = msgspec.json.Decoder(AnyDecision)


def encode_decision(event: AnyDecision) -> bytes:
    """The canonical form of a decision."""
    return _encoder.encode(event)


def decode_decision(state: bytes) -> AnyDecision:
    """The decision whose canonical form `state` is; for bytes the ledger itself has stored."""
    return _decoder.decode(state)
