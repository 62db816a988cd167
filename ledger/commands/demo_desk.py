"""The desk of `ledger demo`: a sign-in link for each role, served until Ctrl-C."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from socket import socket
from typing import Any, Final, NamedTuple, get_args
from urllib.parse import quote

import typer

from consumers import projector
from consumers.auditor import running as auditor_running
from ledger.commands.output import say
from ledger.commands.policy import policy_of
from ledger.commands.reconcile import answer
from ledger.commands.running import stopping
from ledger.facts.registry import ConsignmentContractSigned, SourceRegistered
from ledger.facts.scalars import WorksAs
from ledger.log import Log
from ledger.settings import Settings
from ledger.views.discrepancies import Wanted, listed
from ledger.views.loading import facts_of
from ledger.views.reading import reading
from ledger.views.reconciliation import Question
from ledger.views.registered import registrations
from ledger.web.access import tokens
from ledger.web.access.admin import OURSELVES
from ledger.web.access.signing import Signing
from ledger.web.asking.persons import Registration, register_first
from ledger.web.serving import listen, reached_at, serve

DEMO_FROM: Final = date(2024, 1, 1)
"""From then on the persons of the demo are registered: before anything in it happens."""


@contextmanager
def taken(settings: Settings) -> Iterator[socket]:
    """Take the desk's address, before anything is made that it would be for; raises Misuse."""
    with listen(settings) as listening:
        yield listening


def open_desk(log: Log, settings: Settings, listening: socket) -> None:
    """Print where each role signs in, and serve until Ctrl-C."""
    with stopping() as stop:
        place = reached_at(settings, listening)
        typer.echo("\nThe desk, signed in as")
        for person, link in links(log):
            at = f"{place}/session?link={quote(link)}"
            typer.echo(f"  {person.role:9} {person.party:12} {person.sees:38} {at}")
        say("Ctrl-C stops the desk.")
        # A line a request would push the links off the screen.
        logging.getLogger("ledger.web").setLevel(logging.WARNING)
        # What is decided at the desk shows at once, so what follows the log runs beside it.
        followers = [
            threading.Thread(target=projector.run, args=(log, stop)),
            threading.Thread(target=auditor_running.run, args=(log, policy_of(settings), stop)),
        ]
        for follower in followers:
            follower.start()
        try:
            serve(settings, log, stop, listening=listening, policy=policy_of(settings))
        finally:
            stop.set()
            for follower in followers:
                follower.join()


class Person(NamedTuple):
    """Whom to be at the desk: a role of a party, and a scanner's source; what there is to see."""

    role: str
    party: str
    source: str | None
    sees: str


def links(log: Log) -> Iterator[tuple[Person, str]]:
    """Make a token for each person of the demo; yield it and the link that signs in by it."""
    now = time.time_ns() // 1_000
    signing = Signing(log)
    for person in people(log):
        decides = person.role not in ("operator", "scanner")
        who = _registered(log, person.party, now) if decides else None
        token, _ = tokens.create(
            log, person.role, person.party, source=person.source, person=who, now=now
        )
        yield person, signing.link(token.id)


def _registered(log: Log, party: str, now: int) -> str:
    """The person who acts for a party of the demo; registered where nobody is yet."""
    with reading(log) as rows:
        known = registrations(rows, log, party)
    if not known:
        whom = Registration(f"P-{party}", party, get_args(WorksAs)[:-1], DEMO_FROM)
        known = [register_first(log, whom, admin=OURSELVES, now=now)]
    return known[0].person


def people(log: Log) -> Iterator[Person]:
    """Choose whom to be: of each role who has most open cases, and who has most seals.

    Both by the exporter of a pair; beside the one with cases its agents and a scanner of its own,
    and at last the operator.
    """
    rows = answer(log, Question(split="exporter"))
    split = [row for row in rows if row["exporter"] not in ("-", row["importer"])]
    cases = _cases(log)
    seals: Counter[str] = Counter()
    for row in split:
        seals[row["exporter"]] += row["supplied"]
    for row in answer(log, Question()):
        for name in {row["rcb"], row["importer"]}:
            seals[name] += row["issued"]

    def person(role: str, party: str, like: str = "") -> Person:
        of = like or party
        found = f"{cases[of] or 'no'} open case{'' if cases[of] == 1 else 's'}"
        return Person(role, party, None, f"{found}, {seals[of]:,} seals")

    chosen: dict[Person, None] = {}
    for kind in (cases, Counter[str]()):
        if not split:
            break
        of = max(split, key=lambda row: (kind[row["exporter"]], row["supplied"]))
        chosen[person("certifier", of["rcb"])] = None
        if kind:
            for agent in _agents(log, of):
                chosen[person("certifier", agent, like=of["exporter"])] = None
        chosen[person("importer", of["importer"])] = None
        chosen[person("exporter", of["exporter"])] = None
        for source in _scanners(log, of["exporter"])[: bool(kind)]:
            chosen[Person("scanner", of["exporter"], source, f"reports as {source}")] = None
    yield from chosen
    yield Person("operator", "operator", None, "everything")


def _cases(log: Log) -> Counter[str]:
    """By party: how many open cases name it, or are about a pair of its own."""
    with reading(log) as rows:
        found = listed(rows, log, Wanted())
    return Counter(
        party for entry in found for party in {*entry.parties, *chain.from_iterable(entry.pairs)}
    )


def _agents(log: Log, of: dict[str, Any]) -> list[str]:
    """Who certifies the exporter for its pair."""
    with reading(log) as rows:
        signed = facts_of(rows, log, [ConsignmentContractSigned]).all(ConsignmentContractSigned)
    names = ("importer", "rcb", "exporter")
    return sorted({c.agent for c in signed if all(getattr(c, n) == of[n] for n in names)})


def _scanners(log: Log, party: str) -> list[str]:
    """The scanners registered to a party."""
    with reading(log) as rows:
        registered = facts_of(rows, log, [SourceRegistered]).all(SourceRegistered)
    return sorted(
        {one.registers for one in registered if one.kind == "SCANNER" and one.party == party}
    )
