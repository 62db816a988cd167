"""Requests that follow from one another: where an answer leads, there is an answer, for its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from tests.web.api.conftest import Trade
from tests.web.api.test_any_input import Running, running
from tests.web.api.test_decisions import chain

__all__ = ["running"]

rounds_min, rounds_max, walks_max, steps_max = 4, 24, 10, 8
_SETTINGS = settings(
    max_examples=walks_max,
    stateful_step_count=steps_max,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_EXCLUDED = [
    # What is well-formed may still be refused, by what is recorded already.
    positive_data_acceptance,
    negative_data_rejection,
    unsupported_method,
]


def previewed(trade: Trade, period: str) -> dict[str, Any]:
    """What signs a period as it is shown."""
    pair = {"importer": trade.parties.importer, "rcb": trade.parties.rcb, "period": period}
    shown = trade.get(f"/periods/preview?{urlencode(pair)}", trade.as_role("certifier")).json()
    return {**pair, "digest": shown.get("digest", ""), "text": "walked past"}


BODIES: dict[str, Callable[[Trade, int], dict[str, Any]]] = {
    "POST /events": lambda trade, _: {
        "type": "LotHeld", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "SYS-WALK", "lot": trade.things.lot, "cause": "walked past",
    },
    "POST /periods": lambda trade, number: previewed(trade, f"2026-0{1 + number % 9}"),
    "POST /discrepancies/{case_id}/explain": lambda *_: {
        "reason": "LATE_ENTRY", "text": "late",
    },
    "POST /discrepancies/{case_id}/escalate": lambda *_: {"text": "Why?"},
    "POST /discrepancies/{case_id}/close": lambda *_: {
        "reason": "LATE_ENTRY", "text": "late",
    },
}  # fmt: skip
"""What people send; whatever else comes to mind is sent in another test."""
OPEN = {
    "GET /health/live",
    "GET /health/ready",
    "POST /labels/check",
    "POST /events",
    "POST /tables",
}
"""Which of these is answered rests on nobody's affairs."""
LISTS = {
    "GET /lots", "GET /shipments", "GET /certificates", "GET /discrepancies", "GET /periods",
    "GET /sources", "GET /refusals", "GET /dead-letters", "GET /reconciliation", "GET /unproven",
    "GET /events", "GET /stocks",
    "POST /discrepancies/explain",
    "POST /discrepancies/escalate", "POST /discrepancies/close",
}  # fmt: skip
"""Answered to everybody, each with its own rows."""
LED_TO = {
    "GET /receipts/{event_id}", "GET /events/{event_id}", "GET /lots/{lot}",
    "GET /lots/{lot}/trace", "GET /shipments/{shipment}", "GET /certificates/{issuer}/{number}",
    "GET /discrepancies/{case_id}", "POST /discrepancies/{case_id}/escalate",
    "POST /discrepancies/{case_id}/close", "POST /periods",
    "GET /periods/{importer}/{rcb}/{name}",
}  # fmt: skip
"""What the walks have to have come to, and been answered."""


class Walks:
    """What all walks share: who walks, what was told, what was found wrong."""

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self.answered: Counter[str] = Counter()
        self.told: set[str] = set()
        self.failed: list[str] = []
        self._names = [
            trade.things.lot, trade.things.shipment, trade.parties.exporter, trade.things.source,
        ]  # fmt: skip
        # One chain after the other: what was closed of one cannot be escalated any more.
        told = trade.get("/discrepancies?state=all&limit=1000", trade.as_role("operator")).json()
        self._chains = {
            each["id"]: chain(trade, each) for each in told["discrepancies"] if each["marks"]
        }
        self.turn = 0

    def headers(self, asked: Case[Any], *, foreign: bool = False) -> dict[str, str]:
        """Those of who may do this."""
        path = asked.operation.path
        if path.startswith("/discrepancies"):
            explains = "explain" in path
            chains = [*self._chains.values()]
            asked_for = str((asked.path_parameters or {}).get("case_id"))
            concerned = self._chains.get(asked_for, chains[self.turn % len(chains)])
            party = "NOBODY" if foreign else concerned[0 if explains else 1]
            return self.trade.headers("exporter" if explains else "certifier", party)
        return self.trade.as_role("certifier", foreign=foreign)

    def prepare(self, case: Case[Any]) -> None:
        """Ask as people do: for what an answer told, and with bodies that can be."""
        label = case.operation.label
        if case.method == "GET":
            kept = {name: value for name, value in case.query.items() if str(value) in self.told}
            case.query = {"limit": "2", **kept} if label in LISTS else kept
            if label == "GET /discrepancies":
                case.query["state"] = "all"
        elif label in BODIES:
            case.media_type = "application/json"
            case.body = BODIES[label](self.trade, self.answered[label])

    def check(self, case: Case[Any], response: Any) -> None:
        """Hold an answer to the description, to tokens, to the chain that it is of."""
        label = case.operation.label
        # Wrong tokens are counted by the ledger too, so each operation is shown one alone.
        proved = [ignored_auth] if self.answered[label] else []
        if response.status_code == 200:
            self.answered[label] += 1
            self.told.update(_strings(response.json()))
        try:
            case.validate_response(
                response, headers=self.headers(case), excluded_checks=_EXCLUDED + proved,
                additional_checks=[self.only_its_own],
            )  # fmt: skip
        except FailureGroup as failure:
            self.failed += [f"{label}: {one}" for one in failure.exceptions]

    def only_its_own(self, _context: object, response: Any, case: Case[Any]) -> None:
        """What a chain is answered is not answered to others."""
        label = case.operation.label
        if response.status_code != 200 or label in OPEN:
            return
        other = case.call(headers=self.headers(case, foreign=True))
        text = other.text or ""
        told = [name for name in self._names if f'"{name}"' in text or f" {name} " in text]
        if other.status_code == 200 and (told or label not in LISTS):
            sentence = f"{case.formatted_path}: {told or text[:200]}"
            raise Failure(operation=label, title="a foreigner is answered", message=sentence)


def _strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from _strings(one)


@pytest.mark.slow
def test_where_answers_lead(trade: Trade, running: Running) -> None:
    """From list to subject, from report to receipt to event, from case to decision, page to page.

    Every answer is as described and needs a token, and nobody of another chain gets it.
    """
    walks = Walks(trade)
    described = schemathesis.openapi.from_url(f"{running.address}/openapi.json")
    schema = described.exclude(path="/discrepancies/stream")
    for number in range(rounds_max):
        missing = LED_TO - walks.answered.keys()
        if number >= rounds_min and not missing:
            break
        # What none has come to by chance is walked to among what leads there.
        asked = schema if number < rounds_min else schema.include(path_regex=_around(missing))
        # The ledger remembers: a walk taken twice has other answers, which Hypothesis minds.
        with suppress(Flaky):
            run_state_machine_as_test(seed(number)(_walk(asked, walks)), settings=_SETTINGS)

    assert walks.failed == []
    assert LED_TO - walks.answered.keys() == set(), walks.answered


def _around(labels: set[str]) -> str:
    """The paths that begin as those of these operations, and where events are reported."""
    return f"^/({'|'.join(sorted({'events'} | {label.split('/')[1] for label in labels}))})"


def _walk(schema: Any, walks: Walks) -> Any:
    class Walk(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
        """A walk along links."""

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            walks.turn += 1
            return {"headers": walks.headers(case)}

        def before_call(self, case: Case[Any]) -> None:
            walks.prepare(case)

        def validate_response(self, response: Any, case: Case[Any], **_: Any) -> None:
            walks.check(case, response)

    return Walk
