"""Plays without a service: recorded judgements, simulated budgets, and their commands."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from app.cj.budget import Question, simulate_budgets
from app.cj.design import Design, Policy
from app.cj.replay import Recorded, budgets, replay
from app.cj.simulation import Play, simulated_judge
from app.cli.main import app
from app.errors import InvalidInput
from app.scoring.agreement import kendall_tau_b
from app.scoring.data import Judgements, Record

VOTES = Path(__file__).resolve().parents[3] / "data" / "recorded-judgements" / "tv-better-than-books" / "votes.csv"
run = CliRunner()


def records(essays: int = 8, votes: int = 6) -> list[Record]:
    """Return votes on all pairs but those of e0 with e1 and e2; the later essay mostly wins."""
    rng = np.random.default_rng(3)
    names = [f"e{at}" for at in range(essays)]
    pairs = [pair for pair in combinations(range(essays), 2) if pair not in {(0, 1), (0, 2)}]
    return [
        Record(names[low], names[high], float(rng.random() > 0.8)) for low, high in pairs for _ in range(votes)
    ]


def tau_against_truth(
    policy: Policy, essays: int, spread: float, per_essay: int, seeds: int, noise: float = 1.0
) -> float:
    found = []
    for seed in range(seeds):
        truth = np.random.default_rng([seed, 7]).normal(0, spread, essays)
        judge = simulated_judge(truth.tolist(), np.random.default_rng([seed, 8]), noise=noise)
        play = Play(essays, Design(policy), judge, seed)
        [(_, fit)] = play.until([essays * per_essay // 2])
        found.append(kendall_tau_b(fit.theta, truth))
    return float(np.mean(found))


def test_with_the_same_budget_information_orders_essays_better_than_random_pairs() -> None:
    adaptive = tau_against_truth(Policy.INFORMATION, 24, 3.0, 10, 8)
    assert adaptive > tau_against_truth(Policy.RANDOM_BALANCED, 24, 3.0, 10, 8) + 0.02


def test_with_a_judge_who_never_errs_ten_comparisons_by_information_order_better_than_twenty_random_ones() -> None:
    adaptive = tau_against_truth(Policy.INFORMATION, 24, 2.0, 10, 6, noise=1e-3)
    assert adaptive > tau_against_truth(Policy.RANDOM_BALANCED, 24, 2.0, 20, 6, noise=1e-3)


def test_a_replay_that_uses_all_verdicts_ends_at_full_agreement() -> None:
    points = replay(records(), Design(), per_item=200, seed=1)
    assert points[-1].comparisons == len(records())
    assert points[-1].per_item == pytest.approx(2 * len(records()) / 8)
    assert points[-1].tau == pytest.approx(1.0)
    assert points[-1].spearman == pytest.approx(1.0)


def test_a_replay_never_asks_a_pair_without_verdicts_and_uses_each_verdict_once() -> None:
    judgements = Judgements.from_records(records())
    judge = Recorded(judgements, np.random.default_rng(0))
    assert (0, 1) not in judge.available()
    play = Play(8, Design(), judge.answer, 0, available=judge.available)
    for _ in play.until([10_000]):
        pass
    assert len(play.asked) == judgements.count
    assert None not in play.answers
    assert judge.available() == frozenset()
    assert judge.answer([(3, 4)]) == [None]


def test_a_verdict_given_in_the_other_order_is_turned_round() -> None:
    judgements = Judgements.from_records([Record("x", "y", 1.0), Record("y", "x", 1.0)])
    judge = Recorded(judgements, np.random.default_rng(0))
    assert judge.answer([(1, 0), (1, 0)]) == [1.0, 0.0]


def test_budgets_are_even_steps_and_the_one_asked_for() -> None:
    assert budgets(24, 7) == [24, 48, 72, 84]
    assert budgets(5, 3) == [5, 8]


@pytest.mark.parametrize(
    ("design", "anchors", "field"),
    [
        (Design(Policy.PRE_SPECIFIED), (), "policy"),
        (Design(Policy.ANCHORS_ONLY), (), "at least one anchor"),
        (Design(Policy.ANCHORS_ONLY), ("nobody",), "nobody"),
    ],
)
def test_a_replay_that_cannot_be_is_refused(design: Design, anchors: tuple[str, ...], field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        replay(records(), design, 4, 0, anchors)


def test_a_play_yields_at_each_budget_and_ends_with_the_pairs() -> None:
    judge = simulated_judge([0.0, 1.0, 2.0], np.random.default_rng(0))
    left = [frozenset({(0, 1), (1, 2)}), frozenset({(1, 2)}), frozenset[tuple[int, int]]()]
    play = Play(3, Design(), judge, 0, available=lambda: left[min(len(play.asked), 2)])
    assert [judgements.count for judgements, _ in play.until([1, 2, 3, 4])] == [1, 2]


def test_a_simulated_judge_follows_scores_noise_and_order() -> None:
    def share(noise: float, order_effect: float) -> float:
        judge = simulated_judge([1.0, 0.0], np.random.default_rng(1), noise=noise, order_effect=order_effect)
        return float(np.mean([answer or 0.0 for answer in judge([(0, 1)] * 4_000)]))

    assert share(1.0, 0.0) == pytest.approx(0.731, abs=0.02)
    assert share(2.0, 0.0) == pytest.approx(0.622, abs=0.02)
    assert share(1.0, 1.0) == pytest.approx(0.881, abs=0.02)


def test_more_comparisons_lower_errors_and_raise_reliability_and_grades() -> None:
    rows = simulate_budgets(Question(12, 9, per_essay=12, runs=3, spread=3.0))
    assert [(row.per_essay, row.comparisons) for row in rows] == [(n, n * 21 // 2) for n in (2, 4, 6, 8, 10, 12)]
    assert rows[0].mean_se > rows[-1].mean_se
    assert rows[0].reliability < rows[-1].reliability
    assert rows[-1].tau > 0.6
    first, last = rows[0].grade_accuracy, rows[-1].grade_accuracy
    assert first is not None
    assert last is not None
    assert first < last


def test_without_anchors_of_two_grades_there_is_no_grade_accuracy() -> None:
    assert simulate_budgets(Question(6, 1, per_essay=2, runs=1))[0].grade_accuracy is None


def test_against_anchors_a_budget_counts_students_comparisons() -> None:
    rows = simulate_budgets(Question(8, 9, Design(Policy.ANCHORS_ONLY), per_essay=4, runs=1))
    assert [row.comparisons for row in rows] == [16, 32]


def test_the_command_replay_prints_agreement_as_json_the_same_for_the_same_seed() -> None:
    command = ["replay", str(VOTES), "--policy", "nearest", "--per-item", "6", "--seed", "3", "--json"]
    first, second = run.invoke(app, command), run.invoke(app, command)
    assert first.exit_code == 0
    assert first.output == second.output
    found = json.loads(first.output)
    assert [point["comparisons"] for point in found["curve"]] == [35, 70, 105]
    assert set(found["curve"][0]) == {"per_item", "comparisons", "tau", "spearman"}
    assert found["tau"] == found["curve"][-1]["tau"]
    assert found["spearman"] == found["curve"][-1]["spearman"] > 0.5
    other = run.invoke(app, [*command[:-2], "4", "--json"])
    assert json.loads(other.output)["curve"] != found["curve"]


def test_the_command_replay_prints_a_table() -> None:
    shown = run.invoke(app, ["replay", str(VOTES), "--per-item", "2"])
    assert shown.exit_code == 0
    assert "after 35 comparisons" in shown.output


def test_the_command_plan_budget_recommends_a_budget_and_its_cost() -> None:
    command = ["plan-budget", "--essays", "10", "--anchors", "6", "--per-essay", "10", "--seeds", "2"]
    options = ["--spread", "3", "--target-tau", "0.5", "--usd-per-comparison", "0.01"]
    found = json.loads(run.invoke(app, [*command, *options, "--json"]).output)
    wanted = next(row for row in found["rows"] if row["tau"] >= 0.5)
    assert found["recommended"]["comparisons"] == wanted["comparisons"]
    assert found["recommended"]["usd"] == pytest.approx(wanted["comparisons"] * 0.01)
    table = run.invoke(app, [*command, *options])
    assert f"Plan {wanted['per_essay']} comparisons per essay" in table.output


def test_the_command_plan_budget_says_when_no_budget_is_enough() -> None:
    command = ["plan-budget", "--essays", "6", "--per-essay", "2", "--seeds", "1", "--target-reliability", "1"]
    assert "No budget up to 2 comparisons per essay" in run.invoke(app, command).output


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["replay", str(VOTES), "--policy", "swiss"], 3, "'swiss' is none of"),
        (["replay", "no-such-file.csv"], 3, "no-such-file.csv cannot be read"),
        (["replay", str(VOTES), "--per-item", "0"], 2, "--per-item"),
        (["replay", str(VOTES), "--policy", "anchors_only"], 3, "at least one anchor"),
        (["plan-budget", "--essays", "1"], 2, "--essays"),
        (["plan-budget", "--essays", "6", "--spread", "0"], 3, "spread: must be a positive number"),
        (["plan-budget", "--essays", "6", "--noise", "nan"], 3, "noise: must be a positive number"),
        (["plan-budget", "--essays", "6", "--policy", "anchors_only"], 3, "at least one anchor"),
        (["plan-budget", "--essays", "6", "--policy", "pre_specified"], 3, "chooses no pairs"),
    ],
)
def test_bad_input_ends_a_command_with_a_sentence_and_a_code(command: list[str], code: int, said: str) -> None:
    ended = run.invoke(app, command)
    assert ended.exit_code == code
    assert said in ended.output
    assert "Traceback" not in ended.output
