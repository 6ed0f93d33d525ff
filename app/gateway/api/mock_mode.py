"""The admin routes of the mock's mode: what it is, and switching it for all processes without a restart."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, ConfigDict, Field

from app.db.unit import Database
from app.edge.platform_docs import ASKS
from app.edge.tokens import AdminTokens
from app.errors import NotFound
from app.gateway import mock_mode
from app.gateway.mock_mode import MockMode
from app.gateway.providers.profiles import DEFAULT_MODE
from app.settings import GatewaySettings


class AdminApiDisabled(NotFound):
    """The admin routes are switched off by ``ADMIN_API_ENABLED``."""

    code = "admin_api_disabled"


class MockModeView(BaseModel):
    """Whether the mock stands in for all providers, and as what; ``mock_mode`` null is the default."""

    use_mock_llm: bool
    mock_mode: str | None
    default_provider: str


class MockModeWish(BaseModel):
    """A mode or profile by name; null takes the switch back, so that the settings hold again."""

    model_config = ConfigDict(extra="forbid")

    mock_mode: str | None = Field(max_length=64)


def routes(
    database: Database,
    mode: MockMode,
    settings: GatewaySettings,
    tokens: AdminTokens,
    clock: Callable[[], datetime],
) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/admin/mock-mode", tags=["admin"], dependencies=[Depends(_enabled(settings))])

    async def admin(authorization: Annotated[str | None, Header(include_in_schema=False)] = None) -> str:
        return await tokens.admin(authorization)

    def view(current: str) -> MockModeView:
        return MockModeView(
            use_mock_llm=settings.use_mock_llm,
            mock_mode=None if current == DEFAULT_MODE else current,
            default_provider=settings.default_llm_provider,
        )

    @router.get("", summary="The mock's mode")
    async def show() -> MockModeView:
        async with database.transaction() as connection:
            return view(await mode.look(connection))

    @router.put("", summary="Switch the mock's mode in all processes", dependencies=[ASKS])
    async def switch(wish: MockModeWish, by: Annotated[str, Depends(admin)]) -> MockModeView:
        async with database.transaction() as connection:
            await mock_mode.switch(connection, wish.mock_mode, by=by, now=clock())
        async with database.transaction() as connection:
            return view(await mode.look(connection))

    return router


def _enabled(settings: GatewaySettings) -> Callable[[], None]:
    def enabled() -> None:
        if not settings.admin_api_enabled:
            raise AdminApiDisabled("the admin routes are off: set LLM_PROVIDER_SERVICE_ADMIN_API_ENABLED=true")

    return enabled
