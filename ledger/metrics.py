"""Every metric of the ledger, declared once, with what it means.

Labels are topics, partitions and names of this program: never a seal, a lot or a person.
"""

import math
from functools import partial
from typing import Final

import prometheus_client as prometheus
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

REGISTRY: Final = CollectorRegistry()
"""What `/metrics` shows: the metrics below, and the process's own."""

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)
Counter: Final = partial(prometheus.Counter, registry=REGISTRY)
Gauge: Final = partial(prometheus.Gauge, registry=REGISTRY)
Histogram: Final = partial(prometheus.Histogram, registry=REGISTRY)

_batch_seconds = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

ingest_messages = Counter(
    "ledger_ingest_messages_total",
    "Kafka messages settled: what was in them is in the log or among the dead letters",
    ["topic"],
)
ingest_events = Counter(
    "ledger_ingest_events_total",
    "Events from Kafka by what became of them: recorded, duplicate, or the reason of the refusal",
    ["topic", "result"],
)
ingest_batch_seconds = Histogram(
    "ledger_ingest_batch_seconds",
    "How long one batch took from the first message judged to the commit",
    buckets=_batch_seconds,
)
ingest_lag_messages = Gauge(
    "ledger_ingest_lag_messages",
    "Messages of a partition that wait to be recorded, as far as the last fetch could see",
    ["topic", "partition"],
)
ingest_lag_seconds = Gauge(
    "ledger_ingest_lag_seconds",
    "Age of the last recorded message of a partition where more are waiting, else 0",
    ["topic", "partition"],
)
ingest_held_messages = Gauge(
    "ledger_ingest_held_messages",
    "Messages of a partition that nobody may read yet: they stand behind an open transaction",
    ["topic", "partition"],
)
ingest_held_seconds = Gauge(
    "ledger_ingest_held_seconds",
    "For how long an open transaction has held a partition back at the same offset, else 0",
    ["topic", "partition"],
)
ingest_offset_holes = Gauge(
    "ledger_ingest_offset_holes",
    "Offsets that were missing from a partition where no marker explains it, since this start",
    ["topic", "partition"],
)
ingest_sender_time = Gauge(
    "ledger_ingest_topic_sender_time",
    "1 where a topic removes messages by the time that their senders give, which may be long ago",
    ["topic"],
)
ingest_waiting = Gauge(
    "ledger_ingest_partitions_waiting",
    "Partitions given to this ingest that it cannot read now: forbidden, gone or without a leader",
)
ingest_empty_seconds = Gauge(
    "ledger_ingest_empty_seconds",
    "For how long the group has given this ingest no partition, else 0",
)
ingest_partitions = Gauge(
    "ledger_ingest_partitions",
    "Partitions this ingest reads, NaN where none runs; 0 for a minute means that it does nothing",
)
ingest_partitions.set(math.nan)
ingest_paused = Gauge(
    "ledger_ingest_paused",
    "1 while all partitions are paused because the database is away",
)
ingest_stopped = Gauge(
    "ledger_ingest_partition_stopped",
    "1 while a partition is stopped until somebody accepts why: refusals, lost, rewound, "
    "made-anew, unreadable, compacted",
    ["topic", "partition", "why"],
)
ingest_fenced = Counter(
    "ledger_ingest_fenced_total",
    "Batches given up because another process had taken the partition over",
    ["topic"],
)
dead_letters_recorded = Counter(
    "ledger_dead_letters_recorded_total",
    "Refusals written to the dead letters by this process, by door and reason",
    ["door", "reason"],
)

log_position = Gauge(
    "ledger_log_position",
    "Position of the last recorded event, as this process last saw it",
)
projector_position = Gauge(
    "ledger_projector_position",
    "Position up to which the views are folded",
)
projector_events = Counter(
    "ledger_projector_events_total",
    "Events folded into the views by this process",
)
projector_batch_seconds = Histogram(
    "ledger_projector_batch_seconds",
    "How long one batch took to fold, commit included",
    buckets=_batch_seconds,
)
auditor_position = Gauge(
    "ledger_auditor_position",
    "Position up to which the rules have been evaluated",
)
auditor_decisions = Counter(
    "ledger_auditor_decisions_total",
    "Decisions appended by the auditor: cases opened, withdrawn, reopened",
)
cases_opened = Counter(
    "ledger_cases_opened_total",
    "Cases that this auditor opened, or opened again, by rule and severity; all from 0",
    ["rule", "severity"],
)
audit_set_aside = Gauge(
    "ledger_audit_set_aside",
    "Subjects that need more than one look of the audit may hold, and are not judged",
)
open_cases = Gauge(
    "ledger_open_cases",
    "Discrepancies that are not closed or withdrawn, by rule and severity",
    ["rule", "severity"],
)

