"""The profile cj-generic through batch jobs."""

from tests.parity import checks
from tests.parity.rig import Metrics, Rig
from tests.parity.traces import generic_load

PROFILE = "cj-generic-batch-api"
QUEUE_MODE = "batch_api"
MODEL = "gpt-5.1"


def jobs_are_over(metrics: Metrics) -> bool:
    return metrics.total("llm_provider_batch_api_jobs_total", status="completed") >= metrics.total(
        "llm_provider_batch_api_jobs_total", status="scheduled"
    )


async def test_sixteen_requests_go_through_batch_jobs(rig: Rig) -> None:
    answers = await rig.ask(generic_load(16), MODEL, within_s=30, counted=jobs_are_over)
    checks.every_callback_is_good(answers.asked, answers.callbacks)
    assert checks.share_of_a(answers.callbacks) == 1.0
    checks.jobs_are_pinned(answers.metrics, MODEL, 16)
    checks.queue_metrics_are_pinned(answers.metrics, QUEUE_MODE, 16)
    assert {item["request_metadata"]["queue_processing_mode"] for item in answers.callbacks} == {QUEUE_MODE}
