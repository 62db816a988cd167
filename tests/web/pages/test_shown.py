"""Pages of what is shown and what is not: unproven lots, the criteria of a party, a herd."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from ledger.log import Log
from ledger.web.pages import shown
from ledger.web.pages.language import language
from tests.auditing import load
from tests.databases import Cluster
from tests.desks import Served, served
from tests.farms import farm

Signed = Callable[[str, str | None], httpx2.Client]


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over two farms."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        load(log, [*farm("FARM-1", 2), *farm("FARM-2", 1)])
        with served(log) as found:
            found.app.state.desk.follow()
            yield found


@pytest.fixture
def opened(desk: Served) -> Iterator[Callable[..., httpx2.Response]]:
    """What a role of a party is shown at an address, in a language."""

    def get(
        address: str, role: str = "operator", party: str | None = None, language: str = "en"
    ) -> httpx2.Response:
        secret = desk.token(role, party)["Authorization"].removeprefix("Bearer ")
        assert desk.client.post("/session", data={"token": secret}).status_code == 303
        return desk.client.get(
            address, headers={"accept": "text/html", "accept-language": language}
        )

    yield get
    desk.client.cookies.clear()


ADDRESSES = ("/desk/unproven", "/desk/unproven?party=FARM-1", "/desk/criteria?party=FARM-1",
             "/desk/criteria?party=FARM-1&on=2019-01-01", "/desk/herd?herd=H-FARM-1",
             "/desk/lot?lot=L-FARM-1-0")  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_open_in_both_languages(
    opened: Callable[..., httpx2.Response], address: str, language: str
) -> None:
    """For who keeps the animals, too."""
    for who in ((), ("processor", "FARM-1")):
        answer = opened(address, *(who or ("operator", None)), language)

        assert answer.status_code == 200, answer.text
        assert answer.headers["content-language"] == language


def test_a_page_shows_what_is_unproven(opened: Callable[..., httpx2.Response]) -> None:
    """Lot by lot with what would show it; linked from the lot and from its maker."""
    listed = opened("/desk/unproven?party=FARM-1").text
    lot = opened("/desk/lot?lot=L-FARM-1-0").text
    criteria = opened("/desk/criteria?party=FARM-1").text

    assert "/desk/lot?lot=L-FARM-1-0" in listed
    assert "L-FARM-2-0" not in listed
    assert language("en").event("CriterionShown") in listed
    assert "CriterionShown" not in listed
    for page in (lot, criteria):
        assert "/desk/unproven?party=FARM-1" in page
    assert "/desk/herd?herd=H-FARM-1" in lot
    assert "RECORD_CONTENT" in lot


def test_a_page_shows_criteria_and_a_herd(opened: Callable[..., httpx2.Response]) -> None:
    """States in words; feed with its shares, lots made from it."""
    criteria = opened("/desk/criteria?party=FARM-1").text
    herd = opened("/desk/herd?herd=H-FARM-1").text

    assert "review of the rules" in criteria
    assert "not shown" in criteria
    assert "own organic 100.0 %" in herd
    assert "/desk/lot?lot=L-FARM-1-1" in herd
    assert "are shown" not in herd


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The latest 1 of 2"), ("ja", "2件のうち最新の1件")]
)
def test_of_a_long_history_the_latest_is_shown(
    opened: Callable[..., httpx2.Response],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
) -> None:
    """And how much there is."""
    monkeypatch.setattr(shown, "of_a_herd_shown_max", 1)
    herd = opened("/desk/herd?herd=H-FARM-1", language=language).text

    assert said in herd
    assert "/desk/lot?lot=L-FARM-1-1" in herd
    assert "/desk/lot?lot=L-FARM-1-0" not in herd


@pytest.mark.parametrize(
    "address",
    ["/desk/herd?herd=H-FARM-2", "/desk/herd?herd=H-NONE", "/desk/criteria?party=FARM-2",
     "/desk/criteria?party=NOBODY", "/desk/unproven?lot=L-FARM-2-0"],
)  # fmt: skip
def test_what_is_anothers_is_not_there(
    opened: Callable[..., httpx2.Response], address: str
) -> None:
    """404, whether it is another's or nobody's."""
    answer = opened(address, "processor", "FARM-1")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_who_certifies_a_party_sees_its_criteria(opened: Callable[..., httpx2.Response]) -> None:
    """Whoever sees its certification; nobody else who is no party to it."""
    assert opened("/desk/criteria?party=FARM-1", "certifier", "BODY-1").status_code == 200
    assert opened("/desk/criteria?party=FARM-1", "certifier", "BODY-2").status_code == 404
    assert opened("/desk/criteria?party=FARM-1", "importer", "IMP-1").status_code == 404
