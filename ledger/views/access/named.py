"""Which party and mark is named by facts about which subject, and by whom.

Rows are only ever added: whoever was once named by others goes on seeing what it was named on.
What is `own` or `founding` rests on
positions alone, so that nobody gains anything by what it reports later, whatever time it gives.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, Final

from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.log import Recorded
from ledger.views.access.naming import (
    ATTACHED,
    GUARDED,
    Word,
    accompanied,
    marks_dealt_in,
    marks_on,
    parties_named,
    subjects_of,
    told_by_operator,
)
from ledger.views.access.policies import ME, MY_PARTIES, OF_MY_MARKS, part_of
from ledger.views.folding import Fold, Rows, Scans, Seen, columns

_FOUND: Final = """
INSERT INTO founders (about, key, source, by)
SELECT about, key, source, string_to_array(by, ' ')
FROM unnest(%b::int2[], %b::text[], %b::text[], %b::text[]) AS t (about, key, source, by)
ON CONFLICT DO NOTHING RETURNING about, key
"""
_FOUNDERS: Final = """
SELECT about, key, source, by FROM founders
JOIN unnest(%b::int2[], %b::text[]) AS t (about, key) USING (about, key)
"""
_NAME: Final = """
INSERT INTO named_parties AS n (about, key, party, by, position, founding, own)
SELECT about, key, party, string_to_array(by, ' '), position, founding, own
FROM unnest(%b::int2[], %b::text[], %b::text[], %b::text[], %b::int8[], %b::bool[], %b::bool[])
    AS t (about, key, party, by, position, founding, own)
ON CONFLICT (about, key, party, by) DO UPDATE SET founding = true
WHERE excluded.founding AND NOT n.founding RETURNING about, key
"""
_NAMED_BEFORE: Final = """
SELECT t.about, t.key FROM unnest(%b::int2[], %b::text[]) AS t (about, key)
WHERE EXISTS (SELECT FROM named_parties AS n WHERE n.about = t.about AND n.key = t.key)
"""
# Until a subject is founded it is theirs who were named on it first.
_OWN: Final = """
UPDATE named_parties AS n SET own = s.own FROM (
    SELECT m.about, m.key, m.party, m.by,
        m.founding OR f.about IS NULL AND m.position = min(m.position) OVER of_subject AS own
    FROM named_parties AS m
    JOIN unnest(%b::int2[], %b::text[]) AS t (about, key) ON (t.about, t.key) = (m.about, m.key)
    LEFT JOIN founders AS f ON (f.about, f.key) = (m.about, m.key)
    WINDOW of_subject AS (PARTITION BY m.about, m.key)
) AS s WHERE (n.about, n.key, n.party, n.by) = (s.about, s.key, s.party, s.by) AND n.own <> s.own
"""
_MARK: Final = """
INSERT INTO marks_named (about, key, mark, by)
SELECT about, key, mark, string_to_array(by, ' ')
FROM unnest(%b::int2[], %b::text[], %b::text[], %b::text[]) AS t (about, key, mark, by)
ON CONFLICT DO NOTHING
"""
_ACCOMPANY: Final = """
INSERT INTO accompanied (certificate, shipment, by)
SELECT certificate, shipment, string_to_array(by, ' ')
FROM unnest(%b::text[], %b::text[], %b::text[]) AS t (certificate, shipment, by)
ON CONFLICT DO NOTHING
"""
_LABELS: Final = """
INSERT INTO label_marks (label, mark)
SELECT * FROM unnest(%b::text[], %b::text[]) ON CONFLICT DO NOTHING
"""


heard_kept_max: Final = 20_000
_Subject = tuple[int, str]
_Naming = tuple[int, str, str, Word]


class Named(Fold):
    """Keeps who is named on what."""

    TABLES: ClassVar[str] = """
