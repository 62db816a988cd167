"""Partitions that are stopped until a person has looked, kept beside the log.

A stopped partition stays stopped over restarts, on whichever process it lands, and nothing but
accepting ends it; accepting is written beside the log too, and noticed by the process that reads.
"""

from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from ledger.errors import Fenced, Misuse
from ledger.log import Log, Rows

Why: TypeAlias = Literal["refusals", "lost", "rewound", "made-anew", "unreadable", "compacted"]
WHYS: Final[tuple[Why, ...]] = (
    "refusals", "lost", "rewound", "made-anew", "unreadable", "compacted",
)  # fmt: skip
"""refusals: too many of the last events were refused. lost: the topic begins behind where we are.

rewound: the topic ends before where we are, so it was cut off. made-anew: the topic has another
id than the one that was read. unreadable: what stands there is no record. compacted: the topic is
set to forget messages whose key comes again.
"""

READ_FROM_THE_BEGINNING: Final = frozenset[Why]({"lost", "rewound", "made-anew"})
"""Once accepted, reading begins where the topic begins."""

_RESTART = """
UPDATE source_position SET next_offset = %s, topic_id = coalesce(%s, topic_id)
WHERE topic = %s AND partition = %s AND epoch = %s
"""
_TOPIC_ID = "SELECT topic_id FROM source_position WHERE topic = %s AND partition = %s"
_KEEP_ID = """
UPDATE source_position SET topic_id = %s
WHERE topic = %s AND partition = %s AND epoch = %s AND topic_id IS NULL
"""


class Stop(msgspec.Struct, frozen=True):
    """Why a partition is stopped, before which offset, and whether somebody has accepted it.

    Once accepted, refusals count as accepted until a full window is within the limit again, and
    what is unreadable up to `until`; `resume` is where reading goes on then. `topic_id` is the new
    id of a topic made anew.
    """

    why: Why
    offset: int
    sentence: str
    accepted: bool = False
    resume: int | None = None
    until: int | None = None
    topic_id: str | None = None


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
    Lost, rewound, made anew: reading starts where the topic begins. Unreadable: it is stepped
    over. Compacted: all partitions of the topic go on, for as long as it is compacted.
    """
    stop = read(log, topic, partition)
    if stop is None or stop.accepted:
        raise Misuse(f"{topic}:{partition} is not stopped")
    accepted = msgspec.structs.replace(stop, accepted=True)
    write(log, topic, partition, accepted)
    if stop.why == "compacted":
        log.set_meta(_compaction_key(topic), "accepted")
    return accepted


def is_ended(log: Log, topic: str, partition: int) -> bool:
    """Whether a partition that was stopped may go on."""
    stop = read(log, topic, partition)
    if stop is None or stop.accepted:
        return True
    return stop.why == "compacted" and compaction_accepted(log, topic)


def compaction_accepted(log: Log, topic: str) -> bool:
    """Whether somebody has accepted that this topic is compacted."""
    return log.meta(_compaction_key(topic)) == "accepted"


def forget_compaction(log: Log, topic: str) -> None:
    """Ask again where a topic is compacted once more."""
    log.set_meta(_compaction_key(topic), "")


def restart(
    log: Log,
    rows: Rows,
    topic: str,
    partition: int,
    *,
    epoch: int,
    offset: int,
    topic_id: UUID | None = None,
    stop: Stop | None = None,
) -> None:
    """Move a claimed partition to another offset, in the transaction of `rows`.

    `topic_id` is kept along where it is known, and `stop` in the place of the one there was.
    Raises Fenced where the partition is no longer ours.
    """
    moved = (offset, topic_id, topic, partition, epoch)
    if rows.execute(_RESTART, moved).rowcount != 1:
        raise Fenced(f"{topic}:{partition} was taken over before it could be moved")
    write(log, topic, partition, stop, rows)


def topic_id(log: Log, topic: str, partition: int) -> UUID | None:
    """The id of the topic that this position was read in, where one was kept."""
    with log.transaction() as rows:
        row = rows.execute(_TOPIC_ID, (topic, partition)).fetchone()
    return row[0] if row else None


def keep_topic_id(log: Log, topic: str, partition: int, *, epoch: int, found: UUID) -> None:
    """Keep the topic's id with a position that has none."""
    with log.transaction() as rows:
        rows.execute(_KEEP_ID, (found, topic, partition, epoch))


def _key(topic: str, partition: int) -> str:
    return f"ingest/stopped/{topic}/{partition}"


def _compaction_key(topic: str) -> str:
    return f"ingest/compaction/{topic}"


def parse(text: str) -> tuple[str, int]:
    """Read TOPIC:PARTITION as a person writes it; Misuse where it is not of that form."""
    topic, _, number = text.rpartition(":")
    if not topic or not number.isascii() or not number.isdigit():
        raise Misuse(f"{text!r} is not TOPIC:PARTITION, as in ledger.scans:0")
    return topic, int(number)
