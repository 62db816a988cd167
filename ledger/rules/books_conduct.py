"""What the rules on lots, papers, years and conduct ask of the books.

Tallies per lot, issuer, mark and year, source and person; the same promises as the books they are
part of: each question says from which bounded data it is answered.
"""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, Protocol

CROSSINGS_COUNTED_MAX = 10_000
"""Beyond that it does not matter how often somebody was at two sites."""
EVIDENCE_IDS_MAX = 100
"""As many ids as a discrepancy carries."""


class Gap(NamedTuple):
    """A run of missing numbers of a series, both ends included, and what follows on it.

    `digits` = how many digits the next higher known number is written with, `rec` = the earliest
    moment at which an event naming it was recorded, `id` = that event.
    """

    first: int
    last: int
    digits: int
    rec: int
    id: str


class Series(NamedTuple):
    """The certificate numbers of an issuer that share a prefix; `known` = how many differ."""

    prefix: str
    known: int
    lowest: int
    highest: int
    gaps: Sequence[Gap]


class Worked(NamedTuple):
    """Units of a lot sealed with a mark under a label version in a fiscal year.

    Units applied less units removed in the year; a removal is booked under the last label applied
    to (lot, mark) at or before its time, and under none where there was none.
    """

    lot: str
    label: str
    version: int
    units: int


class Crossing(NamedTuple):
    """Two neighbouring scans of a person or source at different sites; times in microseconds."""

    first: str
    first_at: int
    first_site: str
    second: str
    second_at: int
    second_site: str


class Crossings(NamedTuple):
    """The first crossings by (time, id), and how many there are; both have a limit."""

    first: Sequence[Crossing]
    scans: int


class LateDay(NamedTuple):
    """Events of a source that were recorded late on one UTC day (`YYYY-MM-DD`).

    `oldest` = the earliest time among them.
    """

    day: str
    events: int
    oldest: int


class ReversedMonth(NamedTuple):
    """Recorded events of a source with a time in one UTC month (`YYYY-MM`), and those reversed.

    `retracted` = those that something recorded retracts or corrects.
    """

    month: str
    recorded: int
    retracted: int


class Hour(NamedTuple):
    """Seals a source reported as applied in one UTC hour (`YYYY-MM-DDTHH`), in so many scans.

    `rec` = the earliest moment one of the applications was recorded; `evidence` = the ids of the
    first by (time, id).
    """

    hour: str
    seals: int
    applications: int
    rec: int
    evidence: tuple[str, ...]


class ConductBooks(Protocol):
    """Sums over what sources, persons and parties did. All but two count counting events only."""

    # -- lots

    def applications_of(self, lot: str, marks: Collection[str]) -> Sequence[str]:
        """Ids of applications of some marks to a lot, the first 100 by (time, id).

        At most 100 entries of the moves into the lot; asked only where a violation stands.
        """
        ...

    def lot_shot_twice(self, lot: str, marks: Collection[str], within: int) -> bool:
        """S4: whether two applications of some marks to a lot are twins within microseconds.

        The index of shots, entries of that lot, each against its neighbour; asked only where a
        violation stands.
        """
        ...

    def sealed_by(self, lot: str, person: str) -> str | None:
        """The first application to a lot whose actor is that person: a row per (lot, actor)."""
        ...

    # -- papers and years

    def numbers(self, issuer: str) -> Sequence[Series]:
        """The series of certificate numbers of an issuer, by prefix.

        Numbers named by certificates (`number`, `replaces`) and cancellations (`number`,
        `replaced_by`), cut into prefix and one to eighteen trailing digits. Three figures per
        series and one row per run of missing numbers: a new number looks at its two neighbours.
        Gaps are given from the lowest; those beyond the first 1,000 numbers may be left out.
        """
        ...

    def worked(self, mark: str, year: int) -> Sequence[Worked]:
        """What was sealed with a mark in a fiscal year, ordered.

        One row per (lot, label, version) of that year; asked only once a report was filed for it.
        """
        ...

    def first_of_year(self, mark: str, year: int) -> str | None:
        """The first application of a mark in a fiscal year: one row per (mark, year)."""
        ...

    # -- sources and persons

    def crossings(self, of: Literal["person", "source"], key: str, within: int) -> Crossings:
        """Neighbouring scans at different sites less than so many microseconds apart.

        Of scanners: SealsApplied, SealsReceived, SealsDispatched (from_site), SealsSpoiled,
        SealsSampled, SealsRemoved and SealsCounted, in order of (time, id), of an actor or of a
        source. A scan is compared with its two neighbours when it arrives; the answer reads the
        crossings found so: the first 20, and counts at most 10,000.
        """
        ...

    def late_days(self, source: str, days: int) -> Sequence[LateDay]:
        """Days on which events were recorded more than so many days after their time; ordered.

        One row per day and number of whole days between.
        """
        ...

    def late_on(self, source: str, day: str, days: int) -> Sequence[str]:
        """Ids of the events that a late day counts, the first 100 by (time, id).

        From the late events of that day; asked only where a violation stands.
        """
        ...

    def reversed_months(self, source: str) -> Sequence[ReversedMonth]:
        """*Recorded* and reversed events of a source by month: one row per month, ordered."""
        ...

    def reversed_in(self, source: str, month: str) -> Sequence[str]:
        """Ids of a source's reversed events of a month, the first 100 by (time, id).

        From the reversed events of that month; asked only where a violation stands.
        """
        ...

    def busy_hours(self, source: str, more_than: int) -> Sequence[Hour]:
        """Hours in which a source applied more than so many seals: one row per hour, ordered."""
        ...

    def hour_shot_twice(self, source: str, hour: str, within: int) -> bool:
        """S4: whether an application of a source in an hour has a twin within microseconds.

        The twin may lie beyond the hour. What was heard of the source in the hour and so long
        before and after it; asked only where a violation stands.
        """
        ...

    def last_heard(self, source: str) -> int | None:
        """When something of a source was last *recorded* (microseconds UTC): one row per source."""
        ...

    # -- events

    def repeat_of(self, event_id: str) -> str | None:
        """The counting event of smaller id that says the same, the smallest of them.

        The same = equal in type, source, actor, time and every field of its own. One probe into an
        index of (source, time).
        """
        ...
