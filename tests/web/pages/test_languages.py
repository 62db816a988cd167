"""Languages: every sentence of the pages is there in each, with the same blanks to fill."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from markupsafe import escape

from ledger.rules.reading import TONGUES, Tongue
from ledger.rules.texts import sentence
from ledger.rules.values import Shown
from ledger.web.pages.language import LANGUAGES, language
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

WEB = Path(__file__).parents[3] / "ledger" / "web"
BLANK = re.compile(r"%\((\w+)\)s")
OTHERS = [code for code in LANGUAGES if code != "en"]


def sentences() -> Iterator[str]:
    """Every sentence that templates and code mark as one for people."""
    found = extract_from_dir(
        WEB,
        method_map=[("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")],
        options_map={"**.html": {"trim_blocks": "true", "newstyle_gettext": "true"}},
        keywords={"_": None, "ngettext": (1, 2), "said": None},
    )
    for _, _, message, _, _ in found:
        yield message if isinstance(message, str) else message[0]
    # Refusals with ids, days and numbers in them are made where they are decided.
    for room in ("cases", "views"):
        marked = extract_from_dir(
            WEB.parent / room,
            method_map=[("**.py", "python")],
            keywords={"Sentence": None, "template": None, "Refusal": None, "needed": (3,)},
        )
        for _, _, message, _, _ in marked:
            yield message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated(code: str) -> None:
    """The catalogue has what the pages say, and nothing else."""
    with (WEB / "locale" / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }

    assert set(sentences()) - translated == set()
    assert translated - set(sentences()) == set()


@pytest.mark.parametrize("code", OTHERS)
def test_blanks_are_the_same(code: str) -> None:
    """A translation fills in what the sentence does."""
    spoken = language(code)
    wrong = [
        sentence
        for sentence in sentences()
        if set(BLANK.findall(sentence)) != set(BLANK.findall(spoken.say(sentence)))
    ]

    assert wrong == []


def test_what_a_case_shows_is_written_for_its_reader() -> None:
    """Times by Japan's clock and days in the order of the language; ids and numbers as they are."""
    english, japanese = language("en"), language("ja")

    assert english.value("2026-04-02T00:30:00.000000+00:00") == "2 Apr 2026, 09:30"
    assert japanese.value("2026-04-02") == "2026/04/02"
    assert [english.value(text) for text in ("5000", "007", "W1", "-9", "2026-99-99", "")] == [
        "5000", "007", "W1", "-9", "2026-99-99", "",
    ]  # fmt: skip


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_case_is_said_in_the_readers_language(desk: Open, visit: Visit, tongue: Tongue) -> None:
    """On its own page and in the list, in one sentence."""
    row = desk.case.row
    shown = Shown(*(row[name] for name in Shown._fields))
    said = escape(sentence(shown, tongue=tongue))
    client = visit("certifier", tongue)

    for address, words in (("case", {"id": row["id"]}), ("cases", {"rule": row["rule"]})):
        page = client.get(f"/desk/{address}", params=words).text
        assert said in re.sub(r'<span class="nowrap">(.*?)</span>', r"\1", page)
