"""By what things are found: ids as they look, parts of them, words of names."""

import pytest

from ledger.facts.corrections import EventRetracted
from ledger.facts.registry import PartyRegistered
from ledger.log import Log
from ledger.rules.figures import fold
from ledger.views.names.finding import found, near, numbered
from ledger.views.names.naming import by_id, words_in, words_of_a_name_max
from ledger.views.projection import Projector, reading
from tests.auditing import load

WORDS = [
    ("Momiji Foods Co., Ltd.", ("momiji", "foods", "co", "ltd")),
    ("ＭＯＭＩＪＩ", ("momiji",)),
    ("有機レーズン", ("有機レーズン", "機レーズン", "レーズン", "ーズン", "ズン")),
    ("もみじ 食品", ("もみじ", "みじ", "食品")),
    ("", ()),
    ("— · —", ()),
]


@pytest.mark.parametrize(("name", "words"), WORDS)
def test_a_name_is_found_by_its_words(name: str, words: tuple[str, ...]) -> None:
    """Letter by letter; where a script has no spaces, from each letter but the last on."""
    assert words_in(name) == words


def test_a_long_name_has_so_many_words() -> None:
    """What a name costs is bounded."""
    assert len(words_in(" ".join(f"w{n}" for n in range(100)))) == words_of_a_name_max
    assert len(words_in("有" * 200)) <= words_of_a_name_max


PARTS = [  # kind, id, what it is found by besides the whole
    ("shipment", "SH-A5-0000", {"part": fold("A5-0000")}),
    ("certificate", "AGT-MAPLE A5-00001", {"number": fold("A5-00001")}),
    ("certificate", "AGT A5%2000001", {"number": fold("A5 00001")}),
    ("label", "LB-A5-1 2", {"label": fold("LB-A5-1")}),
    ("lot", "L1", {}),
    ("lot", "L-1", {}),
]


@pytest.mark.parametrize(("kind", "key", "parts"), PARTS)
def test_an_id_is_found_by_what_it_looks_like(kind: str, key: str, parts: dict[str, str]) -> None:
    """As a whole, and by a part of it that says enough."""
    names = {name.what: name.folded for name in by_id(kind, key)}

    assert names.pop("") == fold(key.replace("%20", " "))
    assert names == parts


def _party(number: int, name: str) -> PartyRegistered:
    return PartyRegistered(
        id=f"00000000-0000-7000-8000-{number:012x}",
        time=f"2026-04-0{number}T00:00:00.000000+00:00", source="SYS-BODY",
        party="IMP-1", name=name, roles=("IMPORTER",), country="JP",
    )  # fmt: skip


def test_what_is_taken_back_is_told_no_more(log: Log) -> None:
    """The name before holds again; the one that was taken back still finds the party."""
    Projector(log).make()
    load(log, [_party(1, "Kaede"), _party(2, "Momiji")], 10)
    Projector(log).catch_up()

    def told() -> list[str]:
        with reading(log) as rows:
            rows.execute(
                "SELECT told->>'name' FROM nouns WHERE (kind, key) = ('party', 'IMP-1')"
                " ORDER BY at DESC, id DESC"
            )
            return [name for (name,) in rows.fetchall()]

    assert told() == ["Momiji", "Kaede"]
    taken = EventRetracted(
        id="00000000-0000-7000-8000-000000000009", time="2026-04-05T00:00:00.000000+00:00",
        source="SYS-BODY", target="00000000-0000-7000-8000-000000000002", reason="INCORRECT_DATA",
    )  # fmt: skip
    load(log, [taken], 10)
    Projector(log).catch_up()
    assert told() == ["Kaede"]
    with reading(log) as rows:
        for typed in ("momi", "KAEDE", "imp1", "ＩＭＰ－１"):
            assert [(hit.kind, hit.key) for hit in found(rows, typed)] == [("party", "IMP-1")]
        assert found(rows, "nobody") == []
        assert near(rows, "IMP-2") == [("party", "IMP-1")]
        assert numbered(rows, "1,005") == (1005, [])
        assert numbered(rows, "no number") is None
