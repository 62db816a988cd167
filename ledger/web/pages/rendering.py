"""What pages are made of: addresses, templates (everything escaped), styles and pictures.

A template gets what it shows and asks nobody for more. Styles and pictures are served from memory
under names that carry a hash of the content, so a browser keeps them for good and never old ones.
"""

from collections.abc import Mapping
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
from ledger.cases.deciding import text_letters_max
from ledger.rules.violation import SubjectKind, parts_of
from ledger.web.origin import base_of
from ledger.web.pages.language import LANGUAGES, Language, language
from ledger.web.pages.words import (
    LETTER_REASONS,
    LETTER_STATES,
    REASONS,
    REFUSED,
    ROLES,
    SECTIONS,
    SEVERITIES,
    STATES,
    WAYS,
)
from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
ROOT: Final = "/desk"
TEMPLATES: Final = "templates"
_SUBJECT_PAGES: Final[Mapping[SubjectKind, tuple[str, tuple[str, ...]]]] = {
    SubjectKind.ACCOUNT: ("statement", ("mark", "holder", "site")),
    SubjectKind.LOT: ("lot", ("lot",)),
    SubjectKind.SHIPMENT: ("shipment", ("shipment",)),
    SubjectKind.CERTIFICATE: ("certificates", ("issuer", "number")),
    SubjectKind.ISSUER: ("certificates", ("issuer",)),
    SubjectKind.APPLICATION: ("event", ("id",)),
    SubjectKind.EVENT: ("event", ("id",)),
    SubjectKind.SOURCE: ("sources", ("source",)),
    SubjectKind.PARTY: ("criteria", ("party",)),
}
"""By kind of subject: its page, and what the parts of its key are called there."""
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"


def address(request: Request, page: str, words: Mapping[str, object] | None = None) -> str:
    """Where a page is; words without a value are left out."""
    given = {name: value for name, value in (words or {}).items() if value not in (None, "")}
    path = base_of(request) + ("/" if page == "overview" else f"{ROOT}/{page}")
    return path + (f"?{urlencode(given)}" if given else "")


def page_of(kind: SubjectKind, key: str) -> tuple[str, dict[str, str]] | None:
    """The page of a subject and the words its address takes; None where none shows it."""
    found = _SUBJECT_PAGES.get(kind)
    if found is None:
        return None
    page, names = found
    return page, dict(zip(names, parts_of(key), strict=False))


def render(
    request: Request, spoken: Language, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A template filled in; `here` is the address to come back to, `base` stands before all."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    found = _environment(spoken.code).get_template(f"{template}.html")
    text = found.render(**values, here=here, base=base_of(request))
    return HTMLResponse(text, status_code=status, headers={"Content-Language": spoken.code})


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
        say=spoken.say, in_words=spoken.case, rule=spoken.rule,
        sides=spoken.sides,
        event_name=spoken.event, word=spoken.word,
    )  # fmt: skip
    made.globals.update(
        static=static, language=spoken, languages=LANGUAGES, roles=ROLES, section_names=SECTIONS,
        states=STATES, severities=SEVERITIES, way_names=WAYS, letters_max=text_letters_max,
        decision_reasons={code: REASONS[code] for code in REASON_CODES},
        letter_states=LETTER_STATES, letter_reasons=LETTER_REASONS, refused=REFUSED,
    )  # fmt: skip
    return made


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """By name: content, media type, a hash of the content."""
    found = {}
    for file in files("ledger.web.pages").joinpath("static").iterdir():
        kind = _TYPES.get(file.name[file.name.rfind(".") :])
        if kind is not None:
            content = file.read_bytes()
            found[file.name] = (content, kind, sha256(content).hexdigest()[:12])
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
