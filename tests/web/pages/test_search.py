"""Search: one box finds every kind of thing, however it is written; who may not see finds none."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from ledger.facts.canonical import decode
from ledger.facts.documents import ExportCertificateIssued, ExportCertificateRequested
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded
from ledger.facts.registry import ConsignmentContractSigned, LabelApproved, ProductRegistered
from ledger.facts.seals import SealsDispatched, SealsIssued
from ledger.facts.shipments import ShipmentDeparted
from ledger.web.asking.search import letters_max
from tests.desks_open import Open
from tests.web.pages.conftest import Visit
from tests.web.pages.test_nouns import said

Known = dict[type[Fact], Any]
"""Facts of the exporter's own chain, the first of each type."""


@pytest.fixture(scope="module")
def known(desk: Open) -> Known:
    """The first fact of each type that names the exporter."""
    exporter = desk.parties["exporter"]
    found: dict[type[Fact], Any] = {}
    products: set[str] = set()
    for event in desk.log.read(0, 100_000):
        if event.topic.startswith(("Discrepancy", "Period")):
            continue
        fact = decode(event.state)
        if isinstance(fact, ProductRegistered) and fact.operator == exporter:
            products.add(fact.product)
        names = (getattr(fact, name, None) for name in ("exporter", "operator", "to_holder"))
        if exporter in names or getattr(fact, "product", None) in products:
            found.setdefault(type(fact), fact)
    return found


def _certificate(of: Known) -> tuple[str, str, str]:
    fact = of[ExportCertificateIssued]
    return "certificate", f"{fact.issuer} {fact.number}", f"{fact.issuer} {fact.number}"


KINDS: dict[str, Callable[[Known], tuple[str, str, str]]] = {  # kind, id, what is typed
    "shipment": lambda of: ("shipment", *[of[ShipmentDeparted].shipment] * 2),
    "lot": lambda of: ("lot", *[of[LotRecorded].lot] * 2),
    "product": lambda of: ("product", *[of[ProductRegistered].product] * 2),
    "party": lambda of: ("party", *[of[ShipmentDeparted].exporter] * 2),
    "contract": lambda of: ("contract", *[of[ConsignmentContractSigned].contract] * 2),
    "dispatch": lambda of: ("dispatch", *[of[SealsDispatched].dispatch] * 2),
    "mark": lambda of: ("mark", *[of[SealsDispatched].mark] * 2),
    "source": lambda of: ("source", *[of[ShipmentDeparted].source] * 2),
    "label": lambda of: (
        "label", f"{of[LabelApproved].label} {of[LabelApproved].version}", of[LabelApproved].label,
    ),
    "certificate": _certificate,
    "certificate's number": lambda of: (*_certificate(of)[:2], of[ExportCertificateIssued].number),
    "request": lambda of: ("request", *[of[ExportCertificateRequested].request] * 2),
    "invoice": lambda of: (
        "request", of[ExportCertificateRequested].request, of[ExportCertificateRequested].invoice,
    ),
    "bill of lading": lambda of: (
        "request", of[ExportCertificateRequested].request,
        of[ExportCertificateRequested].bill_of_lading,
    ),
    "number on the pack": lambda of: ("lot", of[LotRecorded].lot, of[LotRecorded].number),
}  # fmt: skip
WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in small letters": str.lower,
    "in full width": lambda text: "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text
    ),
    "without hyphens": lambda text: text.replace("-", ""),
    "with spaces and O for 0": lambda text: text.replace("-", " ").replace("0", "O"),
}


@pytest.fixture
def ask(desk: Open) -> Iterator[Callable[..., dict[str, Any]]]:
    """The answer of the API to a role."""
    with httpx2.Client(base_url=desk.place) as client:

        def answer(role: str, typed: str, **words: str) -> dict[str, Any]:
            token = {"Authorization": f"Bearer {desk.secrets[role]}"}
            told = client.get("/search", params={"q": typed, **words}, headers=token)
            assert told.status_code == 200, told.text
            found: dict[str, Any] = told.json()
            return found

        yield answer


@pytest.mark.parametrize("of", KINDS)
def test_everything_is_found_however_it_is_written(
    known: Known, ask: Callable[..., dict[str, Any]], of: str
) -> None:
    """Case, width, hyphens, spaces and O for 0 do not matter."""
    kind, key, typed = KINDS[of](known)
    for name, write in WRITTEN.items():
        hits = ask("exporter", write(typed))["hits"]

        assert (kind, key) in {(hit["kind"], hit["id"]) for hit in hits}, (name, write(typed))


