"""What happens to seals in hand: printed, sent, received, sampled, counted, destroyed."""

from typing import Any, Final

from ledger.facts import seals as s
from ledger.facts.corrections import EventRetracted
from ledger.season.book import Stocks
from ledger.season.campaign import Campaign
from ledger.season.lanes import Mode

SERIALS_A_CAMPAIGN: Final = 1_000_000
"""Numbers set aside for a campaign, so that no two of them share any."""
_SPARE_SEALS: Final = 25
"""Printed beyond what is sent on; they stay with the importer."""


def supplied(c: Campaign) -> None:
    """Seals are printed for the licensee and reach the place where they are attached."""
    lane = c.lane
    if lane.serialised:
        c.serial = 1 + c.number * SERIALS_A_CAMPAIGN
    first = {"first": c.serial, "last": c.serial + c.supply - 1} if c.serial else {}
    consigned = lane.mode is Mode.CONSIGNED
    spare = _SPARE_SEALS if consigned and not lane.serialised else 0
    home = lane.store if consigned else lane.site
    c.say(
        s.SealsIssued, lane.office(lane.rcb), mark=lane.mark, holder=lane.licensee, site=home,
        count=c.supply + spare, print_run=f"RUN-{c.name}", **first,
    )  # fmt: skip
    if not consigned:
        return
    roll: dict[str, Any] = {
        "dispatch": f"D-{c.name}", "mark": lane.mark, "count": c.supply, **first
    }  # fmt: skip
    c.office_day(1, lane.dock.offset)
    c.say(
        s.SealsDispatched, lane.dock, purpose="SUPPLY", from_holder=lane.licensee,
        from_site=lane.store, to_holder=lane.operator, to_site=lane.site, **roll,
    )  # fmt: skip
    scanner = lane.scanner(1)
    c.office_day(c.rng.randint(4, 7), scanner.offset)
    c.say(s.SealsReceived, scanner, holder=lane.operator, site=lane.site, condition="GOOD", **roll)


def sampled(c: Campaign) -> None:
    """Two seals go into the file as samples."""
    if not c.sampled:
        return
    lane = c.lane
    c.pause(1800, 3600)
    c.say(
        s.SealsSampled, lane.scanner(1), mark=lane.mark, holder=lane.sealer, site=lane.site,
        count=c.sampled, purpose="kept with the roll's delivery note", **c.numbers(c.sampled),
    )  # fmt: skip


def lost_and_found(c: Campaign) -> None:
    """A roll is reported lost, and the report taken back when it turns up."""
    if "lost and found" not in c.extras:
        return
    lane = c.lane
    office = lane.office(lane.sealer)
    c.office_day(1, office.offset)
    lost = c.say(
        s.SealsLost, office, counts=False, documents=1, mark=lane.mark, holder=lane.sealer,
        site=lane.site, count=20, cause="LOST",
        discovered_on=c.today(office.offset),
    )  # fmt: skip
    c.office_day(1, office.offset)
    c.say(
        EventRetracted, office, target=lost, reason="DID_NOT_HAPPEN",
        note="the roll lay behind the pallet",
    )  # fmt: skip


def given_up(c: Campaign) -> None:
    """The rest of a numbered roll is given up, so that no number is left lying about."""
    if c.serial is None:
        return
    lane = c.lane
    c.pause(600, 1200)
    c.say(
        s.SealsSpoiled, lane.scanner(1), mark=lane.mark, holder=lane.sealer, site=lane.site,
        count=c.leftover, reason="UNUSED", **c.numbers(c.leftover),
    )  # fmt: skip


def counted(c: Campaign) -> None:
    """The stock is counted by two people; what is missing is adjusted with a reason."""
    lane = c.lane
    place = {"mark": lane.mark, "holder": lane.sealer, "site": lane.site}
    scanner = lane.scanner(1)
    c.office_day(1, scanner.offset)
    short = c.short

    def found(stocks: Stocks) -> dict[str, Any]:
        return {
            "counted": stocks.usable(lane.mark, lane.sealer, lane.site) - short,
            "spoiled_counted": stocks.spoiled(lane.mark, lane.sealer, lane.site),
        }

    count = c.say(
        s.SealsCounted, scanner, found, actor=lane.person("counter"),
        counted_by=lane.person("counter"), second_person=lane.person("second"), **place,
    )  # fmt: skip
    if short:
        c.office_day(1, scanner.offset)
        c.say(
            s.StockAdjusted, lane.office(lane.sealer), actor=lane.person("clerk"), delta=-short,
            count_event=count, reason="LOSS", approved_by=lane.person("head"), **place,
        )  # fmt: skip


def destroyed(c: Campaign) -> None:
    """Spoiled seals are shredded before a witness; of numbered ones the rest of the roll."""
    lane = c.lane
    count, numbers = sum(c.spoils), {}
    if c.serial is not None:
        count = c.leftover
        numbers = {"first": c.serial - count, "last": c.serial - 1}
    office = lane.office(lane.sealer)
    c.office_day(2, office.offset)
    c.say(
        s.SealsDestroyed, office, documents=1, mark=lane.mark, holder=lane.sealer, site=lane.site,
        count=count, method="shredded", witness=lane.person("witness"), **numbers,
    )  # fmt: skip
