"""The state of the ledger as metrics: positions, lags, cases, seals, read again and again.

What they show is as of `ledger_state_timestamp_seconds`; while the database is away they stand
still, and that one shows it.
"""

import logging
import shutil
import threading
import time
from collections.abc import Mapping
from typing import Final

from prometheus_client import Gauge

from ledger import metrics
from ledger.errors import LedgerError
from ledger.facts.scalars import MICROS_A_DAY, time_text
from ledger.log.processes import listed
from ledger.settings import Settings
from ledger.views.discrepancies.listing import IS_LATE, TODAY
from ledger.views.folding import IS_LIVE
from ledger.views.letters import Tally, tallied, unsettled
from ledger.views.period_states import calendar, waiting
from ledger.views.reconciliation import FIGURES, Question
from ledger.web.access import tokens
from ledger.web.asking.status.asked import unaudited
from ledger.web.asking.status.holding import place_of
from ledger.web.asking.status.stuck import SILENT
from ledger.web.desk import SYSTEM, Desk, Looking
from ledger.web.status.deciding import unexplained
from ledger.web.status.rows import answered

read_seconds: Final = 10.0
pairs_max: Final = 200
"""Pairs whose seals are shown: the labels of a metric are to stay few."""
fresh_cases_max: Final = 1_000
HOME: Final = "home"
token_days_shown: Final = 30
"""Tokens that end later have no metric."""

_OPEN: Final = f"""
SELECT c.rule, coalesce(s.severity, c.severity), count(*)::int8
FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE c.{IS_LIVE} GROUP BY 1, 2
"""
# A case keeps the severity that it was last judged by.
_OLDEST: Final = f"""
SELECT of.severity, min(c.opened_at), count(*) FILTER (WHERE {IS_LATE.format(today=TODAY)})
FROM unnest(ARRAY['C', 'H', 'M', 'L']) AS of (severity) LEFT JOIN (
    cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
) ON c.{IS_LIVE} AND coalesce(s.severity, c.severity) = of.severity GROUP BY 1
"""
# Of a case its first evidence ids are kept: the latest of them stands for the rest.
_OPENED: Final = """
SELECT c.opened, c.opened_at, (
    SELECT max(e.recorded_at) FROM events AS e WHERE e.originator_version = 1
        AND e.recorded_at <= c.opened_at AND e.originator_id = ANY(ARRAY(
            SELECT jsonb_array_elements_text(
                convert_from(c.folded, 'UTF8')::jsonb->'shows'->'evidence')::uuid))
)
FROM cases AS c WHERE c.opened > %s ORDER BY c.opened LIMIT %s
"""
_KEPT: Final = """
SELECT (SELECT count(*)::int8 FROM sessions WHERE ends_at > %s),
    pg_database_size(current_database())::int8
"""
_log = logging.getLogger("ledger.web")


