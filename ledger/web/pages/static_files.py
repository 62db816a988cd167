"""Styles, scripts and pictures of the pages, served from memory under names that never change.

The name carries a hash of the content, so a browser keeps a file for good and never an old one.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"


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
    """The address of a file."""
    return f"/static/{_files()[name][2]}/{name}"


@router.get("/static/{digest}/{name}")
def file(digest: str, name: str) -> Response:
    """Serve a file under its present name."""
    found = _files().get(name)
    if found is None or found[2] != digest:
        raise not_found("such file")
    return Response(found[0], media_type=found[1], headers={"Cache-Control": _FOREVER})
