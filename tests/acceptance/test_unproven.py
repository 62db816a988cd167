"""`ledger unproven`, `criteria` and `herd` over a home with two farms; the card of a lot."""

import csv
import io
from collections.abc import Iterator

import pytest

from ledger.facts.canonical import encode
from tests.acceptance.test_labels import Home
from tests.databases import open_home
from tests.farms import farm


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """FARM-1 with three lots of milk, FARM-2 with one."""
    with open_home() as (at, _):
        made = Home(at.parent)
        file = made.folder / "farms.ndjson"
        facts = [*farm("FARM-1", 3), *farm("FARM-2", 1)]
        file.write_bytes(b"\n".join(map(encode, facts)))
        made.run("load", str(file))
        made.run("catch-up")
        yield made


def test_unproven_lots_are_listed(home: Home) -> None:
    """Every lot that was graded, by lot and code, and filtered by each word."""
    rows = home.told("unproven")
    keys = [(row["lot"], row["code"]) for row in rows]

    assert keys == sorted(set(keys))
    assert {row["lot"] for row in rows} == {
        "L-FARM-1-0", "L-FARM-1-1", "L-FARM-1-2", "L-FARM-2-0",
    }  # fmt: skip
    assert set(rows[0]) == {
        "lot", "product", "class", "operator", "produced_on", "claim", "label", "code", "detail",
        "shown_by", "en", "ja",
    }  # fmt: skip
    for words, field, value in [
        (("--party", "FARM-2"), "operator", "FARM-2"),
        (("--lot", "L-FARM-1-1"), "lot", "L-FARM-1-1"),
        (("--code", "HERD_HISTORY"), "code", "HERD_HISTORY"),
    ]:
        found = home.told("unproven", *words)
        assert found == [row for row in rows if row[field] == value]
        assert found
    assert home.told("unproven", "--class", "PLANT") == []
    assert home.told("unproven", "--on", "2026-02-28") == []


def test_unproven_tells_by_its_exit(home: Home) -> None:
    """1 with --check where there is any, 2 where what is named is not there."""
    assert home.run("unproven", "--check", code=1).out
    home.run("unproven", "--check", "--code", "CLASH")
    assert "no lot 'L-NONE'" in home.run("unproven", "--lot", "L-NONE", code=2).said
    assert "no class 'GOLD'" in home.run("unproven", "--class", "GOLD", code=2).said
    rows = list(csv.DictReader(io.StringIO(home.run("unproven", "--format", "csv").out)))
    assert len(rows) == len(home.told("unproven"))
    told = home.run("unproven", "--lot", "L-FARM-2-0")
    assert "RECORD_CONTENT" in told.out
    assert "RECORD_CONTENT: The records leave out" in told.said


def test_criteria_of_a_party(home: Home) -> None:
    """By state on a day; 2 for a party that nobody registered and criteria that are none."""
    rows = home.told("criteria", "FARM-1", "--on", "2026-04-01")

    assert {row["criteria"] for row in rows} == {"LIVESTOCK"}
    assert [row["subject"] for row in rows if row["state"] == "SHOWN"] == ["REVIEW"]
    assert {row["criteria"] for row in home.told("criteria", "FARM-1", "--criteria", "PLANT")} == {
        "PLANT"
    }
    assert home.told("criteria", "FARM-1", "--on", "2019-12-31") == []
    assert "REVIEW" in home.run("criteria", "FARM-1").out
    assert "no party 'NOBODY'" in home.run("criteria", "NOBODY", code=2).said
    assert "no criteria 'GOLD'" in home.run("criteria", "FARM-1", "--criteria", "GOLD", code=2).said


def test_the_card_of_a_herd(home: Home) -> None:
    """Facts, feed by period with shares, verdicts, lots made from it."""
    card = home.told("herd", "H-FARM-1")

    assert (card["species"], card["heads"], card["operator"]) == ("DAIRY_COW", 10, "FARM-1")
    assert [fed["shares"] for fed in card["feed"]] == [{"OWN": "100.0 %"}]
    assert [made["lot"] for made in card["lots"]] == [f"L-FARM-1-{number}" for number in range(3)]
    assert [code["code"] for code in card["history"][0]["codes"]] == ["HERD_HISTORY"]
    assert "OWN 100.0 %" in home.run("herd", "H-FARM-1").out
    assert "no herd 'H-NONE'" in home.run("herd", "H-NONE", code=2).said


def test_the_card_of_a_lot_tells_animals_contents_and_what_is_unproven(home: Home) -> None:
    """The same rows as the list has of it."""
    card = home.told("lot", "L-FARM-1-0")

    assert [herd["herd"] for herd in card["herds"]] == ["H-FARM-1"]
    assert [code["code"] for code in card["herds"][0]["codes"]] == ["HERD_HISTORY"]
    assert {each["item"]: each["told"] for each in card["content"]}["ORIGIN"] is True
    assert card["unproven"] == home.told("unproven", "--lot", "L-FARM-1-0")
    printed = home.run("lot", "L-FARM-1-0")
    assert "What its records tell" in printed.out
    assert "Unproven" in printed.out
