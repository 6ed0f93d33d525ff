"""What each provider's server says in each scenario, in its own wire shape."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.http_server import Reply

Json = dict[str, Any]
Dialect = Literal["anthropic", "responses", "chat"]
SCENARIOS = (
    "bad_request",
    "too_long",
    "unauthorized",
    "forbidden",
    "model_not_found",
    "not_found",
    "rate_limited",
    "quota",
    "server_error",
    "bad_gateway",
    "unavailable",
    "overloaded",
    "gateway_timeout",
    "timeout",
    "cut",
    "malformed_json",
    "truncated_json",
    "refusal",
    "max_tokens",
    "empty",
    "no_winner",
    "prose",
)
RETRY_AFTER_S = 7
INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS = 1_000, 400, 50
"""Of every answer; ``CACHED_TOKENS`` are part of ``INPUT_TOKENS``."""


@dataclass(frozen=True)
class Say:
    """A good answer with this verdict; ``text`` replaces the whole of what the model says."""

    winner: str = "Essay A"
    confidence: object = 4
    justification: str = "Essay A keeps to the task and its sentences carry more."
    text: str | None = None

    def verdict(self) -> Json:
        """Return the JSON object of the verdict."""
        return {"winner": self.winner, "justification": self.justification, "confidence": self.confidence}

    def said(self) -> str:
        """Return what the model says."""
        return json.dumps(self.verdict()) if self.text is None else self.text


Act = str | Say | Reply
"""How to answer one request: a scenario's name, a verdict, or a whole reply."""


def reply(act: Act, dialect: Dialect, request: Mapping[str, Any]) -> Reply:
    """Return the reply of ``act`` in the provider's dialect."""
    if isinstance(act, Reply):
        return act
    if isinstance(act, Say):
        return ok(answer(act, dialect, request))
    if act in _ERRORS:
        return _error(act, dialect)
    return _odd(act, dialect, request)


def ok(body: object, **kwargs: Any) -> Reply:
    """Return a 200 with a JSON body."""
    return Reply(200, json.dumps(body).encode(), **kwargs)


def answer(act: Say | str, dialect: Dialect, request: Mapping[str, Any]) -> Json:
    """Return the body of a 200: a verdict, or one of the scenarios that come with 200."""
    say = act if isinstance(act, Say) else _SAID.get(act, Say())
    stop = act if isinstance(act, str) else "stop"
    return _BODIES[dialect](say, stop, request)


_SAID = {
    "empty": Say(text=""),
    "refusal": Say(text="I cannot help with that."),
    "max_tokens": Say(text='{"winner": "Essay A", "justif'),
    "no_winner": Say(text='{"justification": "Both are fine.", "confidence": 3}'),
    "prose": Say(text="Both essays have their strengths, and I would rather not choose."),
}


def _odd(act: str, dialect: Dialect, request: Mapping[str, Any]) -> Reply:
    good = ok(answer(Say(), dialect, request)).body
    match act:
        case "timeout":
            return Reply(hang=True)
        case "cut":
            return Reply(200, good, cut_at=len(good) // 2)
        case "malformed_json":
            return Reply(200, b"{'winner': this is not JSON")
        case "truncated_json":
            return Reply(200, good[: len(good) // 2])
        case _:
            return ok(answer(act, dialect, request))


def _anthropic(say: Say, stop: str, request: Mapping[str, Any]) -> Json:
    as_tool = say.text is None and request.get("tool_choice", {}).get("type") in {"tool", "any"}
    said: Json = (
        {"type": "tool_use", "id": "toolu_01", "name": "comparison_result", "input": say.verdict()}
        if as_tool
        else {"type": "text", "text": say.said(), "citations": None}
    )
    reasons = {"refusal": "refusal", "max_tokens": "max_tokens"}
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "claude-haiku-4-5-20251001"),
        "content": [] if stop == "empty" else [said],
        "stop_reason": reasons.get(stop, "tool_use" if as_tool else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": INPUT_TOKENS - CACHED_TOKENS,
            "cache_read_input_tokens": CACHED_TOKENS,
            "cache_creation_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": OUTPUT_TOKENS,
            "service_tier": "standard",
        },
    }


def _responses(say: Say, stop: str, request: Mapping[str, Any]) -> Json:
    said: Json = {"type": "output_text", "text": say.said(), "annotations": []}
    if stop == "refusal":
        said = {"type": "refusal", "refusal": say.said()}
    short = stop == "max_tokens"
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [said]}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "incomplete" if short else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if short else None,
        "instructions": request.get("instructions"),
        "metadata": {},
        "model": request.get("model", "gpt-5.1"),
        "output": [] if stop == "empty" else [message],
        "parallel_tool_calls": True,
        "temperature": request.get("temperature"),
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": {
            "input_tokens": INPUT_TOKENS,
            "input_tokens_details": {"cached_tokens": CACHED_TOKENS, "cache_write_tokens": 0},
            "output_tokens": OUTPUT_TOKENS,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        },
    }


def _chat(say: Say, stop: str, request: Mapping[str, Any]) -> Json:
    reasons = {"max_tokens": "length", "refusal": "content_filter"}
    refused = stop == "refusal"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": request.get("model", "gemini-2.5-flash"),
        "choices": [
            {
                "index": 0,
                "finish_reason": reasons.get(stop, "stop"),
                "message": {"role": "assistant", "content": None if refused else say.said()},
            }
        ],
        "usage": {
            "prompt_tokens": INPUT_TOKENS,
            "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        },
    }


_BODIES: dict[Dialect, Callable[[Say, str, Mapping[str, Any]], Json]] = {
    "anthropic": _anthropic,
    "responses": _responses,
    "chat": _chat,
}
_ERRORS: dict[str, tuple[int, str, str]] = {
    "bad_request": (400, "invalid_request_error", "invalid_value"),
    "too_long": (400, "invalid_request_error", "context_length_exceeded"),
    "unauthorized": (401, "authentication_error", "invalid_api_key"),
    "forbidden": (403, "permission_error", "forbidden"),
    "model_not_found": (404, "not_found_error", "model_not_found"),
    "not_found": (404, "not_found_error", "not_found"),
    "rate_limited": (429, "rate_limit_error", "rate_limit_exceeded"),
    "quota": (429, "insufficient_quota", "insufficient_quota"),
    "server_error": (500, "api_error", "server_error"),
    "bad_gateway": (502, "api_error", "bad_gateway"),
    "unavailable": (503, "api_error", "unavailable"),
    "gateway_timeout": (504, "timeout_error", "timeout"),
    "overloaded": (529, "overloaded_error", "overloaded"),
}
_MESSAGES = {
    "too_long": "prompt is too long: 250000 tokens > 200000 maximum",
    "model_not_found": "model: claude-nothing",
}


def error_body(scenario: str, dialect: Dialect) -> Json:
    """Return the body of an error; its message repeats what was sent, as providers at times do."""
    _, kind, code = _ERRORS[scenario]
    message = _MESSAGES.get(scenario, f"{scenario}: <<<ESSAY A the text of an essay ESSAY A>>> sk-leaked-key")
    if dialect == "anthropic":
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def _error(scenario: str, dialect: Dialect) -> Reply:
    status = _ERRORS[scenario][0]
    headers = {"x-request-id": "req_1", "request-id": "req_1"}
    if scenario == "rate_limited":
        headers["retry-after"] = str(RETRY_AFTER_S)
    return Reply(status, json.dumps(error_body(scenario, dialect)).encode(), headers)
