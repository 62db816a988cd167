"""What pages are made of: addresses, templates (everything escaped), styles and pictures.

A template gets what it shows and asks nobody for more. Styles and pictures are served from memory
under names that carry a hash of the content, so a browser keeps them for good and never old ones.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ledger.cases.deciding import REASONS as REASON_CODES
from ledger.cases.decision import text_letters_max
from ledger.rules.violation import SubjectKind, parts_of
from ledger.web.origin import base_of
from ledger.web.pages.language import LANGUAGES, Language, language
from ledger.web.pages.themes import THEMES, theme_of
from ledger.web.pages.words import (
    KINDS,
    LETTER_REASONS,
    LETTER_STATES,
    REASONS,
    REFUSED,
    ROLES,
    SEVERITIES,
    STATES,
    WAYS,
)
from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
ROOT: Final = "/desk"
TEMPLATES: Final = "templates"
_NOUN_PAGES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    SubjectKind.ACCOUNT: ("statement", ("mark", "holder", "site")),
    "stock": ("statement", ("mark", "holder", "site")),
    SubjectKind.LOT: ("lot", ("lot",)),
    SubjectKind.SHIPMENT: ("shipment", ("shipment",)),
    SubjectKind.CERTIFICATE: ("certificate", ("issuer", "number")),
    SubjectKind.ISSUER: ("certificates", ("issuer",)),
    SubjectKind.APPLICATION: ("event", ("id",)),
    SubjectKind.EVENT: ("event", ("id",)),
    SubjectKind.SOURCE: ("source", ("source",)),
    SubjectKind.PARTY: ("party", ("party",)),
    SubjectKind.PARTY_YEAR: ("year", ("party", "year")),
    "year": ("year", ("party", "year")),
    SubjectKind.PERSON: ("person", ("person",)),
    SubjectKind.MARK: ("mark", ("mark",)),
    "seal": ("seal", ("mark", "number")),
    SubjectKind.CONTRACT: ("contract", ("contract",)),
    SubjectKind.DISPATCH: ("dispatch", ("dispatch",)),
    "product": ("product", ("product",)),
    SubjectKind.LABEL: ("label", ("label", "version")),
    SubjectKind.REPORT: ("report", ("report",)),
    "request": ("request", ("request",)),
    "complaint": ("complaint", ("complaint",)),
    "herd": ("herd", ("herd",)),
    "case": ("case", ("id",)),
}
"""By kind of noun or subject: its page, and what the parts of its key are called there."""
_SHEETS: Final = ("colours.css", "desk.css", "charts.css", "print.css")
"""Sent as one, under the name of the desk's: a first visit asks for four things in all."""
_SHEET: Final = "desk.css"
_JAPANESE_DAY: Final = re.compile(
    r"<(?P<plain>title|option|textarea|svg|script)\b.*?</(?P=plain)>|<[^>]*>"
    r"|(?P<day>[0-9]{1,4}年[0-9]{1,2}月[0-9]{1,2}日)",
    re.DOTALL,
)
"""A day that no line may break; what is markup, or takes none, is passed over."""
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"


def address(request: Request, page: str, words: Mapping[str, object] | None = None) -> str:
    """Where a page is; words without a value are left out."""
    given = {name: value for name, value in (words or {}).items() if value not in (None, "")}
    path = f"{base_of(request)}{ROOT}/{page}"
    return path + (f"?{urlencode(given)}" if given else "")


def page_of(kind: str, key: str) -> tuple[str, dict[str, str]] | None:
    """The page of a noun or subject and the words its address takes; None where none shows it."""
    found = _NOUN_PAGES.get(kind)
    if found is None:
        return None
    page, names = found
    return page, dict(zip(names, parts_of(key), strict=False))


def render(
    request: Request,
    spoken: Language,
    template: str,
    *,
    status: int = 200,
    finish: Callable[[str], str] = str,
    **values: Any,
) -> HTMLResponse:
    """A template filled in; `here` is the address to come back to, `base` stands before all.

    `finish` is given the page before it is sent.
    """
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    found = _environment(spoken.code).get_template(f"{template}.html")
    text = found.render(**values, here=here, base=base_of(request), theme=theme_of(request))
    text = finish(text)
    if spoken.code == "ja":
        text = _JAPANESE_DAY.sub(_in_one_line, text)
    return HTMLResponse(text, status_code=status, headers={"Content-Language": spoken.code})


def _in_one_line(found: re.Match[str]) -> str:
    day = found["day"]
    return found[0] if day is None else f'<span class="nowrap">{day}</span>'


@cache
def _environment(code: str) -> Environment:
    spoken = language(code)
    made = Environment(
        loader=PackageLoader("ledger.web.pages", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension adds these two to the environment, where no type checker sees them.
    made.install_gettext_translations(  # type: ignore[attr-defined]
        spoken.translations, newstyle=True
    )
    made.filters.update(
        number=spoken.number, signed=spoken.signed, day=spoken.day, moment=spoken.moment,
        day_said=spoken.day_said, day_and_era=spoken.day_and_era, due=spoken.due,
        moment_said=spoken.moment_said, moment_exact=spoken.moment_exact,
        elsewhere=spoken.elsewhere, month=spoken.month, month_and_era=spoken.month_and_era,
        counted=spoken.counted, kilos=spoken.kilos, percent=spoken.percent,
        end_of=spoken.end_of, period=spoken.month, say=spoken.say,
        told=spoken.told, in_words=spoken.case, rule=spoken.rule,
        sides=spoken.sides,
        event_name=spoken.event, word=spoken.word, heading=spoken.heading,
        constant=spoken.constant, country=spoken.country,
    )  # fmt: skip
    made.globals.update(
        static=static, language=spoken, languages=LANGUAGES, themes=THEMES, kinds=KINDS,
        roles=ROLES, states=STATES, severities=SEVERITIES,
        way_names=WAYS, letters_max=text_letters_max,
        decision_reasons={code: REASONS[code] for code in REASON_CODES},
        letter_states=LETTER_STATES, letter_reasons=LETTER_REASONS, refused=REFUSED,
    )  # fmt: skip
    return made


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """By name: content, media type, a hash of the content."""
    folder = files("ledger.web.pages").joinpath("static")
    contents = {file.name: file.read_bytes() for file in folder.iterdir()}
    sheet = b"".join(contents.pop(name) for name in _SHEETS)
    found = {}
    for name, content in {**contents, _SHEET: sheet}.items():
        kind = _TYPES.get(name[name.rfind(".") :])
        if kind is not None:
            found[name] = (content, kind, sha256(content).hexdigest()[:12])
    return found


def static(name: str) -> str:
    """The address of a file, below the base."""
    return f"/static/{_files()[name][2]}/{name}"


@router.get("/static/{digest}/{name}")
def file(digest: str, name: str) -> Response:
    """Serve a file under its present name."""
    found = _files().get(name)
    if found is None or found[2] != digest:
        raise not_found("such file")
    return Response(found[0], media_type=found[1], headers={"Cache-Control": _FOREVER})
