"""Pages of reference hold all that there is, and whatever people read there has words."""

import re
import tomllib
from typing import Any

import typer.core
import typer.main
from prometheus_client.metrics import MetricWrapperBase

from handbook.examples import cases
from handbook.hooks import ROOT
from handbook.pages import made_pages
from ledger import metrics, settings
from ledger.commands.line import app
from ledger.rules.policy import Policy
from ledger.rules.rulebook import RULES
from ledger.rules.values import name_of
from tests.web.test_words import REFUSED

PAGES = made_pages(ROOT)
NEVER_IN_A_SEASON = {
    ("M-64", "grader_in_charge"), ("M-74", "plan_broken"),
    ("M-74", "work_broken"),
}  # fmt: skip


def rows(page: str) -> list[list[str]]:
    """The rows of all tables of a page, cell by cell."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in PAGES[page].splitlines()
        if line.startswith("| ")
    ]


def test_every_setting_is_described() -> None:
    """Each stands on the page with what it means."""
    listed = {row[0].strip("`"): row[1] for row in rows("reference/settings.md")}

    assert set(settings.names()) <= listed.keys()
    assert all(listed[name] for name in settings.names())


def test_every_metric_is_described() -> None:
    """Each stands on the page with its kind and what it means."""
    listed = {row[0].strip("`"): row[3] for row in rows("reference/metrics.md")}
    there = {each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)}

    assert {name.removesuffix("_total") for name in listed if name != "name"} == {
        metric._name  # noqa: SLF001 - the library shows it nowhere else
        for metric in there
    }
    assert all(listed.values())


def _commands(one: Any, name: str) -> list[tuple[str, Any]]:
    if not isinstance(one, typer.core.TyperGroup):
        return [(name, one)]
    context = one.context_class(one, info_name=name)
    return [
        each
        for below in one.list_commands(context)
        for each in _commands(one.get_command(context, below), f"{name} {below}")
    ]


def test_every_command_is_described_with_an_example() -> None:
    """Each stands on the page, says what it does, and its help shows how it is used."""
    commands = _commands(typer.main.get_command(app), "ledger")
    listed = {
        row[0].partition("`]")[0].strip("[`"): row[1] for row in rows("reference/commands.md")
    }

    assert [name for name, _ in commands if not listed.get(name)] == []
    assert [
        name for name, one in commands if " " not in name[7:] and "Example:" not in (one.help or "")
    ] == []


def test_nearly_every_kind_of_case_has_an_example() -> None:
    """Each rule is shown by cases of a made season, in all but a few of their kinds."""
    kinds = {(rule.number, name_of(says)) for rule in RULES for says in rule.says}

    assert kinds - cases().keys() == NEVER_IN_A_SEASON
    assert {f"#{rule.number.lower()}" for rule in RULES} <= set(
        re.findall(r"\{(#m-\d+)\}", PAGES["reference/rules.md"])
    )


def test_every_parameter_of_the_policy_is_read_by_a_rule() -> None:
    """What rules read is found by watching them: a parameter that none reads is one too many."""
    read = set(re.findall(r"`([a-z_]+)`", "".join(
        line for line in PAGES["reference/rules.md"].splitlines() if line.startswith("Reads of")
    )))  # fmt: skip

    assert read <= set(Policy.__struct_fields__)
    assert {"grace_scan", "grace_registry", "count_share", "late_days"} <= read


def test_no_page_uses_a_word_that_the_trade_does_not() -> None:
    """Japanese words are those of the desk, in what is written and in what is made."""
    written = {str(page): page.read_text() for page in (ROOT / "docs").rglob("*.md")}
    found = {
        (path, word) for path, text in (written | PAGES).items() for word in REFUSED if word in text
    }

    assert found == set()


def test_every_direct_dependency_has_its_line() -> None:
    """Each package in pyproject.toml stands in the table with its use and licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {re.split(r"[\[<>=~]", line)[0] for line in project["dependencies"]}
    page = (ROOT / "docs/reference/dependencies.md").read_text()
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| [^|]+ \|$", page, flags=re.MULTILINE))

    assert direct == listed - {"package"}
