"""Look-alikes, answered in bulk from the database."""

# ruff: noqa: D102 - what each answer promises stands with the question it answers

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from ledger.custody.places import Kind, Place
from ledger.errors import Fatal
from ledger.facts import seals as s
from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.questions.at_hand import EVIDENCE_IDS_MAX
from ledger.questions.dependencies import DependencyKey
from ledger.questions.lookalikes import MAKE_KNOWN, Naming, Shot, folded, known_ids, shot_of
from ledger.questions.record import Source
from ledger.rules.subjects import marks_of
from ledger.views.places import place_id

_ALIKE = """
SELECT asked.about, asked.key FROM unnest(%b::int2[], %b::text[], %b::text[])
    AS asked (about, fold, key)
WHERE EXISTS (SELECT FROM known_ids AS k WHERE k.about = asked.about AND k.fold = asked.fold
    AND k.key <> asked.key AND k.facts > 0)
"""
_SCANS_NEAR = """
(SELECT position FROM moves WHERE place = %(place)s AND time BETWEEN %(at)s AND %(at)s + %(within)s
    AND abs(delta) = %(seals)s ORDER BY time LIMIT %(most)s)
UNION ALL
(SELECT position FROM moves WHERE place = %(place)s AND time >= %(at)s - %(within)s
    AND time < %(at)s AND abs(delta) = %(seals)s ORDER BY time DESC LIMIT %(most)s)
"""
_near_first: Final = 4
near_events_max: Final = 100
"""As many events before and after one are looked through for its duplicate: the nearest in time."""


# Only an application posts a move to a lot of a mark without being an event of that list.
_NAMING = f"""
(SELECT position FROM named_marks WHERE mark = %(mark)s ORDER BY position LIMIT %(most)s)
UNION ALL
(SELECT m.position FROM (
        SELECT id FROM places WHERE mark = %(mark)s AND kind = {Kind.LOT:d} ORDER BY id
    ) AS p CROSS JOIN LATERAL (SELECT position FROM moves WHERE place = p.id AND delta > 0
        ORDER BY time LIMIT %(most)s) AS m LIMIT %(most)s)
"""
_NEXT_NAMING = f"""
SELECT min(position) FROM (
    SELECT min(position) AS position FROM named_marks WHERE mark = %(mark)s AND position > %(after)s
    UNION ALL
    SELECT min(m.position) FROM places AS p JOIN moves AS m ON m.place = p.id
    WHERE p.mark = %(mark)s AND p.kind = {Kind.LOT:d} AND m.delta > 0 AND m.position > %(after)s
) AS next
"""


def _moved(shot: Shot) -> tuple[Place, ...]:
    """Places of which every duplicate moves seals; lost ones come from a stock or on the way."""
    if shot.kind is s.SealsLost:
        return Place(Kind.LOST, shot.place.key), Place(Kind.STOLEN, shot.place.key)
    return (shot.place,)


LOOKS: Final = DependencyKey[int, str](
    "fold",
    lambda fact: ((int(about), folded(about, key)) for about, key in known_ids(fact)),
    *MAKE_KNOWN,
)
"""The known ids of a kind that look alike."""
NAMING: Final = DependencyKey[str]("naming", lambda fact: ((mark,) for mark in marks_of(fact)))
"""Whatever names a mark."""


class LookAlikeAnswers(Source):
    """What is asked about look-alikes."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._alike: dict[tuple[About, str], bool] = {}
        self._shots: dict[Shot, list[tuple[int, str]]] = defaultdict(list)

    def want_look_alikes(self, ids: Iterable[tuple[About, str]]) -> None:
        """Read in bulk whether ids look like others."""
        missing = sorted({each for each in ids if each not in self._alike})
        if missing:
            self._alike.update(dict.fromkeys(missing, False))
            asked = [(int(about), folded(about, key), key) for about, key in missing]
            columns = [*map(list, zip(*asked, strict=True))]
            for about, key in self.rows.execute(_ALIKE, columns, prepare=True).fetchall():
                self._alike[About(about), key] = True

    def looks_alike(self, about: About, key: str) -> bool:
        self.dependencies.note(LOOKS, int(about), folded(about, key))
        if (about, key) not in self._alike:
            self.want_look_alikes([(about, key)])
        return self._alike[about, key]

    def double_shot(self, event_id: str, within: int) -> bool:
        known = self.record.known(event_id)
        shot = None if known is None else shot_of(known.fact)
        if known is None or shot is None:
            return False
        if self._twin_given(known, shot, within):
            return True
        # A duplicate is nearly always next to it.
        return any(
            self._has_twin(known, shot, within, most) for most in (_near_first, near_events_max)
        )

    def give_shots(self, given: Iterable[Known]) -> None:
        """Take events that may be shots taken twice: duplicates are found without a statement."""
        for known in given:
            shot = shot_of(known.fact)
            if shot is not None and self.record.counts(known.fact):
                shots, one = self._shots[shot], (known.at, known.id)
                place = bisect_left(shots, one)
                if shots[place : place + 1] != [one]:
                    shots.insert(place, one)

    def _twin_given(self, known: Known, shot: Shot, within: int) -> bool:
        shots, one = self._shots.get(shot, []), (known.at, known.id)
        place = bisect_left(shots, one)
        near = [*shots[max(0, place - 1) : place], *shots[place : place + 2]]
        return any(key != known.id and abs(at - known.at) <= within for at, key in near)

    def _has_twin(self, known: Known, shot: Shot, within: int, most: int) -> bool:
        found: list[tuple[int]] = []
        for moved in _moved(shot):
            near = {"place": place_id(shot.mark, *moved), "at": known.at, "within": within,
                    "seals": shot.seals, "most": most}  # fmt: skip
            found += self.rows.execute(_SCANS_NEAR, near, prepare=True).fetchall()
        return any(
            other.id != known.id
            and self.record.counts(other.fact)
            and shot_of(other.fact) == shot
            and abs(other.at - known.at) <= within
            for other in self.at(position for (position,) in found)
        )

    def naming(self, mark: str) -> Naming | None:
        self.dependencies.note(NAMING, mark)
        row = self.rows.execute(
            "SELECT events, first FROM namings WHERE mark = %s AND events > 0", (mark,)
        ).fetchone()
        if row is None:
            return None
        events, position = row
        while position is not None:
            (first,) = self.at([position])
            # What brings goods back onto a lot stands there too, and names no mark.
            if self.record.counts(first.fact) and mark in marks_of(first.fact):
                return Naming(events, first.rec, self._naming_ids(mark, first))
            found = self.rows.execute(_NEXT_NAMING, {"mark": mark, "after": position}).fetchone()
            position = None if found is None else found[0]
        raise Fatal("a sum counts events that name a mark, and the log holds none")

    def _naming_ids(self, mark: str, first: Known) -> tuple[str, ...]:
        """The first to be recorded, and as many others as a case carries."""
        asked = {"mark": mark, "most": EVIDENCE_IDS_MAX}
        found = self.rows.execute(_NAMING, asked, prepare=True).fetchall()
        others = sorted(
            known
            for known in self.at(position for (position,) in found)
            if known.id != first.id
            and self.record.counts(known.fact)
            and mark in marks_of(known.fact)
        )
        return first.id, *(known.id for known in others[: EVIDENCE_IDS_MAX - 1])