def test_one_exact_hit_opens_at_once(known: Known, visit: Visit) -> None:
    """A shipment in full width leads to its page; what is found otherwise is listed."""
    shipment = known[ShipmentDeparted].shipment
    wide = WRITTEN["in full width"](shipment.lower())
    assert unicodedata.normalize("NFKC", wide).upper() == shipment
    client = visit("exporter")

    answer = client.get("/desk/search", params={"q": wide})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/desk/shipment?shipment={shipment}"
    moved = client.get("/desk/find", params={"q": shipment})
    assert (moved.status_code, moved.headers["location"]) == (
        308, f"/desk/search?q={shipment}",
    )  # fmt: skip
    listed = client.get("/desk/search", params={"q": shipment[:-1]})
    assert listed.status_code == 200
    assert f"/desk/shipment?shipment={shipment}" in listed.text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_stranger_is_told_what_nobody_is(
    desk: Open, known: Known, visit: Visit, language: str
) -> None:
    """What may not be seen and what there is not are answered in the same words."""
    theirs = next(
        fact.shipment
        for event in desk.log.read(0, 100_000)
        if event.topic == "ShipmentDeparted"
        and isinstance(fact := decode(event.state), ShipmentDeparted)
        and fact.exporter != desk.parties["exporter"]
    )
    client = visit("exporter", language)
    none = "SH-QQQQQ-7777"

    answers = [client.get("/desk/search", params={"q": typed}) for typed in (theirs, none)]

    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (
        said(answer.text, typed) for answer, typed in zip(answers, (theirs, none), strict=True)
    )
    assert first.partition("<h2>")[0].partition("<footer")[0] == second.partition("<footer")[0]
    assert client.get(f"/desk/shipment?shipment={theirs}").status_code == 404
    assert known[ShipmentDeparted].shipment not in answers[1].text


def test_nearly_so_is_offered(known: Known, ask: Callable[..., dict[str, Any]]) -> None:
    """With one letter wrong nothing is found, and what is one letter away is named."""
    contract = known[ConsignmentContractSigned].contract
    wrong = f"{contract[:-1]}Z"

    answer = ask("exporter", wrong)

    assert answer["hits"] == []
    assert {"kind": "contract", "id": contract} in answer["alike"]


def test_names_ids_and_periods_are_found(
    desk: Open, known: Known, ask: Callable[..., dict[str, Any]]
) -> None:
    """A word of a name, part of it, an event or case by its id, a month of a pair."""
    party, importer = desk.parties["exporter"], desk.parties["importer"]
    event, case = known[ShipmentDeparted].id, desk.case.row["id"]
    product = known[ProductRegistered]
    word = product.name.split()[0]
    month = f"{importer} {desk.parties['certifier']} 2025-11"
    rows = (
        ("exporter", word.upper(), "product", product.product),
        ("exporter", word[:3], "product", product.product),
        ("exporter", event, "event", event),
        ("exporter", event[:18], "event", event),
        ("exporter", case[:8], "case", case),
        ("importer", f"{importer} 2025-11", "period", month),
        ("certifier", importer.lower(), "party", importer),
    )  # fmt: skip
    for role, typed, kind, key in rows:
        found = {(hit["kind"], hit["id"]) for hit in ask(role, typed)["hits"]}

        assert (kind, key) in found, (typed, found)
    assert ask("exporter", party, kind="lot")["hits"] == []


def test_a_seal_number_is_found_where_it_is(
    desk: Open, visit: Visit, ask: Callable[..., dict[str, Any]]
) -> None:
    """With its mark and bare, with commas too; one never issued says so."""
    mark, first = next(
        (fact.mark, fact.first)
        for event in desk.log.read(0, 100_000)
        if event.topic == "SealsIssued"
        and isinstance(fact := decode(event.state), SealsIssued)
        and fact.first is not None
    )
    key = f"{mark} {first}"
    for typed in (f"{mark} {first}", f"{mark}:{first}", f"{mark} {first:,}"):
        (hit,) = (one for one in ask("operator", typed)["hits"] if one["kind"] == "seal")
        assert (hit["id"], hit["rank"]) == (key, "number")
    assert key in {hit["id"] for hit in ask("operator", str(first))["hits"]}

    (never,) = ask("operator", f"{mark} 999999999")["hits"]
    assert never["line"] == "not issued"
    client = visit("operator")
    page = client.get("/desk/search", params={"q": f"{mark} {first}"})
    assert page.headers["location"] == f"/desk/seal?mark={mark}&number={first}"
    assert "Its way" in client.get(page.headers["location"]).text


def test_what_is_no_question_is_told(visit: Visit, ask: Callable[..., dict[str, Any]]) -> None:
    """Signs alone, too many letters, an unknown kind: an answer, never a failure."""
    client = visit("exporter")
    for typed in ("%", "_", "'", "\\", "--", "  ", "ー", "%_%", "x" * letters_max):
        assert client.get("/desk/search", params={"q": typed}).status_code == 200
        if typed.strip():
            assert ask("exporter", typed)["hits"] == []
    assert client.get("/desk/search", params={"q": "x", "kind": "dragon"}).status_code == 422


def test_suggestions_begin_so(desk: Open, known: Known) -> None:
    """At most ten, of the kind that is asked for, with their registered names."""
    product = known[ProductRegistered]
    token = {"Authorization": f"Bearer {desk.secrets['exporter']}"}
    with httpx2.Client(base_url=desk.place, headers=token) as client:
        for typed in (product.product[:5].lower(), product.name[:4]):
            answer = client.get("/suggest", params={"kind": "product", "q": typed})
            assert {"kind": "product", "id": product.product, "name": product.name} in (
                answer.json()["suggestions"]
            )
            assert len(answer.json()["suggestions"]) <= 10
