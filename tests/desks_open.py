"""A desk as people find it: a season with slips in it, audited, served at an address of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from consumers.auditor.running import catch_up
from ledger.facts.registry import ConsignmentContractSigned
from ledger.facts.scalars import micros
from ledger.log import Log
from ledger.rules.policy import default_policy
from ledger.season import Mix, season
from ledger.settings import Settings
from ledger.views.discrepancies import Listed, Wanted, listed
from ledger.views.loading import facts_of
from ledger.views.projection import reading
from ledger.web.access import tokens
from ledger.web.serving import address, listen, serve
from tests.auditing import load
from tests.registering import register

EVENTS = 1_500
SLIPS = "report-differs:2,over-sealing,count-variance,receipt-difference,number-gap,negative-stock"
start_seconds_max = 30


class Open(NamedTuple):
    """An open desk: where it is, its log, and what opens it by role."""

    place: str
    log: Log
    secrets: dict[str, str]
    parties: dict[str, str]
    case: Listed


def fill(dsn: str, events: int = EVENTS) -> None:
    """Record a season and audit it; its pair is one with a report that differs."""
    with Log.open(dsn, recorded_at="event") as log:
        made = season(events, 7, Mix.parse(SLIPS))
        load(log, list(made.facts()), 5_000)
        catch_up(log, default_policy(), lambda: micros(made.key().now))


@contextmanager
def opened(dsn: str, **more: Any) -> Iterator[Open]:
    """Serve a season that was filled in, with a token of every role; `more` are settings."""
    with Log.open(dsn, recorded_at="event") as log:
        case, parties = _pair(log)
        secrets = {}
        for role, party in parties.items():
            source = "SCAN-1" if role == "scanner" else None
            person = None
            if role not in ("operator", "scanner"):
                person = f"P-{party}"
                register(log, party, person)
            made = tokens.create(log, role, party, source=source, person=person, now=1)
            secrets[role] = made[1]
        with _served(log, Settings(web_port=0, **more)) as place:
            yield Open(place, log, secrets, parties, case)


def _pair(log: Log) -> tuple[Listed, dict[str, str]]:
    """A case that an exporter can explain, and everybody around it."""
    with reading(log) as rows:
        found = listed(rows, log, Wanted(rules=["M-06"]))
        contracts = facts_of(rows, log, [ConsignmentContractSigned]).all(ConsignmentContractSigned)
    for case in found:
        for contract in contracts:
            pair = (contract.importer, contract.rcb)
            if pair in case.pairs and contract.exporter in case.parties:
                return case, {
                    "exporter": contract.exporter, "importer": contract.importer,
                    "certifier": contract.rcb, "operator": "operator",
                    "processor": contract.exporter, "scanner": contract.exporter,
                }  # fmt: skip
    raise AssertionError("the season has no report that differs")


@contextmanager
def _served(log: Log, settings: Settings) -> Iterator[str]:
    listening = listen(settings)
    place = address(listening)
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=serve, args=(settings, log, stop), kwargs={"ready": ready, "listening": listening}
    )
    thread.start()
    try:
        assert ready.wait(start_seconds_max)
        yield place
    finally:
        stop.set()
        thread.join()
