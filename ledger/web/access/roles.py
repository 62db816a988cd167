"""What a role may look at and decide; whose rows those are is the database's to say."""

from typing import Annotated, Final

from fastapi import Depends

from ledger.log.seeing import Viewer
from ledger.web.access.viewers import Asking
from ledger.web.problems import forbidden

LOOKING: Final = frozenset({"exporter", "processor", "importer", "certifier", "operator"})
EXPLAINING: Final = frozenset({"exporter", "processor", "importer"})
CERTIFYING: Final = frozenset({"certifier"})


def onlooker(viewer: Asking) -> Viewer:
    """Refuse a scanner."""
    if viewer.role not in LOOKING:
        raise forbidden("A scanner sees the receipts of its own source alone.")
    return viewer


def _explaining(viewer: Asking) -> Viewer:
    if viewer.role not in EXPLAINING:
        raise forbidden("Exporters, processors and importers explain.")
    return viewer


def _certifying(viewer: Asking) -> Viewer:
    if viewer.role not in CERTIFYING:
        raise forbidden("Certifiers decide this.")
    return viewer


Onlooker = Annotated[Viewer, Depends(onlooker)]
Explainer = Annotated[Viewer, Depends(_explaining)]
Certifier = Annotated[Viewer, Depends(_certifying)]


def person_of(viewer: Viewer, given: str | None) -> str:
    """The person who decides: the token's own, or the one given where the token names none."""
    if viewer.person is None:
        return given or ""
    if given not in (None, "", viewer.person):
        raise forbidden(f"This token decides as {viewer.person} alone.")
    return viewer.person
