"""The commands that ask the tables alone: what they print, and with which exit."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.errors import Misuse
from ledger.labels.transitions import transition

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
    exit_code, found = ran(*asked)
    plain = {"claim": claim, "scheme": scheme, "on": "2024-05-01", "eligible": True,
             "proven": True, "codes": []}  # fmt: skip
    assert exit_code == 0
    assert found | plain == found

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
    assert "no substance 'BLEACH' on T8; " in refused("substance", "BLEACH", "--table", "T8")
    assert "known are T1" in refused("substance", "BLEACH", "--table", "T9")


WHOLE: list[tuple[str, str, str | None, str, str | None, str | None]] = [
    # list, substance, class, text of, later text, how the list's condition begins
    ("T1", "GUANO", "PLANT", "2009-10-27", None, "only where own compost"),
    ("T1", "GUANO", "LIVESTOCK", "2006-11-26", None, "only where own compost"),
    ("T1", "GUANO", None, "2006-11-26", None, "only where own compost"),
    ("T2", "VINEGAR", "PLANT", "2009-10-27", None, "only in emergency"),
    ("T2", "VINEGAR", "LIVESTOCK", "2006-11-26", None, "only in emergency"),
    ("T3", "NITROGEN", "PLANT", "2009-10-27", None, "only where physical"),
    ("T4", "PECTIN", "PROCESSED_PLANT", "2006-11-26", "2022-10-01", "as little as possible"),
    ("T4", "PECTIN", "ALCOHOL", "2006-11-26", "2022-10-01", "as little as possible"),
    ("T5", "ETHANOL", "PROCESSED_PLANT", "2006-11-26", "2022-10-01", "only where physical"),
    ("T5", "ETHANOL", "FEED", "2006-11-26", None, "only where physical"),
    ("T6", "LIMESTONE", "FEED", "2006-11-26", None, "nothing synthetic"),
    ("T7", "SOAP", "LIVESTOCK", "2006-11-26", None, None),
    ("T8", "SODIUM_HYPOCHLORITE", "LIVESTOCK", "2006-11-26", None, "only where physical"),
]


@pytest.mark.parametrize(
    ("table", "code", "class_", "text_of", "later", "begins"),
    WHOLE,
    ids=[f"1.3 {row[0]} {row[2]}" for row in WHOLE],
)
def test_a_list_is_told_whole(  # noqa: PLR0917 - the columns of its table
    table: str, code: str, class_: str | None, text_of: str, later: str | None, begins: str | None
) -> None:
    """Beside its own condition an answer has that of the list, and which texts it rests on."""
    asked = ["substance", code, "--table", table, "--on", "2024-05-01"]
    (row,) = ran(*asked, *(["--class", class_] if class_ else []))[1]

    assert (text_of, later) == (row["text_of"], row["later_text"])
    assert (row["list_condition"] or "").startswith(begins or "")
    assert (row["list_condition"] is None) == (row["list_condition_ja"] is None) == (begins is None)


def test_before_its_text_a_list_asks_nothing() -> None:
    """The conditions of a list begin with the standard that has it."""
    (row,) = ran("substance", "GUANO", "--table", "T1", "--on", "2005-11-25")[1]

    assert (row["allowed"], row["list_condition"], row["text_of"]) == (False, None, None)


def test_the_table_of_a_substance_ends_with_its_lists() -> None:
    """A line for each list in both languages, and where no later text is known it says so."""
    printed = RUN.invoke(app, ["substance", "PECTIN", "--on", "2024-05-01"]).stdout
    feed = RUN.invoke(app, ["substance", "LIMESTONE", "--on", "2024-05-01"]).stdout

    assert printed.splitlines()[-2].startswith("T4: as little as possible; ")
    assert printed.splitlines()[-2].endswith("there is a later text of 2022-10-01.")
    assert printed.splitlines()[-1].startswith("T4：必要最小限とする；")
    assert feed.splitlines()[-2].endswith("no later text is known to this ledger; ask the body.")
    assert feed.splitlines()[-1].endswith("登録認証機関に確認する。")


OPEN: list[tuple[str, str | None, str | None, str]] = [
    # id, from, until, code it lifts
    ("PLANTS_OLDER_TEXT", "2005-10-27", "2006-10-26", ""),
    ("PROCESSED_OLDER_TEXT", "2005-10-27", "2006-01-26", ""),
    ("PROCESSED_TEXT_OF_2005", "2006-10-27", "2007-10-26", ""),
    ("SEEDLING_SOIL", "2006-10-27", "2008-10-26", "SEEDLING_SOIL"),
    ("OTHER_SEED", "2005-10-27", None, "SEED_STATUS"),
    ("RESIDUES", "2006-11-26", None, ""),
    ("SEED_TAPE", "2006-10-27", "2009-10-26", ""),
    ("ETHYLENE_FOR_KIWIFRUIT", "2006-11-26", "2009-10-26", "NOT_LISTED"),
    ("DAIRY_90_DAYS", "2005-10-27", "2006-04-26", "KEEPING_PERIOD"),
    ("REPLACEMENT", "2005-10-27", None, "REPLACEMENT_OVER"),
    ("OTHER_FEED", "2005-10-27", None, "FEED_OTHER"),
]


def test_transitions_are_told_with_their_days() -> None:
    """1.4: every one from its publication until its last day, or open, with the code it lifts."""
    rows = ran("standards", "transitions")[1]

    assert [(row["id"], row["valid_from"], row["until"], row["lifts"]) for row in rows] == OPEN
    assert all(row["en"] and row["ja"] and row["effect"] for row in rows)
    assert all(bool(row["condition_en"]) == bool(row["condition_ja"]) for row in rows)


@pytest.mark.parametrize(
    ("name", "first", "last"), [row[:3] for row in OPEN], ids=[f"1.4 {row[0]}" for row in OPEN]
)
def test_a_transition_is_open_from_its_first_to_its_last_day(
    name: str, first: str, last: str | None
) -> None:
    """Both days are inside; where no end is known it is open."""
    day, begins = timedelta(days=1), date.fromisoformat(first)
    ends = date(2099, 1, 1) if last is None else date.fromisoformat(last)

    assert transition(name, begins - day) is None
    assert transition(name, begins) is not None
    assert transition(name, ends) is not None
    assert (transition(name, ends + day) is None) == (last is not None)


def test_standards_are_listed() -> None:
    """Every table, and each row of one with its basis."""
    exit_code, rows = ran("standards")
    assert exit_code == 0
    assert "scope" in {row["table"] for row in rows}
    assert all(row["basis"] for row in ran("standards", "substances")[1])
    assert {row["prov"] for row in ran("standards", "--sources")[1]} >= {"PL", "INF"}


def recipe_file(folder: Path, class_: str, *entries: tuple[str, str, str, str | None]) -> str:
    """A recipe of name, share, status and scheme of each ingredient, as a file."""
    file = folder / "recipe.json"
    listed = [
        {"name": name, "share": share, "status": status, "scheme": scheme,
         "kind": kind_of(name), "origin": "SE"}
        for name, share, status, scheme in entries
    ]  # fmt: skip
    file.write_text(json.dumps({"class": class_, "name": "goods", "ingredients": listed}))
    return str(file)


def kind_of(name: str) -> str:
    """Additives by their code, bones of animals, else crops."""
    if name.isupper():
        return "ADDITIVE"
    return "LIVESTOCK" if "bone" in name else "AGRICULTURAL"


SOY = ("soy", "99", "ORGANIC", "JAS"), ("ASPARTAME", "1", "CONVENTIONAL", None)
CORN = ("corn", "99", "ORGANIC", "JAS"), ("bone meal", "1", "CONVENTIONAL", None)
TURNING = (("soy", "100", "IN_CONVERSION", "JAS"),)
NONE: list[str] = []
ROUTES: list[tuple[str, str, str, Any, list[str], list[str]]] = [
    # what, claim, class, recipe, codes under JAS, codes for equivalence
    ("W6 soy", "JAS_ORGANIC", "PROCESSED_PLANT", SOY, ["ADDITIVE_NOT_LISTED"], NONE),
    ("W6 feed", "JAS_ORGANIC", "FEED", CORN, ["FEED_ANIMAL_PRODUCT"], ["SCOPE_NOT_COVERED"]),
    ("in conversion", "JAS_IN_CONVERSION", "PROCESSED_PLANT", TURNING, NONE,
     ["ROUTE_CONVERSION"]),
    ("both", "JAS_ORGANIC", "PROCESSED_PLANT", (("soy", "100", "ORGANIC", "JAS"),), NONE, NONE),
    ("another scheme's", "JAS_ORGANIC", "PROCESSED_PLANT", (("soy", "100", "ORGANIC", "NOP"),),
     ["RESTRICTED_OVER_5"], NONE),
    ("no standard", "JAS_ORGANIC", "HONEY", (("nectar", "100", "ORGANIC", "JAS"),),
     ["CLASS_NO_STANDARD"], ["SCOPE_NOT_COVERED"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "class_", "entries", "expected"),
    [(*row[1:4], dict(zip(("JAS", "EQUIVALENCE"), row[4:], strict=True))) for row in ROUTES],
    ids=[row[0] for row in ROUTES],
)
def test_routes_are_told_apart(
    tmp_path: Path, claim: str, class_: str, entries: Any, expected: dict[str, list[str]]
) -> None:
    """6.1: both unless one is named; verdict and exit are those of JAS, or of the one named."""
    asked = ("label", "check", "--claim", claim, "--on", "2024-05-01", "--recipe",
             recipe_file(tmp_path, class_, *entries))  # fmt: skip
    for route, outer in ((None, "JAS"), ("BOTH", "JAS"), *((one, one) for one in expected)):
        exit_code, found = ran(*asked, *(() if route is None else ("--route", route)))
        codes = [code["code"] for code in found["codes"]]
        told = {name: [code["code"] for code in one["codes"]]
                for name, one in found["routes"].items()}  # fmt: skip
        wanted = expected if route in (None, "BOTH") else {outer: expected[outer]}
        assert (codes, exit_code) == (expected[outer], 1 if expected[outer] else 0)
        assert (found["route"], told) == (route or "BOTH", wanted)
        assert found["eligible"] is (expected[outer] == [])


def test_a_line_tells_each_route(tmp_path: Path) -> None:
    """6.1: the table says what holds under which."""
    asked = ["label", "check", "--claim", "JAS_ORGANIC", "--on", "2024-05-01", "--recipe",
             recipe_file(tmp_path, "PROCESSED_PLANT", *SOY)]  # fmt: skip

    lines = RUN.invoke(app, asked).stdout.splitlines()

    assert lines[:2] == ["Under JAS: not eligible.", "Under equivalence: eligible."]


def test_a_route_is_asked_of_claims_that_have_one(tmp_path: Path) -> None:
    """6.1: of another claim, or one that is none, it is refused."""
    file = recipe_file(tmp_path, "PROCESSED_PLANT", *SOY)
    asked = ("label", "check", "--recipe", file, "--claim")

    assert "knows no routes; JAS_ORGANIC, JAS_IN_CONVERSION do" in refused(
        *asked, "NOP_ORGANIC", "--route", "JAS"
    )
    assert "known are JAS, EQUIVALENCE, BOTH" in refused(*asked, "JAS_ORGANIC", "--route", "NOP")


def test_the_other_row_of_a_claim_is_told(tmp_path: Path) -> None:
    """6.1: an older text asks no share of KRAV."""
    oats = ("oats", "85", "ORGANIC", "KRAV"), ("apple", "10", "ORGANIC", "EU")
    file = recipe_file(tmp_path, "PROCESSED_PLANT", *oats, ("sugar", "5", "CONVENTIONAL", None))
    exit_code, found = ran("label", "check", "--claim", "KRAV_MARK", "--recipe", file)

    assert exit_code == 1
    assert [(code["code"], code["detail"]) for code in found["codes"]] == [
        ("KRAV_BELOW_90", "KRAV_MARK")
    ]
    assert found["other_rows"] == [
        {"row": "KRAV_MARK.older", "prov": ["LS"], "eligible": True, "codes": []}
    ]


@pytest.mark.parametrize(
    ("foreign", "on", "line", "notes"),
    [
        ("4", "2024-05-01", "ORIGIN_SE", ["SLACK 4 %"]),
        ("4", "2024-05-01", "ORIGIN_EU", ["SLACK 4 %"]),
        ("4", "2021-12-31", "ORIGIN_SE", []),
        ("6", "2024-05-01", "ORIGIN_SE", []),
        ("4", "2024-05-01", "ORIGIN_EU_NON_EU", []),
    ],
)
def test_an_origin_line_that_ignores_a_share_says_so(
    tmp_path: Path, foreign: str, on: str, line: str, notes: list[str]
) -> None:
    """6.1: the older text asks all; no note where nothing is ignored, or too much."""
    recipe = {
        "class": "PROCESSED_PLANT", "name": "bread",
        "ingredients": [
            {"name": name, "share": share, "kind": "AGRICULTURAL", "status": "ORGANIC",
             "scheme": "EU", "origin": origin}
            for name, share, origin in (
                ("rye", str(100 - int(foreign)), "SE"), ("caraway", foreign, "IN"),
            )
        ],
    }  # fmt: skip
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(recipe))
    _, found = ran("label", "check", "--claim", "EU_LOGO", "--recipe", str(file), "--on", on,
                   "--name-form", line)  # fmt: skip

    assert found["notes"] == notes


def test_who_is_to_stand_on_a_label_is_asked(tmp_path: Path) -> None:
    """6.1, 6.2: with --operator and --address; without them nothing is asked of them."""
    file = recipe_file(tmp_path, "PROCESSED_PLANT", ("rice", "100", "ORGANIC", "ACT"))
    asked = ("label", "check", "--claim", "ACT_ORGANIC", "--recipe", file, "--text",
             "Rice of Good Farm, 1 Road")  # fmt: skip

    def codes(*more: str) -> list[tuple[str, str | None]]:
        found = ran(*asked, *more)[1]
        return [(code["code"], code["detail"]) for code in found["codes"]]

    assert codes() == []
    assert codes("--operator", "Good Farm", "--address", "1 road") == []
    assert codes("--operator", "Good Farm") == [("ADDRESS_MISSING", None)]
    assert codes("--operator", "Bad Farm", "--address", "1 Road") == [
        ("COMPANION", "name of the operator: Bad Farm")
    ]
