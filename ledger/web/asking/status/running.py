"""What runs: processes by their signs of life, and how far behind the log its followers are."""

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.facts.scalars import time_text
from ledger.log.processes import Process, program_version
from ledger.web.asking.status.asked import Asked, unaudited, value
from ledger.web.asking.status.lines import Line, State, counted, lasting, moment

quiet_seconds_max: Final = 15
"""A process shows a sign of life every five seconds."""
restarts_max: Final = 2
views_lag_seconds_max: Final = 300
audit_lag_seconds_max: Final = 900
ingest_lag_seconds_max: Final = 300
feed_waiting_seconds_max: Final = 600

_WAITS_SINCE: Final = "SELECT min(recorded_at) FROM commits WHERE position > %s"
_LETTERS: Final = "SELECT coalesce(max(number), 0) FROM dead_letter"
_FED: Final = "SELECT value FROM meta WHERE key = %s"


def running(asked: Asked) -> Iterator[Line]:
    """Each process, then each follower of the log."""
    if not asked.processes:
        yield Line(
            "processes", "none", "-", State.NOTE, "no process of `ledger run` shows a sign of life"
        )
    for process in asked.processes:
        yield _process(asked, process)
    yield from _followers(asked)
    for process in asked.processes:
        if process.name == "ingest" and is_alive(asked, process):
            yield _ingest(process)
        if process.name == "publisher" and is_alive(asked, process):
            yield from _feeds(asked, process)


def is_alive(asked: Asked, process: Process) -> bool:
    """Whether a process has shown a sign of life of late."""
    return asked.seconds_since(process.beat_at) <= quiet_seconds_max


def _process(asked: Asked, process: Process) -> Line:
    quiet, version = asked.seconds_since(process.beat_at), program_version()
    about = f"{process.name}@{process.instance}"
    values = {
        "pid": process.pid,
        "started_at": time_text(process.started_at, 0),
        "beat_at": time_text(process.beat_at, 0),
        "quiet_seconds": round(quiet, 1),
        "restarts": len(process.restarts),
        "version": process.version,
    }
    again = counted(len(process.restarts), "time", "times")
    if quiet > quiet_seconds_max:
        state, mend = State.WRONG, (
            "See its log and its host, and start it again; where it is not to come back, this line"
            " goes a day after its last sign of life."
        )  # fmt: skip
        if _replaced(asked, process):
            state, mend = State.NOTE, ""
        says = f"no sign of life for {lasting(quiet)}"
        return Line("processes", "quiet", about, state, says, mend, values)
    if len(process.restarts) > restarts_max:
        says = f"started again {again} within a day: it ends by itself"
        mend = "See in its log why it ends."
        return Line("processes", "restarts", about, State.WRONG, says, mend, values)
    if process.version != version:
        says = f"is of version {process.version}, and this program of {version}"
        return Line("processes", "version", about, State.WRONG, says, "Restart it.", values)
    says = f"runs since {moment(process.started_at)}"
    if process.note.get("stands_by"):
        says += ", stands by for another one"
    if process.restarts:
        says += f", started again {again} within a day"
    return Line("processes", "runs", about, State.FINE, says, "", values)


def _replaced(asked: Asked, process: Process) -> bool:
    """Whether another one of the name was started since: on another host, as clusters do."""
    return any(
        other.name == process.name and other.started_at > process.beat_at and is_alive(asked, other)
        for other in asked.processes
    )


def _followers(asked: Asked) -> Iterator[Line]:
    if not asked.built:
        mend = "Start `ledger run`, or run `ledger catch-up` once."
        says = "the views of this version are not built"
        state = State.WRONG if asked.recorded else State.NOTE
        yield Line("views", "not-built", "-", state, says, mend)
        return
    position = value(asked.rows, "SELECT position FROM progress")
    behind = max(0, asked.recorded - position)
    yield _follower(
        asked, "views", "projector", position=position, behind=behind,
        seconds_max=views_lag_seconds_max,
    )  # fmt: skip
    position = value(asked.rows, "SELECT position FROM audit")
    behind = unaudited(asked.rows, position)
    yield _follower(
        asked, "audit", "auditor", position=position, behind=behind,
        seconds_max=audit_lag_seconds_max,
    )  # fmt: skip


def _follower(
    asked: Asked, part: str, process: str, *, position: int, behind: int, seconds_max: int
) -> Line:
    seconds = _waiting(asked, position) if behind else 0.0
    values = {"position": position, "behind_events": behind, "behind_seconds": seconds}
    if not behind:
        return Line(part, "level", "-", State.FINE, "at the end of the log", "", values)
    events = counted(behind, "event", "events")
    says = f"{events} behind the log"
    if seconds is not None:
        says += f", the first of them for {lasting(seconds)}"
    if not any(one.name == process and is_alive(asked, one) for one in asked.processes):
        mend = f"No {process} runs: start `ledger run`, or run `ledger catch-up` once."
        return Line(part, "nobody", "-", State.WRONG, says, mend, values)
    if seconds is not None and seconds > seconds_max:
        mend = f"See the log of the {process}; while it works off a backlog, wait."
        return Line(part, "lags", "-", State.WRONG, says, mend, values)
    return Line(part, "follows", "-", State.FINE, says, "", values)


def _waiting(asked: Asked, position: int) -> float | None:
    """For how many seconds what stands behind a position has been recorded."""
    if asked.simulation:
        return None
    since = value(asked.rows, _WAITS_SINCE, (position,))
    return round(asked.seconds_since(since), 1) if since else 0.0


def _ingest(process: Process) -> Line:
    note = process.note
    about, values = f"ingest@{process.instance}", dict(note)
    messages, seconds = int(note.get("lag_messages", 0)), float(note.get("lag_seconds", 0))
    says = f"{counted(messages, 'message waits', 'messages wait')} in its partitions"
    if note.get("paused"):
        mend = "Bring the database back; it goes on by itself and loses nothing."
        return Line("ingest", "paused", about, State.WRONG, "paused", mend, values)
    if note.get("cannot_read"):
        says = f"cannot read {note['cannot_read']} of its partitions"
        mend = "See its log: a topic is forbidden to it, gone, or without a leader."
        return Line("ingest", "cannot-read", about, State.WRONG, says, mend, values)
    if seconds > ingest_lag_seconds_max:
        says += f", the oldest for {lasting(seconds)}"
        mend = "Run a further ingest where a core is free, or see what holds the log."
        return Line("ingest", "lags", about, State.WRONG, says, mend, values)
    return Line("ingest", "follows", about, State.FINE, says, "", values)


def _feeds(asked: Asked, process: Process) -> Iterator[Line]:
    feeds: Sequence[tuple[str, float]] = [*process.note.get("feeds", {}).items()]
    for feed, waiting in feeds:
        letters = feed == "dead-letters"
        end = value(asked.rows, _LETTERS) if letters else asked.recorded
        told = int(value(asked.rows, _FED, (f"publisher/{feed}",)) or 0)
        behind = max(0, end - told)
        values = {"position": told, "behind_items": behind, "waiting_seconds": waiting}
        says = "has been told everything" if not behind else f"is told {behind:,} more"
        if waiting > feed_waiting_seconds_max:
            says = f"its receiver has taken nothing for {lasting(waiting)}"
            mend = "See the publisher's log; it is repeated until it is taken, and none is skipped."
            yield Line("feeds", "waits", feed, State.WRONG, says, mend, values)
        else:
            yield Line("feeds", "follows", feed, State.FINE, says, "", values)
