"""The one form in which decisions are stored: JSON, fields in the order of their types.

A decision reads back as it was taken, however old.
"""

from typing import Final, get_args

import msgspec

from ledger.cases.discrepancy import Event
from ledger.cases.letter import LetterDecision
from ledger.cases.period import AnyPeriodEvent

AnyDecision = Event | AnyPeriodEvent | LetterDecision

TOPICS_OF_CASES: Final = frozenset(kind.__name__ for kind in get_args(Event))
TOPICS_OF_PERIODS: Final = frozenset(kind.__name__ for kind in get_args(AnyPeriodEvent))
TOPICS_OF_LETTERS: Final = frozenset(kind.__name__ for kind in get_args(LetterDecision))
TOPICS: Final = TOPICS_OF_CASES | TOPICS_OF_PERIODS | TOPICS_OF_LETTERS
"""The topics of the log under which the ledger's own decisions stand: nobody else may send them.

The one list of them: statements of the database are made of it.
"""
TOPICS_TOLD: Final = TOPICS
"""Of these everybody is told who listens."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyDecision] = msgspec.json.Decoder(AnyDecision)


def encode_decision(event: AnyDecision) -> bytes:
    """The canonical form of a decision."""
    return _encoder.encode(event)


def decode_decision(state: bytes) -> AnyDecision:
    """The decision whose canonical form `state` is; for bytes the ledger itself has stored."""
    return _decoder.decode(state)
