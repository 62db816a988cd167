"""Nouns and their names: what is told of each thing that has a page, and by what it is found.

What counting facts tell is kept fact by fact and goes with a fact that no longer counts, so the
latest of what is left holds. Names are only ever added: whatever anybody called a thing finds it.
"""

from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec

from ledger.custody.places import Kind
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.views.access.naming import parties_named
from ledger.views.access.policies import (
    ME,
    MY_DEALINGS,
    MY_MARKS,
    MY_PARTIES,
    named,
    named_on,
)
from ledger.views.folding import Fold, Rows, Scans, Seen, columns
from ledger.views.names.naming import Name, by_id, names_of
from ledger.views.names.telling import told

names_kept_max: Final = 50_000
_SEALED_KINDS: Final = "('mark', 'dispatch', 'receipt', 'loss', 'shipment', 'arrival', 'report')"
"""Kinds told by facts that name marks: of those a party of the viewer's opens nothing by itself."""
LABELLED: Final = "(nouns.told->>'product')"
"""The product that a label is for: whoever is named on it sees its labels."""
MY_ACQUAINTANCES: Final = "ANY ((SELECT viewer('acquainted'))::text[])"
"""The parties whose registered name the viewer is told."""
_TELL: Final = """
INSERT INTO nouns (kind, key, id, at, position, parties, about, subject, told)
SELECT kind, key, id, at, position, string_to_array(parties, ' '), about, subject, told::jsonb
FROM unnest(%b::text[], %b::text[], %b::uuid[], %b::int8[], %b::int8[], %b::text[], %b::int2[],
    %b::text[], %b::text[])
    AS t (kind, key, id, at, position, parties, about, subject, told)
"""
_NAME: Final = """
INSERT INTO names AS n (kind, key, what, folded, about, words, last)
SELECT kind, key, what, folded, about, string_to_array(words, ' '), last
FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::int2[], %b::text[], %b::date[])
    AS t (kind, key, what, folded, about, words, last)
ON CONFLICT (kind, key, what, folded) DO UPDATE SET last = excluded.last
WHERE excluded.last > n.last
"""
_WORDS: Final = """
INSERT INTO name_words (word, kind, key)
SELECT * FROM unnest(%b::text[], %b::text[], %b::text[]) ON CONFLICT DO NOTHING
"""


def _opened(table: str, key: str) -> str:
    """Whether the subject that a row is seen as is open to the viewer."""
    about, subject = f"{table}.about", f"{table}.{key}"
    return (
        f"{about} IS NOT NULL AND ({named(about, subject)}"
        f" OR EXISTS (SELECT FROM marks_named AS m WHERE m.about = {about} AND m.key = {subject})"
        f" OR {about} = {About.LABEL:d}"
        f" AND EXISTS (SELECT FROM label_marks AS l WHERE l.label = {subject})"
        f" OR {about} = {About.CERTIFICATE:d}"
        f" AND EXISTS (SELECT FROM accompanied AS a WHERE a.certificate = {subject}))"
    )


_NAMES_MINE: Final = (
    f"kind NOT IN {_SEALED_KINDS} AND EXISTS"
    f" (SELECT FROM unnest(parties) AS p WHERE p = {MY_PARTIES})"
)
_SEES_NAME: Final = (
    "CASE kind"
    f" WHEN 'mark' THEN key = {MY_MARKS} OR key = {MY_DEALINGS}"
    f" WHEN 'party' THEN key = {MY_ACQUAINTANCES}"
    " WHEN 'site' THEN EXISTS (SELECT FROM places AS p"
    f" WHERE p.kind = {Kind.STOCK:d} AND p.key = split_part(names.key, ' ', 1)"
    " AND p.site = split_part(names.key, ' ', 2))"
    " WHEN 'document' THEN EXISTS"
    " (SELECT FROM events AS e WHERE e.originator_id = names.key::uuid)"
    f" ELSE {_opened('names', 'key')} OR EXISTS"
    " (SELECT FROM nouns AS n WHERE n.kind = names.kind AND n.key = names.key) END"
)
_SEES_WORD: Final = (
    "EXISTS (SELECT FROM names AS n WHERE n.kind = name_words.kind AND n.key = name_words.key)"
)


