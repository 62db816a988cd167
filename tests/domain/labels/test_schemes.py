"""Schemes: each has a file, and a new one is rows and an object."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from ledger.facts import scalars
from ledger.facts.record import Record
from ledger.labels import rows, schemes
from ledger.labels.check import claim_check
from ledger.labels.claims import CLAIMS
from ledger.labels.describe_claims import recipe_row
from ledger.labels.fields import FieldStatus
from ledger.labels.lots import LotFacts
from ledger.labels.retention import keep_lot_until
from ledger.labels.schemes.jas.grading import route
from ledger.labels.schemes.scheme import OTHER, SCHEMES, Case, Scheme, registered_name
from ledger.labels.verdict import Reason, fails
from tests.domain.labels.goods import DAY, Goods, recipe

FOLDER = Path(inspect.getfile(schemes)).parent


def test_every_code_of_a_scheme_is_a_scheme() -> None:
    """What events may name is registered, under its own code, and nothing else is."""
    assert set(SCHEMES) == set(get_args(scalars.Scheme))
    assert all(scheme.code == code for code, scheme in SCHEMES.items())


def test_every_scheme_has_a_file() -> None:
    """It stands in a file of its name, or of the scheme whose part it is; OTHER asks nothing."""
    names = {path.stem for path in FOLDER.iterdir()} - {"__init__", "__pycache__", "scheme"}
    homes = {code.lower(): type(scheme).__module__ for code, scheme in SCHEMES.items()}

    assert type(SCHEMES["OTHER"]) is type(OTHER) is Scheme
    assert {homes[code] for code in set(homes) - {"other"}} == {
        f"{schemes.__name__}.{name}" for name in names
    }
    assert names == set(homes) - {"other", "act_eu"}


def test_every_claim_is_of_a_scheme() -> None:
    """The tables name no scheme that is not registered."""
    assert {row.scheme for row in CLAIMS.rows()} == set(SCHEMES) - {"OTHER"}


def test_no_scheme_and_no_claim_is_named_elsewhere() -> None:
    """Checks ask the scheme of the claim; the route JAS and the members of the EU are none."""
    names = set(SCHEMES) - {"OTHER"} | {row.claim for row in CLAIMS.rows()}
    found = {
        (path.name, node.value)
        for path in FOLDER.parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }

    assert found == {("lots.py", "JAS"), ("scope.py", "EU")}


class _Trial(Scheme):
    """A scheme whose goods are made on the first of a month, its operator on the label."""

    last_step = True
    keeps_parties = "R4"

    def lot(self, case: Case, facts: LotFacts, field: FieldStatus) -> Iterator[Reason]:
        """Made on the first of a month."""
        yield from super().lot(case, facts, field)
        if facts.made.produced_on.day != 1:
            yield from fails("TRIAL_DAY")

    def names(self, case: Case, facts: LotFacts) -> Iterable[str]:
        """Whoever did the last step stands on the label."""
        return registered_name(case.record, facts.packer)


ROWS = {
    "claims.csv": "TRIAL_MARK,TRIAL_MARK,0,TRIAL,full,yes,AG,yes,shares,AIR,,,INF,,\n",
    "shares.csv": "TRIAL_MARK,organic_own,AG,at_least,80,TRIAL_BELOW_80,,INF,,\n",
    "words.csv": "TRIAL_MARK,forbidden,folded,best of all,,best of all,INF,,\n",
    "codes.csv": "TRIAL_BELOW_80,F,M-15,Less than 80 %.,80％に満たない。,INF,unknown\n"
    "TRIAL_DAY,F,M-15,Made on a wrong day.,製造日が違う。,INF,unknown\n",
}


def read_anew() -> None:
    """Forget the tables, so that they are read again when they are asked."""
    for name in ("_rows", "_grouped"):
        vars(rows)[name].cache_clear()


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The rows and the object of a new scheme, for one test."""
    read = rows.read
    monkeypatch.setattr(rows, "read", lambda file: read(file) + ROWS.get(file, ""))
    monkeypatch.setitem(SCHEMES, "TRIAL", _Trial("TRIAL"))
    read_anew()
    yield
    monkeypatch.undo()
    read_anew()


def made(share: str) -> Goods:
    """A lot of trial goods by a certified operator abroad, seals of the trial's mark on it."""
    goods = Goods()
    goods.operator("TRIAL", "NZ")
    goods.product(f"oats {share} aO.TRIAL, sugar {100 - int(share)} aC", "PROCESSED_PLANT")
    goods.lot(produced_on=DAY)
    goods.label("TRIAL_MARK", None, 1)
    goods.mark("TRIAL")
    goods.apply("2024-05-01")
    return goods


def judged(record: Record, text: str | None = None, shipment: str | None = None) -> tuple[str, ...]:
    """The codes against the trial's mark on that lot."""
    return claim_check("TRIAL_MARK", record, on=DAY, lot="L1", label=("LB", 1),
                       label_text=text, shipment=shipment).codes  # fmt: skip


@pytest.mark.usefixtures("trial")
def test_a_new_scheme_is_rows_and_an_object() -> None:
    """Shares, words, transport, certificate and a hook are judged, and no file is touched."""
    good, poor = made("80"), made("79")
    assert judged(good.record()) == ()
    assert judged(poor.record()) == ("TRIAL_BELOW_80",)
    assert judged(good.record(), "oats of Operator") == ()
    assert judged(good.record(), "the best of all oats") == ("COMPANION", "FORBIDDEN_WORD")

    good.depart("2024-05-02", "IMPORTER_APPLIES", "NZ", transport="AIR")
    assert judged(good.record(), shipment="S1") == ("AIR_FREIGHT",)
    good.lot(produced_on=date(2024, 4, 30))
    assert judged(good.record()) == ("TRIAL_DAY",)
    good.certify("OP", "TRIAL", "PROCESSOR", status="WITHDRAWN", from_=date(2024, 1, 1))
    assert judged(good.record()) == ("CERT_LABEL", "TRIAL_DAY")


@pytest.mark.usefixtures("trial")
def test_a_new_scheme_is_known_beside_its_checks() -> None:
    """A recipe alone is judged; its goods are foreign to JAS; its parties' records are kept."""
    found = recipe_row("TRIAL_MARK", recipe("oats 79 aO.TRIAL, sugar 21 aC"), DAY)
    record = made("80").record()

    assert [code["code"] for code in found["codes"]] == ["TRIAL_BELOW_80"]
    assert route(record, "L1") == "EQUIVALENCE"
    assert "R4" in {kept.rule for kept in keep_lot_until(record, "L1").rows}
