"""Colours: in one file, and far enough apart to be read, in light and in dark."""

import re
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from ledger.web import pages

STATIC: Final = Path(pages.__file__).parent / "static"
_TWO: Final = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\)")
_ANY: Final = re.compile(r"(?<!&)#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(")
LIGHT, DARK = 0, 1
text_min: Final = 4.5
edge_min: Final = 3.0
TONES: Final = ("bad", "look", "wait", "fine", "none")
GROUNDS: Final = ("paper", "ground", "head", "hover", "wash")
WORDS: Final = (
    *product(("ink", "faint", "leaf"), GROUNDS),
    ("leaf-dark", "paper"), ("on-fill", "fill"), ("on-fill", "fill-dark"), ("on-grave", "grave"),
    *((f"tone-{tone}-ink", f"tone-{tone}-{on}") for tone in TONES for on in ("paper", "wash")),
    *((f"tone-{tone}-ink", on) for tone in TONES for on in ("paper", "ground")),
    *((ink, f"tone-{tone}-wash") for tone in TONES for ink in ("ink", "faint", "leaf")),
)  # fmt: skip
"""What is written on what."""
EDGES: Final = (
    ("edge", "paper"), ("edge", "ground"), ("focus", "paper"), ("focus", "ground"),
    ("axis", "paper"),
)  # fmt: skip
"""Borders of what is pressed or filled in, the ring of the focus, lines of charts."""


def colours() -> dict[str, tuple[str, str]]:
    """Every colour by its name, light and dark."""
    found = _TWO.findall((STATIC / "colours.css").read_text())
    return {name: (light, dark) for name, light, dark in found}


def brightness(colour: str) -> float:
    """How bright a colour is, as WCAG 2 reckons."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, from 1 to 21."""
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_every_word_and_edge_can_be_seen(scheme: int) -> None:
    """Words 4.5 to 1, what bounds or draws something 3 to 1."""
    of = {name: both[scheme] for name, both in colours().items()}
    places = [(name, "paper") for name in of if name.startswith("place-")]
    wanted = [(pair, text_min) for pair in WORDS] + [(pair, edge_min) for pair in (*EDGES, *places)]

    faint = {pair: contrast(of[pair[0]], of[pair[1]]) for pair, _ in wanted}
    assert {pair: faint[pair] for pair, least in wanted if faint[pair] < least} == {}
    assert len(places) == 12
    assert contrast("#777", "#fff") < text_min < contrast("#767676", "#fff")


def test_colours_stand_in_one_file() -> None:
    """No other sheet names one, and none uses a name that there is not."""
    sheets = {file.name: file.read_text() for file in STATIC.glob("*.css")}
    named = set(re.findall(r"--([\w-]+):", "".join(sheets.values())))

    assert {
        name: found
        for name, sheet in sheets.items()
        if name != "colours.css" and (found := set(_ANY.findall(sheet)) - {"#000"})
    } == {}
    used = set(re.findall(r"var\(--([\w-]+)\)", "".join(sheets.values())))
    assert used - named == set()
