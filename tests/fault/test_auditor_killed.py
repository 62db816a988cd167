"""Projector and auditor killed at any moment of a season: the same cases as if nobody had."""

import os
import random
import subprocess
import sys
import time

import pytest

from ledger.facts.scalars import micros, time_text
from ledger.log import Log
from ledger.season import Mix, season
from ledger.views.discrepancies import Wanted, listed
from ledger.views.projection import reading
from ledger.views.verify import verify
from tests.auditing import entry, from_nothing, live

pytestmark = [pytest.mark.slow]

rounds = int(os.environ.get("LEDGER_FAULT_ROUNDS") or 8)
life_seconds_max = 2.5
"""Long enough to start, to project, to look and to decide."""


def catch_up(dsn: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start what projects and audits until nothing is behind, in a process of its own."""
    environment = {**os.environ, "LEDGER_DATABASE_URL": dsn}
    return subprocess.Popen(
        [sys.executable, "-m", "ledger", "catch-up", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_killed_at_any_moment_the_cases_are_the_same(database: str) -> None:
    """Killed again and again while a season comes in, it ends with the key's cases, each once."""
    seed = int(os.environ.get("LEDGER_FAULT_SEED") or random.randrange(2**32))  # noqa: S311 -- chance, no secret
    print(f"LEDGER_FAULT_SEED={seed}")  # noqa: T201 -- to be repeated by
    chance = random.Random(seed)  # noqa: S311 -- chance, no secret
    made = season(3_000, 7, Mix.parse("over-sealing,M-01,M-02,M-03,M-06,M-10,M-21,M-33,M-48"))
    facts, now = list(made.facts()), micros(made.key().now)
    with Log.open(database, recorded_at="event") as log:
        part = len(facts) // rounds + 1
        for start in range(0, len(facts), part):
            log.append([entry(fact) for fact in facts[start : start + part]])
            process = catch_up(database, "--now", time_text(log.recorded_last(), 0))
            time.sleep(chance.random() * life_seconds_max)
            process.kill()
            process.communicate()

        last = catch_up(database, "--now", time_text(now, 0))
        _, words = last.communicate(timeout=120)

        assert last.returncode == 0, words.decode()
        assert live(log) == from_nothing(log, now)
        with reading(log) as rows:
            found = listed(rows, log, Wanted())
        assert sorted((e.case.rule, e.case.subject, e.case.discriminator) for e in found) == sorted(
            (case.rule, case.subject, case.discriminator) for case in made.key().cases
        )
        assert verify(log) == []
