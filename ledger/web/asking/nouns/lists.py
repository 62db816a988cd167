"""The lists of nouns: of each, where its rows come from and what they may be filtered by.

A row is what counting facts that bind say last of a noun. Columns are called as in the list's
table (`ledger.listing`); days stand as text, moments in microseconds UTC.
"""

from typing import Final, NamedTuple

from ledger.custody.places import Kind

BINDS: Final = "NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = {0}.id AND u.until IS NULL)"


class Nouns(NamedTuple):
    """A list: its page, its table, the statement of its rows.

    `filters` = columns by whose exact value rows are chosen; `today` (a date) is given to all;
    `sort` = the order unless another is asked for, a hyphen before the column: the last first.
    """

    page: str
    table: str
    rows: str
    filters: tuple[str, ...] = ()
    sort: str = ""


def _now(kind: str, order: str = "n.at DESC, n.id DESC") -> str:
    """The last that was told of each noun of a kind, as `n`."""
    return (
        "(SELECT DISTINCT ON (n.key) n.key, n.id, n.at, n.told FROM nouns AS n"
        f" WHERE n.kind = '{kind}' AND {BINDS.format('n')} ORDER BY n.key, {order}) AS n"
    )


def _told(*fields: str) -> str:
    return ", ".join(f"n.told->>'{field}' AS \"{field}\"" for field in fields)


def _whole(*fields: str) -> str:
    """Fields that are whole numbers."""
    return ", ".join(f"(n.told->>'{field}')::int8 AS \"{field}\"" for field in fields)


def _last(kind: str, name: str) -> str:
    """The last row of another kind under the same key, beside `n`."""
    return (
        f" LEFT JOIN LATERAL (SELECT a.at, a.told FROM nouns AS a WHERE a.kind = '{kind}'"
        f" AND a.key = n.key AND {BINDS.format('a')} ORDER BY a.at DESC, a.id DESC LIMIT 1)"
        f" AS {name} ON true"
    )


def _seals_in(kind: Kind) -> str:
    return (
        "(SELECT coalesce(sum(b.balance), 0)::int8 FROM places AS p"
        f" JOIN balances AS b ON b.place = p.id WHERE p.mark = n.key AND p.kind = {kind:d})"
    )


_DISPATCHED: Final = """(
    SELECT n.key, n.told->>'mark' AS mark, min(n.at) AS sent_at,
        (array_agg(n.told ORDER BY n.at DESC, n.id DESC))[1] AS told,
        sum((n.told->>'count')::int8)::int8 AS sent
    FROM nouns AS n WHERE n.kind = 'dispatch' GROUP BY 1, 2
) AS n"""
_OF_DISPATCH: Final = (
    "(SELECT coalesce(sum((a.told->>'count')::int8), 0)::int8 FROM nouns AS a WHERE a.kind = '{0}'"
    " AND a.key = n.key AND a.told->>'mark' = n.mark)"
)
_CERTIFIED: Final = (
    "(SELECT a.told->>'status' FROM nouns AS a WHERE a.kind = 'certification' AND a.key = n.key"
    f" AND {BINDS.format('a')} ORDER BY a.at DESC, a.id DESC LIMIT 1)"
)
_ENDS: Final = "least(n.told->>'until', e.told->>'on')"
_STATE: Final = (
    f"CASE WHEN n.told->>'from' > %(today)s::text THEN 'COMING' WHEN {_ENDS} < %(today)s::text"
    " THEN 'ENDED' ELSE 'IN_FORCE' END"
)