class Gauges:
    """Reads the state into the metrics, from a thread of its own."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk, self._settings = desk, settings
        self._opened = -1
        self._ever = Tally()
        self._warned: dict[str, int] = {}
        self._behind_since: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gauges", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; the metrics keep their last values."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self.read()
            except LedgerError as error:
                # Whoever watches sees the time of the last reading stand still.
                _log.warning("metrics are not up to date: %s", error)
            if self._stop.wait(read_seconds):
                return

    def read(self) -> None:
        """Read the state once. Raises Unavailable where the database is away."""
        now = self._desk.now()
        last = self._desk.log.recorded_last()
        with self._desk.looking(SYSTEM) as looking:
            self._positions(looking)
            _cases(looking, max(now, last))
            self._freshness(looking)
            _seals(looking, max(now, last))
            self._months(looking, max(now, last))
            self._letters(looking)
        self._beside()
        self._tokens(now)
        metrics.state_seconds.set(now / 1e6)

    def _months(self, looking: Looking, now: int) -> None:
        sign_days = self._desk.policy.sign_days
        told = calendar(looking.rows, looking.log, sign_days=sign_days, now=now)
        _shown(metrics.months_open, {(state,): n for state, n in waiting(told).items()})

    def _beside(self) -> None:
        """What is kept beside the log, and how much room there is."""
        with self._desk.log.transaction() as rows:
            beats: dict[tuple[str, ...], float] = {}
            for process in listed(rows):
                last = beats.get((process.name,), 0.0)
                beats[process.name,] = max(last, process.beat_at / 1e6)
            ((sessions, size),) = rows.execute(_KEPT, (self._desk.now(),)).fetchall()
        # Of who ended in order there is no last sign of life to grow old.
        _shown(metrics.process_beat, beats, others=None)
        metrics.sessions.set(sessions)
        metrics.database_bytes.set(size)
        there = shutil.disk_usage(place_of(self._settings))
        metrics.disk_free_bytes.labels(HOME).set(there.free)
        metrics.disk_bytes.labels(HOME).set(there.total)

    def _tokens(self, now: int) -> None:
        """Show which tokens end soon, and say so once a day."""
        ending: dict[tuple[str, ...], float] = {}
        today = now // MICROS_A_DAY
        for token in tokens.expiring(self._desk.log, now, token_days_shown):
            days = ((token.expires_at or now) - now) / MICROS_A_DAY
            ending[token.id,] = days
            if days <= tokens.expiring_days and self._warned.get(token.id) != today:
                self._warned[token.id] = today
                _log.warning(
                    "token %s (%s %s) opens nothing from %s on: `ledger token rotate %s`"
                    " gives it another secret, with --expires another end",
                    token.id, token.role, token.party, time_text(token.expires_at or now, 0),
                    token.id,
                )  # fmt: skip
        _shown(metrics.token_days_left, ending, others=None)

    def _letters(self, looking: Looking) -> None:
        self._ever = tallied(looking.rows, self._ever)
        metrics.dead_letters.set(self._ever.last)
        left = unsettled(looking.rows, self._ever)
        _shown(metrics.dead_letters_unsettled, {(reason,): n for reason, n in left.items()})

    def _positions(self, looking: Looking) -> None:
        standing = looking.standing
        metrics.log_position.set(standing.recorded)
        metrics.projector_position.set(standing.position)
        metrics.auditor_position.set(standing.audited)
        # Decisions are recorded behind what they rest on, and have nothing to be audited.
        audit_lag = unaudited(looking.rows, standing.audited)
        metrics.projector_lag_events.set(standing.behind)
        metrics.auditor_lag_events.set(audit_lag)
        for follower, lag in (("views", standing.behind), ("audit", audit_lag)):
            since = self._behind_since
            if lag:
                since.setdefault(follower, time.monotonic())
            else:
                since.pop(follower, None)
            behind = time.monotonic() - since[follower] if lag else 0.0
            metrics.lag_seconds.labels(follower).set(behind)

    def _freshness(self, looking: Looking) -> None:
        """Measure cases opened since the last reading; recorded times must be real."""
        if self._opened < 0 or looking.standing.simulation:
            self._opened = looking.standing.position
            return
        looking.rows.execute(_OPENED, (self._opened, fresh_cases_max))
        for opened, opened_at, recorded_at in looking.rows.fetchall():
            self._opened = opened
            if recorded_at is not None:
                metrics.case_freshness_seconds.observe((opened_at - recorded_at) / 1e6)


def _cases(looking: Looking, now: int) -> None:
    looking.rows.execute(_OPEN)
    found: dict[tuple[str, ...], int] = {
        (rule, severity): count for rule, severity, count in looking.rows.fetchall()
    }
    _shown(metrics.open_cases, found)
    silent = sum(count for labels, count in found.items() if labels[0] == SILENT)
    metrics.silent_sources.set(silent)
    metrics.sources_silent.set(silent)
    looking.rows.execute(_OLDEST)
    for severity, opened_at, late in looking.rows.fetchall():
        metrics.cases_late.labels(severity).set(late)
        age = 0.0 if opened_at is None else max(0.0, (now - opened_at) / 1e6)
        metrics.case_oldest_seconds.labels(severity).set(age)


def _seals(looking: Looking, now: int) -> None:
    found = answered(looking.rows, looking.log, Question(), now=now)
    _shown(
        metrics.seals,
        {
            (one.row["importer"], one.row["rcb"], figure): one.row[figure]
            for one in found[:pairs_max]
            for figure in FIGURES
        },
    )
    metrics.unexplained_differences.set(sum(len(unexplained(one.columns)) for one in found))


def _shown(
    gauge: Gauge, values: Mapping[tuple[str, ...], float], *, others: int | None = 0
) -> None:
    """Show these values; what was shown and is not among them is 0, or with None shown no more."""
    names = gauge._labelnames  # noqa: SLF001 -- the library has no other way to tell
    for family in gauge.collect():
        for sample in family.samples:
            shown = tuple(sample.labels[name] for name in names)
            if shown in values:
                continue
            if others is None:
                gauge.remove(*shown)
            else:
                gauge.labels(*shown).set(others)
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
