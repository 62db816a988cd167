"""Who decides at the command line: a person registered for the party, as everywhere."""

from typing import TYPE_CHECKING

from ledger.commands.output import say

if TYPE_CHECKING:
    from ledger.facts.scalars import WorksAs
    from ledger.log import Log


def check_acting(log: "Log", party: str, person: str, function: "WorksAs", now: int) -> None:
    """Raise NotPermitted unless the person may act so for the party today; `now` is µs UTC.

    For a party of which nobody was ever registered anybody acts, with a warning.
    """
    from ledger.views.reading import reading
    from ledger.views.registered import Acting, check_registered, registrations, today

    with reading(log) as rows:
        if registrations(rows, log, party):
            check_registered(rows, log, Acting(person, party, today(now), function))
        else:
            say(
                f"Nobody is registered for {party} yet, so anybody decides for it here; nobody on"
                f" pages: ledger account create --party {party} --person {person}"
            )
