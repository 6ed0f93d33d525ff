"""Requests that create, made safe to send again: the header that names them, and their answer.

Fed by the routes; feeds ``idempotency``.
"""

from typing import Annotated

from fastapi import Header, Request, Response

from app.edge.access import Caller
from app.runner.api.negotiate import JSON, Shown
from app.runner.api.parts import Parts
from app.runner.api.views import run_view
from app.runner.runs import idempotency
from app.runner.runs.idempotency import Answer, Asked
from app.runner.runs.store import Run

REPLAYED = "Idempotency-Replayed"
Key = Annotated[
    str | None,
    Header(
        alias=idempotency.HEADER,
        pattern=idempotency.KEY_PATTERN,
        description="1 to 255 visible ASCII characters. The same request again is answered with the first answer.",
    ),
]


def asked(parts: Parts, caller: Caller, key: str | None, request: Request, body: bytes) -> Asked | None:
    """Return who asked for what under which key, or None for a request without one."""
    if key is None:
        return None
    fingerprint = idempotency.fingerprint(request.method, request.url.path, body)
    return Asked(caller.owner, key, fingerprint, parts.settings.idempotency_keep_s)


def shown_answer(run: Run) -> Answer:
    """Return the answer of a request that made ``run``."""
    shown = Shown.of(run_view(run))
    return Answer(202, shown.body, {"Location": f"/v1/runs/{run.id}", "ETag": shown.tag})


def replied(answer: Answer) -> Response:
    """Return an answer as it goes out; one that was kept says so."""
    headers = dict(answer.headers) | ({REPLAYED: "true"} if answer.replayed else {})
    return Response(answer.body, answer.status, headers, JSON)
