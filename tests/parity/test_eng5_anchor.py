"""The profile eng5-anchor against its recording: all pairs of twelve anchors."""

from tests.parity import checks
from tests.parity.rig import BUNDLE, Rig
from tests.parity.traces import ANCHOR, anchor_load

PROFILE = "eng5-anchor"
QUEUE_MODE = "serial_bundle"
MODEL = "gpt-5.1"


async def test_the_66_pairs_of_twelve_anchors_are_answered_as_recorded(rig: Rig) -> None:
    load = anchor_load()
    answers = await rig.ask(load, MODEL, within_s=120)
    assert len(load) == 66
    checks.every_callback_is_good(answers.asked, answers.callbacks)
    assert abs(checks.share_of_a(answers.callbacks) - ANCHOR.share_of_a) <= 0.20
    checks.tokens_are_near(answers.callbacks, ANCHOR, completion_within=max(10.0, ANCHOR.completion))
    checks.latency_is_no_worse(answers.callbacks, ANCHOR)
    assert min(item["response_time_ms"] for item in answers.callbacks) >= (1200 if rig.full else 0)
    checks.bundles_are_pinned(answers.metrics, MODEL, 66, BUNDLE)
    checks.queue_metrics_are_pinned(answers.metrics, QUEUE_MODE, 66)
