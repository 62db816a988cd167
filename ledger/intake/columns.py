"""A message into columns: the ordinary event without an object of its own.

Whatever is odd about a message is judged by `read` from the same bytes: there is one judgement,
and one sentence for each refusal. What is taken here, `read` accepts with the same id, content
and time.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ledger.intake import codec, json_event
from ledger.intake.codec import HEADER_BYTES, SINGLE_OBJECT
from ledger.intake.doors import Door
from ledger.intake.judging import Verified
from ledger.intake.messages import Form, form_of, read
from ledger.intake.schemas import Schema, released
from ledger.intake.verdicts import MESSAGE_BYTES_MAX, Accepted, Verdict
from ledger.log.columns import Columns
from ledger.log.copying import named

_BEGINNING_OF_OBJECT: Final = ord("{")
_END_OF_OBJECT: Final = ord("}")

_content_type_kept_max: Final = 100
_kept_form_of = lru_cache(maxsize=1_000)(form_of)


def _form_of(content_type: str) -> Form:
    # What is kept is bounded in characters too: a sender may write anything into it.
    kept = len(content_type) <= _content_type_kept_max
    return _kept_form_of(content_type) if kept else form_of(content_type)


class Taking:
    """One way in: its door, and what stands beside every event that comes in there.

    `name` is the door's as it is kept, `by` the party it vouches for. `confluent_ids` are a schema
    registry's, where its framing is accepted.
    """

    def __init__(
        self,
        door: Door,
        name: str,
        by: str | None = None,
        confluent_ids: Mapping[int, Schema] | None = None,
    ) -> None:
        self.door = door
        self._ids = confluent_ids
        self._names = {kind: named(kind.__name__, name, by) for kind in door.permitted}
        kinds = {kind.__name__: kind for kind in door.permitted}
        # A door for a single source asks each event for it: that is the other way.
        self._plans = {
            SINGLE_OBJECT + schema.fingerprint: (schema, kinds[schema.name])
            for schema in released().newest.values()
            if schema.name in kinds and door.source is None
        }

    def take(
        self, value: bytes, content_type: str | None, columns: Columns
    ) -> list[Verdict] | None:
        """Add the one event of an ordinary message, and answer None; else its verdicts.

        Of those nothing is added yet. Raises nothing on any bytes.
        """
        found = self._ordinary(value, content_type)
        if found is None:
            return read(value, content_type, self.door, self._ids)
        fact, state, at, number = found
        columns.ids.append(number)
        columns.names.append(self._names[type(fact)])
        columns.states.append(state)
        columns.times.append(at)
        return None

    def add(self, columns: Columns, verdict: Accepted) -> None:
        """Add an event that was accepted the other way."""
        name = self._names[type(verdict.fact)]
        columns.add(verdict.id.bytes, name, verdict.state, verdict.at)

    def _ordinary(self, value: bytes, content_type: str | None) -> Verified | None:
        if len(value) > MESSAGE_BYTES_MAX:
            return None
        form = "any" if content_type is None else _form_of(content_type)
        plan = self._plans.get(value[:HEADER_BYTES])
        if plan is not None:
            return codec.ordinary(value, *plan) if form != "json" else None
        if (
            form != "avro"
            and value
            and value[0] == _BEGINNING_OF_OBJECT
            and value[-1] == _END_OF_OBJECT
            and b"\n" not in value
        ):
            return json_event.ordinary(value, self.door)
        return None
