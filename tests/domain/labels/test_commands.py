"""The commands that ask the tables alone: what they print, and with which exit."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.errors import Misuse

RUN = CliRunner()

RECIPES: list[tuple[str, str, str, str]] = [
    # claim, scheme of the ingredient, its status, origin line
    ("JAS_ORGANIC", "JAS", "ORGANIC", "有機飲料"),
    ("NOP_ORGANIC", "NOP", "ORGANIC", ""),
    ("COR_ORGANIC", "COR", "ORGANIC", ""),
    ("EU_LOGO", "EU", "ORGANIC", "ORIGIN_CH"),
    ("KRAV_MARK", "KRAV", "ORGANIC", ""),
    ("BUD_BIO_SUISSE", "BIO_SUISSE", "ORGANIC", ""),
    ("ACT_ORGANIC", "ACT", "ORGANIC", ""),
    ("ACT_EU_IN_CONVERSION", "ACT_EU", "IN_CONVERSION", ""),
    ("BIOGRO_ORGANIC", "BIOGRO", "ORGANIC", ""),
]


def ran(*arguments: str) -> tuple[int, Any]:
    """The exit and the JSON that a command prints."""
    result = RUN.invoke(app, [*arguments, "--format", "json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout else None


def refused(*arguments: str) -> str:
    """The sentence with which a command refuses."""
    result = RUN.invoke(app, [*arguments])
    assert isinstance(result.exception, Misuse), result.output
    return str(result.exception)


@pytest.mark.parametrize(("claim", "scheme", "status", "form"), RECIPES)
def test_a_recipe_of_every_scheme_is_judged(
    tmp_path: Path, claim: str, scheme: str, status: str, form: str
) -> None:
    """A recipe file need not be registered: eligible it is, and short of 100 % it is not."""
    entry = {"name": "oats", "share": "100", "kind": "AGRICULTURAL", "status": status,
             "scheme": scheme, "origin": "CH", "gmo": False, "irradiated": False}  # fmt: skip
    file = tmp_path / "recipe.json"
    asked = ["label", "check", "--claim", claim, "--recipe", str(file), "--on", "2024-05-01"]
    if form:
        asked += ["--name-form", form]
    recipe = {"class": "PROCESSED_PLANT", "name": "drink", "ingredients": [entry]}
    file.write_text(json.dumps(recipe))
    assert ran(*asked) == (0, {"claim": claim, "scheme": scheme, "on": "2024-05-01",
                               "eligible": True, "proven": True, "codes": []})  # fmt: skip

    entry["share"] = "90"
    file.write_text(json.dumps(recipe))
    exit_code, found = ran(*asked)
    assert exit_code == 1
    assert found["codes"][-1]["code"] == "RECIPE_SUM"
    assert found["codes"][-1]["en"]
    assert found["codes"][-1]["ja"]


def test_a_wrong_recipe_is_refused_by_its_field(tmp_path: Path) -> None:
    """Misuse names the file and the field."""
    file = tmp_path / "recipe.json"
    asked = ("label", "check", "--claim", "NOP_100", "--recipe", str(file))
    assert "recipe.json: No such file" in refused(*asked)
    file.write_text('{"class": "PLANT"}')
    assert "`name`" in refused(*asked)
    file.write_text('{"class": "TOFU", "name": "tofu"}')
    assert "known are PLANT, WILD_PLANT" in refused(*asked)
    file.write_text('{"class": "PLANT", "name": "tofu"}')
    assert "known are JAS_ORGANIC" in refused(*asked[:3], "ORGANIC", *asked[4:])


def test_a_name_has_its_form() -> None:
    """The form, and exit 1 where it is not one of the class."""
    exit_code, found = ran("label", "form", "有機豆腐", "--class", "PROCESSED_PLANT")
    assert (exit_code, found["form"], found["subject"]) == (0, "PR1", "豆腐")

    exit_code, found = ran("label", "form", "有機栽培わらび", "--class", "WILD_PLANT")
    assert (exit_code, found["form"]) == (1, "PL5")


def test_scope_is_told_with_its_row() -> None:
    """Covered from a day on, with the row and its basis."""
    exit_code, found = ran("scope", "US", "JP", "ALCOHOL", "2025-10-01")
    assert (exit_code, found["covered"], found["row"], found["certificate"]) == (
        0, True, "S6", "TM_11",
    )  # fmt: skip
    assert ran("scope", "US", "JP", "ALCOHOL", "2025-09-30")[0] == 1
    assert "no country code" in refused("scope", "USA", "JP", "ALCOHOL")


def test_a_substance_is_told_with_its_condition() -> None:
    """Each list that names it, the condition, and exit 1 where none lets it in."""
    exit_code, rows = ran("substance", "CALCIUM_SULFATE", "--table", "T4")
    assert (exit_code, rows[0]["allowed"], rows[0]["reasons"]) == (0, True, ["USE"])

    livestock = ("substance", "CALCIUM_SULFATE", "--table", "T4", "--class", "PROCESSED_LIVESTOCK")
    assert ran(*livestock)[0] == 1
    assert "T8 know" in refused("substance", "BLEACH", "--table", "T8")
    assert "known are T1" in refused("substance", "BLEACH", "--table", "T9")


def test_standards_are_listed() -> None:
    """Every table, and each row of one with its basis."""
    exit_code, rows = ran("standards")
    assert exit_code == 0
    assert "scope" in {row["table"] for row in rows}
    assert all(row["basis"] for row in ran("standards", "substances")[1])
    assert {row["prov"] for row in ran("standards", "--sources")[1]} >= {"PL", "INF"}
