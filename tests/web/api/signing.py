"""Signing a month over HTTP, by as many persons as it takes."""

from typing import Any

from tests.web.api.conftest import Trade


def preview(trade: Trade, month: str, headers: dict[str, str]) -> Any:
    """What would be signed of the pair's month."""
    pair = f"importer={trade.parties.importer}&rcb={trade.parties.rcb}"
    answer = trade.get(f"/periods/preview?{pair}&period={month}", headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(trade: Trade, month: str, headers: dict[str, str], **more: Any) -> Any:
    """Send a signature of the pair's month; what it says may be given otherwise."""
    body = {"importer": trade.parties.importer, "period": month, **more}
    return trade.desk.client.post("/periods", json=body, headers=headers)


def sign(trade: Trade, month: str) -> Any:
    """Sign the pair's month as its body; the answer to the last signature."""
    for person in ("P-1", "P-2"):
        headers = trade.desk.token("certifier", trade.parties.rcb, person=person)
        shown = preview(trade, month, headers)
        answer = post(trade, month, headers, digest=shown["digest"], text="Seen.")
        assert answer.status_code == 200, answer.text
        if answer.json()["state"] == "CLOSED":
            break
    return answer.json()
