"""cj before a gateway that takes comparisons one by one, as the platform's own does."""

from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from app.cj.gateway_http import Gateway
from app.contracts.llm_http import ComparisonRequest
from app.errors import UpstreamRefused
from tests.integration.parts import Json, in_process, neighbour


def request(prompt: str) -> ComparisonRequest:
    return ComparisonRequest(user_prompt=prompt, callback_topic="t", correlation_id=uuid4())


def one_by_one(asked: list[Json], statuses: dict[str, int]) -> FastAPI:
    app = FastAPI()

    @app.post("/api/v1/comparison")
    async def comparison(call: Request) -> Response:
        body = await call.json()
        asked.append(body)
        status = statuses.get(body["user_prompt"], 202)
        answer = {
            "queue_id": str(uuid4()),
            "status": "queued",
            "message": "queued",
            "estimated_wait_minutes": None,
        }
        return JSONResponse(answer if status == 202 else {"error": "no"}, status)

    return app


async def test_each_comparison_is_asked_by_itself_and_answered_by_itself() -> None:
    asked: list[Json] = []
    wanted = [request(prompt) for prompt in ("good", "too odd", "busy", "fine")]
    async with in_process(one_by_one(asked, {"too odd": 400, "busy": 503})) as http:
        gateway = Gateway(neighbour(http, "gateway"), "http://service/api/v1", lambda: "token")
        items = await gateway.ask(wanted)
    assert [(item.index, item.status, item.retryable) for item in items] == [
        (0, "queued", False),
        (1, "refused", False),
        (2, "refused", True),
        (3, "queued", False),
    ]
    assert [item.correlation_id for item in items if item.status == "queued"] == [
        wanted[0].correlation_id,
        wanted[3].correlation_id,
    ]
    assert {UUID(body["correlation_id"]) for body in asked} == {one.correlation_id for one in wanted}
    assert all(body["callback_topic"] == "t" for body in asked)


async def test_the_route_for_many_is_tried_once_only() -> None:
    tried: list[str] = []
    app = one_by_one([], {})

    @app.post("/api/v1/comparisons")
    async def comparisons() -> Response:
        tried.append("many")
        return Response(status_code=405)

    async with in_process(app) as http:
        gateway = Gateway(neighbour(http, "gateway"), "http://service")
        for _ in range(3):
            assert [item.status for item in await gateway.ask([request("good")])] == ["queued"]
    assert tried == ["many"]


async def test_a_gateway_that_lets_nobody_in_refuses_the_whole_batch() -> None:
    async with in_process(one_by_one([], {"good": 401})) as http:
        gateway = Gateway(neighbour(http, "gateway"), "http://service")
        with pytest.raises(UpstreamRefused, match="401"):
            await gateway.ask([request("good")])
