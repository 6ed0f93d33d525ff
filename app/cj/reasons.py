"""Why a batch goes on or ends, as a sentence for the person who asked for it. PURE.

Fed by ``steering``'s step; feeds the decision history, the API and the result.
"""

from app.cj.steering import Step
from app.cj.stopping import Decision, Progress, Rules, StopRule


def explained(step: Step) -> str:
    """Return the sentence for a decision, with the numbers it rests on."""
    progress, rules = step.progress, step.rules
    if step.verdict.decision is Decision.RETRY:
        return f"{len(step.planned)} failed comparisons that may pass are asked again"
    if step.verdict.decision in {Decision.MORE, Decision.RESAMPLE}:
        return _going_on(progress, rules)
    asked = int(str(step.facts["pairs_asked"]))
    sentences = {
        "stability": f"no score moved by more than {rules.threshold:g} logits after {progress.succeeded} verdicts",
        "precision": f"the mean standard error, {progress.mean_se or 0:.3f} logits, is within its target",
        "cap": f"all {rules.cap} comparisons of the budget were asked",
        "cost_cap": "the money cap leaves nothing for a further comparison",
        "all_at_once": "everything was asked in one wave, which is scored once",
        "timeout": "the batch took too long; the verdicts that came were enough",
        "no_pairs_left": _used_up(asked, progress, rules),
        "small_net_cap": _used_up(asked, progress, rules),
        "low_success_rate": f"{progress.succeeded} of {progress.settled} comparisons have a verdict; "
        f"needed are {rules.min_success_rate:.0%}",
        "stuck_timeout_insufficient_progress": "the batch took too long, and too few verdicts came",
    }
    return sentences.get(step.verdict.reason, step.verdict.reason)


def _going_on(progress: Progress, rules: Rules) -> str:
    if progress.asked == 0:
        return "the first wave"
    if rules.rule is StopRule.PRECISION and rules.target_mean_se is not None and progress.mean_se is not None:
        return f"the mean standard error is {progress.mean_se:.3f} logits, the target {rules.target_mean_se:.3f}"
    if rules.rule is not StopRule.STABILITY:
        return f"{rules.cap - progress.asked} of {rules.cap} comparisons of the budget are left"
    if progress.change is None or progress.succeeded < rules.min_comparisons:
        return f"{progress.succeeded} verdicts are too few for stability; needed are {rules.min_comparisons}"
    return f"a score moved by {progress.change:.3f} logits; stable is at most {rules.threshold:g}"


def _used_up(pairs: int, progress: Progress, rules: Rules) -> str:
    """A cap is no obligation: say what stayed unused of it, and what would have asked on."""
    unused = rules.cap - progress.asked
    if rules.passes is None:
        return f"the design leaves no pair to ask; {unused} comparisons of the cap stay unused"
    return (
        f"all {pairs} pairs were asked as often as {rules.passes} further passes allow; {unused} comparisons "
        f"of the cap stay unused, since a cap is no obligation: stop.use_full_cap or stop_rule=cap asks on"
    )
