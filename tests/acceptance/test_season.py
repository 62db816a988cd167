"""A season through the whole ledger, by its own command line."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import loaded
from tests.commanding import environment
from tests.databases import open_home

PLACES = (
    "stock_importer", "stock_exporters", "in_transit", "on_lots", "shipped", "delivered",
    "spoiled", "destroyed", "sampled", "lost", "stolen", "adjusted",
)  # fmt: skip
EVENTS = 20_000

pytestmark = pytest.mark.slow


class Home:
    """A home of its own, driven by the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, stdin: bytes | None = None, code: int = 0) -> bytes:
        """What the command prints; it must end with the code expected."""
        home = environment(LEDGER_HOME=str(self.folder))
        done = loaded.run(*arguments, env=home, stdin=stdin or b"")

        assert code == done.returncode, done.stderr.decode()
        return done.stdout

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """The reconciliation as JSON."""
        read: list[dict[str, Any]] = json.loads(
            self.run("reconcile", "--format", "json", *arguments)
        )
        return read


@pytest.fixture(scope="module")
def season() -> bytes:
    """The season of the seed 7, as NDJSON."""
    asked = ("season", "--events", str(EVENTS), "--seed", "7")
    done = loaded.run(*asked, env=environment())
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def home(season: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with the season loaded, in order, recorded at the events' own times."""
    file = tmp_path_factory.mktemp("season") / "s.ndjson"
    file.write_bytes(season)
    with open_home() as (folder, _):
        made = Home(folder)
        made.run("load", "--recorded-at", "event", str(file))
        made.run("catch-up")
        yield made


def test_the_identity_holds_on_every_row(home: Home) -> None:
    """Issued = the sum over all places, and split rows sum to what was supplied."""
    rows = home.rows()

    assert rows
    for row in rows:
        assert row["issued"] == sum(row[place] for place in PLACES)
        assert row["issued"] > 0
    for split in ("exporter", "agent"):
        for row in home.rows("--split", split):
            assert row["supplied"] == sum(row[place] for place in PLACES)
            assert row["issued"] is None


def test_the_promises_hold(home: Home) -> None:
    """`ledger verify` finds nothing."""
    home.run("verify")


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what depends on the order of arrival, nor on when they were asked for.

    What arrives late is a case of its scanner, and so one of the pairs whose seals it scanned.
    """
    return without(rows, "position", "as_of", "cases", "status")


def without(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Rows without some columns."""
    return [{key: value for key, value in row.items() if key not in names} for row in rows]


def test_any_order_and_repeats_give_the_same_reconciliation(home: Home, season: bytes) -> None:
    """Shuffled, every third line repeated, in five parts in another order: the same rows."""
    lines = season.splitlines()
    chance = random.Random(11)  # noqa: S311 - a shuffle, not a secret
    lines += lines[::3]
    chance.shuffle(lines)
    parts = [b"\n".join(lines[number::5]) + b"\n" for number in range(5)]
    chance.shuffle(parts)
    with open_home() as (folder, _):
        other = Home(folder)
        for part in parts:
            other.run("load", "--recorded-at", "event", "-", stdin=part)
        other.run("catch-up")

        assert bare(other.rows()) == bare(home.rows())
        assert bare(other.rows("--split", "exporter")) == bare(home.rows("--split", "exporter"))


def test_an_export_makes_an_equal_home(home: Home) -> None:
    """Exported and imported into a new home: the same answers, positions included."""
    with open_home() as (folder, _):
        file = folder.parent / "log.avro"
        home.run("export", str(file))
        other = Home(folder)
        other.run("import", str(file))
        other.run("catch-up")
        other.run("verify")

        assert without(other.rows(), "as_of") == without(home.rows(), "as_of")


def test_a_rebuild_changes_nothing(home: Home) -> None:
    """Views rebuilt from the log give the same answers; until they are audited they say so."""
    before = without(home.rows(), "as_of", "status")

    home.run("rebuild")

    assert without(home.rows(), "as_of", "status") == before


def test_loading_again_records_nothing(home: Home, season: bytes) -> None:
    """Every line of a file loaded a second time is a duplicate."""
    printed = home.run("load", "--recorded-at", "event", "--format", "json", "-", stdin=season)

    assert json.loads(printed)["recorded"] == 0
    assert json.loads(printed)["refused"] == 0
