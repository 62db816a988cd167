"""What a process says of itself with each sign of life: from its own metrics, at no other cost."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import Gauge

from ledger import metrics
from ledger.log.standing_by import stands_by


def note_of(process: str) -> Callable[[], Mapping[str, Any]]:
    """What the process of that name tells, asked at each sign of life."""
    return {"ingest": _ingest, "publisher": _publisher, "web": dict}.get(process, _post)


def _post() -> dict[str, Any]:
    """Whether another process does its work."""
    return {"stands_by": stands_by()}


def _ingest() -> dict[str, Any]:
    """How much of its partitions is yet to be read, and for how long it has been."""
    return {
        "partitions": int(sum(_shown(metrics.ingest_partitions).values())),
        "cannot_read": int(sum(_shown(metrics.ingest_waiting).values())),
        "lag_messages": int(sum(_shown(metrics.ingest_lag_messages).values())),
        "lag_seconds": round(max(_shown(metrics.ingest_lag_seconds).values(), default=0.0), 1),
        "paused": any(_shown(metrics.ingest_paused).values()),
    }


def _publisher() -> dict[str, Any]:
    """For how many seconds the receiver of each feed has not taken what it is told."""
    waits = _shown(metrics.publisher_waiting)
    feeds = {feed: round(seconds, 1) for (feed,), seconds in sorted(waits.items())}
    return {"feeds": feeds, **_post()}


def _shown(gauge: Gauge) -> dict[tuple[str, ...], float]:
    """The values of a gauge by its labels, those left out that are no number."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in gauge.collect()
        for sample in family.samples
        if not math.isnan(sample.value)
    }
