"""Both clocks of a page, as its address carries them: what had happened, and what was known.

A date means the end of that day in Japan; nothing means now.
"""

from typing import Annotated, Final, NamedTuple

from fastapi import Depends, Query

from ledger.web.api.parameters import moment

characters_max: Final = 40


class Clocks(NamedTuple):
    """What was asked for, as texts; and as µs UTC, None being now."""

    as_of_text: str = ""
    known_at_text: str = ""
    as_of: int | None = None
    known_at: int | None = None

    @property
    def moved(self) -> bool:
        """Whether one of them is not now."""
        return self.as_of is not None or self.known_at is not None

    @property
    def words(self) -> dict[str, str]:
        """What links to further pages carry on."""
        given = {"as_of": self.as_of_text, "known_at": self.known_at_text}
        return {name: text for name, text in given.items() if text}


def clocks(
    as_of: Annotated[str, Query(max_length=characters_max)] = "",
    known_at: Annotated[str, Query(max_length=characters_max)] = "",
) -> Clocks:
    """Read both clocks off an address."""
    # A plus sign in an address that nobody encoded arrives as a space.
    texts = [text.strip().replace(" ", "+") for text in (as_of, known_at)]
    return Clocks(
        texts[0], texts[1], moment(texts[0] or None, "as_of"), moment(texts[1] or None, "known_at")
    )


Asked = Annotated[Clocks, Depends(clocks)]
