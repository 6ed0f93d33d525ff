"""Names of the Kafka topics, and who writes and reads each."""

from enum import StrEnum


class Topic(StrEnum):
    """Every topic that our services write or read."""

    CJ_REQUESTED = "huleedu.els.cj_assessment.requested.v1"
    """runner -> cj; key: batch uuid."""
    COMPARISON_RESULT = "huleedu.llm_provider.comparison_result.v1"
    """gateway -> cj and runner; one verdict or failure for each comparison."""
    CJ_COMPLETED = "huleedu.cj_assessment.completed.v1"
    """cj -> runner; key: batch uuid."""
    CJ_FAILED = "huleedu.cj_assessment.failed.v1"
    """cj -> runner; key: batch uuid."""
    RESULT_PUBLISHED = "huleedu.assessment.result.published.v1"
    """cj -> runner: scores, ranks and grades; key: cj's own job id."""
    RESOURCE_CONSUMPTION = "huleedu.resource.consumption.v1"
    """cj -> whoever bills."""
    DEAD_LETTERS = "huleedu.cj_runner.dead_letters.v1"
    """any service -> operators: records that could not be read, with the reason in the headers."""


ALL = tuple(Topic)
