"""Batch jobs of the fake providers: OpenAI's files and batches, Anthropic's message batches.

A job stays running until the test says what becomes of it (``finish``, ``expire``, ``fail``); a job that is
asked to cancel is cancelling until ``finish`` ends it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.fakes.http_server import Reply, Request
from tests.fakes.provider_replies import Act, Json, answer, error_body, ok

End = Literal["completed", "expired", "cancelled", "failed"]


@dataclass
class Job:
    """One batch job; ``items`` are (custom id, request body) pairs."""

    job_id: str
    provider: Literal["openai", "anthropic"]
    items: list[tuple[str, Json]]
    metadata: Mapping[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: End | None = None
    cancelling: bool = False
    acts: dict[str, Act] = field(default_factory=dict)
    done: int = 0

    def finish(self, acts: Mapping[str, Act] | None = None, *, done: int | None = None) -> None:
        """End the job: each item is answered by its act, else with a verdict; ``done`` of them where cancelled."""
        self.acts = dict(acts or {})
        self.done = len(self.items) if done is None else done
        self.ended = "cancelled" if self.cancelling else "completed"

    def expire(self, *, done: int) -> None:
        """End the job by its time limit, with the first ``done`` items answered."""
        self.ended, self.done = "expired", done

    def fail(self) -> None:
        """End the job as one that was not valid."""
        self.ended, self.done = "failed", 0

    def item_of(self, custom_id: str) -> Json:
        """Return the request of one item."""
        return dict(self.items)[custom_id]


class Jobs:
    """The files and jobs of one fake server."""

    def __init__(self, act_for: Callable[[str, Mapping[str, Any]], Act]) -> None:
        self._act_for = act_for
        self._files: dict[str, bytes] = {}
        self.by_id: dict[str, Job] = {}

    def openai(self, request: Request, path: str) -> Reply:
        """Answer ``/files…`` and ``/batches…``."""
        parts = path.strip("/").split("/")
        if parts[0] == "files":
            return self._file(request, parts)
        if request.method == "POST" and len(parts) == 1:
            return self._create_openai(json.loads(request.body))
        if len(parts) == 1:
            jobs = [_openai_job(job) for job in reversed(self.by_id.values()) if job.provider == "openai"]
            return ok({"object": "list", "data": jobs, "has_more": False, "first_id": None, "last_id": None})
        job = self.by_id.get(parts[1])
        if job is None:
            return _unknown("responses")
        job.cancelling |= parts[-1] == "cancel"
        return ok(_openai_job(job))

    def anthropic(self, request: Request, path: str, base: str) -> Reply:
        """Answer ``/v1/messages/batches…``."""
        parts = path.removeprefix("/v1/messages/batches").strip("/").split("/")
        if not parts[0]:
            return self._anthropic_all(request, base)
        job = self.by_id.get(parts[0])
        if job is None:
            return _unknown("anthropic")
        if parts[-1] == "results":
            return self._anthropic_results(job)
        job.cancelling |= parts[-1] == "cancel"
        return ok(_anthropic_job(job, base))

    def _file(self, request: Request, parts: list[str]) -> Reply:
        if request.method == "POST":
            file_id = f"file-{len(self._files) + 1}"
            self._files[file_id] = _uploaded(request)
            return ok(_file(file_id, len(self._files[file_id])))
        owner, _, kind = parts[1].rpartition("-")
        job = self.by_id.get(owner)
        if job is None:
            return _unknown("responses")
        return Reply(200, self._openai_lines(job, kind), {"content-type": "application/octet-stream"})

    def _create_openai(self, body: Json) -> Reply:
        lines = [json.loads(line) for line in self._files[body["input_file_id"]].splitlines() if line]
        job = Job(
            f"batch_{len(self.by_id) + 1}",
            "openai",
            [(line["custom_id"], line["body"]) for line in lines],
            body.get("metadata") or {},
        )
        self.by_id[job.job_id] = job
        return ok(_openai_job(job))

    def _openai_lines(self, job: Job, kind: str) -> bytes:
        good: list[Json] = []
        bad: list[Json] = []
        for place, (custom_id, body) in enumerate(job.items):
            row: Json = {"id": f"batch_req_{place}", "custom_id": custom_id, "response": None, "error": None}
            if place >= job.done:
                code = "batch_expired" if job.ended == "expired" else "batch_cancelled"
                bad.append(row | {"error": {"code": code, "message": "This request was not executed."}})
                continue
            status, said = _said(job, custom_id, body, "responses", self._act_for)
            row["response"] = {"status_code": status, "request_id": "req_1", "body": said}
            (good if status == 200 else bad).append(row)
        return "".join(json.dumps(row) + "\n" for row in (good if kind == "output" else bad)).encode()

    def _anthropic_all(self, request: Request, base: str) -> Reply:
        if request.method == "POST":
            items = [(item["custom_id"], item["params"]) for item in json.loads(request.body)["requests"]]
            job = Job(f"msgbatch_{len(self.by_id) + 1}", "anthropic", items)
            self.by_id[job.job_id] = job
            return ok(_anthropic_job(job, base))
        jobs = [_anthropic_job(job, base) for job in reversed(self.by_id.values()) if job.provider == "anthropic"]
        return ok({"data": jobs, "has_more": False, "first_id": None, "last_id": None})

    def _anthropic_results(self, job: Job) -> Reply:
        rows = []
        for place, (custom_id, body) in enumerate(job.items):
            result: Json = {"type": "expired" if job.ended == "expired" else "canceled"}
            if place < job.done:
                status, said = _said(job, custom_id, body, "anthropic", self._act_for)
                good = {"type": "succeeded", "message": said}
                result = good if status == 200 else {"type": "errored", "error": said}
            rows.append({"custom_id": custom_id, "result": result})
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        return Reply(200, lines, {"content-type": "application/x-jsonl"})


def _said(
    job: Job,
    custom_id: str,
    body: Json,
    dialect: Literal["anthropic", "responses"],
    act_for: Callable[[str, Mapping[str, Any]], Act],
) -> tuple[int, Json]:
    act = job.acts.get(custom_id) or act_for(job.provider, body)
    if isinstance(act, Reply):
        return act.status, json.loads(act.body)
    if isinstance(act, str) and act in {"bad_request", "server_error", "overloaded", "too_long"}:
        status = {"bad_request": 400, "too_long": 400, "server_error": 500, "overloaded": 529}[act]
        return status, error_body(act, dialect)
    return 200, answer(act, dialect, body)


def _openai_job(job: Job) -> Json:
    status = job.ended or ("cancelling" if job.cancelling else "in_progress")
    started = int(job.created.timestamp())
    over = job.ended is not None and job.ended != "failed"
    left = over and job.done < len(job.items)
    refused = over and any(isinstance(act, str) for act in job.acts.values())
    return {
        "id": job.job_id,
        "object": "batch",
        "endpoint": "/v1/responses",
        "input_file_id": "file-1",
        "completion_window": "24h",
        "status": status,
        "output_file_id": f"{job.job_id}-output" if over and job.done else None,
        "error_file_id": f"{job.job_id}-error" if left or refused else None,
        "created_at": started,
        "expires_at": started + 86_400,
        "metadata": dict(job.metadata),
        "request_counts": {"total": len(job.items), "completed": job.done, "failed": 0},
        "errors": {"object": "list", "data": [{"code": "invalid_json_line", "message": "line 3"}]}
        if job.ended == "failed"
        else None,
    }


def _anthropic_job(job: Job, base: str) -> Json:
    left = len(job.items) - job.done
    running = job.ended is None
    return {
        "id": job.job_id,
        "type": "message_batch",
        "processing_status": "ended" if not running else ("canceling" if job.cancelling else "in_progress"),
        "request_counts": {
            "processing": len(job.items) if running else 0,
            "succeeded": 0 if running else job.done,
            "errored": 0,
            "canceled": left if job.ended == "cancelled" else 0,
            "expired": left if job.ended == "expired" else 0,
        },
        "created_at": job.created.isoformat(),
        "expires_at": (job.created + timedelta(hours=24)).isoformat(),
        "ended_at": None if running else job.created.isoformat(),
        "cancel_initiated_at": job.created.isoformat() if job.cancelling else None,
        "archived_at": None,
        "results_url": None if running else f"{base}/v1/messages/batches/{job.job_id}/results",
    }


def _file(file_id: str, size: int) -> Json:
    return {
        "id": file_id,
        "object": "file",
        "bytes": size,
        "created_at": 1_790_000_000,
        "filename": "questions.jsonl",
        "purpose": "batch",
        "status": "processed",
    }


def _uploaded(request: Request) -> bytes:
    """Return the bytes of the field ``file`` of a multipart body."""
    boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    for part in request.body.split(b"--" + boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise AssertionError("an upload without a file")


def _unknown(dialect: Literal["anthropic", "responses"]) -> Reply:
    return Reply(404, json.dumps(error_body("not_found", dialect)).encode())
