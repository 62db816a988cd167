"""`/labels/check` of a recipe in the body: the verdict that the command line gives on its file."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.log import Log
from tests.databases import Cluster
from tests.desks import Served, served

ROOT = Path(__file__).parents[3]
RECIPES = sorted((ROOT / "examples/recipes").iterdir())
MUESLI = tomllib.loads((ROOT / "examples/recipes/muesli.toml").read_text())
CHECK = "/labels/check?claim=KRAV_MARK&on=2026-04-01"


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over an empty ledger: a recipe needs no facts."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        found.secrets["importer"] = found.token("importer", "IMP-1")["Authorization"]
        yield found


def posted(desk: Served, address: str, **body: Any) -> Any:
    """An answer to an importer; `body` is `json` or `content`."""
    headers = {"Authorization": desk.secrets["importer"]}
    if "content" in body:
        headers["Content-Type"] = "application/json"
    return desk.client.post(address, headers=headers, **body)


@pytest.mark.parametrize("claim", ["KRAV_MARK", "NOP_MADE_WITH", "JAS_ORGANIC", "EU_LOGO"])
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_it_answers_as_the_command_line_does(desk: Served, path: Path, claim: str) -> None:
    """Verdict, codes and sentences in both languages, the same as of the file; and the standing."""
    arguments = ["label", "check", "--claim", claim, "--on", "2026-04-01", "--format", "json"]
    expected = json.loads(CliRunner().invoke(app, [*arguments, "--recipe", str(path)]).stdout)
    recipe = tomllib.loads(path.read_text())

    bare = posted(desk, f"/labels/check?claim={claim}&on=2026-04-01", json=recipe)
    whole = posted(
        desk, "/labels/check", json={"claim": claim, "on": "2026-04-01", "recipe": recipe}
    )

    assert bare.status_code == 200, bare.text
    assert bare.json() == whole.json()
    assert expected.items() <= bare.json().items()
    assert {"position", "behind", "simulation"} <= bare.json().keys()
    assert all(code["en"] and code["ja"] for code in bare.json()["codes"])


def test_name_and_wording_are_judged_too(desk: Served) -> None:
    """As `--name-form` and `--text` do."""
    asked = {"claim": "JAS_ORGANIC", "recipe": MUESLI, "name_form": "x", "text": "100% organic"}
    arguments = ["label", "check", "--claim", "JAS_ORGANIC", "--recipe", str(RECIPES[0].parent)]
    arguments[-1] += "/muesli.toml"
    arguments += ["--name-form", "x", "--text", "100% organic", "--format", "json"]

    found = posted(desk, "/labels/check", json=asked).json()

    assert json.loads(CliRunner().invoke(app, arguments).stdout)["codes"] == found["codes"]
    assert found["codes"] != posted(desk, "/labels/check", json=asked | {"text": None}).json()


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ("PECTIN", []),
        ("PECTIN?class=FEED", ["--class", "FEED"]),
        ("ethanol?table=T5&on=2026-04-01", ["--table", "T5", "--on", "2026-04-01"]),
    ],
)
def test_lists_are_told_as_the_command_line_does(
    desk: Served, asked: str, options: list[str]
) -> None:
    """1.3: the condition of a substance, and what its list asks as a whole."""
    code = asked.partition("?")[0]
    printed = CliRunner().invoke(app, ["substance", code, *options, "--format", "json"]).stdout
    headers = {"Authorization": desk.secrets["importer"]}
    answer = desk.client.get(f"/substances/{asked}", headers=headers)

    assert answer.status_code == 200, answer.text
    assert [row | {"on": ""} for row in json.loads(printed)] == [
        row | {"on": ""} for row in answer.json()["substances"]
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [("BLEACH", "code"), ("PECTIN?table=T9", "table"), ("PECTIN?class=STONE", "class"),
     ("PECTIN?on=soon", "on"), ("PECTIN?colour=red", "colour")],
)  # fmt: skip
def test_what_no_list_knows_is_refused(desk: Served, asked: str, field: str) -> None:
    """422 with the field, and the names that are known."""
    headers = {"Authorization": desk.secrets["importer"]}
    answer = desk.client.get(f"/substances/{asked}", headers=headers)

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_route_and_an_operator_are_asked_as_on_the_command_line(desk: Served) -> None:
    """In the document or beside it; of the two routes the named one tells the verdict."""
    rice = {"class": "PROCESSED_PLANT", "name": "rice", "ingredients": [
        {"name": "rice", "share": "100", "kind": "AGRICULTURAL", "status": "ORGANIC",
         "scheme": "NOP", "origin": "TH"}]}  # fmt: skip
    asked = {"claim": "JAS_ORGANIC", "recipe": rice, "on": "2026-04-01"}

    both = posted(desk, "/labels/check", json=asked).json()
    named = posted(desk, "/labels/check?route=EQUIVALENCE", json=asked).json()
    words = {"claim": "ACT_ORGANIC", "recipe": rice, "text": "rice", "operator": "Good Farm"}
    unnamed = posted(desk, "/labels/check", json=words).json()

    assert (both["eligible"], both["route"], [*both["routes"]]) == (
        False, "BOTH", ["JAS", "EQUIVALENCE"],
    )  # fmt: skip
    assert (named["eligible"], named["route"], [*named["routes"]]) == (
        True, "EQUIVALENCE", ["EQUIVALENCE"],
    )  # fmt: skip
    assert ("COMPANION", "name of the operator: Good Farm") in [
        (code["code"], code["detail"]) for code in unnamed["codes"]
    ]


WRONG: list[tuple[str, Any, str]] = [
    ("/labels/check", MUESLI, "claim"),
    ("/labels/check?claim=NONSENSE", MUESLI, "claim"),
    ("/labels/check?claim=KRAV_MARK&on=2026-02-30", MUESLI, "on"),
    (CHECK, {}, "class"),
    (CHECK, MUESLI | {"class": "STONE"}, "class"),
    (CHECK, MUESLI | {"colour": "red"}, "colour"),
    (CHECK, MUESLI | {"ingredients": [{"name": "oats"}]}, "ingredients[0].share"),
    (CHECK, MUESLI | {"name": 7}, "name"),
    ("/labels/check", {"recipe": MUESLI, "claim": 7}, "claim"),
    ("/labels/check", {"recipe": MUESLI, "claim": "KRAV_MARK", "more": 1}, "more"),
    ("/labels/check", {"recipe": MUESLI, "claim": "KRAV_MARK", "on": "soon"}, "on"),
    ("/labels/check", {"recipe": {"class": "PLANT"}, "claim": "KRAV_MARK"}, "name"),
    (f"{CHECK}&route=JAS", MUESLI, "route"),
    ("/labels/check?claim=JAS_ORGANIC&route=NOP", MUESLI, "route"),
    ("/labels/check", {"recipe": MUESLI, "claim": "JAS_ORGANIC", "route": 7}, "route"),
]


@pytest.mark.parametrize(("address", "body", "field"), WRONG)
def test_what_is_wrong_is_named(desk: Served, address: str, body: Any, field: str) -> None:
    """422 with the field, whether the recipe or what is asked about it is wrong."""
    answer = posted(desk, address, json=body)

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b"\xff", b"[" * 50_000, b'{"recipe":' * 9_000,
     b'{"recipe": null}', b'{"class": "PLANT", "name": "\\ud800"}'],
)  # fmt: skip
def test_any_body_has_an_answer(desk: Served, content: bytes) -> None:
    """A problem document, never a failure."""
    answer = posted(desk, CHECK, content=content)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_form_is_not_guessed(desk: Served) -> None:
    """415; and no verdict for nobody or for a scanner."""
    headers = {"Authorization": desk.secrets["importer"], "Content-Type": "text/csv"}
    scanner = desk.token("scanner", "EXP-1", source="S")

    assert desk.client.post(CHECK, content=b"{}", headers=headers).status_code == 415
    assert desk.client.post(CHECK, json=MUESLI).status_code == 401
    assert desk.client.post(CHECK, json=MUESLI, headers=scanner).status_code == 403
