"""A page being opened: who looks at it, in which language, at which moment.

What a page shows is one snapshot, seen as the viewer may see it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, Response

from ledger.rules.moments import JAPAN, day_at
from ledger.web.access.signing import Session
from ledger.web.access.viewers import SAFE_METHODS, AtDesk, SignedIn
from ledger.web.asking.forms import (
    OF_PAGES,
    Form,
    chosen,
    given_bom,
    given_format,
    given_headings,
)
from ledger.web.asking.given import Clocks
from ledger.web.asking.listing import Listing
from ledger.web.desk import Desk, Looking, Standing
from ledger.web.origin import path_of
from ledger.web.pages import unchanged
from ledger.web.pages.given import AtClocks
from ledger.web.pages.language import Language, language_of
from ledger.web.pages.navigation import lists_of, section_of, sections_of, trail_of
from ledger.web.pages.refs import Refs
from ledger.web.pages.rendering import ROOT, address, render
from ledger.web.writing import written

_OK: Final = 200
BOTH_CLOCKS: Final = frozenset(
    {"pairs", "pair", "figure", "statement", "lot", "shipment", "certificates"}
)
"""Pages that links ask for at the clocks of the page they stand on; the others say now.

So does a case: every list names the cases of now, which need not have been open at the clocks.
"""

_PARTS: Final = ("page", "after", "after_code", "before", "decided", "done", "form")
"""Words of addresses that show a part of a list, or what was just done."""


class Opening:
    """One page for one person."""

    def __init__(
        self, request: Request, session: Session, desk: Desk, clocks: Clocks, language: Language
    ) -> None:
        self.request, self.session, self.desk = request, session, desk
        self.clocks, self.language = clocks, language
        self.viewer = session.viewer
        self._has_list = False
        self._looking: Looking | None = None

    @property
    def today(self) -> date:
        """The day in Japan."""
        return day_at(self.desk.now(), JAPAN)

    @contextmanager
    def looking(self) -> Iterator[Looking]:
        """One snapshot as the viewer sees it."""
        with self.desk.looking(self.viewer) as looking:
            if self._keeps:
                unchanged.check(self.request, self._tag(looking.standing))
            self._looking = looking
            try:
                yield looking
            finally:
                self._looking = None

    def file(self, listing: Listing, form: Form | None = None) -> Response | None:
        """The list of this page as a file, whole; None where the page itself is asked for."""
        self._has_list = True
        wanted = self.form if form is None else form
        if wanted.kind == "html":
            return None
        columns = listing._replace(name="rows", by_column=True, clocks=self.clocks)
        return written(self.request, self.desk, self.viewer, wanted, columns)

    @property
    def form(self) -> Form:
        """The form that is asked for; files are for spreadsheets in the language of the viewer."""
        words, code = self.request.query_params, self.language.code
        return chosen(
            self.request.headers.get("accept", ""),
            OF_PAGES,
            given=given_format(words.get("format")),
            headings=given_headings(words.get("headings"), "ja" if code == "ja" else "en"),
            bom=given_bom(words.get("bom"), otherwise=True),
        )

    def until(self, looking: Looking) -> int:
        """The position that the clock of knowing stands for."""
        return self.clocks.position(looking)

    def to(self, page: str, **words: object) -> str:
        """The address of another page, the clocks kept where it knows them."""
        kept: Mapping[str, object] = self.clocks.words if page in BOTH_CLOCKS else {}
        own = {name: value for name, value in kept.items() if name not in words}
        return address(self.request, page, {**words, **own})

    def again(self, **words: object) -> str:
        """This page's own address with some words changed; None leaves one out."""
        found = {**self.request.query_params, **words}
        given = {name: value for name, value in found.items() if value not in (None, "")}
        return self.request.url.path + (f"?{urlencode(given)}" if given else "")

    def show(
        self,
        template: str,
        standing: Standing | None,
        *,
        status: int = 200,
        page: Any = "",
        **values: Any,
    ) -> HTMLResponse:
        """The page as HTML; one that rests on the log alone may be kept by the browser.

        `page`, where given, is what it is for the navigation.
        """
        tag = self._tag(standing) if self._keeps and standing and status == _OK else None
        if tag is not None:
            unchanged.check(self.request, tag)
        refs, role = Refs(), self.viewer.role
        name = page or template
        section = section_of(role, name)
        made = render(
            self.request,
            self.language,
            template,
            status=status,
            finish=lambda text: self._filled(refs, text),
            **values,
            page=name,
            viewer=self.viewer,
            csrf=self.session.csrf,
            standing=standing,
            printed=self.desk.now(),
            clocks=self.clocks,
            to=self.to,
            again=self.again,
            kept=self.kept,
            refs=refs,
            sections=sections_of(role),
            section_now=section,
            lists=lists_of(role, section),
            trail=trail_of(role, name),
            as_file=self._as_file if self._has_list else None,
        )
        if tag is not None:
            made.headers.update(unchanged.headers(tag))
        return made

    @property
    def _keeps(self) -> bool:
        """Whether it is a page that rests on the log alone."""
        path = path_of(self.request)
        name = "pairs" if path == "/" else path.removeprefix(f"{ROOT}/")
        return self.request.method in SAFE_METHODS and name in unchanged.RESTING_ON_THE_LOG

    def _tag(self, standing: Standing) -> str:
        return unchanged.tag_of(
            self.request, self.session, self.language, standing, self.desk.now()
        )

    def _as_file(self, kind: str) -> str:
        """The address of this page's list as a file."""
        return self.again(**dict.fromkeys(_PARTS), format=kind)

    def _filled(self, refs: Refs, text: str) -> str:
        """A page with the ids that it names written out, as the viewer sees them."""
        if not refs:
            return text
        if self._looking is not None:
            seen = self._looking
            return refs.fill(text, seen.rows, seen.log, self.language, self.to)
        with self.looking() as seen:
            return refs.fill(text, seen.rows, seen.log, self.language, self.to)

    @property
    def kept(self) -> dict[str, str]:
        """The words of the address besides its clocks, for a form that moves those."""
        words = self.request.query_params.items()
        return {name: value for name, value in words if name not in Clocks._fields}


def opening(request: Request, session: SignedIn, desk: AtDesk, clocks: AtClocks) -> Opening:
    """Open a page for whoever is signed in."""
    return Opening(request, session, desk, clocks, language_of(request))


Open = Annotated[Opening, Depends(opening)]
