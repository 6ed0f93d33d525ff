"""Routes of the delivery log of webhooks: what was sent, what came of it, and once more."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Known
from app.errors import NotFound
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, STATE
from app.runner.api.webhook_views import (
    DeliveryDetail,
    DeliveryList,
    DeliveryQuery,
    DeliveryView,
    delivery_detail,
    delivery_view,
    following,
)
from app.runner.runs import store
from app.runner.webhooks import log as delivery_log
from app.runner.webhooks import subscriptions
from app.runner.webhooks.log import Wanted


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["webhooks"])
    of_subscription = "/webhooks/{subscription_id}/deliveries"

    @router.get(of_subscription, summary="Deliveries of a subscription, newest first", responses=BAD | MISSING)
    async def listed(
        subscription_id: str, query: Annotated[DeliveryQuery, Query()], caller: Known
    ) -> DeliveryList:
        async with parts.database.transaction() as connection:
            await subscriptions.get(connection, subscription_id, caller.owner)
            return await _page(connection, subscription_id, query)

    @router.get(
        of_subscription + "/{delivery_id}",
        summary="One delivery with its body and its attempts",
        responses=BAD | MISSING,
    )
    async def show(subscription_id: str, delivery_id: str, caller: Known) -> DeliveryDetail:
        async with parts.database.transaction() as connection:
            await subscriptions.get(connection, subscription_id, caller.owner)
            found = await delivery_log.get(connection, subscription_id, delivery_id)
            return delivery_detail(found, await delivery_log.attempts_of(connection, delivery_id))

    @router.post(
        of_subscription + "/{delivery_id}/replay",
        status_code=202,
        summary="Send a delivery again, under its webhook-id",
        responses=BAD | MISSING | STATE,
    )
    async def replay(subscription_id: str, delivery_id: str, caller: Known) -> DeliveryView:
        async with parts.database.transaction() as connection:
            known = await subscriptions.get(connection, subscription_id, caller.owner)
            return delivery_view(await delivery_log.replay(connection, known, delivery_id, parts.clock()))

    @router.get(
        "/runs/{run_id}/webhook-deliveries",
        summary="Deliveries to the one-off webhook of a run, newest first",
        responses=BAD | MISSING,
    )
    async def of_run(run_id: str, query: Annotated[DeliveryQuery, Query()], caller: Known) -> DeliveryList:
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
            if run.owner != caller.owner:
                raise NotFound(f"there is no run {run_id[:64]}")
            return await _page(connection, subscriptions.of_run_id(run.id), query)

    return router


async def _page(connection: AsyncConnection, subscription_id: str, query: DeliveryQuery) -> DeliveryList:
    described = query.described(subscription_id)
    wanted = Wanted(subscription_id, tuple(query.status), query.place(described), query.limit)
    found, more = await delivery_log.page(connection, wanted)
    cursor = following(found, described, more=more)
    return DeliveryList(items=[delivery_view(one) for one in found], next_cursor=cursor)
