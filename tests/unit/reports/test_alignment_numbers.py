"""The numbers of an alignment: ranks, inversions, correlations, targets, and when they are withheld."""

from dataclasses import replace

import pytest

from app.contracts.grade_scales import SCALES
from app.runner.reports.numbers.alignment import align
from app.runner.results.scoresheet import Duel, ScoreRow

LEGACY = SCALES["eng5_np_legacy_9_step"]


def row(name: str, grade: str, rank: int, theta: float, wins: int = 1) -> ScoreRow:
    return ScoreRow(name, name, f"{name}.txt", True, grade, theta, 0.5, rank, 2, wins, 2 - wins, None, {}, None)


def anchors(grades: list[str], order: list[int]) -> list[ScoreRow]:
    """Return anchors whose place on the scale is given for each grade in turn."""
    return [
        row(f"e{i}", grade, rank, -float(rank)) for i, (grade, rank) in enumerate(zip(grades, order, strict=True))
    ]


@pytest.mark.parametrize(
    ("order", "tau"),
    [([1, 2, 3, 4, 5], 1.0), ([5, 4, 3, 2, 1], -1.0), ([1, 3, 2, 4, 5], 0.8), ([1, 3, 2, 5, 4], 0.6)],
)
def test_tau_is_that_of_the_old_report(order: list[int], tau: float) -> None:
    found = align(anchors(["A", "B", "C+", "C-", "D+"], order), [], LEGACY)
    assert found.tau_a == pytest.approx(tau)
    assert found.tau_a_ceiling == 1.0


def test_the_real_batch_of_twelve_anchors_has_its_published_tau() -> None:
    grades = ["A", "A", "B", "B", "C+", "C-", "D+", "D-", "E+", "E-", "F+", "F+"]
    ranks = [1, 4, 2, 3, 5, 7, 6, 9, 8, 12, 10, 11]
    found = align(anchors(grades, ranks), [], LEGACY)
    assert found.tau_a == pytest.approx((66 - 2 * 6) / 66)
    assert found.tau_a_ceiling == pytest.approx(63 / 66)
    assert found.top_regressions == 0


def test_essays_of_one_grade_in_any_order_cost_tau_a_nothing() -> None:
    found = align(anchors(["A", "A", "B"], [2, 1, 3]), [], LEGACY)
    assert found.tau_a == 1.0
    assert found.tau_b == pytest.approx(2 / (2 * 3) ** 0.5)


def test_with_an_unknown_grade_no_metric_pretends() -> None:
    found = align(anchors(["A", "?", "B"], [1, 2, 3]), [Duel("e2", "e0", 3.0, "x")], LEGACY)
    assert found.coverage.share == pytest.approx(2 / 3)
    assert found.coverage.without_grade == ("e1",)
    assert found.coverage.withheld == "1 of 3 anchors have no grade on the scale eng5_np_legacy_9_step"
    given = (found.tau_a, found.tau_b, found.tau_a_ceiling, found.spearman, found.top_regressions)
    assert given == (None,) * 5
    assert (found.inverted_pairs, found.majority_inversions, found.single_upsets) == (None, None, None)
    assert [target.met for target in found.targets] == [None, True, None, None]
    assert len(found.inversions) == 1


def test_anchors_that_only_the_engine_could_name_are_not_said_to_have_no_grade() -> None:
    unnamed = [replace(row(f"ANCHOR_{n}", "", n, -float(n)), expert_grade=None) for n in (1, 2, 3)]
    assert align(unnamed, [], LEGACY).coverage.withheld == (
        "3 of 3 anchors are known by the engine's ids alone; their names and grades come with its rich result"
    )


def test_an_anchor_that_was_never_compared_has_no_win_rate_and_withholds_the_metrics() -> None:
    rows = [*anchors(["A", "B"], [1, 2]), replace(row("e2", "C+", 3, -3.0, wins=0), comparisons=0, losses=0)]
    found = align(rows, [], LEGACY)
    assert found.coverage.never_compared == ("e2",)
    assert found.tau_a is None
    assert found.zero_wins == ()
    assert found.anchors[2].win_rate is None


def test_fewer_than_two_anchors_agree_with_nobody() -> None:
    for rows in ([], anchors(["A"], [1])):
        found = align(rows, [], LEGACY)
        assert found.coverage.withheld == "there are fewer than two anchors"
        assert found.tau_a is None
    assert [target.met for target in align([], [], LEGACY).targets] == [None] * 4


def test_anchors_of_one_score_share_their_rank_and_anchors_of_one_grade_their_places() -> None:
    rows = [row("a", "A", 1, 2.0), row("b", "B", 2, 1.0), row("c", "B", 3, 1.0), row("d", "C+", 4, 0.5)]
    found = align(rows, [], LEGACY)
    assert [(line.name, line.rank, line.tied) for line in found.anchors] == [
        ("a", 1, False),
        ("b", 2, True),
        ("c", 2, True),
        ("d", 4, False),
    ]
    assert [(line.expected, line.expected_first, line.expected_last) for line in found.anchors] == [
        (1, 1, 1),
        (2, 2, 3),
        (3, 2, 3),
        (4, 4, 4),
    ]
    assert found.tau_a == pytest.approx(5 / 6)


def test_single_upsets_and_majorities_are_told_apart() -> None:
    rows = anchors(["A", "B", "C+"], [1, 2, 3])
    duels = [
        Duel("e1", "e0", 2.0, "first reason", 7, "mock/latent"),
        Duel("e0", "e1", 3.0, ""),
        Duel("e0", "e1", 3.0, ""),
        Duel("e2", "e1", 4.0, "clear | win"),
        Duel("e2", "e0", 4.0, None),
        Duel("e0", "e2", 4.0, "no"),
    ]
    found = align(rows, duels, LEGACY)
    assert [(i.better.name, i.worse.name, i.upsets, i.times, i.kind) for i in found.inversions] == [
        ("e0", "e1", 1, 3, "single"),
        ("e0", "e2", 1, 2, "even"),
        ("e1", "e2", 1, 1, "majority"),
    ]
    counted = (found.inverted_pairs, found.majority_inversions, found.even_inversions, found.single_upsets)
    assert counted == (3, 1, 1, 1)
    [upset] = found.inversions[0].verdicts
    assert (upset.sequence, upset.judge, upset.justification) == (7, "mock/latent", "first reason")


def test_every_upset_of_a_pair_is_kept_with_all_its_words() -> None:
    long = "because " * 200
    duels = [Duel("e1", "e0", 2.0, long), Duel("e1", "e0", 3.0, "again")]
    [found] = align(anchors(["A", "B"], [2, 1]), duels, LEGACY).inversions
    assert [item.justification for item in found.verdicts] == [long, "again"]


def test_a_top_anchor_below_a_lower_grade_is_a_regression() -> None:
    found = align(anchors(["A", "B", "C+"], [1, 3, 2]), [], LEGACY)
    assert found.top_regressions == 1
    assert [item.name for item in found.top_regressed] == ["e1"]


def test_a_top_anchor_below_the_other_top_grade_is_none() -> None:
    assert align(anchors(["A", "B", "C+"], [2, 1, 3]), [], LEGACY).top_regressions == 0


def test_zero_win_anchors_are_named() -> None:
    rows = [row("a", "A", 1, 1.0), row("b", "B", 2, 0.0, wins=0)]
    assert [item.name for item in align(rows, [], LEGACY).zero_wins] == ["b"]
