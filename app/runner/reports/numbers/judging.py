"""How good a judge is by its own answers: order, consistency, length, cycles, failures, time, money. PURE.

Fed by the answers of a run; feeds the report, comparisons of runs and experiments. The statistics are those of
``cj-runner fit`` on the exported comparisons, made by the same function from the same verdicts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import exp, floor
from typing import Any, TypeVar

import numpy as np

from app.contracts.grade_scales import GradeScale, order_of
from app.runner.reports.shapes.base import Count, Rate
from app.runner.reports.shapes.judge import (
    Invalid,
    JudgeLine,
    JudgeQuality,
    Length,
    OrderEffect,
    Reliability,
    Seconds,
    Spent,
    SplitHalf,
    Sure,
    Triads,
)
from app.runner.results.answers import Answer
from app.runner.results.scoresheet import ScoreRow
from app.scoring.bias import first_pick_rate, preference_for_longer
from app.scoring.cycles import cyclic_triads
from app.scoring.data import Judgements, Record
from app.scoring.errors import NotEstimable, ScoringError
from app.scoring.judges import LeftOut, leave_judges_out
from app.scoring.summary import How, summarise

ONE_JUDGE = "one judge answered, and halves of one judge share its taste"
NO_HALVES = "no split of the judges leaves three essays that both halves compared"
Result = TypeVar("Result")
Json = Mapping[str, Any]


def judgements_of(answers: Sequence[Answer]) -> Judgements:
    """Return the verdicts among answers, in their order; raises ``InvalidJudgements`` where there is none."""
    return Judgements.from_records(
        Record(item.first, item.second, 1.0 if item.winner == "a" else 0.0, 1.0, item.judge or None)
        for item in answers
        if item.winner is not None
    )


def fitted(judgements: Judgements, pairing: str | None = None) -> Json:
    """Return what ``cj-runner fit`` says of these verdicts."""
    return summarise(judgements, How(pairing=pairing))


def judge_quality(
    answers: Sequence[Answer], rows: Sequence[ScoreRow], words: Mapping[str, int], scale: GradeScale
) -> JudgeQuality | None:
    """Return the numbers, None where there is no verdict.

    ``rows`` are the final scores, ``words`` the lengths of texts by essay id where they are known.
    """
    verdicts = [item for item in answers if item.winner is not None]
    if not verdicts:
        return None
    judgements = judgements_of(verdicts)
    told = fitted(judgements)
    triads = cyclic_triads(judgements)
    effect, sure = told["order_effect"], [item.confidence for item in verdicts if item.confidence is not None]
    return JudgeQuality(
        verdicts=len(verdicts),
        first_pick=_rate(lambda: first_pick_rate(judgements)),
        order_effect=None if effect is None else _order_effect(effect),
        swap_consistency=None if told["swap_consistency"] is None else Rate(**told["swap_consistency"]),
        length=length_preference(verdicts, rows, words, scale),
        triads=Triads(
            cyclic=triads.cyclic, compared=triads.compared, share=triads.share, consistence=triads.consistence
        ),
        reliability=_reliability(told, judgements),
        invalid=invalid(answers),
        answering=seconds_of([item.seconds for item in verdicts]),
        waiting=seconds_of([item.waited for item in verdicts]),
        spent=spent(answers),
        mean_confidence=sum(sure) / len(sure) if sure else None,
        confidence=_by_confidence(verdicts, rows),
        judges=_judges(answers, judgements, told),
        deviance=told["deviance"],
        degrees_of_freedom=told["degrees_of_freedom"],
        log_likelihood=told["log_likelihood"],
    )


def invalid(answers: Sequence[Answer]) -> Invalid:
    """Return how many answers have no verdict, and why."""
    codes = Counter(item.error_code or "unknown" for item in answers if item.winner is None)
    failed = sum(codes.values())
    return Invalid(
        answers=len(answers),
        failed=failed,
        share=failed / len(answers) if answers else None,
        by_code=tuple(Count(name=name, count=count) for name, count in codes.most_common()),
    )


def spent(answers: Sequence[Answer]) -> Spent:
    """Return tokens and money of all answers."""
    usd = sum(item.cost_usd for item in answers)
    verdicts = sum(item.winner is not None for item in answers)
    return Spent(
        usd=round(usd, 6),
        usd_a_verdict=usd / verdicts if verdicts else None,
        prompt_tokens=sum(item.prompt_tokens for item in answers),
        completion_tokens=sum(item.completion_tokens for item in answers),
    )


def length_preference(
    verdicts: Sequence[Answer], rows: Sequence[ScoreRow], words: Mapping[str, int], scale: GradeScale
) -> Length | None:
    """Return how often the longer text won, None where lengths are not known or never differ."""
    known = [item for item in verdicts if item.first in words and item.second in words]
    longer = _longer(known, words)
    if longer is None:
        return None
    orders = {row.essay_id: order_of(row.expert_grade or "", scale) for row in rows if row.is_anchor}
    graded = [
        item
        for item in known
        if orders.get(item.first) is not None
        and orders.get(item.second) is not None
        and orders[item.first] != orders[item.second]
    ]
    judge, experts = _longer(graded, words), _longer([_by_experts(item, orders) for item in graded], words)
    excess = None if judge is None or experts is None else judge.share - experts.share
    return Length(longer_won=longer, judge_on_same=judge, experts=experts, excess=excess)


def _by_experts(item: Answer, orders: Mapping[str, int | None]) -> Answer:
    first, second = orders[item.first] or 0, orders[item.second] or 0
    return Answer(item.sequence, item.first, item.second, "a" if first < second else "b")


def _longer(verdicts: Sequence[Answer], words: Mapping[str, int]) -> Rate | None:
    if not verdicts:
        return None
    judgements = judgements_of(verdicts)
    return _rate(lambda: preference_for_longer(judgements, [words[item] for item in judgements.items]))


def _rate(compute: Callable[[], Any]) -> Rate | None:
    try:
        return Rate(**asdict(compute()))
    except NotEstimable:
        return None


def _order_effect(told: Json) -> OrderEffect:
    estimate = told["estimate"]
    return OrderEffect(estimate=estimate, se=told["se"], p_value=told["p_value"], odds=exp(estimate))


def _reliability(told: Json, judgements: Judgements) -> Reliability:
    halves = told["split_half"]
    many = len(judgements.judges) > 1
    return Reliability(
        ssr=told["ssr"],
        separation=told["separation"],
        posterior=told["posterior_reliability"],
        split_half=None if halves is None else SplitHalf(**halves),
        no_split_half=None if halves is not None else NO_HALVES if many else ONE_JUDGE,
        judge_is_informative=told["judge_is_informative"],
        comparisons_per_essay=float(judgements.comparisons_per_item.mean()),
        components=told["components"]["compared"],
    )


def seconds_of(values: Sequence[float | None]) -> Seconds | None:
    """Return how times in seconds spread, None where none is known."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known.size:
        return None
    return Seconds(
        count=known.size,
        mean=float(known.mean()),
        median=float(np.median(known)),
        p90=float(np.percentile(known, 90)),
        longest=float(known.max()),
    )


