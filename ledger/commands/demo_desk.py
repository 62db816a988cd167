"""The desk of `ledger demo`: a sign-in link for each role, served until Ctrl-C."""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import typer

from consumers import projector
from consumers.auditor import running as auditor_running
from ledger.commands.output import say
from ledger.commands.policy import policy_of
from ledger.commands.reconcile import answer, open_cases
from ledger.commands.run import stopping
from ledger.facts.registry import ConsignmentContractSigned, SourceRegistered
from ledger.log import Log
from ledger.settings import Settings
from ledger.views.loading import facts_of
from ledger.views.projection import reading
from ledger.views.reconciliation import Question
from ledger.web.access import tokens
from ledger.web.access.signing import Signing
from ledger.web.serving import address, listen, serve


def open_desk(log: Log, settings: Settings) -> None:
    """Print where each role signs in, and serve until Ctrl-C."""
    with stopping() as stop, listen(settings) as listening:
        typer.echo("\nThe desk, signed in as")
        for role, party, link in links(log):
            typer.echo(f"  {role:9} {party:12} {address(listening)}/session?link={quote(link)}")
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
            serve(settings, log, stop, listening=listening)
        finally:
            stop.set()
            for follower in followers:
                follower.join()


def links(log: Log) -> Iterator[tuple[str, str, str]]:
    """Make a token for each role; yield role, party and the link that signs in by it."""
    now = time.time_ns() // 1_000
    signing = Signing(log)
    for role, party, source in people(log):
        token, _ = tokens.create(log, role, party, source=source, now=now)
        yield role, party, signing.link(token.id)


def people(log: Log) -> Iterator[tuple[str, str, str | None]]:
    """Choose whom to be: role, party, and a scanner's source.

    The pair with most open cases that has an exporter, with that one's scanner and agent; then the
    operator.
    """
    whole = {(row["importer"], row["rcb"]): open_cases(row) for row in answer(log, Question())}
    split = [
        row
        for row in answer(log, Question(split="exporter"))
        if row["exporter"] not in ("-", row["importer"])
    ]
    if split:
        chosen = max(split, key=lambda row: whole.get((row["importer"], row["rcb"]), 0))
        importer, rcb, exporter = chosen["importer"], chosen["rcb"], chosen["exporter"]
        yield "certifier", rcb, None
        yield from (("certifier", agent, None) for agent in _agents(log, chosen) if agent != rcb)
        yield "importer", importer, None
        yield "exporter", exporter, None
        yield from (("scanner", exporter, source) for source in _scanners(log, exporter)[:1])
    yield "operator", "operator", None


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
