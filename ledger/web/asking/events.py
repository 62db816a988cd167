"""Events as a list: what each says of itself, beside its receipt."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from ledger.facts.catalogue import TYPES
from ledger.facts.scalars import time_text
from ledger.log import Recorded
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


def event_row(recorded: Recorded) -> dict[str, Any]:
    """What a list shows of an event."""
    told = _said(recorded.state)
    return {
        "position": recorded.position, "type": recorded.topic, "time": told.time,
        "recorded_at": time_text(recorded.recorded_at, 0), "source": told.source,
        "actor": told.actor, "door": recorded.door, "by": recorded.by, "person": recorded.person,
        "corrects": told.corrects, "note": told.note, "id": str(recorded.id),
    }  # fmt: skip


def event_rows(
    wanted: Wanted, clocks: Clocks, after: int, looking: Looking
) -> Iterator[dict[str, Any]]:
    """The events that a look sees behind a position, in the order in which they became known."""
    types = [*(TYPES if wanted.types is None else wanted.types)]
    happened = as_of(looking, clocks.as_of).counts
    for row in each(looking.rows, _ALL, (after, clocks.position(looking), types)):
        recorded = Recorded(*row)
        if happened is None or happened(recorded):
            found = event_row(recorded)
            if wanted.source in (None, found["source"]):
                yield found
