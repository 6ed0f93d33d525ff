"""The mock's mode: shown, switched by admins for all processes at once, kept until taken back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from app.db.listen import Wakeup
from app.db.unit import Database
from app.edge import problems
from app.edge.tokens import AdminTokens, service_token
from app.gateway.api.mock_mode import routes
from app.gateway.mock_mode import LOOK_AGAIN_S, MockMode
from app.gateway.providers.base import Judge, Question
from app.gateway.providers.mock import MockJudge
from app.gateway.providers.mock_failures import failure_of
from app.gateway.providers.mock_options import MockOptions, for_request
from app.gateway.providers.profiles import PROFILES, by_hash
from app.gateway.tables import MOCK_MODE_CHANNEL
from app.settings import AuthSettings, GatewaySettings
from tests.integration.gateway_parts import opened, request
from tests.integration.parts import Clock, in_process

AUTH = AuthSettings(jwt_secret_key=SecretStr("a secret that is long enough for the tests"), admin_token=None)


def admin() -> dict[str, str]:
    """Return a header with a fresh token: the whole suite takes longer than one holds."""
    return {"Authorization": f"Bearer {service_token(AUTH, 'an-operator')}"}


WHERE = "/admin/mock-mode"
SETTINGS = GatewaySettings(mock_mode="eng5-lower5", mock_latency_ms=0)
FOR_B = next(f"p{n}" for n in range(99) if not by_hash(PROFILES["default"], f"p{n}")[0])


@asynccontextmanager
async def process(
    database: Database, url: str, settings: GatewaySettings = SETTINGS
) -> AsyncIterator[tuple[httpx.AsyncClient, MockMode]]:
    """One gateway process, as far as the mode goes."""
    mode, app = MockMode(settings), FastAPI()
    problems.install(app, service="gateway", style="platform")
    app.include_router(routes(database, mode, settings, AdminTokens(AUTH), Clock()))
    async with Wakeup(url, MOCK_MODE_CHANNEL) as wakeup, in_process(app) as http:
        following = asyncio.create_task(mode.follow(database, wakeup))
        try:
            yield http, mode
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def until(database: Database, mode: MockMode, wanted: str) -> None:
    """Return when a process knows of a mode; sooner than it would look by itself, so by the notification."""
    async with asyncio.timeout(LOOK_AGAIN_S - 1):
        while await mode.current() != wanted:
            async with database.transaction() as connection:
                await connection.execute(text("SELECT 1"))


async def test_the_mode_of_the_settings_is_shown_in_the_platforms_words(
    database: Database, database_url: str
) -> None:
    async with process(database, database_url) as (http, _):
        assert (await http.get(WHERE)).json() == {
            "use_mock_llm": False,
            "mock_mode": "eng5-lower5",
            "default_provider": "openai",
        }
    plain = GatewaySettings(use_mock_llm=True, default_llm_provider="mock")
    async with process(database, database_url, plain) as (http, _):
        assert (await http.get(WHERE)).json() == {
            "use_mock_llm": True,
            "mock_mode": None,
            "default_provider": "mock",
        }


async def test_a_switch_reaches_every_process_without_a_restart_and_its_judges(
    database: Database, database_url: str
) -> None:
    async with process(database, database_url) as (http, mine), process(database, database_url) as (_, other):
        judge = MockJudge(SETTINGS, other.current)
        answer = await http.put(WHERE, json={"mock_mode": "cj-generic"}, headers=admin())
        assert answer.json()["mock_mode"] == "cj_generic_batch"
        assert await mine.current() == "cj_generic_batch"
        await until(database, other, "cj_generic_batch")
        assert (await judge.judge(Question(FOR_B, "", "", "gpt-5.1"))).first_wins
        await http.put(WHERE, json={"mock_mode": "default"}, headers=admin())
        await until(database, other, "default")
        assert not (await judge.judge(Question(FOR_B, "", "", "gpt-5.1"))).first_wins
        assert (await http.get(WHERE)).json()["mock_mode"] is None


async def test_a_switch_outlives_restarts_until_it_is_taken_back(database: Database, database_url: str) -> None:
    async with process(database, database_url) as (http, _):
        await http.put(WHERE, json={"mock_mode": "coin"}, headers=admin())
    async with process(database, database_url) as (http, restarted):
        assert await restarted.current() == "coin"
        taken_back = await http.put(WHERE, json={"mock_mode": None}, headers=admin())
        assert taken_back.json()["mock_mode"] == "eng5-lower5"
    async with process(database, database_url) as (_, restarted):
        assert await restarted.current() == "eng5-lower5"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
async def test_only_admins_switch(database: Database, database_url: str, headers: dict[str, str]) -> None:
    async with process(database, database_url) as (http, mode):
        assert (await http.put(WHERE, json={"mock_mode": "coin"}, headers=headers)).status_code == 401
        assert (await http.get(WHERE)).json()["mock_mode"] == "eng5-lower5"
        assert await mode.current() == "eng5-lower5"


@pytest.mark.parametrize("body", [{}, {"mock_mode": "eng6"}, {"mock_mode": 5}, {"mode": "coin"}])
async def test_a_mode_that_does_not_exist_is_refused_before_any_effect(
    database: Database, database_url: str, body: dict[str, object]
) -> None:
    async with process(database, database_url) as (http, _):
        answer = await http.put(WHERE, json=body, headers=admin())
        assert answer.status_code in {400, 422}
        assert "mock_mode" in answer.json()["error"]["message"] or "mode" in body
        assert (await http.get(WHERE)).json()["mock_mode"] == "eng5-lower5"


async def test_switched_off_admin_routes_do_not_exist(database: Database, database_url: str) -> None:
    off = GatewaySettings(admin_api_enabled=False)
    async with process(database, database_url, off) as (http, _):
        for answer in (await http.get(WHERE), await http.put(WHERE, json={"mock_mode": None}, headers=admin())):
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "ADMIN_API_DISABLED"


async def test_a_wish_of_the_mock_that_cannot_be_followed_is_refused_when_it_is_asked(
    database: Database, database_url: str
) -> None:
    judges: dict[str, Judge] = {"mock": MockJudge(SETTINGS)}
    async with opened(database, database_url, judges) as gateway:
        answer = await gateway.ask(metadata={"mock": {"noise": -1}})
        assert answer.status_code == 400
        assert "metadata.mock.noise" in answer.json()["error"]["message"]
        assert (await gateway.ask(metadata={"mock": {"noise": 2.5}})).status_code == 202


async def test_a_drawn_failure_passes_at_the_next_attempt_that_is_drawn_well(
    database: Database, database_url: str
) -> None:
    wishes = {"error_rate": 0.5, "error_codes": [503]}
    options, prompt = for_request(MockOptions(), {"mock": wishes}), request()["user_prompt"]

    def passes(number: int, attempt: int) -> bool:
        asked = Question(prompt, "", "", None, metadata={"comparison_number": number}, attempt=attempt)
        return failure_of(options, asked, 3) is None

    number = next(n for n in range(99) if not passes(n, 1) and passes(n, 2))
    judges: dict[str, Judge] = {"mock": MockJudge(SETTINGS)}
    async with opened(database, database_url, judges) as gateway:
        await gateway.ask(metadata={"mock": wishes | {"seed": 3}, "comparison_number": number})
        await gateway.work()
        assert await gateway.callbacks() == []
        gateway.clock.pass_by(60)
        await gateway.work()
        [callback] = await gateway.callbacks()
        assert callback["error_detail"] is None
