"""Whether the mock fails a question, and how: drawn from the question, alike in every process. PURE.

Single failures come at a rate; bursts take a whole stretch of consecutive comparisons at once. Each attempt is
drawn by itself, so that what may pass passes.
"""

import hashlib

from app.gateway.providers.base import FailureKind, JudgeFailed, Question
from app.gateway.providers.draws import uniform
from app.gateway.providers.mock_options import MockOptions

_KINDS = {
    401: FailureKind.BROKEN,
    403: FailureKind.BROKEN,
    404: FailureKind.BROKEN,
    408: FailureKind.RETRY_NOW,
    429: FailureKind.RATE_LIMITED,
    502: FailureKind.RETRY_NOW,
    504: FailureKind.RETRY_NOW,
}
_CODES = {401: "INVALID_API_KEY", 403: "AUTHORIZATION_ERROR", 408: "TIMEOUT", 429: "RATE_LIMIT", 504: "TIMEOUT"}


def failure_of(options: MockOptions, question: Question, seed: int) -> JudgeFailed | None:
    """Return how this question fails, or None where it is answered."""
    if not (options.error_rate or (options.error_burst_rate and options.error_burst_length)):
        return None
    digest = hashlib.sha256(question.prompt.encode()).hexdigest()
    number = question.number("comparison_number", int(digest[:8], 16))
    key = (seed, digest, number, question.number("comparison_repeat", 0), question.attempt)
    in_burst = options.error_burst_length > 0 and (
        uniform(seed, "burst", number // options.error_burst_length, question.attempt) < options.error_burst_rate
    )
    if not in_burst and uniform("error", *key) >= options.error_rate:
        return None
    codes = options.error_codes
    return failed_with(codes[int(uniform("code", *key) * len(codes))])


def failed_with(status: int) -> JudgeFailed:
    """Return the failure that a provider's HTTP status means."""
    lasting = FailureKind.REFUSED if status < 500 else FailureKind.RETRY_AFTER
    return JudgeFailed(
        _CODES.get(status, "EXTERNAL_SERVICE_ERROR"),
        f"the mock was set to fail with status {status}",
        kind=_KINDS.get(status, lasting),
        http_status=status,
    )
