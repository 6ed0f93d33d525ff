"""Decisions as sentences: each reason has one, with its numbers."""

import pytest

from app.cj.reasons import explained
from app.cj.steering import Step
from app.cj.stopping import Decision, Progress, Rules, StopRule, Verdict

RULES = Rules(
    cap=200, rule=StopRule.STABILITY, min_comparisons=12, threshold=0.025, min_success_rate=0.8, passes=1
)
PROGRESS = Progress(asked=132, succeeded=130, failed=2, change=0.5, mean_se=0.61234)
FACTS = {"pairs_asked": 66}


def said(decision: Decision, reason: str, progress: Progress = PROGRESS, rules: Rules = RULES) -> str:
    return explained(Step(Verdict(decision, reason), [], progress, rules, FACTS))


def test_a_cap_that_is_not_used_up_is_explained_with_the_way_to_use_it() -> None:
    told = said(Decision.FINISH, "no_pairs_left")
    assert told.startswith("all 66 pairs were asked as often as 1 further passes allow; 68 comparisons of the cap")
    assert "stop.use_full_cap" in told


@pytest.mark.parametrize(
    "reason",
    ["stability", "precision", "cap", "cost_cap", "all_at_once", "timeout", "small_net_cap", "no_pairs_left"],
)
def test_every_good_end_has_a_sentence(reason: str) -> None:
    assert len(said(Decision.FINISH, reason)) > len(reason) + 10


def test_a_batch_that_goes_on_says_what_is_not_reached_yet() -> None:
    assert "0.500" in said(Decision.MORE, "not_stable_yet")
    few = Progress(asked=6, succeeded=6, failed=0, change=None)
    assert said(Decision.MORE, "not_stable_yet", few).startswith("6 verdicts are too few for stability")
    assert said(Decision.MORE, "not_stable_yet", Progress(0, 0, 0, None)) == "the first wave"
    precise = Rules(200, StopRule.PRECISION, 12, 0.025, 0.8, target_mean_se=0.4)
    assert said(Decision.MORE, "not_precise_yet", rules=precise).endswith("0.612 logits, the target 0.400")
    cap = Rules(200, StopRule.CAP, 12, 0.025, 0.8)
    assert said(Decision.RESAMPLE, "budget_left", rules=cap).startswith("68 of 200")


def test_a_bad_end_says_how_many_verdicts_there_are() -> None:
    assert said(Decision.FAIL, "low_success_rate").startswith("130 of 132 comparisons")
