"""The profile eng5-lower5 against its recording: all pairs of five weak essays, once and three times."""

from tests.integration.parts import Json
from tests.parity import checks
from tests.parity.rig import BUNDLE, Rig
from tests.parity.traces import LOWER5, lower5_load

PROFILE = "eng5-lower5"
QUEUE_MODE = "serial_bundle"
MODEL = "gpt-5.1"


async def test_the_10_pairs_of_five_essays_are_answered_as_recorded(rig: Rig) -> None:
    answers = await rig.ask(lower5_load(), MODEL, within_s=60)
    checks.every_callback_is_good(answers.asked, answers.callbacks)
    assert abs(checks.share_of_a(answers.callbacks) - LOWER5.share_of_a) <= 0.30
    checks.tokens_are_near(answers.callbacks, LOWER5)
    checks.latency_is_no_worse(answers.callbacks, LOWER5)
    assert min(item["response_time_ms"] for item in answers.callbacks) >= (1000 if rig.full else 0)
    checks.bundles_are_pinned(answers.metrics, MODEL, 10, BUNDLE)
    checks.queue_metrics_are_pinned(answers.metrics, QUEUE_MODE, 10)


def pair(callback: Json) -> tuple[str, str]:
    meta = callback["request_metadata"]
    return str(meta["essay_a_id"]), str(meta["essay_b_id"])


def verdict(callback: Json) -> tuple[object, ...]:
    names = ("winner", "confidence", "justification", "token_usage", "cost_estimate", "model")
    return tuple(callback[name] for name in names)


async def test_three_batches_have_each_pair_once_with_the_same_verdict(rig: Rig) -> None:
    backwards, load = lower5_load()[::-1], lower5_load()
    batches = [(await rig.ask(asked, MODEL, within_s=90)).callbacks for asked in (load, backwards, load)]
    verdicts = [{pair(callback): verdict(callback) for callback in callbacks} for callbacks in batches]
    assert [len(found) for found in verdicts] == [10, 10, 10]
    assert verdicts[0] == verdicts[1] == verdicts[2]
    for callbacks in batches:
        share = checks.share_of_a(callbacks)
        assert share <= 0.5
        assert abs(share - LOWER5.share_of_a) <= 0.20
