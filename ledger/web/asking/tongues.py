"""The language in which whoever asks is answered."""

from starlette.requests import Request

from ledger.rules.reading import TONGUES, Tongue


def tongue_of(request: Request, chosen: str | None = None) -> Tongue:
    """The language that was chosen, else the first that the request accepts, else English."""
    accepted = request.headers.get("accept-language", "").split(",")
    codes = (part.strip().split(";")[0].split("-")[0].lower() for part in accepted)
    for asked in (chosen, *codes):
        for code in TONGUES:
            if asked == code:
                return code
    return "en"
