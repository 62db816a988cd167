"""The door: bytes become facts, or refusals with one reason each.

The same judgement stands behind every door: a Kafka message, an HTTP body, a file.
"""

from ledger.intake.codec import from_avro, to_avro
from ledger.intake.doors import OPERATOR, Door, door, topic_door
from ledger.intake.files import read_file
from ledger.intake.messages import read
from ledger.intake.verdicts import Accepted, Refused, Verdict

__all__ = [
    "OPERATOR",
    "Accepted",
    "Door",
    "Refused",
    "Verdict",
    "door",
    "from_avro",
    "read",
    "read_file",
    "to_avro",
    "topic_door",
]
