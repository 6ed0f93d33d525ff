"""The one-off webhook of a run that is being started: looked at first, kept with the run, its secret shown once.

Fed by ``POST /v1/runs``. The secret is in no kept answer: whoever gets one again has it put in anew, if the run is
theirs.
"""

from dataclasses import replace

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from app.edge.access import Caller
from app.errors import InvalidInput
from app.runner.api.parts import Parts
from app.runner.runs.idempotency import Answer
from app.runner.runs.spec import OneOffWebhook, RunRequest
from app.runner.runs.store import Run
from app.runner.webhooks import subscriptions
from app.runner.webhooks.desk import Desk
from app.runner.webhooks.guard_http import Target
from app.runner.webhooks.subscriptions import Identity, Wish


async def looked_at(desk: Desk, body: RunRequest) -> Target | InvalidInput | None:
    """Return where the webhook goes, the refusal of it, or None for a run without one.

    The refusal is not raised here: a request that comes again is answered as it was, whatever became of the host.
    """
    if body.webhook is None:
        return None
    try:
        return await desk.target(body.webhook.url, "webhook.url")
    except InvalidInput as refused:
        return refused


async def keep(
    connection: AsyncConnection, parts: Parts, run: Run, webhook: OneOffWebhook | None, target: Target | None
) -> None:
    """Write the webhook of a run that was accepted just now."""
    if webhook is None or target is None:
        return
    given = None if webhook.secret is None else webhook.secret.get_secret_value()
    wish = Wish(url=webhook.url, host=target.host, events=webhook.events, secret=given)
    identity = Identity(subscriptions.of_run_id(run.id), run.owner, run.id)
    await subscriptions.create(connection, wish, identity, parts.webhooks.vault, parts.clock())


async def with_secret(
    connection: AsyncConnection, desk: Desk, answer: Answer, body: RunRequest, caller: Caller
) -> Answer:
    """Return the answer with the secret that was made for the run, for the owner of the run only."""
    if body.webhook is None or body.webhook.secret is not None:
        return answer
    run_id = answer.headers.get("Location", "").rpartition("/")[2]
    found = await subscriptions.of_run(connection, run_id)
    if found is None or found.owner != caller.owner or not found.generated:
        return answer
    shown = orjson.loads(answer.body) | {"webhook_secret": desk.vault.open(found.secret)}
    return replace(answer, body=orjson.dumps(shown), headers=dict(answer.headers) | {"Cache-Control": "no-store"})
