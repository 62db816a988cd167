"""Finding things by what somebody types: an id, part of one, a word of a name, a serial number."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from ledger.rules.figures import fold
from ledger.views.folding import IS_LIVE, Rows
from ledger.views.names.naming import words_in

EXACT, SERIAL, ALIKE, BEGINS, WORD, ELSE = range(6)
"""Ranks, best first: the very id, a serial number, what looks the same, what begins so, a word of a
name, anything else."""
prefix_letters_min: Final = 3
word_letters_min: Final = 2
digits_min: Final = 8
uuid_digits: Final = 32
hash_digits_min: Final = 12
of_a_kind_max: Final = 5
hits_max: Final = 50
number_digits_max: Final = 12
suggestions_max: Final = 10
alike_max: Final = 3
alike_letters_max: Final = 40
_AFTER: Final = "\U0010ffff"
"""Behind every letter."""
_HEX: Final = re.compile(r"[0-9a-f]{8,64}", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(?:(?P<mark>.*\S)(?:\s+|:))?(?P<number>[0-9][0-9,]*)")
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ0123456789"
"""The letters and digits that are left once an id is folded, but for those of other scripts."""


class Hit(NamedTuple):
    """Something found: its kind and key, how well, by what; `total` = as many of its kind fit.

    `live` = cases that ask for attention; `name` and `lines` are told by `latest`.
    """

    kind: str
    key: str
    rank: int
    what: str
    live: int
    last: date | None
    total: int


# A rank is the best way in which a thing is found. What is told of cases is asked of what is seen.
_FOUND: Final = f"""
WITH ways AS (
    SELECT n.kind, n.key, n.last, n.what,
        CASE WHEN n.what = '' AND replace(n.key, '%%20', ' ') = %(typed)s THEN {EXACT}
            ELSE {ALIKE} END AS rank
    FROM names AS n WHERE n.folded = %(folded)s AND n.what <> 'part' AND n.what <> 'document'
    UNION ALL
    SELECT n.kind, n.key, n.last, n.what, {BEGINS} FROM names AS n
    WHERE %(prefix)s AND n.folded ~>=~ %(folded)s AND n.folded ~<~ %(beyond)s
        AND n.what <> 'document'
    UNION ALL
    SELECT n.kind, n.key, n.last, n.what, {WORD}
    FROM name_words AS w JOIN names AS n ON (n.kind, n.key, n.what) = (w.kind, w.key, 'name')
    WHERE %(words)s AND w.word ~>=~ %(first)s AND w.word ~<~ %(after)s
        AND NOT EXISTS (SELECT FROM unnest(%(others)s::text[]) AS other
            WHERE NOT EXISTS (SELECT FROM unnest(n.words) AS word WHERE starts_with(word, other)))
    UNION ALL
    SELECT n.kind, n.key, n.last, n.what, {ELSE} FROM names AS n
    WHERE %(hashed)s AND n.what = 'document'
        AND n.folded ~>=~ %(digest)s AND n.folded ~<~ %(digest_after)s
), found AS (
    SELECT kind, key, min(rank) AS rank, max(last) AS last,
        (array_agg(what ORDER BY rank, what))[1] AS what,
        (SELECT count(*) FROM cases AS c WHERE c.subject_kind = ways.kind AND c.subject = ways.key
            AND c.{IS_LIVE}) AS live
    FROM ways GROUP BY kind, key
), placed AS (
    SELECT *, count(*) OVER (PARTITION BY kind) AS total, row_number() OVER (
        PARTITION BY kind ORDER BY rank, live = 0, last DESC, key) AS place
    FROM found WHERE %(kind)s = '' OR kind = %(kind)s
)
SELECT kind, key, rank, what, live, last, total FROM placed
WHERE place > %(skip)s AND place <= %(skip)s + %(most)s
ORDER BY rank, live = 0, last DESC, kind, key LIMIT {hits_max}
"""
_BY_DIGITS: Final = """
(SELECT 'case', id::text FROM cases WHERE id >= %(low)s AND id <= %(high)s ORDER BY id LIMIT 6)
UNION ALL
(SELECT 'event', originator_id::text FROM events
    WHERE originator_id >= %(low)s AND originator_id <= %(high)s AND originator_version = 1
        AND NOT is_decision(topic) ORDER BY originator_id LIMIT 6)
"""
_NUMBERED_MARKS: Final = """
SELECT DISTINCT ON (n.key) n.key FROM nouns AS n
WHERE n.kind = 'mark' AND (n.told->>'serialised')::boolean
    AND (%(mark)s = '' OR EXISTS (SELECT FROM names AS a
        WHERE (a.kind, a.key) = ('mark', n.key) AND a.folded = %(mark)s))
