"""Any input at all: an answer that the description foresees, never a failure, nothing in part."""

import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from ledger.log import Log
from ledger.settings import Settings
from ledger.web.serving import address, listen, serve
from tests.databases import Cluster
from tests.desks import Served, served
from tests.web.api.conftest import Trade

examples_max = 20


class Running(NamedTuple):
    """A desk behind a real port, and a token for it."""

    address: str
    token: str


@pytest.fixture(scope="module")
def running(trade: Trade) -> Iterator[Running]:
    """The season, served as in production."""
    stop, ready = threading.Event(), threading.Event()
    configured = Settings(web_port=0)
    listening = listen(configured)
    place = address(listening)
    with Log.open(trade.dsn, recorded_at="event") as log:
        thread = threading.Thread(
            target=serve,
            args=(configured, log, stop),
            kwargs={"ready": ready, "listening": listening},
        )
        thread.start()
        assert ready.wait(30)
        yield Running(place, trade.as_role("certifier")["Authorization"])
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


EXCLUDED = [
    # A well-formed id or event may still be refused, and a malformed one too.
    positive_data_acceptance,
    negative_data_rejection,
    # Asked for in tests of their own.
    ignored_auth,
    unsupported_method,
]


@pytest.mark.slow
def test_the_api_is_as_it_describes_itself(running: Running) -> None:
    """Answers have a described status, type and shape; none is a failure."""
    schema = schemathesis.openapi.from_url(f"{running.address}/openapi.json")
    asked = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path == "/discrepancies/stream":
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples_max,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any) -> None:
            case.call_and_validate(
                headers={"Authorization": running.token}, excluded_checks=EXCLUDED
            )

        check()
        asked.add(operation.label)
    assert len(asked) > 20


@pytest.fixture(scope="module")
def empty(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over an empty ledger."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        yield found


HEADER = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)


@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(["type", "id", "time", "mark"]) | st.text(), inner
                )
            ),
            max_leaves=12,
        ).map(lambda value: __import__("json").dumps(value).encode()),
    ),
    content_type=st.sampled_from(
        [
            "application/json",
            "application/x-ndjson",
            "application/vnd.seals.avro",
            "avro/binary",
            "",
        ]
    )
    | HEADER,
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_body_has_an_answer(empty: Served, body: bytes, content_type: str) -> None:
    """A problem document or receipts, and a letter for each refusal; never a failure."""
    if "scanner" not in empty.secrets:
        shown = empty.token("scanner", "EXP-1", source="SCAN-1")
        empty.secrets["scanner"] = shown["Authorization"]
    before = len(empty.log.dead_letters(0, 100_000))
    headers = {"Authorization": empty.secrets["scanner"], "Content-Type": content_type}

    answer = empty.client.post("/events", content=body, headers=headers)

    assert answer.status_code in (200, 207, 413, 415, 422), answer.text
    told = answer.json()
    refused = sum(line["outcome"] == "refused" for line in told.get("receipts", []))
    assert len(empty.log.dead_letters(0, 100_000)) - before == refused


ADDRESSES = (
    "/lots/{0}", "/lots/{0}/trace", "/shipments/{0}", "/certificates/{0}/{0}", "/events/{0}",
    "/receipts/{0}", "/discrepancies/{0}", "/periods/{0}/{0}/{0}", "/nowhere/{0}",
    "/lots?cursor={0}",
    "/reconciliation?as_of={0}&importer={0}", "/statements?mark={0}&holder={0}&site={0}&from={0}",
    "/discrepancies?rule={0}&severity={0}&state={0}&group={0}&subject={0}",
    "/substances/{0}?table={0}&class={0}&on={0}",
    "/labels/check?claim={0}&lot={0}&on={0}&text={0}&route={0}", "/lots?limit={0}",
    "/sources?cursor={0}", "/lots?format={0}&headings={0}&bom={0}", "/events?type={0}&source={0}",
    "/discrepancies/stream?seconds=1&after={0}", "/reconciliation?known_at={0}&exporter={0}",
)  # fmt: skip
PIECE = st.one_of(
    st.binary(max_size=12).map(lambda raw: "".join(f"%{byte:02X}" for byte in raw)),
    st.sampled_from(
        ["%00", "..%2F..", "%FF", "%ED%A0%80", "0000-00-00", "9999-12-31", "2026-02-30", "1e9",
         "-1", "99999999999999999999", "'%3B--", "%25", "%20", "x" * 300, "%2B", "true", "null"]
    ),
)  # fmt: skip


@given(
    template=st.sampled_from(ADDRESSES),
    piece=PIECE,
    role=st.sampled_from(["operator", "importer"]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_address_has_an_answer(empty: Served, template: str, piece: str, role: str) -> None:
    """What cannot be asked is a problem with the name of the field; never a failure."""
    if role not in empty.secrets:
        empty.secrets[role] = empty.token(role, "IMP-1")["Authorization"]

    answer = empty.client.get(
        template.format(piece), headers={"Authorization": empty.secrets[role]}
    )

    assert answer.status_code in (200, 404, 405, 422), answer.text
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
