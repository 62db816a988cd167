"""Every rule in words: what it says, what stands on both sides, and what would cure it.

A correction or retraction of a wrong event always may cure; it is not repeated here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ledger.web.problems import said


class RuleText(NamedTuple):
    """`expected` and `found` say what the two sides of a case are; `cure` is None for none else."""

    title: str
    expected: str
    found: str
    cure: str | None = None


_REGISTRY: Final = said("The registry fact that was missing, reported late")
_CONTRACT: Final = said("The contract, reported late")
_RECEIPT: Final = said("A receipt that was not reported yet")
_APPLICATION: Final = said("An application that was not reported yet")
_CERTIFICATE: Final = said("The certificate, or one that replaces it")
_LOT: Final = said("A fact about the lot that was not reported yet")
_VERSION: Final = said("A higher version of the report")
_VALID: Final = said("valid")
_PRESENT: Final = said("present")
_STATE: Final = said("state, and since when")

RULE_TEXTS: Final[Mapping[str, RuleText]] = {
    "M-01": RuleText(
        said("Stock below zero"), said("at least"), said("lowest balance, and since when"), _RECEIPT
    ),
    "M-02": RuleText(
        said("Count differs from the book"), said("book"), said("counted, unexplained"),
        said("A stock adjustment for that count, or a scan that came late"),
    ),
    "M-03": RuleText(
        said("Received differs from sent"), said("sent"), said("received and lost"),
        said("A further receipt, or a report of the loss"),
    ),
    "M-04": RuleText(said("Sent and never received"), said("sent"), said("lost"), _RECEIPT),
    "M-05": RuleText(
        said("Received without having been sent"), said("sent"), said("received"),
        said("The dispatch, reported late"),
    ),
    "M-06": RuleText(
        said("Seal report differs from the shipment"), said("ledger"), said("report"), _VERSION
    ),
    "M-07": RuleText(
        said("Seals of another importer"), said("importer"), said("licensee of the mark"), _CONTRACT
    ),
    "M-08": RuleText(
        said("Mark of another certifying body"), said("body of the contract"),
        said("body of the mark"), _CONTRACT,
    ),
    "M-09": RuleText(
        said("Sealed without a contract in force"), said("in force on"), said("latest end"),
        _CONTRACT,
    ),
    "M-10": RuleText(
        said("Certification not valid"), _VALID, _STATE,
        said("A certification that was valid, reported late"),
    ),
    "M-11": RuleText(said("Not authorised to seal"), said("listed"), said("given"), _REGISTRY),
    "M-12": RuleText(
        said("Outside the scope of equivalence or certification"), said("covered"),
        said("class, code"), _REGISTRY,
    ),
    "M-13": RuleText(
        said("A duty was not met before use"), said("met"), said("day of the first use without it"),
        _REGISTRY,
    ),
    "M-14": RuleText(
        said("Label not approved"), said("approved"), said("given"),
        said("The approval, reported late"),
    ),
    "M-15": RuleText(
        said("The claim is not eligible"), said("nothing against it"), said("codes against it"),
        said("A recipe or lot fact that was not reported yet"),
    ),
    "M-16": RuleText(
        said("Seals do not fit the units"), said("seals expected"), said("seals"),
        said("A fact about the label that was not reported yet"),
    ),
    "M-17": RuleText(
        said("Weight does not fit the units"), said("units times pack weight"), said("stated"),
        _VERSION,
    ),
    "M-18": RuleText(
        said("More units sealed than the lot has"), said("units of the lot"), said("sealed"),
        said("Removal of the seals that are too many"),
    ),
    "M-19": RuleText(
        said("A lot that nobody recorded"), said("recorded"), said("events that name it"),
        said("The record of the lot"),
    ),
    "M-20": RuleText(
        said("More certified than the lot weighs"), said("weight of the lot"), said("certified"),
        said("Cancellation of a certificate"),
    ),
    "M-21": RuleText(
        said("Shipped without a certificate that fits"), said("by"), said("issued on"),
        _CERTIFICATE,
    ),
    "M-22": RuleText(
        said("Certificate differs from the shipment"), said("on the certificate"),
        said("on the shipment"), said("A certificate that replaces it"),
    ),
    "M-23": RuleText(
        said("More drawn than was certified"), said("certified"), said("drawn")
    ),
    "M-24": RuleText(said("Certificate number used twice"), said("one"), said("events")),
    "M-25": RuleText(
        said("A certificate number is missing"), said("accounted for"), said("nothing"),
        said("The issue or the cancellation of that number"),
    ),
    "M-26": RuleText(
        said("A cancelled certificate was used"), said("valid"), said("cancelled as"),
        said("A certificate that replaces it"),
    ),
    "M-27": RuleText(
        said("The issuer was not designated"), said("designated"), said("class, date"),
        said("The designation, reported late"),
    ),
    "M-28": RuleText(
        said("Wrong statement on a certificate"), said("in force"), said("statement")
    ),
    "M-29": RuleText(
        said("No seal report for a shipment"), said("report"), said("nothing"),
        said("The report"),
    ),
    "M-30": RuleText(
        said("Sold as organic without seals"), said("sealed"), said("sold"), _APPLICATION
    ),
    "M-31": RuleText(
        said("Sealed a lot that was not fit"), said("conforming"), said("result"),
        said("A grading dated before it"),
    ),
    "M-32": RuleText(
        said("Seals still on a rejected lot"), said("at most"), said("attached"),
        said("Removal of the seals"),
    ),
    "M-33": RuleText(said("The same seal used twice"), said("free"), said("overlap")),
    "M-34": RuleText(
        said("Seals that nobody issued"), said("issued"), said("named"),
        said("The issue, or the registration of the mark"),
    ),
    "M-35": RuleText(
        said("A seal came back from where it ended"), said("in the stock of"), said("last place"),
        _RECEIPT,
    ),
    "M-36": RuleText(
        said("Shipped more seals than were attached"), said("on the lot"), said("on the line"),
        _APPLICATION,
    ),
    "M-37": RuleText(
        said("Sealed and never shipped"), said("nothing left"), said("on the lot, last attached"),
        said("The departure, or the sale"),
    ),
    "M-38": RuleText(said("Too many seals spoiled"), said("limit"), said("spoiled, attached")),
    "M-39": RuleText(said("Disposal without proof"), _PRESENT, said("absent")),
    "M-40": RuleText(
        said("Destroyed without having been spoiled"), said("at least"),
        said("lowest balance, and since when"), said("A report of the spoilage"),
    ),
    "M-41": RuleText(said("Seals lost or stolen"), said("nothing lost"), said("seals, cause")),
    "M-42": RuleText(
        said("Stock not returned after a contract"), said("nothing held"), said("seals held"),
        said("Return or disposal of the seals"),
    ),
    "M-43": RuleText(
        said("Old seals in stock"), said("used up"), said("in stock, oldest since"),
        said("Use or return of the seals"),
    ),
    "M-44": RuleText(
        said("A count is overdue"), said("counted"), said("last count"), said("A count")
    ),
    "M-45": RuleText(
        said("Happened in an impossible order"), said("held there"), said("balance"),
        said("A fact that was not reported yet"),
    ),
    "M-46": RuleText(
        said("At two places at once"), said("one place"), said("places, time between")
    ),
    "M-47": RuleText(
        said("A clock is wrong, or reports are late"), said("limit"), said("how many, the oldest")
    ),
    "M-48": RuleText(said("Two events contradict each other"), said("first"), said("other")),
    "M-49": RuleText(
        said("An unusual retraction"), said("nothing unusual"), said("what is unusual"),
        said("The event that is retracted, where it is yet to come"),
    ),
    "M-50": RuleText(
        said("One person on both sides of a control"), said("two people"), said("person")
    ),
    "M-51": RuleText(said("More than a line can seal"), said("in an hour at most"), said("sealed")),
    "M-52": RuleText(
        said("Annual report differs"), said("ledger, kg"), said("report, kg"),
        said("A new report of that year"),
    ),
    "M-53": RuleText(
        said("Annual report late"), said("by"), said("filed on"),
        said("A report filed in time, reported late"),
    ),
    "M-54": RuleText(said("No document with an event"), _PRESENT, said("absent")),
    "M-55": RuleText(
        said("Input used without a check"), said("verified"), said("not verified"),
        said("The verification of the input"),
    ),
    "M-56": RuleText(
        said("Subdivided into more than there was"), said("weight of the lot"),
        said("children, losses"),
    ),
    "M-57": RuleText(
        said("In conversion, labelled as organic"), said("nothing against it"),
        said("codes against it"), _LOT,
    ),
    "M-58": RuleText(
        said("Carried in a way the claim bars"), said("allowed"), said("transport")
    ),
    "M-59": RuleText(
        said("Arrived differs from left"), said("left"), said("arrived"),
        said("A receipt or return that was not reported yet"),
    ),
    "M-60": RuleText(
        said("A source has fallen silent"), said("heard"), said("last heard"),
        said("Any event of that source"),
    ),
    "M-61": RuleText(
        said("A complaint without an answer"), said("answered"), said("nothing"),
        said("The answer"),
    ),
    "M-62": RuleText(
        said("A process that is not allowed"), said("allowed"), said("substance or figure"), _LOT
    ),
    "M-63": RuleText(
        said("Process records are missing"), said("recorded"), said("nothing"),
        said("The record of that activity"),
    ),
    "M-64": RuleText(
        said("A person without the qualification"), said("qualified"), said("since, years"),
        said("The qualification, reported late"),
    ),
    "M-65": RuleText(
        said("Said by a party that may not say it"), said("who may say it"), said("who said it"),
        said("A registration by which that party may say it"),
    ),
    "M-66": RuleText(
        said("Stock adjusted without a count"), said("the count"), said("what is recorded there"),
        said("The count, reported late"),
    ),
    "M-67": RuleText(
        said("Seals after the end of the certification"),
        said("in stock, or a valid certification"),
        said("what there is, and since when"),
        said("Return to the certifying body, destruction, or a certification"),
    ),
}  # fmt: skip
UNKNOWN: Final = RuleText(said("Another rule"), said("expected"), said("found"))


def rule_text(rule: str) -> RuleText:
    """A rule in words; one that has none yet says so."""
    return RULE_TEXTS.get(rule, UNKNOWN)
