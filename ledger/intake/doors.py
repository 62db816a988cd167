"""Who may report what: a door permits the types of its channels, and perhaps one source.

The ledger's own decisions come through no door.
"""

from typing import Final, Literal, NamedTuple

from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact

Channel = Literal["S", "O", "C"]

CHANNEL_OF_TOPIC: Final[dict[str, Channel]] = {
    "ledger.scans": "S",
    "ledger.operators": "O",
    "ledger.certifiers": "C",
}
CHANNEL_OF_ROLE: Final[dict[str, Channel]] = {
    "scanner": "S",
    "importer": "O",
    "exporter": "O",
    "processor": "O",
    "certifier": "C",
}


class Door(NamedTuple):
    """What may come in: the permitted types; `source`, where only one source may report here."""

    permitted: frozenset[type[Fact]]
    name: str
    source: str | None = None


def door(channels: str, source: str | None = None) -> Door:
    """The door of channels (S scans, O operators, C certifiers; `SOC` is every type)."""
    wanted = frozenset(channels)
    permitted = frozenset(kind for kind in TYPES.values() if kind.channels & wanted)
    return Door(permitted, "".join(sorted(wanted)), source)


def topic_door(topic: str, prefix: str = "") -> Door:
    """The door behind a Kafka input topic; KeyError for any other topic."""
    return door(CHANNEL_OF_TOPIC[topic.removeprefix(prefix)])


OPERATOR: Final = door("SOC")
"""The operator's own door: files may report every type."""
