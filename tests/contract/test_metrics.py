"""The catalogue of metrics: complete, explained, and served."""

import re
import urllib.request
from pathlib import Path

import pytest

from ledger import metrics
from ledger.commands import metrics_port

ROOT = Path(__file__).parents[2]
LABELS = {
    "decision",
    "door",
    "feed",
    "follower",
    "importer",
    "partition",
    "place",
    "process",
    "rcb",
    "reason",
    "result",
    "route",
    "rule",
    "severity",
    "state",
    "status",
    "token",
    "topic",
    "why",
}  # fmt: skip
"""What a metric may be split by: few values each, none of them a seal, a lot or a person."""


def test_every_metric_is_explained_and_split_by_little() -> None:
    """Names begin with `ledger_`, the meaning is a sentence, labels are of a closed set."""
    ours = [each for each in metrics.REGISTRY.collect() if each.name.startswith("ledger_")]

    assert len(ours) > 15
    for metric in ours:
        assert len(metric.documentation.split()) > 4, metric.name
    text = (ROOT / "ledger" / "metrics.py").read_text()
    declared = re.findall(r"^    \[(.*)\],$", text, re.MULTILINE)
    assert {name.strip('"') for each in declared for name in each.split(", ")} <= LABELS


def test_metrics_are_served_until_closed() -> None:
    """`/metrics` answers on a free port, and the port is let go afterwards."""
    with metrics_port.serve("127.0.0.1", 0) as serving:
        with urllib.request.urlopen(f"http://127.0.0.1:{serving.port}/metrics") as answer:
            text = answer.read().decode()
        with pytest.raises(OSError, match="in use"):
            metrics_port.serve("127.0.0.1", serving.port)
        port = serving.port

    assert "# HELP ledger_log_position " in text
    assert "process_resident_memory_bytes" in text
    with metrics_port.serve("127.0.0.1", port) as again:
        assert again.port == port
