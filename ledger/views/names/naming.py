"""By what a thing is found: its id, what else stands on it, the words of its name.

Ids are compared by what they look like (`rules.figures.fold`): case, width, hyphens, spaces, O and
0, I, L and 1 are alike. Words are compared letter by letter; a word of a script without spaces is
found from each of its letters on.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from ledger.facts.documents import ExportCertificateRequested
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded
from ledger.facts.mentions import About, mentions
from ledger.facts.registry import PartyRegistered, ProductRegistered
from ledger.facts.seals import SealsDispatched
from ledger.facts.shipments import ShipmentDeparted
from ledger.rules.figures import fold
from ledger.views.access.naming import parties_named

words_of_a_name_max: Final = 12
word_letters_max: Final = 40
part_letters_min: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")
_WITHOUT_SPACES: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_SEPARATOR: Final = re.compile(r"[-_./ ]+")


class Name(NamedTuple):
    """One way to find a thing.

    `what` is what it is found by: empty for its id, `part` for what stands behind its first part;
    `about` the subject that it is seen as, where being named on one shows it.
    """

    kind: str
    key: str
    what: str
    folded: str
    about: int | None = None
    words: tuple[str, ...] = ()


KINDS: Final[dict[About, tuple[str, About | None]]] = {
    About.PARTY: ("party", None),
    About.ISSUER: ("party", None),
    About.SOURCE: ("source", About.SOURCE),
    About.MARK: ("mark", None),
    About.CONTRACT: ("contract", About.CONTRACT),
    About.PERSON: ("person", None),
    About.PRODUCT: ("product", About.PRODUCT),
    About.LABEL: ("label", About.LABEL),
    About.DISPATCH: ("dispatch", About.DISPATCH),
    About.LOT: ("lot", About.LOT),
    About.INPUT: ("lot", About.LOT),
    About.CHILD: ("lot", About.LOT),
    About.LINE: ("lot", About.LOT),
    About.SHIPMENT: ("shipment", About.SHIPMENT),
    About.CERTIFICATE: ("certificate", About.CERTIFICATE),
    About.NAMES: ("certificate", About.CERTIFICATE),
    About.REPLACES: ("certificate", About.CERTIFICATE),
    About.REPORT: ("report", About.REPORT),
    About.REQUEST: ("request", None),
    About.COMPLAINT: ("complaint", None),
    About.HERD: ("herd", About.HERD),
    About.FROM_HERD: ("herd", About.HERD),
}
"""By what a fact mentions: the kind of noun, and the subject that opens it."""


def words_in(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared, at most so many."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    found = chain.from_iterable(_starts(word[:word_letters_max]) for word in _WORD.findall(plain))
    return tuple(islice(dict.fromkeys(found), words_of_a_name_max))


def _starts(word: str) -> Iterator[str]:
    """A word, and where its script has no spaces, its end from each letter but the last on."""
    yield word
    if _WITHOUT_SPACES.search(word):
        yield from (word[start:] for start in range(1, len(word) - 1))


def by_id(kind: str, key: str, about: int | None = None) -> Iterator[Name]:
    """The ways in which an id is found: as a whole, and by a part of it that says enough."""
    shown = key.replace("%20", " ")
    yield Name(kind, key, "", fold(shown), about)
    if kind == "certificate":
        yield Name(kind, key, "number", fold(shown.partition(" ")[2]), about)
    elif kind == "label":
        yield Name(kind, key, "label", fold(shown.rpartition(" ")[0]), about)
    else:
        parts = _SEPARATOR.split(shown, maxsplit=1)
        if len(parts) > 1 and len(folded := fold(parts[1])) >= part_letters_min:
            yield Name(kind, key, "part", folded, about)


def names_of(fact: Fact) -> Iterator[Name]:
    """Every way in which things are found by a fact that names them."""
    for mention in mentions(fact):
        known = KINDS.get(mention.about)
        if known is not None:
            yield from by_id(known[0], mention.key, known[1])
    for party in parties_named(fact):
        yield from by_id("party", party)
    yield from by_id("source", fact.source, About.SOURCE)
    mark = getattr(fact, "mark", None)
    if mark is not None:
        yield from by_id("mark", mark)
    for holder, site in _sites(fact):
        yield Name("site", f"{holder} {site}", "", fold(site))
    for document in fact.documents:
        yield Name("document", fact.id, "document", document.sha256, None, (document.name,))
    yield from _also(fact)


def _sites(fact: Fact) -> Iterator[tuple[str, str]]:
    if isinstance(fact, SealsDispatched):
        yield fact.from_holder, fact.from_site
        yield fact.to_holder, fact.to_site
    elif (holder := getattr(fact, "holder", None)) is not None:
        yield holder, fact.site  # type: ignore[attr-defined]  # whoever holds seals does so there


def _also(fact: Fact) -> Iterator[Name]:
    """What else stands on a thing: a registered name, another number."""
    match fact:
        case PartyRegistered():
            yield _named("party", fact.party, None, fact.name)
        case ProductRegistered():
            yield _named("product", fact.product, About.PRODUCT, fact.name)
        case LotRecorded():
            yield Name("lot", fact.lot, "pack", fold(fact.number), About.LOT)
        case ExportCertificateRequested():
            yield Name("request", fact.request, "invoice", fold(fact.invoice))
            yield Name("request", fact.request, "lading", fold(fact.bill_of_lading))
        case ShipmentDeparted() if fact.transport_seal is not None:
            yield Name("shipment", fact.shipment, "seal", fold(fact.transport_seal), About.SHIPMENT)


def _named(kind: str, key: str, about: About | None, name: str) -> Name:
    return Name(kind, key, "name", fold(name), about, words_in(name))
