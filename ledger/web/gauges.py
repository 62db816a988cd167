"""The state of the ledger as metrics: positions, lags, cases, seals, read again and again.

What they show is as of `ledger_state_timestamp_seconds`; while the database is away they stand
still, and that one shows it.
"""

import logging
import threading
import time
from typing import Final

from prometheus_client import Gauge

from ledger import metrics
from ledger.errors import LedgerError
from ledger.views.folding import IS_LIVE
from ledger.views.reconciliation import FIGURES, Question, reconcile
from ledger.web.desk import SYSTEM, Desk, Looking

read_seconds: Final = 10.0
pairs_max: Final = 200
"""Pairs whose seals are shown: the labels of a metric are to stay few."""
fresh_cases_max: Final = 1_000
SILENT: Final = "M-60"

_OPEN: Final = f"""
SELECT c.rule, coalesce(s.severity, c.severity), count(*)::int8
FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE c.{IS_LIVE} GROUP BY 1, 2
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
_REFUSED: Final = "SELECT coalesce(max(number), 0) FROM dead_letter"

_log = logging.getLogger("ledger.web")


class Gauges:
    """Reads the state into the metrics, from a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._opened = -1
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
            _cases(looking)
            self._freshness(looking)
            _seals(looking, max(now, last))
            row = looking.rows.execute(_REFUSED).fetchone()
            metrics.dead_letters.set(row[0] if row else 0)
        metrics.state_seconds.set(now / 1e6)

    def _positions(self, looking: Looking) -> None:
        standing = looking.standing
        metrics.log_position.set(standing.recorded)
        metrics.projector_position.set(standing.position)
        metrics.auditor_position.set(standing.audited)
        # Decisions are recorded behind what they rest on, and have nothing to be audited.
        audit_lag = _unaudited(looking)
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


_BEHIND_AUDIT: Final = """
SELECT count(*)::int8 FROM events
WHERE notification_id > %s AND topic NOT LIKE 'Discrepancy%%' AND topic NOT LIKE 'Period%%'
"""


def _unaudited(looking: Looking) -> int:
    row = looking.rows.execute(_BEHIND_AUDIT, (looking.standing.audited,)).fetchone()
    return int(row[0]) if row else 0


def _cases(looking: Looking) -> None:
    looking.rows.execute(_OPEN)
    found: dict[tuple[str, ...], int] = {
        (rule, severity): count for rule, severity, count in looking.rows.fetchall()
    }
    _shown(metrics.open_cases, found)
    silent = sum(count for labels, count in found.items() if labels[0] == SILENT)
    metrics.silent_sources.set(silent)


def _seals(looking: Looking, now: int) -> None:
    rows = reconcile(looking.rows, looking.log, Question(), now=now)
    _shown(
        metrics.seals,
        {
            (row["importer"], row["rcb"], figure): row[figure]
            for row in rows[:pairs_max]
            for figure in FIGURES
        },
    )


def _shown(gauge: Gauge, values: dict[tuple[str, ...], int]) -> None:
    """Show these values; what was shown and is not among them is 0."""
    names = gauge._labelnames  # noqa: SLF001 -- the library has no other way to tell
    for family in gauge.collect():
        for sample in family.samples:
            shown = tuple(sample.labels[name] for name in names)
            if shown not in values:
                gauge.labels(*shown).set(0)
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