def _by_confidence(verdicts: Sequence[Answer], rows: Sequence[ScoreRow]) -> tuple[Sure, ...]:
    """Return the verdicts by whole level of confidence (3.5 counts as 4); of equal scores half agrees."""
    scores = {row.essay_id: row.theta for row in rows}
    agreed: dict[int, list[float]] = defaultdict(list)
    for item in verdicts:
        if item.confidence is not None and item.first in scores and item.second in scores:
            ahead = scores[item.first] - scores[item.second]
            won = 1.0 if item.winner == "a" else -1.0
            agreed[floor(item.confidence + 0.5)].append(0.5 * (1.0 + float(np.sign(ahead)) * won))
    return tuple(
        Sure(confidence=level, count=len(hits), with_scale=sum(hits) / len(hits))
        for level, hits in sorted(agreed.items())
    )


def _judges(answers: Sequence[Answer], judgements: Judgements, told: Json) -> tuple[JudgeLine, ...]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for item in answers:
        groups[item.judge].append(item)
    fits = {row["id"]: row for row in told["judges"]}
    without = {item.judge: item for item in _left_out(judgements)}
    lines = []
    for judge, own in sorted(groups.items()):
        fit, left = fits.get(judge, {}), without.get(judge)
        line = JudgeLine(
            judge=judge,
            verdicts=sum(item.winner is not None for item in own),
            failed=sum(item.winner is None for item in own),
            usd=round(sum(item.cost_usd for item in own), 6),
            infit=fit.get("infit"),
            outfit=fit.get("outfit"),
            left_out_agreement=None if left is None else left.agreement,
            influence=None if left is None else left.influence,
        )
        lines.append(line)
    return tuple(lines)


def _left_out(judgements: Judgements) -> tuple[LeftOut, ...]:
    try:
        return leave_judges_out(judgements)
    except ScoringError:
        return ()
