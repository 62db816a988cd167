"""Record batches made by hand, sent as they are, or damaged on the disk of a stopped broker."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import crc32c
from kafka.errors import NotLeaderForPartitionError
from kafka.protocol.producer import ProduceRequest
from kafka.record.default_records import DefaultRecordBatchBuilder

from consumers.broker.connection import Connection, administration

CRC_AT, ATTRIBUTES_AT = 17, 21
MAGIC_AT = 16
leader_attempts_max = 100
_NAME = "a-name-to-be-overwritten"
NOT_UTF8 = b"\xff\xfe" + b"\x80" * (len(_NAME) - 2)


def batch(values: Sequence[bytes], *, codec: int = 0, bad_names: Sequence[int] = ()) -> bytes:
    """A batch of records; those at `bad_names` have a header whose name is not UTF-8."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=codec,
        is_transactional=False,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 30,
    )
    for number, value in enumerate(values):
        headers = [(_NAME, b"x")] if number in bad_names else []
        builder.append(number, 1_780_000_000_000, None, value, headers)
    return summed(bytes(builder.build()).replace(_NAME.encode(), NOT_UTF8))


def summed(raw: bytes) -> bytes:
    """A batch with the checksum that it should have."""
    crc = crc32c.crc32c(raw[ATTRIBUTES_AT:]).to_bytes(4, "big")
    return raw[:CRC_AT] + crc + raw[ATTRIBUTES_AT:]


def produce(connection: Connection, topic: str, raw: bytes, *, partition: int = 0) -> int:
    """Send a batch as it is; answers the offset of its first record."""
    data: Any = ProduceRequest.TopicProduceData
    request = ProduceRequest(
        transactional_id=None,
        acks=-1,
        timeout_ms=10_000,
        topic_data=[
            data(
                name=topic,
                partition_data=[data.PartitionProduceData(index=partition, records=raw)],
            )
        ],
        max_version=12,
    )
    with administration(connection) as admin:
        node = admin.describe_topics([topic])[0]["partitions"][partition]["leader_id"]
        for _ in range(leader_attempts_max):
            answer = admin._manager.run(admin._manager.send, request, node)  # noqa: SLF001 - no public way to send raw bytes
            (found,) = answer.responses[0].partition_responses
            if found.error_code != NotLeaderForPartitionError.errno:
                break
            time.sleep(0.1)  # a topic this new has no leader yet
    assert found.error_code == 0, found
    return int(found.base_offset)


def damage(
    folder: Path, topic: str, change: Callable[[bytearray, int], None], *, batch: int
) -> bytes:
    """Change a batch of partition 0 in the folder of a stopped broker; gives what it then is."""
    (segment,) = (folder / "data" / f"{topic}-0").glob("*.log")
    held = bytearray(segment.read_bytes())
    begin, end = starts(bytes(held))[batch : batch + 2]
    change(held, begin)
    segment.write_bytes(held)
    return bytes(held[begin:end])


def starts(held: bytes) -> list[int]:
    """Where each batch of a log begins."""
    found, at = [], 0
    while at + 12 <= len(held):
        size = int.from_bytes(held[at + 8 : at + 12], "big")
        if size <= 0:
            break
        found.append(at)
        at += 12 + size
    return found