-- about: ledger.facts.mentions.About; key: the subject. by: whose word it is that the party is
-- named there: the party that spoke, as far as was known by then, or OPERATOR; where nobody knew
-- those that the fact names, as any of them may have sent it. founding: by the fact that founded
-- the subject, or one of the same source or party. own: founding, or the first where nothing is.
CREATE TABLE named_parties (
    about int2 NOT NULL, key text NOT NULL, party text NOT NULL, by text[] NOT NULL,
    position int8 NOT NULL, founding boolean NOT NULL, own boolean NOT NULL,
    PRIMARY KEY (about, key, party, by)
);
-- The same of marks whose seals were brought to a dispatch, lot or shipment.
CREATE TABLE marks_named (
    about int2 NOT NULL, key text NOT NULL, mark text NOT NULL, by text[] NOT NULL,
    PRIMARY KEY (about, key, mark, by)
);
-- Whose word founded a subject; by is empty where nobody knows.
CREATE TABLE founders (
    about int2 NOT NULL, key text NOT NULL, source text NOT NULL, by text[] NOT NULL,
    PRIMARY KEY (about, key)
);
-- Which certificate goes with which shipment, and whose word that is.
CREATE TABLE accompanied (
    certificate text NOT NULL, shipment text NOT NULL, by text[] NOT NULL,
    PRIMARY KEY (certificate, shipment, by)
);
-- Under which labels seals of which marks were attached.
CREATE TABLE label_marks (label text NOT NULL, mark text NOT NULL, PRIMARY KEY (label, mark));
"""
    # A party can name itself on anything: what opens a subject is the word of others, or the fact
    # that founded it. Whoever looks a subject up in these finds it where it is open.
    SEEN: ClassVar[Seen] = {
        "named_parties": (f"party = {MY_PARTIES} AND (own OR by_others(by, ARRAY[{ME}, party]))",),
        "marks_named": (f"{OF_MY_MARKS} AND by_others(by, ARRAY[{ME}])",),
        "accompanied": (
            f"by_others(by, ARRAY[{ME}]) AND {part_of(About.SHIPMENT, 'accompanied.shipment')}",
        ),
        "label_marks": (OF_MY_MARKS,),
    }
    BATCH = ("_named", "_founding", "_founders", "_marks", "_papers", "_labels")

    def __init__(self, speaker: Callable[[str | None, str], str | None]) -> None:
        """`speaker` tells for whom a source speaks, given the party that the door vouched for."""
        self._speaker = speaker
        # In the order of positions: the first of a key stays.
        self._named: dict[_Naming, int] = {}
        self._founding: dict[_Naming, None] = {}
        self._founders: dict[_Subject, Word] = {}
        self._marks: dict[tuple[int, str, str, Word], None] = {}
        self._papers: dict[tuple[str, str, Word], None] = {}
        self._labels: set[tuple[str, str]] = set()
        self._heard: set[tuple[Word, str, str, str, int]] = set()
        """What applications say that is written, or about to be: word, mark, lot, label, version.

        Naming somebody once more changes nothing, so it is not told to the database again."""

    def heard(self, alike: Scans) -> None:
        """Take applications, told before their source speaks for anybody else."""
        speaker = self._speaker(alike.by, alike.source)
        word = Word(alike.source, speaker or told_by_operator(alike.door), (alike.holder,))
        said = (word, alike.mark, alike.lot_key, alike.label, alike.version)
        if said in self._heard:
            return
        self._heard.add(said)
        mark, lot, label = alike.mark, alike.lot_key, f"{alike.label} {alike.version}"
        self._labels.add((label, mark))
        self._marks[int(About.LOT), lot, mark, word] = None
        for about, key in (
            (int(About.MARK), mark), (int(About.LOT), lot), (int(About.LABEL), label),
            (ATTACHED, f"{mark} {lot}"),
        ):  # fmt: skip
            naming = (about, key, alike.holder, word)
            self._named[naming] = min(alike.earliest, self._named.get(naming, alike.earliest))

    def name(self, fact: Fact, event: Recorded) -> None:
        """Take the parties that a fact names, as who it was by then that spoke."""
        named, position = parties_named(fact), event.position
        speaker = self._speaker(event.by, fact.source)
        word = Word(fact.source, speaker or told_by_operator(event.door), tuple(sorted(set(named))))
        if named:
            for about, key, founds in subjects_of(fact):
                self._name((about, key), named, word, position, founds=founds)
            for mark, holder in marks_dealt_in(fact):
                self._name((int(About.MARK), mark), [holder], word, position)
        for about, key, mark in marks_on(fact):
            self._marks[about, key, mark, word] = None
        paper = accompanied(fact)
        if paper is not None:
            self._papers[*paper, word] = None

    def _name(
        self,
        subject: _Subject,
        parties: Iterable[str],
        word: Word,
        position: int,
        *,
        founds: bool = False,
    ) -> None:
        if founds:
            self._founders.setdefault(subject, word)
        for party in parties:
            naming = (*subject, party, word)
            self._named.setdefault(naming, position)
            if founds:
                self._founding[naming] = None

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        self._write_names(rows)
        marks = {(about, key, mark, word.by) for about, key, mark, word in self._marks}
        _insert(rows, _MARK, marks)
        papers = {(paper, shipment, word.by) for paper, shipment, word in self._papers}
        _insert(rows, _ACCOMPANY, papers)
        _insert(rows, _LABELS, self._labels)
        super().forget()
        if len(self._heard) > heard_kept_max:
            self._heard.clear()

    def _write_names(self, rows: Rows) -> None:
        founded = _insert(
            rows, _FOUND,
            [(*key, word.source, word.known) for key, word in self._founders.items()],
        )  # fmt: skip
        founders = self._founders_of(rows, founded)
        namings: dict[tuple[int, str, str, str], tuple[int, bool]] = {}
        first: dict[_Subject, int] = {}
        for naming, position in self._named.items():
            about, key, party, word = naming
            founding = naming in self._founding and word.same(founders[about, key])
            row = (about, key, party, word.by)
            earlier, founds = namings.get(row, (position, False))
            namings[row] = (min(earlier, position), founds or founding)
            if about in GUARDED:  # all others are whose name stands there
                first[about, key] = min(position, first.get((about, key), position))
        before = _insert(rows, _NAMED_BEFORE, first)
        changed = _insert(
            rows, _NAME,
            [
                (*row, position, founds, row[:2] not in before and (
                    founds if row[:2] in founded else position == first.get(row[:2], position)))
                for row, (position, founds) in namings.items()
            ],
        )  # fmt: skip
        _insert(rows, _OWN, before & (founded | changed))

    def _founders_of(
        self, rows: Rows, founded: AbstractSet[_Subject]
    ) -> dict[_Subject, tuple[str, Sequence[str]]]:
        """Who founded the subjects that facts of the batch would found."""
        keys = {(about, key) for about, key, _, _ in self._founding}
        found: dict[_Subject, tuple[str, Sequence[str]]] = {
            key: (word.source, [word.known] if word.known else [])
            for key in keys & founded
            for word in [self._founders[key]]
        }
        if keys - founded:
            rows.execute(_FOUNDERS, columns(sorted(keys - founded)), prepare=True)
            found |= {(about, key): (source, by) for about, key, source, by in rows.fetchall()}
        return found

    def forget(self) -> None:
        """Drop the batch, and what it is known to have written."""
        super().forget()
        self._heard.clear()


def _insert(rows: Rows, statement: str, values: Iterable[tuple[Any, ...]]) -> set[_Subject]:
    """Write rows in their order; answers the subjects of those that are new, where told."""
    found = sorted(values)
    if not found:
        return set()
    rows.execute(statement, columns(found), prepare=True)
    return set(rows.fetchall()) if rows.description else set()
