"""What does not go on by itself: partitions, subjects, refused messages, silent sources."""

from collections.abc import Iterator
from math import isinf
from typing import Final

import msgspec

from ledger.facts.mentions import About
from ledger.facts.registry import SourceRegistered
from ledger.facts.scalars import MICROS_A_DAY, time_text
from ledger.views import set_aside
from ledger.views.folding import IS_LIVE
from ledger.views.letters import unsettled
from ledger.views.loading import facts_about
from ledger.web.asking.status.asked import Asked, value
from ledger.web.asking.status.lines import Line, State, counted, lasting, moment

lines_max: Final = 25
"""So many of each are named; the rest are counted."""
sources_max: Final = 500
SILENT: Final = "M-60"

_STOPPED: Final = """
SELECT key, value FROM meta WHERE key LIKE 'ingest/stopped/%' AND value <> '' ORDER BY key
"""
_COMPACTION: Final = """
SELECT key FROM meta WHERE key LIKE 'ingest/compaction/%' AND value = 'accepted'
"""
_ASIDE_SINCE: Final = "SELECT min(since) FROM set_aside"
_LETTERS: Final = """
SELECT reason, count(*)::int8, count(*) FILTER (WHERE recorded_at > %s)::int8, max(recorded_at)
FROM dead_letter GROUP BY reason ORDER BY 2 DESC, 1
"""
_SILENT: Final = f"""
SELECT c.subject, s.last_recorded FROM cases AS c LEFT JOIN sources AS s ON s.source = c.subject
WHERE c.rule = '{SILENT}' AND c.{IS_LIVE}
ORDER BY s.last_recorded NULLS FIRST, c.subject LIMIT {sources_max}
"""


class _Stop(msgspec.Struct):
    """What is kept of a stopped partition, as far as it is shown."""

    why: str
    offset: int
    sentence: str
    accepted: bool = False


_stop = msgspec.json.Decoder(_Stop).decode


def stuck(asked: Asked) -> Iterator[Line]:
    """Each stopped partition, subjects set aside, refusals by reason, each silent source."""
    yield from _stops(asked)
    if asked.built:
        yield from _aside(asked)
    yield from _letters(asked)
    if asked.built:
        yield from _silent(asked)


def _stops(asked: Asked) -> Iterator[Line]:
    found = asked.rows.execute(_STOPPED).fetchall()
    accepted = {key.rpartition("/")[2] for (key,) in asked.rows.execute(_COMPACTION).fetchall()}
    for key, kept in found:
        stop = _stop(kept)
        _, _, topic, number = key.split("/", 3)
        if stop.accepted or (stop.why == "compacted" and topic in accepted):
            continue
        place = f"{topic}:{number}"
        mend = f"Look into it, then: ledger run --accept-refusals {place}"
        values = {"why": stop.why, "offset": stop.offset}
        yield Line("stopped", stop.why, place, State.WRONG, stop.sentence, mend, values)


def _aside(asked: Asked) -> Iterator[Line]:
    number = set_aside.count(asked.rows)
    if not number:
        return
    since = value(asked.rows, _ASIDE_SINCE)
    mend = "`ledger catch-up` tries again; until then its cases stay as they are."
    for one in set_aside.named(asked.rows, lines_max):
        says = f"is not judged: {one.why}"
        values = {"kind": one.kind, "since": time_text(since, 0)}
        about = f"{one.kind} {one.key}"
        yield Line("set aside", "set-aside", about, State.WRONG, says, mend, values)
    yield from _more("set aside", number, "subject is not judged", "subjects are not judged")


def _letters(asked: Asked) -> Iterator[Line]:
    left = unsettled(asked.rows) if asked.built else None
    asked.rows.execute(_LETTERS, (asked.now - MICROS_A_DAY,))
    for reason, ever, today, last in asked.rows.fetchall():
        number = ever if left is None else left.get(reason, 0)
        if not number:
            continue
        says = (
            f"{counted(number, 'message', 'messages')} refused and not settled; {today:,} refused"
            f" within a day, the last at {moment(last)}"
        )
        mend = (
            "`ledger dead-letters list` shows them: mend, replay or dismiss each; have the sender"
            " mend what it sends."
        )
        values = {"messages": number, "messages_24h": today, "last_at": time_text(last, 0)}
        yield Line("refused", "refused", reason, State.WRONG, says, mend, values)


def _silent(asked: Asked) -> Iterator[Line]:
    found: dict[str, int | None] = dict(asked.rows.execute(_SILENT).fetchall())
    about = facts_about(asked.rows, asked.log, [(About.SOURCE, source) for source in found])
    told: list[tuple[float, Line]] = []
    now = max(asked.now, asked.recorded_at)
    for source, heard in found.items():
        registered = about.latest(SourceRegistered, About.SOURCE, source)
        party = registered.party if registered is not None else ""
        every = registered.heartbeat_minutes if registered is not None else None
        silence = None if heard is None else max(0.0, (now - heard) / 1e6)
        factor = float("inf") if silence is None or not every else silence / (60 * every)
        says = "has never been heard" if silence is None else f"silent for {lasting(silence)}"
        if every:
            says += f", due every {every} min"
        values = {
            "party": party,
            "last_heard": None if heard is None else time_text(heard, 0),
            "heartbeat_minutes": every,
            "factor": None if isinf(factor) else round(factor, 1),
        }
        mend = f"Ask {party or 'its party'} whether it works and reaches the ledger."
        line = Line("silent", "silent", source, State.WRONG, says, mend, values)
        told.append((factor, line))
    told.sort(key=lambda one: (-one[0], one[1].about))
    yield from (line for _, line in told[:lines_max])
    yield from _more("silent", len(told), "source is silent", "sources are silent")


def _more(part: str, number: int, one: str, many: str) -> Iterator[Line]:
    if number > lines_max:
        says = f"{counted(number, one, many)}; the first {lines_max} are named"
        yield Line(part, "more", "-", State.WRONG, says, "", {"number": number})
