"""Light or dark: as the device has it, or as somebody chose."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from ledger.web.problems import said

COOKIE: Final = "ledger_theme"
AUTO: Final = "auto"
THEMES: Final[Mapping[str, str]] = {
    AUTO: said("As the device"),
    "light": said("Light"),
    "dark": said("Dark"),
}


def theme_of(request: Request) -> str:
    """What somebody chose; `auto` where nobody did."""
    chosen = request.cookies.get(COOKIE, AUTO)
    return chosen if chosen in THEMES else AUTO
