"""Month-end as pages and programs ask for it: the sheet of a period, and signatures below it.

A sheet is the pair's own, and the same for all who see it: it is worked out over the whole log for
whoever signs or acknowledges that pair, and for the operator.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ledger.cases.period import Period, Signed
from ledger.cases.signing import Changed
from ledger.log import Log, Rows
from ledger.log.seeing import Viewer
from ledger.views import periods
from ledger.views.cases import known_period
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.period_changes import Change, changes
from ledger.views.period_sheet import Seen
from ledger.views.periods import Decided, Moved, Signing
from ledger.views.reading import reading
from ledger.web.access.viewers import CERTIFYING
from ledger.web.asking.decisions import acting
from ledger.web.desk import Desk
from ledger.web.problems import Problem, forbidden, not_found, said

__all__ = [
    "Changed", "Previewed", "acknowledged", "changed", "check_pair", "conflict", "preview",
    "previewed", "sees_pair", "signed",
]  # fmt: skip


class Previewed(NamedTuple):
    """A period as it would be signed now, and what was decided about it."""

    seen: Seen
    known: Signed | None
    changed: tuple[Change, ...] = ()

    @property
    def digest(self) -> str:
        """That of what is shown."""
        return self.seen.sheet.digest

    @property
    def prepared_lapsed(self) -> bool:
        """Whether a first signature is below another sheet than this."""
        prepared = None if self.known is None else self.known.prepared
        return prepared is not None and prepared.digest != self.digest


def sees_pair(viewer: Viewer, importer: str, rcb: str) -> bool:
    """Whether the whole of a pair is a viewer's to see."""
    own = {"importer": importer, "certifier": rcb}
    return viewer.role == "operator" or own.get(viewer.role) == viewer.party


def check_pair(viewer: Viewer, period: Period) -> None:
    """404 unless the pair is the viewer's to see."""
    if not sees_pair(viewer, period.importer, period.rcb):
        raise not_found("such pair")


def preview(desk: Desk, viewer: Viewer, period: Period) -> Previewed:
    """What would be signed of a period now; 404 where the viewer sees no such pair."""
    check_pair(viewer, period)
    with reading(desk.log) as rows:
        return previewed(rows, desk.log, period, desk.now())


def previewed(rows: Rows, log: Log, period: Period, now: int) -> Previewed:
    """The same over a snapshot that sees every table."""
    if (period.importer, period.rcb) not in pairs_of_marks(rows, log).values():
        raise not_found("such pair")
    return Previewed(periods.seen(rows, log, period, now), known_period(rows, period.id))


def signed(
    desk: Desk,
    viewer: Viewer,
    period: Period,
    *,
    digest: str | None,
    text: str | None,
    position: int | None = None,
) -> Signed:
    """Sign a period for its body, or prepare that; visible in every view on return.

    Raises the problem or Misuse where it may not be, Moved where another sheet was shown.
    """
    if viewer.role not in CERTIFYING:
        check_pair(viewer, period)
        raise forbidden(said("Certifiers decide this."))
    person = acting(desk, viewer, "SIGNER")
    signing = Signing(
        viewer.party, person, digest, text, desk.now(), position, desk.policy.period_second
    )
    return _record(desk, period, signing, periods.sign_period)


def acknowledged(
    desk: Desk, viewer: Viewer, period: Period, *, digest: str | None, text: str | None
) -> Signed:
    """Acknowledge for the importer what was signed; raises as `signed` does."""
    check_pair(viewer, period)
    if viewer.role != "importer":
        raise forbidden(said("Importers acknowledge what was signed."))
    person = acting(desk, viewer, "EXPLAINER")
    signing = Signing(viewer.party, person, digest, text, desk.now())
    return _record(desk, period, signing, periods.acknowledge_period)


def _record(
    desk: Desk,
    period: Period,
    signing: Signing,
    decide: Callable[[Rows, Log, Period, Signing], Decided],
) -> Signed:
    try:
        with reading(desk.log) as rows:
            decided = decide(rows, desk.log, period, signing)
    except periods.NoSuchPair:
        raise not_found("such pair") from None
    desk.log.decide([decided.entry])
    desk.follow()
    return decided.signed


def changed(moved: Moved) -> tuple[Change, ...]:
    """Every number that is another one than was looked at; none where nobody knows what was."""
    return () if moved.before is None else tuple(changes(moved.before, moved.after.content))


def conflict(moved: Moved) -> Problem:
    """The problem of a sheet that changed: every changed number, and the digest of what is now."""
    extra: dict[str, Any] = {
        "digest": moved.after.sheet.digest,
        "position": moved.after.position,
        "changed": [one.told() for one in changed(moved)],
    }
    return Problem(409, moved.sentence, fields=[("digest", moved.sentence)], extra=extra)