LISTS: Final[dict[str, Nouns]] = {
    each.page: each
    for each in (
        Nouns(
            "marks", "marks",
            f"SELECT n.key AS mark, {_told('scheme', 'importer', 'rcb', 'carrier')},"
            " (n.told->>'serialised')::boolean AS serialised,"
            f" -{_seals_in(Kind.ISSUER)} AS issued, {_seals_in(Kind.STOCK)} AS in_stock,"
            f" {_seals_in(Kind.TRANSIT)} AS in_transit FROM {_now('mark')}",
            ("importer", "rcb", "scheme"),
        ),
        Nouns(
            "parties", "parties",
            f"SELECT n.key AS party, {_told('name', 'country')},"
            " (SELECT array_agg(role) FROM jsonb_array_elements_text(n.told->'roles') AS role)"
            f" AS roles, {_CERTIFIED} AS certification FROM {_now('party')}",
            ("country", "certification"),
        ),
        Nouns(
            "people", "people",
            "SELECT n.key AS person, min(n.told->>'party') AS party,"
            " array_remove(array_agg(DISTINCT n.told->>'function'), NULL) AS functions,"
            " max(n.told->>'completed_on') AS trained_on,"
            " array_remove(array_agg(DISTINCT n.told->>'contract'), NULL) AS contracts"
            f" FROM nouns AS n WHERE n.kind = 'person' AND {BINDS.format('n')} GROUP BY n.key",
            ("party",),
        ),
        Nouns(
            "contracts", "contracts",
            f"SELECT n.key AS contract, {_told('exporter', 'importer', 'rcb', 'agent')},"
            f" n.told->>'from' AS valid_from, {_ENDS} AS valid_until, {_STATE} AS in_force,"
            f" CASE WHEN {_STATE} = 'IN_FORCE'"
            f" THEN {_ENDS}::date - %(today)s::date END AS days_left"
            f" FROM {_now('contract')}{_last('ending', 'e')}",
            ("exporter", "importer", "rcb", "agent", "in_force"),
        ),
        Nouns(
            "dispatches", "dispatches",
            "SELECT n.key AS dispatch, n.mark,"
            f" {_told('purpose', 'from_holder', 'from_site', 'to_holder', 'to_site')},"
            f" n.sent_at, n.sent, {_OF_DISPATCH.format('receipt')} AS received,"
            f" {_OF_DISPATCH.format('loss')} AS lost, n.sent"
            f" - {_OF_DISPATCH.format('receipt')} - {_OF_DISPATCH.format('loss')} AS on_the_way"
            f" FROM {_DISPATCHED}",
            ("mark", "purpose", "from_holder", "to_holder"), "-sent_at",
        ),
        Nouns(
            "lots", "lot_list",
            f"SELECT n.key AS lot, {_told('product', 'operator', 'produced_on', 'status')},"
            " (n.told->>'quantity')::numeric AS quantity,"
            f" {_whole('units')}, (SELECT coalesce(sum(s.seals), 0)::int8 FROM places AS p"
            f" JOIN sealed AS s ON s.lot = p.id WHERE p.kind = {Kind.LOT:d} AND p.key = n.key)"
            " AS seals_attached, g.told->>'result' AS graded,"
            " coalesce((h.told->>'held')::boolean, false) AS held, n.told->>'number' AS number"
            f" FROM {_now('lot')}{_last('grading', 'g')}{_last('hold', 'h')}",
            ("product", "operator", "status", "graded", "held"),
        ),
        Nouns(
            "products", "products",
            f"SELECT n.key AS product, {_told('name', 'operator', 'product_class')},"
            f" {_whole('recipe_version')} FROM {_now('product')}",
            ("operator", "product_class"),
        ),
        Nouns(
            "labels", "labels",
            "SELECT n.key AS label_version,"
            f" {_told('product', 'scheme', 'claim', 'agent')}, n.told->>'from' AS valid_from,"
            f" {_ENDS} AS valid_until, {_STATE} AS in_force"
            f" FROM {_now('label')}{_last('withdrawal', 'e')}",
            ("product", "scheme", "claim", "agent", "in_force"),
        ),
        Nouns(
            "shipments", "shipment_list",
            "SELECT n.key AS shipment,"
            f" {_told('exporter', 'importer', 'sealing_mode', 'origin', 'destination')},"
            " n.at AS departed, a.at AS arrived, (n.told->>'seals')::int8 AS seals_shipped,"
            " (a.told->>'seals')::int8 AS seals_received, n.told->>'contract' AS contract"
            f" FROM {_now('shipment')}{_last('arrival', 'a')}",
            ("exporter", "importer", "sealing_mode", "contract"), "-departed",
        ),
        Nouns(
            "certificates", "certificate_list",
            f"SELECT n.key AS certificate, {_told('form', 'mode', 'exporter')},"
            f" {_told('importer', 'product_class', 'issued_on', 'valid_until')},"
            " coalesce(c.told->>'status', 'LIVE') AS state"
            f" FROM {_now('certificate')}{_last('cancellation', 'c')}",
            ("exporter", "importer", "mode", "state"), "-issued_on",
        ),
        Nouns(
            "reports", "reports",
            f"SELECT n.key AS report, {_told('shipment', 'exporter', 'importer', 'rcb')},"
            f" {_whole('version', 'used', 'units')}, n.at AS filed_at"
            f" FROM {_now('report', '(n.told->>$$version$$)::int8 DESC, n.at DESC, n.id DESC')}",
            ("shipment", "exporter", "importer", "rcb"), "-filed_at",
        ),
        Nouns(
            "requests", "requests",
            f"SELECT n.key AS request, {_told('shipment', 'exporter', 'importer', 'agent')},"
            f" {_told('report', 'invoice', 'bill_of_lading')}, n.at AS requested_at,"
            " i.told->>'issuer' || ' ' || replace(i.told->>'number', ' ', '%%20') AS certificate,"
            " CASE WHEN i.told IS NULL THEN %(today)s::date"
            " - (to_timestamp(n.at / 1000000) AT TIME ZONE 'Asia/Tokyo')::date END AS days_waiting"
            f" FROM {_now('request')}{_last('issue', 'i')}",
            ("shipment", "exporter", "importer", "agent"), "-requested_at",
        ),
        Nouns(
            "years", "years",
            "SELECT n.key AS year, min(n.told->>'party') AS party,"
            " min((n.told->>'fiscal_year')::int8) AS fiscal_year, n.told->>'rcb' AS rcb,"
            " sum((n.told->>'quantity')::numeric) AS quantity, max(n.told->>'filed_on') AS filed_on"
            f" FROM nouns AS n WHERE n.kind = 'year' AND {BINDS.format('n')}"
            " GROUP BY n.key, n.told->>'rcb'",
            ("party", "rcb", "fiscal_year"), "-fiscal_year",
        ),
        Nouns(
            "complaints", "complaints",
            f"SELECT n.key AS complaint, {_told('party', 'kind', 'lot', 'shipment')},"
            " n.at AS received_at, n.told->>'answered_on' AS answered_on, CASE WHEN"
            " n.told->>'answered_on' IS NULL THEN %(today)s::date"
            " - (to_timestamp(n.at / 1000000) AT TIME ZONE 'Asia/Tokyo')::date END AS days_open"
            f" FROM {_now('complaint')}",
            ("party", "kind"), "-received_at",
        ),
    )
}  # fmt: skip
"""By page."""
