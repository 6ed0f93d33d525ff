"""Forms of the pages without a server: what they make of texts, where problems stand, how things are worded."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from pydantic import ValidationError

from app.errors import FieldProblem
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState
from app.runner.web import run_form, wording
from app.runner.web.files import StaticFiles
from app.runner.web.page import environment
from app.runner.web.problems import of_validation, sorted_out
from app.runner.web.runs_list import query_of

GIVEN = run_form.USUAL | {"assets.package_id": "pkg_1"}


def test_the_usual_form_is_a_request_that_the_api_takes() -> None:
    body, problems = run_form.request_of(GIVEN)
    wanted = RunRequest.model_validate(body)
    assert problems == []
    assert (wanted.mode, wanted.budget.max_comparisons) == (Mode.ANCHOR_ALIGN_TEST, 60)
    assert wanted.budget.completion_timeout_s == 1800


def test_every_choice_of_the_form_is_taken_by_the_api() -> None:
    for name, options in run_form.choices().items():
        for value, _ in options:
            rule = {"design.stop.rule": "precision"} if "stop.target" in name else {}
            mode = {"mode": "execute", "assignment_id": "1b4e28ba-2fa1-4d12-883f-0016d3cca427"}
            body, _ = run_form.request_of(GIVEN | rule | mode | {name: value})
            RunRequest.model_validate(body)


def test_a_test_of_boundaries_can_be_asked_for_by_the_form() -> None:
    test = GIVEN | {"mode": "boundary-test", "budget.max_comparisons": ""}
    body, problems = run_form.request_of(test)
    assert (body["boundary"], problems) == ({}, [])
    assert RunRequest.model_validate(body).boundary is not None
    told = {"boundary.boundaries": "A/B, B/C", "boundary.iterations": "3", "boundary.least_win_rate": "0.8"}
    wanted = RunRequest.model_validate(run_form.request_of(test | told)[0]).boundary
    assert wanted is not None
    assert (wanted.boundaries, wanted.iterations, wanted.least_win_rate) == (("A/B", "B/C"), 3, 0.8)


def test_minutes_labels_and_texts_are_read_as_they_are_meant() -> None:
    body, problems = run_form.request_of(
        GIVEN
        | {
            "budget.completion_timeout_s": "1,5",
            "labels": "set = a=b\n\n who=Ada ",
            "llm.rubric": "(own)",
            "llm.rubric.text": "weigh",
            "llm.system_prompt": "001_baseline",
            "design.both_orders": "true",
        }
    )
    assert problems == []
    assert body["budget"]["completion_timeout_s"] == 90
    assert body["labels"] == {"set": "a=b", "who": "Ada"}
    assert body["llm"]["rubric"] == {"text": "weigh"}
    assert body["llm"]["system_prompt"] == {"name": "001_baseline"}
    assert (body["design"]["both_orders"], body["design"]["early_repeats"]) == (True, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"llm.rubric": "(own)"}, "llm.rubric.text"),
        ({"llm.rubric.text": "weigh"}, "llm.rubric.text"),
        ({"budget.completion_timeout_s": "soon"}, "budget.completion_timeout_s"),
        ({"labels": "no pair"}, "labels"),
        ({"labels": "a=1\na=2"}, "labels"),
    ],
)
def test_what_only_the_form_can_get_wrong_is_told_at_its_field(changes: dict[str, str], field: str) -> None:
    _, problems = run_form.request_of(GIVEN | changes)
    assert [problem.field for problem in problems] == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "execute"}, "assignment_id"),
        ({"assignment_id": "x"}, "assignment_id"),
        ({"llm.provider": "", "llm.model": "m"}, "llm.model"),
        ({"llm.temperature": "hot"}, "llm.temperature"),
        ({"budget.max_comparisons": "1"}, "budget.max_comparisons"),
        ({"mode": "boundary-test", "boundary.boundaries": "A-B!"}, "boundary.boundaries"),
        ({"mode": "boundary-test", "boundary.least_win_rate": "2"}, "boundary.least_win_rate"),
        ({"design.stop.target_mean_se": "0.3"}, "design.stop.target_mean_se"),
        ({"mode": "plan", "llm.rubric": "001_baseline"}, "llm.system_prompt"),
        ({"batch_label": "%Q"}, "batch_label"),
        ({"labels": "a b=c"}, "labels"),
    ],
)
def test_every_rule_of_the_api_is_told_beside_a_field_of_the_form(changes: dict[str, str], field: str) -> None:
    body, _ = run_form.request_of(GIVEN | changes)
    with pytest.raises(ValidationError) as caught:
        RunRequest.model_validate(body)
    found = of_validation(caught.value, known=run_form.FIELDS)
    assert field in found.by_field
    assert found.general == []


def test_a_problem_without_a_field_is_told_above_the_form() -> None:
    found = sorted_out([FieldProblem("design.pairs.3.a", "is unknown")], run_form.FIELDS, {})
    assert (found.general, found.count, bool(found)) == (["Design.pairs.3.a: is unknown."], 1, True)


def test_days_become_moments_and_the_last_day_counts_whole() -> None:
    given_texts = dict.fromkeys(("status", "mode", "label", "batch_label_prefix", "cursor"), "")
    query = query_of(given_texts | {"from": "2026-03-01", "to": "2026-03-01"})
    assert query.created_after == datetime(2026, 3, 1, tzinfo=UTC)
    assert query.created_before == datetime(2026, 3, 2, tzinfo=UTC)


def test_every_state_and_mode_has_words() -> None:
    assert set(wording.STATES) == {str(state) for state in RunState}
    assert {str(mode) for mode in Mode} <= set(wording.MODES) & set(wording.ABOUT_MODES)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (wording.usd(None), "\N{EN DASH}"),
        (wording.usd(0), "0.00 USD"),
        (wording.usd(1234.5), "1,234.50 USD"),
        (wording.usd(0.0329), "0.0329 USD"),
        (wording.usd(0.00274), "0.002740 USD"),
        (wording.size(312), "312 bytes"),
        (wording.size(281_800), "281.8 kB"),
        (wording.size(67_108_864), "67.1 MB"),
        (wording.span(0), "0 s"),
        (wording.span(3720), "1 h 2 min"),
        (wording.span(86_400), "1 d"),
        (wording.count(1325), "1 325"),
        (wording.number(-0.5, 2), "\N{MINUS SIGN}0.50"),
        (
            wording.when("2026-03-01T12:00:00+02:00"),
            '<time datetime="2026-03-01T10:00:00+00:00">2026-03-01 10:00 UTC</time>',
        ),
    ],
)
def test_amounts_are_shown_with_their_units(shown: str, text: str) -> None:
    assert shown.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == text


@given(st.text())
def test_whatever_a_text_holds_no_element_comes_out_of_it(text: str) -> None:
    page = environment(StaticFiles()).from_string('<p title="{{ text }}">{{ text }}</p>').render(text=text)
    assert page.count("<") == 2
    assert page.count('"') == 2


def test_a_name_that_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment(StaticFiles()).from_string("{{ nothing }}").render()
