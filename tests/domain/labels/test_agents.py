"""Certifying agents: labels and certificates of another body than the contract names."""

from datetime import date

import pytest

from ledger.labels.agents import other_agents
from tests.domain.labels.goods import Goods

LABEL = ("LB", 1)


@pytest.mark.parametrize(
    ("contract", "approved_by", "issued_by", "details"),
    [
        ("C1", "AGENT", "AGENT", None),
        ("C1", "AG-2", "AGENT", "LB 1: AG-2"),
        ("C1", "AGENT", "AG-3", "TM 7: AG-3"),
        ("C1", "AG-2", "AG-3", "LB 1: AG-2; TM 7: AG-3"),
        ("C2", "AG-2", "AG-3", None),
        (None, "AG-2", "AG-3", None),
    ],
)
def test_who_approved_and_certified_is_the_agent_of_the_contract(
    contract: str | None, approved_by: str, issued_by: str, details: str | None
) -> None:
    """5: unproven where it is another; nothing where no contract tells."""
    goods = Goods()
    goods.add("ConsignmentContractSigned", contract="C1", exporter="OP", importer="IMP",
              rcb="BODY", agent="AGENT", sites=(), products=(), from_=date(2000, 1, 1))  # fmt: skip
    goods.label("JAS_ORGANIC", None, 1, agent=approved_by)
    goods.add("ExportCertificateIssued", issuer=issued_by, number="TM 7", form="TM_11",
              mode="PER_SHIPMENT", exporter="OP", importer="IMP", product_class="PLANT",
              statement="x", issued_on=date(2024, 5, 1))  # fmt: skip

    found = other_agents(goods.record(), contract, [LABEL], [f"{issued_by} TM%207"])

    expected = [] if details is None else [("OTHER_AGENT", "U", details)]
    assert [tuple(reason) for reason in found.reasons] == expected
    assert found.eligible
