"""What judges answer, under fuzz: texts of verdicts, HTTP answers through each provider's SDK, results of jobs.

An HTTP answer is written as its status, its headers, an empty line and its body.
"""

import asyncio
import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx2

from app.contracts.envelope import read
from app.contracts.llm_events import ComparisonResultEnvelope
from app.gateway.callbacks import Outcome, sound, to_event
from app.gateway.parsing import UnusableAnswer, verdict_in, verdict_of
from app.gateway.providers.base import Answer, BatchJudge, Judge, JudgeFailed
from app.gateway.providers.hints import LONGEST_S, wait_hint
from app.gateway.queue import Queued
from app.roles.judges import batch_judges, real_judges
from app.settings import ProviderSettings
from tests.fakes.provider_replies import SCENARIOS, Dialect, Say, answer, reply
from tests.fakes.questions import question
from tests.fuzz.parsers import bytes_mutated, json_mutated
from tests.fuzz.parsers.target import Chance, Target, hold
from tests.fuzz.parsers.wire import numbers_in

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOST_INTEGER = 2**31 - 1
"""What a column of token counts holds."""
LOOP = asyncio.new_event_loop()
KEYS = {f"{name}_api_key": "sk-test-0123456789" for name in ("anthropic", "openai", "google", "openrouter")}
SETTINGS = ProviderSettings.model_validate(KEYS | {"local_base_url": "http://127.0.0.1:9/v1"})
QUESTION = question()
ITEM = Queued(
    queue_id=UUID(int=1),
    correlation_id=UUID(int=2),
    lane="a",
    mode="per_request",
    provider="openai",
    model=None,
    user_prompt=QUESTION.prompt,
    prompt_blocks=None,
    settings={},
    metadata={"batch_id": "x"},
    batch_id=None,
    callback_topic="huleedu.llm_provider.comparison_result.v1",
    queued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    attempts=1,
    re_asks=0,
    throttled=0,
    generation=1,
    cost_usd=0.5,
    cost_known=True,
    prompt_tokens=100,
    completion_tokens=10,
)
TEXTS = (
    b'{"winner": "Essay A", "justification": "It keeps to the task.", "confidence": 4}',
    b'Here it is:\n```json\n{"winner": "Essay B", "justification": "a {b} \\" c", "confidence": 2.5}\n```\nBye.',
    b'{"Winner": "b", "confidence": "3", "reasons": [{"x": {"y": 1}}]} {"winner": "B", "confidence": 3}',
)
HEADERS = (
    *("retry-after: 7", "retry-after: -1", "retry-after: nan", "retry-after: 1e400", "retry-after-ms: 5", "x: y"),
    *(f"retry-after: {format_datetime(NOW)}", "retry-after: Mon, 99 Foo 9999 99:99:99 GMT", "retry-after: 6m0s"),
    *("x-ratelimit-remaining: 0", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 9999h9ms"),
    *("anthropic-ratelimit-tokens-remaining: 0", "anthropic-ratelimit-tokens-reset: 9999-12-31T23:59:59Z"),
    *("x-ratelimit-reset: 99999999999999", "content-type: text/html", "content-type: application/json; charset=x"),
    *("content-encoding: gzip", "content-type: text/event-stream", "request-id: \x1b[31m", "x-should-retry: true"),
)
STATUSES = (100, 201, 204, 301, 302, 304, 400, 401, 403, 404, 409, 413, 418, 429, 500, 502, 503, 504, 529, 599)
DIALECTS: dict[str, tuple[Dialect, tuple[str, ...]]] = {
    "anthropic": ("anthropic", ("anthropic",)),
    "openai": ("responses", ("openai",)),
    "chat": ("chat", ("google", "openrouter", "local")),
}
"""The shapes of answers, and who sends them."""


class Played(httpx2.AsyncBaseTransport):
    """Answers every request with what is to be played; jobs are looked up first."""

    def __init__(self) -> None:
        self.raw = b""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer, or the job whose results are the answer."""
        if request.url.path.endswith(("/job", "/batches/job")):
            return httpx2.Response(200, json=ANTHROPIC_JOB if "messages" in request.url.path else OPENAI_JOB)
        return _response(self.raw)


OPENAI_JOB = {
    "id": "job",
    "object": "batch",
    "endpoint": "/v1/responses",
    "input_file_id": "in",
    "completion_window": "24h",
    "status": "completed",
    "created_at": 1_790_000_000,
    "output_file_id": "file",
}
ANTHROPIC_JOB = {
    "id": "job",
    "type": "message_batch",
    "processing_status": "ended",
    "request_counts": {"processing": 0, "succeeded": 1, "errored": 0, "canceled": 0, "expired": 0},
    "created_at": "2026-03-01T11:00:00Z",
    "expires_at": "2026-03-02T11:00:00Z",
    "ended_at": "2026-03-01T11:30:00Z",
    "results_url": "http://127.0.0.1:9/v1/messages/batches/job/results",
}
PLAYED = Played()


def _response(raw: bytes) -> httpx2.Response:
    head, _, body = raw.partition(b"\n\n")
    status, *lines = head.split(b"\n")
    headers = [
        (name.strip(), value.strip()) for name, _, value in (line.partition(b":") for line in lines) if name
    ]
    number = int(status) if status.isdigit() and 100 <= int(status[:4]) <= 599 and len(status) == 3 else 200
    kept = [(name, value) for name, value in headers if name.isascii() and b"\r" not in value]
    return httpx2.Response(number, headers=kept, content=body)


def _played(asked: Any) -> None:
    """Let the SDK's client of a judge get its answers from ``PLAYED``."""
    asked._client = asked._client.copy(http_client=httpx2.AsyncClient(transport=PLAYED))


def _judges() -> tuple[dict[str, Judge], dict[str, BatchJudge]]:
    singles, jobs = real_judges(SETTINGS, lambda: NOW), batch_judges(SETTINGS, lambda: NOW)
    for asked in (*singles.values(), *jobs.values()):
        _played(asked)
    return singles, jobs


SINGLES, JOBS = _judges()


def _seeds(dialect: Dialect) -> tuple[bytes, ...]:
    good = [json.dumps(answer(Say(winner=winner), dialect, {})).encode() for winner in ("Essay A", "Essay B")]
    odd = [reply(name, dialect, {}).body for name in SCENARIOS if name not in ("timeout", "cut")]
    return (*good, *(body for body in odd if _is_json(body)))


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _http(seeds: tuple[bytes, ...], chance: Chance) -> bytes:
    status = 200 if chance.random() < 0.8 else chance.choice(STATUSES)
    lines = [f"{status}", "content-type: application/json"]
    if chance.random() < 0.3:
        lines.append(chance.choice(HEADERS))
    head = "\n".join(lines).encode()
    if chance.random() < 0.1:
        head = bytes_mutated.mutated(head, chance)[:2000]
    seed = seeds[0] if chance.random() < 0.5 else chance.choice(seeds)
    return head + b"\n\n" + json_mutated.mutated(seed, chance, seeds)


def _asks(names: tuple[str, ...], raw: bytes) -> bool:
    PLAYED.raw = raw
    judge = SINGLES[names[len(raw) % len(names)]]
    try:
        result: Answer | JudgeFailed = LOOP.run_until_complete(judge.judge(QUESTION))
    except JudgeFailed as failure:
        result = failure
    return _hold_result(result)


def _hold_result(result: Answer | JudgeFailed) -> bool:
    """Check a result, and that it can be stored and told of."""
    if isinstance(result, Answer):
        hold(1 <= result.confidence <= 5, f"confidence {result.confidence}")
        hold(result.first_wins in (True, False), "nobody wins")
    else:
        hint = result.retry_after_s
        hold(hint is None or 0 <= hint <= LONGEST_S, f"wait {hint}")
        hold("sk-leaked-key" not in result.message and "text of an essay" not in result.message, "a text leaks")
    outcome, callback = sound(Outcome(ITEM, result, elapsed_ms=5, asked_at=NOW), NOW)
    usage = outcome.usage
    hold(0 <= usage.prompt_tokens <= MOST_INTEGER, f"prompt tokens {usage.prompt_tokens}")
    hold(0 <= usage.completion_tokens <= MOST_INTEGER, f"completion tokens {usage.completion_tokens}")
    hold(math.isfinite(usage.cost_usd) and 0 <= usage.cost_usd < 1e9, f"cost {usage.cost_usd}")
    hold(all(map(math.isfinite, numbers_in(callback))), "a number of the callback is not finite")
    sent = to_event(callback, ITEM.callback_topic, NOW).payload
    hold(b"\\u0000" not in sent, "the callback cannot be stored")
    told = read(ComparisonResultEnvelope, sent).data
    hold(told.winner in ("Essay A", "Essay B") or told.error_detail is not None, "neither verdict nor failure")
    return isinstance(result, Answer)


def _line(dialect: Dialect, chance: Chance) -> bytes:
    """Return the body of a file of results: mutated lines between good ones."""
    lines = [_good_line(dialect, "first"), *(_odd_line(dialect, chance) for _ in range(1 + chance.randrange(3)))]
    return b"200\n\n" + b"\n".join([*lines, _good_line(dialect, "last")]) + b"\n"


def _odd_line(dialect: Dialect, chance: Chance) -> bytes:
    seeds = LINES[dialect]
    return json_mutated.mutated(chance.choice(seeds), chance, seeds).replace(b"\n", b" ")


def _good_line(dialect: Dialect, custom_id: str) -> bytes:
    body = answer(Say(), dialect, {})
    row: dict[str, object]
    if dialect == "anthropic":
        row = {"custom_id": f"{'0' * 16}-{custom_id}", "result": {"type": "succeeded", "message": body}}
    else:
        row = {"id": "1", "custom_id": custom_id, "response": {"status_code": 200, "body": body}, "error": None}
    return json.dumps(row).encode()


LINES: dict[Dialect, tuple[bytes, ...]] = {
    "anthropic": (
        _good_line("anthropic", "odd"),
        b'{"custom_id": "0000000000000000-odd", "result": {"type": "expired"}}',
        b'{"custom_id": "0000000000000000-odd", "result": {"type": "errored", "error": {"error": {"type": "x"}}}}',
    ),
    "responses": (
        _good_line("responses", "odd"),
        b'{"custom_id": "odd", "response": null, "error": {"code": "batch_expired", "message": "x"}}',
        b'{"custom_id": "odd", "response": {"status_code": 429, "body": {"error": {"code": "x"}}}, "error": null}',
    ),
}


def _gathers(jobs: BatchJudge, raw: bytes) -> bool:
    """Read all results: one bad line must not take the good ones around it along."""
    PLAYED.raw = raw

    async def all_of_it() -> dict[str, Answer | JudgeFailed]:
        return {custom_id: result async for custom_id, result in jobs.results("job")}

    found = LOOP.run_until_complete(all_of_it())
    for result in found.values():
        _hold_result(result)
    hold(isinstance(found.get("first"), Answer), "the good line before is lost")
    hold(isinstance(found.get("last"), Answer), "the good line behind is lost")
    return "odd" in found


def _says(raw: bytes) -> bool:
    try:
        verdict = verdict_in(raw.decode("utf-8", "surrogatepass" if raw[-1:] == b"}" else "replace"))
    except UnicodeDecodeError:
        return False
    except UnusableAnswer as error:
        hold(len(str(error)) < 200, "the reason is long")
        return False
    hold(1 <= verdict.confidence <= 5, f"confidence {verdict.confidence}")
    again = {"winner": "Essay A" if verdict.first_wins else "Essay B", "justification": verdict.justification}
    again_of = verdict_of(again | {"confidence": verdict.confidence})
    hold(again_of == replace(verdict), "the verdict written is not the verdict read")
    return True


def _text(chance: Chance) -> bytes:
    seed = chance.choice(TEXTS)
    change = json_mutated.mutated if seed is TEXTS[0] and chance.random() < 0.7 else bytes_mutated.mutated
    return change(seed, chance, TEXTS)


def _hints(raw: bytes) -> bool:
    lines = [line.partition(":") for line in raw.decode("latin-1").split("\n")]
    wait = wait_hint({name: value for name, _, value in lines}, NOW)
    hold(wait is None or 0 <= wait <= LONGEST_S, f"wait {wait}")
    return wait is not None


def _hint(chance: Chance) -> bytes:
    lines = chance.sample(HEADERS, 1 + chance.randrange(3))
    return bytes_mutated.mutated("\n".join(lines).encode(), chance)


TARGETS = (
    Target("verdict-text", _text, _says),
    Target("wait-headers", _hint, _hints),
    *(
        Target(f"answer-{name}", partial(_http, _seeds(dialect)), partial(_asks, senders))
        for name, (dialect, senders) in DIALECTS.items()
    ),
    Target("results-anthropic", partial(_line, "anthropic"), partial(_gathers, JOBS["anthropic"])),
    Target("results-openai", partial(_line, "responses"), partial(_gathers, JOBS["openai"])),
)
