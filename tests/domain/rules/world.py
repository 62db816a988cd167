"""A small world for tables of rules: facts by name, times in short, violations as tuples."""

import re
import uuid
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.facts.catalogue import TYPES
from ledger.facts.documents import CertifiedLine, ReportLine
from ledger.facts.herds import FeedLine
from ledger.facts.identity import Fact
from ledger.facts.keeping import Medicine, Run, Stable
from ledger.facts.lots import Child, Field, Input
from ledger.facts.record import Record
from ledger.facts.registry import Ingredient
from ledger.facts.scalars import canonical_time, micros
from ledger.facts.shipments import DepartedLine, ReceivedLine, ReturnedLine
from ledger.facts.standing import OPERATOR
from ledger.rules.audit import audit
from ledger.rules.policy import Policy, default_policy
from ledger.rules.violation import Violation

FAR = micros("2099-01-01T00:00:00.000000+00:00")
"""A moment by which every deadline of a test has passed."""


def moment(text: str) -> str:
    """`2026-04-02`, `2026-04-02T09:00` or `…T09:00:30`, with an offset or in UTC, as canonical."""
    day, clock, zone = text[:10], text[11:16] or "00:00", text[16:]
    seconds = "" if zone.startswith(":") else ":00"
    if not re.search("[+-][0-9]{2}:[0-9]{2}$", zone):
        zone += "+00:00"
    return canonical_time(f"{day}T{clock}{seconds}{zone}")


def at(text: str) -> int:
    """A moment in microseconds UTC."""
    return micros(moment(text))


def event_id(name: str) -> str:
    """The id of the event a test calls by that name; names keep their order as ids."""
    return str(uuid.UUID(bytes=name.encode()[:6].ljust(6, b"\0") + b"\x70\0\x80" + bytes(7)))


class World:
    """Facts and when each was recorded."""

    def __init__(self) -> None:
        self.facts: list[tuple[Fact, int]] = []
        self._vouched: dict[str, tuple[str | None, str | None]] = {}
        self._made = 0

    def add(
        self,
        kind: str,
        time: str,
        /,
        *,
        rec: str | None = None,
        name: str | None = None,
        by: str | None = OPERATOR,
        door: str | None = "file",
        **own: Any,
    ) -> Fact:
        """One more fact; recorded at its own time, at the operator's door unless said. Returns it.

        `name` names the event, or is the field of a type that has one. Weights may be text,
        dates text, and `from_`/`class_` stand for `from`/`class`.
        """
        self._made += 1
        own.setdefault("source", "DESK")
        if name is not None and "name" in TYPES[kind].__struct_fields__:
            own["name"], name = name, None
        fact = TYPES[kind](
            id=event_id(name or f"e{self._made:05d}"), time=moment(time), **_read(own)
        )
        self.facts.append((fact, at(rec or time)))
        self._vouched[fact.id] = by, door
        return fact

    def record(self) -> Record:
        """Everything so far."""
        record = Record()
        for fact, rec in self.facts:
            record.add(fact, rec, *self._vouched.get(fact.id, (OPERATOR, "file")))
        return record

    def violations(self, now: int = FAR, policy: Policy | None = None) -> list[Violation]:
        """What the reference audit finds."""
        return audit(self.record(), policy or default_policy(), now)

    def cases(self, *rules: str, now: str | None = None) -> list[tuple[str, str, str]]:
        """(rule, subject, discriminator) of the violations of some rules, or of all."""
        moment_ = FAR if now is None else at(now)
        return [
            (v.rule, v.subject, v.discriminator)
            for v in self.violations(moment_)
            if not rules or v.rule in rules
        ]

    def only(self, rule: str, now: int = FAR) -> Violation:
        """The one violation of a rule."""
        (found,) = [v for v in self.violations(now) if v.rule == rule]
        return found


_DATES = {
    "from_", "until", "on", "completed_on", "produced_on", "registered_on", "sown_on",
    "last_prohibited_input_on", "issued_on", "valid_from", "valid_until",
    "clean_since", "born_on", "arrived_on", "dam_organic_since", "organic_since", "weaned_on",
    "conceived_on", "milk_since", "slaughter_on", "donor_organic_since", "first_grazed_on",
    "filed_on", "graded_on", "discovered_on", "answered_on", "best_before", "copy_sent_to_agent_on",
}  # fmt: skip
_FIGURES = {
    "quantity", "pack_weight", "net_weight", "loss", "share", "practice_years", "indoor_m2",
    "outdoor_m2", "area_m2", "arrival_weight_kg", "adult_females", "dry_matter", "light_hours",
    "weight_kg", "floor_m2", "slats_m2",
}  # fmt: skip


_PARTS: dict[str, Any] = {
    "departed": DepartedLine,
    "received_lines": ReceivedLine,
    "returned": ReturnedLine,
    "certified": CertifiedLine,
    "reported": ReportLine,
    "children": Child,
    "inputs": Input,
    "fed": FeedLine,
    "ingredients": Ingredient,
}
"""Lists of parts of facts a test may give as dicts."""
_LINES = {"departed", "received_lines", "returned", "certified", "reported", "fed"}
"""Those that become `lines`."""
_PART: dict[str, Any] = {"field": Field, "medicine": Medicine, "stable": Stable, "run": Run}
"""Parts that a fact has one of."""


def _read(own: dict[str, Any]) -> dict[str, Any]:
    return {"lines" if key in _LINES else key: _value(key, value) for key, value in own.items()}


def _value(key: str, value: Any) -> Any:
    if key in _DATES and isinstance(value, str):
        return date.fromisoformat(value)
    if key in _FIGURES and isinstance(value, str):
        return Decimal(value)
    if key in _PARTS:
        return tuple(
            _PARTS[key](**_read(part)) if isinstance(part, dict) else part for part in value
        )
    if key in _PART and isinstance(value, dict):
        return _PART[key](**_read(value))
    if isinstance(value, list):
        return tuple(value)
    return value


def rules_of(violations: Iterable[Violation]) -> set[str]:
    """The rule numbers among violations."""
    return {v.rule for v in violations}