ORDER BY n.key LIMIT 200
"""
_NEAR: Final = f"""
SELECT DISTINCT kind, key FROM names WHERE folded = ANY(%s) AND what = ''
ORDER BY key, kind LIMIT {alike_max}
"""
_SUGGESTED: Final = f"""
SELECT kind, key, max(last) AS last FROM (
    SELECT kind, key, last FROM names WHERE (%(kind)s = '' OR kind = %(kind)s)
        AND what IN ('', 'part') AND folded ~>=~ %(folded)s AND folded ~<~ %(beyond)s
    UNION ALL
    SELECT n.kind, n.key, n.last FROM name_words AS w
        JOIN names AS n ON (n.kind, n.key, n.what) = (w.kind, w.key, 'name')
    WHERE (%(kind)s = '' OR n.kind = %(kind)s) AND %(first)s <> ''
        AND w.word ~>=~ %(first)s AND w.word ~<~ %(after)s
) AS found GROUP BY kind, key ORDER BY last DESC, key LIMIT {suggestions_max}
"""


def plain(typed: str) -> str:
    """What was typed, full width and spaces around it aside."""
    return unicodedata.normalize("NFKC", typed).strip()


def found(rows: Rows, typed: str, kind: str = "", *, skip: int = 0) -> list[Hit]:
    """What ids, names and hashes find, the best first; of one kind alone where one is given."""
    folded = fold(typed)
    if not folded:
        return []
    words = sorted(words_in(typed), key=len, reverse=True)[:3] if _spoken(typed) else []
    first = words[0] if words else ""
    digest = typed.lower()
    values = {
        "typed": typed, "folded": folded, "beyond": folded + _AFTER,
        "prefix": len(folded) >= prefix_letters_min,
        "words": len(first) >= word_letters_min, "first": first, "after": first + _AFTER,
        "others": [word for word in words[1:] if word not in first],
        "hashed": bool(_HEX.fullmatch(typed)) and len(typed) >= hash_digits_min,
        "digest": digest, "digest_after": digest + _AFTER,
        "kind": kind, "skip": skip, "most": of_a_kind_max if not kind else hits_max // 2,
    }  # fmt: skip
    return [Hit(*row) for row in rows.execute(_FOUND, values, prepare=True).fetchall()]


def _spoken(typed: str) -> bool:
    """Whether words of a name may be meant: an id with hyphens and digits alone is none."""
    return any(letter.isalpha() for letter in typed)


def by_digits(rows: Rows, typed: str) -> list[tuple[str, str]]:
    """Cases and events whose id is that UUID, or begins with at least so many digits of it."""
    digits = typed.replace("-", "").lower()
    if not _HEX.fullmatch(digits) or not digits_min <= len(digits) <= uuid_digits:
        return []
    ends = {"low": UUID(digits.ljust(32, "0")), "high": UUID(digits.ljust(32, "f"))}
    return [(kind, key) for kind, key in rows.execute(_BY_DIGITS, ends, prepare=True).fetchall()]


def numbered(rows: Rows, typed: str) -> tuple[int, list[str]] | None:
    """A serial number that may be meant, and the numbered marks that it may be of."""
    match = _NUMBERED.fullmatch(typed)
    if match is None:
        return None
    number = match["number"].replace(",", "")
    if len(number) > number_digits_max or int(number) == 0:
        return None
    asked = {"mark": fold(match["mark"] or "")}
    marks = rows.execute(_NUMBERED_MARKS, asked, prepare=True).fetchall()
    return int(number), [mark for (mark,) in marks]


def near(rows: Rows, typed: str) -> list[tuple[str, str]]:
    """Ids that look like what was typed with one letter wrong, missing or too many."""
    folded = fold(typed)
    if not prefix_letters_min <= len(folded) <= alike_letters_max:
        return []
    return rows.execute(_NEAR, (sorted(set(_one_off(folded))),)).fetchall()


def _one_off(folded: str) -> Iterator[str]:
    for at in range(len(folded) + 1):
        before, behind = folded[:at], folded[at:]
        if behind:
            yield before + behind[1:]
            yield from (before + letter + behind[1:] for letter in _LETTERS)
        yield from (before + letter + behind for letter in _LETTERS)


def suggested(rows: Rows, kind: str, typed: str) -> list[tuple[str, str]]:
    """Things of a kind, or of any for '', whose id or name begins so: the latest first."""
    folded, words = fold(typed), words_in(typed)
    if not folded:
        return []
    first = words[0] if words else ""
    asked = {
        "kind": kind, "folded": folded, "beyond": folded + _AFTER, "first": first,
        "after": first + _AFTER,
    }  # fmt: skip
    found = rows.execute(_SUGGESTED, asked, prepare=True).fetchall()
    return [(of, key) for of, key, _ in found]


_LATEST: Final = """
SELECT kind, key, id::text, at, told FROM (
    SELECT DISTINCT ON (n.kind, n.key) n.* FROM unnest(%b::text[], %b::text[]) AS t (kind, key)
    JOIN nouns AS n USING (kind, key)
    WHERE NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = n.id AND u.until IS NULL)
    ORDER BY n.kind, n.key, n.at DESC, n.id DESC
) AS latest
"""


class Latest(NamedTuple):
    """What was told of a noun last: the event, its time (µs UTC), the fields."""

    event: str
    at: int
    told: dict[str, Any]


def latest(rows: Rows, asked: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Latest]:
    """What was told last under these kinds and keys, as far as it binds."""
    wanted = sorted(set(asked))
    if not wanted:
        return {}
    kinds, keys = map(list, zip(*wanted, strict=True))
    rows.execute(_LATEST, (kinds, keys), prepare=True)
    return {(kind, key): Latest(event, at, told) for kind, key, event, at, told in rows.fetchall()}


def told_all(
    rows: Rows, kinds: Sequence[str], key: str, limit: int = 200
) -> list[tuple[str, Latest]]:
    """Everything that still counts of one noun, of some kinds, the latest first."""
    rows.execute(_ALL, ([*kinds], key, limit), prepare=True)
    return [(kind, Latest(event, at, told)) for kind, event, at, told in rows.fetchall()]


_ALL: Final = """
SELECT n.kind, n.id::text, n.at, n.told FROM nouns AS n WHERE n.kind = ANY(%s) AND n.key = %s
    AND NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = n.id AND u.until IS NULL)
ORDER BY n.at DESC, n.id DESC LIMIT %s
"""
