"""Several projectors, auditors and publishers: one of each is active, and the next takes over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from ledger.facts.scalars import micros
from ledger.log import Log, standing_by
from ledger.log.processes import listed
from ledger.log.standing_by import Posts
from ledger.season import Mix, season
from ledger.views.auditing import progress
from ledger.views.projection import reading
from ledger.views.verify import verify
from tests import ingesting
from tests import publishing as p
from tests.auditing import entry, from_nothing, live
from tests.commanding import environment

pytestmark = [pytest.mark.slow]

until = partial(ingesting.until, seconds=120.0)
"""Several processes start beside one another, which takes its time on a slow machine."""

ACTIVE_NOW = "this process is active now"
STANDS_BY = "this one stands by"
_HOLDER = """
import sys, threading
from ledger.log import Log, standing_by
standing_by.silent_seconds_max = 5
with Log.open(sys.argv[1]) as log, standing_by.Posts(log, ["projector"]) as posts:
    while not posts.ours("projector"):
        pass
    print("active", flush=True)
    threading.Event().wait()
"""


class Running:
    """A process of the ledger, and what it says."""

    def __init__(self, dsn: str, name: str, said: Path, **settings: str) -> None:
        self._said = said
        given = {"LEDGER_DATABASE_URL": dsn, "LEDGER_METRICS_PORT": "0", **settings}
        with said.open("wb") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ledger", "run", "--only", name],
                env=environment(**given), stdout=subprocess.DEVNULL, stderr=words,
            )  # fmt: skip

    def says(self, words: str) -> bool:
        """Whether it has said that, while it runs."""
        assert self.process.poll() is None, self._said.read_text()
        return words in self._said.read_text()


@contextmanager
def two(dsn: str, name: str, folder: Path, **settings: str) -> Iterator[list[Running]]:
    """Two processes of a kind, the active one first; both killed at the end."""
    with ExitStack() as held:
        pair = []
        for number in range(2):
            made = Running(dsn, name, folder / f"{name}-{number}", **settings)
            held.callback(made.process.communicate)
            held.callback(made.process.kill)
            pair.append(made)
        until(lambda: any(one.says(STANDS_BY) for one in pair))
        yield sorted(pair, key=lambda one: one.says(STANDS_BY))


def audited(log: Log) -> int:
    """Up to which position the audit has looked; 0 where there are no views yet."""
    with reading(log) as rows:
        return progress(rows).position


def waiting(log: Log) -> set[tuple[str, int]]:
    """Which processes say of themselves that they stand by, by name and id."""
    with log.transaction() as rows:
        return {(one.name, one.pid) for one in listed(rows) if one.note["stands_by"]}


def test_the_next_projector_and_auditor_take_over(database: str, tmp_path: Path) -> None:
    """Both active ones killed in the middle of a season: the cases are those of nobody killed."""
    made = season(1_200, 7, Mix.parse("over-sealing,M-01,M-02,M-06,M-10"))
    facts, now = list(made.facts()), micros(made.key().now)
    half = len(facts) // 2
    with (
        Log.open(database, recorded_at="event") as log,
        two(database, "projector", tmp_path) as projectors,
        two(database, "auditor", tmp_path) as auditors,
    ):
        log.append([entry(fact) for fact in facts[:half]])
        until(lambda: audited(log) >= half)
        pairs = zip(("projector", "auditor"), (projectors, auditors), strict=True)
        next_ones = {(name, pair[1].process.pid) for name, pair in pairs}
        until(lambda: waiting(log) == next_ones)
        for active, next_one in (projectors, auditors):
            assert not next_one.says(ACTIVE_NOW)
            active.process.kill()
        log.append([entry(fact) for fact in facts[half:]])
        until(lambda: audited(log) >= len(facts))
        for _, next_one in (projectors, auditors):
            assert next_one.says(ACTIVE_NOW)
        until(lambda: live(log) == from_nothing(log, now))

        assert verify(log) == []


def test_one_publisher_tells_and_the_next_goes_on(database: str, log: Log, tmp_path: Path) -> None:
    """Told once while two run; killed, the other one goes on behind what was taken."""
    p.decide(log, p.a_life("L-1"))
    with p.listening(p.Listener()) as hook:
        hooks = str(p.listed(tmp_path, desk=hook.url))
        with two(database, "publisher", tmp_path, LEDGER_WEBHOOKS=hooks) as (active, next_one):
            until(lambda: log.meta("publisher/webhook:desk") == str(log.position()))
            assert hook.taken() == p.ids(log)
            active.process.kill()
            p.decide(log, p.a_life("L-2"))
            until(lambda: log.meta("publisher/webhook:desk") == str(log.position()))

            assert next_one.says(ACTIVE_NOW)
        assert p.firsts(hook.taken()) == p.ids(log)
        assert len(hook.taken()) <= len(p.ids(log)) + 1


def test_who_is_frozen_is_taken_for_gone(database: str, log: Log) -> None:
    """Its session ends when nothing is heard of it, and when it wakes it has lost the post."""
    with (
        subprocess.Popen(
            [sys.executable, "-c", _HOLDER, database],
            env=environment(), stdout=subprocess.PIPE,
        ) as holder,
        ExitStack() as held,
    ):  # fmt: skip
        held.callback(holder.kill)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"active\n"
        posts = held.enter_context(Posts(log, ["projector", "auditor"]))
        until(lambda: posts.ours("auditor"))
        assert not posts.ours("projector")

        os.kill(holder.pid, signal.SIGSTOP)
        until(lambda: posts.ours("projector"))
        os.kill(holder.pid, signal.SIGCONT)

        assert not posts.lost("projector")


def test_a_post_is_taken_again_where_the_database_ended_the_session(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restart of the server: let go of at once, and taken anew."""
    monkeypatch.setattr(standing_by, "look_seconds", 0.05)
    with Posts(log, ["projector"]) as posts:
        until(lambda: posts.ours("projector"))
        with log.transaction() as rows:
            rows.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
                " AND classid = %s AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())",
                (standing_by._LOCKS,),  # noqa: SLF001 -- the key of the lock that is looked for
            )
            assert rows.fetchall() == [(True,)]
        until(lambda: posts.ours("projector"))
    with Posts(log, ["projector"]) as posts:
        until(lambda: posts.ours("projector"))
