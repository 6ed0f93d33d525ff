"""The profile cj-generic against its recording, in serial bundles."""

from tests.parity import checks
from tests.parity.rig import BUNDLE, Rig
from tests.parity.traces import GENERIC, generic_load

PROFILE = "cj-generic"
QUEUE_MODE = "serial_bundle"
MODEL = "mock-model-v1"


async def test_twelve_requests_are_answered_as_recorded(rig: Rig) -> None:
    answers = await rig.ask(generic_load(12), MODEL, within_s=30)
    checks.every_callback_is_good(answers.asked, answers.callbacks)
    assert checks.share_of_a(answers.callbacks) >= 0.9
    checks.tokens_are_near(answers.callbacks, GENERIC)
    checks.latency_is_no_worse(answers.callbacks, GENERIC)
    checks.bundles_are_pinned(answers.metrics, MODEL, 12, BUNDLE)
    checks.queue_metrics_are_pinned(answers.metrics, QUEUE_MODE, 12)


async def test_three_batches_are_answered_alike(rig: Rig) -> None:
    batches = [(await rig.ask(generic_load(12), MODEL, within_s=60)).callbacks for _ in range(3)]
    assert [checks.share_of_a(callbacks) for callbacks in batches] == [1.0, 1.0, 1.0]
    for kind in ("prompt", "completion", "total"):
        assert len({checks.mean_tokens(callbacks, kind) for callbacks in batches}) == 1
