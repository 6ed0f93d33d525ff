"""Which pairs a boundary test means: by grades, by letters, by names."""

import pytest
from pydantic import ValidationError

from app.contracts.grade_scales import SCALES
from app.runner.runs.boundary import (
    Anchor,
    budget_of,
    comparisons_of,
    design_problems,
    mode_problems,
    resolve,
    with_budget,
)
from app.runner.runs.spec import Boundary, RunRequest

SCALE = SCALES["eng5_np_legacy_9_step"]
GRADES = ("F+", "F+", "E-", "E+", "D-", "D+", "C-", "C+", "B", "B", "A", "A")
ANCHORS = [
    Anchor(f"id{n}", (f"essay {n}", f"essay {n}.txt", f"anchor_essays/essay {n}.txt"), grade)
    for n, grade in enumerate(GRADES)
]


def boundary(**wanted: object) -> Boundary:
    return Boundary.model_validate(wanted)


def met(**wanted: object) -> list[tuple[str, str, str]]:
    found = resolve(boundary(**wanted), ANCHORS, SCALE)
    assert found.problems == []
    return [(pair.better, pair.worse, pair.boundary) for pair in found.pairs]


def problems(anchors: list[Anchor] = ANCHORS, **wanted: object) -> dict[str, str]:
    return {item.field: item.message for item in resolve(boundary(**wanted), anchors, SCALE).problems}


def test_a_boundary_is_every_anchor_above_against_every_anchor_below() -> None:
    wanted = [("id10", "id8", "A/B"), ("id10", "id9", "A/B"), ("id11", "id8", "A/B"), ("id11", "id9", "A/B")]
    assert met(boundaries=["A/B"]) == met(boundaries=[" B/A "[1:-1]]) == wanted


def test_a_letter_that_is_no_grade_means_all_its_grades() -> None:
    assert met(boundaries=["B/C"]) == [
        ("id8", "id6", "B/C"),
        ("id8", "id7", "B/C"),
        ("id9", "id6", "B/C"),
        ("id9", "id7", "B/C"),
    ]


def test_all_are_neighbours_among_the_anchors_best_first_even_where_a_grade_has_none() -> None:
    found = met()
    assert [name for _, _, name in found][:5] == ["A/B"] * 4 + ["B/C+"]
    assert len(found) == 13
    without = [anchor for anchor in ANCHORS if anchor.grade != "B"]
    pairs = resolve(boundary(boundaries=["all"]), without, SCALE).pairs
    assert pairs[0].boundary == "A/C+"


def test_pairs_are_named_in_any_order_and_the_grades_say_which_is_better() -> None:
    assert met(pairs=[{"a": "essay 7", "b": "anchor_essays/essay 9.txt"}]) == [("id9", "id7", "B/C+")]


def test_a_pair_named_twice_is_asked_once() -> None:
    again = [{"a": "essay 10", "b": "essay 9"}, {"a": "essay 9.txt", "b": "essay 10"}]
    assert len(met(boundaries=["A/B", "A/B"], pairs=again)) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("B/X", "X is no grade of eng5_np_legacy_9_step"),
        ("B/B", "same grade on both sides"),
        ("C+/C", "same grade on both sides"),
        (" /B", "an empty name is no grade"),
    ],
)
def test_a_boundary_that_is_none_is_refused_by_its_place(text: str, message: str) -> None:
    assert message in problems(boundaries=["A/B", text])["boundary.boundaries.1"]


def test_a_boundary_without_anchors_on_a_side_says_which_grades_there_are() -> None:
    without = [anchor for anchor in ANCHORS if not anchor.grade.startswith("C")]
    message = problems(without, boundaries=["B/C"])["boundary.boundaries.0"]
    assert message == "no anchor has the grade C- or C+; there are A, B, D+, D-, E+, E-, F+"


def test_anchors_of_one_grade_have_no_boundary() -> None:
    assert "one grade only" in problems(ANCHORS[:2])["boundary.boundaries.0"]


def test_pairs_that_cannot_be_tested_are_refused_by_their_place() -> None:
    wanted = [
        {"a": "essay 8", "b": "essay 9"},
        {"a": "nobody", "b": "essay 9"},
        {"a": "essay 9", "b": "essay 9.txt"},
    ]
    found = problems(pairs=wanted)
    assert "both anchors have the grade B" in found["boundary.pairs.0"]
    assert "nobody is not the name of exactly one anchor" in found["boundary.pairs.1.a"]
    assert "the same anchor" in found["boundary.pairs.2"]


def test_a_name_of_two_anchors_names_none() -> None:
    twins = [*ANCHORS, Anchor("id12", ("essay 10", "essay 10.docx"), "A")]
    assert "boundary.pairs.0.a" in problems(twins, pairs=[{"a": "essay 10", "b": "essay 9"}])


@pytest.mark.parametrize("bad", ["A", "A/B/C", "", "A/", "every", "A/" + "B" * 9])
def test_a_text_that_names_no_two_grades_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match="boundaries"):
        boundary(boundaries=[bad])


def request(most: int | None = None, **changes: object) -> RunRequest:
    body: dict[str, object] = {
        "mode": "boundary-test",
        "batch_label": "x",
        "assets": {"package_id": "pkg_1"},
        "boundary": {"iterations": 3},
        "budget": {"max_comparisons": most},
    }
    return RunRequest.model_validate(body | changes)


def test_a_test_wants_every_pair_in_both_positions_in_each_iteration_and_has_some_to_spare() -> None:
    wanted = comparisons_of(boundary(iterations=3), 4)
    assert wanted == 24
    assert budget_of(request(), wanted) == 27
    assert budget_of(request(30), wanted) == 30
    assert with_budget(request(), 4).budget.max_comparisons == 27


def test_a_budget_for_half_a_test_is_refused_with_the_sum() -> None:
    [found] = design_problems(request(23), 4)
    assert found.field == "budget.max_comparisons"
    assert "4 pairs x 3 iterations x 2 positions = 24 comparisons" in found.message


def test_more_pairs_or_comparisons_than_one_run_may_have_are_refused() -> None:
    assert [item.field for item in design_problems(request(), 5001)] == ["boundary.boundaries"]
    many = request(boundary={"iterations": 1000})
    assert [item.field for item in design_problems(many, 501)] == ["boundary.iterations"]


def test_a_design_of_its_own_is_refused_because_the_test_has_one() -> None:
    design = {"pairing": "nearest", "both_orders": True, "stop": {"rule": "cap"}, "seed": 4}
    fields = [item.field for item in design_problems(request(design=design), 4)]
    assert fields == ["design.pairing", "design.both_orders", "design.stop"]


def test_the_group_and_the_mode_go_together() -> None:
    [missing] = mode_problems(request(boundary=None))
    assert missing.field == "boundary"
    assert "is required in mode boundary-test" in missing.message
    [useless] = mode_problems(request(mode="anchor-align-test"))
    assert "has no effect in mode anchor-align-test" in useless.message
    assert list(mode_problems(request())) == []
    with pytest.raises(ValidationError, match="it judges as a guest"):
        request(assignment_id="5d1f0c0a-6f2e-4f6b-9a51-2c8f0f3f7b11")


def test_one_boundary_alone_needs_no_list() -> None:
    assert boundary(boundaries="all") == boundary() == boundary(boundaries=[])
    assert boundary(boundaries="A/B").boundaries == ("A/B",)


def test_a_request_means_the_same_after_it_was_stored() -> None:
    made = with_budget(request(), 4)
    assert RunRequest.model_validate(made.model_dump(mode="json")) == made
