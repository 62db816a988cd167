"""Events as a list: what each says of itself, beside its receipt."""

from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any, Final, NamedTuple

import msgspec

from ledger.facts.catalogue import TYPES
from ledger.facts.scalars import time_text
from ledger.log import Recorded
from ledger.log.recorder import Rows
from ledger.views.reading import each
from ledger.web.asking.given import Clocks
from ledger.web.desk import Looking, as_of

_ALL: Final = """
SELECT notification_id, recorded_at, originator_id, originator_version, topic, state, door, by,
    person
FROM events WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s)
ORDER BY notification_id
"""


class _Said(msgspec.Struct, gc=False):
    time: str
    source: str
    actor: str | None = None
    corrects: str | None = None
    note: str | None = None


_said = msgspec.json.Decoder(_Said).decode


class Wanted(NamedTuple):
    """Which events: of these types and of this source; None = of any."""

    types: Sequence[str] | None = None
    source: str | None = None


def event_row(of: Recorded) -> dict[str, Any]:
    """What a list shows of an event."""
    told = _said(of.state)
    return {
        "position": of.position, "type": of.topic, "time": told.time,
        "recorded_at": time_text(of.recorded_at, 0), "source": told.source, "actor": told.actor,
        "door": of.door, "by": of.by, "person": of.person, "corrects": told.corrects,
        "note": told.note, "id": str(of.id),
    }  # fmt: skip


def recorded(rows: Rows, after: int, until: int, types: Sequence[str]) -> Iterator[Recorded]:
    """The events of some types between two positions, read as they are taken."""
    return starmap(Recorded, each(rows, _ALL, (after, until, [*types])))


def event_rows(
    wanted: Wanted, clocks: Clocks, after: int, looking: Looking
) -> Iterator[dict[str, Any]]:
    """The events that a look sees behind a position, in the order in which they became known."""
    types = [*(TYPES if wanted.types is None else wanted.types)]
    happened = as_of(looking, clocks.as_of).counts
    for one in recorded(looking.rows, after, clocks.position(looking), types):
        if happened is None or happened(one):
            found = event_row(one)
            if wanted.source in (None, found["source"]):
                yield found
