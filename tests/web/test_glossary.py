"""One list of words: pages, sentences of cases and headings of tables have one word for one thing.

The list is the handbook's own page of words; what no reader should meet is refused in all of them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

from ledger.rules.reading import Tongue
from ledger.rules.texts import texts_of

ROOT: Final = Path(__file__).parents[2]
WORDS: Final = ROOT / "docs" / "concepts" / "words.md"
CATALOGUE: Final = ROOT / "ledger" / "web" / "locale" / "ja" / "LC_MESSAGES" / "messages.po"
Pair = tuple[str, str, str]
"""Where it stands, in English, in Japanese."""

BANNED: Final[Mapping[Tongue, tuple[str, ...]]] = {
    "en": (
        "position", "fold", "subject", "discriminator", "artefact", "projector", "dead letter",
        "payload", "null", "N/A", "please", "oops",
    ),
    "ja": (
        "証票", "標章", "荷口", "輸出者", "事象", "イベント", "証拠", "残高", "年次報告",
        "加工業者", "輸出証明書", "実地確認", "処分", "二度打ち", "途絶えた", "返送", "返却",
        "対象場所", "依拠", "研修", "送り状番号", "不適格", "不合格", "取下げ", "誰も", "申告",
        "登録担当者", "第二署名", "再投入", "照合値", "押印欄", "輸出側", "マーク種別",
        "ディスクリミネータ", "ポジション", "サブジェクト", "位置",
        "を行うことができます", "することができます",
    ),
}  # fmt: skip
"""In texts that people read; Japanese ones are words that the trade does not use so."""
_TOKEN: Final = re.compile(r"\btokens?\b|トークン", re.IGNORECASE)
TOKENS: Final = (
    "Without a token", "This token or link", "Your token", "Secret of the token",
    "Token made", "Token revoked", "Who did what with tokens", "This token is bound to no person",
)  # fmt: skip
"""Beginnings of the texts about tokens themselves: signing in, and what was done with them."""
_HALF_WIDTH_KANA: Final = re.compile("[\uff61-\uff9f]")
_BARE_BRACKET: Final = re.compile(r"[ぁ-んァ-ヶ一-龠々]\((?!kg|m²|°C|%|分|日)|[ぁ-んァ-ヶ一-龠々]:")
"""Japanese has brackets and colons of its own width, but for units."""


OTHERWISE: Final[Mapping[str, str]] = {
    "page: Seal Ledger": "the name of the product",
    "column: count": "how many seals, not what they are",
    "column: delta": "by how many a stock is adjusted",
    "column: evidence": "papers that were looked at",
    "word: cancellation.DESTROYED": "a certificate, not a seal",
}
"""Texts that read like a word of the list in English and are another thing."""


@cache
def glossary() -> Mapping[str, frozenset[str]]:
    """What each English word is in Japanese, with what stands in brackets and without."""
    found = {}
    for line in WORDS.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| ") or len(cells) != 3 or cells[0] == "English":
            continue
        english, japanese = (re.sub(r"^[^·:]+: ", "", one).split(" · ") for one in cells[:2])
        assert len(english) == len(japanese), line
        for word, said in zip(english, japanese, strict=True):
            first = said.split(";")[0]
            found[word] = frozenset({first, re.sub("（.*?）", "", first)})
    return found


@cache
def catalogue() -> tuple[Pair, ...]:
    """What the pages say."""
    with CATALOGUE.open("rb") as file:
        read = read_po(file, locale="ja")
    return tuple(
        (f"page: {english}", english, japanese)
        for message in read
        if message.id
        for english, japanese in zip(_all(message.id), _all(message.string) * 2, strict=False)
    )


def _all(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


@cache
def headings() -> tuple[Pair, ...]:
    """What columns of tables are called."""
    found = tomllib.loads((ROOT / "ledger" / "tables" / "headings.toml").read_text())
    return tuple(
        (f"column: {code}", names[0], names[1]) for code, names in found["headings"].items()
    )


@cache
def constants() -> tuple[Pair, ...]:
    """What constants are called in sentences."""
    english, japanese = (texts_of(tongue).words.tables for tongue in ("en", "ja"))
    return tuple(
        (f"word: {table}.{code}", text, japanese[table][code])
        for table, words in english.items()
        for code, text in words.items()
    )


def sentences(tongue: Tongue) -> Iterator[tuple[str, str]]:
    """Every text of the rules, as it stands in its file."""
    found = tomllib.loads((ROOT / "ledger" / "rules" / f"texts.{tongue}.toml").read_text())

    def within(place: str, value: object) -> Iterator[tuple[str, str]]:
        if isinstance(value, str):
            yield place, re.sub(r"\{\??[a-z_0-9]+", "{", value)
        elif isinstance(value, dict):
            for name, one in value.items():
                yield from within(f"{place}.{name}", one)
        elif isinstance(value, list):
            for one in value:
                yield from within(place, one)

    yield from within("rules", found)


def test_one_thing_has_one_word() -> None:
    """What stands in the list of words is called so wherever it is a text by itself."""
    words = glossary()
    wrong = []
    compared = 0
    for place, english, japanese in chain(catalogue(), headings(), constants()):
        asked = english.casefold()
        wanted = words.get(asked) or words.get(asked.removesuffix("s"))
        if wanted is not None:
            compared += 1
            if place not in OTHERWISE and not any(one in japanese for one in wanted):
                wrong.append((place, japanese, sorted(wanted)))

    assert wrong == []
    assert compared > 40


@pytest.mark.parametrize("tongue", ["en", "ja"])
def test_no_text_has_a_word_that_no_reader_knows(tongue: Tongue) -> None:
    """Neither pages nor sentences nor headings."""
    pairs = chain(catalogue(), headings())
    texts = [(place, pair[tongue == "ja"]) for place, *pair in pairs]

    assert {place: found for place, text in texts if (found := faults(text, tongue))} == {}
    told = sentences(tongue)
    assert {place: found for place, text in told if (found := faults(text, tongue))} == {}


def faults(text: str, tongue: Tongue) -> list[str]:
    """What in a text of the product a reader should not meet."""
    banned = BANNED[tongue]
    if tongue == "ja":
        found = [word for word in banned if word in text]
        found += _HALF_WIDTH_KANA.findall(text) + _BARE_BRACKET.findall(text)
    else:
        rest = re.sub(r"%\(\w+\)s|Subject taught", "", text)  # at a school
        found = [w for w in banned if re.search(rf"\b{w}s?\b", rest, re.IGNORECASE)]
    return found


def test_tokens_are_named_where_they_are_handled_alone() -> None:
    """Everywhere else people sign in, and nobody needs to know by what."""
    named = [english for _, english, japanese in catalogue() if _TOKEN.search(english + japanese)]

    assert [text for text in named if not text.startswith(TOKENS)] == []


BAD: Final[tuple[tuple[str, Tongue], ...]] = (
    ("As of position 7.", "en"), ("Dead letters", "en"), ("Please try again.", "en"),
    ("証票の番号", "ja"), ("位置7", "ja"), ("ﾏｰｸ", "ja"), ("可能性があります(数字)", "ja"),
    ("対象:", "ja"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "tongue"), BAD)
def test_a_bad_word_is_found(text: str, tongue: Tongue) -> None:
    """The check finds what it is there for."""
    assert faults(text, tongue) != []
