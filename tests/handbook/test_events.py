"""What the handbook says of events is what the intake takes."""

from typing import Any, cast

import msgspec
import pytest
from msgspec import inspect

from handbook.events import GROUPS
from handbook.examples import event_examples
from handbook.hooks import ROOT
from handbook.pages import made_pages
from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.facts.describing import described
from ledger.facts.identity import Fact
from ledger.facts.keys import KEYS, kafka_key
from ledger.facts.saying import said_by
from ledger.intake import OPERATOR, Accepted
from ledger.intake.messages import read

NAMES = sorted(TYPES)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_an_event_is_taken(name: str) -> None:
    """As the page shows it, by the door that takes every type."""
    page = made_pages(ROOT)[f"reference/{_page(name)}"]
    section = page.partition(f"## {name} {{#")[2]
    shown = section.partition("```json\n")[2].partition("```")[0]
    (verdict,) = read(shown.encode(), "application/json", OPERATOR)

    assert isinstance(verdict, Accepted)
    assert canonical.encode(verdict.fact) == canonical.encode(event_examples()[name])


def _page(name: str) -> str:
    module = TYPES[name].__module__
    return next(f"events-{end}.md" for end, (_, one) in GROUPS.items() if one.__name__ == module)


def test_every_event_has_a_key_and_a_speaker() -> None:
    """Each type names its key of its own fields, and who may say it in words."""
    assert set(KEYS) == set(TYPES.values())
    assert all(said_by(kind) for kind in TYPES.values())
    keys = {name: kafka_key(fact) for name, fact in event_examples().items()}
    assert all(keys.values())
    for name, fact in event_examples().items():
        parts = [field for names in KEYS[type(fact)] for field in names.split(" | ")]
        values = {str(getattr(fact, part)) for part in parts}
        assert any(keys[name].startswith(value) for value in values)


def test_the_keys_of_some() -> None:
    """The mark of seals, the shipment of goods, issuer and number of a certificate."""
    of = event_examples()

    assert kafka_key(of["SealsApplied"]) == cast("Any", of["SealsApplied"]).mark
    assert kafka_key(of["ShipmentDeparted"]) == cast("Any", of["ShipmentDeparted"]).shipment
    issued = cast("Any", of["ExportCertificateIssued"])
    assert kafka_key(issued) == f"{issued.issuer} {issued.number}"


def test_every_field_has_words_and_no_words_are_left_over() -> None:
    """Each field of each event, and of the objects in them, is described (`facts/fields.toml`)."""
    words = set(described())
    fields = {pair for kind in TYPES.values() for pair in _fields(inspect.type_info(kind))}
    used = {(kind, name) if (kind, name) in words else ("any", name) for kind, name in fields}

    assert used - words == set()
    assert words - used == set()


def _fields(of: inspect.Type) -> set[tuple[str, str]]:
    match of:
        case inspect.UnionType(types=types):
            return {pair for each in types for pair in _fields(each)}
        case inspect.Metadata(type=held) | inspect.VarTupleType(item_type=held):
            return _fields(held)
        case inspect.StructType(cls=cls, fields=fields):
            own = {(cls.__name__, field.encode_name) for field in fields}
            return own | {pair for field in fields for pair in _fields(field.type)}
    return set()


def test_common_fields_stand_on_their_own_page() -> None:
    """What every event has is told once."""
    common = [field.encode_name for field in msgspec.structs.fields(Fact)]
    page = made_pages(ROOT)["reference/events.md"]

    assert [name for name in common if f"| `{name}` |" not in page] == []
