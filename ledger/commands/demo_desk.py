"""The desk of `ledger demo`: a sign-in link for each role, served until Ctrl-C."""

import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

import typer

from consumers import auditor_running, projector
from ledger.commands.output import say
from ledger.commands.policy import policy_of
from ledger.commands.reconcile import answer, open_cases
from ledger.commands.run import stopping
from ledger.log import Log
from ledger.settings import Settings
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
    """Make a token for each role that has work on the screens; yield role, party and its link."""
    now = time.time_ns() // 1_000
    signing = Signing(log)
    for role, party in parties(log):
        token, _ = tokens.create(log, role, party, now=now)
        yield role, party, signing.link(token.id)


def parties(log: Log) -> Iterator[tuple[str, str]]:
    """Choose whom to be: the pair with most open cases that has an exporter, then the operator."""
    whole = {(row["importer"], row["rcb"]): open_cases(row) for row in answer(log, Question())}
    split = [
        row
        for row in answer(log, Question(split="exporter"))
        if row["exporter"] not in ("-", row["importer"])
    ]
    if split:
        chosen = max(split, key=lambda row: whole.get((row["importer"], row["rcb"]), 0))
        yield "certifier", chosen["rcb"]
        yield "importer", chosen["importer"]
        yield "exporter", chosen["exporter"]
    yield "operator", "operator"
