"""Which names there are: whether somebody's word for a party, mark or lot is one, and what is near.

A name is known once any fact names it. Nearest are sought among the names around it in the
alphabet and, of each kind, the first few thousand.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from ledger.custody.places import Kind as PlaceKind
from ledger.errors import no_such
from ledger.facts.mentions import About
from ledger.facts.registry import PartyRegistered
from ledger.log import Log
from ledger.rules.violation import SubjectKind
from ledger.views.folding import Rows
from ledger.views.loading import facts_of
from ledger.views.places import place_id, subject_id

around_max: Final = 200
first_max: Final = 2_000


class Named(StrEnum):
    """What a name may be of."""

    PARTY = "party"
    MARK = "mark"
    SITE = "site"
    SOURCE = "source"
    CONTRACT = "contract"
    PRODUCT = "product"
    LABEL = "label"
    DISPATCH = "dispatch"
    LOT = "lot"
    SHIPMENT = "shipment"
    CERTIFICATE = "certificate"
    REPORT = "report"
    HERD = "herd"


class Names(NamedTuple):
    """Where names of a kind stand: a table's column, and facts about what."""

    table: str
    column: str
    where: str
    about: tuple[About, ...]


def _named(*about: About) -> Names:
    return Names("named_parties", "key", f"about = {int(about[0])}", about)


_PARTIES: Final = """(
    SELECT party AS name FROM dealt UNION SELECT importer FROM licences UNION
    SELECT rcb FROM licences UNION SELECT exporter FROM contracts UNION
    SELECT agent FROM contracts UNION SELECT party FROM named_parties
) AS parties"""
_MARKS: Final = "(SELECT mark AS name FROM dealt UNION SELECT mark FROM licences) AS marks"
_SITES: Final = (
    f"(SELECT DISTINCT site AS name FROM places WHERE kind = {int(PlaceKind.STOCK)}) AS sites"
)
_WHERE: Final = {
    Named.PARTY: Names(_PARTIES, "name", "true", (About.PARTY, About.ISSUER)),
    Named.MARK: Names(_MARKS, "name", "true", (About.MARK,)),
    Named.SITE: Names(_SITES, "name", "true", ()),
    Named.SOURCE: Names("sources", "source", "true", (About.SOURCE,)),
    Named.CONTRACT: _named(About.CONTRACT),
    Named.PRODUCT: _named(About.PRODUCT),
    Named.LABEL: Names(
        "named_parties", "regexp_replace(key, ' [0-9]+$', '')", f"about = {int(About.LABEL)}", ()
    ),
    Named.DISPATCH: _named(About.DISPATCH),
    Named.LOT: Names(
        "lots", "lot", "true", (About.LOT, About.CHILD, About.LINE, About.INPUT)
    ),
    Named.SHIPMENT: _named(About.SHIPMENT),
    Named.CERTIFICATE: _named(About.CERTIFICATE, About.NAMES, About.REPLACES),
    Named.REPORT: _named(About.REPORT),
    Named.HERD: _named(About.HERD, About.FROM_HERD, About.ANIMALS),
}  # fmt: skip
_MENTIONED: Final = """
SELECT FROM mentions JOIN unnest(%s::int2[], %s::int8[]) AS t (about, key) USING (about, key)
LIMIT 1
"""
_NAMES: Final = """
SELECT {column} FROM {table} WHERE {where} AND {column} = %(name)s LIMIT 1
"""
_NEAR: Final = """
(SELECT {column} FROM {table} WHERE {where} AND {column} >= %(name)s
    ORDER BY 1 LIMIT %(around)s)
UNION (SELECT {column} FROM {table} WHERE {where} AND {column} < %(name)s
    ORDER BY 1 DESC LIMIT %(around)s)
UNION (SELECT {column} FROM {table} WHERE {where} ORDER BY 1 LIMIT %(first)s)
"""
_SEALED: Final = "SELECT FROM places WHERE key = %s AND kind = %s LIMIT 1"
_OF_CASES: Final = "SELECT FROM cases WHERE subject_kind = ANY(%s) AND subject = %s LIMIT 1"
_STOCK: Final = "SELECT FROM places WHERE id = %s"


def is_known(rows: Rows, kind: Named, name: str) -> bool:
    """Whether any fact names it."""
    where = _WHERE[kind]
    if where.about:
        ids = [subject_id(about, name) for about in where.about]
        mentioned = rows.execute(_MENTIONED, ([int(each) for each in where.about], ids))
        if mentioned.fetchone() is not None:
            return True
    sealed = _SEALED, (name, int(PlaceKind.LOT))
    if kind is Named.LOT and rows.execute(*sealed).fetchone() is not None:
        return True
    return rows.execute(_NAMES.format(**where._asdict()), {"name": name}).fetchone() is not None


def near(rows: Rows, log: Log, kind: Named, name: str) -> list[str]:
    """Names of the kind among which the nearest is sought."""
    values = {"name": name, "around": around_max, "first": first_max}
    found = {str(each) for (each,) in rows.execute(_NEAR.format(**_WHERE[kind]._asdict()), values)}
    if kind is Named.PARTY:
        registered = facts_of(rows, log, [PartyRegistered]).all(PartyRegistered)
        found |= {each.party for each in registered}
    return sorted(found)


def check_known(rows: Rows, log: Log, *asked: tuple[Named, str | None]) -> None:
    """Raise Misuse, with the nearest, for the first of these names that there is not.

    None is no name and passes. What is named but has nothing of what is asked passes too.
    """
    for kind, name in asked:
        if name is not None and not is_known(rows, kind, name):
            raise no_such(kind, name, near(rows, log, kind, name), field=kind)


def check_subject(rows: Rows, log: Log, key: str) -> None:
    """The same of whatever a case may be about: a name of any kind, an event, or its parts."""
    if _is_subject(rows, log, key):
        return
    parts = key.split(" ")
    if len(parts) == 1:
        found = {each for kind in Named for each in near(rows, log, kind, key)}
        raise no_such("subject", key, sorted(found), field="subject")
    for part in parts:
        if not any(is_known(rows, kind, part) for kind in Named):
            found = {each for kind in Named for each in near(rows, log, kind, part)}
            raise no_such("subject", part, sorted(found), field="subject")


def _is_subject(rows: Rows, log: Log, key: str) -> bool:
    kinds = list(SubjectKind)
    if rows.execute(_OF_CASES, (kinds, key)).fetchone() is not None:
        return True
    try:
        event = UUID(key)
    except ValueError:
        return any(is_known(rows, kind, key) for kind in Named)
    return bool(log.get([event]))


def check_stock(rows: Rows, log: Log, mark: str, holder: str, site: str) -> None:
    """The same of a stock: each of its three names, unless there is that very stock."""
    if rows.execute(_STOCK, (place_id(mark, PlaceKind.STOCK, holder, site),)).fetchone() is None:
        names: Iterable[tuple[Named, str | None]] = (
            (Named.MARK, mark), (Named.PARTY, holder), (Named.SITE, site),
        )  # fmt: skip
        check_known(rows, log, *names)
