"""Filters of the list of cases that people keep under a name: beside the log, each for itself."""

from typing import Final, NamedTuple
from urllib.parse import urlencode

from ledger.cases.decision import Refusal
from ledger.log.seeing import Viewer
from ledger.web.desk import Desk
from ledger.web.problems import said

filters_max: Final = 20
"""As many one person keeps."""
name_letters_max: Final = 40
_KEPT: Final = (
    "SELECT name, query FROM saved_filters WHERE (party, who) = (%s, %s) ORDER BY name LIMIT %s"
)
_KEEP: Final = """
INSERT INTO saved_filters (party, who, name, query, made_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (party, who, name) DO UPDATE SET query = excluded.query, made_at = excluded.made_at
"""
_DROP: Final = "DELETE FROM saved_filters WHERE (party, who, name) = (%s, %s, %s)"


class Saved(NamedTuple):
    """A filter that somebody keeps: its name, and the words of its address."""

    name: str
    query: str


def _whose(viewer: Viewer) -> tuple[str, str]:
    """Whose it is: a person at a party; of a token that names nobody, the token."""
    return viewer.party, viewer.person or viewer.token


def saved_filters(desk: Desk, viewer: Viewer) -> list[Saved]:
    """The filters that the viewer keeps, by name."""
    with desk.log.transaction() as rows:
        rows.execute(_KEPT, (*_whose(viewer), filters_max))
        return [Saved(*row) for row in rows.fetchall()]


def keep(desk: Desk, viewer: Viewer, name: str, words: dict[str, str]) -> None:
    """Keep a filter under a name, in place of one of that name; Refusal where there are too many.

    Twenty are a person's; two tabs that save at once may make it one more.
    """
    name = name.strip()
    if not 1 <= len(name) <= name_letters_max:
        raise Refusal(
            said("A filter has a name of 1 to %(most)s letters."),
            field="name",
            most=name_letters_max,
        )
    kept = [one.name for one in saved_filters(desk, viewer)]
    if name not in kept and len(kept) >= filters_max:
        raise Refusal(
            said("You keep %(most)s filters already: remove one first."),
            field="name",
            most=filters_max,
        )
    with desk.log.transaction() as rows:
        rows.execute(_KEEP, (*_whose(viewer), name, urlencode(words), desk.now()))


def drop(desk: Desk, viewer: Viewer, name: str) -> None:
    """Keep a filter no longer."""
    with desk.log.transaction() as rows:
        rows.execute(_DROP, (*_whose(viewer), name))
