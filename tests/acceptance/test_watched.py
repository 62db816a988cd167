"""The ledger is watched: every metric is shown or rung for, and Prometheus itself reads them."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from fastapi import FastAPI
from starlette.routing import Match

from ledger import metrics
from ledger.log import Log
from ledger.log.processes import listed
from ledger.web.app import make_app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARD: dict[str, Any] = json.loads(
    (DEPLOY / "grafana" / "dashboards" / "seal-ledger.json").read_text()
)
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
EXPRESSIONS = [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())
]
AT_DESK = "{{ $externalLabels.desk }}"
NAME = re.compile(r"\bledger_[a-z0-9_]+")
wait_seconds_max = 60


def exported() -> set[str]:
    """Every name that `/metrics` may show for a metric of ours."""
    names = set()
    for family in metrics.REGISTRY.collect():
        if not family.name.startswith("ledger_"):
            continue
        kind = family.type
        names |= {family.name + "_total"} if kind == "counter" else set()
        names |= {family.name} if kind == "gauge" else set()
        if kind == "histogram":
            names |= {family.name + end for end in ("_bucket", "_sum", "_count")}
    return names


@cache
def desk() -> FastAPI:
    """The application, with nothing behind it."""
    return make_app(cast("Log", SimpleNamespace(dsn="")))


def is_answered(address: str) -> bool:
    """Whether the desk or the API answers at an address."""
    path = urllib.parse.urlsplit(address).path
    asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(asked)[0] is Match.FULL for route in desk().routes)


def tool(name: str) -> str:
    """A program of Debian's package `prometheus`."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("LEDGER_REQUIRE_ALL") == "1":
            pytest.fail(f"{name} is missing: apt-get install prometheus")
        pytest.skip(f"{name} is missing: apt-get install prometheus")
    return found


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *(rule["expr"] for rule in RULES)])
def test_expressions_name_exported_metrics(expression: str) -> None:
    """A panel or alert about a metric that is not there would show nothing for ever."""
    found = set(NAME.findall(expression)) - {"ledger_"}

    assert found or "up{" in expression
    assert found <= exported()


def test_every_metric_is_shown_somewhere() -> None:
    """A metric that nobody looks at is no metric."""
    shown = {name for expression in EXPRESSIONS for name in NAME.findall(expression)}
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in exported()}

    assert families - {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in shown} == set()


def test_every_metric_is_measured() -> None:
    """A metric that nothing sets is a promise broken."""
    text = "\n".join(
        path.read_text()
        for folder in ("ledger", "consumers")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "metrics.py"
    )
    declared = re.findall(
        r"^([a-z_]+) = (?:Counter|Gauge|Histogram)\(", (ROOT / "ledger" / "metrics.py").read_text(),
        flags=re.MULTILINE,
    )  # fmt: skip

    assert [name for name in declared if f"metrics.{name}" not in text] == []


def test_every_alert_says_what_to_do() -> None:
    """Who is woken is told what happened, what to do about it, and where the ledger says more."""
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action", "desk"}, rule["alert"]
        where = rule["annotations"]["desk"].removeprefix(AT_DESK)
        assert is_answered(where), rule["alert"]
    assert not is_answered("/desk/nothing")
    given = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["global"]["external_labels"]
    assert given == {"desk": "http://127.0.0.1:8000"}


def test_every_alert_has_its_part_of_the_handbook() -> None:
    """Whoever is woken finds what to do under the alert's own name, and no other is there."""
    page = (ROOT / "docs" / "operator" / "alerts.md").read_text()
    headings = re.findall(r"^### ([A-Za-z]+)$", page, flags=re.MULTILINE)

    assert headings == [rule["alert"] for rule in RULES]
    parts = re.split(r"^### [A-Za-z]+$", page, flags=re.MULTILINE)[1:]
    for rule, part in zip(RULES, parts, strict=True):
        assert f"*{rule['labels']['severity']}*" in part, rule["alert"]
        assert len(part.split()) > 20, rule["alert"]


STATS = [panel for panel in DASHBOARD["panels"] if panel["type"] == "stat"]


def test_every_figure_says_what_is_well() -> None:
    """Each stands on steps of its own: no colour is inherited, and none changes at 80."""
    assert len(STATS) > 20
    found = {}
    for panel in STATS:
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        values = found[panel["title"]] = [step["value"] for step in steps]
        assert values[0] is None, panel["title"]
        assert values[1:] == sorted(values[1:]), panel["title"]
        assert 80 not in values, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
    assert found["Views behind"] == [None, 60, 300]
    assert found["Audit behind"] == [None, 300, 900]
    assert found["Last sign of life"] == [None, 15, 60]


