"""The platform's error codes: the only ones that a callback's ``error_detail`` may carry. PURE."""

ERROR_CODES = frozenset(
    {
        "UNKNOWN_ERROR",
        "VALIDATION_ERROR",
        "RESOURCE_NOT_FOUND",
        "CONFIGURATION_ERROR",
        "EXTERNAL_SERVICE_ERROR",
        "KAFKA_PUBLISH_ERROR",
        "CONTENT_SERVICE_ERROR",
        "SPELLCHECK_SERVICE_ERROR",
        "NLP_SERVICE_ERROR",
        "AI_FEEDBACK_SERVICE_ERROR",
        "CJ_ASSESSMENT_SERVICE_ERROR",
        "LLM_PROVIDER_SERVICE_ERROR",
        "MISSING_REQUIRED_FIELD",
        "INVALID_CONFIGURATION",
        "TIMEOUT",
        "CONNECTION_ERROR",
        "SERVICE_UNAVAILABLE",
        "RATE_LIMIT",
        "QUOTA_EXCEEDED",
        "AUTHENTICATION_ERROR",
        "AUTHORIZATION_ERROR",
        "INVALID_API_KEY",
        "INVALID_REQUEST",
        "INVALID_RESPONSE",
        "PARSING_ERROR",
        "CIRCUIT_BREAKER_OPEN",
        "REQUEST_QUEUED",
        "PROCESSING_ERROR",
        "INITIALIZATION_FAILED",
        "LLM_PROVIDER_UNAVAILABLE",
        "LLM_PROVIDER_RATE_LIMIT",
        "LLM_PROVIDER_TIMEOUT",
        "LLM_PROVIDER_API_ERROR",
        "LLM_INVALID_PROMPT",
        "LLM_CONTENT_TOO_LONG",
        "LLM_INVALID_CONFIG",
        "LLM_QUEUE_FULL",
        "LLM_INTERNAL_ERROR",
        "LLM_CALLBACK_TOPIC_MISSING",
        "LLM_INVALID_CALLBACK_TOPIC",
        "LLM_PARSING_ERROR",
        "LLM_INVALID_RESPONSE",
        "LLM_COST_LIMIT_EXCEEDED",
        "LLM_CONFIGURATION_ERROR",
        "CJ_INSUFFICIENT_COMPARISONS",
        "CJ_SCORE_CONVERGENCE_FAILED",
        "CJ_COMPARISON_IMBALANCE",
        "CJ_CALLBACK_CORRELATION_FAILED",
    }
)


def platform_code(code: str) -> str:
    """Return ``code`` if the platform knows it, else the code of any provider's error."""
    return code if code in ERROR_CODES else "LLM_PROVIDER_API_ERROR"
