"""What is compared with what, and what has to come out of it."""

import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from statistics import median

from bench.peers import connecting, everything, ingesting, library, loading, messages, starting
from bench.peers.figures import Figures, Run, Verdict
from bench.peers.place import Place, place
from bench.project import calibrate
from ledger.errors import LedgerError
from ledger.season import season

Told = Callable[[str], None]

SEASON = "ledger, one ingest, a season"
TODAY_EVENTS_A_SECOND, TODAY_ROUNDS_A_SECOND = 8_000, 3_200_000
"""Everything at once as measured before, where `bench.project`'s loop made so many rounds."""
P99_SECONDS_MAX = 2.0
PARTITIONS_TRIED = (1, 6, 24)
BATCHES_TRIED = (100, 500, 2_000, 5_000, 20_000)
_IN_TURN = (
    ingesting.LEDGER, ingesting.LOOP, connecting.BEST,
    ingesting.LEDGER_TWO, ingesting.LOOP_TWO, connecting.BEST_TWO, connecting.DEFAULT,
)  # fmt: skip
_first_event_tries = 3


def kafka(figures: Figures, chosen: Namespace, told: Told) -> None:
    """Kafka to log: the ledger, the bare loop and Connect, on one broker."""
    warm, events = chosen.warm, chosen.events
    with place(with_broker=True) as here:
        connection = here.broker.connection
        messages.fill(connection, warm + events, _counted("sent", told))
        for number in range(chosen.rounds):
            for peer in _IN_TURN:
                told(f"round {number + 1}: {peer}")
                _turn(figures, here, peer, warm, events)
        told("a season for the topics")
        made = season((warm + events) * 11 // 10 + 2_000, 7)
        different = messages.fill_season(
            connection, made.facts(), warm + events, _counted("sent", told)
        )
        for number in range(chosen.rounds):
            told(f"round {number + 1}: {SEASON}")
            run = ingesting.ledger(here, SEASON, warm=warm, events=different - warm)
            figures.runs.append(run)
        _partitions(figures, here, chosen, told)
    _kafka_verdicts(figures)


def _turn(figures: Figures, here: Place, peer: str, warm: int, events: int) -> None:
    """One peer's turn; a sink that cannot be had is told, never passed over."""
    processes = 2 if peer in (ingesting.LEDGER_TWO, ingesting.LOOP_TWO) else 1
    try:
        if peer in connecting.SETTINGS:
            run = connecting.run(here, peer, warm=warm, events=events)
        elif peer in (ingesting.LEDGER, ingesting.LEDGER_TWO):
            run = ingesting.ledger(here, peer, warm=warm, events=events, processes=processes)
        else:
            run = ingesting.loop(here, peer, warm=warm, events=events, processes=processes)
    except LedgerError as error:
        figures.missing.append(f"{peer}: {error}")
        return
    figures.runs.append(run)


def _partitions(figures: Figures, here: Place, chosen: Namespace, told: Told) -> None:
    """The rate of one ingest by the number of partitions."""
    curve = figures.curves["rate by partitions"] = []
    for partitions in PARTITIONS_TRIED:
        told(f"{partitions} partitions")
        connection = here.broker.connection
        messages.fill_partitions(
            connection, chosen.warm + chosen.events, partitions, _counted("sent", told)
        )
        run = ingesting.ledger(here, "", warm=chosen.warm, events=chosen.events)
        curve.append({"x": partitions, "series": ingesting.LEDGER, "y": run.rate})


def _kafka_verdicts(figures: Figures) -> None:
    one, two = ingesting.LEDGER, ingesting.LEDGER_TWO
    best = [connecting.BEST, connecting.BEST_TWO]
    figures.ratio("one ingest ÷ bare loop", one, [ingesting.LOOP], 1.0)
    figures.ratio("one ingest ÷ Debezium's best", one, best, 1.4)
    figures.ratio("two ingests ÷ Debezium's best", two, best, 2.0)
    for peer, target in ((one, 13), (SEASON, 14)):
        cpu = [run.cpu_us for run in figures.of(peer)]
        figures.at_most(f"CPU of {peer}", cpu, target, "µs an event")
    memory = [max((run.memory_mib for run in figures.of(one)), default=0)]
    figures.at_most(f"memory of {one}", memory, 130, "MiB")


def append(figures: Figures, chosen: Namespace, told: Told) -> None:
    """The log's append, the library's recorder on the same rows, COPY by the server; its runner."""
    events = chosen.events
    with place(with_broker=False) as here:
        for number in range(chosen.rounds + 1):
            told(f"round {number + 1}: append, COPY, the library's recorder")
            figures.runs += library.append(here, events, chosen.batch, (False, True))
        figures.ratio("append ÷ eventsourcing's recorder", library.APPEND, [library.STOCK], 3.5)
        figures.ratio("append ÷ COPY by the server", library.APPEND, [library.COPY], 0.7)
        curve = figures.curves["rate by batch"] = []
        for batch in BATCHES_TRIED:
            told(f"append in batches of {batch:,}")
            stock = (False,) if batch <= library.stock_batch_max else ()
            runs = library.append(here, max(batch, events // 4), batch, stock)
            curve += [{"x": batch, "series": run.peer, "y": run.rate} for run in runs]
        told(library.RUNNER)
        figures.runs.append(library.project(here, max(500, events // 40)))


def load(figures: Figures, chosen: Namespace, told: Told) -> None:
    """`ledger load` beside that of an earlier commit."""
    with place(with_broker=False) as here:
        try:
            before = loading.tree_of(chosen.before, here.home / "before")
        except RuntimeError as error:
            figures.missing.append(f"load beside {chosen.before}: {error}")
            return
        figures.runs += loading.rounds(here, before, chosen.events, chosen.rounds, told)
    figures.ratio(f"ledger load ÷ {chosen.before}", loading.NOW, [loading.BEFORE], 1.4)


def at_once(figures: Figures, chosen: Namespace, told: Told) -> None:
    """Everything at once, at the highest pace that it keeps up with."""
    today = TODAY_EVENTS_A_SECOND * calibrated(told) / TODAY_ROUNDS_A_SECOND

    def held(step: everything.Step) -> bool:
        return step.p99_seconds < P99_SECONDS_MAX

    paces = everything.sought(chosen.pace * today, held, chosen.steps)
    with place(with_broker=True) as here:
        facts = season(int(chosen.scans * 1.1) + 2_000, 7).facts()
        steps = everything.run(here, facts, chosen.scans, paces, seconds=chosen.seconds, told=told)
    best = max((step.sent_rate / today for step in steps if held(step)), default=0.0)
    figures.verdicts.append(
        Verdict(f"everything at once ÷ {today:,.0f}/s, at p99 < {P99_SECONDS_MAX:g} s", best, 1.4)
    )
    for name in ("p50_seconds", "p99_seconds", "page_p50_ms", "page_p99_ms", "cores"):
        figures.curves[f"everything at once, {name}"] = [
            {"x": step.sent_rate, "series": name, "y": getattr(step, name)} for step in steps
        ]
    figures.notes += [everything.sentence(step) for step in steps]


def calibrated(told: Told) -> float:
    """Rounds a second of the loop, the median of five."""
    rounds = median(calibrate() for _ in range(5))
    told(f"calibration loop: {rounds:,.0f} rounds a second")
    return rounds


def by_history(figures: Figures, chosen: Namespace, told: Told) -> None:
    """What an event costs to project and to audit in a long log, beside one of a tenth."""
    found = []
    for events in (chosen.history // 10, chosen.history // 3, chosen.history):
        told(f"a log of {events:,} events")
        done = subprocess.run(
            [sys.executable, "-m", "bench.peers.history", str(events)],
            check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        found.append(json.loads(done.stdout))
    less, more = found[0], found[-1]
    size = f"{more['events']:,} ÷ {less['events']:,}"
    for work in ("project", "audit"):
        for what, name in (("CPU", "cpu_us"), ("blocks", "blocks")):
            ratio = more[work][name] / less[work][name]
            verdict = Verdict(f"{work}: {what} an event, {size}", ratio, 1.1, at_least=False)
            figures.verdicts.append(verdict)
        figures.curves.setdefault("rate by history", []).extend(
            {"x": one["events"], "series": work, "y": one[work]["events_a_second"]} for one in found
        )
        figures.runs.append(
            Run(f"ledger, {work}, {more['events']:,} events", more["events"],
                more["events"] / more[work]["events_a_second"],
                more[work]["cpu_us"] * more["events"] / 1e6, more["memory_mib"])
        )  # fmt: skip
    figures.curves["memory by history"] = [
        {"x": one["events"], "series": "MiB", "y": one["memory_mib"]} for one in found
    ]


def start(figures: Figures, chosen: Namespace, told: Told) -> None:
    """How soon there is a first event, and what idling costs."""
    with place(with_broker=True) as here:
        told("first events of new homes")
        first = [starting.first_event(here, number) for number in range(_first_event_tries)]
        figures.at_most("start to first event, embedded", first, 3, "s")
        told(f"`ledger run` with nothing to do, {chosen.idle_seconds:g} s")
        idle = starting.idle_percent(here, chosen.idle_seconds)
        figures.at_most("idle CPU of `ledger run`", [idle], 2, "% of a core")


ALL: dict[str, Callable[[Figures, Namespace, Told], None]] = {
    "kafka": kafka,
    "append": append,
    "load": load,
    "everything": at_once,
    "history": by_history,
    "start": start,
}
NEED_A_BROKER = frozenset({"kafka", "everything", "start"})


def _counted(what: str, told: Told) -> Callable[[int], None]:
    """Say every 50,000."""

    def step(number: int) -> None:
        if number and number % 50_000 == 0:
            told(f"{number:,} {what}")

    return step
