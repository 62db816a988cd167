"""Partitions that are stopped until a person has looked, kept beside the log.

A stopped partition stays stopped over restarts, on whichever process it lands; accepting is
written beside the log too, and noticed by the process that reads the partition.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from ledger.errors import Fenced, Misuse
from ledger.log import Log, Rows

Why: TypeAlias = Literal["refusals", "lost", "rewound"]
WHYS: Final[tuple[Why, ...]] = ("refusals", "lost", "rewound")
"""refusals: too many of the last events were refused. lost: the topic begins behind where we are.

rewound: the topic ends before where we are, so it was made anew or cut off.
"""

_RESTART = """
UPDATE public.source_position SET next_offset = %s
WHERE topic = %s AND partition = %s AND epoch = %s
"""


class Stop(msgspec.Struct, frozen=True):
    """Why a partition is stopped, before which offset, and whether somebody has accepted it.

    Once accepted, refusals count as accepted until a full window is within the limit again.
    """

    why: Why
    offset: int
    sentence: str
    accepted: bool = False


def read(log: Log, topic: str, partition: int) -> Stop | None:
    """The stop of a partition, or None where it runs."""
    kept = log.meta(_key(topic, partition))
    return msgspec.json.decode(kept, type=Stop) if kept else None


def write(
    log: Log, topic: str, partition: int, stop: Stop | None, rows: Rows | None = None
) -> None:
    """Keep a stop, or with None that there is none; with `rows` in that transaction."""
    kept = "" if stop is None else msgspec.json.encode(stop).decode()
    log.set_meta(_key(topic, partition), kept, rows)


def accept(log: Log, topic: str, partition: int) -> Stop:
    """Let a stopped partition go on; Misuse where it is not stopped.

    Refusals: what comes is recorded or refused until a full window is within the limit again.
    Lost or rewound: reading starts where the topic begins.
    """
    stop = read(log, topic, partition)
    if stop is None or stop.accepted:
        raise Misuse(f"{topic}:{partition} is not stopped")
    accepted = msgspec.structs.replace(stop, accepted=True)
    write(log, topic, partition, accepted)
    return accepted


def restart(log: Log, rows: Rows, topic: str, partition: int, *, epoch: int, offset: int) -> None:
    """Move a claimed partition to where its topic begins, in the transaction of `rows`.

    Raises Fenced where it is no longer ours.
    """
    if rows.execute(_RESTART, (offset, topic, partition, epoch)).rowcount != 1:
        raise Fenced(f"{topic}:{partition} was taken over before it could be moved")
    write(log, topic, partition, None, rows)


def _key(topic: str, partition: int) -> str:
    return f"ingest/stopped/{topic}/{partition}"


def parse(text: str) -> tuple[str, int]:
    """Read TOPIC:PARTITION as a person writes it; Misuse where it is not of that form."""
    topic, _, number = text.rpartition(":")
    if not topic or not number.isascii() or not number.isdigit():
        raise Misuse(f"{text!r} is not TOPIC:PARTITION, as in ledger.scans:0")
    return topic, int(number)
