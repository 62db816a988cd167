"""What a decision about a case is given as over the API, and how it is taken and answered."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ledger.cases.decision import documents_max, name_letters_max, text_letters_max
from ledger.errors import Unavailable
from ledger.facts.identity import Document
from ledger.log.seeing import Viewer
from ledger.web.api.answers import answer
from ledger.web.asking.decisions import ActName, Given, command_of, one_case, settled
from ledger.web.asking.given import ID_PATTERN, TEXT_PATTERN
from ledger.web.desk import Desk

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Text = Annotated[str | None, Field(max_length=text_letters_max, pattern=TEXT_PATTERN)]
Needed = Annotated[str, Field(min_length=1, max_length=text_letters_max, pattern=TEXT_PATTERN)]


class Attached(BaseModel):
    """Evidence kept elsewhere: the name of a file and the SHA-256 of its bytes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=name_letters_max, pattern=TEXT_PATTERN)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


Documents = Annotated[tuple[Attached, ...], Field(max_length=documents_max)]


class Said(BaseModel):
    """What somebody gives with a decision."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> Given:
        """The same as the act is asked."""
        fields: dict[str, Any] = {
            name: getattr(self, name) for name in Given._fields if hasattr(self, name)
        }
        if "documents" in fields:
            fields["documents"] = [
                Document(name=one.name, sha256=one.sha256) for one in fields["documents"]
            ]
        return Given(**fields)


def decided_one(desk: Desk, viewer: Viewer, case_id: UUID, act: ActName, body: Said) -> Response:
    """Take a decision about a case, and answer the case as it stands then."""
    decided = settled(desk, viewer, case_id, command_of(desk, act, viewer, body.given()))
    try:
        with desk.looking(viewer) as looking:
            return answer(looking.standing, one_case(looking, case_id).row)
    except Unavailable:
        # It is recorded, so this is no failure: what was seen before, and what was decided, tell.
        return answer(decided.standing, decided.row)
