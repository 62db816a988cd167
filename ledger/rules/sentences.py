"""What a case says, as one sentence for people. A function of the case alone."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal

Tongue = Literal["en", "ja"]
TONGUES: Final[tuple[Tongue, ...]] = ("en", "ja")
NOTHING: Final[Mapping[Tongue, str]] = {"en": "nothing", "ja": "なし"}
_FILES: Final[Mapping[Tongue, str]] = {"en": "sentences.toml", "ja": "sentences.ja.toml"}


def sentence(
    rule: str,
    subject: str,
    discriminator: str,
    expected: Sequence[str],
    found: Sequence[str],
    *,
    tongue: Tongue = "en",
    written: Callable[[str], str] = str,
) -> str:
    """Say in English, or in Japanese, what was expected and what was found.

    `written` is how a value of either is to be read: a count, a day, a time.
    """
    forms = forms_of(tongue)[rule]
    words = discriminator.split(" ")
    form = forms.get(words[-1]) or forms.get(words[0]) or forms[""]
    values = {
        **_parts("s", subject.split(" "), between=" "),
        **_parts("d", words, between=" "),
        **_parts("e", [*map(written, expected)]),
        **_parts("f", [*map(written, found)]),
    }
    return form.format_map(_Shown(values, NOTHING[tongue]))


def _parts(letter: str, parts: Sequence[str], *, between: str = ", ") -> dict[str, str]:
    named = {f"{letter}{number}": part for number, part in enumerate(parts, 1)}
    return {letter: between.join(parts), **named}


class _Shown(dict[str, str]):
    """Parts by name as people read them; one that a case does not have reads as nothing."""

    def __init__(self, parts: Mapping[str, str], nothing: str) -> None:
        super().__init__({name: p.replace("%20", " ") or nothing for name, p in parts.items()})
        self._nothing = nothing

    def __missing__(self, name: str) -> str:
        return self._nothing


@cache
def forms_of(tongue: Tongue) -> Mapping[str, Mapping[str, str]]:
    """The forms of a language by rule, and by the word of a discriminator that chooses one."""
    return tomllib.loads((files("ledger.rules") / _FILES[tongue]).read_text(encoding="utf-8"))
