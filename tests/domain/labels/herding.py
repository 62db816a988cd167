"""Herds and entries for tables of livestock rules: dates and figures as text."""

from datetime import date
from typing import Any

from ledger.facts.herds import FeedingRecorded, FeedLine, HerdRecorded
from ledger.facts.identity import Document
from ledger.facts.keeping import Medicine, Run, Stable
from ledger.facts.lots import ProcessRecorded
from ledger.facts.scalars import Area, Hours, Surface, Weight
from ledger.labels.process import process
from tests.domain.labels.goods import Goods

_PARTS: dict[str, Any] = {"medicine": Medicine, "stable": Stable, "run": Run}
_FIGURES: dict[str, Any] = {
    "indoor_m2": Area, "outdoor_m2": Area, "slats_m2": Area, "floor_m2": Surface,
    "weight_kg": Weight, "light_hours": Hours, "dry_matter": Weight,
}  # fmt: skip
_DATES = frozenset({
    "on", "until", "from_", "clean_since", "first_grazed_on", "sown_on", "born_on", "weaned_on",
    "conceived_on", "milk_since", "slaughter_on", "organic_since", "arrived_on", "produced_on",
})  # fmt: skip
PAPER = (Document(name="paper.pdf", sha256="0" * 64),)


def read(own: dict[str, Any]) -> dict[str, Any]:
    """Fields with their dates, figures and parts as values."""
    return {name: _value(name, value) for name, value in own.items()}


def _value(name: str, value: Any) -> Any:
    if name in _DATES and isinstance(value, str):
        return date.fromisoformat(value)
    if name in _FIGURES and isinstance(value, str):
        return _FIGURES[name].read(value)
    if name in _PARTS and value is not None:
        return _PARTS[name](**read(value))
    return value


def herd(goods: Goods, species: str = "DAIRY_COW", **own: Any) -> HerdRecorded:
    """Herd H1 of OP, born organic."""
    fields = {
        "herd": "H1", "operator": "OP", "site": "F1", "species": species, "individual": True,
        "heads": 10, "origin": "BORN_ORGANIC", "organic_since": "2010-01-01",
    }  # fmt: skip
    fact = goods.add("HerdRecorded", "2020-01-01", **read({**fields, **own}))
    assert isinstance(fact, HerdRecorded)
    return fact


def fed(goods: Goods, first: str, last: str, *lines: dict[str, Any], **own: Any) -> FeedingRecorded:
    """A feeding of H1: ten cows in milk unless said."""
    values = {
        "herd": "H1", "operator": "OP", "from_": first, "until": last, "heads": 10,
        "stage": "DAIRY_MILKING",
    }  # fmt: skip
    given = tuple(
        FeedLine(**read({"name": "hay", "roughage": True, "bought": False, "gmo": False,
                         "antibiotic": False, **line}))
        for line in lines
    )  # fmt: skip
    fact = goods.add("FeedingRecorded", last, **read({**values, **own}), lines=given)
    assert isinstance(fact, FeedingRecorded)
    return fact


def entry(goods: Goods, activity: str, **own: Any) -> ProcessRecorded:
    """An entry of H1 on 2025-05-01, unless said."""
    fields = {"herd": "H1", "operator": "OP", "activity": activity, "on": "2025-05-01"}
    fact = goods.add("ProcessRecorded", "2025-06-01", **read({**fields, **own}))
    assert isinstance(fact, ProcessRecorded)
    return fact


def codes_of(
    activity: str, species: str | None = "DAIRY_COW", of: dict[str, Any] | None = None, **own: Any
) -> str:
    """The codes of an entry of herd H1; `of` is told of the herd, which nobody recorded without."""
    goods = Goods()
    if species is not None:
        herd(goods, species, **(of or {}))
    said = entry(goods, activity, **own)
    return " ".join(process(goods.record(), said).codes)
