"""Labels by the command line: the examples of its page, a home with a season, wrong tables."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.labels.claims import scheme_of
from tests.commanding import Done, ledger
from tests.databases import open_folder, open_home

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/labels.md").read_text()
EXAMPLES = re.findall(r"^\| `ledger (label check [^`]+)` \| (.+) \|$", PAGE, flags=re.MULTILINE)
SCHEMES = {"JAS", "KRAV", "BIO_SUISSE", "ACT", "BIOGRO", "EU", "NOP", "COR"}
NOW = "2026-11-20"
SLIPS = "restricted-over-5"


def test_every_scheme_has_an_example() -> None:
    """The page shows one product of each scheme, and every recipe that lies there."""
    claims = [shlex.split(command)[3] for command, _ in EXAMPLES]
    shown = {Path(shlex.split(command)[5]) for command, _ in EXAMPLES}

    assert {scheme_of(claim) for claim in claims} == SCHEMES
    assert {ROOT / path for path in shown} == set((ROOT / "examples/recipes").iterdir())


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_an_example_answers_as_the_page_says(
    monkeypatch: pytest.MonkeyPatch, command: str, answer: str
) -> None:
    """Verdict and codes, and exit 1 where it is not eligible."""
    monkeypatch.chdir(ROOT)
    arguments = [*shlex.split(command), "--on", "2026-04-01", "--format", "json"]
    result = CliRunner().invoke(app, arguments)
    found = json.loads(result.stdout)
    verdict = "eligible" if found["eligible"] else "not eligible"
    if found["eligible"] and not found["proven"]:
        verdict += ", not proven"
    codes = ", ".join(entry["code"] for entry in found["codes"])

    assert answer == (f"{verdict}: {codes}" if codes else verdict)
    assert result.exit_code == (0 if found["eligible"] else 1)


def test_what_is_printed_is_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of reasons, to the letter."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)  # whoever runs tests side by side sets it
    command, _, shown = PAGE.partition("```text\n$ ledger ")[2].partition("\n")
    result = CliRunner().invoke(app, [*shlex.split(command), "--on", "2026-04-01"])
    printed = "\n".join(line.rstrip() for line in result.stdout.splitlines())

    assert printed == shown.partition("\n```")[0]


@pytest.fixture(scope="module")
def wrong() -> Iterator[Path]:
    """The ledger with a wrong table: a word where the years of keeping stand."""
    with open_folder() as folder:
        for package in ("ledger", "consumers", "schemas"):
            shutil.copytree(
                ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
            )
        table = folder / "ledger/labels/tables/retention.csv"
        lines = table.read_text(encoding="utf-8").splitlines()
        cells = lines[2].split(",")
        cells[lines[0].split(",").index("years")] = "many"
        table.write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:]]) + "\n")
        yield folder


class Home:
    """A home of its own, driven by the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, code: int = 0) -> Done:
        """Run a command; it must end with the code expected."""
        done = ledger(*arguments, settings={"LEDGER_HOME": str(self.folder / "home")})

        assert code == done.code, done.said
        return done

    def told(self, *arguments: str, code: int = 0) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.run(*arguments, "--format", "json", code=code).out)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """A home with a season of two slips, audited."""
    with open_home() as (at, _):
        made = Home(at.parent)
        file = made.folder / "season.ndjson"
        season = ("season", "--events", "1500", "--seed", "7", "--slips", SLIPS)
        file.write_text(made.run(*season).out, encoding="utf-8")
        made.run("load", "--recorded-at", "event", str(file))
        made.run("catch-up", "--now", NOW)
        yield made


BAD_LOT, BAD_LABEL, GOOD_LOT = "L-X0000-0000-1", "LB-X0000-R5", "L-A1-0000-1"


def test_a_recorded_lot_is_judged(home: Home) -> None:
    """A clean lot is eligible under its label, on its shipment too; a spoiled one is not."""
    label = ("--label", "LB-A1-ALMOND", "--on", "2025-12-01")
    clean = home.told("label", "check", "--lot", GOOD_LOT, *label, "--shipment", "SH-A1-0000")
    spoiled = home.told(
        "label", "check", "--lot", BAD_LOT, "--label", BAD_LABEL, "--on", "2025-12-01", code=1
    )

    assert clean["eligible"]
    by_itself = home.told("label", "check", "--lot", GOOD_LOT, "--on", "2025-12-01")
    assert by_itself["claim"] == clean["claim"]
    assert [entry["code"] for entry in spoiled["codes"]] == ["RESTRICTED_OVER_5"]
    assert spoiled["claim"] == "JAS_ORGANIC"


def test_a_lot_has_its_own_route(home: Home) -> None:
    """6.1: a lot is judged by its own, and another is not asked; its label alone has both."""
    label = ("label", "check", "--label", "LB-A1-ALMOND", "--on", "2025-12-01")
    of_lot = home.told(*label, "--lot", GOOD_LOT)
    alone = home.told(*label)
    refused = home.run(*label, "--lot", GOOD_LOT, "--route", "JAS", code=2)

    assert (of_lot["route"], of_lot["routes"]) == ("EQUIVALENCE", {})
    assert (alone["route"], [*alone["routes"]]) == ("BOTH", ["JAS", "EQUIVALENCE"])
    assert alone["routes"]["EQUIVALENCE"]["eligible"]
    assert "The route of a lot is its own" in refused.said


