"""Pages as HTML: templates, one environment a language, everything escaped.

A template gets what it shows and asks nobody for more.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ledger.web.pages.language import LANGUAGES, Language, language
from ledger.web.pages.static_files import static
from ledger.web.pages.words import ROLES, SECTIONS, SEVERITIES, STATES, WAYS

ROOT: Final = "/desk"
TEMPLATES: Final = "templates"


def address(page: str, words: Mapping[str, object] | None = None) -> str:
    """Where a page is; words without a value are left out."""
    given = {name: value for name, value in (words or {}).items() if value not in (None, "")}
    path = "/" if page == "overview" else f"{ROOT}/{page}"
    return path + (f"?{urlencode(given)}" if given else "")


def render(
    request: Request, spoken: Language, template: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A template filled in; `here` is the address to come back to."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    text = _environment(spoken.code).get_template(f"{template}.html").render(**values, here=here)
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
        say=spoken.say, in_words=spoken.case, value=spoken.value, rule=spoken.rule,
        event_name=spoken.event,
    )  # fmt: skip
    made.globals.update(
        static=static, language=spoken, languages=LANGUAGES, roles=ROLES, section_names=SECTIONS,
        states=STATES, severities=SEVERITIES, way_names=WAYS,
    )  # fmt: skip
    return made
