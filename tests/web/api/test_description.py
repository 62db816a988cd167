"""The OpenAPI document: what programs are told about the API."""

from typing import Any

import pytest

from tests.web.api.conftest import Trade


@pytest.fixture
def description(trade: Trade) -> dict[str, Any]:
    """The document as it is served, to everybody."""
    answer = trade.desk.client.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every operation, as `get /path`."""
    return [
        (f"{method} {path}", operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_needs_a_token_but_health(description: dict[str, Any]) -> None:
    """OpenAPI 3.1, one security scheme, asked for everywhere."""
    assert description["openapi"].startswith("3.1")
    assert list(description["components"]["securitySchemes"]) == ["token"]
    for name, operation in operations(description):
        open_to_all = name.startswith("get /health")
        assert ("security" in operation) != open_to_all, name


def test_every_operation_has_words_and_an_example(description: dict[str, Any]) -> None:
    """A summary, a description, and an answer to look at."""
    for name, operation in operations(description):
        assert operation["summary"], name
        assert operation["description"], name
        answer = operation["responses"]["200"]["content"].get("application/json")
        if answer is not None and not name.startswith("get /health/live"):
            assert answer["example"]["position"] > 0, name


def test_every_refusal_is_a_problem_document(description: dict[str, Any]) -> None:
    """4xx and 5xx are described as application/problem+json, all of them."""
    for name, operation in operations(description):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (name, status)


def test_what_pages_use_is_not_part_of_it(description: dict[str, Any]) -> None:
    """Sessions and pages are for people."""
    for name, _ in operations(description):
        assert "/session" not in name
        assert "/desk" not in name


def test_links_lead_to_operations(description: dict[str, Any]) -> None:
    """Every link names an operation that is there, with parameters that it has."""
    asked = {
        operation["operationId"]: {one["name"] for one in operation.get("parameters", ())}
        for _, operation in operations(description)
    }
    links = [
        link
        for _, operation in operations(description)
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]

    assert len(asked) == len(operations(description))
    assert len(links) > 30
    for link in links:
        assert link["parameters"].keys() <= asked[link["operationId"]], link
