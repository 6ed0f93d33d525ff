"""The ``webhooks`` section of the OpenAPI document: what we send, described as a receiver sees it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from app.runner.runs.states import Mode, RunState
from app.runner.webhooks.kinds import EVERY, PROGRESS, TEST

WEBHOOK_ID = "msg_0f5b1c9be8a74cf1a7a3f2b7d1c0a9e4"
Id = Annotated[str, Header(description="The same at every attempt: take what comes twice once.")]
Timestamp = Annotated[str, Header(description="When this attempt was made, in seconds since 1970.")]
Signature = Annotated[
    str,
    Header(description="`v1,…` or `v1a,…`; two of them, with a space between, while a secret is being changed."),
]
ANSWERS: dict[int | str, dict[str, Any]] = {
    "2XX": {"description": "Taken. Anything else is tried again."},
    410: {"description": "Send nothing more: the subscription is disabled."},
    429: {"description": "Later: `Retry-After` is heard, with any status but 2xx and 410."},
}


class ToldComparisons(BaseModel):
    """Counts of comparisons, as in the resource of the run."""

    asked: int
    received: int
    succeeded: int
    failed: int
    late: int
    total: int | None


class ToldProgress(BaseModel):
    """How far the run was."""

    wave: int
    comparisons: ToldComparisons
    cost_usd: float


class RunTold(BaseModel):
    """The run as it was when it happened; the rest is behind the links."""

    id: str
    event_number: int = Field(description="Events of a run may arrive in another order: sort by this.")
    batch_uuid: str
    batch_label: str
    mode: Mode
    status: RunState
    reason: str | None = None
    labels: dict[str, str]
    revision: int
    progress: ToldProgress
    links: dict[str, str]


class RunWebhook(BaseModel):
    """The body of every event of a run."""

    type: str
    timestamp: datetime = Field(description="When it happened, whenever it is sent.")
    data: RunTold


class TestTold(BaseModel):
    """Which subscription is tried out."""

    subscription_id: str


class TestWebhook(BaseModel):
    """The body of the event that ``POST /v1/webhooks/{subscription_id}/test`` sends."""

    type: str
    timestamp: datetime
    data: TestTold


def _example(kind: str) -> dict[str, Any]:
    own = "/v1/runs/run_019ab3c0f1d27c6e9b1c2f7a5d4e3b21"
    status = "running" if kind == PROGRESS else "completed"
    ended = kind.removeprefix("run.")
    counts = {"asked": 66, "received": 66, "succeeded": 66, "failed": 0, "late": 0, "total": 66}
    data = {
        "id": own.rpartition("/")[2],
        "event_number": 6,
        "batch_uuid": "5f0b3f3e-6f0d-4b52-9a53-0f6f4c0c8a11",
        "batch_label": "try-20260102-1",
        "mode": "anchor-align-test",
        "status": ended if ended in set(RunState) else status,
        "reason": None,
        "labels": {"team": "rubrics"},
        "revision": 2 if kind == "run.artefact_revised" else 1,
        "progress": {"wave": 3, "comparisons": counts, "cost_usd": 0.0264},
        "links": {
            "self": own,
            "events": f"{own}/events",
            "artefact": f"{own}/artefact",
            "report": f"{own}/report",
        },
    }
    return {"type": kind, "timestamp": "2026-01-02T03:04:05Z", "data": data}


def install(app: FastAPI) -> None:
    """Describe every webhook."""
    for kind in EVERY:
        _describe(app, kind, RunWebhook, _example(kind))
    tried = {"subscription_id": "whs_019ab3c0f1d27c6e9b1c2f7a5d4e3b21"}
    example = {"type": TEST, "timestamp": "2026-01-02T03:04:05Z", "data": tried}
    _describe(app, TEST, TestWebhook, example)


def _describe(app: FastAPI, kind: str, shape: type[BaseModel], example: dict[str, Any]) -> None:
    async def receive(
        webhook_id: Id, webhook_timestamp: Timestamp, webhook_signature: Signature, body: BaseModel
    ) -> None:
        """Sent by us, answered by you."""

    receive.__annotations__["body"] = shape
    app.webhooks.add_api_route(
        kind,
        receive,
        methods=["POST"],
        name=kind,
        summary=f"{kind} happened",
        operation_id="webhook_" + kind.replace(".", "_"),
        tags=["webhooks"],
        responses=ANSWERS,
        openapi_extra={"requestBody": {"content": {"application/json": {"example": example}}}},
    )