def test_panels_lead_to_the_desk() -> None:
    """Links go to pages that are there; what a panel asks by is a variable of the dashboard."""
    links = [link["url"] for link in DASHBOARD["links"]]
    for panel in DASHBOARD["panels"]:
        defaults = panel.get("fieldConfig", {}).get("defaults", {})
        links += [link["url"] for link in defaults.get("links", ())]
    variables = {each["name"] for each in DASHBOARD["templating"]["list"]}

    assert len(links) > 20
    for url in links:
        assert is_answered(url.removeprefix("${desk}")), url
    asked = {name for text in EXPRESSIONS for name in re.findall(r"\$([a-z]+)", text)}
    assert asked | {"desk"} == variables


def test_every_alert_is_tested() -> None:
    """Each one fires in the tests, and keeps quiet in them."""
    text = (DEPLOY / "alerts_test.yml").read_text()

    for rule in RULES:
        assert text.count(rule["alert"]) >= 2, rule["alert"]


def test_alerts_fire_where_they_should() -> None:
    """Prometheus' own tester agrees."""
    for arguments in (
        ["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts_test.yml"],
    ):  # fmt: skip
        done = subprocess.run(
            [tool("promtool"), *arguments], cwd=DEPLOY, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[None]:
    """A program of ours or Prometheus', for the time of the block."""
    with (
        log.open("w") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | environment) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def asked(address: str, **query: str) -> Any:
    """A JSON answer, or None while nobody answers."""
    try:
        with urllib.request.urlopen(  # noqa: S310 -- an address of this test's own
            f"{address}?{urllib.parse.urlencode(query)}"
        ) as answer:
            return json.loads(answer.read())
    except (urllib.error.URLError, ConnectionError):
        return None


@pytest.mark.slow
def test_prometheus_scrapes_a_running_ledger(database: str, tmp_path: Path) -> None:
    """The real one reads the real one: figures arrive, and every alert is evaluated."""
    prometheus = tool("prometheus")
    scraped, shown, web = free_port(), free_port(), free_port()
    config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(DEPLOY / "alerts.yml")]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{scraped}"]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    ledger = [sys.executable, "-m", "ledger", "run", "--only", "web"]
    watcher = [
        prometheus, f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/db",
        f"--web.listen-address=127.0.0.1:{shown}",
    ]  # fmt: skip
    settings = {
        "LEDGER_DATABASE_URL": database, "LEDGER_METRICS_PORT": str(scraped),
        "LEDGER_WEB_PORT": str(web),
    }  # fmt: skip
    with (
        running(ledger, tmp_path / "ledger.log", **settings),
        running(watcher, tmp_path / "prometheus.log"),
    ):
        deadline = time.monotonic() + wait_seconds_max
        up: list[Any] = []
        while not up and time.monotonic() < deadline:
            time.sleep(0.5)
            query = (
                "up == 1 and on() (time() - max(ledger_state_timestamp_seconds) < 60)"
                ' and on() (time() - ledger_process_beat_timestamp_seconds{process="web"} < 60)'
            )
            found = asked(f"http://127.0.0.1:{shown}/api/v1/query", query=query)
            up = found["data"]["result"] if found else []
        assert up, (tmp_path / "ledger.log").read_text() + (tmp_path / "prometheus.log").read_text()
        with Log.open(database) as log, log.transaction() as rows:
            alive = [process.name for process in listed(rows)]
        rules = asked(f"http://127.0.0.1:{shown}/api/v1/rules")
        states = {
            rule["name"]: (rule["state"], rule["health"])
            for group in rules["data"]["groups"]
            for rule in group["rules"]
        }

    with Log.open(database) as log, log.transaction() as rows:
        assert (alive, listed(rows)) == (["web"], []), "seen while it runs, and not once it ended"
    assert set(states) == {rule["alert"] for rule in RULES}
    assert {health for _, health in states.values()} <= {"ok", "unknown"}
    assert "firing" not in {state for state, _ in states.values()}
    # Where no ingest runs none is idle, and what was refused long ago is no wave of refusals.
    assert {states[name][0] for name in ("IngestIdle", "Refusals")} == {"inactive"}