class Nouns(Fold):
    """Keeps what facts tell of nouns, and every name."""

    TABLES: ClassVar[str] = """
-- What a counting fact tells of a noun (ledger.views.names.telling). at: its time, µs UTC; parties:
-- those that it names; about and subject: what opens the row besides.
CREATE TABLE nouns (
    kind text NOT NULL, key text NOT NULL, id uuid NOT NULL, at int8 NOT NULL,
    position int8 NOT NULL, parties text[] NOT NULL, about int2, subject text, told jsonb NOT NULL
);
CREATE INDEX nouns_by_key ON nouns (kind, key, at DESC, id DESC);
CREATE INDEX nouns_by_id ON nouns (id);
-- folded: what it looks like; last: the last local day on which a fact named it so.
CREATE TABLE names (
    kind text NOT NULL, key text NOT NULL, what text NOT NULL, folded text NOT NULL, about int2,
    words text[] NOT NULL, last date NOT NULL, PRIMARY KEY (kind, key, what, folded)
) WITH (fillfactor = 70);
CREATE INDEX names_folded ON names (folded text_pattern_ops);
-- The words of a name, each also where a script without spaces may begin one.
CREATE TABLE name_words (
    word text NOT NULL, kind text NOT NULL, key text NOT NULL, PRIMARY KEY (word, kind, key)
);
CREATE INDEX name_words_begin ON name_words (word text_pattern_ops);
"""
    SEEN: ClassVar[Seen] = {
        "nouns": (
            f"{ME} = ANY(parties)",
            _NAMES_MINE,
            f"kind = 'mark' AND (key = {MY_MARKS} OR key = {MY_DEALINGS})",
            f"kind = 'party' AND key = {MY_ACQUAINTANCES}",
            _opened("nouns", "subject"),
            f"kind = 'label' AND {named_on(About.PRODUCT, LABELLED)}",
        ),
        "names": (_SEES_NAME,),
        "name_words": (_SEES_WORD,),
    }
    BATCH = ("_told", "_gone", "_names")

    def __init__(self) -> None:
        self._told: dict[str, list[tuple[Any, ...]]] = {}
        self._gone: set[UUID] = set()
        self._names: dict[Name, date] = {}
        self._known: dict[Name, date] = {}
        """What is written of names, by the last day: most facts name what the one before did."""

    def record(self, fact: Fact, at: int, position: int, recorded_at: int) -> None:
        """Take the names that a fact gives."""
        del at, position, recorded_at
        day = fact.day
        for name in names_of(fact):
            self._add(name, day)

    def heard(self, alike: Scans) -> None:
        """Take the names that applications give."""
        day = date.fromisoformat(alike.day)
        label = f"{alike.label} {alike.version}"
        for kind, key, about in (
            ("mark", alike.mark, None), ("lot", alike.lot_key, About.LOT),
            ("label", label, About.LABEL), ("party", alike.holder, None),
            ("source", alike.source, About.SOURCE),
        ):  # fmt: skip
            for name in by_id(kind, key, about):
                self._add(name, day)

    def _add(self, name: Name, day: date) -> None:
        known = self._known.get(name)
        if known is None or known < day:
            self._known[name] = self._names[name] = day

    def post(self, fact: Fact, at: int, position: int, sign: int) -> None:
        """Take what a fact tells, or no longer does."""
        if sign < 0:
            if self._told.pop(fact.id, None) is None:
                self._gone.add(UUID(fact.id))
            return
        parties = " ".join(sorted(set(parties_named(fact))))
        head = (UUID(fact.id), at, position, parties)
        rows = [
            (one.kind, one.key, *head, *(one.beside or (None, None)),
             msgspec.json.encode(one.told).decode())
            for one in told(fact)
        ]  # fmt: skip
        if rows:
            self._told[fact.id] = rows

    def flush(self, rows: Rows) -> None:
        """Write the batch; keys sorted, so that no two writers deadlock."""
        if self._gone:
            rows.execute("DELETE FROM nouns WHERE id = ANY(%b::uuid[])", (sorted(self._gone),))
        kept = [row for told_of in self._told.values() for row in told_of]
        if kept:
            rows.execute(_TELL, columns(kept), prepare=True)
        if self._names:
            # A name may be given by several subjects in one batch: the row has one.
            latest = {name[:4]: (name, day) for name, day in sorted(self._names.items(), key=_day)}
            named_rows = [
                (*key, name.about, " ".join(name.words), day)
                for key, (name, day) in sorted(latest.items())
            ]
            rows.execute(_NAME, columns(named_rows), prepare=True)
            words = {
                (word, name.kind, name.key)
                for name in self._names
                if name.what == "name"
                for word in name.words
            }
            if words:
                rows.execute(_WORDS, columns(sorted(words)), prepare=True)
        super().forget()
        if len(self._known) > names_kept_max:
            self._known.clear()

    def forget(self) -> None:
        """Drop the batch, and what it is known to have written."""
        super().forget()
        self._known.clear()


def _day(named: tuple[Name, date]) -> date:
    return named[1]