@pytest.mark.slow
def test_what_nobody_recorded_is_refused(home: Home) -> None:
    """A sentence says which lot, label or product there is not."""
    check = ("label", "check", "--claim", "JAS_ORGANIC")
    for arguments, sentence in [
        ((*check, "--lot", "L-NONE"), "no lot 'L-NONE'"),
        ((*check, "--product", "P-NONE"), "no product 'P-NONE'"),
        (("label", "check", "--label", "LB-NONE"), "no label 'LB-NONE'"),
        (("retention", "L-NONE"), "no lot 'L-NONE'"),
        (("lot", "L-NONE"), "no lot 'L-NONE'"),
    ]:
        assert sentence in home.run(*arguments, code=2).said


def test_the_card_of_a_lot(home: Home) -> None:
    """Field, grading, seals, label with its verdict, shipment, certificate, sale, keeping."""
    card = home.told("lot", GOOD_LOT)

    assert (card["class"], card["route"], card["status"]) == ("PLANT", "EQUIVALENCE", "ORGANIC")
    assert card["field"]["reached"] == "ORGANIC"
    assert [graded["result"] for graded in card["grading"]] == ["CONFORMING"]
    assert [(label["claim"], label["codes"]) for label in card["labels"]] == [("JAS_ORGANIC", [])]
    assert sum(tally["units"] for tally in card["sealed"]) >= card["shipments"][0]["units"] > 0
    assert [entry["shipment"] for entry in card["shipments"]] == ["SH-A1-0000"]
    assert [entry["live"] for entry in card["certificates"]] == [True]
    assert card["retention"]["keep_until"]
    assert "RESTRICTED_OVER_5" in home.run("lot", BAD_LOT).out


def test_the_card_tells_the_process_record(home: Home) -> None:
    """Of a lot under JAS every entry is listed, and what nobody recorded."""
    card = home.told("lot", BAD_LOT)

    activities = {entry["activity"] for entry in card["process"]["entries"]}
    assert activities == {"PROCESSING", "EQUIPMENT"}
    assert card["process"]["missing"] == []
    assert card["labels"][0]["eligible"] is False


@pytest.mark.slow
def test_retention_of_a_lot(home: Home) -> None:
    """The day, the rule that decides, every rule's day, and the cases that keep it."""
    kept = home.told("retention", GOOD_LOT)
    (shipped,) = home.told("lot", GOOD_LOT)["shipments"]
    year, rest = shipped["departed"][:10].split("-", 1)

    assert (kept["keep_until"], kept["rule"]) == (f"{int(year) + 5}-{rest}", "R7")
    assert {entry["rule"] for entry in kept["rules"]} >= {"R1", "R2", "R3", "R4", "R7"}
    assert kept["cases"] == []
    assert home.told("retention", BAD_LOT)["cases"] == [f"M-15 {BAD_LABEL} 1"]


def test_what_may_go(home: Home) -> None:
    """Nothing is due within five years; later what has left, and nothing that was never shipped."""
    assert home.told("retention", "--due", "--on", NOW) == []
    due = [row["lot"] for row in home.told("retention", "--due", "--on", "2040-01-01")]

    assert GOOD_LOT in due
    assert BAD_LOT not in due  # sold at home, never shipped: open
    assert due == sorted(due)


@pytest.mark.slow
def test_an_open_case_keeps_what_is_due(home: Home) -> None:
    """A lot whose day has passed stays while a case about it is open."""
    lots = {row["lot"] for row in home.told("retention", "--due", "--on", "2040-01-01")}
    wrong = home.folder / "wrong.ndjson"
    card = home.told("lot", GOOD_LOT)
    event = {
        "type": "LotHeld", "id": "0199aaaa-0000-7000-8000-000000000001", "source": "SYS-EXP-SIERRA",
        "time": "2025-12-01T09:00:00-08:00", "lot": GOOD_LOT, "cause": "late finding",
    }  # fmt: skip
    sold = {
        "type": "GoodsSold", "id": "0199aaaa-0000-7000-8000-000000000002",
        "source": "SYS-IMP-TSUBAKI", "time": "2026-03-01T09:00:00+09:00",
        "importer": "IMP-TSUBAKI", "lot": GOOD_LOT, "product": card["product"], "units": 999_999,
        "claim": "JAS_ORGANIC", "country": "JP",
    }  # fmt: skip
    wrong.write_text(json.dumps(event) + "\n" + json.dumps(sold) + "\n")
    home.run("load", "--recorded-at", "event", str(wrong))
    home.run("catch-up")

    kept = home.run("retention", "--due", "--on", "2040-01-01", "--format", "json")
    assert lots - {row["lot"] for row in json.loads(kept.out)} == {GOOD_LOT}
    assert "cases still open" in kept.said
    assert home.told("retention", GOOD_LOT)["cases"] == ["M-30 IMP-TSUBAKI"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("catch-up",), ("run",), ("label", "form", "有機豆腐", "--class", "PLANT"),
                ("lot", "L-1"), ("retention", "--due"), ("scope", "US", "JP", "PLANT")],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_wrong_table_refuses_to_start(wrong: Path, command: tuple[str, ...]) -> None:
    """File, line and column are named, before anything is opened."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEDGER_")}
    done = subprocess.run(
        [sys.executable, "-m", "ledger", *command],
        env=kept | {"LEDGER_HOME": str(wrong / "home")},
        cwd=wrong,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "retention.csv, line 3, column years" in done.stderr
    assert not (wrong / "home").exists()
