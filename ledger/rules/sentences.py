"""What a case says, as one sentence for people. A function of the case alone."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

NOTHING = "nothing"


def sentence(
    rule: str, subject: str, discriminator: str, expected: Sequence[str], found: Sequence[str]
) -> str:
    """Say in English what was expected and what was found."""
    forms = _forms()[rule]
    words = discriminator.split(" ")
    form = forms.get(words[-1]) or forms.get(words[0]) or forms[""]
    values = _Parts(
        **_parts("s", subject.split(" "), whole=subject),
        **_parts("d", words, whole=discriminator),
        **_parts("e", expected, whole=", ".join(expected)),
        **_parts("f", found, whole=", ".join(found)),
    )
    return form.format_map(values)


def _parts(letter: str, parts: Sequence[str], *, whole: str) -> dict[str, str]:
    named = {f"{letter}{number}": part for number, part in enumerate(parts, 1)}
    return {name: _shown(part) for name, part in {letter: whole, **named}.items()}


def _shown(part: str) -> str:
    return part.replace("%20", " ") or NOTHING


class _Parts(dict[str, str]):
    """Parts by name; one that a case does not have reads as nothing."""

    def __missing__(self, name: str) -> str:
        return NOTHING


@cache
def _forms() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("ledger.rules") / "sentences.toml").read_text(encoding="utf-8"))
