"""No request that the OpenAPI description allows, or just about does not, gives a 500."""

from __future__ import annotations

import contextlib

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from tests.ground.crowd import TOKEN, make_gate, publish_week
from tests.ground.databases import Engine

pytestmark = pytest.mark.slow

EXAMPLES = 30
"""Requests per operation and kind of data; the seed is fixed, so that every run sends the same ones."""

SETTINGS = settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def week(engine: Engine, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A published programme with a gate."""
    folder = tmp_path_factory.mktemp("week")
    url = engine.copy(template, folder)
    publish_week(url, folder, sessions=3)
    make_gate(url, folder, 20)
    return url


def test_no_request_of_the_openapi_gives_a_500(server, week):
    one = server(source=week)
    description = httpx.get(f"{one.url}/api/openapi.json").raise_for_status().json()
    answers: dict[str, set[int]] = {}
    faults: list[str] = []

    def ask(case: schemathesis.Case) -> None:
        response = case.call(base_url=one.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
        answers.setdefault(case.operation.label, set()).add(response.status_code)
        if response.status_code >= 500:
            faults.append(f"{response.status_code} {case.as_curl_command()}")

    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = operation.as_strategy(generation_mode=mode)
            # Nothing can be wrong about a request that has neither parameters nor a body.
            with contextlib.suppress(Unsatisfiable):
                SETTINGS(given(case=cases)(ask))()
    assert faults == []
    described = [method for path in description["paths"].values() for method in path if method in ("get", "post", "put", "delete")]
    assert len(answers) == len(described)
