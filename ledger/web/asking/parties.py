"""Parties and herds as far as the viewer sees them: what they have shown, and what is kept."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

from ledger.facts.criteria import CriterionShown
from ledger.facts.mentions import About
from ledger.facts.registry import CertificationChanged
from ledger.labels.criteria_card import criterion_rows
from ledger.labels.herd_card import herd_card, made_of
from ledger.log.seeing import Viewer
from ledger.views.lazy_record import LazyRecord
from ledger.views.loading import facts_about
from ledger.views.replacing import replaced_of
from ledger.web.asking.goods import there
from ledger.web.asking.unproven import unproven_of
from ledger.web.desk import SYSTEM, Desk, Looking, Standing
from ledger.web.problems import not_found

_A_HERD: Final = f"SELECT FROM named_parties WHERE about = {About.HERD:d} AND key = %(key)s"
_HERDS: Final = f"SELECT key FROM named_parties WHERE about = {About.HERD:d} AND key = ANY(%s)"


class Shown(NamedTuple):
    """What is shown of a party or herd, at which standing, and the events that the viewer sees."""

    found: Any
    standing: Standing
    events: frozenset[str] = frozenset()


def criteria_shown(
    desk: Desk, viewer: Viewer, party: str, on: date, criteria: str | None = None
) -> Shown:
    """The criteria of a party and what it has shown on a day; 404 for whom they are no affair.

    They are the party's own, and its certifiers': whoever sees a certification of it, or something
    that it has shown.
    """
    with desk.looking(viewer) as looking:
        record = facts_about(looking.rows, looking.log, [(About.PARTY, party)])
        standing = looking.standing
    is_own = viewer.party == party and any(True for _ in record)
    kinds = (CertificationChanged, CriterionShown)
    if not is_own and not any(any(record.recorded(kind, About.PARTY, party)) for kind in kinds):
        raise not_found("such party")
    with desk.looking(SYSTEM) as whole:
        rows = criterion_rows(LazyRecord(whole.rows, whole.log), party, on, criteria)
    return Shown(rows, standing, frozenset(known.id for known in record))


def seen_herd(desk: Desk, viewer: Viewer, herd: str) -> Shown:
    """The card of a herd; 404 where the viewer sees none of that id."""
    with desk.looking(viewer) as looking:
        there(looking, _A_HERD, "herd", key=herd)
        kept = facts_about(looking.rows, looking.log, [(About.HERD, herd), (About.FROM_HERD, herd)])
        standing = looking.standing
    with desk.looking(SYSTEM) as whole:
        card = herd_card(LazyRecord(whole.rows, whole.log), herd, partial(replaced_of, whole.rows))
    if card is None:
        raise not_found("such herd")
    return Shown(card, standing, frozenset(known.id for known in kept))


def herds_known(looking: Looking, herds: Iterable[str]) -> set[str]:
    """Those of some herds that the viewer sees."""
    looking.rows.execute(_HERDS, (sorted(herds),))
    return {herd for (herd,) in looking.rows.fetchall()}


def shown_of_lot(desk: Desk, lot: str) -> dict[str, list[dict[str, Any]]]:
    """What a lot's animals are, what its records tell, and what is unproven of it."""
    with desk.looking(SYSTEM) as whole:
        record = LazyRecord(whole.rows, whole.log)
        (rows,) = unproven_of(whole.rows, whole.log, record, [lot])
        return {**made_of(record, lot, partial(replaced_of, whole.rows)), "unproven": rows}
