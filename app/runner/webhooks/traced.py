"""Spans of webhooks: one for each attempt, in the trace of its run.

Fed by ``deliver``. Addresses of receivers may hold secrets: of one, its host is all that is noted.
"""

from contextlib import AbstractContextManager

from app.edge.client_http import asked
from app.runner.webhooks.claim import Job
from app.runner.webhooks.send_http import Answer
from app.telemetry import tracing


def delivering(job: Job) -> AbstractContextManager[tracing.Span]:
    """Open the span of one attempt."""
    about = {
        **asked("POST", job.subscription.url, with_path=False),
        **tracing.about(job.names),
        "cj.webhook.delivery": job.id,
        "cj.webhook.event": job.type,
    }
    return tracing.span("POST webhook", kind="client", attributes=about, parent=job.trace_context or tracing.NONE)


def header(opened: tracing.Span) -> dict[str, str]:
    """Return what the receiver is told of the trace: ids, and nothing that vendors or callers added to them."""
    return {name: value for name, value in opened.carried().items() if name == "traceparent"}


def answered(opened: tracing.Span, answer: Answer) -> None:
    """Note what came of the attempt; its words, which may be the receiver's, stay in the log of deliveries."""
    opened.note({"http.response.status_code": answer.status_code})
    if answer.status_code is None:
        opened.fail("no_answer")
    elif not answer.is_good:
        opened.fail(str(answer.status_code))
