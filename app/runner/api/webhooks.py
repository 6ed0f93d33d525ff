"""Routes of webhook subscriptions: made, looked at, changed, given a new secret, tried out, deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from app.edge.access import Known
from app.errors import InvalidInput
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, STATE
from app.runner.api.webhook_views import (
    DeliveryView,
    PageQuery,
    Rotation,
    SubscriptionChange,
    SubscriptionList,
    SubscriptionMade,
    SubscriptionRequest,
    SubscriptionView,
    delivery_view,
    following,
    made_view,
    subscription_view,
)
from app.runner.webhooks import log as delivery_log
from app.runner.webhooks import subscriptions
from app.runner.webhooks.subscriptions import Identity, Sealing, Wish

PATH = "/v1/webhooks"
TAGS: list[str | Any] = ["webhooks"]


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PATH, tags=TAGS)
    _collection(router, parts)
    _one(router, parts)
    _acts(router, parts)
    return router


def _collection(router: APIRouter, parts: Parts) -> None:
    @router.post("", status_code=201, summary="Subscribe to events of runs", responses=BAD | STATE)
    async def create(body: SubscriptionRequest, response: Response, caller: Known) -> SubscriptionMade:
        desk, now = parts.webhooks, parts.clock()
        target = await desk.target(body.url)
        given = None if body.secret is None else body.secret.get_secret_value()
        plain = body.model_dump(include={"events", "modes", "labels", "description", "enabled", "signing"})
        wish = Wish(url=body.url, host=target.host, secret=given, **plain)
        identity = Identity(f"whs_{parts.sortable_id().hex}", caller.owner)
        async with parts.database.transaction() as connection:
            await subscriptions.check_room(connection, caller.owner, desk.settings.most_subscriptions)
            made = await subscriptions.create(connection, wish, identity, desk.vault, now)
        response.headers["Location"] = f"{PATH}/{made.id}"
        response.headers["Cache-Control"] = "no-store"
        shown = made.generated and made.public_key is None
        return made_view(made, desk.vault.open(made.secret) if shown else None)

    @router.get("", summary="Subscriptions, newest first", responses=BAD)
    async def listed(query: Annotated[PageQuery, Query()], caller: Known) -> SubscriptionList:
        described = repr(("webhooks", caller.owner))
        place = query.place(described)
        async with parts.database.transaction() as connection:
            found, more = await subscriptions.page(connection, caller.owner, place, query.limit)
        cursor = following(found, described, more=more)
        return SubscriptionList(items=[subscription_view(one) for one in found], next_cursor=cursor)


def _one(router: APIRouter, parts: Parts) -> None:
    @router.get("/{subscription_id}", summary="One subscription", responses=BAD | MISSING)
    async def show(subscription_id: str, caller: Known) -> SubscriptionView:
        async with parts.database.transaction() as connection:
            return subscription_view(await subscriptions.get(connection, subscription_id, caller.owner))

    @router.patch("/{subscription_id}", summary="Change a subscription", responses=BAD | MISSING)
    async def change(subscription_id: str, body: SubscriptionChange, caller: Known) -> SubscriptionView:
        values = body.model_dump(exclude_unset=True)
        if "url" in values:
            values["host"] = (await parts.webhooks.target(values["url"])).host
        async with parts.database.transaction() as connection:
            known = await subscriptions.get(connection, subscription_id, caller.owner, lock=True)
            return subscription_view(await subscriptions.change(connection, known, values, parts.clock()))

    @router.delete(
        "/{subscription_id}",
        status_code=204,
        summary="Delete a subscription with its deliveries",
        responses=BAD | MISSING,
    )
    async def delete(subscription_id: str, caller: Known) -> None:
        async with parts.database.transaction() as connection:
            known = await subscriptions.get(connection, subscription_id, caller.owner)
            await subscriptions.remove(connection, known)


def _acts(router: APIRouter, parts: Parts) -> None:
    @router.post(
        "/{subscription_id}/rotate-secret",
        summary="Give a subscription a new secret; for a while the former one signs as well",
        responses=BAD | MISSING,
    )
    async def rotate(
        subscription_id: str,
        response: Response,
        caller: Known,
        body: Annotated[Rotation, Body()] = Rotation(),
    ) -> SubscriptionMade:
        desk = parts.webhooks
        overlap = desk.settings.rotation_overlap_s if body.overlap_s is None else body.overlap_s
        given = None if body.secret is None else body.secret.get_secret_value()
        async with parts.database.transaction() as connection:
            known = await subscriptions.get(connection, subscription_id, caller.owner, lock=True)
            if given is not None and known.signing != "hmac":
                raise InvalidInput.at("secret", "goes with signing hmac: leave it out")
            sealing = Sealing(desk.vault, parts.clock())
            rotated = await subscriptions.rotate(connection, known, given, overlap, sealing)
        response.headers["Cache-Control"] = "no-store"
        shown = given is None and rotated.public_key is None
        return made_view(rotated, desk.vault.open(rotated.secret) if shown else None)

    @router.post(
        "/{subscription_id}/test",
        status_code=202,
        summary="Send an event webhook.test",
        responses=BAD | MISSING | STATE,
    )
    async def test(subscription_id: str, caller: Known) -> DeliveryView:
        async with parts.database.transaction() as connection:
            known = await subscriptions.get(connection, subscription_id, caller.owner)
            name = f"msg_{parts.sortable_id().hex}"
            return delivery_view(await delivery_log.send_test(connection, known, name, parts.clock()))