cases_late = Gauge(
    "ledger_cases_late",
    "Cases of a severity that ask for attention and are past their due day",
    ["severity"],
)
case_oldest_seconds = Gauge(
    "ledger_case_oldest_seconds",
    "Age of the oldest case of a severity that asks for attention, since it was opened, else 0",
    ["severity"],
)

months_open = Gauge(
    "ledger_months_open",
    "Months of all pairs that wait for a signature: open, late, prepared, restated",
    ["state"],
)

projector_lag_events = Gauge(
    "ledger_projector_lag_events",
    "Recorded events that the views do not rest on yet",
)
auditor_lag_events = Gauge(
    "ledger_auditor_lag_events",
    "Recorded events that the rules have not been evaluated on yet",
)
lag_seconds = Gauge(
    "ledger_lag_seconds",
    "For how long the views or the audit have been behind the log without a break, else 0",
    ["follower"],
)
case_freshness_seconds = Histogram(
    "ledger_case_freshness_seconds",
    "From the latest event that a case rests on being recorded to the case being opened",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 14_400, 86_400, 604_800),
)
seals = Gauge(
    "ledger_seals",
    "Seals of an importer and its certifying body, by place; `issued` is their sum",
    ["importer", "rcb", "place"],
)
unexplained_differences = Gauge(
    "ledger_desk_unexplained_differences",
    "Columns of pairs in which two sides differ and no case says why: a rule is missing",
)
silent_sources = Gauge(
    "ledger_silent_sources",
    "Registered sources whose heartbeats have stopped",
)
sources_silent = Gauge(
    "ledger_sources_silent",
    "The same as ledger_silent_sources, under the name that goes with the others",
)
dead_letters = Gauge(
    "ledger_dead_letters",
    "Refusals that were ever written to the dead letters; NaN until this process has read it",
)
dead_letters_unsettled = Gauge(
    "ledger_dead_letters_unsettled",
    "Refusals that nobody has mended, replayed or dismissed, by reason",
    ["reason"],
)
dead_letters.set(math.nan)  # from 0 it would rise by all there are, whenever a process starts
process_beat = Gauge(
    "ledger_process_beat_timestamp_seconds",
    "The last sign of life of any process of that name, those that ended in order left out",
    ["process"],
)
sessions = Gauge("ledger_sessions", "Sessions of people at the desk that have not ended")
database_bytes = Gauge(
    "ledger_database_bytes",
    "Size of the ledger's database, its indexes and views included",
)
disk_free_bytes = Gauge(
    "ledger_disk_free_bytes",
    "Room left on the disk where the home lies, and with it the embedded database",
    ["place"],
)
disk_bytes = Gauge(
    "ledger_disk_bytes",
    "Size of the disk where the home lies",
    ["place"],
)
token_days_left = Gauge(
    "ledger_token_days_left",
    "Days until a token opens nothing any more, of those that end within 30 days",
    ["token"],
)
state_seconds = Gauge(
    "ledger_state_timestamp_seconds",
    "When the state of the ledger (positions, cases, seals) was last read for these metrics",
)

publisher_position = Gauge(
    "ledger_publisher_position",
    "Number of the last item of a feed that its receiver has acknowledged",
    ["feed"],
)
publisher_messages = Counter(
    "ledger_publisher_messages_total",
    "Messages of a feed that its receiver has acknowledged, repetitions included",
    ["feed"],
)
publisher_failures = Counter(
    "ledger_publisher_failures_total",
    "Attempts at a feed that failed and will be repeated",
    ["feed"],
)
publisher_waiting = Gauge(
    "ledger_publisher_waiting_seconds",
    "For how long a feed's receiver has not taken what it is told, without a break, else 0",
    ["feed"],
)

web_requests = Counter(
    "ledger_web_requests_total",
    "HTTP requests answered, by route (its pattern, not its values) and status",
    ["route", "status"],
)
web_events = Counter(
    "ledger_web_events_total",
    "Events reported over HTTP by what became of them: recorded, duplicate, or the reason",
    ["result"],
)
web_seconds = Histogram(
    "ledger_web_request_seconds",
    "How long a request took, by route",
    ["route"],
)
web_page_bytes = Histogram(
    "ledger_web_page_bytes",
    "How large the pages of the desk are as they are sent, by route",
    ["route"],
    buckets=(1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000),
)
