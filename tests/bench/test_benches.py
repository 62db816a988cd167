"""Every benchmark runs and finds what it checks: here at a tiny size, for its figures by hand."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.peers import comparisons

ROOT = Path(__file__).parents[2]
TINY = ("--rounds=1", "--events=2000", "--warm=500", "--batch=500", "--seconds=5",
        "--pace=0.02", "--steps=2", "--scans=5000", "--history=20000",
        "--idle-seconds=2", "--before=HEAD")  # fmt: skip
SECONDS_MAX = 560

pytestmark = pytest.mark.timeout(SECONDS_MAX + 40)  # Java starts slowly beside other tests


def run(*arguments: str) -> str:
    """Run a benchmark to its end; answers what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=SECONDS_MAX,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("bench.log", "--events=2000", "--batch=500"),
        ("bench.project", "--events=2000"),
        ("bench.audit", "--events=20000"),
        ("bench.whole", "--events=2000"),
        ("bench.tables", "--rows=2000"),
        ("bench.analysts", "--events=2000"),
        ("bench.web", "--events=2000", "--batches=2", "--scans=10"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_bench_runs(arguments: tuple[str, ...]) -> None:
    """It prints its figures, and what it asserts of them holds."""
    assert run(*arguments) != ""


@pytest.mark.kafka
def test_the_bench_of_the_ingest_runs(kafka_tools: None) -> None:
    """It prints its figures, and what it asserts of them holds."""
    del kafka_tools
    assert "kafka to log" in run("bench.ingest", "--events=2000")


@pytest.mark.parametrize("name", sorted(set(comparisons.ALL) - comparisons.NEED_A_BROKER))
def test_a_comparison_runs(name: str, tmp_path: Path) -> None:
    """Every peer has its turn, every target its verdict, and nothing is missing."""
    compared(name, tmp_path)


@pytest.mark.kafka
@pytest.mark.parametrize("name", sorted(comparisons.NEED_A_BROKER))
def test_a_comparison_with_a_broker_runs(name: str, tmp_path: Path, kafka_tools: None) -> None:
    """The same, with a real broker and a real Kafka Connect."""
    del kafka_tools
    compared(name, tmp_path)


def compared(name: str, folder: Path) -> None:
    """Run one comparison, and draw what it found."""
    kept = folder / "found.json"
    printed = run("bench.peers", f"--only={name}", *TINY, f"--json={kept}")
    found = json.loads(kept.read_text())
    assert found["missing"] == []
    assert found["verdicts"] != []
    assert all(each["what"].split(" ÷ ")[0][:20] in printed for each in found["verdicts"])
    run("bench.plots", str(kept), f"--into={folder}")
    assert "| target |" in (folder / "performance.md").read_text()


@pytest.mark.parametrize("what", ["load", "project"])
def test_a_profile_is_drawn(what: str, tmp_path: Path) -> None:
    """A flame graph that names functions of the ledger."""
    drawn = tmp_path / "profile.svg"
    run("bench.profile_of", what, "--events=5000", f"--out={drawn}")
    text = drawn.read_text()
    assert text.startswith("<?xml")
    assert "ledger/" in text
